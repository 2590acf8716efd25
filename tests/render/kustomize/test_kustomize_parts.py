"""A file that an overlay reads is judged in what the overlay makes of it, and by itself where nothing is made of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from overlays import DAEMONSET
from scanning import write

from hostprocess_lint.scanner import Scanner

KUSTOMIZATION = "zz/kustomization.yaml"
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: bad}
spec: {containers: [{name: a, image: 'r.example/x:1', securityContext: {windowsOptions: {hostProcess: true}}}]}
"""
BESIDE = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: other}\nspec: {}\n"
PATCH = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec: {template: {spec: {containers: [{name: agent, securityContext: {windowsOptions: {hostProcess: true}}}]}}}
"""


def seen(root: Path, files: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> set[tuple[str, str]]:
    """The sources that have a HostProcess workload."""
    monkeypatch.chdir(write(root, {".git/HEAD": "", **files}))
    with Scanner() as scanner:
        found = scanner.scan(["."])
    return {(workload.source.kind, workload.source.path) for workload in found.workloads}


@pytest.mark.parametrize(
    "text",
    [
        "kind: Component\nresources: [../deploy/bad.yaml]\n",
        "kind: Component\npatches: [{path: ../deploy/bad.yaml}]\n",
        "secretGenerator: [{name: x, files: [../deploy/bad.yaml]}]\n",
        "configMapGenerator: [{name: x, envs: [../deploy/bad.yaml]}]\n",
        "resources: [ok.yaml]\ncrds: [../deploy/bad.yaml]\n",
        "resources: [ok.yaml]\nopenapi: {path: ../deploy/bad.yaml}\n",
        "resources: [ok.yaml]\nconfigurations: [../deploy/bad.yaml]\n",
        "resources: [ok.yaml]\nreplacements: [{path: ../deploy/bad.yaml}]\n",
        "resources: [ok.yaml]\ntransformers: [../deploy/bad.yaml]\n",
        "resources: [ok.yaml]\npatches: [{path: ../deploy/bad.yaml, target: {kind: Nothing}}]\n",
        "resources: [ok.yaml]\npatches: [{path: ../deploy/bad.yaml}]\n",
        "resources: [../deploy/bad.yaml]\nunknown: 1\n",
    ],
)
def test_a_manifest_that_is_only_named(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"zz/ok.yaml": BESIDE, "deploy/bad.yaml": POD, KUSTOMIZATION: text}
    assert ("manifest", "deploy/bad.yaml") in seen(tmp_path, files, monkeypatch)


@pytest.mark.parametrize(
    "text",
    [
        "resources: [../deploy/bad.yaml]\n",
        "components: [../part]\n",
        "configMapGenerator: [{name: x, files: [../deploy/bad.yaml]}]\n",
    ],
)
def test_a_manifest_that_is_built(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    part = "kind: Component\nresources: [../deploy/bad.yaml]\n"
    files = {"part/kustomization.yaml": part, "deploy/bad.yaml": POD, KUSTOMIZATION: text}
    assert seen(tmp_path, files, monkeypatch) == {("overlay", "zz")}


def test_a_link_is_the_file_that_it_leads_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"deploy/bad.yaml": POD})
    (tmp_path / "zz").mkdir()
    (tmp_path / "zz/link.yaml").symlink_to("../deploy/bad.yaml")
    assert seen(tmp_path, {KUSTOMIZATION: "resources: [link.yaml]\n"}, monkeypatch) == {("overlay", "zz")}


@pytest.mark.parametrize("target", ["", ", target: {kind: DaemonSet}"])
def test_a_patch_that_is_applied(target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"resources: [ds.yaml]\npatches: [{{path: p.yaml{target}}}]\n"
    files = {"zz/ds.yaml": DAEMONSET, "zz/p.yaml": PATCH.replace("name: agent, s", "name: agent, image: x, s")}
    assert seen(tmp_path, {**files, KUSTOMIZATION: text}, monkeypatch) == {("overlay", "zz")}


@pytest.mark.parametrize("patch", [PATCH, PATCH.replace("containers: [", "other: [")], ids=["container", "pod"])
def test_what_can_only_be_a_patch_is_never_judged_by_itself(
    patch: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"zz/p.yaml": patch, KUSTOMIZATION: "kind: Component\npatches: [{path: p.yaml}]\n"}
    assert seen(tmp_path, files, monkeypatch) == set()
