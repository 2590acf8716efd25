"""What the releases of a scan bring to its sources; without any, nothing of theirs is imported."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypeGuard

from ..outcome import Passed, Skipped
from ..rendered import Rendered
from ..sources.source import Source
from .chartwords import ChartWords
from .engines import Engines
from .manifests import ManifestTexts
from .options import RenderOptions
from .telling import placed, source_fault

if TYPE_CHECKING:
    from ..sources.releases.release import Release
    from .deployed import Deployed


class Releases:
    """The releases of a scan of the paths that are `given`, if there are any: `besides` are the sources that only they
    name.
    """

    def __init__(
        self,
        deployed: "Deployed | None" = None,
        besides: tuple[Source | Passed, ...] = (),
        said: tuple[Skipped, ...] = (),
        given: tuple[str, ...] = (),
    ) -> None:
        self.deployed = deployed
        self.besides = besides
        self.said = said
        self._given = given

    def standing(self, source: Source | Skipped | Passed) -> Source | Skipped | Passed:
        """A source, unless it is judged in what releases make of it."""
        return self.deployed.standing(source) if self.deployed else source

    def of(self, source: Source) -> tuple["Release", ...]:
        """Those that deploy a chart or an overlay."""
        return self.deployed.of(source) if self.deployed else ()

    def replaces(self, source: Source) -> bool:
        """Whether a manifest is only judged as releases change it."""
        return self.deployed is not None and self.deployed.replaces(source)

    def labelled(self, source: Source, text: Rendered | Skipped | Passed) -> Iterable[Rendered | Skipped | Passed]:
        """A manifest's text with the releases that deploy it as it is, once for each namespace that these have."""
        return self.deployed.labelled(source, text) if self.deployed and isinstance(text, Rendered) else (text,)

    def untold(self, source: Source) -> list[Skipped]:
        """Why a source cannot be made: told here alone if there is nothing to judge in it."""
        return [placed(each, source, self._given) for each in self.deployed.untold(source)] if self.deployed else []

    def unmade(self, source: Source) -> list[Skipped]:
        """Why a source may make more releases than are known, which is told here alone."""
        return [placed(each, source, self._given) for each in self.deployed.unmade(source)] if self.deployed else []


def releases_among(
    listed: Sequence[Source | Skipped | Passed], manifests: ManifestTexts, options: RenderOptions, engines: Engines
) -> Releases:
    """The releases that manifests and charts among some sources say."""
    words = ChartWords(options.pulled, options.given)
    saying = [*manifests.deploying, *(each for each in listed if _makes_releases(each, options, words))]
    if not saying:
        return Releases()
    from .deployed import Deployed

    sources = [each for each in listed if isinstance(each, Source)]
    deployed = Deployed(sources, saying, engines, options, words, manifests.concerned)
    try:
        besides = tuple(deployed.besides(listed, options.excluded))
        return Releases(deployed, besides, tuple(deployed.said), options.given)
    except Exception as error:
        lost = source_fault(Source("manifest", ".", "."), error, "what only releases name: ")
        return Releases(deployed, (), (*deployed.said, lost), options.given)


def _makes_releases(source: Source | Skipped | Passed, options: RenderOptions, words: ChartWords) -> TypeGuard[Source]:
    if not isinstance(source, Source) or source.kind != "chart":
        return False
    from .charts import may_make_releases

    return may_make_releases(source, options, (), words)
