"""The baseline: what stays known, what is new, and what is told."""

import json
from pathlib import Path

import pytest

from hostprocess_lint.doors.cli import main
from hostprocess_lint.errors import UsageError
from hostprocess_lint.sourcefile import SourceFile
from hostprocess_lint.suppress import baseline

DAEMON_SET = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent, namespace: ops}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec:
      hostNetwork: true
      automountServiceAccountToken: false
      nodeSelector: {kubernetes.io/os: windows}
      securityContext:
        windowsOptions:
          hostProcess: true
          runAsUserName: 'NT AUTHORITY\\SYSTEM'
      containers:
        - name: agent
          image: registry.example/ops/agent
          resources: {limits: {memory: 1Gi}}
"""
SECOND = """\
        - name: second
          image: registry.example/ops/second:1.0.0
          resources: {limits: {memory: 1Gi}}
"""
KNOWN = [("HPC401", "baseline"), ("HPC409", "baseline")]


@pytest.fixture(autouse=True)
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A baseline of one workload with two findings, and the working directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "agent.yaml").write_text(DAEMON_SET)
    assert main(["scan", "--fail-on", "note", "--write-baseline", "known.json", "."]) == 0
    return tmp_path


def scanned(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[tuple[str, str | None]]:
    """Rule and kind of suppression of each finding."""
    capsys.readouterr()
    main(["scan", "--format", "json", "--baseline", "known.json", *(arguments or ["."])])
    found = json.loads(capsys.readouterr().out)["findings"]
    return sorted(((finding["rule"], (finding["suppressed"] or {}).get("kind")) for finding in found), key=str)


def test_known_findings_do_not_count(capsys: pytest.CaptureFixture[str]) -> None:
    assert scanned(capsys) == KNOWN
    assert main(["scan", "--fail-on", "note", "."]) == 1
    assert main(["scan", "--fail-on", "note", "--baseline", "known.json", "."]) == 0


def test_the_file_has_a_line_for_each_finding_and_is_the_same_every_time(tree: Path) -> None:
    first = (tree / "known.json").read_text()
    entries = json.loads(first)["findings"]
    assert [(entry["path"], entry["rule"], entry["container"]) for entry in entries] == [
        ("agent.yaml", "HPC401", "agent"),
        ("agent.yaml", "HPC409", "agent"),
    ]
    assert entries[1]["field"] == "spec.template.spec.containers.agent.image"
    assert len(first.splitlines()) == len(entries) + 5
    main(["scan", "--write-baseline", "known.json", str(tree)])
    assert (tree / "known.json").read_text() == first


def test_moved_lines_and_containers_stay_known(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sidecar = SECOND.replace("second", "first")
    moved = "# moved\n\n" + DAEMON_SET.replace("        - name: agent", f"{sidecar}        - name: agent")
    (tree / "agent.yaml").write_text(moved.replace("'NT AUTHORITY\\SYSTEM'", "NT AUTHORITY\\LocalService"))
    assert ("HPC409", "baseline") in scanned(capsys)


def test_a_new_container_in_a_known_workload_is_new(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It inherits what another has: one cause, one finding, and not the known one."""
    (tree / "agent.yaml").write_text(DAEMON_SET + SECOND)
    assert scanned(capsys) == [("HPC401", None), ("HPC409", "baseline")]


@pytest.mark.parametrize(
    ("old", "new"),
    [("name: agent, namespace", "name: other, namespace"), ("kind: DaemonSet", "kind: Deployment"), ("apps/v1", "v1")],
)
def test_another_resource_is_new(tree: Path, capsys: pytest.CaptureFixture[str], old: str, new: str) -> None:
    (tree / "agent.yaml").write_text(DAEMON_SET.replace(old, new))
    assert [kind for rule, kind in scanned(capsys) if rule != "HPC003"] == [None, None]


def test_the_same_resource_in_another_file_is_new(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "copy.yaml").write_text(DAEMON_SET)
    assert scanned(capsys) == sorted([*KNOWN, ("HPC401", None), ("HPC409", None)], key=str)


def test_a_stale_entry_is_told_at_its_line(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "agent.yaml").write_text(DAEMON_SET.replace("ops/agent", "ops/agent:1.0.0"))
    assert main(["scan", "--baseline", "known.json", "."]) == 1
    assert "known.json:5:" in capsys.readouterr().out
    assert scanned(capsys) == [("HPC003", None), ("HPC401", "baseline")]


def test_an_entry_of_a_file_that_is_gone_is_stale(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "agent.yaml").unlink()
    (tree / "other.yaml").write_text("a: 1\n")
    assert scanned(capsys) == [("HPC003", None), ("HPC003", None)]


def test_nothing_is_stale_that_was_not_scanned_or_not_asked(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "other.yaml").write_text(DAEMON_SET.replace("agent", "other"))
    assert scanned(capsys, "other.yaml") == [("HPC401", None), ("HPC409", None)]
    (tree / "agent.yaml").write_text("a: 1\n")
    assert scanned(capsys, "--select", "HPC1,HPC003", "agent.yaml") == []


def test_what_has_a_reason_is_not_written(tree: Path) -> None:
    reason = "'NT AUTHORITY\\SYSTEM' # hostprocess-lint: ignore[HPC401] needed"
    (tree / "agent.yaml").write_text(DAEMON_SET.replace("'NT AUTHORITY\\SYSTEM'", reason))
    main(["scan", "--write-baseline", "known.json", "."])
    assert [entry["rule"] for entry in json.loads((tree / "known.json").read_text())["findings"]] == ["HPC409"]


def coverage(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, int]]:
    """The exit code and the counts that are not 0."""
    capsys.readouterr()
    code = main(["scan", "--format", "json", "--baseline", "known.json", *(arguments or ["."])])
    counts = json.loads(capsys.readouterr().out)["coverage"]
    return code, {outcome: count for outcome, count in counts.items() if count}


def test_what_was_not_looked_at_on_the_first_day_is_accepted(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "broken.yaml").write_text("apiVersion: v1\nkind: Pod\nhostProcess: [\n")
    (tree / "deep.yaml").write_text("[" * 1000 + "hostProcess\n")
    assert main(["scan", "."]) == 3
    assert main(["scan", "--write-baseline", "known.json", "."]) == 0
    code, counts = coverage(capsys)
    assert (code, counts["accepted"], counts.get("not_looked_at")) == (0, 2, None)


def test_a_moved_line_stays_accepted_and_another_reason_does_not(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tree / "broken.yaml").write_text("apiVersion: v1\nkind: Pod\nhostProcess: [\n")
    main(["scan", "--write-baseline", "known.json", "."])
    (tree / "broken.yaml").write_text("# moved\n\napiVersion: v1\nkind: Pod\nhostProcess: [\n")
    assert coverage(capsys)[0] == 0
    (tree / "broken.yaml").write_text("apiVersion: v1\nkind: Pod\nhostProcess: 'open\n")
    code, counts = coverage(capsys)
    assert (code, counts["not_looked_at"], counts.get("accepted")) == (3, 1, None)


def test_one_that_is_known_hides_no_second_one_like_it(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "agent.yaml").write_text(f"{DAEMON_SET}---\n{DAEMON_SET}")
    assert scanned(capsys) == [("HPC401", None), ("HPC401", None), ("HPC409", None), ("HPC409", None)]
    main(["scan", "--write-baseline", "known.json", "."])
    assert {entry["times"] for entry in json.loads((tree / "known.json").read_text())["findings"]} == {2}
    assert scanned(capsys) == [*KNOWN[:1] * 2, *KNOWN[1:] * 2]
    (tree / "agent.yaml").write_text(DAEMON_SET)
    assert scanned(capsys) == [("HPC003", None), ("HPC003", None), *KNOWN]


def test_an_empty_baseline_is_one(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "clean").mkdir()
    (tree / "clean" / "a.yaml").write_text("a: 1\n")
    assert main(["scan", "--write-baseline", "known.json", "clean"]) == 0
    assert scanned(capsys, "clean") == []


ENTRY = dict.fromkeys(("path", "rule", "group", "kind", "namespace", "name", "container", "field"), "x")


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "the baseline is no JSON"),
        ('{"version": 1,\n<<<<<<< HEAD\n', 2, "the baseline is no JSON"),
        ("[]", 1, 'a baseline is `{"version": 1, "findings": […]}`'),
        ('{"version": 2, "findings": []}', 1, "a baseline is"),
        ('{"version": 1, "findings": [\n1]}', 2, "an entry is a mapping"),
        (
            json.dumps({"version": 1, "findings": [{**ENTRY, "file": "x"}]}),
            1,
            "unknown key `file`; did you mean `field`?",
        ),
        ('{"version": 1, "findings": [\n{"path": "a",\n "rule": 7}]}', 3, "`rule` is missing, or is no string"),
        ('{"version": 1, "findings": [\n{"path": "a"}]}', 2, "`rule` is missing, or is no string"),
    ],
)
def test_a_broken_file_is_an_error_at_its_line(text: str, line: int, message: str) -> None:
    with pytest.raises(UsageError) as error:
        baseline.parse_baseline(SourceFile("known.json", text), "known.json")
    assert str(error.value).startswith(f"known.json:{line}: {message}")


def test_a_missing_file_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", "--baseline", "nowhere.json", "."]) == 2
    assert "nowhere.json: the baseline cannot be read" in capsys.readouterr().err
