"""What an earlier review said: read from its JSON, or found out at a revision."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from ...config.config import Config
from ...config.nearest import find, load_config
from ...config.schema import faults
from ...errors import UsageError
from ...location import Part
from ...report.review.data import schema
from ...review.cards import review
from ...review.facts import Facts, facts, read
from ...rules.catalogue import user_rules
from ...scanner import Scanner
from ...sources.git import merge_base
from ...sources.own import read_own
from ...sources.paths import boundary
from ...sources.revision import laid_out
from ..request import Request
from .configuration import configuration

_BYTES = 256 * 2**20
_NO_REVIEW = "is not what `review --format json` writes"


class Earlier(NamedTuple):
    """The facts of then, what that is called, and what could not be looked at."""

    facts: tuple[Facts, ...]
    since: str
    not_known: tuple[str, ...]


def of_file(path: str) -> Earlier:
    """Raises UsageError."""
    try:
        data = json.loads(read_own(path, "review", _BYTES))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: {_NO_REVIEW}: {error}") from None
    if wrong := _wrong(data):
        raise UsageError(f"{path}: {_NO_REVIEW}: {wrong}")
    return Earlier(read(data), path, tuple(f"{each['path']}: {each['reason']}" for each in data["skipped"]))


def _wrong(data: Any) -> str | None:
    """What is no review about it; a field that somebody has added is nothing against it."""
    found = (fault for fault in faults(data, schema(), "the file") if fault.part is not Part.KEY)
    return next((fault.message for fault in found), None)


def holds_review(path: str) -> bool:
    """Whether a file is a review, and no manifest that is to be scanned."""
    try:
        data = json.loads(read_own(path, "review", _BYTES))
    except (ValueError, RecursionError):
        return False
    return isinstance(data, dict) and "workloads" in data and "apiVersion" not in data


def at_revision(asked: Request, revision: str) -> Earlier:
    """The same request, asked of the files of then: those of where the revision and HEAD parted."""
    root, here = boundary(asked.paths[0]), os.path.realpath(os.getcwd())
    paths = [os.path.relpath(os.path.realpath(path), root) for path in asked.paths]
    if os.path.relpath(here, root).startswith("..") or any(path.startswith("..") for path in paths):
        raise UsageError(f"review: with --since, start in {root}, and name paths in it")
    commit = merge_base(revision, "HEAD", root)
    asked, today = _from_anywhere(asked), None if asked.config else find(asked.paths[0])
    with laid_out(commit, root) as laid, _within(os.path.join(laid.root, os.path.relpath(here, root))):
        there = [path for path in paths if os.path.lexists(os.path.join(laid.root, path))]
        shown = tuple(os.path.relpath(os.path.join(laid.root, path)) for path in there)
        not_known = [f"{path}: {reason}" for path, reason in laid.left_out]
        if not shown:
            return Earlier((), revision, tuple(not_known))
        try:
            config = configuration(asked, shown[0])
        except UsageError as error:  # today's was read before: it is what this change mends
            not_known.append(f"the configuration of {revision}: {error}: today's is taken")
            config = _moved(today, root, laid.root, asked.policies)
        with Scanner(config, settings=asked.settings) as scanner:
            found = scanner.judged(scanner.scope(shown))
            not_known += [f"{skipped.path}: {skipped.reason}" for skipped in found.skipped]
            return Earlier(facts(review(found)), revision, tuple(not_known))


def _moved(file: str | None, root: str, there: str, policies: tuple[str, ...]) -> Config:
    """A configuration of today for the files that are laid out elsewhere: its patterns mean those."""
    if file is None:
        return Config(users_rules=user_rules(policies))
    base = os.path.relpath(os.path.realpath(os.path.dirname(file)), root)
    return load_config(file, policies, os.path.normpath(os.path.join(there, base)))


@contextmanager
def _within(directory: str) -> Iterator[None]:
    """In another working directory: paths are shown as those of today are, and patterns mean the same."""
    before = os.getcwd()
    os.makedirs(directory, exist_ok=True)
    os.chdir(directory)
    try:
        yield
    finally:
        os.chdir(before)


def _from_anywhere(asked: Request) -> Request:
    """With absolute paths for what the command line names."""
    render, settings = asked.settings.render, asked.settings
    render = render._replace(
        values=tuple(map(os.path.abspath, render.values)),
        charts_directory=render.charts_directory and os.path.abspath(render.charts_directory),
        helm=render.helm and os.path.abspath(render.helm),
        kustomize=render.kustomize and os.path.abspath(render.kustomize),
    )
    return asked._replace(
        config=asked.config and os.path.abspath(asked.config),
        policies=tuple(map(os.path.abspath, asked.policies)),
        settings=settings._replace(render=render, baselines=()),
    )
