"""A cluster beside its repository: what no manifest makes, what runs otherwise, and what is not there."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from clusters import DAEMONSET, Item, controller, listed, live_pod, node, pod_spec
from scanning import report, run, shared


def manifest(found: Item, **metadata: Any) -> Item:
    """A controller as a repository has it, where it has no identity yet."""
    return {**found, "metadata": {key: value for key, value in found["metadata"].items() if key != "uid"} | metadata}


def reviewed(tmp_path: Path, live: str, *manifests: Item) -> dict[str, Any]:
    repository = tmp_path / "repository"
    repository.mkdir(exist_ok=True)
    for number, each in enumerate(manifests):
        (repository / f"{number}.json").write_text(json.dumps(each))
    (tmp_path / "cluster.json").write_text(live)
    done = run("review", "--live", "../cluster.json", ".", "--format", "json", cwd=repository)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def names(found: dict[str, Any], key: str) -> list[str]:
    cards = {card["id"]: card["resource"] for card in found["workloads"]}
    return sorted(f"{cards[each]['kind']} {cards[each]['name']}" for each in found["cluster"][key])


def agents(count: int = 3, made_by: Item = DAEMONSET, **spec: Any) -> list[Item]:
    return [live_pod(f"agent-{number:05}", f"win-{number}", made_by, **spec) for number in range(count)]


def test_what_is_made_by_a_manifest_is_told_with_it(tmp_path: Path) -> None:
    found = reviewed(tmp_path, listed(agents()), manifest(DAEMONSET))
    assert (found["cluster"]["known"], names(found, "unmade"), names(found, "absent")) == (1, [], [])
    (card,) = found["workloads"]
    assert card["location"]["path"] == "0.json"
    assert card["running"] == {"pods": 3, "nodes": ["win-0", "win-1", "win-2"], "reasons": []}
    assert [each["rule"] for each in card["findings"]].count("HPC401") == 1


def test_what_no_manifest_makes(tmp_path: Path) -> None:
    others = [
        live_pod("rogue", "win-1"),
        live_pod("node-debugger-win-1-x7d2p", "win-1"),
        *agents(2, controller("DaemonSet", "x")),
    ]
    found = reviewed(tmp_path, listed(agents(), others), manifest(DAEMONSET))
    assert names(found, "unmade") == ["DaemonSet x", "Pod node-debugger-win-1-x7d2p", "Pod rogue"]
    assert names(found, "debuggers") == ["Pod node-debugger-win-1-x7d2p"]
    assert len(found["workloads"]) == 4


def test_what_has_no_pod(tmp_path: Path) -> None:
    found = reviewed(tmp_path, listed(node("win-1"), live_pod("web", "lin-1", securityContext={})), manifest(DAEMONSET))
    assert names(found, "absent") == ["DaemonSet agent"]


OTHER = {"name": "agent", "image": "registry.example/ops/agent:2.0.0", "resources": {"limits": {"memory": "1Gi"}}}


AGENT = pod_spec()["containers"][0]
MOUNTED = {"volumeMounts": [{"name": "v", "mountPath": "C:\\v"}]}
WINDOWS = {"name": "v", "hostPath": {"path": "C:\\Windows"}}


@pytest.mark.parametrize(
    ("spec", "differences"),
    [
        ({}, []),
        ({"containers": [OTHER]}, ["image of container agent"]),
        (
            {
                "securityContext": {
                    "windowsOptions": {"hostProcess": True, "runAsUserName": "NT AUTHORITY\\LocalService"}
                }
            },
            ["account of container agent"],
        ),
        ({"containers": [*pod_spec()["containers"], {**OTHER, "name": "injected"}]}, ["container injected"]),
        ({"containers": [{**OTHER, "name": "other"}]}, ["container other", "container agent"]),
        ({"terminationGracePeriodSeconds": 5}, []),
        ({"containers": [{**AGENT, "args": ["evil.ps1"]}]}, ["command of container agent"]),
        ({"containers": [{**AGENT, **MOUNTED}], "volumes": [WINDOWS]}, ["mount of container agent"]),
        ({"serviceAccountName": "root"}, ["service account"]),
        ({"automountServiceAccountToken": True}, ["token"]),
        ({"volumes": [{"name": "v", "secret": {"secretName": "tls"}}]}, ["secret"]),
        ({"containers": [{**AGENT, "ports": [{"containerPort": 80, "hostPort": 80}]}]}, ["port"]),
    ],
)
def test_what_runs_otherwise(spec: Item, differences: list[str], tmp_path: Path) -> None:
    found = reviewed(tmp_path, listed(agents(**spec)), manifest(DAEMONSET))
    assert [each["what"] for drift in found["cluster"]["drifts"] for each in drift["differences"]] == differences
    assert names(found, "unmade") == names(found, "absent") == []


def test_a_long_command_is_told_briefly(tmp_path: Path) -> None:
    found = reviewed(tmp_path, listed(agents(containers=[{**AGENT, "args": ["x" * 50_000]}])), manifest(DAEMONSET))
    ((difference,),) = [drift["differences"] for drift in found["cluster"]["drifts"]]
    assert [len(each) < 300 for each in difference["cluster"]] == [True]


def test_what_is_filled_in_later_is_no_difference(tmp_path: Path) -> None:
    made = {**AGENT, "args": ["${MODE}"], **MOUNTED}
    there = {**AGENT, "args": ["fast"], **MOUNTED}
    folders = [{"name": "v", "hostPath": {"path": path}} for path in ("${FOLDER}", "C:\\data")]
    spec = pod_spec(containers=[made], volumes=[folders[0]], serviceAccountName="${ACCOUNT}")
    live = agents(containers=[there], volumes=[folders[1]], serviceAccountName="agent")
    found = reviewed(tmp_path, listed(live), manifest(controller("DaemonSet", "agent", spec=spec)))
    assert (found["cluster"]["known"], found["cluster"]["drifts"]) == (1, [])


def test_a_finding_about_another_field_is_told_too(tmp_path: Path) -> None:
    """HPC405 is about each mount: that the manifest has one of the node's directories says nothing of the next."""
    mounts = [{"name": name, "mountPath": f"C:\\{name}"} for name in ("a", "b")]
    volumes = [{"name": name, "hostPath": {"path": path}} for name, path in (("a", "C:\\"), ("b", "C:\\Windows"))]
    made = pod_spec(containers=[{**AGENT, "volumeMounts": mounts[:1]}], volumes=volumes[:1])
    live = agents(containers=[{**AGENT, "volumeMounts": mounts}], volumes=volumes)
    found = reviewed(tmp_path, listed(live), manifest(controller("DaemonSet", "agent", spec=made)))
    (card,) = found["workloads"]
    paths = [Path(each["location"]["path"]).name for each in card["findings"] if each["rule"] == "HPC405"]
    assert paths == ["0.json", "cluster.json"]


def test_one_of_several_environments_is_enough(tmp_path: Path) -> None:
    other = manifest({**DAEMONSET, "spec": {"template": {"spec": pod_spec(containers=[OTHER])}}})
    found = reviewed(tmp_path, listed(agents(containers=[OTHER])), manifest(DAEMONSET), other)
    assert found["cluster"]["drifts"] == []


@pytest.mark.parametrize(
    ("made", "live", "known"),
    [
        (controller("Deployment", "web"), controller("ReplicaSet", "web-7d9f8c6b5"), True),
        (controller("Deployment", "web"), controller("ReplicaSet", "web-api-7d9f8c6b5"), False),
        (controller("Deployment", "agent"), controller("ReplicaSet", "agent-evil"), False),
        (controller("Deployment", "agent"), controller("ReplicaSet", "agent-7d9f8c6b501"), False),
        (controller("CronJob", "clean"), controller("Job", "clean-29012345"), True),
        (controller("CronJob", "clean"), controller("Job", "clean-up"), False),
        (controller("CronJob", "clean"), controller("Job", "clean-2"), False),
        (controller("DaemonSet", "web"), controller("ReplicaSet", "web-7d9f8c6b5"), False),
        (controller("DaemonSet", "Agent"), DAEMONSET, False),
        (manifest(DAEMONSET, namespace="other"), DAEMONSET, False),
        ({**DAEMONSET, "metadata": {"name": "agent"}}, DAEMONSET, True),
    ],
)
def test_who_made_what_the_list_does_not_hold(made: Item, live: Item, known: bool, tmp_path: Path) -> None:
    found = reviewed(tmp_path, listed(agents(2, live)), manifest(made))
    assert (found["cluster"]["known"] == 1) is known


@pytest.mark.skipif(find_spec("helm_python") is None, reason="the Helm library is not installed")
@pytest.mark.parametrize(
    ("name", "image", "known"), [("prod-agent", "ops/agent", 1), ("prod-agent", "x", 0), ("a", "ops/agent", 0)]
)
def test_a_chart_may_be_installed_under_any_name(name: str, image: str, known: int, tmp_path: Path) -> None:
    chart = tmp_path / "repository" / "agent"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: agent\nversion: 1.0.0\n")
    spec = pod_spec(
        containers=[{**OTHER, "args": ["{{ .Release.Name }}"]}], serviceAccountName="{{ .Release.Name }}-sa"
    )
    made = manifest(
        controller("DaemonSet", "{{ .Release.Name }}-agent", spec=spec), namespace="{{ .Release.Namespace }}"
    )
    (chart / "templates" / "agent.yaml").write_text(json.dumps(made, indent=1))
    containers = [{**OTHER, "image": f"registry.example/{image}:2.0.0", "args": ["prod"]}]
    live = agents(2, controller("DaemonSet", name), containers=containers, serviceAccountName="prod-sa")
    found = reviewed(tmp_path, listed(live))
    assert found["cluster"]["known"] == known
    assert [each["what"] for drift in found["cluster"]["drifts"] for each in drift["differences"]] == []


def test_namespaces_of_the_cluster_count(tmp_path: Path) -> None:
    labels = {"pod-security.kubernetes.io/enforce": "baseline"}
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "ops", "uid": "u", "labels": labels}}
    found = reviewed(tmp_path, listed(agents(), namespace), manifest(DAEMONSET))
    (card,) = found["workloads"]
    assert "HPC112" in {each["rule"] for each in card["findings"]}
    assert "not in the scan: its Pod Security" not in " ".join(card["unknown"])


def test_a_prediction_that_the_cluster_confirms_is_told_with_the_manifest(tmp_path: Path) -> None:
    error = {"waiting": {"reason": "CreateContainerError"}}
    bare = {"securityContext": {"windowsOptions": {"hostProcess": True}}}
    live = [live_pod("agent-00000", "win-0", DAEMONSET, error, **bare)]
    found = reviewed(tmp_path, listed(live), manifest(controller("DaemonSet", "agent", spec=pod_spec(**bare))))
    (card,) = found["workloads"]
    assert card["running"]["reasons"] == ["CreateContainerError"]


@pytest.mark.parametrize("form", ["markdown", "html", "csv"])
def test_other_formats_say_it_too(form: str, tmp_path: Path) -> None:
    (tmp_path / "agent.json").write_text(json.dumps(manifest(DAEMONSET)))
    (tmp_path / "cluster.json").write_text(listed(agents(), live_pod("node-debugger-win-1-x7d2p", "win-1")))
    text = run("review", "--live", "cluster.json", "agent.json", "--format", form, cwd=tmp_path).stdout
    assert "node-debugger-win-1-x7d2p" in text
    assert "3 pods on 3 nodes" in text or form == "html"
    assert "no manifest makes it" in text or form == "csv"


def test_from_standard_input(tmp_path: Path) -> None:
    (tmp_path / "agent.json").write_text(json.dumps(manifest(DAEMONSET)))
    done = run("review", "--live", "-", "agent.json", cwd=tmp_path, stdin=listed(agents()).encode())
    assert "1 workload of it is made by manifests" in done.stdout


@pytest.mark.parametrize("option", ["--since=HEAD", "--compare=old.json"])
def test_a_cluster_has_no_history(option: str, tmp_path: Path) -> None:
    done = run("review", "--live", "cluster.json", option, ".", cwd=tmp_path)
    assert (done.returncode, "a cluster has no history" in done.stderr) == (2, True)


def test_a_list_without_pods_is_told(tmp_path: Path) -> None:
    (tmp_path / "agent.json").write_text(json.dumps(manifest(DAEMONSET)))
    (tmp_path / "cluster.json").write_text(listed(node("win-1")))
    done = run("review", "--live", "cluster.json", "agent.json", cwd=tmp_path)
    assert done.returncode == 3
    assert "### Not looked at" in done.stdout
    assert "### The cluster" not in done.stdout, "nobody knows which pods are not there"


@pytest.mark.skipif(not (shared() / "corpus").is_dir(), reason="the corpus is not beside the repository")
def test_a_cluster_made_of_the_corpus(tmp_path: Path) -> None:
    """Three pods of each workload, on nodes of three versions: every one is known again, and none is gone."""
    manifests = shared() / "corpus" / "manifests"
    workloads = report(manifests, cwd=tmp_path)["workloads"]
    items: list[Item] = [
        node("win-0", "v1.22.0", "containerd://1.6.8"),
        node("win-1"),
        node("win-2", "v1.29.1", "containerd://1.7.3"),
    ]
    made: set[tuple[str, str]] = set()
    for number, each in enumerate(workloads):
        resource, containers = each["resource"], each["containers"]
        key = (resource["namespace"] or "default", resource["name"])
        if resource["kind"] != "DaemonSet" or key in made or not all(c["host_process"] for c in containers):
            continue
        made.add(key)
        named = controller("DaemonSet", resource["name"])
        named["metadata"] |= {"namespace": key[0], "uid": f"ds-{number}"}
        spec: Item = {"securityContext": {}, "containers": [], "initContainers": []}
        for container in containers:
            options = {"hostProcess": True, "runAsUserName": container["account"]}
            written = {key: container[key] for key in ("name", "image")} | {
                "securityContext": {"windowsOptions": options}
            }
            spec["initContainers" if container["kind"] == "init" else "containers"].append(written)
        for pod in range(3):
            live = live_pod(f"p{number}-{pod}", f"win-{pod}", named, **spec)
            live["metadata"]["namespace"] = key[0]
            items.append(live)
    (tmp_path / "cluster.json").write_text(listed(items))
    assert len(made) > 10
    scan = report("cluster.json", cwd=tmp_path)
    assert len(scan["workloads"]) == len(made)
    assert {each["running"]["pods"] for each in scan["workloads"]} == {3}
    old = [each for each in scan["findings"] if each["rule"] == "HPC501"]
    assert old and all("on win-0" in each["message"] and "win-1" not in each["message"] for each in old)
    found = json.loads(run("review", "--live", "cluster.json", manifests, "--format", "json", cwd=tmp_path).stdout)
    assert (found["cluster"]["known"], names(found, "unmade")) == (len(made), [])
