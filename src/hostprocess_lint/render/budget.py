"""The time that the runs of one thing share."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Budget:
    """Seconds of running programs, one after the other; time between them does not count.

    `end`, which another thread may call, kills the program that runs; none starts afterwards.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._spent = 0.0
        self._ended = False
        self._running: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    @property
    def left(self) -> float:
        return 0.0 if self._ended else max(self.seconds - self._spent, 0.0)

    @property
    def is_spent(self) -> bool:
        return not self.left

    @contextmanager
    def timed(self, process: subprocess.Popen[bytes]) -> Iterator[None]:
        """While a program runs: it is killed when the time is over, and in any case when the block is left."""
        # Popen.wait(timeout) polls, and sleeps up to 50 ms too long: half a build.
        timer = threading.Timer(self.left, process.kill)
        started = time.monotonic()
        with self._lock:
            self._running = process
            if self._ended:
                process.kill()
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            process.kill()
            with self._lock:
                self._running = None
                self._spent += time.monotonic() - started

    def end(self) -> None:
        with self._lock:
            self._ended = True
            if self._running is not None:
                self._running.kill()
