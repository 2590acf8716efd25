"""What the charts of a scan say, before any engine runs: found out once, as the texts of many are too much to keep."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..sources.charts.relevance import ChartTexts

_KEPT = 16
"""Of how many charts the texts are kept: several things are asked of one, by several overlays that lead to it."""


class ChartWords:
    """Answers by the directories of charts. `pulled` and `within` are what `chart_texts` takes."""

    def __init__(self, pulled: Path | None, within: Sequence[str]) -> None:
        self._pulled = pulled
        self._within = within
        self.texts = lru_cache(_KEPT)(self._texts)
        self.say_release = cache(self._say_release)
        self.may_make = cache(self._may_make)

    def _texts(self, chart: str) -> ChartTexts | None:
        """What a chart is rendered from without more; None where it cannot be read wholly: then it may say anything."""
        from ..sources.releases.inchart import chart_texts

        return chart_texts(chart, (), self._pulled, self._within)

    def _say_release(self, chart: str) -> bool:
        from ..sources.releases.inchart import says_release

        texts = self.texts(chart)
        return texts is None or says_release(texts)

    def _may_make(self, chart: str) -> bool:
        """Whether it could make one of the words."""
        from ..sources.charts.relevance import may_make

        texts = self.texts(chart)
        return texts is None or may_make(texts)
