"""The worker: one process per scan that runs Helm's library within limits, restarted when it has to be killed."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from ....limits import MEMORY_BYTES, OUTPUT_BYTES, RENDER_SECONDS, START_SECONDS
from ....sources.charts.archive import Package
from ....sources.releases.release import Flag
from ...budget import PATIENCE, processor_seconds
from .contract import EngineError, Installation, NoEngineError, Rendering, Values

_PROGRAM = Path(__file__).with_name("worker_program.py")
_INSTALLED = Path(__file__).parents[4]
_CHARTS_KEPT = 4
INSTALL = "pip install 'hostprocess-lint[helm]'"
_WATCH_SECONDS = 0.2


class HelmWorker:
    """Helm's Go library in a process of its own. Started by the first request, used for every chart of a scan."""

    def __init__(self, seconds: float = RENDER_SECONDS) -> None:
        self.starts = 0
        self.spent = 0.0
        self._seconds = seconds
        self._process: _Process | None = None
        self._broken = ""
        self._closed = False

    def __enter__(self) -> HelmWorker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process, if there is one; none is started any more."""
        self._closed = True
        process, self._process = self._process, None
        if process is not None:
            process.end()

    def render(self, package: Package, values: Values, installation: Installation) -> Rendering:
        """Render a chart; the text of each template by Helm's name for it."""
        options = {
            "name": installation.name,
            "namespace": installation.namespace or "default",
            "kube_version": installation.kubernetes_version,
            "api_versions": installation.api_versions,
        }
        request: dict[str, Any] = {
            "lasting": package.lasting,
            "values": values,
            "options": {key: value for key, value in options.items() if value},
            "limit": OUTPUT_BYTES,
        }
        request["chart"] = self._load(package)
        return {str(name): str(text) for name, text in self._ask(request).items()}

    def _load(self, package: Package) -> int:
        """Hand a chart over, unless the process has it, and return the number that it has there."""
        loaded = self._running().loaded
        if package not in loaded:
            number = max(loaded.values(), default=0) + 1
            self._ask({"load": number, "size": len(package.archive), "keep": _CHARTS_KEPT}, package.archive)
            loaded[package] = number
            if len(loaded) > _CHARTS_KEPT:
                loaded.pop(next(iter(loaded)))
        return loaded[package]

    def values(self, text: str) -> Values:
        """What Helm reads in a values file."""
        result = self._ask({"yaml": text})
        return dict(result) if isinstance(result, dict) else {}

    def set_values(self, expression: str, flag: Flag = "set") -> Values:
        """What Helm reads in the argument of a flag."""
        return dict(self._ask({"flag": flag, "setting": expression}))

    def _ask(self, request: dict[str, Any], archive: bytes = b"") -> Any:
        try:
            line = json.dumps(request).encode()
        except RecursionError as error:
            raise EngineError("the values are nested too deeply") from error
        process = self._running()
        answer = process.exchange(line + b"\n" + archive, self._seconds)
        self.spent += process.spent
        if answer is None:
            self._process = None
            raise EngineError(process.epitaph(self._seconds))
        if "error" in answer:
            raise EngineError(str(answer["error"]))
        return answer["result"]

    def _running(self) -> _Process:
        if self._closed:
            raise RuntimeError("Helm's worker is closed")
        if self._broken:  # it would not start another time either, and that takes its time
            raise EngineError(self._broken)
        if self._process is None:
            self.starts += 1
            try:
                self._process = _start()
            except EngineError as error:
                self._broken = str(error)
                raise
        return self._process


@dataclass(slots=True)
class _Process:
    """The running worker: its pipes, the charts that it holds, and what it said before it died.

    Two threads serve it: one reads what it says, one kills it when it misses its deadline, as a Go call cannot be
    interrupted. (A timer for each request would start a thread each time, which costs as much as a small rendering.)
    """

    popen: subprocess.Popen[bytes]
    requests: IO[bytes]
    answers: IO[bytes]
    loaded: dict[Package, int] = field(default_factory=dict)
    noise: list[bytes] = field(default_factory=list)
    deadline: float = math.inf
    latest: float = math.inf
    worked: float = math.inf
    spent: float = 0.0
    killed_late: bool = False
    ended: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)

    def serve(self, errors: IO[bytes]) -> None:
        """Start the threads."""
        for task in (lambda: _listen(errors, self.noise), self._watch):
            self.threads.append(threading.Thread(target=task, daemon=True))
            self.threads[-1].start()

    def exchange(self, request: bytes, seconds: float) -> dict[str, Any] | None:
        """Send, and read one line; None when the process died or was killed. `spent` is what it worked for this."""
        now, had = time.monotonic(), processor_seconds(self.popen.pid)
        self.worked = had + seconds
        self.latest, self.deadline = now + PATIENCE * seconds, now + seconds
        try:
            self.requests.write(request)
            self.requests.flush()
            line = self.answers.readline()
        except OSError:
            line = b""
        finally:
            self.deadline = math.inf
        passed = time.monotonic() - now
        self.spent = min(passed, processor_seconds(self.popen.pid) - had) if had < math.inf else passed
        if not line.endswith(b"\n"):
            self.end()
            return None
        answer: dict[str, Any] = json.loads(line)
        return answer

    def end(self) -> None:
        self.popen.kill()
        self.popen.wait()
        self.ended.set()
        for thread in self.threads:
            thread.join()
        with suppress(OSError):  # the rest of a request, which nobody will read
            self.requests.close()
        self.answers.close()

    def epitaph(self, seconds: float) -> str:
        if self.killed_late:
            return f"rendering took longer than {seconds:g} seconds"
        if any(b"memory" in line for line in self.noise):
            return f"rendering needed more than {MEMORY_BYTES // 1024**3} GiB of memory"
        return "Helm's library crashed while rendering"

    def _watch(self) -> None:
        while not self.ended.wait(_WATCH_SECONDS):
            now = time.monotonic()
            if now > self.deadline and (now > self.latest or processor_seconds(self.popen.pid) > self.worked):
                self.killed_late = True
                self.popen.kill()
                return


def _start() -> _Process:
    popen = subprocess.Popen(
        [sys.executable, "-I", str(_PROGRAM), str(_INSTALLED), str(MEMORY_BYTES)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=Path(sys.executable).anchor,
        env={key: os.environ[key] for key in ("SYSTEMROOT",) if key in os.environ},
    )
    assert popen.stdin is not None
    assert popen.stdout is not None
    assert popen.stderr is not None
    process = _Process(popen, popen.stdin, popen.stdout)
    process.serve(popen.stderr)
    greeting = process.exchange(b"", START_SECONDS)
    if greeting is None:
        raise EngineError(f"Helm's library did not start: {process.epitaph(START_SECONDS)}")
    if "error" in greeting:
        process.end()
        said = str(greeting["error"])
        if said.startswith("ModuleNotFoundError"):
            raise NoEngineError("Helm's library is not installed", INSTALL)
        raise EngineError(f"Helm's library cannot be loaded: {said}")
    return process


def _listen(stream: IO[bytes], noise: list[bytes]) -> None:
    """Read all that Go prints, as a full pipe would block it; keep the lines that say why it died."""
    with stream:
        for line in stream:
            if line.startswith((b"fatal error", b"panic", b"runtime:", b"SIG")) and len(noise) < 20:
                noise.append(line[:500])
