"""What a release is made of: a wheel and a source distribution, complete, and the same bytes twice."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from scanning import POD, ROOT

BUILD = [sys.executable, "-I", "-m", "build"]


def ran(*command: str | Path, cwd: Path = ROOT) -> str:
    done = subprocess.run([*map(str, command)], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The wheel, made from the source distribution, and that."""
    for module in ("build", "twine", "check_wheel_contents"):
        pytest.importorskip(module)
    folder = tmp_path_factory.mktemp("dist")
    asked = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--dest",
        str(folder / "asked"),
        "hatchling",
    ]
    if subprocess.run(asked, capture_output=True, check=False).returncode:
        pytest.skip("pip reaches no index to build with")
    ran(*BUILD, "--outdir", folder, ROOT)
    return next(folder.glob("*.whl")), next(folder.glob("*.tar.gz"))


def test_what_the_index_asks_for(built: tuple[Path, Path]) -> None:
    ran(sys.executable, "-I", "-m", "twine", "check", "--strict", *built)
    ran(sys.executable, "-I", "-m", "check_wheel_contents", built[0])


def test_the_same_bytes_twice(built: tuple[Path, Path], tmp_path: Path) -> None:
    ran(*BUILD, "--outdir", tmp_path, ROOT)
    for file in built:
        assert (tmp_path / file.name).read_bytes() == file.read_bytes()


def test_the_source_distribution_holds_what_its_tests_need(built: tuple[Path, Path]) -> None:
    """All that git tracks, but for what only the repository needs."""
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if tracked.returncode:
        pytest.skip("this is no checkout")
    with tarfile.open(built[1]) as archive:
        held = {member.name.partition("/")[2] for member in archive.getmembers()}
    assert {name for name in tracked.stdout.splitlines() if name not in held} == set()


def test_the_wheel_scans_by_itself(built: tuple[Path, Path], tmp_path: Path) -> None:
    """The package, its pages, its schema and its template are in it; its dependencies are those of this environment."""
    with zipfile.ZipFile(built[0]) as wheel:
        wheel.extractall(tmp_path / "installed")
    (tmp_path / "pod.yaml").write_text(POD, encoding="utf-8")
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'installed')!r})\n"
        "import hostprocess_lint, hostprocess_lint.__main__ as door\n"
        f"assert hostprocess_lint.__file__.startswith({str(tmp_path)!r})\n"
        "door.run()"
    )
    said = ran(sys.executable, "-I", "-c", program, "scan", "--select", "HPC401", "pod.yaml", cwd=tmp_path)
    assert "HPC401" in said
    assert "hostprocess-lint" in ran(sys.executable, "-I", "-c", program, "init", cwd=tmp_path)
