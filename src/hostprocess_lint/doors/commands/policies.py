"""Runs the examples of an organisation's own pages, as the catalogue's are run."""

from __future__ import annotations

from ...pagetest import broken_promises
from ...report.inert import printed
from ...rules.catalogue import user_rules
from ..output import deliver
from ..request import Request
from . import CLEAN, FINDINGS


def run(asked: Request) -> int:
    rules = user_rules(asked.policies)
    pages = [rule for rule in rules if rule.path.endswith(".md")]
    broken = [f"{rule.path}: {said}" for rule in pages for said in broken_promises(rule, asked.policies)]
    counts = [f"{len(pages)} of {len(rules)} policies are pages with examples"]
    counts.append(f"broken promises: {len(broken)}" if broken else "what they promise is so")
    deliver("".join(f"{printed(line, len(line) * 4)}\n" for line in [*broken, "; ".join(counts)]), "-")
    return FINDINGS if broken else CLEAN
