"""What a template puts together behind a condition that nothing opens is told, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from helm_charts import DAEMON_SET, scan, write

from hostprocess_lint.render.helm.engine.worker import HelmWorker
from hostprocess_lint.render.helm.ungated import ungated

GATES = (
    'if eq .Release.Name "nobody"',
    'if has "b" (list "a")',
    'if and $.Values.never (eq "a=b" "c")',
    "if $x := $.Values.none",
    'if lookup "v1" "Secret" "a" "b"',
    "range $.Values.none",
)
KEYS = (
    "{{ b64dec $.Values.encoded }}",
    '{{ $.Files.Get "key.txt" | b64dec }}',
    "{{ camelcase $.Values.snake | untitle }}",
    "{{ tpl $.Values.inner $ }}",
    '{{ printf "%c%s" 104 "ostProcess" }}',
    '{{ $.Values.long | trimSuffix "X" }}',
)
VALUES = """\
encoded: aG9zdFByb2Nlc3M=
snake: host_process
long: hostProcessX
inner: '{{ camelcase "host_process" | untitle }}'
none: []
"""


@pytest.fixture(scope="module")
def engine() -> Iterator[HelmWorker]:
    with HelmWorker() as worker:
        yield worker


@pytest.mark.parametrize("gate", GATES)
@pytest.mark.parametrize("key", KEYS)
def test_a_word_behind_a_gate(gate: str, key: str, tmp_path: Path, engine: HelmWorker) -> None:
    template = f"{{{{- {gate} }}}}\n" + DAEMON_SET.replace("hostProcess", key) + "{{- end }}\n"
    files = {"templates/ds.yaml": template, "values.yaml": VALUES, "key.txt": "aG9zdFByb2Nlc3M="}
    rendered, skipped = scan(write(tmp_path / "agent", files), engine)
    places = [(each.path, each.location.start[0]) for each in skipped if each.location]
    assert (places == [("agent/templates/ds.yaml", 12)]) is not bool(rendered)


@pytest.mark.parametrize(
    "line",
    [
        '{{ b64dec "aG9zdE5ldHdvcms=" }}',
        "{{ camelcase $.Values.other }}",
        '{{ $.Values.long | trunc 4 }}{{ "X" | lower }}',
        '{{ required "a name" $.Values.name | b64dec }}',
    ],
)
def test_what_makes_another_word_is_not_told(line: str, tmp_path: Path, engine: HelmWorker) -> None:
    template = '{{- if eq .Release.Name "nobody" }}\n' + DAEMON_SET.replace("hostProcess", line) + "{{- end }}\n"
    values = VALUES + "other: host_network\n"
    chart = write(tmp_path / "agent", {"templates/ds.yaml": template, "values.yaml": values})
    assert scan(chart, engine) == ([], [])


def test_each_branch_is_taken() -> None:
    assert ungated("{{- if $x := .a -}}\nA{{ $x }}{{ else if .b }}B{{ else }}C{{ end }}") == (
        '{{- $x := .a -}}\nA{{ $x }}{{ "" }}B{{ "" }}C{{ "" }}'
    )
    assert ungated("{{ with .d }}D{{ .e }}{{ else }}E{{- end }}") == (
        '{{ with  or ( .d) (dict "_" "") }}D{{ .e }}{{ "" }}E{{- end }}'
    )
    assert ungated("{{ range $i, $e := .l }}{{ if .x }}{{ continue }}{{ end }}{{ $e }}{{ end }}") == (
        '{{ range  $i, $e := or ( .l) (list (dict "_" "")) }}{{ "" }}{{ "" }}{{ "" }}{{ $e }}{{ end }}'
    )
