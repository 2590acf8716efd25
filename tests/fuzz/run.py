"""`python tests/fuzz/run.py KIND SECONDS [SEED]`: random inputs of a kind, as many as fit into a time.

A failure names the seed of its round: `python tests/fuzz/run.py KIND 0 SEED` runs that round alone.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

import archives
import documents
import helmcharts
import helmignore
import kept
import kustomizations
import repositories

KINDS: dict[str, Callable[[Random], int]] = {
    "documents": documents.run,
    "charts": helmcharts.run,
    "kustomizations": kustomizations.run,
    "repositories": repositories.run,
    "archives": archives.run,
    "helmignore": helmignore.run,
}


def rounds(kind: str, seconds: float, first: int = 0, least: int = 1) -> tuple[int, int]:
    """How many inputs were tried, and in how many rounds, `least` or more; an exception names the round's seed."""
    run, tried, seed = KINDS[kind], 0, first
    until = time.monotonic() + seconds
    try:
        while True:
            try:
                tried += run(Random(seed))
            except Exception as error:
                raise AssertionError(f"{kind}, seed {seed}: {error}") from error
            seed += 1
            if seed - first >= least and time.monotonic() >= until:
                return tried, seed - first
    finally:
        kept.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("seconds", type=float)
    parser.add_argument("seed", type=int, nargs="?", default=0)
    given = parser.parse_args()
    inputs, runs = rounds(given.kind, given.seconds, given.seed)
    sys.stdout.write(f"{given.kind}: {inputs:,} inputs in {runs:,} rounds\n")
