"""A hint that leaves a choice mends by each of its ways: the pages show one, these are others, followed literally."""

from __future__ import annotations

import re

import pytest
from pages import BY_NAME
from test_pages import failing

from hostprocess_lint.finding import Finding
from hostprocess_lint.pagetest import judged
from hostprocess_lint.rules.examples import PROBLEMATIC, blocks, sections

Edits = tuple[tuple[str, str], ...]
"""What is written for what, each of which stands once in the example."""

WAYS: list[tuple[str, str, int, Edits]] = [
    ("host-process-conflict", "remove it there", 0, (("          hostProcess: false\n", ""),)),
    (
        "linux-os",
        "remove the `windowsOptions` from the Linux pod",
        0,
        (
            ("  securityContext:\n    windowsOptions:\n", ""),
            ("      hostProcess: true\n      runAsUserName: 'NT AUTHORITY\\SYSTEM'\n", ""),
            ("kubernetes.io/os: windows", "kubernetes.io/os: linux"),
        ),
    ),
    ("host-port-mismatch", "remove `hostPort`", 0, (("              hostPort: 19182", "#"),)),
    (
        "missing-host-network",
        "set `hostNetwork: true` in the pod spec",
        1,
        (("hostNetwork: false", "hostNetwork: true"),),
    ),
    ("recursive-read-only", "write `recursiveReadOnly: IfPossible`", 0, (("Enabled", "IfPossible"),)),
    ("invalid-os-name", "remove `os`", 0, (("  os:\n    name: Windows", "#"),)),
    (
        "mount-on-drive-root",
        "drop the mount and use the host's path",
        0,
        (("      volumeMounts:\n        - name: host\n          mountPath: 'C:\\'", "#"),),
    ),
    (
        "multiline-command",
        "ship it as a file and call `powershell.exe -File`",
        0,
        (
            ("powershell.exe, -Command", "powershell.exe, -File"),
            (
                r'"Set-Service sshd -StartupType Automatic\nStart-Service sshd"',
                r"'%CONTAINER_SANDBOX_MOUNT_POINT%\enable.ps1'",
            ),
        ),
    ),
    (
        "host-network-without-host-process",
        "set `hostProcess: true` and a `runAsUserName` if the pod is meant to be on the node's network",
        0,
        (
            (
                "      containers:\n",
                (
                    "      securityContext:\n        windowsOptions:\n          hostProcess: true\n"
                    "          runAsUserName: 'NT AUTHORITY\\LocalService'\n      containers:\n"
                ),
            ),
        ),
    ),
    (
        "linux-hook",
        "remove the hook",
        0,
        (("          lifecycle:\n            preStop:\n              exec:\n                command:", "#"),),
    ),
    (
        "path-variable",
        "call programs by their paths",
        0,
        (("          env:\n            - name: PATH\n              value: C:\\opt\\cni\\bin", "#"),),
    ),
    (
        "service-account-token",
        "name the service account that the program needs",
        0,
        (("  hostNetwork: true\n", "  hostNetwork: true\n  serviceAccountName: bios-report\n"),),
    ),
    (
        "ineffective-field",
        "give it a value",
        0,
        (
            ("value: ''", "value: http://proxy.example:3128"),
            ("      resizePolicy:", "#"),
            ("        - resourceName: cpu\n          restartPolicy: NotRequired\n", ""),
        ),
    ),
    (
        "shell-metacharacter",
        "give the word a blank, so that it is quoted",
        0,
        (("=^(kubelet|containerd)$", "=^(kubelet|containerd| )$"),),
    ),
    (
        "relative-path",
        "begin the path, or `workingDir`, with `%CONTAINER_SANDBOX_MOUNT_POINT%\\`",
        1,
        (
            (
                "          command: [powershell.exe, -File, 'scripts\\start.ps1']",
                (
                    "          workingDir: '%CONTAINER_SANDBOX_MOUNT_POINT%\\'\n"
                    "          command: [powershell.exe, -File, 'scripts\\start.ps1']"
                ),
            ),
        ),
    ),
    (
        "escaped-account",
        "use single quotes",
        0,
        (('"NT AUTHORITY\\NetworkService"', r"'NT AUTHORITY\NetworkService'"),),
    ),
    ("dns-policy", "remove `dnsPolicy`", 0, (("      dnsPolicy: ClusterFirstWithHostNet", "#"),)),
]


@pytest.mark.parametrize(("name", "way", "number", "edits"), WAYS, ids=[f"{each[0]}-{each[1][:30]}" for each in WAYS])
def test_each_way_of_a_hint_mends(name: str, way: str, number: int, edits: Edits) -> None:
    rule = BY_NAME[name]
    text = [text for language, text in blocks(sections(rule.body)[PROBLEMATIC]) if language == "yaml"][number]
    before = judged(rule, text)
    assert any(way in finding.hint for finding in of(name, before))
    for written, instead in edits:
        assert text.count(written) == 1
        text = text.replace(written, instead)
    after = judged(rule, text)
    assert of(name, after) == []
    assert failing(after) <= failing(before)


@pytest.mark.parametrize("name", ["linux-os", "invalid-os-name"])
def test_windows_as_the_system_goes_with_the_linux_settings_that_it_forbids(name: str) -> None:
    """The hint says so: with the first half of it alone another rule would be broken."""
    rule = BY_NAME[name]
    text = next(text for language, text in blocks(sections(rule.body)[PROBLEMATIC]) if language == "yaml")
    setting = "      securityContext:\n        readOnlyRootFilesystem: true\n"
    before = judged(rule, text + setting)
    assert all("and remove the Linux settings that it forbids (HPC105)" in each.hint for each in of(name, before))
    mended = re.sub(r"( os:\n +name: )\w+", r"\1windows", text)
    assert "windows-forbidden-field" in failing(judged(rule, mended + setting))
    assert of(name, judged(rule, mended)) == []
    assert failing(judged(rule, mended)) <= failing(before)


def test_a_group_is_named_in_the_configuration_too() -> None:
    rule = BY_NAME["privileged-group"]
    [(_, mended)] = blocks(sections(rule.body)["Mended"])
    assert "`allowed-accounts`" in rule.hint
    assert not failing(judged(rule, mended))
    assert set(failing(judged(rule._replace(example_config={}), mended))) == {"disallowed-account"}


def of(name: str, found: tuple[Finding, ...]) -> list[Finding]:
    return [finding for finding in found if finding.name == name]
