"""Files become text, or a reason why they do not."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from scanning import POD, run

from hostprocess_lint.outcome import Outcome, Passed, Skipped
from hostprocess_lint.render import manifest
from hostprocess_lint.render.manifest import read_manifest
from hostprocess_lint.rendered import Rendered
from hostprocess_lint.sources.source import named_source


def outcome(file: Path, content: bytes) -> Rendered | Skipped | Passed:
    file.write_bytes(content)
    return read_manifest(named_source("manifest", str(file)))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (POD.encode("utf-32"), "UTF-32"),
        (b"\0\0\xfe\xff" + POD.encode("utf-32-be"), "UTF-32"),
        (POD.encode("utf-16-le"), "binary"),
        (POD.encode("utf-32-be"), "binary"),
        (b"\0GITCRYPT\0\x01\x02", "git-crypt"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n", "Git LFS"),
    ],
)
def test_what_is_no_readable_text_is_told(content: bytes, said: str, tmp_path: Path) -> None:
    found = outcome(tmp_path / "a.yaml", content)
    assert isinstance(found, Skipped)
    assert (found.rule, said in found.reason) == ("HPC001", True)


@pytest.mark.parametrize("content", ["a: 1\n".encode("utf-32"), b"\0\x01\x02", b""])
def test_what_holds_no_word_of_ours_is_not(content: bytes, tmp_path: Path) -> None:
    found = outcome(tmp_path / "a.yaml", content)
    assert isinstance(found, Passed)
    assert found.outcome is Outcome.IRRELEVANT


@pytest.mark.parametrize(
    ("word", "told"),
    [("", False), ("hostProcess", True), ("host\\\nProcess", True), ("\\x68ostProcess", True)],
)
def test_a_large_file_is_looked_at_a_piece_at_a_time(
    word: str, told: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifest, "_MAX_BYTES", 2**16)
    monkeypatch.setattr(manifest, "_PIECE", 2**10)
    monkeypatch.setattr(manifest, "_LONGEST_WORD", 2**7)
    for before in range(2**10 - 20, 2**10 + 2):
        content = b"x" * before + word.encode() + b"y" * 2**16
        found = outcome(tmp_path / "a.json", content)
        assert isinstance(found, Skipped) is told
        assert told is (isinstance(found, Skipped) and found.rule == "HPC005")


def test_a_files_size_is_asked_before_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "sparse.yaml"
    with file.open("wb") as stream:
        os.truncate(stream.fileno(), manifest._MAX_BYTES + 1)
    assert isinstance(read_manifest(named_source("manifest", str(file))), Passed)


@pytest.mark.parametrize("said", [b"", b"\n", b"# nothing\n---\n", b"Error: no matches for kind Pod\n"])
def test_nothing_on_standard_input_is_not_clean(said: bytes, tmp_path: Path) -> None:
    done = run("scan", "-", "--format", "json", cwd=tmp_path, stdin=said)
    assert done.returncode == 3
    assert [finding["rule"] for finding in json.loads(done.stdout)["findings"]] == ["HPC001"]
