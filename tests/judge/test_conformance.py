"""What Kubernetes' own validation refuses is what the rules of `rejected` find: 3,000 generated documents."""

from __future__ import annotations

import subprocess
import sys

import pytest
from scanning import environment, shared


@pytest.mark.parametrize("prefix", ["", "upstream_"])
def test_every_document_agrees_with_the_api_server(prefix: str) -> None:
    cases = shared() / "conformance"
    if not cases.is_dir():
        pytest.skip(f"{cases} is not there")
    files = ("--cases", f"{cases}/{prefix}cases.yaml", "--expected", f"{cases}/{prefix}expected.jsonl")
    scanner = (sys.executable, "-m", "hostprocess_lint", "scan", "--format", "json")
    command = [sys.executable, f"{cases}/check.py", *files, "--", *scanner]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    agreed, judged = done.stdout.rsplit("agreement: ", 1)[1].split("/")
    assert int(agreed) == int(judged) > 0
