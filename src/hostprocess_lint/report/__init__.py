"""Findings become text: one module per format, each with `write(scan, rules, options) -> str`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from ..outcome import Scan
    from ..rules.rule import Rule


class Options(NamedTuple):
    """What a report may depend on beside the scan. `exit_code` is the run's, as the contract defines it.

    `root` is the repository's, `real` the same without links, and `below` the working directory in it: how code hosts
    call files.

    `width` is the terminal's that shows it, nothing where none does.

    `verbose` shows every note, `quiet` findings only, `statistics` adds how many there are of each rule.
    """

    exit_code: int
    color: bool = False
    verbose: bool = False
    quiet: bool = False
    statistics: bool = False
    show_suppressed: bool = False
    sarif_include_suppressed: bool = False
    sarif_category: str | None = None
    root: str = ""
    below: str = ""
    real: str = ""
    width: int = 0


class Reporter(Protocol):
    def __call__(self, scan: "Scan", rules: "Sequence[Rule]", options: Options) -> str: ...


REPORTERS = ("text", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown")
"""The formats: each is a module of this package, imported when a report asks for it."""

WITHOUT_RULES = ("text", "concise", "json")
"""Those that tell of findings alone. They are given no rules: to read all pages takes longer than a small scan."""


def reporter(name: str) -> Reporter:
    """The `write` function of a format in REPORTERS."""
    from importlib import import_module

    module = import_module(f".{name}", __name__)
    write: Reporter = module.write
    return write
