"""Cluster API: the charts of HelmChartProxies, with the values that their templates make of any cluster."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from releasing import CHART, found
from scanning import report, seconds, write

from hostprocess_lint.render.engines import Engines
from hostprocess_lint.render.expanding import Expander
from hostprocess_lint.sources.releases import clusterapi

pytest.importorskip("helm_python")

PROXY = """\
apiVersion: addons.cluster.x-k8s.io/v1alpha1
kind: HelmChartProxy
metadata: {name: agent, namespace: clusters}
spec:
  clusterSelector: {matchLabels: {windows: "true"}}
  repoURL: https://charts.example
  chartName: agent
  version: 0.1.0
  namespace: ops
  valuesTemplate: |
"""
CLUSTER = {"Cluster": {"metadata": {"name": "${cluster}"}, "spec": {"pods": ["${cluster}"]}}, "on": True}
"""A cluster of which all is unknown."""


def proxy(*values: str) -> str:
    return PROXY + "".join(f"    {line}\n" for line in values)


def pulled(root: Path, text: str) -> list[tuple[str, int, str]]:
    """Rule, line and precision of each finding beside notes, where the chart has been pulled."""
    write(root, {**CHART, "ops/proxy.yaml": text})
    findings = report("--charts", "charts", "ops", cwd=root)["findings"]
    return [
        (each["rule"], each["location"]["line"], each["location"]["precision"])
        for each in findings
        if each["rule"] == "HPC006" or each["level"] != "note"
    ]


@pytest.mark.parametrize(
    ("url", "command"),
    [
        ("https://charts.example", "helm pull agent --repo https://charts.example --version 0.1.0"),
        ("oci://registry.example/charts/", "helm pull oci://registry.example/charts/agent --version 0.1.0"),
        ("oci://registry.example/agent", "helm pull oci://registry.example/agent/agent --version 0.1.0"),
    ],
)
def test_its_chart_is_elsewhere_and_the_hint_brings_it(url: str, command: str, tmp_path: Path) -> None:
    write(tmp_path, {"proxy.yaml": proxy("a: 1").replace("https://charts.example", url)})
    scan = report(".", cwd=tmp_path)
    (finding,) = scan["findings"]
    assert (finding["rule"], finding["level"], finding["location"]["line"]) == ("HPC006", "note", 7)
    assert f"`{command}`" in finding["hint"]
    assert scan["coverage"]["outside"] == 1


@pytest.mark.parametrize("version", ["${AGENT_VERSION}", "'{{ .version }}'"])
def test_of_a_version_that_is_filled_in_any_is_meant(version: str, tmp_path: Path) -> None:
    text = proxy("windows:", "  hostNetwork: false").replace("version: 0.1.0", f"version: {version}")
    write(tmp_path, {"proxy.yaml": text})
    (finding,) = report(".", cwd=tmp_path)["findings"]
    assert "`helm pull agent --repo https://charts.example`" in finding["hint"]
    assert pulled(tmp_path / "pulled", text) == [("HPC101", 12, "exact")]


def test_of_a_chart_that_is_not_here_unknown_values_are_not_told(tmp_path: Path) -> None:
    assert found(tmp_path, {"proxy.yaml": proxy("{{ .Cluster.x }}")}, notes=True) == [("HPC006", "proxy.yaml:7")]


def test_values_that_say_host_process_are_a_warning(tmp_path: Path) -> None:
    text = proxy("name: {{ .Cluster.metadata.name }}", "securityContext: {windowsOptions: {hostProcess: true}}")
    assert found(tmp_path, {"proxy.yaml": text}) == [("HPC006", "proxy.yaml:7")]


def test_what_was_pulled_is_judged_with_its_values(tmp_path: Path) -> None:
    assert pulled(tmp_path, proxy("windows:", "  hostNetwork: false")) == [("HPC101", 12, "exact")]


def test_the_release_goes_to_its_namespace_and_to_default_without_one(tmp_path: Path) -> None:
    chart = {name: text.replace("  namespace: ops\n", "") for name, text in CHART.items()}
    for text, namespace in ((proxy("a: 1"), "ops"), (proxy("a: 1").replace("  namespace: ops\n", ""), "default")):
        write(tmp_path, {**chart, "ops/proxy.yaml": text})
        workloads = report("--charts", "charts", "ops", cwd=tmp_path)["workloads"]
        assert [each["resource"]["namespace"] for each in workloads] == [namespace]


def test_what_a_cluster_says_is_unknown_and_what_is_written_beside_it_is_judged(tmp_path: Path) -> None:
    unknown = "  account: {{ .Cluster.metadata.annotations.account | quote }}"
    values = ("{{- /* for Windows */}}", "windows:", unknown, "  hostNetwork: false")
    assert pulled(tmp_path, proxy(*values)) == [("HPC101", 14, "line")]


def test_the_first_branch_is_judged_and_another_is_told(tmp_path: Path) -> None:
    values = (
        "windows:",
        '  {{- if eq .InfraCluster.kind "AzureCluster" }}',
        "  hostNetwork: false",
        "  {{- else }}",
        "  hostNetwork: true",
        "  {{- end }}",
    )
    assert pulled(tmp_path, proxy(*values)) == [("HPC101", 13, "line"), ("HPC006", 14, "line")]


@pytest.mark.parametrize("values", ["{{ .Cluster.metadata.annotations.values }}", '{{ define "a" }}a: 1{{ end }}'])
def test_values_that_only_a_cluster_has_are_told(values: str, tmp_path: Path) -> None:
    assert pulled(tmp_path, proxy(values)) == [("HPC006", 10, "exact")]


@pytest.mark.parametrize(
    "template",
    [
        "a: {{ .Cluster.metadata.name }}\n",
        'a: "{{ .Cluster.metadata.name -}}   "\n',
        "{{- $name := .Cluster.metadata.name -}}\na:\n  {{- /* } */}}\n  b: {{ $name | toString }}\n",
        "a:{{ range $i, $each := .Cluster.spec.pods }}\n- {{ $each }}{{ end }}\nb: 1\n",
        "a:\n{{- range .Cluster.spec.pods }}\n  - cidr: {{ . }}\n    c: d\n{{- end }}\n",
        "{{ with .Cluster.metadata }}a: {{ .name }}{{ end }}\n{{ if .on }}b: 1{{ else }}b: 2{{ end }}\n",
        "{{ if .on }}{{ if .on }}a{{ else if .b }}c{{ range .d }}e{{ else }}f{{ end }}{{ else }}g{{ end }}h{{ end }}",
    ],
)
def test_a_template_is_taken_as_go_does_for_a_cluster_of_which_nothing_is_known(template: str, tmp_path: Path) -> None:
    known = clusterapi._as_far_as_known(template)
    assert known is not None
    with closing(Engines()) as engines:
        assert known.text == Expander(engines, str(tmp_path))(template, CLUSTER)


def test_time_grows_with_the_branches_that_are_open() -> None:
    few, many = (f"{'{{if .on}}' * count}a: 1{'{{end}}' * count}" for count in (2_000, 20_000))
    assert clusterapi._as_far_as_known(many) == ("a: 1", 0)
    once, more = (seconds(partial(partial, clusterapi._as_far_as_known, text)) for text in (few, many))
    assert more < once * 30
