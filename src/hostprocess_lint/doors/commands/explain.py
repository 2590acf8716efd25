"""Prints a rule's page."""

from __future__ import annotations

from ...errors import UsageError
from ...report.inert import printed
from ...rules.selection import called, unknown
from ...scanner import all_rules
from ..output import deliver
from ..request import Request
from . import CLEAN
from .configuration import configuration


def run(asked: Request) -> int:
    rules = all_rules(configuration(asked, "."))
    rule = called(asked.word, rules)
    if rule is None:
        raise UsageError(f"explain: {unknown(asked.word, rules)}")
    severity = f" Security severity: {rule.security_severity}." if rule.security_severity else ""
    body = rule.body or f"To fix: {rule.hint}."  # a bare YAML file has nothing but its keys
    page = f"# {rule.id} {rule.name}: {rule.title}\n\nLevel: {rule.level.value}.{severity}\n\n{body}"
    deliver("".join(f"{printed(line.expandtabs(4), len(line) * 4)}\n" for line in page.splitlines()), "-")
    return CLEAN
