"""A change after which a file mends another one no more: what a scan of everything tells, one of the change tells."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from changing import git, repository
from overlays import DAEMONSET
from scanning import run, write

from hostprocess_lint.sources.formerly import formerly

BARE = DAEMONSET.replace("hostNetwork: true", "hostNetwork: false")
PATCHES = (
    "patches:\n- target: {kind: DaemonSet}\n  patch: |-\n"
    "    - {op: replace, path: /spec/template/spec/hostNetwork, value: true}\n"
)
CHART = {
    "charts/c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 0.1.0\n",
    "charts/c/templates/a.yaml": DAEMONSET.replace(
        "hostNetwork: true", 'hostNetwork: {{ required "network" .Values.network }}'
    ),
    "charts/d/Chart.yaml": "apiVersion: v2\nname: d\nversion: 0.1.0\n",
    "charts/d/templates/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n",
}
FLUX = (
    "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: k, namespace: x}\n"
    "spec:\n  path: ./m\n  sourceRef: {kind: GitRepository, name: g}\n"
)
MENDING = FLUX + "".join(f"  {line}\n" for line in PATCHES.splitlines())
ARGO = (
    "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec:\n"
    "  source: {repoURL: 'https://x/y.git', path: charts/c, helm: {valuesObject: {network: true}}}\n"
)
SET = (
    "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: s}\nspec:\n  generators:\n"
    "  - git: {repoURL: 'https://x/y.git', files: [{path: 'env/*.json'}]}\n  template:\n    metadata: {name: x}\n"
    "    spec: {source: {repoURL: 'https://x/y.git', path: 'charts/{{chart}}', helm: {values: 'network: true'}}}\n"
)
DIRECTORIES = SET.replace("files: [{path: 'env/*.json'}]", "directories: [{path: 'env/*'}]").replace("{{chart}}", "c")
LISTED = SET.replace(
    "git: {repoURL: 'https://x/y.git', files: [{path: 'env/*.json'}]}", "list: {elements: [{chart: c}]}"
)
HELM = (
    "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: r, namespace: x}\nspec:\n"
    "  chart: {spec: {chart: ./charts/c, sourceRef: {kind: GitRepository, name: g}}}\n  values: {network: true}\n"
)
SOURCE = (
    "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: g, namespace: x}\n"
    "spec: {url: 'https://host.example/x/y'}\n"
)
HELMFILE = "releases:\n- {name: a, chart: ./charts/c, values: [{network: true}]}\n"
BY_CONDITION = (
    "environments: {default: {values: [env.yaml]}}\n---\n"
    "releases:\n- {name: a, chart: ./charts/c, condition: agent.enabled, values: [{network: true}]}\n"
)
APPS = {
    "apps/Chart.yaml": "apiVersion: v2\nname: apps\nversion: 0.1.0\n",
    "apps/values.yaml": "chart: c\n",
    "apps/templates/a.yaml": ARGO.replace("charts/c", "charts/{{ .Values.chart }}"),
}
OVERLAY = {"b/kustomization.yaml": "resources: [a.yaml]\n", "b/a.yaml": BARE}
MADE = {
    "o/kustomization.yaml": "resources: [app.yaml]\npatches: [{path: p.yaml, target: {kind: Application}}]\n",
    "o/app.yaml": ARGO.replace("charts/c", "charts/d"),
    "o/p.yaml": "- {op: replace, path: /spec/source/path, value: charts/c}\n",
}
COMPONENT = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"


class Change(NamedTuple):
    """Files, and what those that change hold afterwards; None for one that is deleted."""

    files: Mapping[str, str]
    after: Mapping[str, str | None]


CHANGES = {
    "a resource of a kustomization": Change(
        {"m/kustomization.yaml": "resources: [a.yaml]\n" + PATCHES, "m/a.yaml": BARE},
        {"m/kustomization.yaml": "resources: []\n" + PATCHES},
    ),
    "a base": Change(
        {"o/kustomization.yaml": "resources: [../b]\n" + PATCHES, **OVERLAY},
        {"o/kustomization.yaml": "resources: []\n" + PATCHES},
    ),
    "a base two overlays below": Change(
        {
            "o/kustomization.yaml": "resources: [../p]\n" + PATCHES,
            "p/kustomization.yaml": "resources: [../b]\n",
            **OVERLAY,
        },
        {"p/kustomization.yaml": "resources: []\n"},
    ),
    "a component with resources": Change(
        {
            "o/kustomization.yaml": "components: [../b]\n" + PATCHES,
            "b/kustomization.yaml": COMPONENT + "resources: [a.yaml]\n",
            "b/a.yaml": BARE,
        },
        {"o/kustomization.yaml": "components: []\n"},
    ),
    "a component that mends": Change(
        {
            "o/kustomization.yaml": "resources: [../b]\ncomponents: [../p]\n",
            "p/kustomization.yaml": COMPONENT + PATCHES,
            **OVERLAY,
        },
        {"o/kustomization.yaml": "resources: [../b]\n"},
    ),
    "the patches": Change(
        {"o/kustomization.yaml": "resources: [../b]\n" + PATCHES, **OVERLAY},
        {"o/kustomization.yaml": "resources: [../b]\n"},
    ),
    "a kustomization": Change(
        {"o/kustomization.yaml": "resources: [../b]\n" + PATCHES, **OVERLAY}, {"o/kustomization.yaml": None}
    ),
    "all kustomizations": Change(
        {"o/kustomization.yaml": "resources: [../b]\n" + PATCHES, **OVERLAY},
        {"o/kustomization.yaml": None, "b/kustomization.yaml": None},
    ),
    "a Flux Kustomization": Change({"k.yaml": MENDING, "m/a.yaml": BARE}, {"k.yaml": None}),
    "its path": Change({"k.yaml": MENDING, "m/a.yaml": BARE}, {"k.yaml": MENDING.replace("./m", "./n")}),
    "its patches": Change({"k.yaml": MENDING, "m/a.yaml": BARE}, {"k.yaml": FLUX}),
    "one of two in a file": Change(
        {"k.yaml": MENDING + "---\n" + FLUX.replace("./m", "./n"), "m/a.yaml": BARE, "n/a.yaml": DAEMONSET},
        {"k.yaml": FLUX.replace("./m", "./n")},
    ),
    "a Flux Kustomization of an overlay": Change(
        {"k.yaml": MENDING.replace("./m", "./b"), **OVERLAY}, {"k.yaml": None}
    ),
    "an Application": Change({"app.yaml": ARGO, **CHART}, {"app.yaml": None}),
    "the path of an Application": Change(
        {"app.yaml": ARGO, **CHART}, {"app.yaml": ARGO.replace("charts/c", "charts/d")}
    ),
    "an Application that is moved away": Change(
        {"app.yaml": ARGO, **CHART}, {"app.yaml": ARGO.replace("path: charts/c", "chart: c")}
    ),
    "an ApplicationSet": Change({"set.yaml": LISTED, **CHART}, {"set.yaml": None}),
    "an element of an ApplicationSet": Change(
        {"set.yaml": LISTED, **CHART}, {"set.yaml": LISTED.replace("chart: c", "chart: d")}
    ),
    "a file of a generator": Change({"set.yaml": SET, "env/a.json": '{"chart": "c"}', **CHART}, {"env/a.json": None}),
    "what a file of a generator says": Change(
        {"set.yaml": SET, "env/a.json": '{"chart": "c"}', **CHART}, {"env/a.json": '{"chart": "d"}'}
    ),
    "a directory of a generator": Change(
        {"set.yaml": DIRECTORIES, "env/a/x.txt": "x\n", **CHART}, {"env/a/x.txt": None}
    ),
    "a HelmRelease": Change({"hr.yaml": HELM, **CHART}, {"hr.yaml": None}),
    "the chart of a HelmRelease": Change({"hr.yaml": HELM, **CHART}, {"hr.yaml": HELM.replace("charts/c", "charts/d")}),
    "a GitRepository": Change(
        {"hr.yaml": HELM, "g.yaml": SOURCE, ".git/config.seen": "", **CHART},
        {"g.yaml": SOURCE.replace("x/y", "x/other"), "hr.yaml": HELM.replace("charts/c", "charts/e")},
    ),
    "a helmfile": Change({"helmfile.yaml": HELMFILE, **CHART}, {"helmfile.yaml": None}),
    "a release of a helmfile": Change({"helmfile.yaml": HELMFILE, **CHART}, {"helmfile.yaml": "releases: []\n"}),
    "the condition of a release": Change(
        {"helmfile.yaml": BY_CONDITION, "env.yaml": "agent: {enabled: true}\n", **CHART},
        {"env.yaml": "agent: {enabled: false}\n"},
    ),
    "a fleet.yaml": Change(
        {"f/fleet.yaml": "helm: {chart: ../charts/c, values: {network: true}}\n", **CHART}, {"f/fleet.yaml": None}
    ),
    "the chart of a fleet.yaml": Change(
        {"f/fleet.yaml": "helm: {chart: ../charts/c, values: {network: true}}\n", **CHART},
        {"f/fleet.yaml": "helm: {chart: ../charts/d}\n"},
    ),
    "a release that a chart makes": Change({**APPS, **CHART}, {"apps/values.yaml": "chart: d\n"}),
    "a chart that makes releases": Change({**APPS, **CHART}, dict.fromkeys(APPS)),
    "a patch of a release": Change(
        {**MADE, **CHART}, {"o/p.yaml": "- {op: add, path: /metadata/labels, value: {a: b}}\n"}
    ),
    "an overlay that makes a release": Change({**MADE, **CHART}, {"o/kustomization.yaml": None}),
}


def told(root: Path, *arguments: str) -> set[tuple[str, str, int]]:
    done = run("scan", "--format", "json", *arguments, cwd=root)
    found = json.loads(done.stdout)["findings"]
    return {(each["rule"], each["location"]["path"], each["location"]["line"]) for each in found}


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_mended_no_more_is_told_by_a_scan_of_the_change(name: str, tmp_path: Path) -> None:
    files, after = CHANGES[name]
    root = repository(tmp_path, files)
    before = told(root, ".")
    git(root, "rm", "--quiet", *after)
    write(root, {path: text for path, text in after.items() if text is not None})
    new = told(root, ".") - before
    assert {rule for rule, *_ in new} & {"HPC001", "HPC002", "HPC101"}
    assert new - told(root, "--changed-since", "HEAD") == set()


@pytest.mark.parametrize("held", [None, b"resources: []\nresources: []\n", b"\xff", b"helmCharts: [{name: c}]\n"])
def test_what_cannot_be_told_of_an_old_text_may_be_anything(held: bytes | None, tmp_path: Path) -> None:
    assert formerly({str(tmp_path / "kustomization.yaml"): held}, str(tmp_path), None) is None


@pytest.mark.parametrize("more", ["a: {{ .b }}\n", "---\na: [\n", SOURCE, "# \ufffd\n"])
def test_a_release_that_cannot_be_read_alone_may_have_deployed_anything(more: str, tmp_path: Path) -> None:
    held = f"{ARGO}{'---' if more == SOURCE else ''}\n{more}".encode()
    assert formerly({str(tmp_path / "app.yaml"): held}, str(tmp_path), None) is None
    assert formerly({str(tmp_path / "app.yaml"): ARGO.encode()}, str(tmp_path), None) == frozenset()


@pytest.mark.parametrize("link", ["o/l.yaml", "o/base"])
@pytest.mark.parametrize("becomes", [None, "other"])
def test_a_link_that_leads_there_no_more(link: str, becomes: str | None, tmp_path: Path) -> None:
    write(tmp_path, {"o/kustomization.yaml": f"resources: [{Path(link).name}]\n" + PATCHES, **OVERLAY})
    (tmp_path / link).symlink_to("../b" if link.endswith("base") else "../b/a.yaml")
    root = repository(tmp_path, {})
    assert "HPC101" not in {rule for rule, path, _ in told(root, "o")}
    (root / link).unlink()
    if becomes:
        (root / link).symlink_to(becomes)
    assert told(root, ".") <= told(root, "--changed-since", "HEAD")


def test_the_hook_tells_it_of_a_deleted_release(tmp_path: Path) -> None:
    root = repository(tmp_path, {"k.yaml": MENDING, "m/a.yaml": BARE})
    git(root, "rm", "--quiet", "k.yaml")
    found = told(root, "--changed", "--deleted")
    assert "HPC101" in {rule for rule, *_ in found}


def test_where_git_does_not_answer_a_named_file_may_have_led_anywhere(tmp_path: Path) -> None:
    root = repository(tmp_path, {"k.yaml": MENDING, "m/a.yaml": BARE})
    (root / "k.yaml").write_text(FLUX, "utf-8")
    (root / ".git/config").write_text("[broken\n", "utf-8")
    assert "HPC101" in {rule for rule, *_ in told(root, "--changed", "k.yaml")}


def test_the_first_commit_has_nothing_before_it(tmp_path: Path) -> None:
    write(tmp_path, {"k.yaml": FLUX, "n/a.yaml": BARE})
    git(tmp_path, "init", "--quiet")
    assert "n/a.yaml" not in {path for _, path, _ in told(tmp_path, "--changed", "k.yaml")}


def test_a_change_of_values_leads_to_what_it_deploys_alone(tmp_path: Path) -> None:
    """Most changes of releases: the rest of a large repository is left alone."""
    root = repository(tmp_path, {"app.yaml": ARGO, "m/a.yaml": BARE, **CHART})
    (root / "app.yaml").write_text(ARGO.replace("network: true", "network: false"), "utf-8")
    found = told(root, "--changed-since", "HEAD")
    assert found == {each for each in told(root, ".") if each[1] != "m/a.yaml"}


def test_a_resource_that_comes_leads_to_no_other_one(tmp_path: Path) -> None:
    files = {"m/kustomization.yaml": "resources: [a.yaml]\n", "m/a.yaml": DAEMONSET, "n/a.yaml": BARE}
    root = repository(tmp_path, {**files, "n/kustomization.yaml": "resources: [a.yaml]\n"})
    write(root, {"m/kustomization.yaml": "resources: [a.yaml, b.yaml]\n", "m/b.yaml": "a: 1\n"})
    assert not {path for _, path, _ in told(root, "--changed-since", "HEAD") if path.startswith("n/")}


def test_what_many_patterns_may_have_meant_is_anything(tmp_path: Path) -> None:
    def led_to(patterns: int, files: int) -> frozenset[str] | None:
        root = tmp_path / f"{patterns}-{files}"
        paths = [f"a{number}/*/x.json" for number in range(patterns)]
        text = SET.replace("[{path: 'env/*.json'}]", "[" + ", ".join(f"{{path: '{each}'}}" for each in paths) + "]")
        write(root, {"set.yaml": text})
        gone = {str(root / f"b{number}/c/x.json"): b"{}" for number in range(files)}
        return formerly(gone, str(root), None)

    assert led_to(900, 10) == frozenset()
    assert led_to(900, 1_000) is None
