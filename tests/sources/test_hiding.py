"""Nothing hides: neither behind a link, nor in a folder for its name, nor behind an exclusion that nobody hears of."""

from __future__ import annotations

from pathlib import Path

import pytest
from helm_charts import CHART
from scanning import POD, as_read, report, run, write

from hostprocess_lint.outcome import Outcome, Passed, Skipped
from hostprocess_lint.rendered import Rendered
from hostprocess_lint.sources.discovery import discover
from hostprocess_lint.sources.source import Source, named_source


def names(*paths: Path, root: Path) -> set[str]:
    found = [item for item in discover([str(path) for path in paths], None) if isinstance(item, Source)]
    return {item.path.removeprefix(f"{root}/") for item in found}


def told(path: Path) -> list[Skipped]:
    return [found for found in discover([str(path)], None) if isinstance(found, Skipped)]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository of which a part is scanned."""
    root = write(tmp_path.resolve() / "repository", {".git/HEAD": "", "deploy/ok.yaml": "a: 1\n", "x.txt": POD})
    write(tmp_path / "elsewhere", {"bad.yaml": POD})
    return root


def test_a_link_to_a_file_of_another_suffix_is_followed(tree: Path) -> None:
    (tree / "deploy/bad.yaml").symlink_to("../x.txt")
    assert names(tree / "deploy", root=tree) == {"deploy/ok.yaml", "deploy/bad.yaml"}
    assert names(tree, root=tree) == {"deploy/ok.yaml", "deploy/bad.yaml"}


def test_a_link_that_was_checked_out_as_a_file_is_followed(tree: Path) -> None:
    (tree / "deploy/bad.yaml").write_text("../x.txt", encoding="utf-8")
    assert isinstance(as_read(named_source("manifest", str(tree / "deploy/bad.yaml"))), Rendered)


def test_a_link_to_what_is_scanned_anyway_is_not(tree: Path) -> None:
    (tree / "deploy/again.yaml").symlink_to("ok.yaml")
    (tree / "folder").symlink_to("deploy")
    assert names(tree, root=tree) == {"deploy/ok.yaml"}


def test_a_link_to_a_folder_out_of_scope_is_followed_once(tree: Path) -> None:
    write(tree, {"shared/base/bad.yaml": POD})
    for name in ("a", "b"):
        (tree / "deploy" / name).symlink_to("../shared")
    (tree / "shared/loop").symlink_to("..")
    (tree / "shared/base/deploy").symlink_to("../../deploy")
    assert {"deploy/ok.yaml", "deploy/a/base/bad.yaml"} <= names(tree / "deploy", root=tree)
    assert not any(name.startswith("deploy/b/") for name in names(tree / "deploy", root=tree))


@pytest.mark.parametrize("target", ["bad.yaml", "."])
def test_a_link_out_of_the_repository_is_told(target: str, tree: Path) -> None:
    (tree / "deploy/bad.yaml").symlink_to(Path("../../elsewhere") / target)
    assert [found.reason for found in told(tree)] == ["a symbolic link out of the repository, not followed"]


NAMES = ["node_modules", "site-packages", ".venv", ".tox", "__pycache__", ".terraform", ".git"]


@pytest.mark.parametrize("folder", NAMES)
def test_a_name_alone_hides_nothing(folder: str, tree: Path) -> None:
    write(tree, {f"deploy/{folder}/bad.yaml": POD})
    assert f"deploy/{folder}/bad.yaml" in names(tree, root=tree)


@pytest.mark.parametrize("text", ["", "home = /usr/bin\n"])
def test_a_marker_hides_nothing(text: str, tree: Path) -> None:
    write(tree, {"deploy/pyvenv.cfg": text, "deploy/bad.yaml": POD})
    assert "deploy/bad.yaml" in names(tree, root=tree)


INSTALLED = {
    "node_modules": "left-pad/package.json",
    "site-packages": "yaml-6.0.dist-info/METADATA",
    ".terraform": "modules/modules.json",
}


@pytest.mark.parametrize("folder", INSTALLED)
def test_installed_packages_are_left_out_and_counted(folder: str, tree: Path) -> None:
    write(tree, {f"{folder}/{INSTALLED[folder]}": "{}", f"{folder}/left-pad/values.yaml": "a: 1\n"})
    found = [item for item in discover([str(tree)], None) if isinstance(item, Passed)]
    assert [(item.path, item.outcome) for item in found] == [(f"{tree}/{folder}", Outcome.EXCLUDED)]
    assert names(tree, root=tree) == {"deploy/ok.yaml"}


def test_a_link_into_installed_packages_is_followed(tree: Path) -> None:
    write(tree, {"node_modules/charts/package.json": "{}", "node_modules/charts/bad.yaml": POD})
    (tree / "deploy/vendored").symlink_to("../node_modules/charts")
    assert "deploy/vendored/bad.yaml" in names(tree, root=tree)


def test_a_path_that_was_named_and_is_excluded_is_said(tree: Path) -> None:
    [found] = discover([str(tree / "deploy")], lambda path: path.endswith("deploy"))
    assert isinstance(found, Passed)
    assert found.is_asked_for


@pytest.mark.parametrize("target", ["b.yaml", "z" * 300, "ok.yaml/x"], ids=["itself", "no name", "through a file"])
def test_a_link_that_leads_nowhere_is_told_and_hides_nothing(target: str, tree: Path) -> None:
    (tree / "deploy/b.yaml").symlink_to(target)
    (found,) = told(tree / "deploy")
    assert (found.path.rpartition("/")[2], found.rule) == ("b.yaml", "HPC001")
    assert names(tree / "deploy", root=tree) == {"deploy/ok.yaml"}


def test_a_chart_beside_a_kustomization_hides_it_not(tmp_path: Path) -> None:
    files = {
        "a/Chart.yaml": CHART,
        "a/templates/x.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n",
        "a/kustomization.yaml": "resources: [pod.txt]\n",
        "a/pod.txt": POD,
    }
    found = report(".", cwd=write(tmp_path, files))
    assert {each["location"]["path"] for each in found["findings"]} == {"a/pod.txt"}


def test_what_an_overlay_reads_and_cannot_matter_has_an_outcome(tmp_path: Path) -> None:
    files = {
        "o/kustomization.yaml": "resources: [pod.yaml, missing.yaml]\ncomponents: [../c]\n",
        "o/pod.yaml": POD,
        "o/plain.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n",
        "p/kustomization.yaml": "resources: [plain.yaml]\n",
        "p/plain.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n",
    }
    done = run("coverage", ".", cwd=write(tmp_path, files))
    assert {line.split()[2] for line in done.stdout.splitlines() if line.startswith("irrelevant")} == {
        "o/plain.yaml", "p", "p/plain.yaml",
    }  # fmt: skip


TEMPLATED = POD.replace("name: agent", "name: {{ .Release.Name }}", 1)


@pytest.mark.parametrize(("link", "target"), [("a.yaml", "../../shared/a.yaml"), ("more", "../../shared")])
def test_a_template_that_charts_share_by_a_link_is_judged_as_rendered(link: str, target: str, tmp_path: Path) -> None:
    write(tmp_path, {".git/HEAD": "", "shared/a.yaml": TEMPLATED, "c/Chart.yaml": CHART, "c/templates/.keep": ""})
    assert "HPC001" in {each["rule"] for each in report(".", cwd=tmp_path)["findings"]}
    (tmp_path / "c/templates" / link).symlink_to(target)
    found = report(".", cwd=tmp_path)
    assert found["skipped"] == []
    assert [each["source"]["path"] for each in found["workloads"]] == ["c"]


READS = {
    "files/a.yaml": '{{ tpl (.Files.Get "files/a.yaml") . }}',
    "files": '{{ range $path, $_ := .Files.Glob "files/*.yaml" }}{{ tpl ($.Files.Get $path) $ }}{{ end }}',
    "charts/sub/a.yaml": "",
}


@pytest.mark.parametrize("link", READS)
def test_what_a_chart_reads_through_a_link_is_judged_as_rendered(link: str, tmp_path: Path) -> None:
    files = {
        ".git/HEAD": "",
        "shared/a.yaml": TEMPLATED,
        "c/Chart.yaml": CHART,
        "c/templates/b.yaml": READS[link],
        "c/charts/sub/Chart.yaml": CHART.replace("name: ", "name: sub-"),
        "c/charts/sub/templates/b.yaml": '{{ tpl (.Files.Get "a.yaml") . }}',
        "c/files/.keep" if "/" in link else "c/.keep": "",
    }
    write(tmp_path, files)
    assert "HPC001" in {each["rule"] for each in report(".", cwd=tmp_path)["findings"]}
    target = "shared" if link == "files" else "shared/a.yaml"
    (tmp_path / "c" / link).symlink_to(f"{'../' * (link.count('/') + 1)}{target}")
    found = report(".", cwd=tmp_path)
    assert (found["skipped"], [each["source"]["path"] for each in found["workloads"]]) == ([], ["c"])


def test_a_link_that_no_template_reads_through_hides_nothing(tmp_path: Path) -> None:
    files = {".git/HEAD": "", "shared/a.yaml": TEMPLATED, "c/Chart.yaml": CHART, "c/files/.keep": ""}
    write(tmp_path, {**files, "c/templates/b.yaml": READS["files/a.yaml"]})
    (tmp_path / "c/files/other.yaml").symlink_to("../../shared/a.yaml")
    assert "HPC001" in {each["rule"] for each in report(".", cwd=tmp_path)["findings"]}


def test_a_manifest_beside_vendored_charts_is_one_by_itself(tmp_path: Path) -> None:
    files = {"c/Chart.yaml": CHART, "c/charts/a.yaml": POD, "c/charts/b/Chart.yaml": CHART, "c/charts/b/c.yaml": POD}
    root = write(tmp_path.resolve(), files)
    assert names(root, root=root) == {"c", "c/charts/a.yaml"}
