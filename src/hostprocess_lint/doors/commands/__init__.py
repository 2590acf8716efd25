"""What the command line can do: one module for each command, with `run(request) -> int`."""

from collections.abc import Callable
from importlib import import_module

from ..request import Request

CLEAN, FINDINGS, USAGE, NOT_LOOKED_AT = range(4)
"""The exit codes."""

MODULES = {
    "scan": "scan",
    "explain": "explain",
    "rules": "rules",
    "checkov-plugin": "checkov_plugin",
    "inventory": "inventory",
    "policies": "policies",
    "init": "init",
}
"""Command → module of this package, imported when it is asked for."""


def command(name: str) -> Callable[[Request], int]:
    run: Callable[[Request], int] = import_module(f".{MODULES[name]}", __name__).run
    return run
