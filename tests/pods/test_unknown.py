"""Values that the text does not say are not judged, and neither are they forgotten."""

from __future__ import annotations

import pytest
from scanning import POD, scan_text

from hostprocess_lint.pods.unknown import is_unknown, with_defaults
from hostprocess_lint.report.inventory import inventory_table

SECRET = "ENC[AES256_GCM,data:Zm9v,iv:YmFy,tag:YmF6,type:str]"
VARIABLE = "${account}"
ACCOUNT = "'NT AUTHORITY\\SYSTEM'"


def rules(text: str) -> list[str]:
    return [finding.rule for finding in scan_text(text).findings]


@pytest.mark.parametrize("value", [SECRET, VARIABLE, "${account:0:3}", "${a/b/c}", "ENC[AES256_GCM,data:]"])
def test_what_is_unknown(value: str) -> None:
    assert is_unknown(value)


@pytest.mark.parametrize(
    "value", ["${x:=a}", "a${x}", "${x}a", "$x", "$(x)", "ENC", "ENC[x]", "${}", "${x} ${y}", True, None]
)
def test_what_is_not(value: object) -> None:
    assert not is_unknown(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("${x:=true}", True),
        ("${x:-a b}", "a b"),
        ("${x=7}", 7),
        ("${x-}", None),
        ("${x}", "${x}"),
        ("a ${x:=b}", "a ${x:=b}"),
    ],
)
def test_a_variable_with_a_default_is_its_default(value: str, expected: object) -> None:
    assert with_defaults({"a": [value]}) == {"a": [expected]}


@pytest.mark.parametrize("value", [SECRET, VARIABLE])
def test_there_is_no_finding_about_an_unknown_value(value: str) -> None:
    assert rules(POD.replace(ACCOUNT, value)) == []
    assert rules(POD.replace("hostNetwork: true", f"hostNetwork: {value}")) == ["HPC401"]
    assert rules(POD.replace("{kubernetes.io/os: windows}", f"{{kubernetes.io/os: '{value}'}}")) == ["HPC401"]
    assert rules(POD.replace("{kubernetes.io/os: windows}", f"'{value}'")) == ["HPC401"]
    assert rules(POD.replace("registry.example/ops/agent:1.0.0", value)) == ["HPC401"]


def test_what_is_known_is_judged_beside_it() -> None:
    assert rules(POD.replace("hostNetwork: true", "hostNetwork: false").replace(ACCOUNT, SECRET)) == ["HPC101"]


def test_a_default_is_judged() -> None:
    text = POD.replace("hostNetwork: true", "hostNetwork: ${net:=false}")
    assert rules(text.replace("hostProcess: true", "hostProcess: ${hp:=true}")) == ["HPC101", "HPC401"]


@pytest.mark.parametrize("field", ["labels", "annotations"])
@pytest.mark.parametrize("value", ["${net}", "${net:=true}"])
def test_a_variable_that_flux_is_told_to_leave_alone_is_text(field: str, value: str) -> None:
    text = POD.replace("hostNetwork: true", f"hostNetwork: {value}")
    said = "metadata:\n  %s: {kustomize.toolkit.fluxcd.io/substitute: %s}\n"
    assert "metadata:\n" in text
    assert "HPC110" in rules(text.replace("metadata:\n", said % (field, "disabled"), 1))
    assert "HPC110" not in rules(text.replace("metadata:\n", said % (field, "enabled"), 1))
    encrypted = text.replace("metadata:\n", said % (field, "disabled"), 1).replace(value, f"'{SECRET}'")
    assert "HPC110" not in rules(encrypted)


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [("hostProcess", "true", "unknown whether HostProcess"), ("runAsUserName", ACCOUNT, "unknown")],
)
def test_the_workload_stays_in_the_inventory_and_is_marked(field: str, value: str, shown: str) -> None:
    found = scan_text(POD.replace(f"{field}: {value}", f"{field}: {SECRET}"))
    [workload] = found.workloads
    assert workload.containers[0].unknown == (field,)
    assert shown in inventory_table(found)
