"""The command: what it reads, what it writes, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from reviewing import bound, pod, role, rule, thing
from scanning import manifest, run

from hostprocess_lint.doors.cli import main
from hostprocess_lint.judge.judging import judge
from hostprocess_lint.review.cards import review
from hostprocess_lint.rules.catalogue import builtin
from hostprocess_lint.rules.context import Context

AROUND = {
    "account.json": thing("ServiceAccount", "agent", "ops"),
    "namespace.json": thing("Namespace", "ops"),
    "policy.json": thing("NetworkPolicy", "deny", "ops", "networking.k8s.io/v1", spec={"podSelector": {}}),
    "service.json": thing("Service", "agent", "ops", spec={"selector": {"app": "agent"}}),
    "role.json": role("r", rule("secrets")),
    "binding.json": bound("r"),
}
"""Each in a file of its own: no rule needs some of them, and a scan leaves them unread."""


@pytest.fixture
def deploy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "deploy"
    folder.mkdir()
    for name, data in {"pod.json": pod(), **AROUND}.items():
        (folder / name).write_text(json.dumps(data), encoding="utf-8")
    return folder


def written(file: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(file).read_text(encoding="utf-8"))
    return found


def test_what_tells_of_reach_is_read_wherever_it_stands(deploy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", "deploy", "--output", "review.json"]) == 0
    (card,) = written("review.json")["workloads"]
    assert card["unknown"] == []
    assert [each["kind"] for each in card["around"]] == ["service", "policy", "pod security"]
    assert "read secrets in the whole cluster" in [each["what"] for each in card["reach"]]
    assert [each["note"] for each in card["reach"] if each["kind"] == "token"] == [""]
    assert main(["coverage", "deploy", "--format", "json"]) == 0
    ends = {each["path"]: each["outcome"] for each in json.loads(capsys.readouterr().out)["sources"]}
    assert ends["deploy/service.json"] == "irrelevant", "a scan does without it"


def test_the_format_goes_by_the_file_and_there_may_be_several(deploy: Path) -> None:
    assert main(["review", "deploy", "--output", "a.html", "--report", "csv=b.csv", "--report", "markdown=c"]) == 0
    assert Path("a.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert Path("b.csv").read_text(encoding="utf-8").startswith("workload,")
    assert Path("c").read_text(encoding="utf-8").startswith("## HostProcess review")


def test_standard_input_is_reviewed_too(tmp_path: Path) -> None:
    done = run("review", "-", cwd=tmp_path, stdin=json.dumps(pod()).encode())
    assert (done.returncode, "**1 workload**" in done.stdout) == (0, True)
    assert run("review", "-", "--since", "HEAD", cwd=tmp_path).returncode == 2


def test_what_was_not_looked_at_is_said_and_ends_with_3(deploy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (deploy / "bad.yaml").write_text("apiVersion: v1\nkind: Pod\nspec: {hostProcess: [\n")
    assert main(["review", "deploy", "--output", "review.json"]) == 3
    assert "deploy/bad.yaml: line " in capsys.readouterr().err
    found = written("review.json")
    assert (len(found["workloads"]), len(found["skipped"])) == (1, 1)


def test_findings_do_not_change_the_exit_code(deploy: Path) -> None:
    (deploy / "pod.json").write_text(json.dumps(pod(hostNetwork=False)), encoding="utf-8")
    assert main(["scan", "deploy", "--quiet", "--output", "scan.txt"]) == 1
    assert main(["review", "deploy", "--output", "review.json"]) == 0


MISSPELT = """\
apiVersion: v1
kind: Pod
metadata: {name: agent}
spec:
  hostnetwork: true
  securityContext:
    windowsOptions:
      hostprocess: "true"
      runAsUsername: 'NT AUTHORITY\\SYSTEM'
  containers: [{name: agent, image: 'registry.example/agent:1.0.0'}]
"""


def test_what_is_misspelt_is_reviewed_as_it_is_meant_and_shown_where_it_stands() -> None:
    (card,) = review(judge([manifest(MISSPELT)], builtin, Context())).cards
    lines = {each.kind: [place.start[0] for place in each.places] for each in card.reach.things}
    assert (lines["account"], lines["network"]) == ([9], [5])
