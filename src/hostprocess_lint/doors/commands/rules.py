"""Lists the rules."""

from __future__ import annotations

import json
from typing import Any

from ...report.inert import printed
from ...rules.rule import Rule
from ...scanner import all_rules
from ..output import deliver
from ..request import Request
from . import CLEAN
from .configuration import configuration


def run(asked: Request) -> int:
    rules = all_rules(configuration(asked, "."))
    ((format_, file),) = asked.output.reports
    if format_ == "json":
        listed = {"version": 1, "rules": list(map(_described, rules))}
        deliver(json.dumps(listed, indent=2, ensure_ascii=False) + "\n", file)
        return CLEAN
    ids, names = max(len(rule.id) for rule in rules), max(len(rule.name) for rule in rules)
    lines = (f"{rule.id:{ids}}  {rule.level.value:7}  {rule.name:{names}}  {rule.title}" for rule in rules)
    deliver("".join(f"{printed(line)}\n" for line in lines), file)
    return CLEAN


def _described(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": rule.name,
        "title": rule.title,
        "level": rule.level.value,
        "consequence": rule.consequence.value,
        "security_severity": rule.security_severity,
        "cwe": list(rule.cwe),
        "hint": rule.hint,
        "url": rule.url,
    }
