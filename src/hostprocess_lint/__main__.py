"""`python -m hostprocess_lint`, and what the command `hostprocess-lint` calls."""

from __future__ import annotations

import sys


def run() -> None:
    from .doors.cli import main
    from .doors.stopping import stop_on_signals

    stop_on_signals()
    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    run()
