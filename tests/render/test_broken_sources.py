"""A source that the scanner itself breaks on is told, and the others are rendered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from scanning import POD

from hostprocess_lint.outcome import Skipped
from hostprocess_lint.render import manifest
from hostprocess_lint.render.engines import Engines
from hostprocess_lint.render.options import RenderOptions
from hostprocess_lint.render.render import render
from hostprocess_lint.rendered import Rendered
from hostprocess_lint.sources.discovery import discover
from hostprocess_lint.sources.source import Source


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.yaml").write_text(f"# bad\n{POD}")
    (tmp_path / "good.yaml").write_text(POD)
    (tmp_path / "chart" / "templates").mkdir(parents=True)
    (tmp_path / "chart" / "Chart.yaml").write_text("apiVersion: v2\nname: chart\nversion: 0.1.0\n")
    (tmp_path / "chart" / "templates" / "pod.yaml").write_text(POD)
    return tmp_path


def test_what_breaks_on_one_source_costs_no_other(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = manifest.decoded_text

    def decode(raw: bytes) -> str:
        if raw.startswith(b"# bad"):
            raise KeyError("x")
        return real(raw)

    def chart(*_: Any) -> Any:
        raise RuntimeError("no worker")

    monkeypatch.setattr(manifest, "decoded_text", decode)
    monkeypatch.setattr("hostprocess_lint.render.render._chart", chart)
    engines = Engines(None)
    found = list(render(discover([str(tree)]), RenderOptions(), engines))
    engines.close()
    told = {item.path: (item.rule, item.reason) for item in found if isinstance(item, Skipped)}
    assert told == {
        "bad.yaml": ("HPC001", "a fault of hostprocess-lint itself: KeyError: 'x'"),
        "chart": ("HPC002", "a fault of hostprocess-lint itself: RuntimeError: no worker"),
    }
    assert [item.origin.path for item in found if isinstance(item, Rendered)] == ["good.yaml"]
    assert all("/issues" in (item.hint or "") for item in found if isinstance(item, Skipped))


def test_what_breaks_the_search_costs_nothing_else(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise RecursionError("too deep")

    (tree / "o").mkdir()
    (tree / "o" / "kustomization.yaml").write_text("resources: []\n")
    (tree / "c.tgz").write_bytes(b"")
    monkeypatch.setattr("hostprocess_lint.sources.charts.archive.packaged_chart", broken)
    monkeypatch.setattr("hostprocess_lint.sources.overlays.roots.reach", broken)
    found = list(discover([str(tree)]))
    assert {item.path for item in found if isinstance(item, Skipped)} == {"c.tgz", "o"}
    assert {item.path for item in found if isinstance(item, Source)} == {"bad.yaml", "good.yaml", "chart", "o"}
    monkeypatch.setattr("hostprocess_lint.sources.discovery._below", broken)
    assert [type(item) for item in discover([str(tree / "chart"), "good.yaml"])] == [Skipped, Source]
