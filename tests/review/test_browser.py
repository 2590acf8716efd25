"""The page in a real Chromium: read, sorted, filtered, printed, by keyboard, on a phone; and nothing bad runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import AXE, Page, browser, program
from reviewing import bound, container, pod, reviewed, role, rule
from test_page import HOSTILE, hostile

from hostprocess_lint.outcome import Skipped
from hostprocess_lint.report.review import writer
from hostprocess_lint.review.changes import compare
from hostprocess_lint.review.facts import facts
from hostprocess_lint.review.review import ClusterView, Difference, Drift, Review
from hostprocess_lint.workload import Approval, Listed, Standing

pytestmark = pytest.mark.skipif(program() is None, reason="no Chromium: install one, or name it in CHROMIUM")

SYSTEM = {"windowsOptions": {"hostProcess": True, "runAsUserName": "NT AUTHORITY\\SYSTEM"}}
SHOWN = "[...document.querySelectorAll('details.card')].filter(each => !each.hidden).map(each => each.dataset.name)"


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with browser() as opened:
        yield opened


def some() -> Review:
    names = ("zebra", "agent", "proxy", "shell")
    pods = [pod(metadata={"name": name, "namespace": f"team-{name[0]}"}) for name in names[:3]]
    shell = pod(
        metadata={"name": "shell"}, securityContext=SYSTEM, containers=[container(image="docker.io/shell:latest")]
    )
    return reviewed(*pods, shell, role("r", rule("secrets")), bound("r"))


def whole() -> Review:
    """A review with everything that a page can have."""
    review = some()
    approval = Approval("Pod ops/shell", "platform", "repairs nodes", "2027-06-30", review.cards[0].location)
    listed = Listed(approval, fits=True, expired=False), Listed(approval, fits=False, expired=True, nearly="its case")
    standings = Standing(True, approval), Standing(False), Standing(False), Standing()
    cards = tuple(card._replace(standing=each) for card, each in zip(review.cards, standings, strict=True))
    skipped = (Skipped("deploy/bad.yaml", "it is no `YAML`"),)
    comparison = compare(facts(reviewed(pod(metadata={"name": "gone"}))), facts(review), "then", ["a.yaml: unread"])
    first, second, third = cards[:3]
    drift = Drift(second.resource, second.id, second.location, (Difference("image", ("r/agent:1",), ("r/agent:2",)),))
    beside = ClusterView("cluster.json", 1, (first.id,), (first.id,), (drift,), (third.id,))
    return review._replace(cards=cards, listed=listed, skipped=skipped, comparison=comparison, cluster=beside)


def show(page: Page, review: Review, folder: Path, fragment: str = "") -> str:
    file = folder / "review.html"
    file.write_text(writer("html")(review), encoding="utf-8")
    page.look(1280, 900)
    page.open("about:blank")
    page.open(f"{file.as_uri()}{fragment}")
    return file.as_uri()


def test_it_asks_for_nothing_and_its_console_is_silent(page: Page, tmp_path: Path) -> None:
    address = show(page, some(), tmp_path)
    assert (page.requests, page.said) == ([address], [])
    assert page.run("document.querySelector('h1').textContent") == "4 workloads with the rights of the node"


def test_it_is_sorted_and_filtered_and_remembers(page: Page, tmp_path: Path) -> None:
    show(page, some(), tmp_path)
    assert page.run(SHOWN)[0] == "ops/shell", "what reaches furthest comes first"

    def choose(key: str, value: str) -> list[str]:
        set_to = f"document.getElementById('{key}').value = {json.dumps(value)};"
        page.run(f"{set_to} document.getElementById('{key}').dispatchEvent(new Event('input', {{bubbles: true}}))")
        found: list[str] = page.run(SHOWN)
        return found

    assert choose("sort", "name") == ["ops/shell", "team-a/agent", "team-p/proxy", "team-z/zebra"]
    assert choose("account", "NT AUTHORITY\\SYSTEM") == ["ops/shell"]
    assert choose("q", "no such thing") == []
    assert page.run("document.getElementById('nothing').hidden") is False
    assert page.run("document.getElementById('shown').textContent") == "0 of 4"
    choose("q", "LATEST")
    fragment = page.run("location.hash")
    show(page, some(), tmp_path, fragment)
    assert page.run(SHOWN) == ["ops/shell"]
    assert page.run("document.getElementById('sort').value") == "name"
    page.run("document.getElementById('clear').click()")
    assert (len(page.run(SHOWN)), page.run("location.hash")) == (4, "")


def test_approvals_can_be_chosen_and_changes_lead_to_their_cards(page: Page, tmp_path: Path) -> None:
    show(page, whole(), tmp_path)
    page.run("document.getElementById('approved').value = 'approved'; 0")
    page.run("document.getElementById('approved').dispatchEvent(new Event('input', {bubbles: true}))")
    assert page.run(SHOWN) == ["ops/shell"]
    page.run("document.querySelector('#changes a[href^=\"#w-\"]').click()")
    page.wait("document.querySelectorAll('details.card[open]').length === 1")


def test_a_click_on_a_bar_shows_its_workloads(page: Page, tmp_path: Path) -> None:
    show(page, some(), tmp_path)
    page.run("document.querySelector(\"button[data-value='NT AUTHORITY\\\\\\\\SYSTEM']\").click()")
    assert page.run(SHOWN) == ["ops/shell"]


def test_names_are_found_whatever_signs_they_hold(page: Page, tmp_path: Path) -> None:
    names = ("a|b", 'c"], "d', "e,f", "line\nend", "ö" * 5_000)
    cards = reviewed(*(pod(metadata={"name": f"agent-{number}"}) for number in range(len(names) + 1))).cards
    placed = [card._replace(environments=(name,)) for card, name in zip(cards, names, strict=False)]
    show(page, some()._replace(cards=(*placed, cards[-1])), tmp_path)
    buttons = page.run("[...document.querySelectorAll('button[data-key=env]')].length")
    assert buttons == len(names) + 1
    for number in range(buttons):
        page.run(f"document.querySelectorAll('button[data-key=env]')[{number}].click()")
        assert len(page.run(SHOWN)) == 1


def test_an_image_without_a_name_is_no_bar(page: Page, tmp_path: Path) -> None:
    show(page, reviewed(pod(containers=[{"name": "agent"}])), tmp_path)
    assert page.run("[...document.querySelectorAll('button[data-key=q]')].length") == 0


def test_a_thousand_is_more_than_what_is_less(page: Page, tmp_path: Path) -> None:
    review = reviewed(*(pod(metadata={"name": name}, hostNetwork=False) for name in ("few", "many")))
    few, many = (card._replace(findings=card.findings[:1]) for card in review.cards)
    few, many = few._replace(findings=few.findings * 999), many._replace(findings=many.findings * 1_000)
    show(page, review._replace(cards=(few, many)), tmp_path, "#?sort=levels")
    assert page.run(SHOWN) == ["ops/many", "ops/few"]
    show(page, review._replace(cards=(few, many)), tmp_path, "#?sort=nonsense")
    assert len(page.run(SHOWN)) == 2


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_link_leads_to_an_open_card(script: bool, page: Page, tmp_path: Path) -> None:
    review = some()
    page.ask("Emulation.setScriptExecutionDisabled", value=not script)
    try:
        show(page, review, tmp_path, f"#{review.cards[2].id}")
        page.wait("document.querySelectorAll('details.card[open]').length === 1")
        assert page.run("document.querySelector('details.card[open]').dataset.name").endswith(
            review.cards[2].resource.name
        )
        assert page.run("document.getElementById('filters').hidden") is not script, (
            "without a script nothing is shown in vain"
        )
    finally:
        page.ask("Emulation.setScriptExecutionDisabled", value=False)


def test_it_goes_by_keyboard(page: Page, tmp_path: Path) -> None:
    show(page, some(), tmp_path)
    page.press("Tab", 9)
    assert page.run("document.activeElement.textContent") == "To the workloads"
    page.run("document.querySelector('details.card summary').focus()")
    page.press("Enter", 13)
    page.wait("document.querySelectorAll('details.card[open]').length === 1")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("made", ["hostile", "whole"])
def test_nothing_is_wider_than_the_window(made: str, width: int, scheme: str, page: Page, tmp_path: Path) -> None:
    show(page, hostile() if made == "hostile" else whole(), tmp_path)
    page.look(width, 900, scheme)
    page.run("document.querySelectorAll('details').forEach(each => { each.open = true })")
    assert page.run("document.documentElement.scrollWidth") == width
    narrow = "[...document.querySelectorAll('main section > ul > li p')].filter(each => each.offsetWidth < 120).length"
    assert page.run(narrow) == 0, "no column is too narrow for its text"


def test_hostile_names_are_shown_and_do_nothing(page: Page, tmp_path: Path) -> None:
    address = show(page, hostile(), tmp_path)
    page.run("document.querySelectorAll('details').forEach(each => { each.open = true })")
    assert (page.requests, page.said) == ([address], [])
    assert page.run("document.scripts.length") == 1
    assert HOSTILE[0] in page.run("document.body.innerText")


def test_a_printed_page_has_every_card(page: Page, tmp_path: Path) -> None:
    show(page, some(), tmp_path)
    closed = len(page.pdf())
    page.run("document.querySelectorAll('details.card').forEach(each => { each.remove() })")
    assert closed > 1.5 * len(page.pdf())


@pytest.mark.skipif(not AXE.is_file(), reason="no axe: npm install --prefix .npm-tools axe-core@4.14.1")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_serious(width: int, scheme: str, page: Page, tmp_path: Path) -> None:
    show(page, whole(), tmp_path)
    page.look(width, 900, scheme)
    page.run("document.querySelectorAll('details').forEach(each => { each.open = true })")
    page.run(AXE.read_text(encoding="utf-8") + "; 0")
    found = page.run("axe.run().then(done => done.violations.map(each => [each.impact, each.id, each.nodes[0].html]))")
    assert [each for each in found if each[0] in ("serious", "critical", "moderate")] == []
