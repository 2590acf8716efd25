"""The command line: exit codes, the JSON contract, choices of rules, colour, and what is said about bad input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from scanning import ROOT, environment, report, run

PLAIN = ROOT / "examples" / "plain"
ERRORS = PLAIN / "missing-host-network.yaml"
NOTES = PLAIN / "privileged-daemonset.yaml"
STR, INT, BOOL = str, int, bool
NULLABLE = (str, type(None))
LOCATION = {"path": STR, "line": INT, "column": INT, "end_line": INT, "end_column": INT, "precision": STR}
RESOURCE = {"apiVersion": STR, "kind": STR, "namespace": NULLABLE, "name": NULLABLE}
SOURCE = {"kind": STR, "path": STR, "variant": NULLABLE}
CONTAINER = {"name": STR, "kind": STR, "host_process": BOOL, "account": NULLABLE, "image": NULLABLE}
FINDING = {
    **dict.fromkeys(("rule", "name", "level", "consequence", "message", "hint", "field", "fingerprint"), STR),
    "resource": RESOURCE,
    "container": NULLABLE,
    "location": LOCATION,
    "related": [{"label": STR, "location": LOCATION}],
    "source": SOURCE,
    "suppressed": type(None),
    "fixable": BOOL,
}
WORKLOAD = {"resource": RESOURCE, "location": LOCATION, "source": SOURCE, "containers": [CONTAINER]}
SUMMARY = {
    **dict.fromkeys(("sources", "documents", "workloads", "suppressed", "skipped"), INT),
    "findings": {"error": INT, "warning": INT, "note": INT},
}
REPORT = {
    "version": INT,
    "findings": [FINDING],
    "workloads": [WORKLOAD],
    "not_judged": [],
    "skipped": [{"path": STR, "reason": STR}],
    "summary": SUMMARY,
}


def agrees(value: Any, shape: Any, where: str = "$") -> None:
    if isinstance(shape, dict):
        assert isinstance(value, dict), where
        assert value.keys() == shape.keys(), where
        for key, inner in shape.items():
            agrees(value[key], inner, f"{where}.{key}")
    elif isinstance(shape, list):
        assert isinstance(value, list), where
        for index, item in enumerate(value):
            agrees(item, shape[0], f"{where}[{index}]")
    else:
        kinds = shape if isinstance(shape, tuple) else (shape,)
        assert type(value) in kinds, f"{where}: {value!r}"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([NOTES], 0),
        ([NOTES, "--fail-on", "note"], 1),
        ([ERRORS], 1),
        ([ERRORS, "--fail-on", "never"], 0),
        ([ERRORS, "no-such.yaml"], 3),
        (["no-such.yaml", "--fail-on", "never"], 3),
        ([ERRORS, "--select", "HPC2"], 0),
        ([ERRORS, "--select", "missing-host-network"], 1),
        ([ERRORS, "--ignore", "HPC101"], 0),
        ([ERRORS, "--ignore", "HPC1"], 0),
    ],
)
def test_exit_code(arguments: list[str | Path], code: int, tmp_path: Path) -> None:
    done = run("scan", *arguments, cwd=tmp_path)
    assert done.returncode == code, done.stdout + done.stderr


def test_json_contract() -> None:
    found = report("examples/plain", "no-such.yaml", cwd=ROOT)
    agrees(found, REPORT)
    assert found["version"] == 1
    assert len(found["workloads"]) == found["summary"]["workloads"] == 6
    assert found["summary"]["skipped"] == len(found["skipped"]) == 1


@pytest.mark.parametrize("name", ["text", "json", "sarif", "github", "gitlab", "junit", "markdown"])
def test_two_runs_give_the_same_bytes(name: str) -> None:
    first, second = (run("scan", "--format", name, "examples/plain", cwd=ROOT, PYTHONHASHSEED=seed) for seed in "12")
    assert first.stdout == second.stdout != ""


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["no-such.yaml"], 3, ["no-such.yaml", "No such file", "name a file or a directory"]),
        (["empty"], 3, ["empty", "nothing to scan", "name a file or a directory"]),
        (["binary.yaml"], 3, ["binary.yaml", "is binary", "UTF-8", "make it a readable text file"]),
        (["linked"], 3, ["linked/dangling.yaml", "symbolic link that leads nowhere", "remove or mend the link"]),
        ([ERRORS, "--frobnicate"], 2, ["--frobnicate"]),
        ([ERRORS, "--kubernetes-version", "new"], 2, ["--kubernetes-version", "'new'", "1.29"]),
        ([ERRORS, "--report", "sarif"], 2, ["--report", "'sarif'", "FORMAT=FILE"]),
        ([ERRORS, "--select", "missing-host-netwrk"], 2, ["--select", "did you mean `missing-host-network`?"]),
        ([ERRORS, "--output", "none/out.txt"], 2, ["none/out.txt", "cannot be written", "No such"]),
        ([ERRORS, "--values", "none.yaml"], 2, ["--values", "no file 'none.yaml'"]),
        ([ERRORS, "--config", "none.yaml"], 2, ["none.yaml", "cannot be read"]),
    ],
)
def test_bad_input(arguments: list[str | Path], code: int, said: list[str], tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "dangling.yaml").symlink_to("nowhere")
    (tmp_path / "binary.yaml").write_bytes(b"\0\1\2\xff")
    before = sorted(tmp_path.rglob("*"))
    done = run("scan", *arguments, cwd=tmp_path)
    assert done.returncode == code
    for words in said:
        assert words in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert sorted(tmp_path.rglob("*")) == before, "no half file"


def test_terminal_controls_are_escaped(tmp_path: Path) -> None:
    text = ERRORS.read_text(encoding="utf-8").replace("image-cleanup", r'"a\e[31mb\u202e"', 1)
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    done = run("scan", "a.yaml", cwd=tmp_path)
    assert done.returncode == 1
    assert not {"\x1b", "\u202e"} & set(done.stdout)


def test_color() -> None:
    assert "\x1b[" in run("scan", "--color", "always", ERRORS).stdout
    assert "\x1b[" in run("scan", "--color", "always", ERRORS, NO_COLOR="1").stdout
    assert "\x1b[" not in run("scan", ERRORS, NO_COLOR="1").stdout
    assert "\x1b[" not in run("scan", "--color", "never", ERRORS).stdout


def test_explain() -> None:
    assert run("explain", "HPC101").stdout == run("explain", "missing-host-network").stdout
    assert "## When to ignore" in run("explain", "HPC101").stdout
    wrong = run("explain", "missing-acount")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "did you mean `missing-account`?" in wrong.stderr


def test_rules_as_json() -> None:
    listed = json.loads(run("rules", "--format", "json").stdout)
    assert listed["version"] == 1
    assert {"id", "name", "title", "level"} < listed["rules"][0].keys()
    assert len({rule["id"] for rule in listed["rules"]}) == len(listed["rules"]) > 50


def test_standard_input() -> None:
    done = run("scan", "--format", "json", "-", stdin=ERRORS.read_bytes())
    assert done.returncode == 1
    assert [finding["location"]["path"] for finding in json.loads(done.stdout)["findings"]] == ["-"]


def test_broken_pipe() -> None:
    command = [sys.executable, "-m", "hostprocess_lint", "rules"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    process.wait()
    assert said == b""
