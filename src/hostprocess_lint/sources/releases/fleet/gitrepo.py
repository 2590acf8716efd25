"""Fleet's objects: the bundles that a GitRepo makes of directories without a `fleet.yaml`, and a HelmOp's chart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ....documents.stream import Broken, documents
from ....location import Location, Precision
from ....pods.view import View
from ....sourcefile import SourceFile
from ...landmarks import CHART, KUSTOMIZATIONS
from ...paths import display
from ..elsewhere import path_elsewhere
from ..firstlook import FLEETS
from ..objects import ObjectInFile, Objects, text
from ..patterns import TOO_MUCH, Matches, is_pattern, matching, of_each
from ..release import Release, Unknowable
from ..repository import Repository, text_of
from .bundle import Bundle
from .releases import bundle_release, bundle_releases
from .targets import Clusters


def git_repo(found: ObjectInFile, objects: Objects, repository: Repository) -> Iterator[Release | Unknowable]:
    """The directories that a GitRepo deploys as they are, or with options in a file of another name.

    One with a `fleet.yaml` is a bundle by itself.
    """
    url = found.spec.text("repo") or ""
    is_this = repository.is_this(url)
    bundles = list(found.spec.items("bundles"))
    listed = found.spec.listed("paths")
    names = listed or ([] if bundles else ["."])

    def meant(entry: tuple[int, object]) -> Matches:
        name = text(entry[1])
        if not is_this:
            return Matches([])
        if is_pattern(name):
            return matching(name, repository.root, directories=True, deep=False)
        own = repository.path(name.lstrip("/"))
        return Matches([own] if own else [])

    for (index, value), found_here in of_each(enumerate(names), meant):
        name = text(value)
        location = found.at((*found.spec.route, "paths", index) if listed else found.spec.route)
        if not found_here.is_all:
            yield Unknowable(TOO_MUCH, location, "HPC005")
        elif not is_this:
            yield _elsewhere(found, name, url, location)
            continue
        if found_here.is_all and not found_here.paths:
            yield Unknowable(f"`{name}` is not in this repository", location)
        for path in found_here.paths:
            yield from _plain(found, path, location)
    for view in bundles:
        yield from _listed(found, view, objects, repository, is_this)


def _elsewhere(found: ObjectInFile, name: str, url: str, location: Location) -> Release:
    elsewhere = path_elsewhere(name, url)
    return Release(found.title, location, elsewhere, found.name, found.spec.text("targetNamespace"))


def _plain(found: ObjectInFile, path: Path, location: Location) -> Iterator[Release]:
    """A directory without a `fleet.yaml`, where it is more than manifests."""
    deployed = any((path / each).is_file() for each in (CHART, *KUSTOMIZATIONS))
    if path.is_dir() and deployed and not any((path / name).is_file() for name in FLEETS):
        yield Release(found.title, location, path, path.name, found.spec.text("targetNamespace"))


def _listed(
    found: ObjectInFile, view: View, objects: Objects, repository: Repository, is_this: bool
) -> Iterator[Release | Unknowable]:
    """An entry of `bundles`: a directory, and the file in it that holds its options (`CreateBundlesDriven`)."""
    base, options = text(view.data.get("base")) or ".", text(view.data.get("options"))
    location = found.at(view.route)
    if not is_this:
        yield _elsewhere(found, base, found.spec.text("repo") or "", location)
        return
    directory = repository.path(base.lstrip("/"))
    file = repository.path(options.lstrip("/"), directory) if options and directory else None
    if directory is None or (options and file is None):
        yield Unknowable(f"`{options if directory else base}` is not in this repository", location)
    elif file is None:
        yield from _plain(found, directory, location)
    elif not (file.name in FLEETS and file.parent == directory):  # else it is a bundle by itself
        content = text_of(file)
        source = SourceFile(display(str(file)), content or "")
        read = next(iter(documents(source)), None)
        if content is None or isinstance(read, Broken):
            where = Location(source, read.span, Precision.LINE) if isinstance(read, Broken) else location
            yield Unknowable(f"`{options}`, the options of a bundle, cannot be read", where, "HPC001")
        elif read is not None:
            title = f"Fleet bundle {directory.name} ({options})"
            yield from bundle_releases(Bundle(source, read, directory, repository, objects, directory.name, title))


def helm_op(found: ObjectInFile, objects: Objects, repository: Repository) -> Iterator[Release]:
    """What the targets of a HelmOp get, or all: its `spec` is a bundle's, of a chart that comes from elsewhere."""
    bundle = Bundle(*(found.file, found.document, None, repository, objects, found.name, found.title), found.provenance)
    own = [
        Clusters(text(each.data.get("name")) or None, (found.spec, each))
        for each in found.spec.items("targets")
        if each.data.get("doNotDeploy") is not True
    ]
    for clusters in own or [Clusters(None, (found.spec,))]:
        yield bundle_release(bundle, clusters)
