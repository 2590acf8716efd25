"""What the command line can do: one module for each command, with `run(request) -> int`."""

from collections.abc import Callable
from importlib import import_module

from ..request import Request

CLEAN, FINDINGS, USAGE, NOT_LOOKED_AT = range(4)
"""The exit codes."""


def command(name: str) -> Callable[[Request], int]:
    """What runs a command of the grammar: the module of its name is imported when it is asked for."""
    run: Callable[[Request], int] = import_module(f".{name.replace('-', '_')}", __name__).run
    return run
