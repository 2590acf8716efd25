"""What becomes of everything in scope, counted."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from scanning import POD, manifest, write

from hostprocess_lint.finding import Level
from hostprocess_lint.judge.judging import judge
from hostprocess_lint.outcome import Outcome, Passed, Scan, Skipped
from hostprocess_lint.rendered import Rendered
from hostprocess_lint.rules.catalogue import builtin
from hostprocess_lint.rules.context import Context
from hostprocess_lint.scanner import Scanner


def judged(*items: Rendered | Skipped | Passed) -> Scan:
    return judge(items, builtin, Context())


def test_every_source_has_one_outcome_and_is_counted() -> None:
    found = judged(
        manifest(POD, "agent.yaml"),
        manifest("apiVersion: v1\nkind: [\n  hostProcess: true\n", "broken.yaml"),
        Passed("chart", "charts/linux", Outcome.IRRELEVANT, "no word of ours"),
        Passed("manifest", "vendor", Outcome.EXCLUDED, "left out"),
        Skipped("charts/agent", "not in the repository", "HPC006", kind="chart"),
        Skipped("charts/other", "no engine", kind="chart"),
    )
    counts = {"judged": 1, "irrelevant": 1, "outside": 1, "not_looked_at": 2, "accepted": 0, "excluded": 1}
    assert {outcome.value: count for outcome, count in found.coverage.counts.items()} == counts
    assert [(entry.path, entry.outcome.value) for entry in found.coverage.entries] == [
        ("agent.yaml", "judged"),
        ("broken.yaml", "not_looked_at"),
        ("charts/agent", "outside"),
        ("charts/linux", "irrelevant"),
        ("charts/other", "not_looked_at"),
        ("vendor", "excluded"),
    ]
    assert [item.path for item in found.skipped] == ["broken.yaml", "charts/other"]
    assert found.sources == 3


def test_a_file_is_judged_beside_its_broken_document() -> None:
    found = judged(manifest(f"{POD}---\napiVersion: v1\nkind: [\n  hostProcess: true\n", "agent.yaml"))
    assert [entry.outcome for entry in found.coverage.entries] == [Outcome.JUDGED, Outcome.NOT_LOOKED_AT]


def test_what_lies_outside_is_a_note_or_what_its_values_make_it() -> None:
    note, warning = (
        judged(Skipped("c", "it lies elsewhere", "HPC006", level=level)).findings for level in (None, Level.WARNING)
    )
    assert [(item.rule, item.level) for item in (*note, *warning)] == [
        ("HPC006", Level.NOTE),
        ("HPC006", Level.WARNING),
    ]


def test_what_lies_outside_can_be_turned_off_and_is_counted_still() -> None:
    found = judge([Skipped("c", "it lies elsewhere", "HPC006")], builtin, Context(levels={"HPC006": None}))
    assert (found.findings, found.coverage.counts[Outcome.OUTSIDE]) == ((), 1)


HOSTILE_PARTS = (
    *(POD, "{}\n", "a: 1\n", "[\n", "apiVersion: v1\nkind: Pod\nspec: [\n", "# hostProcess\n"),
    "apiVersion: v1\nkind: Pod\nspec: {hostNetwork: true, os: {name: windows}, x: [}\n",
    "apiVersion: v1\nkind: Namespace\nmetadata: {name: ops, labels: {pod-security.kubernetes.io/enforce: x}, x: [}\n",
    "apiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: {name: x}\nhandler: [\n",
    "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: r}\n",
    "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: [\n",
    "apiVersion: v1\nkind: ConfigMap\ndata: {a.ps1: x}\n",
    "{{ range .x }}\nkind: Pod\napiVersion: v1\nhostProcess: true\n{{ end }}\n",
    '{"apiVersion": "v1", "kind": "Pod", "spec": {"hostProcess": tru',
    '{"apiVersion": "v1", "kind": "Pod", "hostNetwork": "windows", "spec": [',
    '{"apiVersion": "v1", "kind": "PodList", "items": []}',
)
FILES = st.lists(
    st.lists(st.sampled_from(HOSTILE_PARTS), min_size=1, max_size=2).map("---\n".join), min_size=1, max_size=3
)


@settings(max_examples=60, deadline=None)
@given(files=FILES, extension=st.sampled_from(["yaml", "json"]))
def test_every_file_has_one_outcome_beside_what_of_it_is_left_out(files: list[str], extension: str) -> None:
    with tempfile.TemporaryDirectory() as directory:
        root = write(Path(directory), {f"{number}.{extension}": text for number, text in enumerate(files)})
        with Scanner() as scanner:
            found = scanner.scan(root)
    outcomes: dict[str, set[Outcome]] = {f"{number}.{extension}": set() for number in range(len(files))}
    for entry in found.coverage.entries:
        outcomes[Path(entry.path).name].add(entry.outcome)
    assert found.sources == len(files)
    for path, told in outcomes.items():
        assert told - {Outcome.NOT_LOOKED_AT} in ({Outcome.JUDGED}, {Outcome.IRRELEVANT}, set()), path
        assert told, path
        assert len(told) == 1 or Outcome.IRRELEVANT not in told, path
