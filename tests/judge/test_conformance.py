"""Every verdict about what the API server refuses is its own, document by document."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from scanning import environment, shared

DOUBLED_PORTS = {"t1356", "t1361", "t1372", "t1373", "t1384", "t1392"}
"""HostProcess pods with a port written twice, from before that was a rule: nothing is expected of them, while such
documents in the other sets have HPC115. Of half of them the server's own refusal is noted beside that; the others are
templates, or of a wrong protocol, where it refuses the pod later, or for something else.
"""

SETS: dict[str, set[str]] = {"": DOUBLED_PORTS, "upstream_": set(), "decode_": set(), "field_": set()}


@pytest.mark.parametrize("prefix", SETS)
def test_every_document_agrees_with_the_api_server(prefix: str) -> None:
    cases = shared() / "conformance"
    if not cases.is_dir():
        pytest.skip(f"{cases} is not there")
    files = ("--cases", f"{cases}/{prefix}cases.yaml", "--expected", f"{cases}/{prefix}expected.jsonl")
    scanner = (sys.executable, "-m", "hostprocess_lint", "scan", "--format", "json")
    command = [sys.executable, f"{cases}/check.py", *files, "--show", "100", "--", *scanner]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), check=False)
    assert done.returncode in (0, 1), done.stderr
    disagreements = dict(re.findall(r"^document \d+ \((.*?)\): (.*)$", done.stdout, re.MULTILINE))
    assert disagreements.keys() == SETS[prefix], done.stdout
    assert all("found ['HPC115']" in said for said in disagreements.values())
    agreed, judged = done.stdout.rsplit("agreement: ", 1)[1].split("/")
    assert int(judged) - int(agreed) == len(SETS[prefix])
