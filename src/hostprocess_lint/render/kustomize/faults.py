"""A build that fails becomes one without the entry that makes it fail, which is found by building."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ...documents.firstlook import may_hold_pods
from ...documents.nodes import Node, Unreadable
from ...finding import Level
from ...outcome import OUTSIDE
from ...sources.overlays.closure import Closure, ClosureFile, FailedEntry
from ...sources.overlays.kustomization import Kustomization, RefusedError
from ...sources.overlays.nodes import items, leaves, string
from ...sources.overlays.references import listed_entries
from ...sources.overlays.yamltext import compose_all
from .engine.kustomize import BuildError

_FAULTS = 16
_SUSPECTS = 8
_NOTHING_TO_CHANGE = ("no matches for Id", "no resource matches", "unable to find patch target", "nothing selected by")
MEND = "mend what the message names; `kubectl kustomize DIRECTORY` shows the same"
_BRING = "bring what it changes, which is named above, to judge the two together"

Gather = Callable[[tuple[FailedEntry, ...]], Closure]
Build = Callable[[Closure], str]


@dataclass(frozen=True, slots=True)
class BuiltOverlay:
    """The text of a build, and what it was made of."""

    closure: Closure
    text: str


def build_what_can_be(closure: Closure, gather: Gather, build: Build) -> BuiltOverlay:
    """The overlay, without entries that no build can be made with.

    Raises `BuildError` where that is not enough: what the engine said first. Time is bounded by what the builds share.
    """
    first = _outcome(closure, build)
    if isinstance(first, str):
        return BuiltOverlay(closure, first)
    found = _Trial((), closure, first)
    for _ in range(_FAULTS + 1):
        if isinstance(found.outcome, str):
            return BuiltOverlay(found.closure, found.outcome)
        better = _without_one(found, found.outcome, gather, build)
        if better is None:
            break
        found = better
    raise first


class _Trial(NamedTuple):
    """A build without some entries, or why there is none."""

    faults: tuple[FailedEntry, ...]
    closure: Closure
    outcome: str | BuildError


def _without_one(failed: _Trial, failure: BuildError, gather: Gather, build: Build) -> _Trial | None:
    """The build without one more entry: one that succeeds, else the first that fails for another reason.

    What changes something outside is not alone, mostly: without it, another reason is enough.
    """
    other = None
    named = _named(failed.closure, str(failure))
    for suspect in () if failure.is_limit else _suspects(failed.closure, str(failure))[:_SUSPECTS]:
        faults = (*failed.faults, suspect)
        closure = gather(faults)
        trial = _Trial(faults, closure, _outcome(closure, build))
        if isinstance(trial.outcome, str):
            return trial
        if other is None and str(trial.outcome) != str(failure):
            other = trial
            if suspect.reason.rule == OUTSIDE and suspect.path.parent == named:
                return trial
    return other


def _outcome(closure: Closure, build: Build) -> str | BuildError:
    try:
        return build(closure)
    except BuildError as error:
        return error


def _suspects(closure: Closure, message: str) -> list[FailedEntry]:
    """The entries of kustomizations, those first of which the message says most, and latest: it goes from base to base.
    Those of the last one that it names come before any others.

    Nothing of a kustomization that a release puts on top: its entries have no places of their own.
    """
    found = []
    named = _named(closure, message)
    for kustomization in closure.kustomizations.values():
        for entry in listed_entries(kustomization.tree) if kustomization.path.is_file() else ():
            words = {word for word in _words(closure, kustomization, entry) if len(word) > 2}
            places = [message.rfind(word) for word in words if word in message]
            reason = _reason(closure, kustomization, entry, message)
            about = (kustomization.path.parent == named, len(places), max(places, default=-1))
            found.append((about, FailedEntry(kustomization.path, entry.start, reason)))
    return [fault for _, fault in sorted(found, key=lambda each: each[0], reverse=True)]


def _named(closure: Closure, message: str) -> Path:
    """The directory whose kustomization the message names last; the first one where it names none."""
    places = {
        message.rfind(f"path '{os.path.relpath(directory, closure.root)}'"): directory
        for directory in closure.kustomizations
    }
    last = max(places, default=-1)
    return places[last] if last >= 0 else next(iter(closure.kustomizations), closure.root)


def _reason(closure: Closure, kustomization: Kustomization, entry: Node, message: str) -> RefusedError:
    """Why an entry is left out: one that changes what is missing is as much outside as that."""
    outside = any(each.reason.rule == OUTSIDE for each in closure.left_out)
    if not outside or not any(words in message for words in _NOTHING_TO_CHANGE):
        return RefusedError(message, hint=MEND)
    own = kustomization.text[entry.start : entry.end].encode("utf-8", "surrogatepass")
    files = (member.content for member in _members(closure, kustomization, entry))
    level = Level.WARNING if any(map(may_hold_pods, (own, *files))) else None
    return RefusedError("this changes what is not in this repository", OUTSIDE, _BRING, level)


def _members(closure: Closure, kustomization: Kustomization, entry: Node) -> Iterator[ClosureFile]:
    """The files that an entry names."""
    for _, scalar in leaves(entry):
        with suppress(OSError, ValueError):  # a name that no system takes
            path = Path(os.path.realpath(kustomization.path.parent / scalar.value))
            if path in closure.members:
                yield closure.members[path]


def _words(closure: Closure, kustomization: Kustomization, entry: Node) -> Iterator[str]:
    """What an entry says, with what a patch in it says, and which objects are in the files that it names."""
    values = [scalar.value for _, scalar in leaves(entry)]
    yield from values
    files = [member.content.decode("utf-8", "replace") for member in _members(closure, kustomization, entry)]
    for text in (*files, *(value for value in values if "\n" in value or "{" in value)):
        with suppress(Unreadable):
            for tree in compose_all(text):
                yield from (string(tree, "kind"), string(tree, "metadata", "name"))
                yield from (string(operation, "path") for operation in items(tree))
