"""Pages are tests: what they show as problematic is found there, and what they show as correct is clean."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from .config.config_file import parse_config
from .finding import Consequence, Finding
from .rules.examples import PROBLEMATIC, Example, examples
from .rules.rule import Rule
from .scanner import Scanner
from .sourcefile import SourceFile
from .sources.landmarks import CONFIGURATION

_BLOCKING = (Consequence.REJECTED, Consequence.FAILS)


def broken_promises(rule: Rule, policies: Sequence[str] = ()) -> Iterator[str]:
    """What of a page's examples is not so. `policies` are the directories that it and its neighbours are read from."""
    found = list(examples(rule.body))
    if not any((rule.name in _names(example)) for example in found if example.section == PROBLEMATIC):
        yield f"no YAML block under `## {PROBLEMATIC}` has a line that ends with `# expect: {rule.name}`"
    for example in found:
        where = f"{example.section}, example {example.number}"
        judged = page_findings(rule, example, policies)
        for line, name in sorted(example.expected - judged):
            yield f"{where}, line {line}: {name} is expected and not found"
        for line, name in sorted(judged - example.expected):
            yield f"{where}, line {line}: {name} is found and not expected"


def page_findings(rule: Rule, example: Example, policies: Sequence[str] = ()) -> frozenset[tuple[int, str]]:
    """Line and name of each finding that a page answers for.

    Those are its own, those that it speaks of, and those that keep the example from running: it should be one that
    somebody can use.
    """
    own = {rule.name, *_names(example)}
    return frozenset(
        (finding.location.start[0], finding.name)
        for finding in judged(rule, example.text, policies)
        if finding.name in own or finding.consequence in _BLOCKING
    )


def judged(rule: Rule, text: str, policies: Sequence[str] = ()) -> tuple[Finding, ...]:
    """Every finding in an example, under the `example-config` of the page."""
    written = SourceFile(CONFIGURATION, json.dumps(dict(rule.example_config)))
    with Scanner(parse_config(written, ".", policies)) as scanner:
        return scanner.scan_text(text, "example.yaml").findings


def _names(example: Example) -> set[str]:
    return {name for _, name in example.expected}
