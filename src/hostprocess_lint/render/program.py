"""Engines that are programs: run within limits."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from ..limits import MEMORY_BYTES, OUTPUT_BYTES
from .budget import Budget

_SAID_BYTES = 64 * 1024
_CLOSED = "http://127.0.0.1:9"  # nothing listens there: should an engine turn to the network, it fails at once


class ProgramError(Exception):
    """Why a program gave no output: the limit that it met, or that it cannot be run."""


class FailedError(ProgramError):
    """A program ended with an error; the message is what it said, which may be nothing."""

    def __init__(self, said: str, status: int) -> None:
        super().__init__(said)
        self.status = status


def run_program(command: list[str], workspace: Path, budget: Budget) -> str:
    """What a program prints, run in an empty directory of its own and with an empty environment.

    Raises `ProgramError`, and `FailedError` when the program itself ended with an error.
    """
    if budget.is_spent:
        raise _late(budget)
    output, messages = workspace / "output", workspace / "messages"
    with output.open("wb") as out, messages.open("wb") as err:
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=workspace, env=_environment(workspace)
            )
        except OSError as error:
            raise ProgramError(f"{command[0]} cannot be run: {error.strerror}") from error
        _limit(process.pid, budget.left)
        status = budget.wait(process)
    if output.stat().st_size >= OUTPUT_BYTES:
        raise ProgramError(f"renders to more than {OUTPUT_BYTES // 1024**2} MiB")
    if status != 0:
        if budget.is_spent:
            raise _late(budget)
        with messages.open("rb") as stream:
            said = stream.read(_SAID_BYTES).decode("utf-8", "replace")
        if "out of memory" in said or "cannot allocate memory" in said:
            raise ProgramError(f"rendering needed more than {MEMORY_BYTES // 1024**3} GiB of memory")
        if "\ngoroutine " in said:  # Go's own trace: where memory ends, its runtime may fault before it says so
            raise ProgramError(f"the program crashed while rendering: {said.partition(chr(10))[0][:200]}")
        raise FailedError(said, status)
    return output.read_bytes().decode("utf-8", "replace")


def _late(budget: Budget) -> ProgramError:
    return ProgramError(f"rendering took longer than {budget.seconds:g} seconds")


def _environment(home: Path) -> dict[str, str]:
    """No way to a cluster, to plugins, to other programs, to the network's proxies or to a user's settings."""
    homes = ("HOME", "USERPROFILE", "XDG_CONFIG_HOME", "TMPDIR")
    helms = ("HELM_CONFIG_HOME", "HELM_CACHE_HOME", "HELM_DATA_HOME", "HELM_PLUGINS")
    environment = dict.fromkeys((*homes, *helms), str(home))
    environment |= dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), _CLOSED)
    environment |= {"PATH": "", "KUBECONFIG": os.devnull}
    if "SYSTEMROOT" in os.environ:  # no Go program starts on Windows without it
        environment["SYSTEMROOT"] = os.environ["SYSTEMROOT"]
    return environment


def _limit(pid: int, seconds: float) -> None:
    """Limits a running process, where the system can: a `preexec_fn` is not safe in a program with threads."""
    if sys.platform != "linux":
        return
    import resource

    limits = {
        # Not RLIMIT_AS, because Go reserves more than 1 GiB of address space before it does anything.
        resource.RLIMIT_DATA: MEMORY_BYTES,
        resource.RLIMIT_FSIZE: OUTPUT_BYTES,
        resource.RLIMIT_CPU: 2 * (int(seconds) + 1),
        resource.RLIMIT_CORE: 0,
    }
    for kind, value in limits.items():
        with suppress(OSError, ValueError):  # it ended already, or a stricter limit holds
            resource.prlimit(pid, kind, (value, value))
