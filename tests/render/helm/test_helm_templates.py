"""Templates are taken apart as Go does, and markers leave no trace in what they render to."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from helm_charts import CHART, write

from hostprocess_lint.render.helm.engine.contract import Installation
from hostprocess_lint.render.helm.engine.worker import HelmWorker
from hostprocess_lint.render.helm.profiles.building import buildings
from hostprocess_lint.render.helm.profiles.switches import switches
from hostprocess_lint.render.helm.proof.markers import Mark, keep_all, mark_template, strip
from hostprocess_lint.render.helm.templates.gotemplate import parse_template
from hostprocess_lint.render.helm.templates.templates import read_templates
from hostprocess_lint.sources.charts.archive import Package, pack_files
from hostprocess_lint.sources.charts.chart import ChartInput, read_chart

EXAMPLE = Path(__file__).parents[3] / "examples" / "helm" / "node-agent"


@pytest.fixture(scope="module")
def engine() -> Iterator[HelmWorker]:
    with HelmWorker() as worker:
        yield worker


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("a{{ .b }}c", ["text", "output", "text"]),
        ('{{ "}}" }}', ["output"]),
        ("{{ `}}` }}{{ '}' }}", ["output", "output"]),
        ('{{ "\\"}}" }}', ["output"]),
        ("{{- /* }} */ -}}", ["comment"]),
        ("{{/* a\nb */}}", ["comment"]),
        ("{{ $a := 1 }}{{ $a = 2 }}{{ $a }}", ["control", "control", "output"]),
        ("{{ range $i, $e := .l }}{{ end }}", ["control", "control"]),
        ('{{ fail "x" }}{{ failure }}', ["control", "output"]),
        ("{{ eq $a 1 }}", ["output"]),
        ("{{}}", ["control"]),
    ],
)
def test_segments(text: str, roles: list[str]) -> None:
    segments = parse_template(text).segments
    assert [segment.role for segment in segments] == roles
    assert "".join(text[segment.start : segment.end] for segment in segments) == text


@pytest.mark.parametrize("text", ["{{ a", "{{/* a", '{{ "a }}', "a{{"])
def test_what_is_no_template_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"unclosed|substring not found"):
        parse_template(text)
    assert mark_template(text, "a", [], keep_all) == text


def test_branches_know_what_must_and_must_not_hold() -> None:
    text = "{{ if .a }}1{{ else if .b }}2{{ else }}3{{ end }}{{ with .c }}4{{ end }}"
    template = parse_template(text)
    held = {digit: [(b.expression, b.refused) for b in template.around(text.index(digit))] for digit in "1234"}
    assert held == {"1": [(".a", ())], "2": [(".b", (".a",))], "3": [("", (".a", ".b"))], "4": [(".c", ())]}


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\nb:\n  - c\n  - d: {{ .Release.Name }}\n",
        "a: {{ .Release.Name }}   \nb: {{ .Release.Name -}}\n  \nc: 1\n",
        "---\na: 1\n---\n# comment\nb: 2\n...\n",
        'a: {{ "x" | quote }}{{- if true }} # c{{ end }}\n',
        "a:\n  {{- range until 3 }}\n  - {{ . }}\n  {{- end }}\n",
        "a: |\n  text {{ .Release.Name }}\n\n  more\n",
        '{{- define "x" }}\nk: v\nl: {{ .Release.Name }}\n{{- end }}\na: {{- include "x" . | nindent 2 }}\n',
        '{{- define "x" }}\nk: v\n{{- end }}\na: {{ toJson (fromYaml (include "x" .)) }}\n',
        "a: 1\r\nb: {{ .Release.Name }}\r\n",
        'a: "{{ .Release.Name }}\n  continued"\n',
        "a: {b: {{ .Release.Name }}, c: [1, {{ 2 }}]}\n",
        "{{/* c */}}a: 1{{/* d */}}\n",
        "a: {{ print 1 }}{{ print 2 }}",
        "ключ: значение {{ .Release.Name }} ✓\n",
    ],
)
def test_stripping_a_marked_rendering_gives_the_plain_one(text: str, engine: HelmWorker) -> None:
    """And every line that is no inner line of an action has a marker of the template's line that made it."""
    marks: list[Mark] = []
    marked = mark_template(text, "templates/a.yaml", marks, keep_all)
    assert marks
    plain_text, marked_text = rendered(text, engine), rendered(marked, engine)
    stripped, markers = strip(marked_text)
    assert stripped == plain_text
    assert marked_text != plain_text
    for line, on_line in markers.items():
        assert all(0 <= each.column <= len(plain_text.split("\n")[line]) for each in on_line)


def rendered(text: str, engine: HelmWorker) -> str:
    files = {"Chart.yaml": CHART.encode(), "templates/a.yaml": text.encode()}
    package = Package(pack_files(files), lasting=True)
    return engine.render(package, {}, Installation())["agent/templates/a.yaml"]


def test_many_markers_are_told_apart(engine: HelmWorker) -> None:
    text = "".join(f"k{number}: v\n" for number in range(70_000))
    marks: list[Mark] = []
    plain, markers = strip(mark_template(text, "a", marks, keep_all))
    assert plain == text
    assert [each.number for line in range(70_000) for each in markers[line]] == list(range(70_000))


def test_a_line_of_very_many_markers_is_stripped_in_linear_time() -> None:
    count = 200_000
    started = time.process_time()
    stripped = strip("a: 1\n" + "x #\ue000\ue101\ue001" * count)
    assert time.process_time() - started < 8
    assert stripped.text == "a: 1\n" + "x" * count
    assert [marked.column for marked in stripped.markers[1][:2]] == [1, 2]


def test_quoted_markers_are_stripped_too(engine: HelmWorker) -> None:
    text = '{{- define "x" }}\nk: v\n{{- end }}\na: {{ include "x" . | quote }}\nb: {{ include "x" . | toJson }}\n'
    stripped, _ = strip(rendered(mark_template(text, "a", [], keep_all), engine))
    assert stripped == rendered(text, engine)


@pytest.mark.parametrize(
    "template",
    [
        "".join(f"{{{{ $v{number} := .Values.a }}}}" for number in range(50_000))
        + ("{{ if and " + " ".join(f"$v{number}" for number in range(90)) + " }}\nhostProcess: true\n{{ end }}") * 200,
        "{{ if .Values.a }}" * 20_000 + "\nhostProcess: true" * 200 + "{{ end }}" * 20_000,
    ],
    ids=["variables", "depth"],
)
def test_what_a_hostile_template_waits_for_is_looked_for_in_bounded_time(tmp_path: Path, template: str) -> None:
    directory = write(tmp_path / "agent", {"templates/ds.yaml": template})
    chart = read_chart(ChartInput(directory, "agent", tmp_path))
    started = time.process_time()
    list(switches(buildings(chart, read_templates(chart), {"a": False}), set()))
    assert time.process_time() - started < 15
