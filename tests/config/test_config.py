"""The configuration: what it may hold, what is said when it is wrong, and what it changes."""

import json
import os
import re
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scanning import POD, RULE, run, seconds, write

from hostprocess_lint.config import nearest, schema
from hostprocess_lint.config.config import Config
from hostprocess_lint.config.config_file import parse_config
from hostprocess_lint.documents.document import Document
from hostprocess_lint.documents.stream import documents
from hostprocess_lint.doors.cli import main
from hostprocess_lint.errors import HOME, UsageError
from hostprocess_lint.finding import Level
from hostprocess_lint.rules.context import Approved, Context, Override
from hostprocess_lint.sourcefile import SourceFile
from hostprocess_lint.sources.globs import globs


def read(text: str) -> Config:
    return parse_config(SourceFile("here/.hostprocess-lint.yaml", text), "here", ())


def data_of(text: str) -> Any:
    document = next(iter(documents(SourceFile("", text))))
    assert isinstance(document, Document)
    return document.data


def findings(capsys: pytest.CaptureFixture[str], *argv: str) -> dict[str, str]:
    """Rule → level of what a scan shows."""
    capsys.readouterr()
    main(["scan", "--format", "json", *argv])
    shown = json.loads(capsys.readouterr().out)["findings"]
    return {finding["rule"]: finding["level"] for finding in shown if finding["suppressed"] is None}


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one manifest that has one finding, the working directory."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps" / "agent.yaml").write_text(POD)
    monkeypatch.chdir(tmp_path)
    return tmp_path


ACCEPTED = [
    "levels: {HPC401: warning, system-account: note, HPC405: off}",
    "levels: {HPC401: 'off'}",
    "levels: {}",
    "fail-on: never",
    "select: [HPC1, HPC401, system-account]",
    "kubernetes-version: '1.30'",
    "kubernetes-version: v1.30.2",
    'containerd-version: "1.6"',
    "allowed-accounts: [hpc-agents, 'CORP\\svc-*']",
    "approved-workloads: []",
    "approved-workloads: [{kind: DaemonSet, namespace: kube-system, name: csi-*, image: 'r.example/*'}, {name: x}]",
    "require-digest: true",
    "approved-workloads: [{account: 'NT AUTHORITY\\*', command: 'agent.exe *'}]",
    "no-inline-suppression: [HPC410, remote-code]",
    "exclude: [vendor, 'tests/**']",
    "ignore: [{rule: HPC401, reason: needed}]",
    "ignore: [{rule: system-account, path: a, resource: Pod ops/*, reason: needed, until: 2027-06-30}]",
    "policies: []",
    "charts: [{path: charts/*}]",
    "charts: [{path: a, set: [x=y], kubernetes-versions: ['1.29'], namespace: ns, release-name: rel, values: []}]",
    "overrides: [{paths: [a], levels: {HPC401: off}, allowed-accounts: [x], require-digest: true}]",
    "overrides: [{paths: [a], kubernetes-version: '1.22', containerd-version: '1.6', approved-workloads: []}]",
]

REFUSED = [
    ("level: {}", 1, "unknown key `level`; did you mean `levels`?"),
    ("x-y-z: 1", 1, "unknown key `x-y-z`; the keys here are `levels`, `select`"),
    ("\nfail_on: error", 2, "unknown key `fail_on`; did you mean `fail-on`?"),
    ("levels:\n  HPC401: warn", 2, "`HPC401` is one of `error`, `warning`, `note`, `off`; did you mean `warning`?"),
    ("levels: [HPC401]", 1, "`levels` takes a mapping, as in `levels: {"),
    ("levels:", 1, "`levels` takes a mapping"),
    ("fail-on: fatal", 1, "`fail-on` is one of `error`, `warning`, `note`, `never`"),
    ("kubernetes-version: 1.30", 1, '`kubernetes-version` takes a text in quotes, as in `kubernetes-version: "1.30"`'),
    ("kubernetes-version: newest", 1, "`kubernetes-version` is not 'newest', as in"),
    ("containerd-version: '1'", 1, "`containerd-version` is not '1', as in `containerd-version: \"1.7\"`"),
    ("allowed-accounts: hpc-agents", 1, "`allowed-accounts` takes a list, as in `allowed-accounts: ["),
    ("allowed-accounts:\n  - a\n  - 1", 3, "an item of `allowed-accounts` takes a text in quotes"),
    ("approved-workloads:\n  - kinds: Pod", 2, "unknown key `kinds`; did you mean `kind`?"),
    ("approved-workloads: [{}]", 1, "an item of `approved-workloads` is empty, as in"),
    ("require-digest: 'yes'", 1, "`require-digest` takes `true` or `false`"),
    ("exclude: ['']", 1, "an item of `exclude` is empty"),
    ("ignore:\n  - rule: HPC401", 2, "an item of `ignore` lacks `reason`"),
    ("ignore:\n  - reason: because", 2, "an item of `ignore` lacks `rule`"),
    ("ignore:\n  - rule: HPC401\n    reason: ' '", 3, "`reason` is empty"),
    ("ignore: [{rule: HPC401, reason: x, until: tomorrow}]", 1, '`until` is a date, as in `until: "2027-06-30"`'),
    ("ignore: [{rule: HPC401, reason: x, until: 2027-02-30}]", 1, "`until` is a date"),
    ("charts: [{values: [a]}]", 1, "an item of `charts` lacks `path`"),
    ("charts:\n  - path: a\n    set: [x]", 3, "an item of `set` is not 'x', as in `\"windows.enabled=true\"`"),
    ("overrides: [{levels: {}}]", 1, "an item of `overrides` lacks `paths`"),
    ("overrides: [{paths: []}]", 1, "`paths` is empty, as in `paths: "),
    ("overrides: [{paths: [a], fail-on: note}]", 1, "unknown key `fail-on`"),
    ("[]", 1, "the configuration takes a mapping"),
]

BEYOND_THE_SCHEMA = [
    ("levels:\n  HPC999: off", 2, "no rule is called `HPC999`; `hostprocess-lint rules` lists them"),
    ("levels:\n  sytem-account: off", 2, "no rule is called `sytem-account`; did you mean `system-account`?"),
    ("levels: {HPC001: off}", 1, "`HPC001` cannot be off: what was not looked at must not pass for clean"),
    ("overrides:\n  - paths: [a]\n    levels:\n      HPC9: off", 4, "no rule is called `HPC9`"),
    ("select:\n  - HPC1\n  - HPC9", 3, "no rule is called `HPC9`"),
    ("ignore:\n  - rule: HPC4\n    reason: x", 2, "no rule is called `HPC4`"),
    ("no-inline-suppression:\n  - HPC4", 2, "no rule is called `HPC4`"),
    ("policies:\n  - nowhere", 2, "there is no directory"),
    ("charts:\n  - path: a\n    values:\n      - nowhere.yaml", 4, "there is no file"),
    ("fail-on: note\nfail-on: error", 2, "`fail-on` stands here a second time"),
    ("levels: {\n", 2, "the configuration is no YAML"),
    ("kubernetes-version: '9.99'", 1, "'9.99' is no Kubernetes that the rules know: the newest known is 1.37"),
    ("overrides: [{paths: [a], containerd-version: '9.9'}]", 1, "'9.9' is no containerd that the rules know"),
    ("charts: [{path: a, kubernetes-versions: ['1.29', '1.99']}]", 1, "'1.99' is no Kubernetes that the rules know"),
]


@pytest.mark.parametrize("text", ACCEPTED)
def test_what_the_schema_accepts_is_read(text: str) -> None:
    validator = jsonschema.Draft7Validator(schema.load_schema(), format_checker=jsonschema.FormatChecker())
    validator.validate(data_of(text))
    read(text)


@pytest.mark.parametrize(("text", "line", "message"), REFUSED)
def test_what_the_schema_refuses_is_an_error_at_its_line(text: str, line: int, message: str) -> None:
    validator = jsonschema.Draft7Validator(schema.load_schema(), format_checker=jsonschema.FormatChecker())
    assert not validator.is_valid(data_of(text))
    with pytest.raises(UsageError) as error:
        read(text)
    assert str(error.value).startswith(f"here/.hostprocess-lint.yaml:{line}: {message}")


@pytest.mark.parametrize(("text", "line", "message"), BEYOND_THE_SCHEMA)
def test_what_no_schema_can_know_is_an_error_too(text: str, line: int, message: str) -> None:
    with pytest.raises(UsageError) as error:
        read(text)
    assert str(error.value).startswith(f"here/.hostprocess-lint.yaml:{line}: {message}")


def test_the_schema_is_one() -> None:
    jsonschema.Draft7Validator.check_schema(schema.load_schema())


KEYS = st.sampled_from(["paths", "path", "rule", "reason", "until", "set", "values", "name", "kind", "HPC401", "x"])
LEAVES = st.sampled_from(
    [None, True, False, 0, 1.3, "", " ", "off", "warning", "never", "1.30", "v1.2.3", "a=b", "2027-06-30", "2027-13-01"]
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=6
)


@given(st.dictionaries(st.sampled_from([*schema.load_schema()["properties"], "x"]), VALUES, max_size=2))
def test_the_reader_and_a_validator_agree(data: Any) -> None:
    validator = jsonschema.Draft7Validator(schema.load_schema(), format_checker=jsonschema.FormatChecker())
    assert validator.is_valid(data) is (next(schema.faults(data, schema.load_schema()), None) is None)


def examples(part: Any, definitions: Any) -> list[tuple[Any, Any]]:
    """(schema, example) wherever the schema has one."""
    found = []
    if isinstance(part, dict):
        target = {**definitions[part["$ref"].split("/")[-1]], **part} if "$ref" in part else part
        target = {key: value for key, value in target.items() if key != "$ref"}
        found = [(target, example) for example in target.get("examples", ()) if "type" in target or "enum" in target]
    inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    return found + [pair for item in inner for pair in examples(item, definitions)]


def test_every_example_of_the_schema_fits_its_place() -> None:
    whole = schema.load_schema()
    found = examples({"properties": whole["properties"], "definitions": whole["definitions"]}, whole["definitions"])
    assert len(found) > 20
    for part, example in found:
        jsonschema.validate(example, {**part, "definitions": whole["definitions"]})


def test_a_configuration_becomes_values() -> None:
    found = read(
        "levels: {system-account: warning, HPC405: off}\n"
        "kubernetes-version: v1.24.3\n"
        "containerd-version: '1.6'\n"
        "allowed-accounts: [hpc-*]\n"
        "approved-workloads: [{name: csi-*}]\n"
        "require-digest: true\n"
        "select: [HPC4]\n"
        "fail-on: error\n"
    )
    (approved,) = found.context.approved_workloads or ()
    assert approved.location is not None and approved.location.start == (5, 22)
    assert found.context._replace(approved_workloads=(approved._replace(location=None),)) == Context(
        kubernetes=(1, 24),
        containerd_version=(1, 6),
        allowed_accounts=("hpc-*",),
        approved_workloads=(Approved(name="csi-*"),),
        require_digest=True,
        levels={"HPC401": Level.WARNING, "HPC405": None},
    )
    assert (found.select, found.fail_on, found.directory) == (("HPC4",), "error", "here")


def test_nothing_is_a_configuration() -> None:
    assert read("") == read("# nothing\n") == Config("here")


def test_a_chart_has_profiles(tmp_path: Path) -> None:
    (tmp_path / "prod.yaml").write_text("a: 1\n")
    text = "charts: [{path: charts/x, values: [prod.yaml], set: [a=b], kubernetes-versions: ['1.29'], namespace: ns}]"
    (profile,) = parse_config(SourceFile(str(tmp_path / "c.yaml"), text), str(tmp_path), ()).charts
    assert profile.charts.covers(str(tmp_path / "charts" / "x"))
    assert (profile.values, profile.sets, profile.kubernetes_versions) == (
        (str(tmp_path / "prod.yaml"),),
        ("a=b",),
        ("1.29",),
    )
    assert (profile.namespace, profile.release_name, profile.only, profile.api_versions) == ("ns", None, False, ())
    text = "charts-directory: '.'\ncharts: [{path: x, only: true, api-versions: [a/v1, b/v2]}]"
    found = parse_config(SourceFile(str(tmp_path / "c.yaml"), text), str(tmp_path), ())
    assert (found.charts[0].only, found.charts[0].api_versions) == (True, ("a/v1", "b/v2"))
    assert found.charts_directory == str(tmp_path)


def test_the_last_override_wins_and_levels_join() -> None:
    context = Context(levels={"HPC1": None, "HPC2": Level.NOTE}).at("x")
    assert context.levels == {"HPC1": None, "HPC2": Level.NOTE}
    first = Override(lambda path: path == "x", {"HPC2": Level.ERROR}, {"require_digest": True})
    second = Override(lambda path: path == "x", {"HPC1": Level.ERROR}, {"allowed_accounts": ("a",)})
    third = Override(lambda path: path == "x", {}, {"allowed_accounts": ("b",)})
    both = context._replace(overrides=(first, second, third))
    assert both.at("y") == both._replace(source="y")
    found = both.at("x")
    assert (found.levels, found.allowed_accounts) == ({"HPC1": Level.ERROR, "HPC2": Level.ERROR}, ("b",))
    assert found.require_digest


def test_what_the_command_line_fixes_no_override_changes() -> None:
    override = Override(lambda _: True, {}, {"kubernetes": (1, 22), "require_digest": True})
    found = Context(overrides=(override,)).fixed({"kubernetes": (1, 30)}).at("x")
    assert (found.kubernetes, found.require_digest) == ((1, 30), True)


GLOBS = [
    ("vendor", "vendor", True),
    ("vendor", "a/vendor/b.yaml", True),
    ("vendor/", "a/vendor/b.yaml", True),
    ("vendor", "a/vendored", False),
    ("/vendor", "vendor/a", True),
    ("/vendor", "a/vendor", False),
    ("*.yaml", "a/b/c.yaml", True),
    ("a/*.yaml", "a/b.yaml", True),
    ("a/*.yaml", "a/b/c.yaml", False),
    ("a/**/c.yaml", "a/c.yaml", True),
    ("a/**/c.yaml", "a/b/b/c.yaml", True),
    ("a/**", "a", False),
    ("a/**", "b/a", False),
    ("a/**", "a/b/c", True),
    ("./a/b", "a/b/c", True),
    ("a/b", "a", False),
    ("a?/b", "ab/b", True),
    ("**", "anything/at/all", True),
    ("*", "../outside", False),
]


@pytest.mark.parametrize(("pattern", "path", "covers"), GLOBS)
def test_patterns_are_those_of_gitignore(pattern: str, path: str, covers: bool) -> None:
    assert globs([pattern], ".").covers(path) is covers


def test_a_hostile_pattern_takes_little_time() -> None:
    found = globs(["/".join(["**", "a"] * 200) + "/b"], ".")
    assert seconds(lambda: lambda: found.covers("/".join(["a"] * 1000))) < 2


def test_patterns_are_relative_to_the_configuration(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree / "apps")
    assert globs(["apps/agent.yaml"], str(tree)).covers("agent.yaml")


def test_the_nearest_configuration_up_to_the_repository_counts(tree: Path, tmp_path: Path) -> None:
    assert nearest.find("apps/agent.yaml") is None
    (tree / ".hostprocess-lint.yaml").write_text("")
    assert nearest.find("apps/agent.yaml") == nearest.find("-") == str(tree / ".hostprocess-lint.yaml")
    (tree / "apps" / ".hostprocess-lint.yaml").write_text("")
    assert nearest.find("apps/agent.yaml") == nearest.find("apps") == str(tree / "apps" / ".hostprocess-lint.yaml")
    inner = tree / "apps" / "module"
    inner.mkdir()
    (inner / ".git").write_text("gitdir: elsewhere")
    assert nearest.find("apps/module") is None


def test_outside_of_a_repository_nothing_above_the_working_directory_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = tmp_path / "work"
    (work / "inner").mkdir(parents=True)
    (tmp_path / ".hostprocess-lint.yaml").write_text("")
    monkeypatch.chdir(work)
    assert nearest.find("inner") is None
    assert nearest.find(str(tmp_path)) == str(tmp_path / ".hostprocess-lint.yaml")
    (work / ".hostprocess-lint.yaml").write_text("")
    assert nearest.find("inner") == str(work / ".hostprocess-lint.yaml")


def test_levels_and_overrides_change_findings(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert findings(capsys, "apps") == {"HPC401": "note"}
    (tree / ".hostprocess-lint.yaml").write_text("levels: {HPC401: warning}\n")
    assert findings(capsys, "apps") == {"HPC401": "warning"}
    (tree / ".hostprocess-lint.yaml").write_text("overrides: [{paths: [apps], levels: {HPC401: off}}]\n")
    assert findings(capsys, "apps") == {}
    (tree / ".hostprocess-lint.yaml").write_text("overrides: [{paths: [apps], require-digest: true}]\n")
    assert findings(capsys, "apps") == {"HPC401": "note", "HPC409": "note"}
    (tree / ".hostprocess-lint.yaml").write_text(
        "levels: {HPC401: off}\noverrides: [{paths: [a*], levels: {HPC401: error}}]\n"
    )
    assert findings(capsys, "apps") == {"HPC401": "error"}


def test_the_command_line_wins(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / ".hostprocess-lint.yaml").write_text(
        "fail-on: note\nselect: [HPC5]\nkubernetes-version: '1.22'\n"
        "overrides: [{paths: [apps], kubernetes-version: '1.23'}]\n"
    )
    assert main(["scan", "apps"]) == 1
    assert set(findings(capsys, "apps")) == {"HPC501"}
    assert findings(capsys, "apps", "--kubernetes-version", "1.30") == {}
    assert findings(capsys, "apps", "--select", "HPC4") == {"HPC401": "note"}
    assert main(["scan", "apps", "--select", "HPC4", "--fail-on", "error"]) == 0


def test_a_named_configuration_is_read_instead(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / ".hostprocess-lint.yaml").write_text("nonsense: true\n")
    elsewhere = tree / "ci"
    elsewhere.mkdir()
    (elsewhere / "lint.yaml").write_text("overrides: [{paths: [apps], levels: {HPC401: error}}]\n")
    assert findings(capsys, "apps", "--config", "ci/lint.yaml") == {"HPC401": "error"}
    assert main(["scan", "apps"]) == 2
    message = "hostprocess-lint: error: .hostprocess-lint.yaml:1: unknown key `nonsense`"
    assert capsys.readouterr().err.startswith(message)
    assert main(["scan", "apps", "--config", "nowhere.yaml"]) == 2


def test_excluded_paths_are_left_out_even_when_given(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "other.yaml").write_text(POD)
    (tree / ".hostprocess-lint.yaml").write_text("exclude: [apps]\n")
    main(["scan", "--format", "json", "."])
    assert {finding["location"]["path"] for finding in json.loads(capsys.readouterr().out)["findings"]} == {
        "other.yaml"
    }
    for path in ("apps", "apps/agent.yaml"):
        assert main(["scan", "--fail-on", "note", path]) == 0


def test_the_configuration_is_no_manifest(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / ".hostprocess-lint.yaml").write_text("# hostprocess\n")
    main(["scan", "--format", "json", "."])
    assert json.loads(capsys.readouterr().out)["summary"]["sources"] == 1


def test_init_writes_once(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init"]) == 0
    assert f"{HOME}/blob/main/docs/configuration.md" in capsys.readouterr().out
    first = (tree / ".hostprocess-lint.yaml").read_text()
    assert first.splitlines()[0] == f"# yaml-language-server: $schema={schema.load_schema()['$id']}"
    assert read(first) == Config("here")
    assert main(["init"]) == 2
    assert "is there already" in capsys.readouterr().err
    assert (tree / ".hostprocess-lint.yaml").read_text() == first
    assert main(["init", "nowhere"]) == 2


def test_what_init_writes_holds_every_key(tree: Path) -> None:
    main(["init"])
    text = (tree / ".hostprocess-lint.yaml").read_text().partition("\n")[2]
    switched_on = "\n".join(re.findall(r"(?m)^# ((?:[a-z-]+:|  ).*)$", text))
    (tree / "policies").mkdir()
    (tree / "policies" / "rule.yaml").write_text(RULE)
    (tree / "vendor" / "charts").mkdir(parents=True)
    (tree / "values").mkdir()
    (tree / "values" / "production.yaml").write_text("")
    assert list(data_of(switched_on)) and set(data_of(switched_on)) == set(schema.load_schema()["properties"])
    found = parse_config(SourceFile(str(tree / ".hostprocess-lint.yaml"), switched_on), str(tree), ())
    assert found.context.levels == {"HPC401": Level.WARNING, "HPC405": None}
    assert found.ignore[0].until is not None and date.fromisoformat(found.ignore[0].until)


def test_the_page_describes_every_key() -> None:
    page = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text()
    whole = schema.load_schema()
    described = set(re.findall(r"(?m)^(?:#+ |- )`([a-z-]+)`", page))
    nested = {
        key for name in ("ignore", "charts", "overrides") for key in whole["properties"][name]["items"]["properties"]
    }
    assert described == set(whole["properties"]) | nested


def test_values_files_are_the_repository_s(tmp_path: Path) -> None:
    """A configuration is part of what is scanned: it must not get other files into a report."""
    (tmp_path / "outside.yaml").write_text("a: secret\n")
    repository = tmp_path / "repository"
    (repository / ".git").mkdir(parents=True)
    (repository / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    for name in ("../outside.yaml", "link.yaml", str(tmp_path / "outside.yaml")):
        text = SourceFile(str(repository / "c.yaml"), f"charts:\n- path: a\n  values:\n  - {name}\n")
        with pytest.raises(UsageError, match=r"c\.yaml:4: .* lies outside the repository"):
            parse_config(text, str(repository), ())


def test_what_a_configuration_names_is_the_repository_s(tmp_path: Path) -> None:
    """Policies and pulled charts too; what lies with a configuration that is given from elsewhere is as good."""
    write(tmp_path, {"outside/rule.yaml": RULE, "repository/.git/HEAD": "", "repository/pod.yaml": POD})
    repository = tmp_path / "repository"
    (repository / "link").symlink_to(tmp_path / "outside")
    for text in ("policies: [{}]\n", "charts-directory: {}\n"):
        for name in ("../outside", "link", str(tmp_path / "outside")):
            (repository / ".hostprocess-lint.yaml").write_text(text.format(name))
            done = run("scan", "pod.yaml", cwd=repository)
            assert (done.returncode, "lies outside the repository" in done.stderr) == (2, True), done.stderr
    (repository / ".hostprocess-lint.yaml").unlink()
    (tmp_path / "trusted.yaml").write_text("policies: [outside]\n")
    assert run("scan", "pod.yaml", "--config", "../trusted.yaml", cwd=repository).returncode == 0
    assert run("scan", "pod.yaml", "--policies", "../outside", cwd=repository).returncode == 0


@pytest.mark.parametrize("what", ["configuration", "policy", "baseline"])
@pytest.mark.parametrize("target", ["../outside", "/dev/zero", "nowhere", "fifo", "."])
def test_a_link_that_leads_out_is_refused(what: str, target: str, tmp_path: Path) -> None:
    """So is what is no file, which could have no end."""
    names = {"configuration": ".hostprocess-lint.yaml", "policy": "rules/rule.yaml", "baseline": "baseline.json"}
    texts = {"configuration": "fail-on: never # secret", "policy": RULE + "# secret", "baseline": "secret"}
    write(tmp_path, {"outside": texts[what], "tree/.git/HEAD": "", "tree/pod.yaml": POD, "tree/rules/README.md": ""})
    tree = tmp_path / "tree"
    os.mkfifo(tree / "fifo")
    place = tree / names[what]
    place.symlink_to(tree / target)
    options = {"configuration": (), "policy": ("--policies", "rules"), "baseline": ("--baseline", "baseline.json")}
    done = run("scan", "pod.yaml", *options[what], cwd=tree)
    assert done.returncode == 2, done.stdout
    assert names[what] in done.stderr
    assert "secret" not in done.stdout + done.stderr


def test_too_large_a_configuration_is_not_read(tmp_path: Path) -> None:
    write(tmp_path, {"pod.yaml": POD})
    with open(tmp_path / ".hostprocess-lint.yaml", "wb") as file:
        file.truncate(10**9)
    done = run("scan", "pod.yaml", cwd=tmp_path)
    assert (done.returncode, "the configuration has more than 5 MiB" in done.stderr) == (2, True)


@pytest.mark.parametrize("name", [".hostprocess-lint.yml", ".hostprocess-lint.json", ".hostprocess-lint"])
def test_a_configuration_that_would_not_be_read_is_told(name: str, tmp_path: Path) -> None:
    write(tmp_path, {".git/HEAD": "", name: "fail-on: never\n", "deep/pod.yaml": POD})
    done = run("scan", "deep", cwd=tmp_path)
    assert done.returncode == 2
    assert f"{name}: is not read: call it .hostprocess-lint.yaml" in done.stderr
    write(tmp_path, {".hostprocess-lint.yaml": ""})
    assert run("scan", "deep", cwd=tmp_path).returncode == 0


def test_a_configuration_of_any_size_is_looked_at_in_bounded_memory(tmp_path: Path) -> None:
    file = tmp_path / ".hostprocess-lint.yaml"
    file.write_bytes(b"exclude: [a]\n")
    assert not nearest.may_name_files(str(file))
    os.truncate(file, 2**36)
    assert nearest.may_name_files(str(file))
