"""What the API server says of 300 pods of our own, each with one thing in it, against what we say.

`server_verdicts.jsonl` has the fields that are laid over `spec` and its container, and the texts that the code of
k8s.io/kubernetes v1.34.1 gave for it, as measured: strict decoding (k8s.io/apimachinery), defaults, the fields of
disabled features dropped (pkg/api/pod), then core validation (ValidatePodCreate of pkg/apis/core/validation).
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from scanning import scan_text

from hostprocess_lint.rules.context import Context

RULES = {
    r"cannot unmarshal|quantities must match": "HPC110",
    r"unknown field": "HPC111",
    r"hostNetwork must be true if pod contains": "HPC101",
    r"all containers must be HostProcess containers": "HPC102",
    r"pod hostProcess value must be identical": "HPC103",
    r"windows options cannot be set for a linux pod": "HPC104",
    r"(cannot|may not) be set for a windows pod": "HPC105",
    r"windowsOptions\.runAsUserName: ": "HPC106",
    r"must match `containerPort` when `hostNetwork` is true": "HPC107",
    r"when `hostUsers` is false|may not be specified when 'host(Network|IPC)' is true": "HPC108",
    r"Bidirectional mount propagation is available only": "HPC109",
    r"spec\.os(\.name)?: ": "HPC114",
    r"hostPort: Duplicate value": "HPC115",
    r"ephemeralContainers: |securityContext\b|mountPropagation: |recursiveReadOnly: ": "HPC117",
}
"""What of a text of the server's is the matter of which rule: the first that fits. Others are not about HostProcess."""

CASES = [json.loads(line) for line in (Path(__file__).parent / "server_verdicts.jsonl").read_text("utf-8").splitlines()]


def manifest(case: dict[str, Any]) -> str:
    container = {"name": "agent", "image": "registry.example/agent:1", **case["container"]}
    options = {"hostProcess": True, "runAsUserName": "NT AUTHORITY\\SYSTEM"}
    spec = {"hostNetwork": True, "securityContext": {"windowsOptions": options}, "containers": [container]}
    data = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "agent"}, "spec": {**spec, **case["spec"]}}
    return str(yaml.safe_dump(json.loads(json.dumps(data))))  # what is one object here would be written as an alias


def rule_of(text: str) -> str | None:
    return next((rule for pattern, rule in RULES.items() if re.search(pattern, text)), None)


def named(rule: str) -> str:
    return "HPC111" if rule == "HPC116" else rule  # the server has one text for both


@pytest.mark.parametrize("number", range(len(CASES)))
def test_what_is_refused_is_what_the_api_server_refuses(number: int) -> None:
    case = CASES[number]
    findings = scan_text(manifest(case), Context(kubernetes=(1, 34))).findings
    found = {named(finding.rule) for finding in findings if finding.rule.startswith("HPC1")}
    assert found == {rule for text in case["told"] if (rule := rule_of(text))}, case


def test_every_text_that_has_a_rule_is_among_them() -> None:
    assert {rule_of(text) for case in CASES for text in case["told"]} >= set(RULES.values())
