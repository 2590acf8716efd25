"""What rendering may cost before it is stopped; measured needs stand in `docs/decisions.md`."""

from __future__ import annotations

MEMORY_BYTES = 2 * 1024**3
OUTPUT_BYTES = 50 * 1024**2
START_SECONDS = 30.0
RENDER_SECONDS = 10.0
OVERLAY_SECONDS = 30.0

FILE_BYTES = 5 * 1024**2
SOURCE_BYTES = 100 * 1024**2
SOURCE_FILES = 20_000
GIVEN_ENTRIES = 1_000
KUSTOMIZATIONS_DEEP = 50

FLIPS_PER_FINDING = 8
FLIPS_PER_CHART = 200
CHART_SECONDS = 60.0
