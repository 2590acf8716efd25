"""What hangs on a misspelt key or a quoted boolean is found in the same run, where it is written, and once."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from scanning import POD, scan_text

from hostprocess_lint.pods.mending import mended
from hostprocess_lint.pods.objects import Object, objects
from hostprocess_lint.pods.pod import Pod
from hostprocess_lint.pods.templates import pods

BAD = POD.replace("NT AUTHORITY\\SYSTEM", "ContainerUser")
"""A pod with HPC203, and HPC206 nowhere."""


def found(text: str) -> list[tuple[str, int]]:
    """Rule and line of each finding."""
    return [(finding.rule, finding.location.start[0]) for finding in scan_text(text).findings]


def pod(text: str) -> Pod:
    (owner,) = objects(yaml.safe_load(text))
    (view,) = pods(owner)
    return view


@pytest.mark.parametrize(
    ("right", "wrong", "rule", "line"),
    [
        ("hostProcess: true", "hostprocess: true", "HPC111", 12),
        ("hostProcess: true", "hostProccess: true", "HPC111", 12),
        ("hostProcess: true", "hostProcess: 'true'", "HPC110", 12),
        ("hostNetwork: true", "hostNetwork: 'true'", "HPC110", 7),
        ("windowsOptions:", "windowOptions:", "HPC111", 11),
        ("securityContext:", "securitycontext:", "HPC111", 10),
        ("securityContext:", "podSecurityContext:", "HPC111", 10),
        ("nodeSelector:", "nodeSelectors:", "HPC116", 9),
        ("resources:", "resource:", "HPC116", 17),
        ("containers:", "Containers:", "HPC116", 14),
    ],
)
def test_a_fault_is_added_and_nothing_else_changes(right: str, wrong: str, rule: str, line: int) -> None:
    assert right in BAD
    assert sorted(found(BAD.replace(right, wrong))) == sorted([(rule, line), *found(BAD)])


def test_a_key_without_a_value_is_no_reason_to_leave_a_misspelt_one() -> None:
    wrong = BAD.replace("securityContext:", "SecurityContext:")
    beside = wrong.replace("spec:\n", "spec:\n  securityContext:\n", 1)
    assert sorted(found(beside)) == sorted((rule, line + 1) for rule, line in found(wrong))


@pytest.mark.parametrize("last", ["true", "{}", "{containers: []}"])
def test_what_a_key_that_stands_twice_drops_concerns_the_object(last: str) -> None:
    text = BAD + f"spec: {last}\n"
    assert ("HPC113", len(text.splitlines())) in found(text)
    assert found(BAD.replace("hostProcess: true", "a: b").replace("windowsO", "o") + f"spec: {last}\n") == []


def test_what_stands_below_a_misspelt_key_is_read_too() -> None:
    text = (
        BAD.replace("securityContext", "SecurityContext")
        .replace("windowsO", "windowO")
        .replace("Process: true", "process: 'true'")
    )
    assert [rule for rule, _ in found(text)] == [*["HPC111"] * 3, *[rule for rule, _ in found(BAD)]]


def test_a_misplaced_field_is_judged_in_its_place() -> None:
    text = BAD.replace("securityContext:\n    windowsOptions:", "windowsOptions:").replace("      ", "    ", 2)
    assert found(text) == [("HPC111", 10), ("HPC203", 12)]


@pytest.mark.parametrize("place", ["pod", "container"])
def test_an_account_beside_windows_options_is_no_number_of_a_user(place: str) -> None:
    """`runAsUserName` is near to `runAsUser`, which a `securityContext` has; it belongs one mapping further in."""
    spec: Any = yaml.safe_load(POD)
    holder = spec["spec"] if place == "pod" else spec["spec"]["containers"][0]
    del spec["spec"]["securityContext"]
    holder["securityContext"] = {"windowsOptions": {"hostProcess": True}, "runAsUserName": "ContainerUser"}
    said = scan_text(json.dumps(spec)).findings
    assert [finding.rule for finding in said] == ["HPC111", "HPC203"]
    assert said[0].hint.endswith("as `runAsUserName`")


def test_a_misplaced_mapping_joins_the_one_in_its_place() -> None:
    options = "  windowsOptions:\n    hostProcess: true\n"
    text = BAD.replace("      hostProcess: true\n", "", 1).replace("spec:\n", f"spec:\n{options}", 1)
    assert [rule for rule, _ in found(text)] == ["HPC111", *(rule for rule, _ in found(BAD))]


def test_a_misspelt_key_beside_the_right_one_is_dropped() -> None:
    text = BAD.replace("      hostProcess: true\n", "      hostProcess: true\n      hostprocess: false\n")
    assert found(text) == [("HPC111", 13), ("HPC203", 14)]


def test_what_the_server_refuses_is_told_as_written() -> None:
    rules = [rule for rule, _ in found(POD.replace("hostNetwork: true", "hostnetwork: true"))]
    assert rules == ["HPC111", "HPC101", "HPC401"]  # it says both


def test_what_it_cannot_decode_is_told_as_meant() -> None:
    text = POD.replace("hostNetwork: true", "hostNetwork: 'false'")
    assert [rule for rule, _ in found(text)] == ["HPC101", "HPC110", "HPC401"]


def test_a_custom_resource_is_mended_in_its_pod() -> None:
    template = yaml.safe_load(
        BAD.replace("hostProcess: true", "hostprocess: true").replace("image:", "imagee: x\n      image:")
    )
    custom = {
        "apiVersion": "example.org/v1",
        "kind": "Fleet",
        "metadata": {"name": "a"},
        "spec": {"template": template},
    }
    assert [rule for rule, _ in found(yaml.safe_dump(custom, sort_keys=False))] == ["HPC111", "HPC203"]


def test_nothing_is_mended_that_is_right() -> None:
    assert mended(pod(POD)) is None
    assert mended(pod(POD.replace("hostNetwork: true", "hostNetwork: [1]"))) is None
    assert mended(pod(POD.replace("hostNetwork: true", "zzz: [1]"))) is None


_KEYS = st.sampled_from(
    [
        "hostProcess",
        "hostprocess",
        "windowsOptions",
        "WindowsOptions",
        "securityContext",
        "securitycontext",
        "os",
        "spec",
        "hostNetwork",
        "runAsUserName",
        "containers",
        "name",
        "x",
    ]
)
_DATA = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.sampled_from(["true", "", "80"])),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_KEYS, inner, max_size=4)),
    max_leaves=20,
)


@given(_DATA)
def test_any_data_is_mended_without_touching_it(spec: Any) -> None:
    data = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": spec}
    before = json.dumps(data)
    (view,) = pods(next(iter(objects(copy.deepcopy(data)))))
    better = mended(view)
    assert json.dumps(view.owner.data) == before
    if better is not None:
        assert isinstance(better.pod.owner, Object)
        assert mended(better.pod) is None or len(better.steps) == 5
        for container in better.pod.containers:
            entry: Any = data
            for step in better.written(container.route):
                entry = entry[step]


def test_of_two_keys_for_one_place_it_is_not_the_order_that_decides() -> None:
    keys = ("os: {windowsOptions: {hostProcess: true, runAsUserName: ContainerUser}}", "windowsOptions: true")
    written = BAD[BAD.index("  securityContext") : BAD.index("  containers")]
    texts = [BAD.replace(written, f"  {a}\n  {b}\n") for a, b in (keys, keys[::-1])]
    first, second = (sorted(rule for rule, _ in found(text)) for text in texts)
    assert first == second
    assert "HPC203" in first
