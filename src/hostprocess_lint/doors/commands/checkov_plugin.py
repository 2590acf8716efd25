"""Prints the directory of the plugin for checkov, or proves that checkov loads it."""

from __future__ import annotations

from ..output import deliver
from ..request import Request
from ..verify import plugin, verify
from . import CLEAN


def run(asked: Request) -> int:
    deliver(f"{verify() if asked.word else plugin()}\n", "-")
    return CLEAN
