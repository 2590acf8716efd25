"""The contracts of the command line: exit codes, the JSON report, and what it says to wrong input."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from scanning import PACKAGE, POD, ROOT, environment, run, write

BAD = """\
apiVersion: v1
kind: Pod
metadata:
  name: bad
  namespace: ops
spec:
  automountServiceAccountToken: false
  nodeSelector:
    kubernetes.io/os: windows
  securityContext:
    windowsOptions:
      hostProcess: true
      runAsUserName: NT AUTHORITY\\LocalService
  containers:
    - name: a
      image: registry.example/a:1.2.3
      resources: {limits: {memory: 64Mi}}
"""
GOOD = BAD.replace("spec:\n", "spec:\n  hostNetwork: true\n")
NOTED = GOOD.replace("LocalService", "SYSTEM")
WARNED = GOOD.replace("spec:\n", "spec:\n  hostAliases: [{ip: 10.0.0.1, hostnames: [a]}]\n")
BROKEN = "apiVersion: v1\nkind: Pod\nhostProcess: [\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """One manifest of each kind, in a working directory of its own."""
    manifests = {"bad": BAD, "good": GOOD, "noted": NOTED, "warned": WARNED, "broken": BROKEN}
    for name, text in manifests.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["good.yaml"], 0),
        (["noted.yaml"], 0),
        (["warned.yaml"], 1),
        (["bad.yaml"], 1),
        (["good.yaml", "bad.yaml"], 1),
        (["broken.yaml"], 3),
        (["bad.yaml", "broken.yaml"], 3),
        (["."], 3),
        (["noted.yaml", "--fail-on", "note"], 1),
        (["warned.yaml", "--fail-on", "error"], 0),
        (["bad.yaml", "--fail-on", "error"], 1),
        (["bad.yaml", "--fail-on", "never"], 0),
        (["broken.yaml", "--fail-on", "never"], 3),
        (["bad.yaml", "--ignore", "HPC101"], 0),
        (["bad.yaml", "--ignore", "missing-host-network"], 0),
        (["bad.yaml", "--ignore", "hpc101"], 0),
        (["bad.yaml", "--ignore", "Missing-Host-Network"], 0),
        (["bad.yaml", "--ignore", "hpc1,Hpc2"], 0),
        (["bad.yaml", "--ignore", "HPC1,HPC2"], 0),
        (["bad.yaml", "--select", "HPC2"], 0),
        (["bad.yaml", "--select", "HPC2", "--select", "missing-host-network"], 1),
        (["bad.yaml", "--select", "HPC1", "--ignore", "HPC101"], 0),
        (["broken.yaml", "--select", "HPC4"], 3),
        (["broken.yaml", "--ignore", "HPC001,HPC0"], 3),
        (["good.yaml", "--kubernetes-version", "1.22"], 1),
        (["good.yaml", "--kubernetes-version", "v1.29.3"], 0),
        (["good.yaml", "--containerd-version", "1.5"], 1),
    ],
)
def test_exit_codes(arguments: list[str], code: int, tree: Path) -> None:
    done = run("scan", *arguments, cwd=tree)
    assert (done.returncode, done.stderr) == (code, "")
    assert done.stdout.endswith("\n")


def test_what_was_not_looked_at_is_found_and_hides_nothing(tree: Path) -> None:
    both = tree / "both.yaml"
    both.write_text(f"{BROKEN}---\n{BAD}", encoding="utf-8")
    found = json.loads(run("scan", "--format", "json", both, cwd=tree).stdout)
    assert [finding["name"] for finding in found["findings"]] == ["not-parsed", "missing-host-network"]
    [skipped] = found["skipped"]
    assert skipped["path"] == "both.yaml"


WRONG = {
    "no such path": (["scan", "nowhere"], 3, ["nowhere", "No such file", "name a file or a directory"]),
    "a path with a line break": (["scan", "no\nwhere"], 3, ["no\\nwhere", "No such file"]),
    "empty directory": (["scan", "empty"], 3, ["empty", "nothing to scan", "name a file or a directory"]),
    "binary file": (["scan", "binary.yaml"], 3, ["binary.yaml", "it is binary", "UTF-8", "leave it out"]),
    "another encoding": (
        ["scan", "latin.yaml"],
        3,
        ["latin.yaml", "neither UTF-8 nor UTF-16", "byte 18", "leave it out"],
    ),
    "half a character": (["scan", "half.yaml"], 3, ["half.yaml", "neither UTF-8 nor UTF-16", "leave it out"]),
    "dangling symbolic link": (["scan", "links"], 3, ["links/dangling.yaml", "leads nowhere"]),
    "symbolic link given itself": (["scan", "links/dangling.yaml"], 3, ["links/dangling.yaml", "No such file"]),
    "a device": (["scan", os.devnull], 3, [os.devnull, "no regular file", "name a file"]),
    "a file as a directory": (["scan", "good.yaml/x"], 3, ["good.yaml/x", "Not a directory"]),
    "report onto a directory": (["scan", "good.yaml", "--output", "empty"], 2, ["empty", "cannot be written"]),
    "report into no directory": (["scan", "good.yaml", "--report", "json=no/x.json"], 2, ["no/x.json", "No such file"]),
    "report without a file": (["scan", "good.yaml", "--report", "json"], 2, ["--report", "'json'", "FORMAT=FILE"]),
    "report of no format": (["scan", "good.yaml", "--report", "pdf=x"], 2, ["--report", "'pdf=x'", "sarif"]),
    "unknown rule": (
        ["scan", "good.yaml", "--select", "HPC999"],
        2,
        ["--select", "`HPC999`", "hostprocess-lint rules"],
    ),
    "misspelt rule": (
        ["scan", "good.yaml", "--ignore", "misisng-host-network"],
        2,
        ["--ignore", "`missing-host-network`?"],
    ),
    "every rule": (["scan", "good.yaml", "--ignore", "HPC"], 2, ["--ignore", "`HPC` would be every rule", "`HPC1`"]),
    "half a prefix": (["scan", "good.yaml", "--ignore", "HP"], 2, ["--ignore", "`HP`"]),
    "unknown rule to explain": (["explain", "pipe-mounts"], 2, ["`pipe-mounts`", "`pipe-mount`?"]),
    "no version": (["scan", "good.yaml", "--kubernetes-version", "new"], 2, ["--kubernetes-version", "'new'", "1.37"]),
    "a version to come": (
        ["scan", "good.yaml", "--kubernetes-version", "9.99"],
        2,
        ["'9.99' is no Kubernetes", "1.37"],
    ),
    "no containerd": (["scan", "good.yaml", "--containerd-version", "17"], 2, ["--containerd-version", "'17'"]),
    "unknown option": (["scan", "good.yaml", "--fast"], 2, ["--fast"]),
    "shortened option": (["scan", "good.yaml", "--form", "json"], 2, ["--form"]),
    "unknown format": (["scan", "good.yaml", "--format", "pdf"], 2, ["--format", "'pdf'", "json"]),
    "unknown level": (["scan", "good.yaml", "--fail-on", "info"], 2, ["--fail-on", "'info'", "warning"]),
    "no path": (["scan"], 2, ["PATH"]),
    "no command": ([], 2, ["COMMAND"]),
    "unknown command": (["lint"], 2, ["'lint'", "scan"]),
    "misspelt option": (["scan", "good.yaml", "--formt", "json"], 2, ["`--formt`", "did you mean `--format`?"]),
    "misspelt command": (["explian", "HPC101"], 2, ["'explian'", "did you mean `explain`?", "The commands are scan"]),
    "too many words": (["explain", "HPC101", "HPC102"], 2, ["`HPC102` is not known", "explain --help"]),
    "an unset variable as the configuration": (["scan", "bad.yaml", "--config", ""], 2, ["--config is empty"]),
    "an unset variable as policies": (["rules", "--policies", ""], 2, ["--policies is empty"]),
    "an unset variable as a path": (["scan", ""], 2, ["PATH is empty"]),
    "a format that there is not": (["scan", "bad.yaml", "--format", "txt"], 2, ["did you mean `text`?", "sarif"]),
    "a format that is like none": (["rules", "--format", "8"], 2, ["--format cannot be '8'. It is one of text, json"]),
    "two that exclude each other": (["scan", "--changed", "--changed-since", "HEAD"], 2, ["not allowed with"]),
    "an unset variable as a rule": (["explain", ""], 2, ["its argument is empty"]),
    "an unset variable as rules": (["scan", "bad.yaml", "--select", ""], 2, ["--select is empty"]),
    "an unset variable as a baseline": (["scan", "bad.yaml", "--baseline="], 2, ["--baseline is empty"]),
    "an unset variable as a revision": (["scan", "--changed-since", ""], 2, ["--changed-since is empty"]),
    "a comma for rules": (["scan", "bad.yaml", "--select", ","], 2, ["--select: ','", "names no rule"]),
    "no value to set": (["scan", "good.yaml", "--set", "foo"], 2, ["--set", "'foo'", "KEY=VALUE"]),
    "a value without a key": (["scan", "good.yaml", "--set", "=foo"], 2, ["--set", "'=foo'", "KEY=VALUE"]),
    "half a list to set": (["scan", "good.yaml", "--set", "a=b,c"], 2, ["--set", "'a=b,c'", "KEY=VALUE"]),
    "no charts there": (["scan", "good.yaml", "--charts", "no"], 2, ["--charts", "no directory 'no'"]),
    "quiet and verbose": (["scan", "good.yaml", "-q", "-v"], 2, ["not allowed with"]),
    "no such mode": (["scan", "good.yaml", "--suppressions", "some"], 2, ["--suppressions", "'some'"]),
    "a baseline that does not count": (
        ["scan", "good.yaml", "--suppressions", "none", "--baseline", "b.json"],
        2,
        ["--suppressions none", "leave --baseline away"],
    ),
    "no such values file": (["scan", "good.yaml", "--values", "no.yaml"], 2, ["--values", "no file 'no.yaml'"]),
    "no such configuration": (["scan", "good.yaml", "--config", "no.yaml"], 2, ["no.yaml"]),
}
"""What is wrong → the command line, its exit code, and what the message says: what, where, what to do."""  # fmt: skip


@pytest.mark.parametrize(("arguments", "code", "said"), WRONG.values(), ids=WRONG)
def test_wrong_input_is_told(arguments: list[str], code: int, said: list[str], tree: Path) -> None:
    (tree / "empty").mkdir()
    (tree / "binary.yaml").write_bytes(b"hostProcess\0\1\2")
    (tree / "latin.yaml").write_bytes("hostProcess: true \u00e9\n".encode("latin-1"))
    (tree / "half.yaml").write_bytes("hostProcess!".encode("utf-16")[:-1])
    (tree / "links").mkdir()
    (tree / "links" / "dangling.yaml").symlink_to("nowhere.yaml")
    before = sorted(tree.rglob("*"))
    done = run(*arguments, cwd=tree)
    assert sorted(tree.rglob("*")) == before, "no half file is left behind"
    message = done.stdout if code == 3 else done.stderr
    assert done.returncode == code, message
    assert [text for text in said if text not in message] == []
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads every file")
def test_an_unreadable_file_is_told(tree: Path) -> None:
    (tree / "bad.yaml").chmod(0)
    done = run("scan", "bad.yaml", cwd=tree)
    assert done.returncode == 3
    assert "Permission denied" in done.stdout


SCHEMA: dict[str, Any] = json.loads((PACKAGE / "report" / "scan.schema.json").read_text(encoding="utf-8"))
"""The contract, which ships."""


def nested(node: Any) -> Iterator[dict[str, Any]]:
    """Every mapping in a schema."""
    if isinstance(node, dict):
        yield node
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from nested(inner)


def test_the_schema_of_the_report_is_one_and_leaves_nothing_open() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    objects = [each for each in nested(SCHEMA) if each.get("type") == "object"]
    assert len(objects) > 10
    for each in objects:
        assert (each["additionalProperties"], each["required"]) == (False, list(each["properties"]))


def test_the_json_report_keeps_its_contract(tree: Path) -> None:
    (tree / "custom.yaml").write_text("apiVersion: a/v1\nkind: Agent\nspec: {hostProcess: true}\n", encoding="utf-8")
    found = json.loads(run("scan", "--format", "json", ".", cwd=tree).stdout)
    jsonschema.validate(found, SCHEMA)
    assert found["summary"] == {
        "sources": 6,
        "documents": 6,
        "workloads": 4,
        "findings": {"error": 2, "warning": 1, "note": 1},
        "suppressed": 0,
        "skipped": 1,
    }
    assert [len(found[part]) for part in ("findings", "workloads", "not_judged", "skipped")] == [4, 4, 1, 1]


def test_a_finding_says_everything(tree: Path) -> None:
    found = json.loads(run("scan", "--format", "json", "bad.yaml", cwd=tree).stdout)
    [finding] = found["findings"]
    resource = {"apiVersion": "v1", "kind": "Pod", "namespace": "ops", "name": "bad"}
    place = {"path": "bad.yaml", "line": 12, "column": 7, "end_line": 12, "end_column": 24, "precision": "exact"}
    expected = {"rule": "HPC101", "consequence": "rejected", "resource": resource, "field": "spec.hostNetwork"}
    assert {**finding, **expected, "location": place, "container": None, "related": []} == finding
    [workload] = found["workloads"]
    assert workload["containers"] == [
        {
            "name": "a",
            "kind": "regular",
            "host_process": True,
            "account": "NT AUTHORITY\\LocalService",
            "image": "registry.example/a:1.2.3",
        }
    ]


@pytest.mark.parametrize("format_", ["text", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown"])
def test_two_runs_give_the_same_bytes_from_any_checkout(format_: str, tree: Path, tmp_path_factory: Any) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "checkout"
    shutil.copytree(tree, elsewhere)
    first = run("scan", "--format", format_, ".", cwd=tree, PYTHONHASHSEED="1")
    second = run("scan", "--format", format_, ".", cwd=tree, PYTHONHASHSEED="2")
    third = run("scan", "--format", format_, ".", cwd=elsewhere, PYTHONHASHSEED="3")
    assert first.stdout == second.stdout == third.stdout
    assert str(tree) not in first.stdout


def test_paths_are_relative_below_the_working_directory(tree: Path) -> None:
    def paths(*given: str | Path, cwd: Path) -> list[str]:
        found = json.loads(run("scan", "--format", "json", *given, cwd=cwd).stdout)
        return [finding["location"]["path"] for finding in found["findings"]]

    (tree / "below").mkdir()
    assert paths(tree / "bad.yaml", cwd=tree) == ["bad.yaml"]
    assert paths("below/../bad.yaml", cwd=tree) == ["bad.yaml"]
    assert paths("../bad.yaml", cwd=tree / "below") == [(tree / "bad.yaml").as_posix()]


def test_a_path_given_twice_is_scanned_once(tree: Path) -> None:
    found = json.loads(run("scan", "--format", "json", "bad.yaml", "./bad.yaml", tree / "bad.yaml", cwd=tree).stdout)
    assert (found["summary"]["sources"], len(found["findings"])) == (1, 1)


def test_reports_go_to_files_as_well(tree: Path) -> None:
    done = run(
        "scan", "bad.yaml", "--output", "a.txt", "--report", "json=a.json", "--report", "sarif=a.sarif", cwd=tree
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert (tree / "a.txt").read_text(encoding="utf-8").startswith("error[HPC101]")
    assert json.loads((tree / "a.json").read_bytes())["version"] == 1
    assert json.loads((tree / "a.sarif").read_bytes())["version"] == "2.1.0"
    assert sorted(path.name for path in tree.iterdir() if "part" in path.name) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_a_report_into_a_pipe_leaves_the_pipe_there(tree: Path) -> None:
    pipe = tree / "pipe"
    os.mkfifo(pipe)
    with os.fdopen(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)) as reader:
        assert run("scan", "good.yaml", "--output", pipe, cwd=tree).returncode == 0
        assert "no findings" in reader.read()
    assert pipe.is_fifo()
    assert not list(tree.glob("*.part"))


def test_standard_input(tree: Path) -> None:
    done = run("scan", "--format", "json", "-", cwd=tree, stdin=BAD.encode("utf-16"))
    [finding] = json.loads(done.stdout)["findings"]
    assert (done.returncode, finding["location"]["path"], finding["location"]["line"]) == (1, "-", 12)


def test_nothing_on_standard_input_is_not_clean(tree: Path) -> None:
    assert run("scan", "-", cwd=tree).returncode == 3


def test_terminal_controls_of_manifests_are_escaped(tree: Path) -> None:
    hostile = '"\\e]0;owned\\a\\e[31m\\u202e\\u2028"'
    text = BAD.replace("name: bad", f"name: {hostile}") + f"      command: [{hostile}] # \u202e\n"
    (tree / "hostile.yaml").write_text(text, encoding="utf-8")
    for format_ in ("text", "json", "markdown", "github"):
        shown = run("scan", "--format", format_, "hostile.yaml", cwd=tree).stdout
        assert re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e]", shown) == [], format_


@pytest.mark.parametrize(
    ("arguments", "no_color", "colored"),
    [
        ([], "", False),
        (["--color", "never"], "", False),
        (["--color", "always"], "", True),
        (["--color", "always"], "1", True),
        (["--color", "always", "--output", "out.txt"], "", False),
    ],
)
def test_color(arguments: list[str], no_color: str, colored: bool, tree: Path) -> None:
    done = run("scan", "bad.yaml", *arguments, cwd=tree, NO_COLOR=no_color)
    out = tree / "out.txt"
    shown = out.read_text(encoding="utf-8") if out.exists() else done.stdout
    assert ("\x1b[1;31merror" in shown) is colored
    assert "missing-host-network" in shown


@pytest.mark.parametrize(("variables", "colored"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_color_on_a_terminal(variables: dict[str, str], colored: bool, tree: Path) -> None:
    pty = pytest.importorskip("pty", reason="no pseudo terminals here")
    outer, inner = pty.openpty()
    command = [sys.executable, "-m", "hostprocess_lint", "scan", "bad.yaml"]
    variables = {"TERM": "xterm", "NO_COLOR": "", **variables}
    subprocess.run(command, cwd=tree, stdin=inner, stdout=inner, env=environment(**variables), check=False)
    os.close(inner)
    shown = os.read(outer, 65536).decode()
    os.close(outer)
    assert "missing-host-network" in shown
    assert ("\x1b[" in shown) is colored


def test_a_reader_that_goes_away_is_no_accident(tree: Path) -> None:
    for number in range(300):
        (tree / f"{number}.yaml").write_text(BAD, encoding="utf-8")
    command = [sys.executable, "-m", "hostprocess_lint", "scan", "."]
    with subprocess.Popen(command, cwd=tree, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()) as scan:
        assert scan.stdout is not None
        assert scan.stderr is not None
        scan.stdout.read(10)
        scan.stdout.close()
        assert scan.stderr.read() == b""
    assert scan.returncode != 0


def test_explain_prints_the_page() -> None:
    by_id, by_name = run("explain", "HPC201"), run("explain", "pipe-mount")
    assert (by_id.returncode, by_id.stdout) == (0, by_name.stdout)
    page = (ROOT / "policies" / "fails" / "pipe-mount.md").read_text(encoding="utf-8")
    assert by_id.stdout.startswith(
        "# HPC201 pipe-mount: HostProcess container mounts a named pipe\n\nLevel: error.\n\n"
    )
    severe = run("explain", "hpc401").stdout.splitlines()
    assert severe[:4] == [severe[0], "", "Level: note. Security severity: 6.5.", ""]
    assert page.split("---\n", 2)[2].strip() in by_id.stdout


def test_rules_lists_the_catalogue() -> None:
    pages = [path.read_text(encoding="utf-8") for path in (ROOT / "policies").glob("*/*.md")]
    ids = sorted(found for page in pages for found in re.findall(r"^id: (\S+)$", page, re.MULTILINE)[:1])
    text = run("rules").stdout.splitlines()
    assert [line.split()[0] for line in text] == ids
    listed_rules = json.loads(run("rules", "--format", "json").stdout)
    assert listed_rules["version"] == 1
    assert [rule["id"] for rule in listed_rules["rules"]] == ids
    wanted = {"id", "name", "title", "level", "consequence", "hint", "url"}
    assert all(wanted <= set(rule) for rule in listed_rules["rules"])


def test_version_and_help() -> None:
    shown = run("--version").stdout
    assert re.fullmatch(r"hostprocess-lint \d+\.\d+\.\d+\S* \(rules up to Kubernetes [^\n]*\)\n", shown)
    assert "Kubernetes 1.37" in shown
    assert "containerd 2.2" in shown
    for command in ("--help", "scan --help", "explain --help", "rules --help"):
        done = run(*command.split())
        assert (done.returncode, done.stdout[:6]) == (0, "usage:")
    for command in ("--help", "scan --help"):
        assert "https://github.com/hostprocess-lint/hostprocess-lint#" in run(*command.split()).stdout


def test_what_helm_takes_can_be_set(tree: Path) -> None:
    for text in ("a=b", "a=", "a.b=c,d=e", "a={x,y}", "a={x,y},b=c", "a=b\\,c", "a[0]=b", "a=b=c"):
        assert run("scan", "good.yaml", "--set", text, cwd=tree).returncode == 0, text


def test_one_line_for_a_finding(tree: Path) -> None:
    done = run("scan", "bad.yaml", "noted.yaml", "broken.yaml", "--format", "concise", cwd=tree)
    first, second, third = done.stdout.splitlines()
    assert first.startswith("bad.yaml:12:7: error HPC101 missing-host-network: ")
    assert second.startswith("broken.yaml:")
    assert " error HPC001 not-parsed: " in second
    assert third.startswith("noted.yaml:14:22: note HPC401 system-account: ")
    assert "(Pod ops/bad, container a); " in third
    assert run("scan", "good.yaml", "--format", "concise", cwd=tree).stdout == ""


@pytest.mark.parametrize("form", ["text", "concise"])
def test_statistics_and_quiet(form: str, tree: Path) -> None:
    done = run("scan", ".", "--statistics", "--quiet", "--format", form, cwd=tree)
    assert done.returncode == 3
    assert done.stdout.splitlines()[-4:] == [
        "1  HPC001  error    not-parsed",
        "1  HPC101  error    missing-host-network",
        "1  HPC303  warning  host-aliases",
        "1  HPC401  note     system-account",
    ]
    assert run("scan", "good.yaml", "--quiet", "--format", form, cwd=tree).stdout == ""


SUPPRESSED = {
    "comment": WARNED.replace("hostAliases:", "hostAliases: # hostprocess-lint: ignore[HPC303] known\n   "),
    "annotation": WARNED.replace("metadata:", "metadata:\n  annotations: {hostprocess-lint/ignore.HPC303: known}"),
    "configuration": WARNED,
    "baseline": WARNED,
}


@pytest.mark.parametrize(("mode", "counting"), [("all", 0), ("configuration", 2), ("none", 3)])
def test_whose_suppressions_count(mode: str, counting: int, tree: Path) -> None:
    codes = {}
    for kind, text in SUPPRESSED.items():
        (tree / "pod.yaml").write_text(text, encoding="utf-8")
        options: list[str] = []
        if kind == "configuration":
            (tree / "c.yaml").write_text("ignore: [{rule: HPC303, reason: known}]\n", encoding="utf-8")
            options = ["--config", "c.yaml"]
        if kind == "baseline" and mode != "none":
            assert run("scan", "pod.yaml", "--write-baseline", "b.json", cwd=tree).returncode == 0
            options = ["--baseline", "b.json"]
        done = run("scan", "pod.yaml", "--suppressions", mode, *options, cwd=tree)
        assert "HPC003" not in done.stdout, "what does not count is not unused"
        codes[kind] = done.returncode
    (tree / "c.yaml").write_text("ignore: [{rule: HPC401, reason: known}]\n", encoding="utf-8")
    (tree / "pod.yaml").write_text(SUPPRESSED["annotation"], encoding="utf-8")
    both = run("scan", "pod.yaml", "--suppressions", mode, "--config", "c.yaml", cwd=tree)
    assert both.returncode == int(mode != "all"), both.stderr
    open_ = {"all": [], "configuration": ["comment", "annotation"], "none": list(SUPPRESSED)}[mode]
    assert codes == {kind: int(kind in open_) for kind in SUPPRESSED}


def test_coverage_lists_every_source(tree: Path) -> None:
    done = run("coverage", ".", cwd=tree)
    assert done.returncode == 3
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines[:-1]].count("judged") == 4
    assert any(line.startswith("not looked at  manifest  broken.yaml  ") for line in lines)
    assert lines[-1] == "4 judged, 1 not looked at"
    found = json.loads(run("coverage", "good.yaml", "--format", "json", cwd=tree).stdout)
    assert found["sources"] == [{"path": "good.yaml", "kind": "manifest", "outcome": "judged", "reason": ""}]
    assert found["coverage"]["judged"] == 1
    assert run("coverage", "good.yaml", "--output", "out.txt", cwd=tree).returncode == 0
    assert "1 judged" in (tree / "out.txt").read_text(encoding="utf-8")


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
@pytest.mark.parametrize(
    ("words", "offered", "withheld"),
    [
        (["sc"], ["scan"], ["rules"]),
        ([""], ["scan", "coverage", "explain", "--help"], ["--format"]),
        (["scan", "--f"], ["--format", "--fail-on"], ["--output"]),
        (["rules", "--"], ["--format", "--policies"], ["--output"]),
        (["scan", "x", "--supp"], ["--suppressions"], []),
        (["scan", "--ver"], ["--verbose"], []),
        (["scan", "--format", ""], ["sarif", "text"], ["table"]),
        (["inventory", "x", "--format", "t"], ["table"], ["json"]),
        (["policies", ""], ["test"], ["--help"]),
        (["completion", "z"], ["zsh"], ["bash"]),
    ],
)
def test_bash_completes(words: list[str], offered: list[str], withheld: list[str]) -> None:
    script = run("completion", "bash").stdout
    line = " ".join(f"'{word}'" for word in ["hostprocess-lint", *words])
    asked = f"{script}\nCOMP_WORDS=({line})\nCOMP_CWORD={len(words)}\n_hostprocess_lint\necho ${{COMPREPLY[@]}}"
    done = subprocess.run(["bash", "-euc", asked], capture_output=True, text=True, check=True)
    assert set(offered) <= set(done.stdout.split())
    assert not set(withheld) & set(done.stdout.split())


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_s_completion_names_every_command(shell: str) -> None:
    done = run("completion", shell)
    assert done.returncode == 0
    assert all(f" {name}" in done.stdout or f"'{name}" in done.stdout for name in ("scan", "coverage", "policies"))
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=done.stdout, text=True, check=True)


def test_a_fault_of_our_own_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tree: Path
) -> None:
    """Nothing was looked at, which is no matter of usage."""
    from hostprocess_lint.doors import cli

    def broken(_: object) -> int:
        raise KeyError("spec")

    monkeypatch.setattr(cli, "command", lambda _: broken)
    monkeypatch.delenv("HOSTPROCESS_LINT_DEBUG", raising=False)
    assert cli.main(["rules"]) == 3
    said = capsys.readouterr().err
    assert said.startswith("hostprocess-lint: error: a fault of hostprocess-lint itself: KeyError: 'spec'; nothing is")
    assert "/issues" in said
    monkeypatch.setenv("HOSTPROCESS_LINT_DEBUG", "1")
    with pytest.raises(KeyError):
        cli.main(["rules"])


def test_a_directory_is_no_changed_file(tmp_path: Path) -> None:
    """It would be no file that changed, and nothing would be looked at."""
    done = run("scan", "--changed", ".", cwd=tmp_path)
    assert (done.returncode, "'.' is a directory" in done.stderr) == (2, True)


def test_a_file_that_is_called_like_an_option_becomes_none(tmp_path: Path) -> None:
    write(
        tmp_path, {"bad.yaml": POD.replace("hostNetwork: true", "hostNetwork: false"), "--fail-on=never": "", "-v": ""}
    )
    for name in ("--fail-on=never", "-v"):
        done = run("scan", "bad.yaml", name, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert f"'{name}' is a file here and looks like an option" in done.stderr
        assert run("scan", "--", "bad.yaml", name, cwd=tmp_path).returncode == 1
    assert run("scan", "bad.yaml", "--fail-on", "never", cwd=tmp_path).returncode == 0
