"""Generated overlays against the real engine: the same text, and nothing in it that the proof of irrelevance denies."""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "fuzz"))

from kustomizations import generated, same_as_the_engine


@pytest.mark.parametrize("seed", range(24))
def test_the_build_is_the_engine_s_own(seed: int) -> None:
    same_as_the_engine(generated(Random(seed)))
