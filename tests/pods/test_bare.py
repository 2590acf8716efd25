"""Custom resources that say `hostProcess` in a shape of their own: named, and judged as far as that goes."""

from __future__ import annotations

import pytest
from scanning import scan_text

ALLOY = """\
apiVersion: collectors.grafana.com/v1alpha1
kind: Alloy
metadata: {name: windows, namespace: monitoring}
spec:
  %s:
    windowsOptions:
      hostProcess: true
      runAsUserName: %s
"""


@pytest.mark.parametrize("key", ["securityContext", "podSecurityContext", "windows"])
@pytest.mark.parametrize(
    ("account", "rule"),
    [
        ("'NT AUTHORITY\\SYSTEM'", "HPC401"),
        ("nt authority\\system", "HPC204"),
        ("SYSTEM", "HPC205"),
        ("ContainerUser", "HPC203"),
        ("a\\b\\c", "HPC106"),
    ],
)
def test_an_account_is_judged_where_it_stands(key: str, account: str, rule: str) -> None:
    found = scan_text(ALLOY % (key, account))
    assert [(finding.rule, finding.location.start[0]) for finding in found.findings] == [(rule, 8)]
    [finding] = found.findings
    assert (finding.field, finding.container) == (f"spec.{key}.windowsOptions.runAsUserName", None)
    assert str(finding.resource) == "Alloy monitoring/windows"
    assert [str(item.resource) for item in found.not_judged] == ["Alloy monitoring/windows"]


def test_what_a_pod_would_need_is_not_asked_of_it() -> None:
    found = scan_text(ALLOY % ("securityContext", "'NT AUTHORITY\\LocalService'"))
    assert (found.findings, len(found.not_judged), found.workloads) == ((), 1, ())


def test_what_is_not_switched_on_is_not_judged() -> None:
    text = (ALLOY % ("securityContext", "SYSTEM")).replace("hostProcess: true", "hostProcess: false")
    assert scan_text(text).findings == ()
