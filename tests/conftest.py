"""How property tests look for counterexamples."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("repeatable", max_examples=60, derandomize=True, deadline=None)
settings.register_profile("search", max_examples=3000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))
