"""What helmfile's template functions are in the words of Helm's engine."""

from __future__ import annotations

import pytest

from hostprocess_lint.sources.releases.functions import translated

NEEDED = '| required "there is no value `a.b`"'


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ('{{ .Values | get "a.b" }}', f'{{{{ .Values | dig "a" "b" nil {NEEDED} }}}}'),
        ('{{- .Values | get "a.b" -}}', f'{{{{- .Values | dig "a" "b" nil {NEEDED} -}}}}'),
        ('{{ .Values | get "a.b" "none" | quote }}', '{{ .Values | dig "a" "b" "none" | quote }}'),
        ('{{ get "a.b" .Values }}', f'{{{{ dig "a" "b" nil .Values {NEEDED} }}}}'),
        ('{{ get "a" (get "c" "d" .X) .Y }}', '{{ dig "a" (dig "c" "d" .X) .Y }}'),
        ('{{ .Values | getOrNil "a" | default "x" }}', '{{ .Values | dig "a" nil | default "x" }}'),
        ('{{ (.Values | get "a" dict) | toJson }}', '{{ (.Values | dig "a" dict) | toJson }}'),
        ('{{ get "a" 1 .X }}{{ get "b" 2 .Y }}', '{{ dig "a" 1 .X }}{{ dig "b" 2 .Y }}'),
        ('{{ get $map "key" }}', '{{ get $map "key" }}'),
        ('{{ .get "key" }}', '{{ .get "key" }}'),
        ('{{ get "a" }}', '{{ get "a" }}'),
        ('{{ get "a" (1 }}', '{{ get "a" (1 }}'),
    ],
)
def test_get_is_dig(action: str, expected: str) -> None:
    assert translated(action) == expected


def test_what_nobody_wrote_stays_as_it_is() -> None:
    deep = "{{ " + 'get "a" (' * 5_000 + ")" * 5_000 + " }}"
    assert translated(deep) == deep
    many = "{{ " + 'get "a" 1 .X | ' * 5_000 + "}}"
    assert translated(many) == many
    nested = "{{ " + 'get "a" (' * 30 + ".Values" + ")" * 30 + " }}"
    assert translated(nested) == nested
