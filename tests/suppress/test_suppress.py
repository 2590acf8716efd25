"""Suppressions: where they count, what they need, and what is said when they are wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import helm_charts
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scanning import POD, manifest

from hostprocess_lint.config.config import Config
from hostprocess_lint.config.config_file import parse_config
from hostprocess_lint.doors.cli import main
from hostprocess_lint.finding import Finding, Level
from hostprocess_lint.judge.judging import judge
from hostprocess_lint.outcome import Scan
from hostprocess_lint.render.helm.engine.worker import HelmWorker
from hostprocess_lint.render.manifest import Itself
from hostprocess_lint.rendered import Rendered
from hostprocess_lint.rules.catalogue import builtin
from hostprocess_lint.rules.context import Context
from hostprocess_lint.rules.rule import Rule
from hostprocess_lint.sourcefile import SourceFile
from hostprocess_lint.suppress.comments import comments
from hostprocess_lint.suppress.suppress import suppress
from hostprocess_lint.suppress.terms import Terms

TODAY = date(2027, 1, 15)

ACCOUNT = "      runAsUserName: 'NT AUTHORITY\\SYSTEM'"
"""The line of the one finding, HPC401."""


def settled(rendered: Sequence[Rendered], config: Config | None = None, **changes: Any) -> Scan:
    """A scan with suppressions applied, by every rule if nothing else is said."""
    config = config or Config()
    terms = Terms(builtin(), frozenset(rule.id for rule in builtin()), config.context, TODAY, config.ignore, True)
    terms = terms._replace(**changes)

    def chosen() -> list[Rule]:
        return [rule for rule in builtin() if rule.id in terms.chosen]

    return suppress(judge(rendered, chosen, terms.context), terms)


def shown(found: Scan) -> list[tuple[str, int]]:
    """Rule and line of what is not suppressed."""
    return [(finding.rule, finding.location.start[0]) for finding in found.findings if finding.suppressed is None]


def only(found: Scan) -> Finding:
    (finding,) = found.findings
    return finding


def with_comment(comment: str, line: str = ACCOUNT) -> str:
    return POD.replace(line, f"{line}  {comment}")


def above(*comments: str) -> str:
    return POD.replace(ACCOUNT, "\n".join((*(f"      {comment}" for comment in comments), ACCOUNT)))


def with_annotation(rule: str, text: str) -> str:
    return POD.replace(
        "  namespace: ops", f"  namespace: ops\n  annotations: {{hostprocess-lint/ignore.{rule}: {text}}}"
    )


def test_without_a_suppression_there_is_one_finding() -> None:
    assert shown(settled([manifest(POD)])) == [("HPC401", 13)]


@pytest.mark.parametrize(
    "text",
    [
        with_comment("# hostprocess-lint: ignore[HPC401] HNS needs it"),
        with_comment("# hostprocess-lint: ignore[system-account] HNS needs it"),
        with_comment("#hostprocess-lint:ignore[HPC401] HNS needs it"),
        with_comment("# hostprocess-lint: ignore[ HPC401 ]: HNS needs it"),
        with_comment("# hostprocess-lint: ignore[HPC401] HNS needs it  # and another comment"),
        with_comment("# another comment # hostprocess-lint: ignore[HPC401] HNS needs it"),
        with_comment("# hostprocess-lint: ignore[HPC401] until=2027-01-15 HNS needs it"),
        with_comment("# hostprocess-lint: ignore[HPC401] HNS until=2027-01-15 needs it"),
        with_comment("# hostprocess-lint: ignore[HPC401] HNS needs it until=2027-01-15"),
        above("# hostprocess-lint: ignore[HPC401] HNS needs it"),
        above("# hostprocess-lint: ignore[HPC401] HNS needs it").replace("\n", "\r\n"),
        with_annotation("HPC401", "HNS needs it"),
        with_annotation("system-account", "HNS needs it until=2027-01-15"),
    ],
)
def test_a_reason_suppresses(text: str) -> None:
    suppressed = only(settled([manifest(text)])).suppressed
    assert suppressed is not None
    assert suppressed == (
        "HNS needs it",
        "annotation" if "annotations" in text else "comment",
    )


def test_several_rules_share_a_comment_and_several_comments_a_line() -> None:
    two = with_comment("# hostprocess-lint: ignore[HPC401,HPC204] shared").replace("NT AUTHORITY", "nt authority")
    assert [finding.rule for finding in settled([manifest(two)]).findings if finding.suppressed] == ["HPC204"]
    stacked = above("# hostprocess-lint: ignore[HPC401] one", "# hostprocess-lint: ignore[HPC499,HPC401] two")
    found = settled([manifest(stacked)])
    assert shown(found) == [("HPC003", 14)]
    assert sum(finding.suppressed is not None for finding in found.findings) == 1


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (above("# hostprocess-lint: ignore[HPC401] too far", ""), 13),
        (with_comment("# hostprocess-lint: ignore[HPC401] other line", "      hostProcess: true"), 12),
        (with_comment("# hostprocess-lint: ignore[HPC402] other rule"), 13),
    ],
)
def test_elsewhere_it_suppresses_nothing_and_is_told(text: str, line: int) -> None:
    found = settled([manifest(text)])
    assert ("HPC003", line) in shown(found)
    assert "HPC401" in {rule for rule, _ in shown(found)}


@pytest.mark.parametrize(
    ("text", "rule", "said"),
    [
        (with_comment("# hostprocess-lint: ignore[HPC999] x"), "HPC003", "no rule is called `HPC999`; "),
        (with_comment("# hostprocess-lint: ignore HPC401 x"), "HPC003", "it cannot be read"),
        (with_comment("# hostprocess-lint: ignore[] x"), "HPC003", "it cannot be read"),
        (with_comment("# hostprocess-lint: ignore[HPC402] x"), "HPC003", "HPC402 finds nothing here"),
        (with_comment("# hostprocess-lint: ignore[HPC401]"), "HPC004", "no reason is given"),
        (with_comment("# hostprocess-lint: ignore[HPC401]:  # why"), "HPC004", "no reason is given"),
        (with_comment("# hostprocess-lint: ignore[HPC401] until=2028-01-01"), "HPC004", "no reason is given"),
        (with_comment("# hostprocess-lint: ignore[HPC401] x until=2027-01-14"), "HPC004", "it ended on 2027-01-14"),
        (with_comment("# hostprocess-lint: ignore[HPC401] x until=soon"), "HPC004", "`until=soon` is no date"),
        (with_comment("# hostprocess-lint: ignore[HPC401] x until=2027-02-30"), "HPC004", "is no date"),
        (with_annotation("HPC999", "x"), "HPC003", "no rule is called `HPC999`"),
        (with_annotation("HPC402", "x"), "HPC003", "HPC402 finds nothing here"),
        (with_annotation("HPC401", "''"), "HPC004", "no reason is given"),
        (with_annotation("HPC401", "true"), "HPC004", "no reason is given"),
        (with_annotation("HPC401", "x until=2026-12-31"), "HPC004", "it ended on 2026-12-31"),
    ],
)
def test_a_wrong_one_is_a_finding_and_suppresses_nothing(text: str, rule: str, said: str) -> None:
    found = settled([manifest(text)])
    wrong, *_, account = sorted(found.findings, key=lambda finding: finding.rule)  # an annotation is a string: HPC110
    assert (wrong.rule, wrong.level, wrong.suppressed) == (rule, Level.WARNING, None)
    assert said in wrong.message
    assert (account.rule, account.suppressed) == ("HPC401", None)
    marked = wrong.location.file.text[slice(*wrong.location.span)]
    assert marked.startswith(("# hostprocess-lint: ignore", "hostprocess-lint/ignore."))
    assert not marked.endswith("# why")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (
            with_comment("# hostprocess-lint: ignore HPC401 x"),
            "write it as in `# hostprocess-lint: ignore[HPC401] reason`",
        ),
        (with_comment("# hostprocess-lint: ignore[HPC401]"), "write the reason behind the bracket, "),
        (with_annotation("HPC401", "''"), "write the reason as the annotation's value"),
        (with_annotation("HPC401", "x until=soon"), "write it as in `until=2027-06-30`"),
        (
            with_comment("# hostprocess-lint: ignore[HPC401] x until=2027-01-14"),
            "mend what it suppressed, or ",
        ),
    ],
)
def test_the_hint_fits_what_is_wrong(text: str, hint: str) -> None:
    (wrong,) = (finding for finding in settled([manifest(text)]).findings if finding.rule in ("HPC003", "HPC004"))
    assert wrong.hint.startswith(hint)


def test_one_comment_without_a_reason_is_told_once() -> None:
    assert shown(settled([manifest(with_comment("# hostprocess-lint: ignore[HPC401,HPC402]"))])) == [
        ("HPC401", 13),
        ("HPC004", 13),
    ]


def test_a_rule_that_was_not_asked_is_not_told() -> None:
    text = with_comment("# hostprocess-lint: ignore[HPC401] x")
    assert settled([manifest(text)], chosen=frozenset(("HPC003", "HPC101"))).findings == ()


def test_nobody_is_told_where_the_telling_rule_is_not_asked_or_off() -> None:
    text = with_comment("# hostprocess-lint: ignore[HPC402] x")
    assert shown(settled([manifest(text)], chosen=frozenset(("HPC401",)))) == [("HPC401", 13)]
    assert shown(settled([manifest(text)], context=Context(levels={"HPC003": None}))) == [("HPC401", 13)]
    levels = {"HPC003": Level.NOTE}
    assert {finding.level for finding in settled([manifest(text)], context=Context(levels=levels)).findings} == {
        Level.NOTE
    }


def test_a_warning_about_a_suppression_can_be_suppressed() -> None:
    text = with_comment("# hostprocess-lint: ignore[HPC402,HPC003] for the other cluster")
    assert shown(settled([manifest(text)])) == [("HPC401", 13)]


NO_COMMENTS = [
    "a: |\n  # hostprocess-lint: ignore[HPC401] in a script\n",
    "a: >-\n  x\n  # hostprocess-lint: ignore[HPC401] in a script\n\nb: 1\n",
    'a: " # hostprocess-lint: ignore[HPC401] quoted"\n',
    "a: 'x\n  # hostprocess-lint: ignore[HPC401] quoted\n  '\n",
    "a: x# hostprocess-lint: ignore[HPC401] a word\n",
    "a: |\n  kind: x\n  # hostprocess-lint: ignore[HPC401] a script after all: [\n  hostProcess\n",
    "a: |\n  - a list\n  - of texts # hostprocess-lint: ignore[HPC401] x\n",
    "a: |\n  b: |\n    iwr x | iex # hostprocess-lint: ignore[HPC401] in a script\n",
    "{{/* hostprocess-lint: see the manual */}}\na: 1\n",
    "a: 1 # hostprocess-lint: runs in CI\n",
    'a: "{{/* hostprocess-lint: ignore[HPC401] text */}}"\n',
]

COMMENTS = [
    ("a: 1 # hostprocess-lint: ignore[HPC401] x\n", (1,)),
    ("\ufeff# hostprocess-lint: ignore[HPC401] x\na: 1\n", (1, 2)),
    ("a: | # hostprocess-lint: ignore[HPC401] x\n  text\n", (1,)),
    ("a: |\n  text\n# hostprocess-lint: ignore[HPC401] x\nb: 1\n", (3, 4)),
    ("a: text\n  # hostprocess-lint: ignore[HPC401] x\nb: 1\n", (2, 3)),
    ("- &a [x]\n- *a # hostprocess-lint: ignore[HPC401] x\n", (2,)),
    ("data:\n  a.yaml: |\n    kind: Pod\n    hostProcess: y # hostprocess-lint: ignore[HPC401] x\n", (4,)),
    ("patch: |-\n  - op: remove\n    path: /a # hostprocess-lint: ignore[HPC401] x\n", (3,)),
    ("values: |\n  # hostprocess-lint: ignore[HPC401] x\n  windows: {hostNetwork: false}\n", (2, 3)),
    ("{{- if .a }} # hostprocess-lint: ignore[HPC401] x\na: {{ .b }}\n{{- end }}\n", (1,)),
    ("a: {{ .b }} # hostprocess-lint: ignore[HPC401] x\n", (1,)),
    ("a: {{ .b }} {{/* hostprocess-lint: ignore[HPC401] x */}}\n", (1,)),
    ("{{/* hostprocess-lint: ignore[HPC401] x */}}\na: {{ .b }}\n", (1, 2)),
    ("{{- /* # hostprocess-lint: ignore[HPC401] x */ -}}\na: {{ .b }}\n", (1, 2)),
    ("{{/*\n  hostprocess-lint: ignore[HPC401]\n  x\n*/}}\na: {{ .b }}\n", (1, 5)),
    ("# hostprocess-lint: ignore[HPC401] x\n# hostprocess-lint: ignore[HPC401] x\na: 1\n", (1, 3)),
]


@pytest.mark.parametrize("text", NO_COMMENTS)
def test_text_is_no_comment(text: str) -> None:
    assert [comment for comment in comments(SourceFile("a.yaml", text)) if comment.certain] == []


@pytest.mark.parametrize(("text", "lines"), COMMENTS)
def test_a_comment_is_found_with_its_lines(text: str, lines: tuple[int, ...]) -> None:
    found = comments(SourceFile("a.yaml", text))[0]
    assert (found.rules, found.text, found.lines, found.certain) == (("HPC401",), "x", lines, True)


def test_in_what_cannot_be_read_a_comment_counts_but_is_not_told() -> None:
    text = with_comment("# hostprocess-lint: ignore[HPC401] x") + "---\na: [ # hostprocess-lint: ignore[HPC402] x\n"
    found = settled([manifest(text)])
    assert [finding.rule for finding in found.findings if finding.suppressed] == ["HPC401"]
    assert "HPC003" not in {rule for rule, _ in shown(found)}


def test_many_comments_and_actions_take_no_time() -> None:
    text = "# hostprocess-lint: ignore[HPC401] x\n" * 20_000 + "{{ a }}" * 20_000 + "\n" + "{{" * 20_000
    assert len(comments(SourceFile("a.yaml", text))) == 20_000


def config(text: str) -> Config:
    return parse_config(SourceFile(".hostprocess-lint.yaml", text), ".", ())


def test_the_configuration_suppresses_by_path_and_resource() -> None:
    rendered = [manifest(POD, "a/pod.yaml"), manifest(POD.replace("name: agent", "name: other"), "b/pod.yaml")]
    for entry, left in (
        ("{rule: HPC401, reason: x}", []),
        ("{rule: system-account, path: a, reason: x}", ["b/pod.yaml"]),
        ("{rule: HPC401, resource: Pod ops/ag*, reason: x}", ["b/pod.yaml"]),
        (
            "{rule: HPC401, path: b, resource: Pod ops/ag*, reason: x}",
            [".hostprocess-lint.yaml", "a/pod.yaml", "b/pod.yaml"],
        ),
        (
            "{rule: HPC401, path: a, reason: x, until: 2027-01-14}",
            [".hostprocess-lint.yaml", "a/pod.yaml", "b/pod.yaml"],
        ),
    ):
        found = settled(rendered, config(f"ignore: [{entry}]"))
        assert [item.location.path for item in found.findings if item.suppressed is None] == left


@pytest.mark.parametrize(
    "text",
    [with_comment("# hostprocess-lint: ignore[HPC401] HNS needs it"), with_annotation("HPC401", "HNS needs it")],
    ids=["comment", "annotation"],
)
def test_the_configuration_may_keep_waiving_to_itself(text: str) -> None:
    kept = "no-inline-suppression: [system-account]\n"
    found = settled([manifest(text)], config(kept))
    assert [rule for rule, _ in shown(found)].count("HPC401") == 1
    assert "HPC004" in [rule for rule, _ in shown(found)]
    waived = settled([manifest(POD)], config(f"{kept}ignore: [{{rule: HPC401, reason: HNS needs it}}]"))
    assert shown(waived) == []


def test_an_entry_of_the_configuration_is_told_by_a_scan_of_everything_only() -> None:
    unused = config("ignore:\n- {rule: HPC402, reason: x}\n")
    found = settled([manifest(POD)], unused)
    assert [(item.rule, item.location.path, item.location.start[0]) for item in found.findings] == [
        ("HPC003", ".hostprocess-lint.yaml", 2),
        ("HPC401", "pod.yaml", 13),
    ]
    assert shown(settled([manifest(POD)], unused, whole=False)) == [("HPC401", 13)]


def test_an_annotation_speaks_for_its_own_object() -> None:
    annotated = with_annotation("HPC401", "x")
    other = POD.replace("name: agent", "name: other")
    found = settled([manifest(f"{annotated}---\n{other}")])
    assert [(finding.resource.name, bool(finding.suppressed)) for finding in found.findings if finding.resource] == [
        ("agent", True),
        ("other", False),
    ]
    same_name = settled([manifest(annotated, "a.yaml"), manifest(POD, "b.yaml")])
    assert [(finding.location.path, bool(finding.suppressed)) for finding in same_name.findings] == [
        ("a.yaml", True),
        ("b.yaml", False),
    ]


def test_a_pod_template_can_be_annotated() -> None:
    spec = "".join(f"    {line}\n" for line in POD.partition("spec:\n")[2].splitlines())
    text = (
        "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: agent}\nspec:\n  template:\n"
        f"    metadata: {{annotations: {{hostprocess-lint/ignore.HPC401: x}}}}\n    spec:\n{spec}"
    )
    assert only(settled([manifest(text)])).suppressed == ("x", "annotation")


def test_one_cause_for_two_objects_needs_both_annotations() -> None:
    anchored = POD.replace("  securityContext:", "  securityContext: &shared").replace("  name: agent", "  name: first")
    shared = POD[: POD.index("  securityContext:")] + "  securityContext: *shared\n" + POD[POD.index("  containers:") :]
    items = [
        text.replace("  namespace: ops", "  namespace: ops\n  annotations: {hostprocess-lint/ignore.HPC401: x}")
        if annotated
        else text
        for text, annotated in ((anchored, True), (shared, False))
    ]
    for texts, suppressed in ((items, False), ([items[0], with_shared_annotation(shared)], True)):
        text = "kind: List\nitems:\n" + "".join(
            "".join(f"{'- ' if number == 0 else '  '}{line}\n" for number, line in enumerate(item.splitlines()))
            for item in texts
        )
        found = settled([manifest(text)])
        assert [(finding.rule, bool(finding.suppressed)) for finding in found.findings] == [("HPC401", suppressed)]


def with_shared_annotation(text: str) -> str:
    return text.replace(
        "  namespace: ops", "  namespace: ops\n  annotations: {hostprocess-lint/ignore.HPC401: as well}"
    )


@pytest.fixture(scope="module")
def engine() -> Iterator[HelmWorker]:
    with HelmWorker() as worker:
        yield worker


def test_comments_count_in_templates_and_values(tmp_path: Path, engine: HelmWorker) -> None:
    literal = helm_charts.DAEMON_SET.replace(
        "          runAsUserName",
        "          {{/* hostprocess-lint: ignore[HPC401] in the template */}}\n          runAsUserName",
    )
    values = helm_charts.DAEMON_SET.replace("NT AUTHORITY\\SYSTEM", "{{ .Values.account }}").replace("agent:1", "a:2")
    chart = helm_charts.write(
        tmp_path / "agent",
        {
            "templates/literal.yaml": literal,
            "templates/values.yaml": values,
            "values.yaml": "account: NT AUTHORITY\\SYSTEM # hostprocess-lint: ignore[HPC401] in the values\n",
        },
    )
    rendered, _ = helm_charts.scan(chart, engine)
    found = [finding for finding in settled(rendered).findings if finding.rule in ("HPC401", "HPC003")]
    assert [(finding.location.path, finding.suppressed) for finding in found] == [
        ("agent/templates/literal.yaml", ("in the template", "comment")),
        ("agent/values.yaml", ("in the values", "comment")),
    ]


@pytest.mark.parametrize("name", ["unused-suppression", "suppression-without-reason"])
def test_the_pages_about_suppressions_say_what_happens(name: str) -> None:
    page = next(rule for rule in builtin() if rule.name == name)
    problematic, correct = (part.split("```")[1].removeprefix("yaml\n") for part in page.body.split("\n## ")[1:3])
    expected = [number for number, line in enumerate(problematic.splitlines(), 1) if f"# expect: {name}" in line]
    found = settled([manifest(problematic)])
    assert [line for rule, line in shown(found) if rule == page.id] == expected != []
    assert page.id not in {rule for rule, _ in shown(settled([manifest(correct)]))}


@pytest.mark.parametrize(
    ("entry", "code", "counts"),
    [
        ("{rule: HPC001, reason: generated}", 0, (0, 1)),
        ("{rule: not-parsed, path: a.yaml, reason: generated, until: '2999-01-01'}", 0, (0, 1)),
        ("{rule: HPC001, reason: generated, until: '2020-01-01'}", 3, (1, 0)),
        ("{rule: HPC001, path: b.yaml, reason: generated}", 3, (1, 0)),
        ("{rule: HPC002, reason: generated}", 3, (1, 0)),
        ("{rule: HPC001, resource: 'Pod *', reason: generated}", 3, (1, 0)),
    ],
)
def test_what_could_not_be_looked_at_is_accepted_with_a_reason(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    entry: str,
    code: int,
    counts: tuple[int, int],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text("apiVersion: v1\nkind: Pod\nhostProcess: [\n")
    (tmp_path / ".hostprocess-lint.yaml").write_text(f"ignore: [{entry}]\n")
    assert main(["scan", "--format", "json", "a.yaml"]) == code
    found = json.loads(capsys.readouterr().out)
    assert (found["coverage"]["not_looked_at"], found["coverage"]["accepted"]) == counts
    assert [item["rule"] for item in found["findings"]].count("HPC001") == 1
    assert len(found["skipped"]) == counts[0]


def test_what_was_not_looked_at_does_not_speak_for_itself() -> None:
    broken = "apiVersion: v1\nkind: Pod\nb: [  # hostprocess-lint: ignore[HPC001] trust me\n  hostProcess: x\n"
    text = f"a: 1\n---\n{broken}---\nc: 1\n"
    found = settled([manifest(text)])
    assert (shown(found)[0][0], len(found.skipped)) == ("HPC001", 1)


def test_an_entry_for_one_resource_leaves_the_other_at_the_same_line_alone() -> None:
    items = [
        manifest(text)._replace(provenance=Itself(manifest(POD).text)) for text in (POD, POD.replace("agent", "second"))
    ]
    entry = "ignore: [{rule: HPC401, resource: Pod ops/agent, reason: needed}]"
    assert [rule for rule, _ in shown(settled(items, config(entry)))] == ["HPC401"]
    both = entry.replace("]", ", {rule: HPC401, resource: Pod ops/second, reason: needed}]")
    assert shown(settled(items, config(both))) == []


def test_suppressed_findings_do_not_fail_and_are_shown_on_demand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text(with_comment("# hostprocess-lint: ignore[HPC401] HNS needs it"))
    assert main(["scan", "--fail-on", "note", "a.yaml"]) == 0
    assert "HPC401" not in capsys.readouterr().out
    assert main(["scan", "--fail-on", "note", "--show-suppressed", "a.yaml"]) == 0
    assert "suppressed by comment: HNS needs it" in capsys.readouterr().out


PIECES = st.sampled_from(
    (
        *(
            "# hostprocess-lint: ignore[HPC401] x",
            "{{/* hostprocess-lint: ignore[HPC401] x */}}",
            "{{",
            "}}",
            "/*",
            "*/",
        ),
        *("a: ", "|", ">-", "  ", "\n", "\r\n", '"', "'", "- ", "kind: Pod", "hostProcess: true", "---\n"),
        *("&a ", "*a", "x", "["),
    )
)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_whatever_the_text_comments_lie_in_it(text: str) -> None:
    file = SourceFile("a.yaml", text)
    for comment in comments(file):
        start, end = comment.location.span
        assert 0 <= start < end <= len(text)
        assert "hostprocess-lint: ignore" in text[start:end]
        assert comment.lines[0] == file.position(start)[0]
