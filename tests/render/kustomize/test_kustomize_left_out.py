"""What cannot be built is left out of an overlay and told at its line; everything else is built and judged."""

from __future__ import annotations

from pathlib import Path

import pytest
import scanning
from overlays import DAEMONSET, results, told
from scanning import write

from hostprocess_lint.finding import Level
from hostprocess_lint.outcome import Outcome, Skipped
from hostprocess_lint.rendered import Rendered
from hostprocess_lint.scanner import Scanner

KUSTOMIZATION = "prod/kustomization.yaml"
OTHER = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\ndata: {a: b}\n"
KSOPS = "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata: {name: s}\nfiles: [secret.enc.yaml]\n"
SOPS = "apiVersion: ENC[AES256_GCM,data:x,type:str]\nkind: ENC[AES256_GCM,data:y,type:str]\nsops: {version: 3.9.0}\n"
PATCH = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: elsewhere}
spec: {template: {spec: {securityContext: {windowsOptions: {hostProcess: true}}}}}
"""
REMOTE = "https://github.com/owner/repository//base?ref=v1.2"


def left_out(root: Path, files: dict[str, str]) -> list[Skipped]:
    """What the overlay is built without, after a look at what is built."""
    write(root, {"prod/ds.yaml": DAEMONSET, "prod/cm.yaml": OTHER, **files})
    found = results(root, "prod")
    (rendered,) = (each for each in found if isinstance(each, Rendered))
    assert "hostProcess: true" in rendered.text.text
    return told(found)


def places(found: list[Skipped]) -> list[tuple[str, str, int]]:
    return [(each.rule, each.location.path, each.location.start[0]) for each in found if each.location is not None]


@pytest.mark.parametrize(
    ("text", "files", "reason"),
    [
        ("resources:\n- ds.yaml\n- gone.yaml\n", {}, "'gone.yaml' is not there"),
        ("resources:\n- ds.yaml\n- ../gone\n", {}, "'../gone' is not there"),
        ("resources:\n- ds.yaml\n- ../empty\n", {"empty/a.txt": ""}, "no kustomization file in empty"),
        ("resources:\n- ds.yaml\n- ../broken\n", {"broken/kustomization.yaml": "["}, "not readable"),
        ("resources:\n- ds.yaml\n- crypt.yaml\n", {"prod/crypt.yaml": "\0GITCRYPT\0x"}, "git-crypt"),
        ("resources:\n- ds.yaml\n- a\n", {"prod/a": "version https://git-lfs.github.com/spec/v1\n"}, "Git LFS"),
        ("resources:\n- ds.yaml\n- sops.yaml\n", {"prod/sops.yaml": SOPS}, "encrypted with sops"),
        ("resources: [ds.yaml]\ngenerators:\n- s.yaml\n", {"prod/s.yaml": KSOPS}, "'ksops' is not one of"),
        ("resources:\n- ds.yaml\n- tpl.yaml\n", {"prod/tpl.yaml": "a: {{ x }\n"}, "tpl.yaml"),
        ("resources:\n- cm.yaml\n- ds2.yaml\n- ds.yaml\n", {"prod/ds2.yaml": DAEMONSET}, "already registered id"),
        ("resources: [ds.yaml]\npatches:\n- path: p.yaml\n", {"prod/p.yaml": PATCH}, "no matches for Id"),
        ("resources: [ds.yaml]\ncomponents:\n- ../gone\n", {}, "'../gone' is not there"),
        ("resources: [ds.yaml]\nconfigMapGenerator:\n- {name: c, files: [gone]}\n", {}, "'gone' is not there"),
        ("resources: [ds.yaml]\nreplacements:\n- path: gone.yaml\n", {}, "'gone.yaml' is not there"),
    ],
)
def test_one_thing(text: str, files: dict[str, str], reason: str, tmp_path: Path) -> None:
    (found,) = left_out(tmp_path, {KUSTOMIZATION: text, **files})
    assert reason in found.reason
    assert places([found]) in ([("HPC002", KUSTOMIZATION, 3)], [("HPC002", KUSTOMIZATION, 4)])


def test_several_things_are_each_said(tmp_path: Path) -> None:
    text = "resources:\n- gone.yaml\n- ds.yaml\n- tpl.yaml\n- ../base\npatches:\n- path: p.yaml\n"
    files = {"prod/tpl.yaml": "a: {{ x }\n", "prod/p.yaml": PATCH, "base/kustomization.yaml": "resources:\n- no.yaml\n"}
    found = left_out(tmp_path, {KUSTOMIZATION: text, **files})
    assert sorted(places(found)) == [
        ("HPC002", "base/kustomization.yaml", 2),
        ("HPC002", KUSTOMIZATION, 2),
        ("HPC002", KUSTOMIZATION, 4),
        ("HPC002", KUSTOMIZATION, 7),
    ]


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        (f"resources:\n- cm.yaml\n- {REMOTE}\n", 3),
        ("resources: [cm.yaml]\nhelmCharts:\n- {name: minio, repo: 'https://charts.min.io', version: 5.0.0}\n", 3),
        ("resources: [cm.yaml, gone.yaml]\n", None),
    ],
    ids=["base", "chart", "missing"],
)
def test_what_is_outside_is_no_part_of_the_proof(entry: str, line: int | None, tmp_path: Path) -> None:
    """The overlay itself cannot matter; what lies elsewhere nobody has looked at, what is missing is nothing."""
    write(tmp_path, {".git/HEAD": "", KUSTOMIZATION: entry, "prod/cm.yaml": OTHER})
    with Scanner() as scanner:
        found = scanner.scan(tmp_path)
    overlays = {each.outcome for each in found.coverage.entries if each.kind == "overlay"}
    assert overlays == {Outcome.IRRELEVANT, *([Outcome.OUTSIDE] if line else [])}
    told = [(each.rule, each.location.start[0]) for each in found.findings]
    assert told == ([("HPC006", line)] if line else [])
    assert not any("built without" in each.message for each in found.findings)


@pytest.mark.parametrize("base", [True, False])
def test_what_is_outside(base: bool, tmp_path: Path) -> None:
    """A note with the command that brings it; a warning where a patch for it says HostProcess."""
    text = f"resources:\n- ds.yaml\n- {'../base' if base else REMOTE}\npatches:\n- path: p.yaml\n"
    files = {"base/kustomization.yaml": f"resources:\n- {REMOTE}\n", "prod/p.yaml": PATCH}
    found = left_out(tmp_path, {KUSTOMIZATION: text, **files})
    where = ("HPC006", "base/kustomization.yaml", 2) if base else ("HPC006", KUSTOMIZATION, 3)
    assert places(found) == [where, ("HPC006", KUSTOMIZATION, 5)] or places(found[::-1]) == [
        where,
        ("HPC006", KUSTOMIZATION, 5),
    ]
    by_line = {each.location.start[0]: each for each in found if each.location}
    assert by_line[where[2]].hint == (
        "`git clone --branch v1.2 https://github.com/owner/repository`, and refer to its directory"
    )
    assert by_line[5].level is Level.WARNING


def test_all_that_changes_what_is_outside_is_left_out(tmp_path: Path) -> None:
    """However much it is, and though it lies in a component of a base."""
    entries = "".join(
        f"- patch: |-\n    - {{op: replace, path: /spec/a{number}, value: b}}\n"
        f"  target: {{kind: Deployment, name: manager-{number}}}\n"
        if number % 2
        else f"- patch: |-\n    {{$patch: delete, apiVersion: v1, kind: Namespace, metadata: {{name: n-{number}}}}}\n"
        for number in range(6)
    )
    component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
    files = {
        KUSTOMIZATION: "resources:\n- ../base\n",
        "base/kustomization.yaml": "resources:\n- ../prod-parts\ncomponents:\n- ../operator\n",
        "prod-parts/kustomization.yaml": "resources:\n- ds.yaml\n- cm.yaml\n",
        "prod-parts/ds.yaml": DAEMONSET,
        "prod-parts/cm.yaml": OTHER,
        "operator/kustomization.yaml": f"{component}resources:\n- {REMOTE}\npatches:\n{entries}",
    }
    found = left_out(tmp_path, files)
    assert {each.rule for each in found} == {"HPC006"}
    assert {path for _, path, _ in places(found)} == {"operator/kustomization.yaml"}


def test_a_secret_that_is_not_there_is_nobodys_concern(tmp_path: Path) -> None:
    text = "resources: [ds.yaml]\nsecretGenerator:\n- {name: s, envs: [.env.secret]}\n- {name: t, env: .env}\n"
    assert left_out(tmp_path, {KUSTOMIZATION: text}) == []


def test_separators_of_windows(tmp_path: Path) -> None:
    text = "resources: ['.\\sub', 'cm.yaml']\npatches: [{path: '..\\shared\\p.yaml'}]\nconfigMapGenerator:\n"
    text += "- {name: c, files: ['key=data\\file.txt']}\n"
    files = {
        "prod/sub/kustomization.yaml": "resources: ['..\\..\\base\\ds.yaml']\n",
        "base/ds.yaml": DAEMONSET,
        "shared/p.yaml": PATCH.replace("elsewhere", "agent"),
        "prod/data/file.txt": "x",
    }
    assert left_out(tmp_path, {KUSTOMIZATION: text, **files}) == []


@pytest.mark.parametrize("text", ["resources: [cm.yaml, no]\n", "unknown: 1\n"])
def test_an_overlay_that_cannot_matter_is_neither_built_nor_told(text: str, tmp_path: Path) -> None:
    write(tmp_path, {KUSTOMIZATION: text, "prod/cm.yaml": OTHER, ".git/HEAD": ""})
    with Scanner() as scanner:
        found = scanner.scan(tmp_path)
    assert found.findings == ()
    assert found.skipped == ()
    assert [entry.outcome.value for entry in found.coverage.entries if entry.kind == "overlay"] == ["irrelevant"]


def test_nothing_but_what_is_outside(tmp_path: Path) -> None:
    text = f"resources:\n- {REMOTE}\npatches:\n- path: p.yaml\n"
    found = results(write(tmp_path, {KUSTOMIZATION: text, "prod/p.yaml": PATCH}), "prod")
    assert sorted(places(told(found))) == [("HPC006", KUSTOMIZATION, 2), ("HPC006", KUSTOMIZATION, 4)]


LINUX = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec: {template: {spec: {hostNetwork: true, containers: [{name: a, image: a}]}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
data: {a: for Windows}
"""


@pytest.mark.parametrize(
    ("more", "told_at"),
    [("", []), ("  # hostProcess\n", [2]), ("patches: [{path: p.yaml}]\n", [2])],
)
def test_a_fault_of_what_could_be_no_host_process_pod_is_not_told(
    more: str, told_at: list[int], tmp_path: Path
) -> None:
    """Words that another rule asks for are enough for a build, and not for a fault of it."""
    files = {KUSTOMIZATION: f"resources: [cm.yaml]\nbases: [../gone]\n{more}", "prod/cm.yaml": LINUX}
    write(tmp_path, {**files, "prod/p.yaml": PATCH.replace("elsewhere", "agent"), ".git/HEAD": ""})
    with Scanner() as scanner:
        scan = scanner.scan([tmp_path])
    assert [each.location.start[0] for each in scan.findings if each.rule == "HPC002"] == told_at
    write(tmp_path, {KUSTOMIZATION: f"resources: [cm.yaml]\nnamePrefix: [x]\n{more}"})
    with Scanner() as scanner:
        assert len([each for each in scanner.scan([tmp_path]).findings if each.rule == "HPC002"]) == len(told_at)


@pytest.mark.parametrize(
    ("listed", "rules"),
    [
        ("resources: [a.yaml, https://example.com/b.yaml]\n", ["HPC006"]),
        ("resources: [a.yaml]\ngenerators: [made.yaml]\n", ["HPC006"]),
        ("resources: [a.yaml, gone.yaml]\n", []),
    ],
    ids=["remote", "made by a program", "missing"],
)
def test_of_an_irrelevant_overlay_only_what_lies_elsewhere_is_told(
    listed: str, rules: list[str], tmp_path: Path
) -> None:
    """What lies elsewhere is no part of the proof, and what a program makes is as little known."""
    files = {
        "prod/kustomization.yaml": listed,
        "prod/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
        "prod/made.yaml": "apiVersion: example.com/v1\nkind: Maker\nmetadata: {name: a}\n",
    }
    found = scanning.report("prod", cwd=scanning.write(tmp_path, files))
    assert [each["rule"] for each in found["findings"]] == rules
