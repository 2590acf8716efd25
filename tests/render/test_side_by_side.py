"""Overlays are built side by side, come in their order, and leave nothing behind."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from overlays import DAEMONSET
from scanning import write

from hostprocess_lint.outcome import Skipped
from hostprocess_lint.render.engines import Engines
from hostprocess_lint.render.kustomize.engine.kustomize import find_engine
from hostprocess_lint.render.options import RenderOptions
from hostprocess_lint.render.render import render
from hostprocess_lint.render.sidebyside import Ready, SideBySide
from hostprocess_lint.rendered import Rendered
from hostprocess_lint.sources.source import Source, named_source


def several(root: Path, count: int) -> list[Source]:
    write(root, {".git/HEAD": ""})
    for number in range(count):
        own = f"o{number}"
        write(root, {f"{own}/kustomization.yaml": "resources: [ds.yaml]\n", f"{own}/ds.yaml": DAEMONSET})
    return [named_source("overlay", str(root / f"o{number}")) for number in range(count)]


def slept(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def engine(directory: Path, first: str) -> str:
    real = find_engine(None, directory / "repository")
    assert real is not None
    script = directory / "kubectl"
    script.write_text(f'#!/bin/sh\n{first}\nexec {real.path} "$@"\n')
    script.chmod(0o755)
    return str(script)


@pytest.fixture
def side_by_side(monkeypatch: pytest.MonkeyPatch) -> Iterator[SideBySide]:
    """On two processors."""
    made = SideBySide()
    monkeypatch.setattr(made, "_workers", 2)
    yield made
    made.close()


def test_results_come_in_the_order_of_the_jobs() -> None:
    side_by_side = SideBySide()
    waits = [0.2, 0.0, 0.1, 0.0]
    found = [take() for take in side_by_side.results([partial(slept, wait) for wait in waits])]
    side_by_side.close()
    assert found == waits


def test_a_job_that_raises_is_its_own_affair() -> None:
    side_by_side = SideBySide()
    first, second = side_by_side.results([lambda: 1 // 0, lambda: 2])
    with pytest.raises(ZeroDivisionError):
        first()
    assert second() == 2
    side_by_side.close()


def test_jobs_run_side_by_side_however_many_between_them_are_known(side_by_side: SideBySide) -> None:
    meeting = threading.Barrier(2, timeout=30)
    jobs: list[Callable[[], int]] = [meeting.wait, *(Ready(number) for number in range(10, 60)), meeting.wait]
    found = [take() for take in side_by_side.results(jobs)]
    assert found[1:-1] == list(range(10, 60))
    assert {found[0], found[-1]} == {0, 1}


def test_one_that_takes_long_does_not_hold_up_those_behind_it(side_by_side: SideBySide) -> None:
    others = threading.Semaphore(0)
    count = 7

    def last() -> bool:
        return all(others.acquire(timeout=30) for _ in range(count))

    jobs: list[Callable[[], bool | None]] = [last, *[others.release] * count]
    found = [take() for take in side_by_side.results(jobs)]
    assert found == [True, *[None] * count]


def test_overlays_side_by_side(tmp_path: Path) -> None:
    """The first takes longest; that neither changes the order nor adds up."""
    sources = several(tmp_path / "repository", 6)
    slow = engine(tmp_path, 'case "$2" in */o0) /bin/sleep 1;; *) /bin/sleep 0.3;; esac')
    engines = Engines()
    started = time.monotonic()
    found = list(render(sources, RenderOptions(kustomize=slow), engines))
    took = time.monotonic() - started
    engines.close()
    assert [each.origin.path for each in found if isinstance(each, Rendered)] == [each.path for each in sources]
    # A plain and a marked build each: one after the other they would sleep 5 seconds.
    assert took < 5


def test_nothing_is_left_of_builds_that_nobody_waits_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    sources = several(tmp_path / "repository", 6)
    stuck = engine(tmp_path, 'case "$2" in */o0) ;; *) exec /bin/sleep 60;; esac')
    engines = Engines()
    rendering = render(sources, RenderOptions(kustomize=stuck), engines)
    assert isinstance(next(iter(rendering)), Rendered)
    started = time.monotonic()
    rendering.close()
    engines.close()
    assert time.monotonic() - started < 30  # they would sleep for a minute
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("hostprocess-lint")]
    assert list(temporary.iterdir()) == []


def test_places_that_are_asked_for_too_late_are_coarse(tmp_path: Path) -> None:
    """A closed engine starts nothing any more."""
    engines = Engines()
    sources = several(tmp_path / "repository", 1)
    (rendered,) = render(sources, RenderOptions(), engines)
    engines.close()
    assert isinstance(rendered, Rendered)
    assert rendered.removed is not None
    assert rendered.removed(0, ("spec", "gone")) == ()
    assert not isinstance(rendered, Skipped)
