"""Values that say HostProcess are found wherever a template prints them from: the dot, variables, what is handed on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from helm_charts import host_process_pods, scan, write
from scanning import seconds

from hostprocess_lint.render.helm.engine.worker import HelmWorker
from hostprocess_lint.render.helm.templates.gotemplate import parse_template
from hostprocess_lint.render.helm.templates.reading import Frame, ValueReading

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: agent}
spec:
  containers: [{name: agent, image: agent:1}]
"""
VALUES = """\
on: false
mode: linux
other: {name: a}
sc: {windowsOptions: {hostProcess: true}}
listed: [{windowsOptions: {hostProcess: true}}]
deep: {a: {b: {windowsOptions: {hostProcess: true}}}}
word: {key: hostProcess}
text: "windowsOptions: {hostProcess: true}"
"""
FAILS = '{{- $_ := required "set it" .Values.missing }}\n'
KEY = "  securityContext:\n    windowsOptions:\n      "

PRINTED = (
    ("  securityContext: {{ with .Values.sc }}{{ toJson . }}{{ end }}", ""),
    ("  securityContext: {{ with $it := .Values.sc }}{{ toJson $it }}{{ end }}", ""),
    ("{{ range .Values.listed }}  securityContext: {{ toJson . }}{{ end }}", ""),
    ("{{ range $n, $it := .Values.listed }}  securityContext: {{ toJson $it }}{{ end }}", ""),
    ("{{ $v := .Values }}  securityContext: {{ toJson $v.sc }}", ""),
    ("{{ $d := dict }}{{ $_ := set $d `it` .Values.sc }}  securityContext: {{ toJson $d.it }}", ""),
    ("{{ $root := toYaml . | fromYaml }}  securityContext: {{ toJson $root.Values.sc }}", ""),
    ("  securityContext: {{ pluck `sc` .Values | first | toJson }}", ""),
    ("  securityContext: {{ merge (dict) .Values.sc | toJson }}", ""),
    ("  securityContext: {{ tpl `{{ toJson .Values.sc }}` . }}", ""),
    ("  securityContext: { {{ tpl .Values.text . }} }", ""),
    ("  securityContext: {{ block `it` .Values }}{{ toJson .sc }}{{ end }}", ""),
    ("  securityContext: {{ include `it` .Values }}", "{{ toJson .sc }}"),
    ("  securityContext: {{ include `it` .Values.deep }}", "{{ toJson .a.b }}"),
    ("  securityContext: {{ include `it` .Values }}", "{{ with .deep }}{{ with .a }}{{ toJson .b }}{{ end }}{{ end }}"),
    ("  securityContext: {{ include `it` (dict `v` .Values) }}", "{{ toJson .v.sc }}"),
    ("  securityContext: {{ include `it` (dict `root` $) }}", "{{ $v := .root.Values }}{{ toJson $v.sc }}"),
    ("  securityContext: {{ include `it` (list . .Values) }}", "{{ $v := index . 1 }}{{ toJson $v.sc }}"),
    ("  securityContext: {{ with .Values.deep }}{{ include `it` . }}{{ end }}", "{{ toJson .a.b }}"),
    ("  securityContext: {{ with include `it` .Values }}{{ . }}{{ end }}", "{{ toJson .sc }}"),
    ("  securityContext: {{ (include `it` .Values | fromYaml).x | toJson }}", "x: {{ toJson .sc }}"),
    (KEY + "{{ with .Values.word }}{{ .key }}{{ end }}: true", ""),
    (KEY + "{{ $w := .Values.word }}{{ $w.key }}: true", ""),
    (KEY + "{{ include `it` .Values }}: true", "{{ .word.key }}"),
)


@pytest.fixture(scope="module")
def engine() -> Iterator[HelmWorker]:
    with HelmWorker() as worker:
        yield worker


def files(template: str, helper: str) -> dict[str, str]:
    named = {"templates/_it.tpl": f"{{{{- define `it` }}}}{helper}{{{{ end }}}}"} if helper else {}
    return {"templates/pod.yaml": template, "values.yaml": VALUES, **named}


@pytest.mark.parametrize(("body", "helper"), PRINTED)
def test_what_is_printed_behind_a_gate_is_switched_on(
    body: str, helper: str, tmp_path: Path, engine: HelmWorker
) -> None:
    gated = f"{{{{- if .Values.on }}}}\n{POD}{body}\n{{{{- end }}}}\n"
    rendered, skipped = scan(write(tmp_path / "agent", files(gated, helper)), engine)
    assert [(each.origin.variant, host_process_pods(each.text.text)) for each in rendered] == [("on=true", 1)]
    assert skipped == []


@pytest.mark.parametrize(
    ("body", "helper"),
    [
        ("  securityContext: {{ include `it` .Values }}", "{{ if .on }}{{ toJson .sc }}{{ else }}{}{{ end }}"),
        ("  securityContext: {{ include `it` (dict `v` .Values) }}", "{{ if .v.on }}{{ toJson .v.sc }}{{ end }}"),
        (
            "  securityContext: {{ with include `it` . }}{{ . }}{{ end }}",
            "{{ if .Values.on }}{hostProcess: true}{{ end }}",
        ),
    ],
)
def test_a_gate_in_a_named_template_is_opened(body: str, helper: str, tmp_path: Path, engine: HelmWorker) -> None:
    rendered, skipped = scan(write(tmp_path / "agent", files(f"{POD}{body}\n", helper)), engine)
    assert ([each.origin.variant for each in rendered], skipped) == (["on=true"], [])


@pytest.mark.parametrize(("body", "helper"), PRINTED)
def test_a_template_that_fails_and_prints_it_is_told(
    body: str, helper: str, tmp_path: Path, engine: HelmWorker
) -> None:
    rendered, skipped = scan(write(tmp_path / "agent", files(f"{FAILS}{POD}{body}\n", helper)), engine)
    assert (rendered, [each.path for each in skipped]) == ([], ["agent/templates/pod.yaml"])


@pytest.mark.parametrize(
    ("action", "helper"),
    [
        ("include `it` .Values", "{{ .mode }}{{ toYaml .other }}"),
        ("include `it` (dict `v` .Values `root` .)", "{{ .v.mode }}{{ .root.Values.mode }}"),
        ("include `it` (dict `context` $ `x` .Values.other)", "{{ toYaml .x }}{{ .context.Values.mode }}"),
        ("include `it` (list . `x`)", "{{ $root := index . 0 }}{{ $root.Values.mode }}"),
        ("include `it` (merge (dict `x` 1) .)", "{{ .Values.mode }}"),
        ("include `it` .", "{{ $v := .Values }}{{ with $v }}{{ .mode }}{{ end }}"),
        ("(include `it` .Values | fromYaml).x", "x: {{ .mode }}"),
        ("with include `it` .Values }}{{ . }}{{ end", "{{ .mode }}"),
        ("with .Values.other }}{{ include `it` (dict `o` . `root` $) }}{{ end", "{{ .o.name }}{{ .root.Values.mode }}"),
        ("range $k, $v := .Values.other }}{{ $k }}: {{ $v }}{{ end", ""),
        ("block `it` .Values }}{{ .mode }}{{ end", ""),
        ("toYaml .Values | sha256sum", ""),
        ("include `it` . | sha256sum", "{{ toYaml .Values }}"),
        ("$l := list .Values.mode }}{{ range .Values.other }}{{ $l = list $l }}{{ end }}{{ $l", ""),
    ],
)
def test_a_template_that_fails_and_prints_other_values_is_not_told(
    action: str, helper: str, tmp_path: Path, engine: HelmWorker
) -> None:
    template = f"{FAILS}a: {{{{ {action} }}}}\n"
    assert scan(write(tmp_path / "agent", files(template, helper)), engine) == ([], [])


def test_many_variables_are_followed_in_proportion() -> None:
    def reading(count: int) -> Callable[[], object]:
        text = "".join(
            f"{{{{ $a{n} := $a{n - 1} }}}}{{{{ with $a{n} }}}}{{{{ . }}}}{{{{ end }}}}" for n in range(1, count)
        )
        template = parse_template("{{ $a0 := .Values.a }}" + text)
        return lambda: ValueReading(lambda *_: ()).of(Frame(template, "")).routes

    assert seconds(lambda: reading(400)) < 1.0
