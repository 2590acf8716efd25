"""Lists out of a cluster: one finding for the copies of a pod, and what the cluster says to what is predicted."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from clusters import DAEMONSET, Item, controller, listed, live_pod, node, pod_spec
from scanning import environment, run

from hostprocess_lint import scan_text
from hostprocess_lint.finding import Finding, Level
from hostprocess_lint.outcome import Scan
from hostprocess_lint.review.cards import review


def of(scan: Scan, rule: str) -> list[Finding]:
    return [finding for finding in scan.findings if finding.rule == rule]


def pods(count: int, made_by: Item = DAEMONSET, **spec: Any) -> list[Item]:
    return [live_pod(f"agent-{number:05}", f"win-{number}", made_by, **spec) for number in range(count)]


def as_yaml(*items: Item) -> str:
    return f"apiVersion: v1\nkind: List\nitems:\n{''.join(f'- {json.dumps(item)}{chr(10)}' for item in items)}"


@pytest.mark.parametrize("written", [listed, lambda *items: as_yaml(*items)], ids=["json", "yaml"])
def test_copies_of_a_pod_are_one_workload_of_what_made_them(written: Any) -> None:
    scan = scan_text(written(*pods(30)))
    (finding,) = of(scan, "HPC401")
    assert str(finding.resource) == "DaemonSet ops/agent"
    assert finding.message == "HostProcess container runs as SYSTEM (30 pods)"
    assert finding.identity[1:5] == ("apps", "DaemonSet", "ops", "agent")
    (workload,) = scan.workloads
    assert (str(workload.resource), workload.running and workload.running.pods) == ("DaemonSet ops/agent", 30)
    assert workload.running and len(workload.running.nodes) == 30


@pytest.mark.parametrize(
    "other",
    [
        {"hostNetwork": False},
        {"containers": [{"name": "agent", "image": "registry.example/ops/agent:latest"}]},
        {"volumes": [{"name": "other", "emptyDir": {}}]},
        {"hostname": "agent-1"},
    ],
)
def test_what_differs_is_no_copy(other: Item) -> None:
    scan = scan_text(listed(pods(2), live_pod("agent-other", "win-9", DAEMONSET, **other)))
    assert scan.documents == 2


def test_labels_and_annotations_make_a_difference_but_for_numbers() -> None:
    first, second, third = pods(3)
    for number, pod in enumerate((first, second, third)):
        pod["metadata"]["labels"] |= {
            "apps.kubernetes.io/pod-index": str(number),
            "statefulset.kubernetes.io/pod-name": pod["metadata"]["name"],
        }
    assert scan_text(listed(first, second, third)).documents == 1
    third["metadata"]["annotations"] = {"microsoft.com/hostprocess-inherit-user": "true"}
    scan = scan_text(listed(first, second, third))
    assert scan.documents == 2
    (inherited,) = of(scan, "HPC403")
    assert "pods" not in inherited.message


def test_pods_of_their_own_are_told_one_by_one() -> None:
    scan = scan_text(listed([live_pod(f"node-debugger-{n}", "win-1") for n in range(3)]))
    assert sorted(str(finding.resource) for finding in of(scan, "HPC401")) == [
        f"Pod ops/node-debugger-{n}" for n in range(3)
    ]


def test_a_mirror_pods_node_made_nothing() -> None:
    made_by = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "win-1", "uid": "n"}}
    (finding,) = of(scan_text(listed(live_pod("static-win-1", "win-1", made_by))), "HPC401")
    assert str(finding.resource) == "Pod ops/static-win-1"


DEPLOYMENT = controller("Deployment", "web", spec={"containers": []})
CRONJOB = controller("CronJob", "clean", version="batch/v1")


@pytest.mark.parametrize(
    ("between", "above", "expected"),
    [
        (controller("ReplicaSet", "web-7d9f", DEPLOYMENT), DEPLOYMENT, "Deployment ops/web"),
        (controller("ReplicaSet", "web-7d9f", DEPLOYMENT), None, "Deployment ops/web"),
        (controller("Job", "clean-1", CRONJOB, version="batch/v1"), None, "CronJob ops/clean"),
    ],
)
def test_what_made_it_is_looked_for_as_far_up_as_the_list_goes(
    between: Item, above: Item | None, expected: str
) -> None:
    items = [live_pod("a-1", "win-1", between), live_pod("a-2", "win-2", between)]
    alone = scan_text(listed(items))
    assert [str(finding.resource) for finding in of(alone, "HPC401")] == [
        f"{between['kind']} ops/{between['metadata']['name']}"
    ]
    scan = scan_text(listed(items, between, *([above] if above else [])))
    assert expected in [str(finding.resource) for finding in of(scan, "HPC401")]
    assert [str(each.resource) for each in scan.workloads if each.running] == [expected]


def test_makers_in_a_circle_end() -> None:
    one = controller("ReplicaSet", "one", controller("ReplicaSet", "two"))
    two = controller("ReplicaSet", "two", controller("ReplicaSet", "one"))
    assert len(of(scan_text(listed(live_pod("a", "win-1", one), one, two)), "HPC401")) >= 1


def test_versions_are_those_of_the_nodes() -> None:
    nodes = [
        node("win-0", "v1.21.5", "containerd://1.5.9"),
        node("win-1"),
        node("win-2", containerd="containerd://1.6.8+azure"),
    ]
    scan = scan_text(listed(pods(3), nodes))
    (unknown,) = of(scan, "HPC501")
    assert unknown.message == "HostProcess is unknown to Kubernetes 1.21 (1 pod on win-0)"
    assert [link.label for link in unknown.related][-1].startswith(
        "kubelet v1.21.5, containerd://1.5.9, Windows Server"
    )
    assert unknown.related[-1].location.start[0] > 100
    (old,) = of(scan, "HPC502")
    assert old.message.endswith("(1 pod on win-0)")
    (account,) = of(scan, "HPC401")
    assert account.message.endswith("(3 pods)")


@pytest.mark.parametrize("version", ["v9.99.0", "", "next", "v1.33.2-gke.100", "v1.33"])
def test_versions_that_are_newer_or_none(version: str) -> None:
    scan = scan_text(listed(pods(1), node("win-0", kubelet=version, containerd="docker://20.10.9")))
    assert not of(scan, "HPC501") and not of(scan, "HPC502")


@pytest.mark.parametrize(("system", "count"), [("windows", 0), ("linux", 1)])
def test_a_pod_is_where_it_is(system: str, count: int) -> None:
    scan = scan_text(listed(pods(1, nodeSelector={}), node("win-0", system=system)))
    assert [(each.message, each.level) for each in of(scan, "HPC211")] == [
        ("HostProcess pod that is on a Linux node; and yet it has run", Level.NOTE)
    ] * count


@pytest.mark.parametrize("lives", [True, False])
def test_what_is_there_was_not_refused(lives: bool) -> None:
    (pod,) = pods(1, hostNetwork=False)
    if not lives:
        del pod["metadata"]["uid"]
    (finding,) = of(scan_text(listed(pod)), "HPC101")
    if lives:
        assert finding.level is Level.NOTE
        assert finding.message.endswith("; it is there, and would be refused if it were made again")
    else:
        assert (finding.level, "refused if" in finding.message) == (Level.ERROR, False)


def test_a_namespace_refuses_the_pods_of_a_controller_that_is_there() -> None:
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "ops", "uid": "u", "labels": labels}}
    told = {str(each.resource): each.level for each in of(scan_text(listed(DAEMONSET, namespace)), "HPC112")}
    assert told == {"DaemonSet ops/agent": Level.ERROR}
    told = {str(each.resource): each.level for each in of(scan_text(listed(pods(2), namespace)), "HPC112")}
    assert told == {"DaemonSet ops/agent": Level.NOTE}


ERROR = {"waiting": {"reason": "CreateContainerError", "message": "no such account"}}
CRASH = {"waiting": {"reason": "CrashLoopBackOff"}}
PULL = {"waiting": {"reason": "ErrImagePull"}}
MISSING = {"securityContext": {"windowsOptions": {"hostProcess": True}}}
"""HPC202: it does not start."""


@pytest.mark.parametrize(
    ("states", "message", "level"),
    [
        ([ERROR], "; the cluster says CreateContainerError", Level.ERROR),
        ([{"terminated": {"reason": "StartError", "exitCode": 128}}], "; the cluster says StartError", Level.ERROR),
        ([ERROR, None, ERROR], "; the cluster says CreateContainerError in 2 of 3 pods (3 pods)", Level.ERROR),
        ([None, None], "; and yet it has run (2 pods)", Level.NOTE),
        ([{"terminated": {"reason": "Completed", "exitCode": 0}}], "; and yet it has run", Level.NOTE),
        ([PULL], "", Level.ERROR),
        ([CRASH], "", Level.ERROR),
    ],
)
def test_what_the_cluster_says_to_a_prediction(states: list[Item | None], message: str, level: Level) -> None:
    items = [live_pod(f"agent-{n:05}", f"win-{n}", DAEMONSET, state, **MISSING) for n, state in enumerate(states)]
    scan = scan_text(listed(items))
    (finding,) = of(scan, "HPC202")
    _, separator, said = finding.message.partition(";")
    assert (separator + said, finding.level) == (message, level)


def test_a_container_that_came_up_again_has_run() -> None:
    (pod,) = [live_pod("agent-00000", "win-0", DAEMONSET, CRASH, **MISSING)]
    pod["status"]["containerStatuses"][0]["lastState"] = {"terminated": {"reason": "Error", "exitCode": 1}}
    (finding,) = of(scan_text(listed(pod)), "HPC202")
    assert finding.level is Level.NOTE


def test_a_pod_that_the_kubelet_refuses() -> None:
    (pod,) = pods(
        1, securityContext=MISSING["securityContext"] | {"sysctls": [{"name": "kernel.msgmax", "value": "1"}]}
    )
    pod["status"] = {"phase": "Failed", "reason": "SysctlForbidden"}
    scan = scan_text(listed(pod))
    assert all("the cluster says SysctlForbidden" in finding.message for finding in of(scan, "HPC220"))
    (workload,) = scan.workloads
    assert workload.running and workload.running.reasons == ("SysctlForbidden",)


def test_what_makes_the_pods_and_is_there_too_is_the_same_thing() -> None:
    deployment = controller("Deployment", "web")
    made = controller("ReplicaSet", "web-1", deployment)
    items = [live_pod("a-1", "win-1", made), live_pod("a-2", "win-2", made)]
    scan = scan_text(listed(items, made, deployment))
    (finding,) = of(scan, "HPC401")
    assert (str(finding.resource), finding.message.endswith("(2 pods)")) == ("Deployment ops/web", True)
    assert finding.field.startswith("spec.template.spec.")
    (workload,) = scan.workloads
    assert (str(workload.resource), workload.running and workload.running.pods) == ("Deployment ops/web", 2)
    (card,) = review(scan).cards
    assert (str(card.resource), card.running) == ("Deployment ops/web", workload.running)


def test_two_revisions_are_one_finding() -> None:
    old, new = controller("ReplicaSet", "web-1", DEPLOYMENT), controller("ReplicaSet", "web-2", DEPLOYMENT)
    items = [live_pod("a-1", "win-1", old), live_pod("a-2", "win-2", new, terminationGracePeriodSeconds=5)]
    (finding,) = of(scan_text(listed(items, old, new)), "HPC401")
    assert (str(finding.resource), finding.message.endswith("(2 pods)")) == ("Deployment ops/web", True)


def status_of(tmp_path: Path, *arguments: str, stdin: bytes = b"") -> int:
    return run("scan", *arguments, cwd=tmp_path, stdin=stdin).returncode


FORGED = {
    "a manifest": {**DAEMONSET, "spec": {"template": {"spec": pod_spec(hostNetwork=False)}}},
    "a pod": live_pod("agent-0", "win-0", DAEMONSET, **MISSING),
    "a debugged pod": live_pod("agent-0", "win-0", ephemeralContainers=[{"name": "debug", "image": "a"}]),
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED.keys())
@pytest.mark.parametrize("nested", [False, True], ids=["a document", "in a string"])
def test_a_file_that_a_search_finds_does_not_waive_its_errors(forged: Item, nested: bool, tmp_path: Path) -> None:
    """An identity is but a word that anybody can write: what a cluster says is handed over by itself."""
    inside = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "uid": "1"}}
    item = {**inside, "data": {"a.yaml": json.dumps(forged)}} if nested else forged
    (tmp_path / "a.yaml").write_text(json.dumps(item))
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    assert status_of(tmp_path, ".") == 1
    assert status_of(tmp_path, "--changed", "a.yaml") == 1
    handed = 1 if nested else 0
    assert [status_of(tmp_path, *given) for given in (["a.yaml"], [".", "a.yaml"], ["a.yaml", "."])] == [handed] * 3
    assert status_of(tmp_path, "-", stdin=json.dumps(item).encode()) == handed


def test_a_node_of_the_tree_says_nothing_about_the_clusters_pods(tmp_path: Path) -> None:
    (tmp_path / "cluster.json").write_text(listed(pods(1)))
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "list.json").write_text(listed(node("win-0", "v1.21.5"), live_pod("other", "win-1")))
    done = run("scan", "cluster.json", "tree", "--format", "concise", cwd=tmp_path)
    assert "HPC501" not in done.stdout
    done = run("scan", "cluster.json", "tree/list.json", "--format", "concise", cwd=tmp_path)
    assert "HPC501" in done.stdout


@pytest.mark.parametrize("text", [listed(node("win-1"), node("win-2")), listed()])
def test_a_list_without_pods_is_not_green(text: str, tmp_path: Path) -> None:
    done = run("scan", "-", cwd=tmp_path, stdin=text.encode())
    assert (done.returncode, "cluster's list of" in done.stdout) == (3, True)
    (tmp_path / "list.json").write_text(text)
    done = run("scan", "list.json", cwd=tmp_path)
    assert (done.returncode, "kubectl get pods,nodes" in done.stdout) == (3, True)


@pytest.mark.parametrize(
    "text",
    [
        listed(node("win-1"), live_pod("web", "lin-1", securityContext={}, nodeSelector={})),
        listed({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}),
    ],
)
def test_what_was_looked_at_or_written_by_somebody_is_green(text: str, tmp_path: Path) -> None:
    (tmp_path / "list.json").write_text(text)
    assert run("scan", "list.json", cwd=tmp_path).returncode == 0


def test_odd_shapes_are_no_faults() -> None:
    odd: list[Any] = [5, None, "x", [], {}, {"name": 5}]
    for value in odd:
        for key in ("metadata", "spec", "status"):
            item = live_pod("a", "win-1", DAEMONSET) | {key: value}
            assert not [each for each in scan_text(listed(item, node("win-1"))).findings if "fault of" in each.message]
        item = live_pod("a", "win-1", DAEMONSET)
        item["metadata"]["ownerReferences"] = value
        item["status"]["containerStatuses"] = value
        info = {**node("win-1"), "status": {"nodeInfo": value}}
        assert not [each for each in scan_text(listed(item, info)).findings if "fault of" in each.message]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not say what a process has had")
def test_six_thousand_pods_take_seconds_and_little_memory(tmp_path: Path) -> None:
    """All HostProcess, of 20 DaemonSets, as kubectl prints them."""
    made = [controller("DaemonSet", f"agent-{n}", spec=pod_spec(hostNetwork=True)) for n in range(20)]
    with open(tmp_path / "pods.json", "w") as file:
        items = (live_pod(f"a-{n:05}", f"win-{n // 20}", made[n % 20]) for n in range(6000))
        file.write(listed(items, indent=4))
    program = "import sys, hostprocess_lint.doors.cli as c; r = c.main(sys.argv[1:]);"
    # Its own peak: `ru_maxrss` begins with what the process had that has started it.
    program += "said = dict(line.split(':', 1) for line in open('/proc/self/status'));"
    program += "print(said['VmHWM'].split()[0], file=sys.stderr); sys.exit(r)"
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    command = [sys.executable, "-c", program, "scan", "pods.json", "--format", "json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=environment(), check=False)
    spent = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    found = json.loads(done.stdout)
    assert (found["summary"]["workloads"], sum(each["running"]["pods"] for each in found["workloads"])) == (20, 6000)
    assert spent < 10
    assert int(done.stderr.split()[-1]) < 500 * 1024
