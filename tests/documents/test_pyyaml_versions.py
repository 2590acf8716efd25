"""The reader does not hang on the version of PyYAML: its tests pass with the oldest and the newest that installs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from scanning import ROOT, environment

OLDEST = ("6.0", "6.0.1", "6.0.2", "6.0.3")
"""The first of these that has a wheel for this Python; pyproject.toml allows the first."""


@pytest.fixture(scope="module")
def pip(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """A pip of its own: whatever runs the tests may have none."""
    folder = tmp_path_factory.mktemp("pip") / "venv"
    made = subprocess.run([sys.executable, "-I", "-m", "venv", folder], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("this Python makes no virtual environments")
    program = next(path for path in (folder / "bin" / "python", folder / "Scripts" / "python.exe") if path.exists())
    return [str(program), "-I", "-m", "pip", "--disable-pip-version-check"]


def installed(pip: list[str], wanted: str, target: Path) -> bool:
    command = [*pip, "install", "--quiet", "--only-binary", ":all:", "--target", str(target), wanted]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_the_oldest_version_is_the_one_that_is_asked_for() -> None:
    asked = re.search(r'"PyYAML>=([0-9.]+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert asked is not None
    assert asked[1] == OLDEST[0]


@pytest.mark.parametrize(
    "versions", [tuple(f"PyYAML=={version}" for version in OLDEST), ("PyYAML",)], ids=["old", "new"]
)
def test_the_readers_tests_pass(pip: list[str], versions: list[str], tmp_path: Path) -> None:
    if not any(installed(pip, wanted, tmp_path / "yaml") for wanted in versions):
        pytest.skip(f"pip finds no wheel of {' or '.join(versions)}: no index is reached")
    variables = environment()
    path = os.pathsep.join((str(tmp_path / "yaml"), variables["PYTHONPATH"]))
    tests = [str(ROOT / "tests" / "documents" / name) for name in ("test_document.py", "test_jsontext.py")]
    told = "import yaml; print(yaml.__version__, yaml.__file__)"
    version = subprocess.run(
        [sys.executable, "-c", told], env={**variables, "PYTHONPATH": path}, capture_output=True, text=True, check=True
    ).stdout
    assert str(tmp_path) in version
    command = [sys.executable, "-m", "pytest", "-q", "-x", *tests]
    done = subprocess.run(
        command, cwd=ROOT, env={**variables, "PYTHONPATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"PyYAML {version}\n{done.stdout[-3000:]}"
