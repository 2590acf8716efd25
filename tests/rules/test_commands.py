"""What the rules about command lines say of the words of commands, probes and hooks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scanning import POD, scan_text

from hostprocess_lint.pods.cmd import acting, loses_its_quotes, node_variables
from hostprocess_lint.rules.context import Context

RULES = {
    *("HPC208", "HPC214", "HPC215", "HPC216", "HPC308", "HPC314", "HPC315", "HPC316", "HPC317", "HPC320", "HPC321"),
    *("HPC411", "HPC412", "HPC413", "HPC414", "HPC504"),
}
NEW, OLD = Context(containerd_version=(2, 2)), Context(containerd_version=(1, 6))


def pod(spec: dict[str, Any] | None = None, **container: Any) -> str:
    """A HostProcess pod of one container, as JSON: one line, and every value as it is."""
    base: dict[str, Any] = {
        "hostNetwork": True,
        "nodeSelector": {"kubernetes.io/os": "windows"},
        "securityContext": {"windowsOptions": {"hostProcess": True, "runAsUserName": "NT AUTHORITY\\LocalService"}},
        "containers": [{"name": "a", "image": "registry.example/a:1.0.0", **container}],
    }
    return json.dumps({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {**base, **(spec or {})}})


def found(text: str, context: Context = NEW) -> list[tuple[str, str, str]]:
    """Rule, level and field of each finding about a command line."""
    findings = scan_text(text, context).findings
    return [
        (each.rule, each.level.value, each.field.removeprefix("spec.containers[0]."))
        for each in findings
        if each.rule in RULES
    ]


def rules(text: str, context: Context = NEW) -> list[str]:
    return [rule for rule, _, _ in found(text, context)]


def handler(*words: str) -> dict[str, Any]:
    return {"exec": {"command": list(words)}}


@pytest.mark.parametrize(
    ("container", "expected"),
    [
        ({"command": ["a.exe"], "args": ["x|y"]}, [("HPC215", "error", "args[0]")]),
        ({"args": ["x|y"]}, [("HPC215", "error", "args[0]")]),
        ({"command": ["a.exe", "x |y"]}, []),
        ({"command": ["a.exe", "$(A)"], "env": [{"name": "A", "value": "x&y"}]}, [("HPC215", "error", "command[1]")]),
        ({"command": ["a.exe", "x|y", "x&y<z"]}, [("HPC215", "error", f"command[{n}]") for n in (1, 2)]),
        ({"command": ["a.exe", '"x|y"']}, [("HPC215", "warning", "command[1]")]),
        ({"command": ["a.exe", "%Path%"]}, [("HPC215", "note", "command[1]")]),
        ({"command": ["a.exe", "%A%"], "env": [{"name": "A", "value": "1"}]}, []),
        ({"command": ["cmd", "/c", "a.exe", "&&", "b.exe", ">", "C:\\x", "2>&1"]}, []),
        ({"command": ["C:\\Windows\\system32\\CMD.EXE", "/c", "a.exe", "||", "b.exe"]}, []),
        ({"command": ["cmd", "/c", "a&b"]}, [("HPC215", "error", "command[2]")]),
        ({"command": ["cmd.exe", "/c", "a & b > c"]}, []),
        ({"args": ["/c", "a.exe", "&&", "b.exe"]}, []),
        (
            {"command": ["a.exe"], "livenessProbe": handler("b.exe", "x|y")},
            [("HPC215", "error", "livenessProbe.exec.command[1]")],
        ),
        (
            {"lifecycle": {"preStop": handler("b.exe", "x^y")}},
            [("HPC215", "error", "lifecycle.preStop.exec.command[1]")],
        ),
        ({"command": ["C:\\Windows\\a b.exe", "c d"]}, [("HPC216", "error", "command[0]")]),
        ({"command": ["C:\\Windows\\a b.exe", "c"]}, []),
        ({"command": ["C:\\Windows\\a(x86)\\b.exe"]}, [("HPC216", "error", "command[0]")]),
        ({"livenessProbe": handler("C:\\Windows\\a;b.exe")}, [("HPC216", "error", "livenessProbe.exec.command[0]")]),
        ({"command": ["%COMSPEC%", "/c", "a.exe", "&&", "b.exe"]}, []),
        ({"command": ["cmd", "/c", "C:\\Windows\\a b.exe", "c d"]}, [("HPC216", "error", "command[2]")]),
        ({"args": ["/d", "/c", "C:\\Windows\\a (x86).exe"]}, [("HPC216", "error", "args[2]")]),
        ({"command": ["cmd", "/k", "C:\\Windows\\a(x86).exe", "b"]}, [("HPC216", "error", "command[2]")]),
        ({"command": ["cmd", "/s", "/c", "C:\\Windows\\a b.exe"]}, [("HPC216", "error", "command[3]")]),
        ({"command": ["cmd", "/c", "C:\\Windows\\a b.exe", "c"]}, []),
        ({"command": ["cmd", "/c", "C:\\Windows\\a.exe && C:\\Windows\\b.exe"]}, []),
        ({"command": ["cmd", "/c", "net localgroup (x) /add", "y z"]}, []),
        ({"startupProbe": handler("C:\\Windows\\a (x86).exe")}, [("HPC216", "error", "startupProbe.exec.command[0]")]),
        ({"command": ["a.exe", "x\ny"]}, [("HPC208", "error", "command[1]")]),
        ({"command": ["a.exe", "x\n"], "args": ["y\r\n"]}, [("HPC208", "error", "command[1]")]),
        ({"readinessProbe": handler("a.exe", "x\ry")}, [("HPC208", "error", "readinessProbe.exec.command[1]")]),
    ],
)
def test_what_cmd_makes_of_a_line(container: dict[str, Any], expected: list[tuple[str, str, str]]) -> None:
    assert found(pod(**container)) == expected
    assert found(pod(**container), OLD) == []


@pytest.mark.parametrize("field", ["command[0]", "livenessProbe.exec.command[0]"])
def test_the_parenthesis_of_a_variable_that_stays_is_its_own_fault(field: str) -> None:
    program = "$(CONTAINER_SANDBOX_MOUNT_POINT)\\a.exe"
    container = {"command": [program]} if field == "command[0]" else {"livenessProbe": handler(program)}
    assert found(pod(**container)) == [("HPC308", "warning", field)]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a|b", "|"),
        ("'it''s|b'", "|"),
        ('"a\\x7cb"', "\\x7c"),
        ("^x|b", "|"),
        ("a^b", "^"),
        ("'x%OS%'", "%OS%"),
        ('"a|\\\n        b"', '"a|\\\n        b"'),  # on two lines
        ("$(A)|b", "$(A)|b"),  # what is judged is not what is written
    ],
)
def test_the_character_is_pointed_at(written: str, shown: str) -> None:
    text = f"{POD}      env: [{{name: A, value: '1'}}]\n      args:\n      - {written}\n"
    (location,) = [each.location for each in scan_text(text, NEW).findings if each.rule == "HPC215"]
    assert text[slice(*location.span)] == shown


@pytest.mark.parametrize(
    ("rule", "written", "shown"),
    [
        ("HPC308", "'--x=%CONTAINER_SANDBOX_MOUNT_POINT%a'", "%CONTAINER_SANDBOX_MOUNT_POINT%"),
        ("HPC308", "--x=$(CONTAINER_SANDBOX_MOUNT_POINT)/a", "$(CONTAINER_SANDBOX_MOUNT_POINT)"),
        ("HPC412", "--x=$(S)", "$(S)"),
        ("HPC412", "'--x=%s%'", "%s%"),
    ],
)
def test_the_variable_is_pointed_at(rule: str, written: str, shown: str) -> None:
    secret = "{name: S, valueFrom: {secretKeyRef: {name: s, key: k}}}"
    text = f"{POD}      env: [{secret}]\n      args:\n      - {written}\n"
    (location,) = [each.location for each in scan_text(text, NEW).findings if each.rule == rule]
    assert text[slice(*location.span)] == shown


def test_the_hint_fits_a_pipeline() -> None:
    hints = [
        scan_text(pod(command=["powershell", "-Command", text]), NEW).findings
        for text in ("Get-Process |\n Out-File C:\\x", "Get-Process\nGet-Service")
    ]
    first, second = ([each.hint for each in findings if each.rule == "HPC208"] for findings in hints)
    assert "pipeline" in first[0] and ";" in second[0]


@pytest.mark.parametrize(
    ("container", "expected"),
    [
        ({"command": ["/usr/bin/a"]}, [("HPC214", "error", "command[0]")]),
        ({"command": ["\\bin\\a.exe"]}, [("HPC214", "error", "command[0]")]),
        ({"command": ["/a.exe"]}, [("HPC214", "warning", "command[0]")]),
        ({"command": ["/opt/a/a.exe"]}, [("HPC214", "warning", "command[0]")]),
        ({"command": ["/opt/cni/bin/a.exe"]}, []),
        ({"command": ["/k/kubelet.exe"]}, []),
        ({"command": ["\\Windows\\System32\\cmd.exe", "/c", "dir"]}, []),
        ({"command": ["sleep", "10"]}, [("HPC214", "warning", "command[0]")]),
        ({"command": ["PWSH.exe"]}, [("HPC214", "warning", "command[0]")]),
        ({"command": ["C:\\Program Files\\PowerShell\\7\\pwsh.exe"]}, [("HPC214", "warning", "command[0]")]),
        ({"command": ["C:\\hpc\\pwsh.exe"]}, []),
        ({"command": ["mkdir", "C:\\x"]}, []),
        ({"command": ["%CONTAINER_SANDBOX_MOUNT_POINT%\\sleep.exe"]}, []),
        ({"command": ["$(P)/a.exe"], "env": [{"name": "P", "value": "/usr"}]}, [("HPC214", "error", "command[0]")]),
        ({"args": ["/usr/bin/a"]}, []),
        ({"args": ["/bin/sh", "-c", "x"]}, [("HPC214", "warning", "args[0]")]),
        ({"args": ["sh", "x"]}, []),
        ({"livenessProbe": handler("/a")}, [("HPC214", "warning", "livenessProbe.exec.command[0]")]),
        ({"livenessProbe": handler("cat", "/tmp/x")}, [("HPC214", "warning", "livenessProbe.exec.command[0]")]),
        ({"livenessProbe": handler("/bin/sh", "-c", "x")}, [("HPC315", "warning", "livenessProbe.exec.command[0]")]),
        (
            {"lifecycle": {"preStop": handler("sh", "-c", "x")}},
            [("HPC315", "warning", "lifecycle.preStop.exec.command[0]")],
        ),
        (
            {"lifecycle": {"postStart": handler("/usr/bin/a")}},
            [("HPC315", "warning", "lifecycle.postStart.exec.command[0]")],
        ),
        ({"command": ["C:\\app\\a.exe"]}, [("HPC314", "note", "command[0]")]),
        ({"command": ["D:/app/a.exe"]}, [("HPC314", "note", "command[0]")]),
        ({"command": ["C:\\ProgramData\\a.exe"]}, []),
        ({"command": ["c:/hpc/a.exe"]}, []),
    ],
)
def test_where_a_program_is_looked_for(container: dict[str, Any], expected: list[tuple[str, str, str]]) -> None:
    assert found(pod(**container)) == expected


@pytest.mark.parametrize("program", ["/app/bin/a", "\\app\\a.exe", "C:\\app\\a.exe", "c:/APP/./a.exe", "/x/../app/a"])
def test_what_the_pod_brings_is_there(program: str) -> None:
    volume = {"volumes": [{"name": "v", "emptyDir": {}}]}
    mounts = [{"name": "v", "mountPath": "/app"}]
    assert rules(pod(volume, command=[program], volumeMounts=mounts)) == []
    assert rules(pod({"volumes": [{"name": "v", "hostPath": {"path": "C:\\app"}}]}, command=[program])) == []
    assert rules(pod(volume, command=[program], volumeMounts=[{"name": "v", "mountPath": "/ap"}])) != []


@pytest.mark.parametrize(
    ("container", "fields"),
    [
        ({"command": ["bin\\a.exe"]}, ["command[0]"]),
        ({"command": ["./a.exe"], "workingDir": "/app"}, ["command[0]"]),
        ({"command": ["a.exe"], "workingDir": "app"}, ["workingDir"]),
        ({"command": ["bin\\a.exe"], "workingDir": "..\\app"}, ["workingDir"]),
        ({"command": ["powershell", "-File", ".\\a.ps1"]}, ["command[2]"]),
        ({"command": ["powershell", "-ExecutionPolicy", "Bypass", "a\\b.ps1"]}, ["command[3]"]),
        ({"command": ["powershell", "-c", "& './a.ps1' -x"]}, ["command[2]"]),
        ({"args": [".\\a.ps1"]}, ["args[0]"]),
        ({"livenessProbe": handler("bin/a.exe")}, ["livenessProbe.exec.command[0]"]),
        ({"command": ["a.exe", "--config", ".\\a.yml"]}, []),
        ({"command": ["powershell", "mv x y", ";", ".\\a.exe"]}, []),
        ({"command": ["bin\\a.exe"], "workingDir": "%CONTAINER_SANDBOX_MOUNT_POINT%\\x"}, []),
        ({"command": ["bin\\a.exe"], "workingDir": "C:\\hpc"}, []),
        ({"command": ["bin\\a.exe"], "workingDir": "C:\\app"}, ["command[0]"]),
        ({"command": ["config/a.exe"], "volumeMounts": [{"name": "v", "mountPath": "config"}]}, []),
        ({"args": ["https://x/a.ps1"]}, []),
    ],
)
def test_relative_paths(container: dict[str, Any], fields: list[str]) -> None:
    assert found(pod(**container)) == [("HPC316", "warning", field) for field in fields]
    assert "HPC316" not in rules(pod(**container), OLD)


def test_an_init_container_can_fill_a_directory_of_the_node() -> None:
    spec = {"initContainers": [{"name": "install", "image": "registry.example/a:1.0.0", "command": ["a.exe"]}]}
    assert rules(pod(spec, command=["bin\\a.exe"], workingDir="C:\\app")) == []
    assert rules(pod(spec, command=["bin\\a.exe"])) == ["HPC316"]


SANDBOX = "CONTAINER_SANDBOX_MOUNT_POINT"


@pytest.mark.parametrize(
    ("container", "fields"),
    [
        (
            {
                "args": [
                    f"%{SANDBOX}%\\a",
                    f"$env:{SANDBOX}/a",
                    f"--x=%{SANDBOX}%",
                    f"%{SANDBOX}%;x",
                    f"($env:{SANDBOX})",
                ]
            },
            [],
        ),
        ({"args": [f"%{SANDBOX}%a"]}, ["args[0]"]),
        ({"args": [f"$env:{SANDBOX}a"]}, ["args[0]"]),
        ({"args": [f"$({SANDBOX})/a", f"${SANDBOX}", f"${{{SANDBOX}}}"]}, ["args[0]", "args[1]", "args[2]"]),
        ({"args": [f"%{SANDBOX.lower()}%/a"]}, []),
        ({"workingDir": f"%{SANDBOX.lower()}%/a"}, ["workingDir"]),
        ({"command": ["powershell", "-c", f"x ${{env:{SANDBOX}}} $ENV:{SANDBOX.lower()}"]}, []),
        ({"command": ["a.exe", f"${{env:{SANDBOX}}}"]}, ["command[1]"]),
        ({"livenessProbe": handler("a.exe", f"$({SANDBOX})/a")}, ["livenessProbe.exec.command[1]"]),
        ({"env": [{"name": "A", "value": f"%{SANDBOX}%b"}]}, ["env[0].value"]),
        ({"env": [{"name": SANDBOX, "value": "C:\\x"}]}, ["env[0].name"]),
        ({"env": [{"name": SANDBOX, "value": "C:\\x"}], "args": [f"$({SANDBOX})\\a"]}, []),
        ({"volumeMounts": [{"name": "v", "mountPath": f"%{SANDBOX}%\\a"}]}, ["volumeMounts[0].mountPath"]),
    ],
)
def test_the_variable_of_the_image_s_directory(container: dict[str, Any], fields: list[str]) -> None:
    findings = [each for each in found(pod(**container)) if each[0] == "HPC308"]
    assert findings == [("HPC308", "warning", field) for field in fields]


@pytest.mark.parametrize(
    ("value", "reported"),
    [
        ("C:\\x", True),
        ("C:\\Windows\\System32;C:\\x", False),
        ("c:/windows/system32/ ; C:\\x", False),
        ("C:\\Windows\\System32\\Wbem", True),
        ("C:\\Windows\\system32;%PATH%", True),
        ("C:\\Windows\\system32;$env:Path", True),
        ("C:\\Windows\\system32;$(PATH)", True),
        ("", False),
    ],
)
def test_path(value: str, reported: bool) -> None:
    assert found(pod(env=[{"name": "Path", "value": value}])) == [("HPC317", "warning", "env[0].value")] * reported


SECRET = {"name": "S", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}


@pytest.mark.parametrize(
    ("container", "fields"),
    [
        ({"args": ["$(S)"], "env": [SECRET]}, ["args[0]"]),
        ({"args": ["$$(S)"], "env": [SECRET]}, []),
        ({"args": ["x $(T) y"], "env": [SECRET, {"name": "T", "value": "a-$(S)"}]}, ["args[0]"]),
        ({"args": ["%s%"], "env": [SECRET]}, ["args[0]"]),
        ({"args": ["x"], "env": [SECRET]}, []),
        ({"livenessProbe": handler("a.exe", "$(S)"), "env": [SECRET]}, []),
        ({"livenessProbe": handler("a.exe", "%S%"), "env": [SECRET]}, ["livenessProbe.exec.command[1]"]),
        ({"args": ["$(A)"], "env": [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}]}, []),
        (
            {
                "args": ["$(A)"],
                "env": [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['x']"}}}],
            },
            ["args[0]"],
        ),
        ({"args": ["$(TOKEN)"], "envFrom": [{"secretRef": {"name": "s"}}]}, ["args[0]"]),
        ({"args": ["$(TOKEN)"], "envFrom": [{"prefix": "X_", "configMapRef": {"name": "s"}}]}, []),
        ({"args": ["$(Get-Date) $(hostname)"], "envFrom": [{"secretRef": {"name": "s"}}]}, []),
    ],
)
def test_values_that_become_text_of_a_shell(container: dict[str, Any], fields: list[str]) -> None:
    findings = [each for each in found(pod(**container)) if each[0] == "HPC412"]
    assert findings == [("HPC412", "warning", field) for field in fields]


def test_before_cmd_only_a_shell_reads_the_line() -> None:
    assert rules(pod(command=["a.exe", "$(S)"], env=[SECRET]), OLD) == []
    assert rules(pod(command=["powershell.exe", "$(S)"], env=[SECRET]), OLD) == ["HPC412"]


@pytest.mark.parametrize(
    ("value", "reported"),
    [
        ("unix:///csi/csi.sock", True),
        ("unix:///C:/csi/csi.sock", True),
        ("unix://C:\\\\csi\\\\csi.sock", True),
        ("--address=/csi/csi.sock", True),
        ("C:\\plugins\\csi.sock", False),
        ("/csi/csi.socks", False),
        ("/csi/config", False),
        ("npipe:////./pipe/csi", False),
    ],
)
def test_sockets_through_mounts(value: str, reported: bool) -> None:
    spec = {"volumes": [{"name": "v", "hostPath": {"path": "C:\\plugins"}}]}
    mounts = [{"name": "v", "mountPath": "/csi"}]
    expected = [("HPC320", "note", "args[0]")] * reported
    assert found(pod(spec, args=[value], volumeMounts=mounts)) == expected
    assert rules(pod(spec, args=[value], volumeMounts=[{"name": "v", "mountPath": "C:/plugins"}])) == []


@pytest.mark.parametrize(
    ("value", "reported"),
    [
        ("http://a.b.svc:80/x", True),
        ("a.b.svc.cluster.local", True),
        ("--x=tcp://user@a.b.SVC.cluster.local.", True),
        ("http://host.example/service.svc", False),
        ("a.svc", False),
        ("a.b.svc.example", False),
    ],
)
def test_names_of_the_cluster(value: str, reported: bool) -> None:
    assert found(pod(env=[{"name": "A", "value": value}])) == [("HPC321", "note", "env[0].value")] * reported


def test_a_value_is_told_where_it_is_set() -> None:
    env = [{"name": "A", "value": "http://a.b.svc"}, {"name": "B", "value": f"%{SANDBOX}%x"}]
    assert found(pod(args=["--a=$(A)", "$(B)"], env=env)) == [
        ("HPC321", "note", "env[0].value"),
        ("HPC308", "warning", "env[1].value"),
    ]


WORDS = st.lists(st.text(alphabet='ab &|<>^%"\\()$\n;', max_size=6), max_size=4)


@given(words=WORDS, program=st.sampled_from(["C:\\hpc\\a.exe", "C:\\hpc\\a b.exe", "cmd", "powershell", "sh", "/a"]))
@settings(max_examples=60, deadline=None)
def test_where_the_words_stand_changes_nothing(words: list[str], program: str) -> None:
    """In `command` or in `args`, and as a variable's value; and without `cmd` nothing hangs on what `cmd` reads."""
    said = [rules(pod(command=[program, *words[:size]], args=words[size:])) for size in range(len(words) + 1)]
    assert all(sorted(each) == sorted(said[0]) for each in said)
    values = [{"name": f"V{number}", "value": word.replace("$", "$$")} for number, word in enumerate(words)]
    names = [f"$(V{number})" for number in range(len(words))]
    direct = rules(pod(command=[program, *(word.replace("$", "$$") for word in words)]))
    assert sorted(rules(pod(command=[program, *names], env=values))) == sorted(direct)
    assert not {"HPC208", "HPC215", "HPC216"} & {*rules(pod(command=[program, *words]), OLD)}
    line = [program, *words]
    if program != "cmd":
        changed = any(acting(line)) or any(node_variables(line)) or loses_its_quotes(line)
        assert bool({"HPC215", "HPC216"} & {*said[0]}) is changed


def test_before_bind_mounts_the_working_directory_is_below_the_image() -> None:
    mounts = [{"name": "v", "mountPath": "/etc/a"}]
    assert rules(pod(workingDir="C:\\etc\\a", volumeMounts=mounts), OLD) == []
    assert found(pod(args=["--config=C:\\etc\\a\\b.yml"], volumeMounts=mounts), OLD) == [
        ("HPC504", "warning", "args[0]")
    ]
    assert rules(pod(args=["--config=C:\\etc\\ab", f"%{SANDBOX}%\\etc\\a"], volumeMounts=mounts), OLD) == []
    assert rules(pod(args=["--config=C:\\etc\\a"], volumeMounts=mounts)) == []


@pytest.mark.parametrize(
    ("words", "place"),
    [
        (["cmd", "/c", "sleep", "3600"], 2),
        (["cmd.exe", "/c", "sleep 3600"], 2),
        (["cmd", "/c", "type C:\\x | grep y"], 2),
        (["cmd", "/c", "a.exe", "&&", "tail", "-f", "C:\\log"], 4),
        (["cmd", "/c", "type C:\\x | findstr y & set ENV=test & echo cat & C:\\git\\cat.exe"], None),
        (["cmd", "/c", "powershell -Command sleep 3600"], None),
        (["powershell", "-Command", "sleep 3600"], None),
        (["agent.exe", "sleep"], None),
    ],
)
def test_tools_of_unix_in_a_line_for_cmd(words: list[str], place: int | None) -> None:
    expected = [] if place is None else [("HPC214", "warning", f"command[{place}]")]
    assert found(pod(command=words)) == expected


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["powershell", "-Command", "Get-Process", "|", "Out-Null"], "put the whole line into one word"),
        (["powershell", "-Command", 'Write-Host "a | b"'], "use single quotes"),
        (["agent.exe", "--x=^(a|b)$"], "put the value into a file"),
    ],
)
def test_the_hint_fits_what_cmd_acts_on(words: list[str], hint: str) -> None:
    (finding,) = [each for each in scan_text(pod(command=words), NEW).findings if each.rule == "HPC215"]
    assert (finding.hint or "").startswith(hint)
