"""Loads the checks of hostprocess-lint into checkov, which must not go on without them."""

import multiprocessing
import os
import signal
import sys
import time
from typing import NoReturn


def stop(error: object) -> NoReturn:
    """checkov logs what a plugin raises, and exits with 0; and it may have forked: then its parent is what reports."""
    print(f"hostprocess-lint: error: {error}", file=sys.stderr, flush=True)
    parent = multiprocessing.parent_process()
    if parent is not None and parent.pid == 1:
        # As the first process of a container it gets only signals that it handles; and what its handler raises may be
        # lost once, in a callback.
        for _ in range(20):
            os.kill(parent.pid, signal.SIGINT)
            time.sleep(0.1)
    elif parent is not None and parent.pid is not None:
        os.kill(parent.pid, signal.SIGTERM)
    os._exit(2)


# checkov puts every directory that it walks on Python's path, and loads each module of a package there by its bare
# name: `json` and `checkov` are among those of a whole checkout.
if os.path.dirname(os.path.dirname(os.path.abspath(__file__))) in map(os.path.abspath, sys.path):
    stop(
        "checkov was given a whole checkout and imports all of it, because version 3.3 forgets the folder behind `//`: "
        "use --external-checks-dir with `hostprocess-lint checkov-plugin`, or ?ref=heads/checkov-plugin"
    )
try:
    from hostprocess_lint.doors.checkov import register

    register(stop)
except ImportError as error:
    stop(f"{error}: run `pip install 'hostprocess-lint[checkov]'` where checkov is installed, in {sys.prefix}")
except Exception as error:
    stop(error if type(error).__name__ == "UsageError" else repr(error))
