"""A user's own policies: loaded like the catalogue's, checked to the line, and seen in every door."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from scanning import PACKAGE, POD, RULE, environment, manifest, run, write

from hostprocess_lint.doors.cli import main
from hostprocess_lint.errors import UsageError
from hostprocess_lint.finding import Consequence, Level
from hostprocess_lint.judge.judging import judge
from hostprocess_lint.pagetest import broken_promises
from hostprocess_lint.report import REPORTERS
from hostprocess_lint.rules.catalogue import builtin, user_rules
from hostprocess_lint.rules.context import Context
from hostprocess_lint.rules.rule import FOR_CODE, SUBJECTS, Rule

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "policies"


def loaded(directory: Path, text: str, name: str = "rule.yaml") -> Rule:
    directory.mkdir(exist_ok=True)
    (directory / name).write_text(text)
    (rule,) = user_rules([str(directory)])
    return rule


def judged(rules: tuple[Rule, ...], text: str) -> list[tuple[str, int, str | None]]:
    """Rule name, line and container of each finding."""
    found = judge([manifest(text)], lambda: rules, Context()).findings
    return [(finding.name, finding.location.start[0], finding.container) for finding in found]


def test_the_example_does_what_its_page_says() -> None:
    page, bare = user_rules([str(EXAMPLE / "rules")])
    assert (page.id, page.level, page.consequence) == ("ACME001", Level.ERROR, Consequence.SECURITY)
    assert (bare.id, bare.level, bare.consequence) == ("ACME002", Level.NOTE, Consequence.FAILS)
    assert list(broken_promises(page, [str(EXAMPLE / "rules")])) == []


def test_the_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", "--format", "json", str(EXAMPLE)]) == 1
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert (finding["rule"], finding["container"], finding["location"]["line"]) == ("ACME001", "agent", 25)
    assert main(["scan", "--ignore", "foreign-registry", str(EXAMPLE)]) == 0


def test_a_bare_file_and_a_page_are_the_same_rule(tmp_path: Path) -> None:
    bare = loaded(tmp_path / "a", RULE)
    page = loaded(tmp_path / "b", f"---\n{RULE}---\nWhy it matters.\n", "rule.md")
    ignored = ("check", "path", "body", "summary")
    assert {**bare._asdict(), **dict.fromkeys(ignored)} == {**page._asdict(), **dict.fromkeys(ignored)}
    assert (page.summary, bare.summary) == ("Why it matters.", "Image is not ours")
    text = POD.replace("registry.example/", "docker.io/")
    assert judged((bare,), text) == judged((page,), text) == [("foreign-registry", 16, "agent")]
    assert judged((bare,), POD) == []


def test_other_files_and_readmes_are_no_policies(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Our policies\n")
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(UsageError, match="holds no policy: a rule is a"):
        user_rules([str(tmp_path)])
    (tmp_path / "rule.yaml").write_text(RULE)
    assert len(user_rules([str(tmp_path), f"{tmp_path}/"])) == 1


@pytest.mark.parametrize(
    ("subject", "select", "verdict", "lines"),
    [
        ("host-process-pod", "$.spec.nodeName", "forbid: {present: true}", []),
        ("host-process-pod", "$.spec.imagePullSecrets", "require: {present: true}", [12]),
        ("host-process-pod", "$.spec.hostNetwork", "forbid: {equals: true}", [7]),
        ("concerned-pod", "$.spec.hostNetwork", "forbid: {equals: true}", [7]),
        ("windows-pod", "$.spec.priorityClassName", "require: {present: true}", [12]),
        ("host-process-pod", "$.spec.containers[*].image", "forbid: {matches: '/agent:'}", [16]),
        ("host-process-container", "$.securityContext.windowsOptions.runAsUserName", "forbid: {in: [a, b]}", []),
        ("host-process-container", "$..memory", "forbid: {in: [1Gi]}", [17]),
        ("host-process-pod", "$..image", "forbid: {matches: '/agent:'}", [16]),
        ("host-process-pod", "$.spec.containers[-1].image", "forbid: {matches: '/agent:'}", [16]),
    ],
)
def test_select_and_judge(tmp_path: Path, subject: str, select: str, verdict: str, lines: list[int]) -> None:
    text = RULE.replace("host-process-container", subject).replace("$.image", select)
    rule = loaded(tmp_path, text.replace("require: {matches: '^registry\\.example/'}", verdict))
    assert [line for _, line, _ in judged((rule,), POD)] == lines


OPERATORS = """\
apiVersion: example.com/v1
kind: Agent
metadata: {name: a}
spec:
  securityContext:
    windowsOptions: {hostProcess: true, runAsUserName: Administrators}
"""
"""A security context that stands in no pod: an operator puts one around it."""


@pytest.mark.parametrize(
    ("subject", "select", "lines"),
    [
        ("host-process-options", "$.securityContext.windowsOptions.runAsUserName", [6]),
        ("host-process-container", "$.securityContext.windowsOptions.runAsUserName", []),
        ("concerned-options", "$..hostProcess", [6]),
        ("concerned-pod", "$..hostProcess", []),
        ("created-pod", "$..hostProcess", []),
    ],
)
def test_what_a_page_is_for_says_whether_a_context_in_no_pod_is_judged(
    tmp_path: Path, subject: str, select: str, lines: list[int]
) -> None:
    text = RULE.replace("host-process-container", subject).replace("$.image", select)
    rule = loaded(tmp_path, text.replace("require: {matches: '^registry\\.example/'}", "forbid: {present: true}"))
    assert [line for _, line, _ in judged((rule,), OPERATORS)] == lines
    assert len(judged((rule,), POD)) == 1


def test_the_docs_say_what_a_page_can_be_for() -> None:
    table = (ROOT / "docs/policies.md").read_text(encoding="utf-8").partition("## What is judged")[2]
    told = re.findall(r"(?m)^\| `([a-z-]+)` \|", table.partition("## Select")[0])
    assert sorted(told[1:]) == sorted(set(SUBJECTS) - {*FOR_CODE, "analysis"})


def test_a_windows_pod_without_host_process_can_be_judged(tmp_path: Path) -> None:
    text = RULE.replace("host-process-container", "windows-pod").replace("$.image", "$.spec.priorityClassName")
    rule = loaded(tmp_path, text.replace("require: {matches: '^registry\\.example/'}", "require: {present: true}"))
    windows = POD.replace("      hostProcess: true\n", "")
    assert [name for name, _, _ in judged((rule,), windows)] == ["foreign-registry"]


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("level: error", "level: fatal", 4, "`level` is one of `error`, `warning`, `note`"),
        ("level: error\n", "", 1, "`level` is missing, or is no string"),
        ("hint: use ours", "hints: use ours", 9, "unknown key `hints`; did you mean `hint`?"),
        ("hint: use ours", "hint: 1", 9, "`hint` is missing, or is no string"),
        ("id: ACME001", "id: HPC901", 1, "`id` is capital letters and three digits, as in `ACME001`; `HPC` is"),
        ("id: ACME001", "id: acme-1", 1, "`id` is capital letters and three digits"),
        ("name: foreign-registry", "name: Foreign Registry", 2, "`name` is lower-case words with hyphens"),
        ("name: foreign-registry", "name: system-account", 2, "`name` system-account is taken by policies/security/"),
        ("host-process-container", "container", 5, "`for` is one of `host-process-container`"),
        ("host-process-container", "host-options", 5, "`for: host-options` needs a check in Python"),
        ("host-process-container", "analysis", 5, "`analysis` is the scanner's own"),
        ("level: error", "level: error\nconsequence: analysis", 6, "`analysis` is the scanner's own"),
        ("level: error", "level: error\nconsequence: bad", 5, "`consequence` is one of"),
        ("level: error", "level: error\nsecurity-severity: high", 5, "`security-severity` is a number from 0 to 10"),
        ("level: error", "level: error\ncwe: 250", 5, "`cwe` is a list of numbers"),
        ("level: error", "level: error\nlevel: note", 5, "`level` stands here a second time"),
        ("select: $.image", "select: $.[", 6, "`select` is no JSONPath"),
        ("select: $.image", "select: [image]", 6, "`select` is a JSONPath, as in"),
        ("select: $.image\n", "", 1, "a rule needs a `select`"),
        ("require:", "demand:", 7, "unknown key `demand`"),
        ("require: {matches", "require: {match", 7, "`require` holds exactly one of `equals`, `in`, `matches`"),
        (
            "select: $.image",
            "select: $..a..b..c",
            6,
            "`select` has more than 500 characters, or more than 2 times `..`",
        ),
        ("'^registry\\.example/'", "'(a)\\1'", 7, "`matches`: a reference to a group is not known here"),
        ("'^registry\\.example/'", "'(?!a)b'", 7, "`matches`: looking ahead or behind is not known here"),
        ("'^registry\\.example/'", "'a{999}'", 7, "`matches`: it has more than 500 characters"),
        ("'^registry\\.example/'", "'('", 7, "`matches` is followed by a regular expression: "),
        ("{matches: '^registry\\.example/'}", "{matches: [x]}", 7, "`matches` is followed by a regular expression"),
        ("{matches: '^registry\\.example/'}", "{in: x}", 7, "`in` is followed by a list"),
        ("{matches: '^registry\\.example/'}", "{present: yes please}", 7, "`present` is followed by `true`"),
        ("label: not ours\n", "label: [\n", 8, "the policy is no YAML: "),
        (RULE, "- id: ACME001\n", 1, "a policy is one mapping"),
        (RULE, f"{RULE}---\n{RULE}", 1, "a policy is one mapping"),
        (RULE, "# nothing\n", 1, "the policy is empty"),
    ],
)
def test_a_mistake_is_told_at_its_line(tmp_path: Path, old: str, new: str, line: int, message: str) -> None:
    assert old in RULE
    with pytest.raises(UsageError) as error:
        loaded(tmp_path, RULE.replace(old, new, 1))
    assert str(error.value).startswith(f"{tmp_path}/rule.yaml:{line}: {message}")
    (tmp_path / "rule.yaml").unlink()
    if old != RULE:
        with pytest.raises(UsageError) as error:
            loaded(tmp_path, f"---\n{RULE.replace(old, new, 1)}---\nText.\n", "rule.md")
        assert str(error.value).startswith(f"{tmp_path}/rule.md:{line + 1}: {message}")


def test_a_page_needs_front_matter(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"rule\.md:1: a policy begins with front matter"):
        loaded(tmp_path, "# My rule\n", "rule.md")


def test_ids_and_names_are_unique_over_directories(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "rule.yaml").write_text(RULE)
    with pytest.raises(UsageError, match=r"b/rule\.yaml:1: `id` ACME001 is taken by .*a/rule\.yaml"):
        user_rules([str(tmp_path / "a"), str(tmp_path / "b")])
    (tmp_path / "b" / "rule.yaml").write_text(RULE.replace("ACME001", "ACME002"))
    with pytest.raises(UsageError, match=r"b/rule\.yaml:2: `name` foreign-registry is taken by"):
        user_rules([str(tmp_path / "a"), str(tmp_path / "b")])


def test_a_missing_directory_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "--policies", "nowhere"]) == 2
    assert "nowhere: the policies cannot be read" in capsys.readouterr().err


def test_loading_runs_nothing(tmp_path: Path) -> None:
    """Neither a tag that other YAML readers make objects of, nor a module beside the rules."""
    made = tmp_path / "made"
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "__init__.py").write_text(f"open({str(made)!r}, 'w')\n")
    (tmp_path / "rules" / "foreign_registry.py").write_text(f"open({str(made)!r}, 'w')\n")
    tagged = RULE.replace("hint: use ours", f"hint: !!python/object/apply:os.system ['touch {made}']")
    (tmp_path / "rules" / "rule.yaml").write_text(tagged)
    command = [sys.executable, "-m", "hostprocess_lint", "rules", "--policies", "rules"]
    path = str(PACKAGE.parent)
    done = subprocess.run(command, cwd=tmp_path, env={"PYTHONPATH": path}, capture_output=True, check=False)
    assert done.returncode == 2
    (tmp_path / "rules" / "rule.yaml").write_text(RULE)
    done = subprocess.run(command, cwd=tmp_path, env={"PYTHONPATH": path}, capture_output=True, check=False)
    assert (done.returncode, b"ACME001" in done.stdout) == (0, True)
    assert not made.exists()


def test_rules_and_explain_know_them(capsys: pytest.CaptureFixture[str]) -> None:
    rules = ["--policies", str(EXAMPLE / "rules")]
    assert main(["rules", *rules]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(builtin()) + 2
    assert len({line.index(next(r.name for r in builtin())) for line in lines[:1]}) == 1
    assert [line.split()[:3] for line in lines[-2:]] == [
        ["ACME001", "error", "foreign-registry"],
        ["ACME002", "note", "missing-pull-secret"],
    ]
    assert main(["rules", "--format", "json", *rules]) == 0
    assert json.loads(capsys.readouterr().out)["rules"][-2]["security_severity"] == "8.8"
    assert main(["explain", "foreign-registry", *rules]) == 0
    assert "We let nothing do that which our registry" in capsys.readouterr().out
    assert main(["explain", "ACME002", *rules]) == 0
    assert "To fix: add `imagePullSecrets`" in capsys.readouterr().out


@pytest.mark.parametrize("name", sorted(REPORTERS))
def test_every_report_knows_them(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", "--format", name, str(EXAMPLE)]) == 1
    out = capsys.readouterr().out
    assert "ACME001" in out
    if name == "sarif":
        described = {rule["id"]: rule for rule in json.loads(out)["runs"][0]["tool"]["driver"]["rules"]}
        assert "helpUri" not in described["ACME001"]
        assert described["ACME001"]["properties"]["security-severity"] == "8.8"


def test_they_can_be_levelled_and_suppressed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    loaded(tmp_path / "rules", RULE)
    account = "'NT AUTHORITY\\LocalService'"
    text = POD.replace("registry.example/", "docker.io/").replace("'NT AUTHORITY\\SYSTEM'", account)
    (tmp_path / "pod.yaml").write_text(text)
    config = tmp_path / ".hostprocess-lint.yaml"
    config.write_text("policies: [rules]\nlevels: {ACME001: note}\n")
    assert main(["scan", "."]) == 0
    assert "note[ACME001]" in capsys.readouterr().out
    config.write_text("policies: [rules]\nignore: [{rule: foreign-registry, reason: a pilot}]\n")
    assert main(["scan", "."]) == 0
    assert "1 suppressed" in capsys.readouterr().out


PAGE = f"""---
{RULE}---
Why it matters.

## Problematic
```yaml
{POD.replace("registry.example/ops/agent:1.0.0", "docker.io/agent:1.0.0  # expect: foreign-registry")}```
## Correct
```yaml
{POD}```
"""


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ("", "", 0, "1 of 1 policies are pages with examples; what they promise is so"),
        ("# expect: foreign-registry", "", 1, "no YAML block under `## Problematic` has a line that ends with"),
        ("# expect: foreign-registry", "", 1, "Problematic, example 1, line 16: foreign-registry is found and not"),
        ("docker.io/", "registry.example/", 1, "Problematic, example 1, line 16: foreign-registry is expected and not"),
        ("image: registry.example/", "image: ghcr.io/", 1, "Correct, example 1, line 16: foreign-registry is found"),
        ("hostNetwork: true", "hostNetwork: false", 1, "missing-host-network is found and not expected"),
        ("level: error", "level: fatal", 2, "`level` is one of"),
    ],
)
def test_the_examples_of_a_page_are_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, code: int, said: str
) -> None:
    (tmp_path / "rule.md").write_text(PAGE.replace(old, new))
    assert main(["policies", "test", str(tmp_path)]) == code
    output = capsys.readouterr()
    assert said in output.out + output.err


def test_an_example_has_the_configuration_of_its_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = PAGE.replace("'NT AUTHORITY\\SYSTEM'", "hpc-agents")
    (tmp_path / "rule.md").write_text(own)
    assert main(["policies", "test", str(tmp_path)]) == 1
    assert "line 13: disallowed-account is found and not expected" in capsys.readouterr().out
    (tmp_path / "rule.md").write_text(
        own.replace("hint: use ours", "hint: use ours\nexample-config: {allowed-accounts: [hpc-agents]}")
    )
    assert main(["policies", "test", str(tmp_path)]) == 0
    (tmp_path / "rule.md").write_text(PAGE.replace("hint: use ours", "hint: use ours\nexample-config: {levls: {}}"))
    assert main(["policies", "test", str(tmp_path)]) == 2
    assert "unknown key `levls`" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{matches: '^registry\\.example/'}", "{matches: '^(a+)+$'}"),
        ("{matches: '^registry\\.example/'}", "{matches: '(a|aa)+\\Z'}"),
        ("$.image", "$..*..*"),
    ],
)
def test_a_policy_of_the_tree_does_not_hang_a_run(tmp_path: Path, old: str, new: str) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rule.yaml").write_text(RULE.replace(old, new))
    (tmp_path / ".hostprocess-lint.yaml").write_text("policies: [rules]\n")
    deep = "{a: " * 40 + "{}" + "}" * 40
    text = POD.replace("registry.example/ops/agent:1.0.0", "a" * 5_000 + "!").replace("1Gi}", f"1Gi, b: {deep}}}")
    (tmp_path / "pod.yaml").write_text(text)
    command = [sys.executable, "-m", "hostprocess_lint", "scan", "pod.yaml"]
    done = subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, timeout=20, check=False)
    assert (done.returncode, b"ACME001" in done.stdout) == (1, True), done.stderr


@pytest.mark.parametrize(
    ("select", "verdict", "told"),
    [
        ("$.imgae", "forbid: {matches: x}", True),
        ("$.image", "forbid: {matches: x}", False),
        ("$..imgae", "forbid: {matches: x}", True),
        ("$.lifecycle.preStop", "forbid: {present: true}", True),
        ("$.imgae", "require: {matches: x}", False),
    ],
)
def test_a_select_that_never_led_anywhere_is_told(tmp_path: Path, select: str, verdict: str, told: bool) -> None:
    """Such a policy forbids nothing; one that requires finds something everywhere, which nobody overlooks."""
    own = RULE.replace("$.image", select).replace("require: {matches: '^registry\\.example/'}", verdict)
    write(tmp_path, {"rules/rule.yaml": own, "pod.yaml": POD, "service.yaml": "apiVersion: v1\nkind: Service\n"})
    done = run("scan", "pod.yaml", "--policies", "rules", cwd=tmp_path)
    said = f"ACME001 (rules/rule.yaml): `select: {select}` leads nowhere in all that was scanned"
    assert (said in done.stderr) is told, done.stderr
    assert run("scan", "pod.yaml", "--policies", "rules", "--quiet", cwd=tmp_path).stderr == ""
    assert run("scan", "service.yaml", "--policies", "rules", cwd=tmp_path).stderr == "", "it could match nothing there"
    assert run("scan", "pod.yaml", "--policies", "rules", "--ignore", "ACME001", cwd=tmp_path).stderr == ""
