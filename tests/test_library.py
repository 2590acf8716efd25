"""The library: what is exported, what an import costs, and that a scanner leaves nothing behind."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import threading
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from helm_charts import CHART, DAEMON_SET
from releasing import ARGO
from releasing import CHART as DEPLOYED
from scanning import POD, environment, write

import hostprocess_lint
from hostprocess_lint import Label, Level, Rule, Scanner, UsageError, Violation, check, scan, scan_text
from hostprocess_lint.config.settings import Settings

CONTRACT = (
    *("Scanner", "scan", "scan_text", "load_config", "rules", "Rule", "Scan", "Finding", "Level", "Location"),
    *("Workload", "UsageError", "__version__", "check"),
)


def any_image(container: Any, _: Any) -> Any:
    yield Violation(Label((*container.route, "image")), container=container.name)


OWN = Rule(
    id="ACME001",
    name="any-image",
    title="container has an image",
    level=Level.ERROR,
    subject="host-process-container",
    label="an image",
    hint="have none",
    check=any_image,
)


def test_everything_that_is_promised_is_exported() -> None:
    assert set(CONTRACT) <= set(hostprocess_lint.__all__) <= set(dir(hostprocess_lint))
    assert all(getattr(hostprocess_lint, name) is not None for name in hostprocess_lint.__all__)
    with pytest.raises(AttributeError, match="no attribute 'scans'"):
        _ = hostprocess_lint.scans  # type: ignore[attr-defined]


def test_rules_stays_a_function_whatever_is_imported() -> None:
    """It has the name of the folder that the rules are in."""
    program = (
        "import hostprocess_lint.rules.checks.images, hostprocess_lint.rules; from hostprocess_lint import rules;"
        "import hostprocess_lint.rules.page as page; page.parsed_page;"
        "print(len(rules()) == len(hostprocess_lint.rules()) > 60)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, env=environment(), check=True)
    assert done.stdout.strip() == b"True"


def loaded(program: str) -> set[str]:
    program = f"{program}\nimport sys; print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment(), check=True
    )
    return set(done.stdout.split())


def test_an_import_loads_no_more_than_the_command_line_does() -> None:
    assert loaded("from hostprocess_lint import scan") <= loaded("import hostprocess_lint.doors.commands.scan")


def test_one_path_is_a_path(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": POD, "b.yaml": POD})
    assert scan(str(tmp_path / "a.yaml")).sources == scan(tmp_path / "a.yaml").sources == 1
    assert scan([tmp_path / "a.yaml", str(tmp_path / "b.yaml")]).sources == 2


def test_scan_reads_the_nearest_configuration_and_scan_text_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(write(tmp_path, {"a.yaml": POD, ".hostprocess-lint.yaml": "levels: {HPC401: off}\n"}))
    assert [finding.rule for finding in scan(["a.yaml"]).findings] == []
    assert [finding.rule for finding in scan_text(POD).findings] == ["HPC401"]
    config = hostprocess_lint.load_config(".hostprocess-lint.yaml")
    assert [finding.rule for finding in scan_text(POD, config=config).findings] == []


def test_an_error_of_the_input_is_a_value(tmp_path: Path) -> None:
    found = scan([tmp_path / "nowhere"])
    assert [finding.rule for finding in found.findings] == ["HPC001"]
    assert [finding.rule for finding in scan_text("hostProcess: [\n").findings] == ["HPC001"]


def test_a_rule_is_checked_by_itself() -> None:
    [finding] = check(OWN, POD)
    assert (finding.rule, finding.location.start, finding.container) == ("ACME001", (16, 7), "agent")
    assert [finding.rule for finding in check(OWN, "hostProcess: [\n")] == ["HPC001"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"id": "HPC901"}, "`HPC` is the catalogue's"),
        ({"id": "acme"}, "`id` is capital letters and three digits"),
        ({"name": "Any Image"}, "`name` is lower-case words with hyphens"),
        ({"name": "system-account"}, "`system-account` is taken by policies/security/system-account.md"),
        ({"subject": "pods"}, "`for` is one of"),
        ({"level": "error"}, "`level` is none of `hostprocess_lint.Level`"),
        ({"consequence": None}, "`consequence` is none of `hostprocess_lint.Consequence`"),
        ({"hint": ""}, "`hint` is no text"),
        ({"id": 1}, "`id` is no text"),
        ({"security_severity": 8.8}, "`security_severity` is a text, as in '8.8'"),
        ({"check": None}, "`check` is no function"),
        ({"subject": "analysis"}, "`analysis` is the scanner's own"),
    ],
)
def test_a_rule_that_is_added_is_held_to_what_a_page_is(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=re.escape(said)):
        scan_text(POD, rules=[OWN._replace(**changes)])
    with pytest.raises(UsageError, match="`ACME001` is taken by"):
        scan_text(POD, rules=[OWN, OWN])


def test_a_rule_is_called_with_what_nobody_can_look_into() -> None:
    """Whoever approves of workloads has a say about objects, too, in which no pod is found."""

    def named(found: Any, _: Any) -> Any:
        yield Violation(Label(found.route), message=f"{type(found).__name__} of {found.resource.name}")

    rule = OWN._replace(subject="host-process-object", check=named)
    operators = "apiVersion: example.com/v1\nkind: Agent\nmetadata: {name: a}\nspec: {hostProcess: true}\n"
    assert [finding.message for finding in check(rule, operators)] == ["Object of a"]
    assert [finding.message for finding in check(rule, POD)] == ["Pod of agent"]


def test_an_object_that_somebody_else_has_parsed_gets_verdicts() -> None:
    """All rules that have something to judge are there, in manifests in its strings as well."""
    pod = json.dumps(yaml.safe_load(POD))
    objects = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"pod.yaml": pod}}
    with Scanner(rules=[OWN]) as scanner:
        found = scanner.verdicts(objects)
        assert scanner.verdicts({"apiVersion": "v1", "kind": "Pod", "spec": {"containers": []}}) == {}
    assert {rule.id for rule in hostprocess_lint.rules() if rule.subject.startswith("host-process")} <= set(found)
    (verdict,) = found["ACME001"]
    assert verdict.route == ("data", "pod.yaml", "spec", "containers", 0, "image")
    assert (verdict.field, verdict.container) == ("spec.containers[0].image", "agent")
    assert {rule for rule, verdicts in found.items() if verdicts} == {"ACME001", "HPC401"}


@pytest.mark.parametrize(("depth", "rule"), [(3, "HPC401"), (4, "HPC005"), (5, "HPC005")])
def test_what_lies_too_deep_in_strings_is_a_verdict(depth: int, rule: str) -> None:
    text = json.dumps(yaml.safe_load(POD))
    for _ in range(depth):
        text = json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"a": text}})
    with Scanner() as scanner:
        found = {rule: verdicts for rule, verdicts in scanner.verdicts(json.loads(text)).items() if verdicts}
    assert list(found) == [rule]
    (verdict,) = found[rule]
    assert verdict.route[:4] == ("data", "a", "data", "a")


def test_a_string_that_cannot_be_read_is_a_verdict() -> None:
    holder = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "c"}, "stringData": {"pod.yaml": POD + "[\n"}}
    with Scanner() as scanner:
        (verdict,) = scanner.verdicts(holder)["HPC001"]
    assert (verdict.route, verdict.field) == (("stringData", "pod.yaml"), "stringData['pod.yaml']")


def test_verdicts_are_by_the_configuration(tmp_path: Path) -> None:
    file = tmp_path / ".hostprocess-lint.yaml"
    file.write_text("levels: {HPC101: off}\noverrides: [{paths: [a.yaml], levels: {HPC401: off}}]\n")
    with Scanner(hostprocess_lint.load_config(file)) as scanner:
        pod = yaml.safe_load(POD)
        assert "HPC101" not in scanner.verdicts(pod)
        assert scanner.verdicts(pod)["HPC401"]
        assert "HPC401" not in scanner.verdicts(pod, str(tmp_path / "a.yaml"))


def test_a_mode_that_there_is_not_is_told() -> None:
    with pytest.raises(UsageError, match="'some' is none of all, configuration, none"):
        Scanner(settings=hostprocess_lint.Settings(suppressions="some"))


def children() -> set[str]:
    """The processes that this one has started and that are still there."""
    found: set[str] = set()
    for thread in Path("/proc/self/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread that has ended since
            found.update((thread / "children").read_text().split())
    return found


@pytest.fixture
def nothing_stays(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Any:
    """No process, no thread, no temporary file, no open file is left."""
    if not Path("/proc/self/task").is_dir():
        pytest.skip("no /proc to look for processes in")
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    before = children(), set(threading.enumerate()), len(os.listdir("/proc/self/fd"))
    yield
    assert (children(), set(threading.enumerate()), len(os.listdir("/proc/self/fd"))) == before
    assert os.listdir(folder) == []


TREE = {
    ".git/HEAD": "",
    "chart/Chart.yaml": CHART,
    "chart/templates/ds.yaml": DAEMON_SET,
    "overlay/kustomization.yaml": "resources: [pod.yaml]\n",
    "overlay/pod.yaml": POD,
}
PROGRAM = """\
from hostprocess_lint import Label, Level, Rule, Scanner, Violation
def check(container, context):
    yield Violation(Label((*container.route, "image")), container=container.name)
own = Rule("ACME001", "any-image", "has an image", Level.NOTE, "host-process-container", "an image", "none", check)
with Scanner(rules=[own]) as scanner:
    chart, overlay = scanner.scan(["chart"]), scanner.scan(["overlay"])
    text = scanner.scan_text(open("overlay/pod.yaml").read(), path="generated.yaml")
for found in chart, overlay, text:
    print(*(f"{finding.rule}@{finding.location.path}:{finding.location.start[0]}" for finding in found.findings))
assert open("/proc/self/task/" + __import__("os").readlink("/proc/self").rpartition("/")[2] + "/children").read() == ""
"""


@pytest.mark.skipif(find_spec("helm_python") is None, reason="Helm's library is not installed")
@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="no /proc to look for processes in")
def test_ten_lines_scan_a_chart_an_overlay_and_a_text(tmp_path: Path) -> None:
    write(tmp_path, TREE)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=tmp_path, capture_output=True, text=True, env=environment(), check=False
    )
    assert done.stderr == ""
    chart, overlay, text = (line.split() for line in done.stdout.splitlines())
    assert "ACME001@chart/templates/ds.yaml:15" in chart
    assert ("ACME001@overlay/pod.yaml:16" in overlay) and ("HPC401@overlay/pod.yaml:13" in overlay)
    assert text == ["HPC401@generated.yaml:13", "ACME001@generated.yaml:16"]
    assert len(ast.parse(PROGRAM).body) <= 10


def test_what_is_raised_while_an_overlay_is_built_leaves_nothing(
    tmp_path: Path, nothing_stays: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even as long as somebody holds the exception, and with it the frames that it went through."""
    from hostprocess_lint.judge import reading

    def broken(*_: object) -> None:
        raise MemoryError

    root = write(tmp_path / "tree", TREE)
    monkeypatch.setattr(reading, "documents", broken)
    monkeypatch.setenv("HOSTPROCESS_LINT_DEBUG", "1")  # else it is a finding
    with pytest.raises(MemoryError) as held, Scanner() as scanner:
        scanner.scan([root / "overlay"])
    assert held.value.__traceback__ is not None


@pytest.mark.skipif(find_spec("helm_python") is None, reason="Helm's library is not installed")
@pytest.mark.parametrize("raised", [None, ValueError, KeyboardInterrupt])
def test_a_closed_scanner_leaves_nothing(
    tmp_path: Path, nothing_stays: None, raised: type[BaseException] | None
) -> None:
    root = write(tmp_path / "tree", TREE)
    _ = hostprocess_lint.rules()
    with pytest.raises(raised or ZeroDivisionError), Scanner() as scanner:
        assert scanner.scan([root]).findings
        assert scanner.scan([root / "chart"]).findings
        raise raised or ZeroDivisionError
    with pytest.raises(RuntimeError, match="closed"):
        scanner.scan([root / "chart"])


def test_verdicts_are_of_the_chosen_rules_only() -> None:
    with Scanner(settings=Settings(select=("HPC401",))) as scanner:
        found = scanner.verdicts(yaml.safe_load(POD.replace("hostNetwork: true", "hostNetwork: false")))
    assert set(found) == {"HPC401"}


def test_a_text_that_is_a_release_is_read_as_one(tmp_path: Path) -> None:
    text = ARGO % "charts/agent"
    found = hostprocess_lint.scan_text(text, path=str(tmp_path / "app.yaml"))
    assert [(each.rule, each.location.start) for each in found.findings] == [("HPC006", (8, 5))]
    write(tmp_path, {**DEPLOYED, ".git/HEAD": ""})
    found = hostprocess_lint.scan_text(text, path=str(tmp_path / "app.yaml"))
    assert (found.findings, len(found.workloads)) == ((), 1)
