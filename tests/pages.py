"""The examples in the catalogue's pages."""

from __future__ import annotations

from typing import Any

import pytest

from hostprocess_lint.rules.catalogue import builtin
from hostprocess_lint.rules.examples import examples

BY_NAME = {rule.name: rule for rule in builtin()}


def of_section(section: str) -> list[Any]:
    """The examples of one section of every page, each a test of its own."""
    return [
        pytest.param(rule, example, id=f"{rule.name}-{example.number}")
        for rule in BY_NAME.values()
        for example in examples(rule.body)
        if example.section == section
    ]
