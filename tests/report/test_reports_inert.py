"""Names from a manifest stay text in every format, whatever prints or parses the report."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from report_cases import HOSTILE, MANIFEST, OPTIONS, RULES, agent, finding, hostile, scan
from scanning import POD, RULE, run, write

from hostprocess_lint.report import github, gitlab, junit, markdown, reporter, sarif

FORMATS = ("sarif", "github", "gitlab", "junit", "markdown")
COMMANDS = ("error", "warning", "notice")


def obeyed(line: str) -> tuple[str, dict[str, str], str] | None:
    """What GitHub's runner makes of a printed line (actions/runner, ActionCommand.cs): command, properties, data."""
    match = re.fullmatch(r"\s*::(\w+)(?: (.*?))?::(.*)", line)
    if match is None:
        return ("?", {}, "") if re.search(r"##\w*\[", line) else None
    listed = re.findall(r"([^=,]+)=([^,]+)", match[2] or "")
    return match[1], {key: undone(value) for key, value in listed}, undone(match[3])


def undone(text: str) -> str:
    for code, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, character)
    return text


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


@pytest.mark.parametrize("name", FORMATS)
def test_no_control_reaches_a_terminal(name: str) -> None:
    text = reporter(name)(hostile(), RULES, OPTIONS)
    text.encode()
    assert text.endswith("\n")
    assert text.replace("\n", "").isprintable()


@pytest.mark.parametrize("name", ["sarif", "gitlab", "junit", "markdown"])
def test_no_line_is_a_command(name: str) -> None:
    text = reporter(name)(hostile(), RULES, OPTIONS)
    assert [line for line in text.split("\n") if obeyed(line)] == []


def test_the_runner_sees_our_commands_only() -> None:
    lines = github.write(hostile(), RULES, OPTIONS).splitlines()
    commands = [command for line in lines if (command := obeyed(line))]
    assert len(commands) == len(lines) == 3
    for name, properties, data in commands:
        assert name in COMMANDS
        assert set(properties) <= {"file", "line", "endLine", "col", "endColumn", "title"}
        assert not any(line.startswith("::") for line in data.split("\n"))


def test_a_path_is_one_property() -> None:
    path = "a,line=9::b%3A%0A.yaml"
    text = github.write(hostile(path), RULES, OPTIONS)
    command = obeyed(text.splitlines()[0])
    assert command is not None
    assert command[1]["file"] == path
    assert command[1]["line"] == "16"


def test_sarif_strings_are_printable() -> None:
    log = json.loads(sarif.write(hostile(), RULES, OPTIONS))
    (result,) = log["runs"][0]["results"]
    assert "evil" in result["message"]["text"]
    assert all(text.isprintable() for text in strings(log) if "evil" in text)


def test_code_quality_is_json_of_printable_strings() -> None:
    entries = json.loads(gitlab.write(hostile(), RULES, OPTIONS))
    assert all(text.isprintable() for text in strings(entries))
    assert not any(re.search(r"\]\(|[{}`]", entry["description"]) for entry in entries)


def test_junit_is_well_formed() -> None:
    suites = ElementTree.fromstring(junit.write(hostile(), RULES, OPTIONS))
    assert {element.tag for element in suites.iter()} == {
        *("testsuites", "testsuite", "properties", "property", "testcase", "failure", "error")
    }
    assert len(suites.findall(".//testcase")) == 4


def test_markdown_keeps_its_tables() -> None:
    text = markdown.write(hostile(), RULES, OPTIONS)
    for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        widths = {line.count("|") for line in table.splitlines()}
        assert len(widths) == 1


def test_markdown_has_no_syntax_but_ours() -> None:
    text = markdown.write(hostile(), RULES, OPTIONS)
    assert set(re.findall(r"<[^>]*>", text)) == {"<code>", "</code>"}
    assert set(re.findall(r"\]\([^)]*\)", text)) == {f"]({RULES[2].url})"}
    assert not re.search(r"[@#]\w|www\.|[`~*_\\]", re.sub(r"&#\d+;", "", text.replace("**", "")))
    assert "://" not in text.replace("https://github.com", "")


def test_long_names_are_cut() -> None:
    one = finding(hostile().findings[0].location, message="`" + "x" * 1_000_000 + "`")
    for name in FORMATS:
        assert len(reporter(name)(scan(one), RULES, OPTIONS)) < 20_000


def test_the_name_is_hostile() -> None:
    """So that the tests above test something."""
    assert obeyed(HOSTILE.splitlines()[1])
    assert not HOSTILE.isprintable()


def test_a_snippet_is_exact_and_inert() -> None:
    comment = "# ##[error]x ##vso[y]z \x1b[31m\u202e {0} ::error::"
    text = MANIFEST.replace("      nodeSelector", f"      {comment}\n      nodeSelector")
    written = sarif.write(scan(agent(text)), RULES, OPTIONS)
    assert [line for line in written.split("\n") if obeyed(line)] == []
    assert written.replace("\n", "").isprintable()
    (result,) = json.loads(written)["runs"][0]["results"]
    assert comment in result["locations"][0]["physicalLocation"]["contextRegion"]["snippet"]["text"]


NAMES = (
    "::error title=x::owned",
    "  ::warning::owned",
    "##vso[task.setvariable]x ##[error]y",
    "a\n::warning::owned \x1b[31m",
)
DOORS = [
    *(("scan", "--format", name) for name in ("text", "concise", "json", "sarif", "gitlab", "junit", "markdown")),
    *(("inventory", "--format", name) for name in ("table", "csv", "json")),
    *(("coverage", "--format", name) for name in ("table", "json")),
    *(("review", "--format", name) for name in ("csv", "html", "markdown", "json")),
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("door", DOORS, ids=" ".join)
def test_whatever_is_printed_is_no_command(door: tuple[str, ...], name: str, tmp_path: Path) -> None:
    """A kind, a namespace, a container, an image, the name of a file, and that of one that cannot be read."""
    kind = json.dumps(name)
    custom = f"apiVersion: a.example/v1\nkind: {kind}\nmetadata: {{name: a}}\nspec: {{a: {{hostProcess: true}}}}\n"
    pod = POD.replace("name: agent", f"name: {kind}", 1).replace("metadata:", f"metadata:\n  namespace: {kind}", 1)
    write(tmp_path, {f"{name}.yaml": f"{custom}---\n{pod}", f"{name}.json": '{"hostProcess": '})
    done = run(*door, ".", cwd=tmp_path)
    assert done.returncode in (0, 1, 3), done.stderr
    assert "owned" in done.stdout or "vso" in done.stdout
    for line in (done.stdout + done.stderr).split("\n"):
        assert obeyed(line) is None
        assert line.rstrip("\r").isprintable()


@pytest.mark.parametrize("key", NAMES)
def test_a_key_of_the_configuration_is_no_command(key: str, tmp_path: Path) -> None:
    write(tmp_path, {".hostprocess-lint.yaml": f"{json.dumps(key)}: 1\n", "pod.yaml": POD})
    done = run("scan", ".", cwd=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert obeyed(done.stderr.rstrip("\n")) is None
    assert done.stderr.rstrip("\n").isprintable()


@pytest.mark.parametrize("said", NAMES)
@pytest.mark.parametrize("command", [("rules",), ("explain", "ACME001")], ids=" ".join)
def test_a_policy_of_the_tree_is_no_command(command: tuple[str, ...], said: str, tmp_path: Path) -> None:
    title = next(line for line in RULE.splitlines() if line.startswith("title:"))
    page = f"---\n{RULE.replace(title, f'title: {json.dumps(said)}')}---\nWhy: see below.\n\n{said}\n"
    write(tmp_path, {"rules/rule.md": page})
    done = run(*command, "--policies", "rules", cwd=tmp_path)
    assert "owned" in done.stdout or "vso" in done.stdout, done.stderr
    for line in done.stdout.split("\n"):
        assert obeyed(line) is None
        assert line.isprintable()
