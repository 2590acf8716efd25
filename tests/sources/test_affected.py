"""Changed files and the sources that they lead to, in small trees and with the real git."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from changing import FILES, git, repository
from overlays import DAEMONSET
from scanning import RULE, environment, run, seconds, write

from hostprocess_lint.outcome import Skipped
from hostprocess_lint.sources.affected import affected
from hostprocess_lint.sources.source import Source

CHART = "apiVersion: v2\nname: {}\nversion: 0.1.0\n"
TREE = {
    **FILES,
    ".git/HEAD": "",  # enough for where the repository ends
    "charts/agent/.helmignore": "*.md\n",
    "charts/agent/values.schema.json": "{}",
    "charts/agent/crds/crd.yaml": "a: 1\n",
    "charts/agent/charts/inner/Chart.yaml": CHART.format("inner"),
    "charts/agent/charts/inner/templates/a.yaml": "a: 1\n",
    "charts/library/Chart.yaml": CHART.format("library"),
    "charts/library/templates/_a.tpl": "",
    "charts/beside/Chart.yaml": CHART.format("beside")
    + "dependencies:\n- {name: library, version: '*', repository: 'file://../library'}\n",
    "charts/sibling/Chart.yaml": CHART.format("sibling")
    + "dependencies:\n- {name: library, version: '*', repository: 'https://charts.example'}\n",
    "charts/above/Chart.yaml": CHART.format("above")
    + "dependencies:\n- {name: beside, version: '*', repository: 'file://../beside'}\n",
    "kustomize/staging/kustomization.yaml": "resources: [../base]\ncomponents: [../part]\n"
    "configMapGenerator:\n- name: x\n  files: [key=agent.properties]\ngenerators: [generator.yaml]\n",
    "kustomize/staging/agent.properties": "a=b\n",
    "kustomize/staging/generator.yaml": "apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: y}\n"
    "files: [deep.txt]\n",
    "kustomize/staging/deep.txt": "x\n",
    "kustomize/part/kustomization.yaml": "kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\n"
    "patches:\n- path: part.yaml\n",
    "kustomize/part/part.yaml": "a: 1\n",
}
ROOTS = {"overlay kustomize/production", "overlay kustomize/staging"}
LIBRARY = {"chart charts/library", "chart charts/beside", "chart charts/sibling", "chart charts/above"}


def no(_: str) -> bool:
    return False


def names(root: Path, *changed: str) -> set[str]:
    found = list(affected([str(root / path) for path in changed], str(root), no, no))
    sources = [item for item in found if not isinstance(item, Skipped)]
    assert sources == found
    shown = [f"{each.kind} {each.path.removeprefix(f'{root}/')}" for each in sources if not _is_part(each)]
    assert len(shown) == len(set(shown))
    return set(shown)


def _is_part(item: object) -> bool:
    """Whether it is judged with an overlay, as long as that is built with it, or read for the sake of others."""
    return isinstance(item, Source) and (item.is_part or item.is_context)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return write(tmp_path.resolve(), TREE)


AFFECTED: Mapping[str, set[str]] = {
    "README.md": set(),
    "deploy/agent.yaml": {"manifest deploy/agent.yaml"},
    "charts/agent/Chart.yaml": {"chart charts/agent"},
    "charts/agent/templates/agent.yaml": {"chart charts/agent"},
    "charts/agent/templates/_helpers.tpl": {"chart charts/agent"},
    "charts/agent/values.yaml": {"chart charts/agent", "manifest charts/agent/values.yaml"},
    "charts/agent/values.schema.json": {"chart charts/agent", "manifest charts/agent/values.schema.json"},
    "charts/agent/.helmignore": {"chart charts/agent"},
    "charts/agent/crds/crd.yaml": {"chart charts/agent", "manifest charts/agent/crds/crd.yaml"},
    "charts/agent/charts/inner/templates/a.yaml": {"chart charts/agent"},
    "charts/library/templates/_a.tpl": LIBRARY,
    "charts/beside/Chart.yaml": {"chart charts/beside", "chart charts/above"},
    "kustomize/base/agent.yaml": ROOTS,
    "kustomize/base/kustomization.yaml": ROOTS,
    "kustomize/production/account.yaml": {"overlay kustomize/production"},
    "kustomize/staging/kustomization.yaml": {"overlay kustomize/staging"},
    "kustomize/staging/agent.properties": {"overlay kustomize/staging"},
    "kustomize/staging/generator.yaml": {"overlay kustomize/staging"},
    "kustomize/staging/deep.txt": {"overlay kustomize/staging"},
    "kustomize/part/part.yaml": {"overlay kustomize/staging"},
}


@pytest.mark.parametrize("path", AFFECTED)
def test_what_a_changed_file_affects(path: str, tree: Path) -> None:
    assert names(tree, path) == AFFECTED[path]


DELETED: Mapping[str, set[str]] = {
    "deploy/agent.yaml": set(),
    "charts/agent/values.yaml": {"chart charts/agent"},
    "charts/agent/templates/_helpers.tpl": {"chart charts/agent"},
    "kustomize/base/agent.yaml": ROOTS,
    "kustomize/base/kustomization.yaml": {*ROOTS, "manifest kustomize/base/agent.yaml"},
    "kustomize/production/account.yaml": {"overlay kustomize/production"},
    "kustomize/staging/deep.txt": {"overlay kustomize/staging"},
    "kustomize/part/part.yaml": {"overlay kustomize/staging"},
}


@pytest.mark.parametrize("path", DELETED)
def test_what_a_deleted_file_affects(path: str, tree: Path) -> None:
    (tree / path).unlink()
    found = names(tree, path)
    assert found == DELETED[path]


def test_a_values_file_leads_to_what_may_name_it_as_the_context(tree: Path) -> None:
    release = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\n"
    write(tree, {"apps/agent.yaml": release, "env/values.yaml": "a: 1\n"})
    found = affected([str(tree / "env/values.yaml")], str(tree), no, no)
    context = [item.path.removeprefix(f"{tree}/") for item in found if isinstance(item, Source) and item.is_context]
    assert "apps/agent.yaml" in context
    assert names(tree, "env/values.yaml") == {"manifest env/values.yaml"}
    assert names(tree, "apps/agent.yaml") == {"manifest apps/agent.yaml"}
    assert list(affected([str(tree / "README.md")], str(tree), no, no)) == []


def test_a_chart_that_is_gone_affects_those_that_used_it(tree: Path) -> None:
    gone = [path for path in TREE if path.startswith("charts/library/")]
    for path in gone:
        (tree / path).unlink()
    (tree / "charts/library/templates").rmdir()
    (tree / "charts/library").rmdir()
    assert names(tree, *gone) == LIBRARY - {"chart charts/library"}


@pytest.mark.parametrize("repository", ["file://../c{}", "https://charts.example"])
def test_a_chain_of_charts_is_followed_once(repository: str, tmp_path: Path) -> None:
    """From its far end: the charts come in the order in which each is found to be affected last."""
    number = 400
    for each in range(number):
        chart = tmp_path / f"c{each:03}" / "Chart.yaml"
        chart.parent.mkdir()
        below = f"{each + 1:03}"
        dependency = f"{{name: c{below}, version: '*', repository: '{repository.format(below)}'}}"
        chart.write_text(CHART.format(f"c{each:03}") + f"dependencies: [{dependency}]\n")
    changed = str(tmp_path / f"c{number - 1:03}" / "values.yaml")
    reading = seconds(lambda: lambda: list(affected([changed], str(tmp_path), no, no)))
    assert len(names(tmp_path, f"c{number - 1:03}/values.yaml")) == number
    assert reading < 6


@pytest.mark.parametrize("written", ["helmCharts", "helmChartInflationGenerator"])
@pytest.mark.parametrize(
    "path",
    ["charts/beside/templates/a.yaml", "charts/beside/Chart.yaml", "charts/library/templates/_a.tpl", "env/given.txt"],
)
def test_what_a_chart_is_inflated_from_affects_the_overlays_around_it(path: str, written: str, tree: Path) -> None:
    """Its files, those of a chart that it uses and its values files, there or deleted."""
    name, values = ("chartName", "values") if written.endswith("Generator") else ("name", "valuesFile")
    inflating = (
        f"helmGlobals: {{chartHome: ../../charts}}\n{written}: [{{{name}: beside, {values}: ../../env/given.txt}}]\n"
    )
    write(
        tree,
        {
            "kustomize/inflating/kustomization.yaml": inflating,
            "kustomize/over/kustomization.yaml": "resources: [../inflating]\n",
            "kustomize/top/kustomization.yaml": "resources: [../over]\n",
            "env/given.txt": "a: 1\n",
            "charts/beside/templates/a.yaml": "a: 1\n",
        },
    )
    assert "overlay kustomize/top" in names(tree, path)
    (tree / path).unlink()
    assert "overlay kustomize/top" in names(tree, path)
    assert "overlay kustomize/top" not in names(tree, "charts/agent/templates/agent.yaml")


def test_a_directory_may_be_a_chart_and_an_overlay(tree: Path) -> None:
    write(tree, {"charts/agent/kustomization.yaml": "resources: [more.yaml]\n", "charts/agent/more.yaml": DAEMONSET})
    assert {"chart charts/agent", "overlay charts/agent"} <= names(tree, "charts/agent/more.yaml")


def test_the_configuration_affects_everything(tree: Path) -> None:
    everything = names(tree, ".hostprocess-lint.yaml")
    assert ROOTS | LIBRARY | {"manifest deploy/agent.yaml", "chart charts/agent"} <= everything


def test_a_file_is_known_by_its_symbolic_links(tree: Path) -> None:
    (tree / "common.tpl").write_text("", encoding="utf-8")
    (tree / "charts/agent/templates/_common.tpl").symlink_to("../../../common.tpl")
    assert names(tree, "common.tpl") == {"chart charts/agent"}


@pytest.mark.parametrize("given", ["policies/own.md", "known.json", "env/values.yaml"])
def test_what_the_configuration_names_affects_everything(given: str, tmp_path: Path) -> None:
    configuration = "policies: [policies]\ncharts:\n- {path: charts/agent, values: [env/values.yaml]}\n"
    files = {"deploy/agent.yaml": DAEMONSET, "env/values.yaml": "a: 1\n", ".hostprocess-lint.yaml": configuration}
    known = '{"version": 1, "findings": []}\n'
    root = repository(tmp_path, {**files, "policies/rule.yaml": RULE, "known.json": known})
    done = run("scan", "--changed", given, "--baseline", "known.json", "--only-manifests", cwd=root)
    assert "system-account" in done.stdout, done


def test_what_is_excluded_is_not_affected(tmp_path: Path) -> None:
    root = repository(tmp_path, {**FILES, ".hostprocess-lint.yaml": "exclude: [deploy]\n"})
    done = run("scan", "--changed", "deploy/agent.yaml", cwd=root)
    assert (done.returncode, done.stdout) == (0, "")
    assert "nothing to scan is affected" in done.stderr


def test_hostile_overlays_and_charts(tmp_path: Path) -> None:
    """A link to a device has no end, and overlays that only refer to each other have no root."""
    files = {"a/kustomization.yaml": "resources: [../b]\n", "b/kustomization.yaml": "resources: [../a, ds.yaml]\n"}
    root = write(tmp_path, {**files, "b/ds.yaml": DAEMONSET})
    for name in ("x/kustomization.yaml", "y/Chart.yaml"):
        (root / name).parent.mkdir()
        (root / name).symlink_to("/dev/zero")
    assert names(root, "b/ds.yaml") == {"overlay a"}


def test_since_a_revision(tmp_path: Path) -> None:
    root = repository(tmp_path, FILES)
    git(root, "checkout", "--quiet", "-b", "change")
    (root / "deploy/new name.yaml").write_text(DAEMONSET.replace("hostNetwork: true", "hostNetwork: false"), "utf-8")
    done = run("scan", "--changed-since", "HEAD", cwd=root)
    assert (done.returncode, "--> deploy/new name.yaml:10" in done.stdout) == (1, True), done
    git(root, "add", "--all")
    git(root, "rm", "--quiet", "kustomize/production/account.yaml")
    git(root, "commit", "--quiet", "--message", "second")
    done = run("scan", "--changed-since", "HEAD~1", cwd=root)
    assert done.returncode == 3
    assert "--> kustomize/production/kustomization.yaml" in done.stdout
    assert "--> deploy/new name.yaml:10" in done.stdout
    done = run("scan", "--changed-since", "HEAD~1", "deploy", cwd=root)
    assert (done.returncode, done.stdout.count("error[")) == (1, 1)
    done = run("scan", "--changed-since", "HEAD", cwd=root)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("revision", ["nowhere", "--output=x", "HEAD:README.md"])
def test_a_wrong_revision_is_an_error(revision: str, tmp_path: Path) -> None:
    root = repository(tmp_path, FILES)
    done = run("scan", f"--changed-since={revision}", cwd=root)
    assert (done.returncode, done.stdout) == (2, "")
    assert "git knows no revision" in done.stderr
    assert not (root / "x").exists()


def test_git_runs_no_program_of_the_repository(tmp_path: Path) -> None:
    root = repository(tmp_path, FILES)
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n", encoding="utf-8")
    program.chmod(0o755)
    for setting in ("core.fsmonitor", "diff.external", "core.pager"):
        git(root, "config", setting, str(program))
    done = run("scan", "--changed-since", "HEAD", cwd=root)
    assert done.returncode == 0, done
    assert not (tmp_path / "ran").exists()


def test_a_report_is_written_even_of_nothing(tmp_path: Path) -> None:
    root = repository(tmp_path, FILES)
    done = run("scan", "--changed", "README.md", "--report", "sarif=out.sarif", cwd=root)
    assert done.returncode == 0
    assert (root / "out.sarif").stat().st_size > 0


def test_a_changed_readme_reads_no_yaml(tmp_path: Path) -> None:
    root = repository(tmp_path, FILES)
    program = (
        "import sys; from hostprocess_lint.doors.cli import main; code = main(['scan', '--changed', 'README.md']);"
        "print(code, *sorted({'yaml', 'pathlib', 'jsonpath_ng', 'subprocess'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", program], cwd=root, capture_output=True, text=True, env=environment(), check=True
    )
    assert done.stdout.split() == ["0"]


def test_what_is_too_large_to_read_may_say_anything(tmp_path: Path) -> None:
    write(tmp_path, {".git/HEAD": "", "values.yaml": "a: 1\n", "big.yaml": "#" * 6_000_000, "small.yaml": "#"})
    found = affected([str(tmp_path / "values.yaml")], str(tmp_path), no, no)
    assert [Path(item.path).name for item in found if isinstance(item, Source) and item.is_context] == ["big.yaml"]


@pytest.mark.parametrize("name", ["run.py", "notes.md", "main.go", "logo.svg"])
def test_a_file_that_a_release_names_is_a_value_whatever_it_is_called(name: str, tmp_path: Path) -> None:
    release = (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\n"
        f"spec: {{source: {{path: chart, helm: {{fileParameters: [{{name: script, path: ../files/{name}}}]}}}}}}\n"
    )
    write(tmp_path, {"app.yaml": release, f"files/{name}": "x\n", "files/other.md": "x\n"})
    root = str(tmp_path.resolve())
    context = [item for item in affected([f"{root}/files/{name}"], root, no, no) if isinstance(item, Source)]
    assert [os.path.basename(item.file) for item in context if item.is_context] == ["app.yaml"]
    assert list(affected([f"{root}/files/other.md"], root, no, no)) == []


@pytest.mark.parametrize("said", [["--select", "HPC999"], ["--ignore", "HPC999"]])
def test_a_wrong_name_is_told_where_nothing_is_affected(said: list[str], tmp_path: Path) -> None:
    root = repository(tmp_path, FILES)
    done = run("scan", "--changed", "README.md", *said, cwd=root)
    assert (done.returncode, "HPC999" in done.stderr) == (2, True)


def test_a_broken_configuration_is_told_where_nothing_is_affected(tmp_path: Path) -> None:
    root = repository(tmp_path, FILES)
    for text in ("nonsense: 1\n", "select: [HPC999]\n"):
        (root / ".hostprocess-lint.yaml").write_text(text, encoding="utf-8")
        assert run("scan", "--changed", "README.md", cwd=root).returncode == 2
