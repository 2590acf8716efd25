"""Archives and `.helmignore` read as Helm reads them; those made at random are in `tests/fuzz`."""

from __future__ import annotations

import io
import sys
import tarfile
from pathlib import Path
from random import Random
from types import ModuleType

import pytest
from helm_charts import CHART
from scanning import write

from hostprocess_lint.sources.charts.archive import Reading, read_archive
from hostprocess_lint.sources.charts.dependencies import pulled
from hostprocess_lint.sources.charts.helmignore import HelmIgnore
from hostprocess_lint.sources.discovery import discover
from hostprocess_lint.sources.source import Source

sys.path.insert(0, str(Path(__file__).parents[1] / "fuzz"))

import archives
import helmignore

INPUTS = 1_500


@pytest.mark.parametrize("kind", [archives, helmignore])
def test_helm_s_own_reading(kind: ModuleType) -> None:
    pytest.importorskip("helm_python")
    assert sum(kind.read_by_helm(Random(seed)) for seed in range(INPUTS)) > INPUTS / 6, "most are refused by Helm"


def test_bytes_behind_an_archive_do_not_hide_it(tmp_path: Path) -> None:
    for name in ("a.tgz", "b.TGZ", "c.tar.gz"):
        with tarfile.open(tmp_path / name, "w:gz") as archive:
            for member, text in (("x/Chart.yaml", CHART), ("y/templates/a.yaml", "a: 1\n")):
                info = tarfile.TarInfo(member)
                info.size = len(text)
                archive.addfile(info, io.BytesIO(text.encode()))
        with (tmp_path / name).open("ab") as stream:
            stream.write(b"trailing")
    found = [item for item in discover([str(tmp_path)], None) if isinstance(item, Source)]
    assert [item.kind for item in found] == ["chart"] * 3
    assert "templates/a.yaml" in read_archive(tmp_path / "a.tgz", Reading())


def test_a_packaged_copy_in_its_own_folder_is_scanned_once(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "Chart.yaml").write_text(CHART)
    (tmp_path / "templates" / "a.yaml").write_text("a: 1\n")

    def charts(text: str) -> list[str]:
        with tarfile.open(tmp_path / "agent-0.1.0.tgz", "w:gz") as archive:
            for member, data in (("agent/Chart.yaml", CHART), ("agent/templates/a.yaml", text)):
                info = tarfile.TarInfo(member)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data.encode()))
        found = [item for item in discover([str(tmp_path)], None) if isinstance(item, Source)]
        return [Path(item.file).name for item in found if item.kind == "chart"]

    assert charts("a: 1\n") == [tmp_path.name]
    assert charts("a: 2\n") == [tmp_path.name, "agent-0.1.0.tgz"]


def test_only_a_line_feed_ends_a_line_of_helmignore() -> None:
    assert not HelmIgnore(b"# note\x0ctemplates/bad.yaml\n# \xc2\x85a\x1eb\n").covers("templates/bad.yaml", False)


@pytest.mark.parametrize(
    ("requirement", "taken"),
    [
        ("1.x", "1.10.0"),
        ("", "2.0.0"),
        ("~1.9", "1.9.0"),
        (">=1.9.0 <1.10.0", "1.9.0"),
        ("1.11.0-rc.1", "1.11.0-rc.1"),
        ("v2.0.0", "2.0.0"),
        ("3.x", None),
    ],
)
def test_of_pulled_charts_the_one_is_taken_that_helm_takes(requirement: str, taken: str | None, tmp_path: Path) -> None:
    for version in ("1.9.0", "1.10.0", "1.11.0-rc.1", "2.0.0"):
        write(tmp_path / f"agent-{version}", {"Chart.yaml": f"apiVersion: v2\nname: agent\nversion: {version}\n"})
    write(tmp_path / "agent-of-others", {"Chart.yaml": "apiVersion: v2\nname: agent-of-others\nversion: 1.99.0\n"})
    found = pulled("agent", requirement, tmp_path)
    assert (found and found.name) == (taken and f"agent-{taken}")
