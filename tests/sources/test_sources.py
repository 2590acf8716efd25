"""What a file or a directory is taken for in a repository that holds charts, and where charts install."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helm_charts import CHART, DAEMON_SET
from scanning import report, run, write

READS_FILES = '{{ tpl (.Files.Get "files/ds.yaml") . }}\n'
TEMPLATE = DAEMON_SET.replace("hostNetwork: true", "hostNetwork: {{ .Values.net }}")


@pytest.mark.parametrize(
    ("template", "reason"),
    [(READS_FILES, None), ("a: 1\n", "template text (Go's text/template), which another tool makes into manifests")],
    ids=["reads files", "reads none"],
)
def test_a_template_outside_of_templates(template: str, reason: str | None, tmp_path: Path) -> None:
    """What the chart renders is judged as that; what it does not render has to be told."""
    files = {
        "Chart.yaml": CHART,
        "values.yaml": "net: false\n",
        "files/ds.yaml": TEMPLATE,
        "templates/ds.yaml": template,
    }
    found = report(".", cwd=write(tmp_path, files))
    assert [each["reason"] for each in found["skipped"]] == ([reason] if reason else [])
    assert {each["source"]["kind"] for each in found["findings"]} == {"manifest" if reason else "chart"}


@pytest.mark.parametrize(
    "more",
    [
        "",
        '{{ range $path, $_ := .Files.Glob "files/*.yml" }}{{ $.Files.Get $path }}{{ end }}',
        '{{ if eq (sha256sum .Release.Name) "x" }}{{ .Files.Get "files/ds.yaml" }}{{ end }}',
    ],
    ids=["another is read", "others are searched", "behind a gate"],
)
def test_a_file_is_left_to_the_chart_only_if_that_may_read_it(more: str, tmp_path: Path) -> None:
    files = {
        "Chart.yaml": CHART,
        "files/ds.yaml": DAEMON_SET.replace("  name: agent\n", "  name: '{{ .Release.Name }}'\n", 1),
        "ok.yaml": DAEMON_SET,
        "templates/a.yaml": '{{ .Files.Get "ok.yaml" }}\n',
        "templates/b.yaml": more,
    }
    places = {each["location"]["path"] for each in report(".", cwd=write(tmp_path, files))["findings"]}
    assert "files/ds.yaml" in places


@pytest.mark.parametrize("path", ["agent/templates/ds.yaml", "agent/templates", "agent/charts/sub/templates/ds.yaml"])
def test_a_template_alone_names_its_chart(path: str, tmp_path: Path) -> None:
    gated = f"{{{{- if .Values.on }}}}\n{DAEMON_SET}{{{{- end }}}}\n"
    folders = ("agent", "agent/charts/sub")
    own = {f"{each}/Chart.yaml": CHART for each in folders}
    write(tmp_path, {**own, **{f"{each}/templates/ds.yaml": gated for each in folders}})
    [skipped] = report(path, cwd=tmp_path)["skipped"]
    assert skipped["reason"] == "a template of the chart `agent`, which is not scanned"
    assert "scan the chart: `hostprocess-lint scan agent`" in run("scan", path, cwd=tmp_path).stdout


def test_a_charts_template_without_its_chart(tmp_path: Path) -> None:
    """Where the chart is not in scope nobody renders it: then it has to be told."""
    write(tmp_path, {"Chart.yaml": CHART, "files/ds.yaml": TEMPLATE, "templates/ds.yaml": READS_FILES})
    for path in ("files/ds.yaml", "files"):
        assert [each["path"] for each in report(path, cwd=tmp_path)["skipped"]] == ["files/ds.yaml"]


def test_a_comment_makes_no_template(tmp_path: Path) -> None:
    """A plain manifest in a chart that reads files is judged, whatever its comments hold."""
    plain = f"# {{{{ .Values.net }}}}\n{DAEMON_SET.replace('hostNetwork: true', 'hostNetwork: false')}"
    write(tmp_path, {"Chart.yaml": CHART, "files/ds.yaml": plain, "templates/a.yaml": '{{ $x := .Files.Get "x" }}\n'})
    assert "HPC101" in {each["rule"] for each in report(".", cwd=tmp_path)["findings"]}


NAMESPACE = """\
apiVersion: v1
kind: Namespace
metadata:
  name: {{ .Release.Namespace }}
  labels: {pod-security.kubernetes.io/enforce: baseline}
"""


@pytest.mark.parametrize(
    ("arguments", "configuration", "namespace"),
    [
        ([], "", None),
        (["--namespace", "ops"], "", "ops"),
        ([], "charts: [{path: agent, namespace: ops}]\n", "ops"),
    ],
    ids=["unknown", "given", "configured"],
)
def test_what_names_no_namespace_goes_to_the_releases(
    arguments: list[str], configuration: str, namespace: str | None, tmp_path: Path
) -> None:
    files = {"agent/Chart.yaml": CHART, "agent/templates/ns.yaml": NAMESPACE, "agent/templates/ds.yaml": DAEMON_SET}
    write(tmp_path, files | ({".hostprocess-lint.yaml": configuration} if configuration else {}))
    done = run("scan", "--format", "json", "--select", "HPC112", *arguments, "agent", cwd=tmp_path)
    found = json.loads(done.stdout)
    assert namespace in {each["resource"]["namespace"] for each in found["workloads"]}
    assert bool(found["findings"]) is (namespace is not None)


def test_profiles_of_one_name_are_told_apart(tmp_path: Path) -> None:
    """The configuration's profile is the default one in another namespace, in which the template has a line more."""
    template = '{{- if eq .Release.Namespace "ops" }}\nx-only: ops\n{{- end }}\n' + DAEMON_SET
    configuration = "charts: [{path: agent, namespace: ops}]\n"
    files = {"agent/Chart.yaml": CHART, "agent/templates/ds.yaml": template, ".hostprocess-lint.yaml": configuration}
    found = report("agent", cwd=write(tmp_path, files))["findings"]
    assert {each["location"]["precision"] for each in found} == {"exact"}
    assert {each["source"]["variant"] for each in found} == {"default"}


CONFIG_MAP = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: manifests}
data:
  ds.yaml: |
    {apiVersion: v1, kind: ConfigMap, metadata: {name: first}}
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: inner}
    spec:
      securityContext: {windowsOptions: {hostProcess: true}}
      containers: [{name: a, image: a}]
"""
REMOVING = """\
resources: [map.yaml, pod.yaml]
patches:
- target: {kind: Pod}
  patch: |-
    - op: remove
      path: /spec/hostNetwork
"""


def test_a_manifest_in_a_string_is_no_document_of_the_overlay(tmp_path: Path) -> None:
    """What a patch takes out of the overlay's own objects is no reason for what is missing in the string's.

    The pod is the second document of both.
    """
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: outer}\nspec: {hostNetwork: true, nodeName: a}\n"
    write(tmp_path, {"kustomization.yaml": REMOVING, "map.yaml": CONFIG_MAP, "pod.yaml": pod})
    found = json.loads(run("scan", "--format", "json", "--select", "HPC101", ".", cwd=tmp_path).stdout)["findings"]
    assert [(each["location"]["path"], each["related"]) for each in found] == [("map.yaml", [])]


@pytest.mark.parametrize(
    ("name", "engine", "first"),
    [("a/Chart.yaml", "Helm", CHART), ("a/kustomization.yaml", "Kustomize", "resources: [b.yaml]\n")],
)
def test_a_pod_behind_what_an_engine_reads_of_a_file_is_told(
    name: str, engine: str, first: str, tmp_path: Path
) -> None:
    """`kubectl apply -f` would make it; a second document without a pod is nobody's matter."""
    files = {"a/b.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n"}
    told = report(".", cwd=write(tmp_path / "pod", {**files, name: f"{first}---\n{DAEMON_SET}"}))
    assert [(each["path"], f"all that {engine} reads" in each["reason"]) for each in told["skipped"]] == [(name, True)]
    other = report(".", cwd=write(tmp_path / "none", {**files, name: f"{first}---\nkind: Other\n"}))
    assert other["skipped"] == []
