"""A short run of every kind of random input; `python tests/fuzz/run.py KIND SECONDS` makes it longer."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from run import KINDS, rounds


@pytest.mark.parametrize("kind", KINDS)
def test_random_inputs(kind: str) -> None:
    tried, _ = rounds(kind, 3, least=3)
    assert tried >= 3
