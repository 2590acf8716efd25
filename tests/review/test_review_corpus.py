"""The page of real manifests: it opens silently, stays small, and every workload of the inventory is on it."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser import AXE, browser, program
from scanning import shared

from hostprocess_lint.config.settings import Settings
from hostprocess_lint.render.options import RenderOptions
from hostprocess_lint.report.review import writer
from hostprocess_lint.review.cards import review
from hostprocess_lint.review.review import Review
from hostprocess_lint.scanner import Scanner

CORPUS = shared() / "corpus" / "manifests"
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")
_BYTES_PER_CARD = 16_000


@pytest.fixture(scope="module")
def found() -> Review:
    with Scanner(settings=Settings(render=RenderOptions(reach=True))) as scanner:
        scan = scanner.scan(str(CORPUS))
        reviewed = review(scan, ["manifests"])
    assert {card.resource for card in reviewed.cards} == {workload.resource for workload in scan.workloads}
    about = {id(finding) for card in reviewed.cards for finding in card.findings}
    assert len(about) + len(reviewed.findings) == len(scan.findings), "each finding is on a card, or about none"
    return reviewed


def test_the_page_is_small_and_the_same_twice(found: Review) -> None:
    page = writer("html")(found)
    assert len(found.cards) > 40
    assert len(page) < 60_000 + _BYTES_PER_CARD * len(found.cards)
    assert page == writer("html")(found)


@pytest.mark.skipif(program() is None, reason="no Chromium: install one, or name it in CHROMIUM")
def test_the_page_opens_silently_and_axe_finds_nothing_serious(found: Review, tmp_path: Path) -> None:
    file = tmp_path / "review.html"
    file.write_text(writer("html")(found), encoding="utf-8")
    with browser() as page:
        page.look(1280, 900)
        page.open(file.as_uri())
        assert (page.requests, page.said) == ([file.as_uri()], [])
        assert page.run("document.querySelectorAll('details.card').length") == len(found.cards)
        if AXE.is_file():
            page.run(AXE.read_text(encoding="utf-8") + "; 0")
            violations = page.run("axe.run().then(done => done.violations.map(each => [each.impact, each.id]))")
            assert [each for each in violations if each[0] in ("serious", "critical")] == []
