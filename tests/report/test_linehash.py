"""The fingerprint of a line is code scanning's, and moves with its line."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_cases import MANIFEST
from scanning import shared

from hostprocess_lint.report.linehash import line_hashes

SARIF_LINT = shared() / "sarif-kit" / "sarif_lint.py"
GREETINGS = [
    "e9496ae3ebfced30:1",
    "fb7c023a8b9ccb3f:1",
    "ce8ba1a563dcdaca:1",
    "e20e36e16fcb0cc8:1",
    "b3edc88f2938467e:1",
    "c8e28b0b4002a3a0:1",
    "c129715d7a2bc9a3:1",
]
LINE = 16


def every(text: str) -> list[str]:
    count = len(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return list(line_hashes(text, range(1, count + 1)).values())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["c129715d7a2bc9a3:1"]),
        (" a\nb\n  \t\tc\n d", ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"]),
        (" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n", GREETINGS),
        (" hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r", GREETINGS),
        (" hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n", GREETINGS),
        (" hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n", GREETINGS),
    ],
)
def test_vectors_of_codeql_action(text: str, expected: list[str]) -> None:
    assert every(text) == expected


def test_alike_lines_are_counted() -> None:
    hashes = every("Lorem ipsum dolor sit amet.\n" * 10)
    assert hashes[:7] == [*(f"a7f2ff13bc495cf2:{n}" for n in range(1, 7)), "a7f2ff1481e87703:1"]


def test_only_what_is_asked_for() -> None:
    assert line_hashes("a\nb\nc\n", {2}) == {2: every("a\nb\nc\n")[1]}
    assert line_hashes("a\n", ()) == {}


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "# moved\n\n" + text,
        lambda text: text.replace("  ", "    "),
        lambda text: text.replace("  ", "\t"),
        lambda text: text.replace("\n", "\r\n"),
    ],
    ids=["lines above", "indent", "tabs", "CRLF"],
)
def test_survives(change: Callable[[str], str]) -> None:
    changed = change(MANIFEST)
    moved = changed.count("\n") - MANIFEST.count("\n") + LINE
    assert line_hashes(changed, {moved})[moved] == line_hashes(MANIFEST, {LINE})[LINE]


@pytest.fixture(scope="module")
def kit() -> ModuleType:
    if not SARIF_LINT.exists():
        pytest.skip("the shared SARIF kit is not beside the repository")
    spec = importlib.util.spec_from_file_location("sarif_lint", SARIF_LINT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@given(text=st.text(st.sampled_from("a \t\r\n\ufeff\u2028é😀\0")) | st.text())
def test_agrees_with_the_shared_kit(kit: ModuleType, text: str) -> None:
    assert every(text) == kit.line_hashes(text)
