"""Where what is refused is said, and with which hint."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from scanning import POD, scan_text, seconds

from hostprocess_lint.finding import Finding, Level
from hostprocess_lint.rules.context import Context

NAMESPACE = """\
apiVersion: v1
kind: Namespace
metadata:
  name: ops
  labels:
    pod-security.kubernetes.io/{mode}: {level}
---
"""


def of(text: str, rule: str, context: Context | None = None) -> list[Finding]:
    return [finding for finding in scan_text(text, context).findings if finding.rule == rule]


@pytest.mark.parametrize(
    ("mode", "level", "said", "rank"),
    [
        ("enforce", "baseline", "namespace `ops` refuses HostProcess pods", Level.ERROR),
        ("enforce", "baselin", "is refused itself, and enforces restricted: there is no level `baselin`", Level.ERROR),
        ("enforce", "Privileged", "there is no level `Privileged`", Level.ERROR),
        ("enforce", "privileged", None, None),
        ("warn", "restricted", "namespace `ops` warns about HostProcess pods", Level.NOTE),
        ("audit", "baselin", None, None),  # fails open
    ],
)
def test_levels_of_pod_security(mode: str, level: str, said: str | None, rank: Level | None) -> None:
    found = of(NAMESPACE.format(mode=mode, level=level) + POD, "HPC112")
    assert [finding.level for finding in found] == ([rank] if rank else [])
    assert all(said is not None and said in finding.message for finding in found)
    if mode != "enforce":
        assert all(f"`pod-security.kubernetes.io/{mode}: privileged`" in finding.hint for finding in found)


SIDECAR = "    - name: relay\n      image: registry.example/ops/relay:1.0.0\n"
NO_POD_OPTIONS = POD.replace("  securityContext:\n    windowsOptions:\n", "").replace("      hostProcess: true\n", "")
NO_POD_OPTIONS = NO_POD_OPTIONS.replace("      runAsUserName: 'NT AUTHORITY\\SYSTEM'\n", "")
OWN = "      securityContext: {windowsOptions: {hostProcess: true, runAsUserName: 'NT AUTHORITY\\SYSTEM'}}\n"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (
            POD + SIDECAR + "      securityContext: {windowsOptions: {hostProcess: false}}\n",
            "remove `hostProcess` here",
        ),
        (
            NO_POD_OPTIONS + OWN + SIDECAR,
            "set `hostProcess: true` and a `runAsUserName` once, in the pod's `securityContext.windowsOptions`",
        ),
        (
            NO_POD_OPTIONS + OWN + SIDECAR + OWN.replace("true", "false"),
            "set `hostProcess: true` here",
        ),
    ],
)
def test_the_hint_for_mixed_containers_fits_the_case(text: str, hint: str) -> None:
    (found,) = of(text, "HPC102")
    assert found.hint == f"{hint}, or move the container to a pod of its own"


def test_a_key_with_null_is_the_line_to_change() -> None:
    (found,) = of(POD.replace("hostNetwork: true", "hostNetwork:"), "HPC101")
    assert (found.location.start, found.field) == ((7, 3), "spec.hostNetwork")


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("  hostnetwork: false", "remove it, or put its value in `hostNetwork`"),
        ("  hostnames: a", "write `hostname`"),
        ("  hostProcess: true", "move it to `spec.securityContext.windowsOptions` as `hostProcess`"),
        ("  labels: {a: b}", "move it to `metadata`"),
        ("  osName: windows", "write `os: {name: …}` in the pod's `spec`"),
        ("  zzz: 1", "remove it, or write the field that is meant"),
    ],
)
def test_the_hint_for_a_field_that_there_is_not(line: str, hint: str) -> None:
    text = POD.replace("  hostNetwork: true\n", f"  hostNetwork: true\n{line}\n")
    (found,) = [*of(text, "HPC111"), *of(text, "HPC116")]
    assert (found.hint, found.location.start) == (hint, (8, 3))


SECONDS = "activeDeadlineSeconds"


@pytest.mark.parametrize(
    ("old", "new", "message", "hint"),
    [
        ("1Gi", "1 Gi", "`memory` takes a quantity, as in `512Mi`, and is given `1 Gi`", None),
        ("name: agent\n", "name: 7\n", "`name` takes a string, and is given a number", "write it in quotes"),
        ("k: true", "k: 'True'", "`hostNetwork` takes a boolean, and is given a string", "write `true` without quotes"),
        ("nodeS", f"{SECONDS}: 1.5\n  nodeS", f"`{SECONDS}` takes a 64-bit integer, and is given the number 1.5", None),
        (
            "nodeS",
            f"{SECONDS}: '9'\n  nodeS",
            f"`{SECONDS}` takes a 64-bit integer, and is given a string",
            "write `9`",
        ),
        ("image: r", "args: r", "`args` takes a list, and is given a string", None),
    ],
)
def test_what_is_said_of_a_wrong_type(old: str, new: str, message: str, hint: str | None) -> None:
    found = of(POD.replace(old, new), "HPC110")
    assert found[0].message == message
    assert hint is None or found[0].hint.startswith(hint)


def test_a_field_that_the_target_does_not_know() -> None:
    text = POD.replace("  hostNetwork: true\n", "  hostNetwork: true\n  schedulingGates: []\n")
    (found,) = of(text, "HPC116", Context(kubernetes=(1, 25)))
    assert found.message == "`schedulingGates` is no field of Kubernetes 1.25, and is dropped or refused"
    assert of(text, "HPC116", Context(kubernetes=(1, 26))) == []


def test_a_windows_pod_on_the_hosts_network_is_decoded_too() -> None:
    text = POD.replace("  securityContext:\n    windowsOptions:\n      hostProcess: true\n", "  x:\n    y:\n")
    text = text.replace("name: agent\n", "name: 7\n", 1)
    assert [finding.rule for finding in scan_text(text).findings] == ["HPC110", "HPC311", "HPC111"]


@pytest.mark.parametrize(
    "many",
    [
        lambda count: POD + "".join(f"    - {{name: c{number}, Image: x}}\n" for number in range(count)),
        lambda count: POD + "".join(f"  zz{number}container: {{a: 1}}\n" for number in range(count)),
        lambda count: POD.replace("namespace: ops", f"labels: {{{', '.join(f'a{n}: 1' for n in range(count))}}}"),
    ],
    ids=["containers", "keys", "labels"],
)
def test_time_grows_with_the_number_of_faults(many: Callable[[int], str]) -> None:
    def taken(count: int) -> float:
        text = many(count)
        assert len(scan_text(text).findings) > count
        return seconds(lambda: partial(scan_text, text))

    assert taken(2000) < 12 * taken(500)  # sixteen times as much would be its square


@pytest.mark.parametrize("written", ["Kind: Pod", "KIND: Pod", "kind: Pod"])
def test_a_kind_in_another_case_makes_an_object_of_an_unknown_field(written: str) -> None:
    """SimpleMetaFactory reads it with encoding/json, which looks at no case, and strict decoding refuses it."""
    text = POD.replace("kind: Pod", written).replace("hostNetwork: true", "hostNetwork: false")
    assert len(of(text, "HPC101")) == 1
    assert [found.hint for found in of(text, "HPC116")] == ["write `kind`"] * (not written.startswith("k"))


@pytest.mark.parametrize(("minor", "rules"), [(33, ["HPC116"]), (34, ["HPC110"]), (37, ["HPC110"])])
def test_what_a_version_does_not_know_it_does_not_decode(minor: int, rules: list[str]) -> None:
    text = POD.replace("  hostNetwork: true", "  hostNetwork: true\n  hostnameOverride: [5]")
    found = scan_text(text, Context(kubernetes=(1, minor))).findings
    assert [finding.rule for finding in found if finding.rule in ("HPC110", "HPC116")] == rules
