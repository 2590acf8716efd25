"""The time that the runs of one thing share: what programs had of the processors, so that a busy machine costs none."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import threading
import time

PATIENCE = 6
"""How many times longer a program may take on a machine that has no processor for it."""

_OFTEN = 0.05
"""Seconds between two looks at a program that is late."""


def processor_seconds(pid: int) -> float:
    """What a process of ours has had of the processors; infinite where a system does not say."""
    if sys.platform != "linux":
        return math.inf
    try:
        return time.clock_gettime((~pid << 3) | 2)  # clock_getcpuclockid(3), as the kernel numbers these clocks
    except OSError:
        return math.inf


class Budget:
    """Seconds of running programs, one after the other; time between them does not count, nor does time in which a
    program waits for a processor.

    `end`, which another thread may call, kills the program that runs; none starts afterwards.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.spent = 0.0
        self._ended = self._is_late = False
        self._running: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    @property
    def left(self) -> float:
        return 0.0 if self._ended or self._is_late else max(self.seconds - self.spent, 0.0)

    @property
    def is_spent(self) -> bool:
        return not self.left

    def wait(self, process: subprocess.Popen[bytes]) -> int:
        """The status with which a program ends: it is killed when the time is over."""
        ended = threading.Event()
        started = time.monotonic()
        # Popen.wait(timeout) polls, and sleeps up to 50 ms too long: half a build.
        watch = threading.Thread(target=self._watch, args=(process, self.left, ended), daemon=True)
        with self._lock:
            self._running = process
            if self._ended:
                process.kill()
        watch.start()
        try:
            _until_it_ends(process)
            self.spent += min(time.monotonic() - started, processor_seconds(process.pid))
        finally:
            with self._lock:
                self._running = None
            ended.set()
            watch.join()  # before its number can be another process's
            process.kill()
            process.wait()
        return process.returncode

    def _watch(self, process: subprocess.Popen[bytes], left: float, ended: threading.Event) -> None:
        started, pause = time.monotonic(), left
        while not ended.wait(pause):
            had = processor_seconds(process.pid)
            if had >= left or time.monotonic() - started >= PATIENCE * left:
                self._is_late = True
                process.kill()
                return
            pause = max(left - had, _OFTEN)

    def end(self) -> None:
        with self._lock:
            self._ended = True
            if self._running is not None:
                self._running.kill()


def _until_it_ends(process: subprocess.Popen[bytes]) -> None:
    """Leaves what the system knows of the process, where that can be: it is gone with a `wait`."""
    if sys.platform == "linux":
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    else:
        process.wait()
