"""Hostile trees, scanned as a user does: nothing vanishes, nothing outside is shown, and the next source is scanned."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from helm_charts import CHART, DAEMON_SET
from scanning import report, run, write

NEXT = {".git/HEAD": "", "zz/Chart.yaml": CHART, "zz/templates/ds.yaml": DAEMON_SET}


def skipped(root: Path) -> dict[str, str]:
    """What is skipped below a root, with the reasons, after which a harmless chart must have been judged."""
    found = report(".", cwd=root)
    assert any(finding["location"]["path"] == "zz/templates/ds.yaml" for finding in found["findings"])
    return {each["path"]: each["reason"] for each in found["skipped"]}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_pipes_and_links_where_an_archive_is_expected(tmp_path: Path) -> None:
    root = write(tmp_path / "repository", NEXT)
    os.mkfifo(root / "a.tgz")
    (root / "b.tgz").symlink_to("/dev/zero")
    (root / "c.tgz").symlink_to(write(tmp_path, {"outside.tgz": "x"}) / "outside.tgz")
    out = "a symbolic link out of the repository, not followed"
    assert skipped(root) == {"b.tgz": out, "c.tgz": out}
    done = run("scan", "a.tgz", cwd=root)
    assert (done.returncode, "no regular file" in done.stdout) == (3, True)


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"a": "resources: [ds.yaml, ../b]\n", "b": "resources: [../a]\n"}, "cycle: b builds on a, which leads to it"),
        ({"a": "resources: [ds.yaml, ../a]\n"}, "cycle: a builds on a, which leads to it"),
        ({"a": "resources: [ds.yaml, '']\n"}, "cycle: a builds on a, which leads to it"),
        (
            {"a": "resources: [ds.yaml]\ncomponents: [../0]\n", "0": "kind: Component\nresources: [../a]\n"},
            "cycle: 0 builds on a, which leads to it",
        ),
    ],
)
def test_overlays_that_only_refer_to_each_other(tmp_path: Path, files: dict[str, str], reason: str) -> None:
    """None of them is a root; all of them, and the manifests that they read, would go unseen."""
    kustomizations = {f"{name}/kustomization.yaml": text for name, text in files.items()}
    root = write(tmp_path, {**NEXT, **kustomizations, "a/ds.yaml": DAEMON_SET})
    assert list(skipped(root).values()) == [f"{reason}; built without it"]


@pytest.mark.parametrize("name", ["Chart.yaml", "kustomization.yaml"])
@pytest.mark.parametrize("form", ["text", "json", "sarif", "github", "markdown"])
def test_no_report_quotes_what_a_link_leads_to(tmp_path: Path, name: str, form: str) -> None:
    root = write(tmp_path / "repository", NEXT)
    write(tmp_path, {"outside": "smuggled: 1\n"})
    (root / "a").mkdir()
    (root / "a" / name).symlink_to("../../outside")
    done = run("scan", ".", "--format", form, cwd=root)
    assert done.returncode == 3
    assert f"a/{name}" in done.stdout
    assert "smuggled" not in done.stdout


def test_what_a_chart_is_rendered_without_is_where_the_finding_is(tmp_path: Path) -> None:
    dependent = CHART + "dependencies:\n- {name: gone, version: 1.0.0}\n"
    using = CHART + "dependencies:\n- {name: agent, version: 0.1.0, repository: 'file://../sub'}\n"
    files = {**NEXT, "a/Chart.yaml": using, "a/templates/ds.yaml": DAEMON_SET, "sub/Chart.yaml": dependent}
    root = write(tmp_path, files)
    (root / "a/link.txt").symlink_to("/etc/hostname")
    found = [
        each["location"]["path"] for each in report("a", cwd=root)["findings"] if each["rule"] in ("HPC002", "HPC006")
    ]
    assert found == ["a/link.txt", "sub/Chart.yaml"]


def test_a_configured_engine_that_is_none_is_a_reason(tmp_path: Path) -> None:
    """One beside the repository is no part of it, however its path is written."""
    root = write(tmp_path / "repository", NEXT)
    done = run("scan", "zz", "--helm", "nowhere", cwd=root)
    assert (done.returncode, done.stderr) == (3, "")
    assert "nowhere is no program" in done.stdout
    engine = write(tmp_path, {"helm": "#!/bin/sh\necho v3.7.0\n"}) / "helm"
    engine.chmod(0o755)
    assert "is no Helm from version 3.8 on" in run("scan", "zz", "--helm", "../helm", cwd=root).stdout
