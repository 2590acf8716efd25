"""The expressions of templates, in every spelling that Go's templates take for the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from helm_charts import DAEMON_SET, host_process_pods, scan, write
from hypothesis import given
from hypothesis import strategies as st

from hostprocess_lint.location import Route
from hostprocess_lint.render.helm.engine.worker import HelmWorker
from hostprocess_lint.render.helm.profiles.profiles import HelmOptions
from hostprocess_lint.render.helm.templates.expression import (
    EACH,
    Call,
    TemplateScope,
    includes,
    parse_expression,
    places_given,
    value_routes,
    values_read,
    variables_read,
)


@pytest.fixture(scope="module")
def engine() -> Iterator[HelmWorker]:
    pytest.importorskip("helm_python")
    with HelmWorker() as worker:
        yield worker


GATES = (
    ".Values.windows.enabled",
    "$.Values.windows.enabled",
    "(.Values.windows).enabled",
    "((.Values.windows)).enabled",
    "(default dict .Values.windows).enabled",
    "(.Values.windows | default dict).enabled",
    'get .Values.windows "enabled"',
    '(get .Values "windows").enabled',
    'index .Values "windows" "enabled"',
    '(index .Values "windows").enabled',
    'dig "windows" "enabled" false .Values.AsMap',
    'dig "enabled" false .Values.windows',
    "and .Values.windows .Values.windows.enabled",
    "not (not .Values.windows.enabled)",
    'eq (.Values.windows.enabled | toString) "true"',
    'eq (toString .Values.windows.enabled) "true"',
    "eq .Values.windows.enabled true",
    "default false .Values.windows.enabled",
    ".Values.windows.enabled | default false",
    "(fromYaml (toYaml .Values.windows)).enabled",
    'and (hasKey .Values "windows") .Values.windows.enabled',
    "coalesce .Values.windows.enabled false",
    "ternary true false .Values.windows.enabled",
    "(coalesce .Values.windows dict).enabled",
)


@pytest.mark.parametrize("gate", GATES)
def test_every_spelling_of_a_gate_is_switched_on(gate: str, tmp_path: Path, engine: HelmWorker) -> None:
    text = f"{{{{- if {gate} }}}}\n{DAEMON_SET}\n{{{{- end }}}}\n"
    chart = write(tmp_path / "agent", {"templates/ds.yaml": text, "values.yaml": "windows:\n  enabled: false\n"})
    rendered, skipped = scan(chart, engine)
    assert (len(rendered), skipped) == (1, [])
    assert "hostProcess: true" in rendered[0].text.text


WRAPPED = (
    "{{- with .Values.windows }}{{- if .enabled }}\n%s\n{{- end }}{{- end }}",
    "{{- with (default dict .Values.windows) }}{{- if .enabled }}\n%s\n{{- end }}{{- end }}",
    "{{- $windows := .Values.windows }}{{- if $windows.enabled }}\n%s\n{{- end }}",
    "{{- $on := (.Values.windows).enabled }}{{- if $on }}\n%s\n{{- end }}",
    "{{- if .Values.linux }}{{- else if (.Values.windows).enabled }}\n%s\n{{- end }}",
    "{{- if not .Values.windows.enabled }}{{- else }}\n%s\n{{- end }}",
    '{{- if .Capabilities.APIVersions.Has "example.com/v1" }}\n%s\n{{- end }}',
    '{{- if and (.Capabilities.APIVersions.Has "example.com/v1") (.Values.windows).enabled }}\n%s\n{{- end }}',
)


@pytest.mark.parametrize("around", WRAPPED)
def test_branches_around_a_workload_are_taken(around: str, tmp_path: Path, engine: HelmWorker) -> None:
    files = {"templates/ds.yaml": around % DAEMON_SET, "values.yaml": "windows:\n  enabled: false\n"}
    rendered, skipped = scan(write(tmp_path / "agent", files), engine)
    assert (len(rendered), skipped) == (1, [])


def test_an_api_version_that_is_asked_for_is_known(tmp_path: Path, engine: HelmWorker) -> None:
    text = f'{{{{- if .Capabilities.APIVersions.Has "example.com/v1" }}}}\n{DAEMON_SET}\n{{{{- end }}}}\n'
    chart = write(tmp_path / "agent", {"templates/ds.yaml": text})
    rendered, _ = scan(chart, engine, HelmOptions(api_versions=("example.com/v1",)))
    assert [each.origin.variant for each in rendered] == ["default"]
    rendered, _ = scan(chart, engine)
    assert [each.origin.variant for each in rendered] == ["API example.com/v1"]


def test_given_values_come_beside_switches(tmp_path: Path, engine: HelmWorker) -> None:
    text = f"{{{{- if .Values.enabled }}}}\n{DAEMON_SET}\n{{{{- end }}}}\n"
    chart = write(tmp_path / "agent", {"templates/ds.yaml": text, "values.yaml": "enabled: false\n"})
    rendered, skipped = scan(chart, engine, HelmOptions(sets=("other=1",)))
    assert ([each.origin.variant for each in rendered], skipped) == (["enabled=true on other=1"], [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (".Values.a.b", [("a", "b")]),
        ("$root.Values.a", [("a",)]),
        ('index .Values.a "b" 0', [("a", "b", 0)]),
        ("(index .Values.a 0).b", [("a", 0, "b")]),
        ("default .Values.a .Values.b", [("b",), ("a",)]),
        ("tpl (toYaml .Values.a) . | nindent 4", [("a",)]),
        ("toYaml .Values.a | nindent 4", [("a",)]),
        (".x", []),
        ("index .Values.a .Values.b", []),
        ("printf", []),
        ("", []),
        (")))", []),
        pytest.param("(" * 10_000, [()], id="too long to be taken apart"),  # it may read all values
    ],
)
def test_what_an_expression_stands_for(text: str, expected: list[tuple[str | int, ...]]) -> None:
    assert list(value_routes(parse_expression(text))) == expected


def test_the_dot_and_variables_stand_for_what_they_are_given() -> None:
    assigned = {"$b": (parse_expression(".Values.b"),), "$each": (Call(EACH, (parse_expression(".Values.list"),)),)}
    scope = TemplateScope({(): ("windows",)}, {(): ("other",)}, lambda name: assigned.get(name, ()), lambda _: 2)
    assert value_routes(parse_expression(".enabled"), scope) == (("windows", "enabled"),)
    assert value_routes(parse_expression("$.enabled"), scope) == (("other", "enabled"),)
    assert value_routes(parse_expression("$each.name"), scope) == (("list", 2, "name"),)
    assert value_routes(parse_expression("$b.c"), scope) == (("b", "c"),)


@pytest.mark.parametrize(
    ("handed_on", "asked", "place"),
    [
        ('dict "w" .Values.windows "root" $', ".w.enabled", ("windows", "enabled")),
        ('dict "ctx" (dict "w" .Values.windows)', ".ctx.w.enabled", ("windows", "enabled")),
        ('dict "ctx" (dict "w" .Values.windows)', '(get .ctx "w").enabled', ("windows", "enabled")),
        ("list $ .Values.windows", "(index . 1).enabled", ("windows", "enabled")),
        (".Values.windows", ".enabled", ("windows", "enabled")),
        ("$each", ".os", ("pools", 0, "os")),
        (".", ".x.y", ("above", "y")),
        ('dict "w" .x', ".w.y", ("above", "y")),
        ("list $ .Values.windows", "(index . 3).enabled", None),
        ('dict "w" .Values.windows "odd"', ".other", None),
    ],
)
def test_a_named_template_s_dot_is_what_it_is_given(handed_on: str, asked: str, place: Route | None) -> None:
    each = (Call(EACH, (parse_expression(".Values.pools"),)),)
    outside = TemplateScope({("x",): ("above",)}, variable=lambda name: each if name == "$each" else ())
    inside = TemplateScope(places_given(parse_expression(handed_on), outside))
    assert value_routes(parse_expression(asked), inside) == ((place,) if place else ())


def test_what_an_expression_reads_includes_and_asks_of_variables() -> None:
    expression = parse_expression('include "x.y" (dict "a" .Values.a "b" $b) | default (index .Values.c .Values.d)')
    assert set(values_read(expression)) == {("a",), ("c",), ("d",)}
    assert list(includes(expression)) == ["x.y"]
    assert list(variables_read(expression)) == ["$b"]
    assert list(includes(parse_expression("include (print $.Template.BasePath) ."))) == [None]


@given(st.text(alphabet="()|.,$\"`' \\:=aV-1{}", max_size=80))
def test_no_text_is_too_much(text: str) -> None:
    expression = parse_expression(text)
    assert list(values_read(expression)) is not None
    value_routes(expression)


@pytest.mark.parametrize(
    "template",
    [
        '{{ if eq (sha256sum .Release.Name) "x" }}\n{{ .Files.Get "files/a.txt" }}\n{{ end }}\n',
        '{{ .Files.Get "files/a.txt" }}\n{{ required "x" .Values.y }}\n',
    ],
    ids=["behind a gate", "in a template that fails"],
)
def test_a_file_that_says_host_process_and_is_not_rendered_is_told(
    template: str, tmp_path: Path, engine: HelmWorker
) -> None:
    files = {"templates/a.yaml": template, "files/a.txt": DAEMON_SET}
    rendered, skipped = scan(write(tmp_path / "agent", files), engine)
    assert rendered == []
    assert {each.rule for each in skipped} == {"HPC002"}


BUILT = (
    '{{ printf "host%s" "Process" }}',
    '{{ print "host" "Process" }}',
    '{{ cat "host" "Process" | nospace }}',
    '{{ list "host" "Process" | join "" }}',
    '{{ lower "H" }}ost{{ "Process" }}',
    '{{ b64dec "aG9zdFByb2Nlc3M=" }}',
    '{{ regexReplaceAll "X" "hXostPXrocess" "" }}',
    '{{ replace "-" "" "host-Process" }}',
    '{{ splitList "" "ssecorPtsoh" | reverse | join "" }}',
    '{{ $k := "host" }}{{ $k }}Process',
    '{{ include "key" . }}',
    '{{ tpl "host{{ print `Process` }}" . }}',
    "{{ .Values.start }}Process",
    '{{ .Files.Get "key.txt" | trim }}',
    '{{ base .Template.Name | trimSuffix ".yaml" }}',
)


@pytest.mark.parametrize("gate", ["if .Values.on", 'if eq (sha256sum .Release.Name) "x"'], ids=["opened", "shut"])
@pytest.mark.parametrize("key", BUILT)
def test_a_word_that_is_put_together_behind_a_gate_is_found_or_told(
    key: str, gate: str, tmp_path: Path, engine: HelmWorker
) -> None:
    files = {
        "templates/hostProcess.yaml": f"{{{{ {gate} }}}}\n{DAEMON_SET.replace('hostProcess', key)}{{{{ end }}}}\n",
        "templates/_key.tpl": '{{- define "key" }}host{{ .Values.end }}{{ end }}',
        "values.yaml": "start: host\nend: Process\n",
        "key.txt": "hostProcess\n",
    }
    rendered, skipped = scan(write(tmp_path / "agent", files), engine)
    if "on" in gate:
        assert ([host_process_pods(each.text.text) for each in rendered], skipped) == ([1], [])
    else:
        assert rendered == []
        assert {each.rule for each in skipped} == {"HPC002"}
