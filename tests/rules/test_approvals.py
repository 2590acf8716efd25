"""The list of approved workloads: what fits, what nearly fits, and what has become of each entry."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from scanning import POD, run, shared

from hostprocess_lint import Config, Scanner, load_config
from hostprocess_lint.outcome import Scan
from hostprocess_lint.report.approvals import written

YESTERDAY, TODAY = (str(date.today() - timedelta(days)) for days in (1, 0))  # noqa: DTZ011
FLEET = "apiVersion: example.org/v1\nkind: Fleet\nmetadata: {name: f, namespace: ops}\nspec: {hostProcess: true}\n"


def configured(tmp_path: Path, entries: str, **manifests: str) -> tuple[Scan, Config]:
    """What a scan of everything says by a list, and the configuration."""
    (tmp_path / ".hostprocess-lint.yaml").write_text(f"approved-workloads: {entries}\n")
    for name, text in (manifests or {"pod": POD}).items():
        (tmp_path / f"{name}.yaml").write_text(text)
    config = load_config(tmp_path / ".hostprocess-lint.yaml")
    with Scanner(config) as scanner:
        return scanner.scan(tmp_path), config


def told(scan: Scan) -> dict[str, str]:
    return {each.rule: each.message for each in scan.findings if each.rule in ("HPC007", "HPC410")}


@pytest.mark.parametrize(
    ("entry", "approved", "stale"),
    [
        ("{name: agent}", True, ""),
        ("{name: agent, owner: ops, reason: it has to, until: 2099-01-31}", True, ""),
        (f"{{name: agent, until: {TODAY}}}", True, ""),
        (f"{{name: agent, until: {YESTERDAY}}}", False, f"* agent was approved until {YESTERDAY}"),
        ("{kind: Pod, namespace: ops, name: other}", False, "Pod ops/other fits no HostProcess workload"),
        ("{kind: pod}", False, "`kind: pod` does not fit Pod, case counts"),
        (
            "{kind: POD, name: A*}",
            False,
            "`kind: POD` does not fit Pod, case counts, `name: A*` does not fit agent, case counts",
        ),
        ("{name: Agent, image: 'r.example/*'}", False, "* Agent fits no HostProcess workload"),
        ("{accounts: ['nt authority\\system', x]}", True, ""),
        ("{accounts: [x, z]}", False, "* * fits no HostProcess workload"),
        ("{images: [x, 'registry.example/ops/*']}", True, ""),
        ("{images: [x], image: 'registry.example/ops/*'}", True, ""),
        ("{images: [x], account: '*'}", False, "* * fits no HostProcess workload"),
    ],
)
def test_an_entry(entry: str, approved: bool, stale: str, tmp_path: Path) -> None:
    scan, _ = configured(tmp_path, f"[{entry}]")
    assert [workload.standing.approved for workload in scan.workloads] == [approved]
    found = told(scan)
    assert ("HPC410" in found) is not approved
    assert found.get("HPC007", "").partition(": ")[2] == stale
    places = [each.location for each in scan.findings if each.rule == "HPC007"]
    assert [(Path(place.path).name, place.start[0]) for place in places] == [(".hostprocess-lint.yaml", 1)] * bool(
        stale
    )


def test_an_unapproved_workload_names_the_entry_that_nearly_fits(tmp_path: Path) -> None:
    scan, _ = configured(tmp_path, f"[{{name: agent, until: {YESTERDAY}}}, {{name: AGENT}}, {{name: other}}]")
    (finding,) = [each for each in scan.findings if each.rule == "HPC410"]
    assert [link.label for link in finding.related] == [
        f"was approved until {YESTERDAY}",
        "would fit but for its case",
    ]


def test_the_entry_that_approves_is_told_with_the_workload(tmp_path: Path) -> None:
    scan, _ = configured(tmp_path, "[{name: other}, {name: agent, owner: ops, reason: SEC-12, until: 2099-01-31}]")
    (workload,) = scan.workloads
    approval = workload.standing.approval
    assert approval is not None and approval.location is not None
    assert (approval.entry, approval.owner, approval.reason, approval.until) == (
        "* agent",
        "ops",
        "SEC-12",
        "2099-01-31",
    )


def test_an_entry_can_be_about_what_cannot_be_judged(tmp_path: Path) -> None:
    scan, _ = configured(tmp_path, "[{kind: Fleet}]", fleet=FLEET)
    assert told(scan) == {}


def test_what_was_not_scanned_is_not_told_to_be_missing(tmp_path: Path) -> None:
    configured(tmp_path, f"[{{name: agent}}, {{name: other}}, {{name: old, until: {YESTERDAY}}}]")
    with Scanner(load_config(tmp_path / ".hostprocess-lint.yaml")) as scanner:
        found = [each.message for each in scanner.scan(tmp_path / "pod.yaml").findings if each.rule == "HPC007"]
    assert [message.partition(": ")[2] for message in found] == [f"* old was approved until {YESTERDAY}"]


def test_entries_of_overrides_count_where_they_hold(tmp_path: Path) -> None:
    (tmp_path / ".hostprocess-lint.yaml").write_text(
        "approved-workloads: [{name: agent}]\n"
        "overrides: [{paths: [b.yaml], approved-workloads: [{name: b}, {name: c}]}]\n"
    )
    (tmp_path / "a.yaml").write_text(POD)
    (tmp_path / "b.yaml").write_text(POD.replace("name: agent\n", "name: b\n", 1))
    found = json.loads(run("scan", ".", "--format", "json", cwd=tmp_path).stdout)
    assert [each["approved"] for each in found["workloads"]] == [True, True]
    assert [each["message"] for each in found["findings"] if each["rule"] == "HPC007"] == [
        "Approval has expired, or approves no workload: * c fits no HostProcess workload"
    ]


def test_without_a_list_nobody_is_asked(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(POD)
    (workload,) = json.loads(run("scan", "pod.yaml", "--format", "json", cwd=tmp_path).stdout)["workloads"]
    assert (workload["approved"], workload["approval"]) == (None, None)


@pytest.mark.parametrize(("key", "value"), [("images", "[]"), ("accounts", "x"), ("until", "soon"), ("owner", "''")])
def test_what_the_configuration_refuses(key: str, value: str, tmp_path: Path) -> None:
    (tmp_path / ".hostprocess-lint.yaml").write_text(f"approved-workloads: [{{name: a, {key}: {value}}}]\n")
    done = run("scan", ".", cwd=tmp_path)
    assert (done.returncode, f"`{key}`" in done.stderr) == (2, True)


CONTAINERS: tuple[dict[str, Any], ...] = (
    {"image": "registry.example:5000/ops/agent:1.0.0"},
    {"image": "registry.example:5000/ops/agent@sha256:" + "0" * 64},
    {"image": "agent"},
    {"image": "a[b]*c:1"},
    {"image": "${IMAGE}"},
    {"account": "O'Brien"},
    {"account": "corp\\1e5"},
    {"account": "\u202ex"},
    {"account": None},
    {"name": "yes", "namespace": "null"},
    {"name": "1.0", "namespace": "2026-01-01"},
    {"kind": "Pod", "generate": "debug-"},
)


@pytest.mark.parametrize("number", range(len(CONTAINERS)))
def test_the_list_that_is_written_approves_what_there_is_and_nothing_else(number: int, tmp_path: Path) -> None:
    given = CONTAINERS[number]
    metadata = {"namespace": given.get("namespace", "ops"), "name": given.get("name", "agent")}
    if "generate" in given:
        metadata = {"namespace": "ops", "generateName": given["generate"]}
    options = {"hostProcess": True, "runAsUserName": given.get("account", "NT AUTHORITY\\SYSTEM")}
    container = {
        "name": "a",
        "image": given.get("image", "r.example/a:1"),
        "securityContext": {"windowsOptions": options},
    }
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata,
        "spec": {"hostNetwork": True, "containers": [container]},
    }
    (tmp_path / "pod.json").write_text(json.dumps(pod))
    assert run("review", "--write-approvals", "list.yaml", ".", cwd=tmp_path).returncode == 0
    (tmp_path / "list.yaml").rename(tmp_path / ".hostprocess-lint.yaml")
    with Scanner(load_config(tmp_path / ".hostprocess-lint.yaml")) as scanner:
        assert told(scanner.scan(tmp_path)) == {}
        other = json.dumps(pod | {"metadata": {"name": "another", "namespace": "ops"}})
        assert list(told(scanner.scan_text(other))) == ["HPC410"]


def test_a_list_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(POD)
    (tmp_path / "list.yaml").write_text("approved-workloads: []\n")
    for later in ((), ("--baseline", "nowhere")):  # which is told where a scan ends
        done = run("review", "--write-approvals", "list.yaml", *later, ".", cwd=tmp_path)
        assert (done.returncode, "is there already" in done.stderr) == (2, True)
    assert (tmp_path / "list.yaml").read_text() == "approved-workloads: []\n"


@pytest.mark.parametrize(("metadata", "said"), [("{name: a}", 1), ("{name: a, namespace: ops}", 0), ("{}", 1)])
def test_an_entry_without_a_namespace_says_that_it_holds_in_any(metadata: str, said: int, tmp_path: Path) -> None:
    security = "{windowsOptions: {hostProcess: true}}"
    spec = f"{{hostNetwork: true, securityContext: {security}, containers: [{{name: a, image: a}}]}}"
    (tmp_path / "pod.yaml").write_text(f"apiVersion: v1\nkind: Pod\nmetadata: {metadata}\nspec: {spec}\n")
    done = run("review", "--write-approvals", "-", "--output", "review.md", ".", cwd=tmp_path)
    assert done.stdout.count("\n    # in any namespace: the manifest names none\n") == said
    (tmp_path / ".hostprocess-lint.yaml").write_text(done.stdout)
    assert len(load_config(tmp_path / ".hostprocess-lint.yaml").context.approved_workloads or ()) == 1


def test_nothing_is_a_list_too(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")
    done = run("review", "--write-approvals", "-", "--output", "review.md", ".", cwd=tmp_path)
    assert done.stdout.endswith("\napproved-workloads: []\n")


@pytest.mark.skipif(not (shared() / "corpus").is_dir(), reason="the corpus is not beside the repository")
def test_the_corpus_approves_itself(tmp_path: Path) -> None:
    manifests = shared() / "corpus" / "manifests"
    with Scanner() as scanner:
        scan = scanner.scan(manifests)
    text = written(scan)
    assert len(scan.workloads) > 50
    assert text == written(scan._replace(workloads=scan.workloads[::-1]))
    (tmp_path / "list.yaml").write_text(text)
    with Scanner(load_config(tmp_path / "list.yaml")) as scanner:
        again = scanner.scan(manifests)
    assert told(again) == {}
    assert all(listed.fits for listed in again.listed)
