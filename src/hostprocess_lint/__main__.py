"""`python -m hostprocess_lint`, and what the command `hostprocess-lint` calls."""

from __future__ import annotations

import gc
import sys

_THRESHOLDS = (1_000_000, 20, 100)
"""A scan keeps what it makes to its end. By Python's own thresholds a third of the time goes into looking for garbage
among it, and a tenth from 200,000 on. With these 3,000 HostProcess documents take a tenth more memory, charts none.
"""


def run() -> None:
    gc.set_threshold(*_THRESHOLDS)
    from .doors.cli import main
    from .doors.stopping import stop_on_signals

    stop_on_signals()
    code = main(sys.argv[1:])
    gc.freeze()  # what is left goes with the process: Python would look through all of it twice more
    sys.exit(code)


if __name__ == "__main__":
    run()
