"""A run that is told to stop ends its processes and removes its files first, whichever signal tells it."""

from __future__ import annotations

import signal
from types import FrameType

_SIGNALS = ("SIGTERM", "SIGHUP")


def stop_on_signals() -> None:
    """Makes them what SIGINT is already: an exception, on whose way up everything is closed."""
    for name in _SIGNALS:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:  # as under `nohup`
            signal.signal(number, _stop)


def _stop(number: int, frame: FrameType | None) -> None:
    for name in _SIGNALS:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)  # a second one must not end the clearing up
    raise KeyboardInterrupt(number)


def exit_code(stopped: KeyboardInterrupt) -> int:
    """The shell's: 128 and the number of the signal."""
    number: int = stopped.args[0] if stopped.args else signal.SIGINT
    return 128 + number
