"""Paths that are given together are read together, whether or not a repository is around them."""

from __future__ import annotations

import json
import os
import random
import textwrap
from pathlib import Path
from typing import Any

import pytest
import yaml
from changing import git, repository
from overlays import DAEMONSET
from releasing import ARGO, CHART, FLUX
from scanning import report, run, write

from hostprocess_lint.sources.paths import boundary, far_apart

APART: dict[str, dict[str, str]] = {
    "an overlay and its base": {
        "overlay/kustomization.yaml": "resources: [../base]\n"
        "patches: [{target: {kind: DaemonSet}, patch: '- {op: remove, path: /spec/template/spec/hostNetwork}'}]\n",
        "base/kustomization.yaml": "resources: [daemonset.yaml]\n",
        "base/daemonset.yaml": DAEMONSET,
    },
    "a generator's file": {
        "overlay/kustomization.yaml": "generators: [../generators/g.yaml]\n",
        "generators/g.yaml": "apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: g}\n"
        "files: [../data/a.yaml]\n",
        "data/a.yaml": DAEMONSET,
    },
    "a release, its chart and its values": {
        "apps/app.yaml": ARGO % "charts/agent" + "    helm: {valueFiles: [/values/production.yaml]}\n",
        **CHART,
        "values/production.yaml": "windows: {hostNetwork: false}\n",
    },
    "a release of a directory": {
        "apps/flux.yaml": FLUX + "  targetNamespace: elsewhere\n",
        "base/daemonset.yaml": DAEMONSET.replace("      hostNetwork: true\n", ""),
    },
    "a chart and its dependency": {
        "chart/Chart.yaml": "apiVersion: v2\nname: chart\nversion: 1.0.0\n"
        "dependencies: [{name: agent, version: '*', repository: 'file://../charts/agent'}]\n",
        "chart/values.yaml": "agent: {windows: {hostNetwork: false}}\n",
        **CHART,
    },
    "a link as git writes it where there are none": {
        "overlay/daemonset.yaml": "../other/daemonset",
        "other/daemonset": DAEMONSET.replace("      hostNetwork: true\n", ""),
        "other/a.yaml": DAEMONSET,
    },
}


def told(root: Path) -> dict[str, Any]:
    return report(*sorted(each for each in root.iterdir() if each.name != ".git"), cwd=Path(root.anchor))


@pytest.mark.parametrize("kind", APART)
def test_without_git_as_in_a_repository(kind: str, tmp_path: Path) -> None:
    root = write(tmp_path / "tree", APART[kind])
    alone = told(root)
    (root / ".git").mkdir()
    together = told(root)
    assert alone == together
    assert together["workloads"]
    assert together["coverage"]["outside"] == 0


@pytest.mark.parametrize("number", range(20))
def test_a_few_of_the_given_paths_mean_the_same(number: int, tmp_path: Path) -> None:
    dice = random.Random(number)
    directories = [tmp_path.joinpath(*dice.choices("abc", k=dice.randint(1, 4))) for _ in range(10)]
    for directory in directories:
        directory.mkdir(parents=True, exist_ok=True)
    for directory in dice.sample(directories, number % 3):
        (directory / ".git").mkdir(exist_ok=True)
    tmp_path.chmod(0o1777 if number % 2 else 0o755)
    given = list(map(str, dice.sample(directories, dice.randint(1, 10))))
    for path in map(str, tmp_path.rglob("*")):
        assert boundary(path, far_apart(given)) == boundary(path, given)


def test_of_many_paths_in_one_directory_two_are_asked(tmp_path: Path) -> None:
    many = [str(tmp_path / "root" / name) for name in map(str, range(100))]
    for path in many:
        Path(path).mkdir(parents=True)
    assert far_apart((*many, "-")) == tuple(many[:2])


def test_a_link_between_them_is_followed_and_no_other(tmp_path: Path) -> None:
    root = write(tmp_path, {"a/x.yaml": "a: 1\n", "b/pod.txt": DAEMONSET, "c/pod.txt": DAEMONSET})
    (root / "a/link.yaml").symlink_to("../b/pod.txt")
    (root / "a/away.yaml").symlink_to(root.parent / "away.txt")
    (root.parent / "away.txt").write_text(DAEMONSET, encoding="utf-8")
    found = report("a", "b", cwd=root)
    assert [(each["path"], each["reason"]) for each in found["skipped"]] == [
        ("a/away.yaml", "a symbolic link out of the repository, not followed"),
        ("b", "nothing to scan: no manifest, chart or overlay in it"),
    ]
    assert [each["location"]["path"] for each in found["workloads"]] == ["a/link.yaml"]


def test_what_lies_beyond_is_told_where_nothing_else_matters(tmp_path: Path) -> None:
    root = write(tmp_path, APART["an overlay and its base"])
    found = report(root / "overlay", cwd=Path(root.anchor))
    assert found["coverage"]["outside"] == 1
    (finding,) = found["findings"]
    assert (finding["rule"], finding["level"], finding["location"]["line"]) == ("HPC006", "note", 1)
    assert "'../base' lies outside the scanned directory" in finding["message"]
    assert "scan the directory around both" in finding["hint"]


def test_changed_files_without_git_know_each_other(tmp_path: Path) -> None:
    root = write(tmp_path, APART["an overlay and its base"])
    files = ("base/daemonset.yaml", "overlay/kustomization.yaml")
    found = report("--changed", *(root / file for file in files), cwd=Path(root.anchor))
    (finding,) = (each for each in found["findings"] if each["rule"] == "HPC101")
    assert finding["source"]["path"].endswith("/overlay")


def test_a_change_is_asked_of_one_repository(tmp_path: Path) -> None:
    one, other = (repository(tmp_path / name, {"pod.yaml": DAEMONSET}) for name in ("one", "other"))
    for arguments in (("--changed", "one/pod.yaml", "other/pod.yaml"), ("--changed-since", "HEAD", "one", "other")):
        done = run("scan", *arguments, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert f"lies outside of {one}, where changes are asked for" in done.stderr
    assert run("scan", "--changed-since", "HEAD", "other", cwd=tmp_path).returncode == 0
    assert other.is_dir()


def test_a_change_is_found_through_a_link(tmp_path: Path) -> None:
    root = repository(tmp_path / "root", {"a/pod.yaml": DAEMONSET, "b/pod.txt": "a: 1\n"})
    bad = DAEMONSET.replace("      hostNetwork: true\n", "")
    (root / "a/new.yaml").write_text(bad, encoding="utf-8")
    (tmp_path / "link").symlink_to(root)
    for path in (tmp_path / "link", tmp_path / "link/a", tmp_path / "link/a/new.yaml", root / "a"):
        done = run("scan", "--changed-since", "HEAD", path, cwd=tmp_path)
        assert (done.returncode, done.stdout.count("error[HPC101]")) == (1, 1), path
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "second")
    (root / "b/pod.txt").write_text(bad, encoding="utf-8")
    (root / "a/link.yaml").symlink_to("../b/pod.txt")
    done = run("scan", "--changed-since", "HEAD", "a", cwd=root)
    assert (done.returncode, done.stdout.count("error[HPC101]")) == (1, 1), "a link that is new"


def test_a_path_that_nothing_is_at_is_told_unless_it_was_deleted(tmp_path: Path) -> None:
    root = repository(tmp_path, {"a/pod.yaml": DAEMONSET, "b/pod.yaml": DAEMONSET})
    done = run("scan", "--changed-since", "HEAD", "c", cwd=root)
    assert (done.returncode, "No such file or directory" in done.stdout) == (3, True)
    git(root, "rm", "--quiet", "b/pod.yaml")
    assert run("scan", "--changed-since", "HEAD", "b", cwd=root).returncode == 0


def test_git_is_heard_where_it_refuses(tmp_path: Path) -> None:
    root = repository(tmp_path / "root", {"pod.yaml": DAEMONSET})
    (tmp_path / "none").mkdir()
    done = run("scan", "--changed-since", "HEAD", cwd=tmp_path / "none")
    assert (done.returncode, "not a git repository" in done.stderr) == (2, True)
    done = run("scan", "--changed-since", "HEAD", cwd=root, GIT_TEST_ASSUME_DIFFERENT_OWNER="1")
    assert done.returncode == 0, "variables of git's are not passed on"
    if os.geteuid() == 0:
        for path in (root, root / ".git"):
            os.chown(path, 12345, 12345)
        done = run("scan", "--changed-since", "HEAD", cwd=root)
        assert (done.returncode, f"safe.directory {root}`" in done.stderr) == (2, True)


def piped(text: str, cwd: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("scan", "--format", "json", "-", cwd=cwd, stdin=text.encode()).stdout)
    return found


ITEMS = "apiVersion: v1\nkind: List\nitems:\n" + textwrap.indent(ARGO % "charts/agent", "  ").replace("  ", "- ", 1)


@pytest.mark.parametrize(
    "text", [ARGO % "charts/agent", ITEMS, json.dumps(yaml.safe_load(ITEMS))], ids=["one", "list", "json"]
)
def test_a_release_on_standard_input_is_read_as_one_in_a_file(text: str, tmp_path: Path) -> None:
    empty, root = tmp_path / "empty", write(tmp_path / "root", {**CHART, ".git/HEAD": ""})
    empty.mkdir()
    (outside,) = piped(text, empty)["findings"]
    assert (outside["rule"], outside["location"]["path"]) == ("HPC006", "-")
    assert "deploys `charts/agent`" in outside["message"]
    assert outside["hint"]
    release = root / "deploy/app.yaml"
    write(root, {"deploy/app.yaml": text})
    in_file = report("deploy", cwd=root)
    release.unlink()
    here = piped(text, root)
    assert here["findings"] == in_file["findings"]
    assert [each["source"] for each in here["workloads"]] == [each["source"] for each in in_file["workloads"]]
    assert {each["resource"]["namespace"] for each in here["workloads"]} == {"ops"}


def test_a_release_on_standard_input_changes_nothing_beside_it(tmp_path: Path) -> None:
    root = write(tmp_path, {".git/HEAD": "", "base/x.yaml": "a: 1\n"})
    text = f"{FLUX.replace('./base', './')}  namePrefix: x-\n---\n{DAEMONSET}"
    assert [each["resource"]["name"] for each in piped(text, root)["workloads"]] == ["agent"]


def test_a_path_given_twice_is_told_once(tmp_path: Path) -> None:
    root = write(tmp_path / "root", {"a/pod.yaml": DAEMONSET, **CHART, ".git/HEAD": ""})
    (tmp_path / "link").symlink_to(root)
    once = report(".", cwd=root)
    for paths in ((".", "a"), ("a", "."), ("./", "../root"), (".", tmp_path / "link"), ("a/pod.yaml", "./a", ".")):
        twice = report(*paths, cwd=root)
        assert (twice["coverage"], len(twice["findings"])) == (once["coverage"], len(once["findings"])), paths


def test_a_part_of_a_chart_that_is_named_alone_is_said(tmp_path: Path) -> None:
    root = write(tmp_path, {**CHART, "deploy/pod.yaml": DAEMONSET, ".git/HEAD": ""})
    template, values = "charts/agent/templates/ds.yaml", "charts/agent/values.yaml"
    done = run("scan", template, cwd=root)
    assert done.returncode == 3
    assert "a template of the chart `charts/agent`, which is not scanned" in done.stdout
    assert "`hostprocess-lint scan charts/agent`" in done.stdout
    done = run("scan", values, cwd=root)
    assert done.returncode == 0
    said = "no document in it has `apiVersion` and `kind`: a part of the chart `charts/agent`, which is not scanned\n"
    assert f"{values}: {said}" in done.stdout
    whole = report("charts/agent", cwd=root)
    parts = report("charts/agent", template, values, cwd=root)
    assert (parts["findings"], parts["skipped"]) == (whole["findings"], [])


def test_a_code_host_knows_what_is_scanned_through_a_link(tmp_path: Path) -> None:
    root = write(tmp_path / "root", {**APART["an overlay and its base"], ".git/HEAD": ""})
    (tmp_path / "link").symlink_to(root)
    done = run("scan", "link", "--format", "sarif", cwd=tmp_path)
    found = [place for each in json.loads(done.stdout)["runs"][0]["results"] for place in each["locations"]]
    assert {each["physicalLocation"]["artifactLocation"]["uri"] for each in found} == {"base/daemonset.yaml"}
