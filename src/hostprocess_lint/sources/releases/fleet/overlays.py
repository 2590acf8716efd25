"""The overlays of a Fleet bundle of manifests: files in the place of others, and patches of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from ....documents.nodes import MappingNode, ScalarNode, SequenceNode
from ....finding import Resource
from ....limits import GIVEN_ENTRIES
from ....location import Route
from ....pods.objects import Object
from ....pods.view import View
from ...landmarks import MANIFEST_SUFFIXES
from ..firstlook import FLEETS
from ..objects import ObjectInFile, text
from ..patterns import TOO_MUCH, matching
from ..release import Customized, KustomizedField, Unknowable
from .bundle import Bundle

_OVERLAYS = "overlays"
_PATCH = "_patch"


def overlaid(bundle: Bundle, views: tuple[View, ...]) -> tuple[Customized | None, tuple[Unknowable, ...]]:
    """The bundle's manifests with those of its overlays: a file takes the place of one of its name, or patches it. And
    what of them nobody knows here.
    """
    names = [
        (text(name), (*view.route, "yaml", "overlays", index))
        for view in views
        for index, name in enumerate(_names(view))
    ]
    if not names:
        return None, ()
    own = tuple(_manifests(bundle.directory, bundle))
    unknown = [each for each in own if isinstance(each, Unknowable)]
    files = {str(path.relative_to(bundle.directory)): path for path in own if isinstance(path, Path)}
    fields: list[KustomizedField] = []
    inside: dict[Path, list[Path | Unknowable]] = {}
    for number, (name, route) in enumerate(names):
        if number == GIVEN_ENTRIES or len(fields) > GIVEN_ENTRIES:
            unknown.append(Unknowable(TOO_MUCH, bundle.at(route), "HPC005"))
            break
        folder = bundle.repository.path(f"{_OVERLAYS}/{name}", bundle.directory)
        if folder is None or not folder.is_dir():
            unknown.append(bundle.not_known(f"the overlay `{name}` is not in this repository", route))
            continue
        if folder not in inside:
            inside[folder] = list(_manifests(folder, bundle))
            unknown += (each for each in inside[folder] if isinstance(each, Unknowable))
        for path in (each for each in inside[folder] if isinstance(each, Path)):
            inner = path.relative_to(folder)
            if inner.stem.endswith(_PATCH):
                fields.append(_patch(bundle, route, path))
            else:
                files[str(inner)] = path
    return Customized(tuple(fields), resources=tuple(files[name] for name in sorted(files))), tuple(unknown)


def _patch(bundle: Bundle, route: Route, path: Path) -> KustomizedField:
    """An entry of `patches` that stands where the overlay is named."""
    start, end = bundle.document.span(route)
    name = ScalarNode(os.path.relpath(path, bundle.directory), '"', start, end)
    entry = MappingNode([(ScalarNode("path", '"', start, end), name)], start, end)
    found = Object(View(bundle.document.data, ()).data, (), Resource("", "", None, ""))
    owner = ObjectInFile(bundle.file, bundle.document, found)
    return KustomizedField("patches", owner, SequenceNode([entry], start, end))


def _manifests(folder: Path, bundle: Bundle) -> Iterator[Path | Unknowable]:
    """The manifests below a folder: of a bundle, but for its overlays."""
    for suffix in MANIFEST_SUFFIXES[:2]:
        found = matching(f"**/*{suffix}", folder)
        if not found.is_all:
            yield Unknowable(TOO_MUCH, bundle.at(("yaml",)), "HPC005")
        for path in found.paths:
            inner = path.relative_to(folder)
            if inner.name not in FLEETS and (folder != bundle.directory or inner.parts[0] != _OVERLAYS):
                yield path


def _names(view: View) -> list[object]:
    names = View(view.data.get("yaml"), ()).data.get("overlays")
    return names if isinstance(names, list) else []
