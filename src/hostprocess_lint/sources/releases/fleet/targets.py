"""The clusters that a Fleet bundle goes to: which of its customizations each may get, as fleet's target package has it.

In what order they are asked is that of `bundleFromDir` (internal/bundlereader), and whom each means that of
`NewClusterMatcher` (internal/cmd/controller/target/matcher).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, combinations
from typing import Any, NamedTuple

from ....pods.view import View
from ..kinds import FLEET
from ..objects import text
from .bundle import Bundle

_CRITERIA = ("clusterName", "clusterGroup", "clusterSelector", "clusterGroupSelector")
_FEW = 5
_DEFAULT = {"clusterGroup": "default"}


class Clusters(NamedTuple):
    """Some clusters by a name, None for all that no customization means, and what says their options in this order."""

    name: str | None
    views: tuple[View, ...]


def targets(bundle: Bundle, view: View) -> Iterator[Clusters]:
    """The clusters that a `fleet.yaml` tells apart: they get it alone, with one customization, or with all where these
    add up.
    """
    custom = [
        Clusters(text(each.data.get("name")) or f"target{number:03}", (view, each))
        for number, each in enumerate((*view.items("targets"), *view.items("targetCustomizations")))
    ]
    if not _leave_none(bundle, view, [each.views[1] for each in custom]):
        yield Clusters(None, (view,))
    deployed = [each for each in custom if each.views[1].data.get("doNotDeploy") is not True]
    yield from deployed
    if view.data.get("targetCustomizationMode") == "AllMatches":
        yield from _together(view, deployed)


def _together(view: View, custom: Sequence[Clusters]) -> Iterator[Clusters]:
    """What a cluster gets that several customizations mean: each combination, or of many each two and all."""
    numbers = range(2, len(custom)) if len(custom) <= _FEW else (2,)
    for some in chain.from_iterable(combinations(custom, number) for number in numbers if number < len(custom)):
        yield Clusters(" and ".join(each.name or "" for each in some), (view, *(each.views[1] for each in some)))
    if len(custom) > 1:
        yield Clusters("all of them", (view, *(each.views[1] for each in custom)))


def _leave_none(bundle: Bundle, view: View, custom: Iterable[View]) -> bool:
    """Whether every cluster that the bundle goes to is surely meant by a customization."""
    met = [criteria for each in custom if (criteria := _criteria(each))]
    if any(all(map(_is_of_all, criteria.values())) for criteria in met):
        return True
    wanted = list(_wanted(bundle, view))
    return bool(wanted) and all(any(criteria.items() <= each.items() for criteria in met) for each in wanted)


def _wanted(bundle: Bundle, view: View) -> Iterator[dict[str, Any]]:
    """Whom the bundle goes to: its own `overrideTargets`, or what the GitRepos of this repository say."""
    if view.data.get("overrideTargets") is not None:
        yield from map(_criteria, view.items("overrideTargets"))
        return
    for found in bundle.objects.whole.of(FLEET, "GitRepo"):
        if bundle.repository.is_this(found.spec.text("repo") or ""):
            own = [_criteria(each) for each in found.spec.items("targets")]
            yield from own or (_DEFAULT,)


def _criteria(view: View) -> dict[str, Any]:
    """Whom a target means; without any it means nobody."""
    return {name: view.data[name] for name in _CRITERIA if view.data.get(name) not in (None, "")}


def _is_of_all(criterion: Any) -> bool:
    """Whether a selector is empty, and so takes every cluster."""
    return isinstance(criterion, Mapping) and not any(criterion.values())
