"""The rules as SARIF reporting descriptors, and the weaknesses (CWE) that they belong to.

Nothing here depends on a scan: code scanning stores rule texts once for all analyses (`docs/decisions.md`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urljoin

from ..finding import Consequence, Level
from ..rules.rule import Rule
from .inert import Object, address
from .prose import sentence

_PRECISION = {
    Consequence.ANALYSIS: "very-high",
    Consequence.REJECTED: "very-high",  # held to the API server's own verdicts
    Consequence.FAILS: "high",
    Consequence.MISBEHAVES: "high",
    Consequence.SECURITY: "high",
    Consequence.COMPATIBILITY: "medium",  # the versions are what the configuration says they are
}
_PROBLEM = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "recommendation"}
_EXPECTATION = re.compile(r"[ \t]*# expect: .*$", re.MULTILINE)
_LINK = re.compile(r"\[([^\]]*)\]\([^)\s]*\)")
_PAGE_LINK = re.compile(r"(?<=\]\()[\w./-]+\.md\b")

SOURCE_SKIPPED, RESULT_LIMIT, COVERAGE = 0, 1, 2
NOTIFICATIONS = [
    {
        "id": "HPN001",
        "name": "SourceSkipped",
        "shortDescription": {"text": "Source could not be looked at"},
        "fullDescription": {"text": "A source in scope could not be read, parsed or rendered, wholly or in part."},
        "help": {"text": "Mend the source, or leave it out of the scan."},
        "defaultConfiguration": {"level": "warning"},
    },
    {
        "id": "HPN002",
        "name": "ResultLimit",
        "shortDescription": {"text": "More results than code scanning takes or shows"},
        "fullDescription": {"text": "There are more results than code scanning takes or shows; the worst are kept."},
        "help": {"text": "Scan fewer sources in one run, or ignore rules that are not wanted."},
        "defaultConfiguration": {"level": "warning"},
    },
    {
        "id": "HPN003",
        "name": "Coverage",
        "shortDescription": {"text": "Accepted without a look, or judged in part only"},
        "fullDescription": {
            "text": "A source that was not looked at, which somebody accepts with a reason, or an object that says "
            "hostProcess in a shape that is no pod."
        },
        "help": {"text": "Look at it again when its reason changes."},
        "defaultConfiguration": {"level": "note"},
    },
]
"""What a run may have to tell beside its results, and where in this list."""


def descriptor(rule: Rule, weaknesses: Sequence[int]) -> Object:
    """One rule; `weaknesses` are the CWE numbers of the taxonomy, in its order."""
    summary = sentence(_unlinked(rule.summary))
    described: Object = {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": sentence(rule.title)[:-1]},
        "fullDescription": {"text": summary},
        "help": {"text": f"{summary} {sentence(rule.hint)}", "markdown": _help(rule)},
        "defaultConfiguration": {"level": rule.level.value},
    }
    if "://" in rule.url:  # a user's own page has a path only
        described["helpUri"] = address(rule.url)
    if numbers := _weaknesses(rule):
        described["relationships"] = [_superset(number, weaknesses.index(number)) for number in numbers]
    described["properties"] = _properties(rule)
    return described


def taxonomy(rules: Sequence[Rule]) -> tuple[list[int], Object]:
    """The CWE numbers of the rules, in order, and the part of CWE that they are."""
    numbers = sorted({number for rule in rules for number in _weaknesses(rule)})
    return numbers, {
        "name": "CWE",
        "organization": "MITRE",
        "informationUri": "https://cwe.mitre.org/",
        "shortDescription": {"text": "Common Weakness Enumeration"},
        "isComprehensive": False,
        "taxa": [_weakness(number) for number in numbers],
    }


def _weaknesses(rule: Rule) -> tuple[int, ...]:
    """A rule without a security severity is no security rule: a CWE would make GitLab take it for one."""
    return rule.cwe if rule.security_severity else ()


def _weakness(number: int) -> Object:
    return {"id": str(number), "helpUri": f"https://cwe.mitre.org/data/definitions/{number}.html"}


def _superset(number: int, index: int) -> Object:
    target = {"id": str(number), "index": index, "toolComponent": {"name": "CWE", "index": 0}}
    return {"target": target, "kinds": ["superset"]}


def _properties(rule: Rule) -> Object:
    """GitHub shows ten tags; `security` is only for rules that have a severity, whatever their folder."""
    tags = ["kubernetes", "windows", "hostprocess"]
    if rule.consequence is not Consequence.SECURITY:
        tags.append(rule.consequence.value)
    precision = _PRECISION[rule.consequence]
    if not rule.security_severity:
        return {"precision": precision, "problem.severity": _PROBLEM[rule.level], "tags": tags}
    tags += ["security", *(f"external/cwe/cwe-{number:03}" for number in rule.cwe)]
    return {"precision": precision, "security-severity": rule.security_severity, "tags": tags[:10]}


def _help(rule: Rule) -> str:
    """The page as it is, without its tests, and with links to other pages that work away from it."""
    body = _EXPECTATION.sub("", rule.body).strip()
    linked = _PAGE_LINK.sub(lambda page: urljoin(address(rule.url), page[0]), body)
    return f"# {rule.id}: {sentence(rule.title)[:-1]}\n\n**To fix:** {rule.hint}.\n\n{linked}\n"


def _unlinked(markdown: str) -> str:
    """A paragraph on one line, with the words of its links only."""
    return _LINK.sub(r"\1", " ".join(markdown.split()))
