"""`python tests/fuzz/run.py KIND SECONDS [SEED]`: random inputs of a kind, as many as fit into a time.

A failure names the seed of its round: `python tests/fuzz/run.py KIND 0 SEED` runs that round alone.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

import documents

KINDS: dict[str, Callable[[Random], int]] = {"documents": documents.run}


def rounds(kind: str, seconds: float, first: int = 0) -> tuple[int, int]:
    """How many inputs were tried, and in how many rounds."""
    run, tried, seed = KINDS[kind], 0, first
    until = time.monotonic() + seconds
    while True:
        try:
            tried += run(Random(seed))
        except Exception as error:
            error.add_note(f"{kind}, seed {seed}") if hasattr(error, "add_note") else None
            print(f"{kind}, seed {seed}: {type(error).__name__}", file=sys.stderr)
            raise
        seed += 1
        if time.monotonic() >= until:
            return tried, seed - first


if __name__ == "__main__":
    kind, seconds = sys.argv[1], float(sys.argv[2])
    print("%s: %d inputs in %d rounds" % (kind, *rounds(kind, seconds, int(sys.argv[3]) if len(sys.argv) > 3 else 0)))
