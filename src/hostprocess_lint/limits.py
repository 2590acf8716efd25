"""What reading and rendering may cost before they are stopped; measured needs stand in `docs/decisions.md`."""

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

STRINGS_DEEP = 3
"""How deep manifests in strings are followed: a ConfigMap in a ConfigMap's string is real, more is not."""

MAX_DEPTH = 200
"""Levels of nesting; real CustomResourceDefinitions stay below 60."""

MAX_VALUES = 1_000_000
"""Values in one document, each alias counted with all that it stands for: what an alias bomb runs into."""

MAX_LIST_VALUES = 4_000_000
"""Values in one list of objects without aliases: `kubectl get pods -A -o yaml` of some 10,000 pods."""

MAX_CHARACTERS = 64 * 2**20
"""Characters in one text, and in all that the aliases of a document stand for."""

MAX_SCALAR = 4 * 2**20
"""Characters in one scalar; the API server takes no object of more than 3 MiB."""
