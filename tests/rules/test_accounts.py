"""What becomes of the account that a HostProcess container names."""

from __future__ import annotations

import pytest
from scanning import POD, scan_text

from hostprocess_lint.finding import Finding
from hostprocess_lint.rules.context import Context

ACCOUNT = "runAsUserName: 'NT AUTHORITY\\SYSTEM'"
ABOUT = {"HPC202", "HPC203", "HPC204", "HPC205", "HPC206", "HPC207", "HPC401", "HPC402", "HPC503"}


def found(account: str, context: Context | None = None, **changes: str) -> list[Finding]:
    """The findings about an account, written as YAML, in the order of the rules."""
    assert ACCOUNT in POD
    text = POD.replace(ACCOUNT, f"runAsUserName: {account}")
    places = {"before": "apiVersion: v1\n", "metadata": "  namespace: ops\n", "containers": "  containers:\n"}
    for old, new in changes.items():
        text = text.replace(places[old], new, 1)
    findings = scan_text(text, context).findings
    return sorted((each for each in findings if each.rule in ABOUT), key=lambda each: each.rule)


@pytest.mark.parametrize(
    ("account", "said"),
    [
        (r"'NT AUTHORITY\LocalService'", []),
        (r"'NT AUTHORITY\local service'", []),
        (r"'NT AUTHORITY\Network Service'", []),
        (r"'NT AUTHORITY\system'", ["HPC401 note"]),
        (r"'nt authority\system'", ["HPC204 error"]),
        ("LocalSystem", ["HPC205 error"]),
        ("Local Service", ["HPC205 error"]),
        ("ContainerUser", ["HPC203 error"]),
        (r"'User Manager\ContainerAdministrator'", ["HPC203 error"]),
        (r"'CORP\svc'", ["HPC206 error"]),
        (r"'NT AUTHORITY\foo'", ["HPC206 error"]),
        (r"'NT SERVICE\agent'", ["HPC206 error"]),
        ("Administrator", ["HPC206 error"]),
        ("hpc-agents", ["HPC206 warning"]),
        ("Administrators", ["HPC206 warning", "HPC402 warning"]),
        ("network configuration operators", ["HPC206 warning", "HPC402 warning"]),
        (r"'BUILTIN\Administrators'", ["HPC206 error"]),
        (r'"NT AUTHORITY\NetworkService"', ["HPC207 error"]),
        (r'"NT AUTHORITY\Local service"', ["HPC207 error"]),
        (r'"CORP\_svc"', ["HPC207 error"]),
        ("''", []),  # which the API refuses
        ("a/b", []),
        ("null", ["HPC202 error"]),
    ],
)
def test_an_account_is_judged(account: str, said: list[str]) -> None:
    assert [f"{each.rule} {each.level.value}" for each in found(account)] == said


@pytest.mark.parametrize("account", [r"'BUILTIN\Administrators'", "Hyper-V Administrators"])
def test_a_privileged_group_that_is_allowed_is_one_still(account: str) -> None:
    allowed = Context(allowed_accounts=("*administrators",))
    assert [each.rule for each in found(account, allowed)] == ["HPC402"]


def test_an_empty_key_is_the_line_to_change() -> None:
    (finding,) = found("")
    assert (finding.rule, finding.field) == ("HPC202", "spec.securityContext.windowsOptions.runAsUserName")
    assert finding.location.start[0] == 1 + POD[: POD.index(ACCOUNT)].count("\n")
    assert [each.label for each in finding.related] == ["inherited here"]


@pytest.mark.parametrize("account", ["", "ContainerUser", "LocalSystem", r"'CORP\svc'", r"'nt authority\system'"])
def test_an_inherited_token_makes_the_account_doubtful(account: str) -> None:
    annotated = "  namespace: ops\n  annotations: {microsoft.com/hostprocess-inherit-user: 'true'}\n"
    (finding,) = found(account, metadata=annotated)
    assert finding.level.value == "warning"
    assert "is not let through" in finding.message


MAKING = [
    "[cmd.exe, /c, 'net localgroup hpc-agents /add']",
    "[net, localgroup, hpc-agents, /add]",
    "[cmd, /c, 'NET.EXE LocalGroup HPC-Agents /comment:\"made here\" /ADD & net localgroup Users x /add']",
    "[powershell, -Command, 'New-LocalGroup -Name hpc-agents']",
    "[powershell, \"New-LocalGroup -Description 'agents' 'hpc-agents'\"]",
]
NOT_MAKING = [
    "[cmd.exe, /c, 'net localgroup hpc-agents-2 /add']",
    "[cmd.exe, /c, 'net localgroup hpc-agents somebody /add']",
    "[cmd.exe, /c, 'net localgroup hpc-agents']",
    "[powershell, New-LocalGroup hpc-agents-2]",
]


def setup(command: str) -> str:
    """A container of the pod's own that runs before the others."""
    account = "{windowsOptions: {runAsUserName: 'NT AUTHORITY\\LocalService'}}"
    return (
        f"  initContainers:\n    - name: setup\n      image: a:1\n      securityContext: {account}\n"
        f"      command: {command}\n  containers:\n"
    )


@pytest.mark.parametrize("command", MAKING)
def test_a_group_that_the_pod_makes_is_there(command: str) -> None:
    assert not found("hpc-agents", containers=setup(command))


@pytest.mark.parametrize(("line", "rules"), [("New-LocalGroup -Name hpc-agents", []), ("Get-Date", ["HPC206"])])
def test_a_mounted_script_may_make_the_group(line: str, rules: list[str]) -> None:
    command = "[powershell, -File, 'C:\\s\\make.ps1']\n      volumeMounts: [{name: s, mountPath: /s}]"
    script = (
        f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: s}}\ndata: {{make.ps1: '{line}'}}\n---\napiVersion: v1\n"
    )
    volumes = "  volumes: [{name: s, configMap: {name: s}}]\n"
    assert [each.rule for each in found("hpc-agents", containers=volumes + setup(command), before=script)] == rules


@pytest.mark.parametrize("command", NOT_MAKING)
def test_another_group_is_not(command: str) -> None:
    assert [each.rule for each in found("hpc-agents", containers=setup(command))] == ["HPC206"]


def test_groups_need_containerd_1_7() -> None:
    assert [each.rule for each in found("hpc-agents", Context(containerd_version=(1, 6)))] == ["HPC206", "HPC503"]
