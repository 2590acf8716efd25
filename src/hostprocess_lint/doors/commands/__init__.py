"""What the command line can do: one module for each command, with `run(request) -> int`."""

from collections.abc import Callable
from importlib import import_module

from ..request import Request

CLEAN, FINDINGS, USAGE, NOT_LOOKED_AT = range(4)
"""The exit codes."""

MODULES = {
    "scan": "scan",
    "coverage": "coverage",
    "inventory": "inventory",
    "review": "review",
    "triage": "triage",
    "rules": "rules",
    "explain": "explain",
    "policies": "policies",
    "init": "init",
    "checkov-plugin": "checkov_plugin",
    "completion": "completion",
}
"""Command → module of this package, imported when it is asked for."""


def command(name: str) -> Callable[[Request], int]:
    run: Callable[[Request], int] = import_module(f".{MODULES[name]}", __name__).run
    return run
