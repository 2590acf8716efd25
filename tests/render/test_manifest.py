"""Files become text, or a reason why they do not."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from scanning import POD, as_read, run

from hostprocess_lint.outcome import Outcome, Passed, Skipped
from hostprocess_lint.render import manifest
from hostprocess_lint.rendered import Rendered
from hostprocess_lint.sources.source import named_source


def outcome(file: Path, content: bytes) -> Rendered | Skipped | Passed:
    file.write_bytes(content)
    return as_read(named_source("manifest", str(file)))


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
    assert isinstance(as_read(named_source("manifest", str(file))), Passed)


@pytest.mark.parametrize("said", [b"", b"\n", b"# nothing\n---\n", b"Error: no matches for kind Pod\n"])
def test_nothing_on_standard_input_is_not_clean(said: bytes, tmp_path: Path) -> None:
    done = run("scan", "-", "--format", "json", cwd=tmp_path, stdin=said)
    assert done.returncode == 3
    assert [finding["rule"] for finding in json.loads(done.stdout)["findings"]] == ["HPC001"]


NAMED = ("helmfile.yaml", "helmfile.d/agent.yaml", "helmfile.yaml.gotmpl", "fleet.yaml", "fleet.yml")
"""What helmfile and Fleet read for its name."""


@pytest.mark.parametrize(
    "spelling", ["apiVersion:", '"apiVersion":', '"\\x61piVersion":', "'apiVersion' :", "? apiVersion\n:"]
)
@pytest.mark.parametrize("name", NAMED)
def test_a_pod_is_one_whatever_its_file_is_called(name: str, spelling: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    text = "# {{ as in a template }}\n" + POD.replace("apiVersion:", spelling)
    found = outcome(file, text.encode())
    assert isinstance(found, Rendered)
    done = run("scan", "--format", "json", ".", cwd=tmp_path)
    assert {each["rule"] for each in json.loads(done.stdout)["findings"]} >= {"HPC401"}, done.stdout


def test_a_helmfile_that_is_a_template_is_read_as_one_only(tmp_path: Path) -> None:
    (tmp_path / "helmfile.yaml").write_text(
        "releases:\n{{ if true }}\n- {name: hostProcess, chart: ./none}\n{{ end }}\n"
    )
    done = run("scan", "--format", "json", ".", cwd=tmp_path)
    assert [each["rule"] for each in json.loads(done.stdout)["findings"]] == ["HPC006"], done.stdout


def test_braces_in_a_text_about_others_hide_no_right(tmp_path: Path) -> None:
    binding = (
        "# {{ as in a template }}\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\n"
        "metadata: {name: b}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}\n"
        "subjects: [{kind: ServiceAccount, name: default, namespace: ops}]\n"
    )
    (tmp_path / "pod.yaml").write_text(POD.replace("  automountServiceAccountToken: false\n", ""))
    found = []
    for text in (binding, binding.partition("\n")[2]):
        (tmp_path / "binding.yaml").write_text(text)
        done = run("scan", "--format", "json", ".", cwd=tmp_path)
        found.append([each["rule"] for each in json.loads(done.stdout)["findings"]])
    assert found[0] == found[1]
    assert "HPC415" in found[0]
