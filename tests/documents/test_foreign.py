"""What stands in the place of a manifest, and what only looks like one."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

import pytest
from scanning import POD, manifest, run

from hostprocess_lint.judge.judging import judge
from hostprocess_lint.outcome import Outcome, Scan
from hostprocess_lint.rules.catalogue import builtin
from hostprocess_lint.rules.context import Context


def judged(text: str) -> Scan:
    return judge([manifest(text, "file.yaml")], builtin, Context())


NO_MANIFESTS = {
    "GitLab CI": "hostprocess-lint:\n  before_script: [!reference [.setup, script]]\n  script: [hostProcess]\n",
    "a manifest in a CI script": "deploy:\n  script:\n  - !reference [a]\n  - |\n" + indent(POD, "    "),
    "MkDocs": "extra: {hostProcess: !!python/name:materialx.emoji.twemoji }\n",
    "CloudFormation": "Resources: {Cluster: {Type: !Ref X, Text: 'apiVersion hostProcess kind'}}\n",
    "values with a template": "windows:\n  hostProcess: {{ .Values.x }}\n  kind: {{ y }}\n",
}


@pytest.mark.parametrize("name", NO_MANIFESTS)
def test_what_cannot_be_a_manifest_is_no_source(name: str) -> None:
    found = judged(NO_MANIFESTS[name])
    assert (found.findings, found.skipped) == ((), ())
    assert [entry.outcome for entry in found.coverage.entries] == [Outcome.IRRELEVANT]


TEMPLATES = {
    "Mustache": "{{/more}}\n",
    "Jinja": "{% for x in y %}\n",
    "ERB or EJS": "<% if x %>\n",
    "Go's text/template": "{{/* a comment */}}\n",
    "Terraform": "%{ if x }\n",
    "curly braces": "{{ name }}: {{ value }}\n",
}


@pytest.mark.parametrize("language", TEMPLATES)
def test_template_text_of_another_tool_is_one_finding(language: str) -> None:
    broken = f"{TEMPLATES[language]}{POD}{TEMPLATES[language]}"
    found = judged(f"{broken}---\n{broken}---\n{broken}")
    assert [(item.rule, language in item.reason) for item in found.skipped] == [("HPC001", True)]
    assert [item.rule for item in found.findings] == ["HPC001"]


def test_a_broken_manifest_beside_template_text_is_told_as_that() -> None:
    found = judged(f"apiVersion: v1\nkind: Pod\nhostProcess: [\n---\n{POD}{{{{ .x }}}}\n{{{{ .y }}}}\n")
    assert len(found.skipped) == 2
    assert "template text" not in found.skipped[0].reason


@pytest.mark.parametrize(
    "text", ["{apiVersion: v1, kind: Pod, hostProcess: ", "  apiVersion: v1\n  kind: Pod\n  hostProcess: [\n"]
)
def test_an_object_that_cannot_be_read_is_told(text: str) -> None:
    assert [item.rule for item in judged(text).skipped] == ["HPC001"]


@pytest.mark.parametrize(
    "before", ["", "# a comment\n", "---\n", "--- # named\n", "--- !!map &a\n", "%YAML 1.1\n# b\n---\n\n  # c\n"]
)
@pytest.mark.parametrize("opening", ["{", "["])
def test_what_is_broken_behind_a_comment_could_be_an_object(before: str, opening: str, tmp_path: Path) -> None:
    """In braces an object has no lines of its own, wherever they begin."""
    text = f'{before}{opening}"apiVersion": "v1", "kind": "Pod", "spec": {{"hostProcess": true\n'
    (tmp_path / "pod.yaml").write_text(text)
    done = run("scan", ".", cwd=tmp_path)
    assert (done.returncode, "HPC001" in done.stdout) == (3, True)


@pytest.mark.parametrize(
    "text",
    [
        '# a comment\n{"apiVersion": "v1", "kind": "Pod", "hostProcess": "\\ud83d\\ude00"}\n',
        "--- {apiVersion: v1, kind: Pod, hostProcess: [}\n",
        "!!map {apiVersion: v1, kind: Pod, hostProcess: [}\n",
        "? apiVersion\n: v1\n? kind\n: Pod\nhostProcess: [\n",
        '"api\\x56ersion": v1\nkind: Pod\nhostProcess: [\n',
    ],
    ids=["JSON below a comment", "behind the mark", "tagged", "keys of their own", "an escaped key"],
)
def test_a_manifest_that_cannot_be_read_is_told_however_it_is_written(text: str) -> None:
    assert [item.rule for item in judged(text).skipped] == ["HPC001"]


BROKEN = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: a}\nspec:\n  hostProcess: [\n"


@pytest.mark.parametrize(
    "text",
    [
        "stray\n" + indent(BROKEN, "  "),
        indent(BROKEN, "    ") + "stray: 1\n",
        "a: b\n" + indent(BROKEN, "  "),
        "a: b\n  c: d # e\n" + indent(BROKEN, "      "),
        BROKEN.replace("kind", " kind"),
        BROKEN.replace("apiVersion", "   apiVersion"),
        indent(BROKEN, " ").replace(" kind", "kind"),
    ],
)
def test_a_line_at_another_indent_hides_no_broken_object(text: str) -> None:
    """Where it is, is what may be wrong with it."""
    assert [item.rule for item in judged(text).skipped] == ["HPC001"]


@pytest.mark.parametrize("opened_by", ["a:", "a: |", "a: >-", "a: &b", "- |", "- b: c", "a: # b", "a:\n  b: c\n"])
def test_what_stands_below_a_key_or_in_an_item_is_no_object(opened_by: str) -> None:
    found = judged(f"x: [\n{opened_by}\n{indent(BROKEN, '    ')}")
    assert (found.skipped, [entry.outcome for entry in found.coverage.entries]) == ((), [Outcome.IRRELEVANT])


OTHERS = {
    "Docker Compose": "services:\n  agent: {image: x, isolation: hostProcess}\n",
    "a workflow": "on: push\njobs:\n  a: {steps: [{run: 'echo apiVersion kind hostProcess'}]}\n",
    "OpenAPI": '{"openapi": "3.0.0", "components": {"schemas": {"WindowsOptions": {"hostProcess": {}, "kind": {}}}}}',
    "a playbook": "- hosts: all\n  tasks:\n  - x:\n      definition: {apiVersion: v1, kind: Pod, hostProcess: true}\n",
    "values": "windowsOptions: {hostProcess: true}\npodTemplate: {spec: {containers: [{name: a, image: b}]}}\n",
    "a dashboard": '{"title": "hostProcess", "panels": [{"kind": "graph"}], "apiVersion": 1}',
    "a package": '{"name": "hostprocess", "lockfileVersion": 3, "packages": {"node_modules/hostprocess": {}}}',
    "a pipeline": "kind: pipeline\ntype: docker\nname: hostProcess\n",
    "a patch by operations": "- {op: add, path: /spec/hostProcess, value: true}\n",
    "a version alone": "apiVersion: v1\nspec: {securityContext: {windowsOptions: {hostProcess: true}}}\n",
    "what is empty": "kind: ''\napiVersion: ''\nhostProcess: true\n",
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_can_be_read_and_is_no_manifest_is_not_judged(name: str) -> None:
    found = judged(OTHERS[name])
    assert (found.findings, found.skipped, found.workloads, found.documents) == ((), (), (), 0)
    assert [entry.outcome for entry in found.coverage.entries] == [Outcome.IRRELEVANT]


@pytest.mark.parametrize(
    "text",
    [
        f"a: hostProcess\n---\n{POD}",
        POD.replace("apiVersion: v1\n", ""),
        POD.replace("apiVersion", "apiversion").replace("kind", "Kind"),
        "apiVersion: v1\nkind: List\nitems:\n-" + indent(POD, "  ")[1:],
        "items:\n-" + indent(POD, "  ")[1:],
    ],
)
def test_an_object_among_others_is_judged(text: str) -> None:
    found = judged(text)
    assert (len(found.workloads), [entry.outcome for entry in found.coverage.entries]) == (1, [Outcome.JUDGED])


GMSA = """\
apiVersion: v1
kind: Pod
metadata: {name: {{ .Name }}}
spec:
  securityContext:
    windowsOptions:
      gmsaCredentialSpecName: {{ .Spec }}
"""


@pytest.mark.parametrize(
    "more",
    [
        "",
        "{{- if .More }}\n  hostNetwork: true\n{{- end }}\n",
        "{{- range .Lines }}\n    {{ . }}\n{{- end }}\n",
        "# x\n",
    ],
)
def test_template_text_that_leaves_no_host_process_to_be_filled_in_is_no_matter(more: str) -> None:
    found = judged(GMSA + more)
    assert (found.findings, [entry.outcome for entry in found.coverage.entries]) == ((), [Outcome.IRRELEVANT])


@pytest.mark.parametrize(
    "more",
    [
        "      hostProcess: true\n",
        '      "host\\u0050rocess": true\n',
        "      {{ .Key }}: true\n",
        "      # x\n\n{{ if .x }}\n      {{ .More }}\n{{ end }}\n",
        "{{ .More | indent 6 }}\n",
        "{{- .More | nindent 6 }}\n",
        "    windowsOptions: {{ .More }}\n",
        "  containers:\n  - securityContext:\n      windowsOptions: {{ toYaml .More }}\n",
    ],
)
def test_template_text_that_may_be_filled_in_with_host_process_is_told(more: str) -> None:
    assert [item.rule for item in judged(GMSA + more).skipped] == ["HPC001"]
