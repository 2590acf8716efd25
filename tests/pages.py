"""The sections of the catalogue's pages, and the examples in them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from hostprocess_lint.rules.catalogue import builtin
from hostprocess_lint.rules.rule import Rule

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SECTION = re.compile(r"^## (.+)$", re.MULTILINE)

BY_NAME = {rule.name: rule for rule in builtin()}


def sections(rule: Rule) -> dict[str, str]:
    """The page's sections by their titles, and what stands above them."""
    parts = _SECTION.split(rule.body)
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}


def blocks(section: str) -> list[Any]:
    """The YAML of one section of every page, each block a test of its own."""
    return [
        pytest.param(rule, block, id=f"{rule.name}-{number}")
        for rule in BY_NAME.values()
        for number, (language, block) in enumerate(BLOCK.findall(sections(rule).get(section, "")), 1)
        if language == "yaml"
    ]
