"""What no values decide: a constant is what Helm prints, and a template that fails is told for what is left of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from helm_charts import DAEMON_SET, scan, write

from hostprocess_lint.render.helm.engine.contract import Installation
from hostprocess_lint.render.helm.engine.worker import HelmWorker
from hostprocess_lint.render.helm.hosting import could_host
from hostprocess_lint.render.helm.templates.constants import as_printed, constant, truth
from hostprocess_lint.render.helm.templates.expression import parse_expression
from hostprocess_lint.render.helm.templates.folding import Folding
from hostprocess_lint.render.helm.templates.templates import read_templates
from hostprocess_lint.sources.charts.archive import Package, pack_files
from hostprocess_lint.sources.charts.chart import ChartInput, read_chart

INSTALLED = Installation()
FAILS = '{{ required "a name is needed" .Values.name }}'
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: agent, labels: {a: %s}}
spec:
  hostNetwork: true
  securityContext:
    windowsOptions:
      hostProcess: VALUE
      runAsUserName: NT AUTHORITY\\SYSTEM
  containers: [{name: a, image: a:1}]
"""


@pytest.fixture(scope="module")
def engine() -> Iterator[HelmWorker]:
    with HelmWorker() as worker:
        yield worker


def told(chart: Path, engine: HelmWorker) -> list[str]:
    return sorted(skipped.path.rpartition("/")[2] for skipped in scan(chart, engine)[1] if skipped.rule == "HPC002")


CONSTANTS = r"""
"a" | `a\n` | "a\n\x41\u0042\"\\" | true | 3 | 'a'
print "a" "b" | print "a" 1 2 true | print 1 2 | print true false
printf "%s/%v-%d%%" "a" true 3 | printf "%t" false | printf "%q" "a" | "a" ;; printf "%s-%s" "b"
quote "a" "b" | quote false | squote 3 "x" | toString true | cat "a" 1 | lower "AbC" | upper "AbC" | trim " a\n"
nospace " a b " | trimAll "x" "xxaxx" | trimSuffix "b" "ab" | trimPrefix "a" "ab" | replace "a" "bb" "aXa"
repeat 3 "ab" | indent 2 "a\nb" | nindent 2 "a" | contains "a" "ba" | hasPrefix "a" "ba" | hasSuffix "a" "ba"
join "-" (list "a" 1 true) | has "a" (list "b" "a") | has 1 (list "1") | not "" | not "a" | empty 0 | empty "0"
eq "a" "a" | eq "a" "b" "a" | eq 1 2 | ne 1 2 | lt 1 2 | le 2 2 | gt 1 2 | ge 1 2
default "a" "" | default "a" "b" | default "a" | default true false | coalesce "" 0 "x" | ternary "a" "b" true
ternary "a" "b" (eq 1 2) | and "a" "" "b" | and "a" "b" | or "" 0 | or "" "x" "y" | and | or false true
false ;; not | "a" ;; upper ;; printf "%s%s" "x" ;; lower | (print "a") | (("a"))
"""
EXPRESSIONS = [each.strip().replace(";;", "|") for line in CONSTANTS.strip().splitlines() for each in line.split(" | ")]


def test_a_constant_is_what_helm_prints(engine: HelmWorker) -> None:
    known = {each: constant(parse_expression(each)) for each in EXPRESSIONS}
    said = {f"templates/{number}.txt": f"<{{{{ {each} }}}}>" for number, each in enumerate(EXPRESSIONS) if known[each]}
    assert len(said) == len(EXPRESSIONS) - 1, "`and` alone is refused"
    chart = {"Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n", **said}
    rendered = engine.render(
        Package(pack_files({name: text.encode() for name, text in chart.items()}), lasting=False), {}, INSTALLED
    )
    printing = {each: rendered[f"c/templates/{number}.txt"] for number, each in enumerate(EXPRESSIONS) if known[each]}
    assert printing == {each: f"<{as_printed(found)}>" for each, found in known.items() if found}


@pytest.mark.parametrize(
    "expression",
    [
        ".Values.x",
        "$x",
        "print .Values.x",
        'eq "a" 1',
        'printf "%s" true',
        'printf "%s"',
        'printf "%5d" 3',
        "now",
        'repeat 100000000 "a"',
        'upper (repeat 1000 (repeat 1000 "a"))',
        'ternary "a" "b" "c"',
        'has "a" "abc"',
    ],
)
def test_what_is_no_constant_is_not_known(expression: str) -> None:
    assert constant(parse_expression(expression)) is None


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("and .Values.x false", False),
        ("or .Values.x true", True),
        ("not (and false .Values.x)", True),
        ("and .Values.x true", None),
        ("or .Values.x false", None),
        (".Values.x", None),
        ("not .Values.x", None),
    ],
)
def test_a_condition_may_be_decided_by_a_part_of_it(condition: str, holds: bool | None) -> None:
    assert truth(parse_expression(condition)) is holds


FOLDED = r"""
a: {{ "b" }}{{- " c" -}}   d
{{- if false }}
never: {{ .Values.x }}
{{- else if eq "a" "b" }}
never
{{- else }}
e: {{ include "f" . | nindent 2 }}
{{- end }}
{{- if true -}}
   g
{{- else -}}
never
{{- end }}
{{- with "" }}never{{ else }} h{{ end }}
{{- $i := "j" }}{{ $i -}}
{{/* never */}}
{{- range list }}never{{ else }}k{{ end }}
l: {{ $.Template.BasePath }} {{ .Chart.Name }}
"""
NAMED = '{{- define "f" -}}\n f: {{ "1" }}\n{{- end -}}'


def test_what_nothing_decides_is_folded_as_helm_renders_it(tmp_path: Path, engine: HelmWorker) -> None:
    files = {"templates/a.txt": FOLDED, "templates/_f.tpl": NAMED}
    chart = read_chart(ChartInput(write(tmp_path / "agent", files), "agent", tmp_path))
    folded = Folding(read_templates(chart), "agent").file("templates/a.txt").text
    left = re.sub(r"\{\{- \$i := .*?\}\}", "", folded)
    assert left == engine.render(chart.package(), {}, INSTALLED)["agent/templates/a.txt"]


def test_what_is_left_of_conditions_is_a_template_still(tmp_path: Path) -> None:
    def folded(text: str) -> str:
        chart = read_chart(ChartInput(write(tmp_path / "agent", {"templates/a.txt": text}), "agent", tmp_path))
        return Folding(read_templates(chart), "agent").file("templates/a.txt").text

    assert folded("{{ if false }}A{{ else if .b }}B{{ else }}C{{ end }}") == "{{ if .b }}B{{ else }}C{{ end }}"
    assert folded("{{ if .a }}A{{- else if true }} B {{ else }}C{{ end }}") == "{{ if .a }}A{{- else }} B {{ end }}"
    assert (
        folded("{{ if .a }}A{{ else if false }}B{{ else if .c }}C{{ end }}") == "{{ if .a }}A{{ else if .c }}C{{ end }}"
    )
    assert folded("{{ if false }}{{ if .x }}{{ else }}{{ end }}A{{ end }}B") == "B"
    assert folded("{{ if true }}A{{ else if .x }}B{{ end }}") == "A"
    assert folded("{{ range .a }}A{{ else }}{{ 1 }}{{ end }}") == "{{ range .a }}A{{ else }}1{{ end }}"
    assert folded('{{ if .a }}{{ "{{" }}{{ end }}') == '{{ if .a }}{{ "{{" }}{{ end }}'


OFF = ["false", "null", '{{ "false" }}', "{{ false }}", '{{ "fa" }}lse', "{{- if true }} false{{ else }} true{{ end }}"]
OFF += ["{{ not true }}", '{{ printf "%s" "false" }}', "{{ $off }}", "{{ and false .Values.x }}", '{{ "" }}', ""]
OFF += ['{{ include "off" . }}', '{{ ternary "true" "false" (eq "a" "b") }}', "false # hostProcess: true"]
MAY = [
    "true",
    '{{ "true" }}',
    '{{ "tr" }}ue',
    "{{ .Values.x }}",
    "{{ $on }}",
    '{{ include "on" . }}',
    "{{ false | quote }}",
]
MAY += ["{{ if .Values.x }}true{{ end }}", "{{ or .Values.x true }}", "\n        true"]
NAMES = '{{ define "off" }}false{{ end }}{{ define "on" }}{{ if .Values.x }}true{{ end }}{{ end }}'
SET = "{{ $off := false }}{{ $on := false }}{{ $on = true }}"


@pytest.mark.parametrize(("value", "may"), [*((each, False) for each in OFF), *((each, True) for each in MAY)])
def test_a_template_that_fails_is_told_unless_it_always_says_that_it_is_off(
    value: str, may: bool, tmp_path: Path, engine: HelmWorker
) -> None:
    pod = SET + POD % FAILS
    chart = write(tmp_path / "agent", {"templates/a.yaml": pod.replace("VALUE", value), "templates/_n.tpl": NAMES})
    assert told(chart, engine) == (["a.yaml"] if may else [])


GATES = [
    "if false",
    'if eq "a" "b"',
    "if and .Values.x false",
    "if not true",
    'with ""',
    "if .Values.x }}{{ else if false",
]


@pytest.mark.parametrize("gate", GATES)
@pytest.mark.parametrize("name", ["x", FAILS])
def test_what_no_values_switch_on_is_not_told(gate: str, name: str, tmp_path: Path, engine: HelmWorker) -> None:
    on = "  securityContext: {windowsOptions: {hostProcess: true}}\n"
    pod = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec:\n{{{{ {gate} }}}}\n{on}{{{{ end }}}}"
    assert told(write(tmp_path / "agent", {"templates/a.yaml": pod}), engine) == []


def test_a_word_that_a_failing_template_puts_together_is_told(tmp_path: Path, engine: HelmWorker) -> None:
    pod = (POD % FAILS).replace("VALUE", "true").replace("windowsOptions", 'windows{{ "Options" }}')
    for key in ('{{ printf "%s%s" "hostPro" "cess" }}', '{{ "host" }}Process', '{{ list "host" "Process" | join "" }}'):
        chart = write(tmp_path / "agent", {"templates/a.yaml": pod.replace("hostProcess", key)})
        assert told(chart, engine) == ["a.yaml"], key


INCLUDES = ['(print $.Template.BasePath "/config/b.yaml")', '(printf "%s/config/b.yaml" .Template.BasePath)']
INCLUDES += ['"agent/templates/config/b.yaml"', '(printf "%s/templates/config/b.yaml" $.Chart.Name)', "$file"]
INCLUDES += ['(list $.Template.BasePath "config" "b.yaml" | join "/")']


@pytest.mark.parametrize("name", INCLUDES)
@pytest.mark.parametrize("below", ["", "charts/low/"])
def test_a_failing_template_is_told_for_the_file_that_it_includes(
    name: str, below: str, tmp_path: Path, engine: HelmWorker
) -> None:
    name = name.replace('"agent/', '"agent/charts/low/') if below else name
    if below and ".Chart.Name" in name:
        name = '(printf "agent/charts/%s/templates/config/b.yaml" .Chart.Name)'
    includes = (
        f'{{{{ $file := print .Template.BasePath "/config/b.yaml" }}}}a: {{{{ include {name} . | sha256sum }}}}\n'
    )
    files = {
        f"{below}Chart.yaml": f"apiVersion: v2\nname: {'low' if below else 'agent'}\nversion: 0.1.0\n",
        f"{below}templates/a.yaml": f"{includes}b: {FAILS}\n",
        f"{below}templates/config/b.yaml": "apiVersion: v1\nkind: ConfigMap\n",
        f"{below}templates/c.yaml": (POD % "x").replace("VALUE", "true"),
    }
    assert told(write(tmp_path / "agent", files), engine) == []
    files[f"{below}templates/config/b.yaml"] = (POD % "x").replace("VALUE", "true")
    assert told(write(tmp_path / "agent", files), engine) == ["a.yaml"]


@pytest.mark.parametrize(
    "action",
    [
        "include .Values.file .",
        'include (print .Template.BasePath "/" .Values.file) .',
        'tpl "{{ include .Values.f . }}" .',
        'include "of" (dict "Template" (dict "BasePath" "agent/charts/low/templates"))',
    ],
)
def test_a_failing_template_that_includes_what_is_not_known_may_include_any(
    action: str, tmp_path: Path, engine: HelmWorker
) -> None:
    files = {
        "values.yaml": "file: c.yaml\n",
        "templates/_of.tpl": '{{ define "of" }}{{ include (print .Template.BasePath "/c.yaml") . }}{{ end }}',
        "templates/a.yaml": f"a: {FAILS}\nb: {{{{ {action} }}}}\n",
        "templates/c.yaml": (POD % "x").replace("VALUE", "true"),
    }
    assert told(write(tmp_path / "agent", files), engine) == ["a.yaml"]


@pytest.mark.parametrize(
    ("action", "may"),
    [
        ('.Files.Get "plain.txt"', False),
        ('.Files.Get "pod.txt"', True),
        ('.Files.Get (print "pod" ".txt")', True),
        ('(.Files.Glob "*.txt").AsConfig', True),
        ('(.Files.Glob "plain*").AsConfig', False),
        ('include "get" (dict "Files" .Files "name" "pod.txt")', True),
        ('include "plain" (dict "Files" .Files)', False),
        ('include "own" .Files', True),
    ],
)
def test_a_failing_template_is_told_for_the_files_that_it_reads(
    action: str, may: bool, tmp_path: Path, engine: HelmWorker
) -> None:
    files = {
        "templates/_n.tpl": (
            '{{ define "get" }}{{ .Files.Get .name }}{{ end }}{{ define "own" }}{{ .Get "pod.txt" }}{{ end }}'
            '{{ define "plain" }}{{ .Files.Get "plain.txt" }}{{ end }}'
        ),
        "plain.txt": "a: b\n",
        "pod.txt": "hostProcess: true\n",
        "templates/a.yaml": f"a: {FAILS}\nb: {{{{ {action} }}}}\n",
        "templates/ds.yaml": DAEMON_SET,
    }
    assert ("a.yaml" in told(write(tmp_path / "agent", files), engine)) is may


SECURE = "security: {windowsOptions: {hostProcess: true}}\n"


@pytest.mark.parametrize(
    ("action", "values", "may"),
    [
        ("tpl .Values.label .", "label: a\n", False),
        ("tpl .Values.label .", "label: '{{ toYaml .Values.security }}'\n", True),
        ("tpl (toYaml .Values.labels) $", "labels: {a: b}\n", False),
        ("tpl (toYaml .Values.labels) $", "labels: {a: ['{{ toYaml .Values.security }}']}\n", True),
        ('tpl (.Files.Get "f.txt") .', "", True),
        ('tpl "{{ toYaml .Values.security }}" .', "", True),
        ("tpl (toYaml .Values.security) .", "", True),
    ],
)
def test_values_that_are_filled_in_read_what_they_say(
    action: str, values: str, may: bool, tmp_path: Path, engine: HelmWorker
) -> None:
    files = {
        "values.yaml": SECURE + values,
        "f.txt": "{{ toYaml .Values.security }}",
        "templates/a.yaml": f"a: {FAILS}\nb: {{{{ {action} | quote }}}}\n",
    }
    assert told(write(tmp_path / "agent", files), engine) == (["a.yaml"] if may else [])


def test_a_named_template_beside_one_that_is_included_is_not(tmp_path: Path, engine: HelmWorker) -> None:
    names = '{{ define "name" }}a{{ end }}{{ define "pod" }}hostProcess: true{{ end }}'
    files = {"templates/_n.tpl": names, "templates/a.yaml": f'a: {{{{ include "name" . }}}}\nb: {FAILS}\n'}
    assert told(write(tmp_path / "agent", files), engine) == []
    files["templates/a.yaml"] = files["templates/a.yaml"].replace('"name"', '"pod"')
    assert told(write(tmp_path / "agent", files), engine) == ["a.yaml"]


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("# hostProcess: true", False),
        ("a: 1 # hostProcess", True),
        ("# {{ x }} hostProcess", True),
        ("windowsOptions: {hostProcess: false}", False),
        ("windowsOptions: {hostProcess: false, x: true}", False),
        ('{"hostProcess": false}', False),
        ('{"hostProcess": "false"}', True),
        ("hostProcess:\n- true", True),
        ("hostProcess:\n  true", True),
        ("  hostProcess:\n  b: c", False),
        ('"host\\x50rocess": true', True),
    ],
)
def test_what_a_text_says_of_host_process(text: str, may: bool) -> None:
    assert could_host(text) is may
