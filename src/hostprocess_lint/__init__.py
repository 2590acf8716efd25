"""Static analysis of Kubernetes workloads that use Windows HostProcess containers.

This is the library, of which the command line, the checkov plugin and the hooks are callers. A name is loaded when it
is first asked for, so that a program that imports one starts no later than the command line.
"""

import sys

if sys.argv[:1] == ["-m"] and __name__ in sys.orig_argv and not getattr(sys.flags, "safe_path", False):
    # `python -m hostprocess_lint` looks for all modules in the working directory first, which may be the tree that is
    # scanned: a `json.py` in it would run. Nothing is imported before this line.
    del sys.path[0]

from typing import TYPE_CHECKING, Any

from . import rules as _rules  # binds `rules` to the folder of that name; the function below binds it anew

if TYPE_CHECKING:
    from .config.config import Config
    from .config.nearest import load_config
    from .config.settings import Settings
    from .errors import UsageError
    from .finding import Consequence, Finding, Level, Violation
    from .location import Label, Location
    from .outcome import Coverage, Scan
    from .pods.pod import Container, Pod
    from .render.options import RenderOptions
    from .rules.catalogue import rule_page
    from .rules.context import Context
    from .rules.rule import Rule
    from .scanner import Scanner, check, scan, scan_text
    from .workload import Workload

__version__ = "0.1.0"

__all__ = [
    "Config",
    "Consequence",
    "Container",
    "Context",
    "Coverage",
    "Finding",
    "Label",
    "Level",
    "Location",
    "Pod",
    "RenderOptions",
    "Rule",
    "Scan",
    "Scanner",
    "Settings",
    "UsageError",
    "Violation",
    "Workload",
    "__version__",
    "check",
    "load_config",
    "rule_page",
    "rules",
    "scan",
    "scan_text",
]

_HOMES = {
    "config.config": ("Config",),
    "config.nearest": ("load_config",),
    "config.settings": ("Settings",),
    "errors": ("UsageError",),
    "finding": ("Consequence", "Finding", "Level", "Violation"),
    "location": ("Label", "Location"),
    "outcome": ("Coverage", "Scan"),
    "pods.pod": ("Container", "Pod"),
    "render.options": ("RenderOptions",),
    "rules.catalogue": ("rule_page",),
    "rules.context": ("Context",),
    "rules.rule": ("Rule",),
    "scanner": ("Scanner", "check", "scan", "scan_text"),
    "workload": ("Workload",),
}
"""Module → the names that are loaded from it."""


def rules(config: "Config | None" = None) -> "tuple[Rule, ...]":
    """All rules that there are: the catalogue's, those of installed packages, and the configuration's."""
    from .scanner import all_rules

    return all_rules(config)


rules.__name__ = (
    _rules.__name__
)  # by which `import hostprocess_lint.rules.page as page` finds the modules of the folder


if not TYPE_CHECKING:  # a type checker would take every misspelt name for one of these

    def __getattr__(name: str) -> Any:
        from importlib import import_module

        home = next((module for module, names in _HOMES.items() if name in names), None)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = globals()[name] = getattr(import_module(f".{home}", __name__), name)
        return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
