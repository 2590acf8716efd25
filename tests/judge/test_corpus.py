"""Real manifests are read as people noted them down, and none without HostProcess is blamed."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scanning import report, shared

pytestmark = pytest.mark.skipif(not (shared() / "corpus").is_dir(), reason="the corpus is not there")
CORPUS = shared() / "corpus"


def rows(table: str) -> list[list[str]]:
    if not (CORPUS / table).is_file():
        return []
    with (CORPUS / table).open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]


def noted() -> Iterator[Any]:
    """Path and note of each manifest of the index."""
    for kind, path, *_, note in rows("INDEX.tsv"):
        if kind == "manifests":
            yield pytest.param(path, note, id=path.removeprefix("manifests/"))


def rendered() -> Iterator[Any]:
    """Path of each chart that was rendered, what was expected, and how often it says `hostProcess: true`."""
    for _chart, _variant, _arguments, expected, mentions, status, path in rows("charts/VALUES.tsv"):
        if status == "ok":
            yield pytest.param(path, expected, int(mentions), id=path.removeprefix("rendered/"))


class Report:
    """One scan of one folder, by path."""

    def __init__(self, folder: str) -> None:
        found = report(CORPUS / folder)
        self.summary: dict[str, Any] = found["summary"]
        self.findings: list[dict[str, Any]] = found["findings"]
        self.skipped = {Path(skipped["path"]) for skipped in found["skipped"]}
        self.workloads = Counter(Path(workload["location"]["path"]) for workload in found["workloads"])


@pytest.fixture(scope="module")
def manifests() -> Report:
    return Report("manifests")


@pytest.fixture(scope="module")
def renders() -> Report:
    return Report("rendered")


@pytest.mark.parametrize(("path", "note"), list(noted()))
def test_manifests_hold_the_pods_that_were_noted(path: str, note: str, manifests: Report) -> None:
    counted = re.search(r"\bhp_pods=(\d+)", note)
    if "UNPARSABLE" in note:
        assert CORPUS / path in manifests.skipped
    elif counted:
        assert manifests.workloads[CORPUS / path] == int(counted[1])
    else:
        assert "MENTION-ONLY" in note
        assert manifests.workloads[CORPUS / path] == 0


def test_only_what_was_noted_as_unparsable_is_skipped(manifests: Report) -> None:
    unparsable = {CORPUS / path for _, path, *_, note in rows("INDEX.tsv") if "UNPARSABLE" in note}
    assert manifests.skipped == {path for path in unparsable if path.is_relative_to(CORPUS / "manifests")}


@pytest.mark.parametrize(("path", "expected", "mentions"), list(rendered()))
def test_rendered_charts_hold_pods_as_expected(path: str, expected: str, mentions: int, renders: Report) -> None:
    assert min(mentions, 1) <= renders.workloads[CORPUS / path] <= mentions  # a pod and its container may both say it
    names = [finding["name"] for finding in renders.findings if Path(finding["location"]["path"]) == CORPUS / path]
    assert ("missing-host-network" in names) is ("without hostNetwork" in expected)


def test_nothing_rendered_is_skipped(renders: Report) -> None:
    assert renders.skipped == set()


def test_the_background_is_quiet() -> None:
    found = Report("background/manifests")
    blamed = [finding for finding in found.findings if finding["consequence"] != "analysis"]
    assert blamed == []
    assert not found.workloads
    assert found.summary["sources"] > 2000
