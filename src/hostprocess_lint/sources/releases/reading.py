"""Manifests and the files of helmfile and Fleet become releases."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

from ...documents.firstlook import as_utf8, may_be_object, may_hold_pods
from ...documents.foreign import template_language
from ...documents.stream import Broken, documents
from ...limits import FILE_BYTES
from ...location import Location, Precision, Span
from ...outcome import OUTSIDE
from ...pods.templates import RESOURCE_SET
from ...sourcefile import SourceFile
from ..charts.ownfiles import is_a_charts_own
from ..landmarks import is_helmfile
from ..paths import real_paths
from ..source import Source
from . import clusterapi, k3s, kinds
from .argo import application, applicationset
from .filled import Expand
from .firstlook import FLEETS, is_named_to_deploy, is_written_as_release, may_be_referred_to, may_deploy
from .fleet import gitrepo
from .fleet import releases as fleet
from .fleet.bundle import Bundle
from .flux import helmoperator, helmrelease, kustomization, resourceset
from .flux.resourceset import with_resources
from .guarded import guarded
from .helmfile.releases import helmfile_releases
from .literal import as_written
from .objects import ObjectInFile, Objects, objects_in
from .release import Release, Unknowable
from .repository import Repository

_VARIABLE = "${"


class Made(NamedTuple):
    """The objects that an overlay or a chart is made into, and the files, by real paths, that they were made of.

    `path` is the overlay's, as reports show it: what tells production from staging. `read` are all files and
    directories that may have had a part in it.
    """

    objects: tuple[ObjectInFile, ...] = ()
    parts: frozenset[str] = frozenset()
    path: str | None = None
    read: tuple[Path, ...] = ()


class Manifests:
    """The manifests of a repository that may say what is deployed, or be referred to by what does; read once.

    `content` gives what a file holds; nothing where it cannot be opened.
    """

    def __init__(self, sources: Iterable[Source], content: Callable[[str], bytes | None] | None = None) -> None:
        self._content = content or _content
        self._real = real_paths()
        self._bundles: list[tuple[Path, SourceFile]] = []
        self._states: dict[Path, SourceFile] = {}
        self._objects: dict[str, list[ObjectInFile]] = {}
        self._literal: dict[str, list[ObjectInFile]] = {}
        self._with_variables: dict[str, SourceFile] = {}
        self.parts: set[str] = set()
        """The files that overlays read, by their real paths."""
        self.unread: list[Unknowable] = []
        """What may say something is deployed and cannot be read, where nobody judges the text."""
        for source in sources:
            if source.kind == "manifest":
                place = Location(SourceFile(source.path, ""), Span(0, 0), Precision.FILE)
                self.unread += guarded(partial(self._read, source), place)

    def _read(self, source: Source) -> Iterator[Unknowable]:
        """Keeps what a manifest says, and tells what in it cannot be read."""
        text = _text(source, self._content)
        if not isinstance(text, str):
            yield from () if text is None else (text,)
            return
        file, real = SourceFile(source.path, text), self._real(source.file)
        if os.path.basename(source.file) in FLEETS:
            self._bundles.append((Path(source.file), file))
        elif is_helmfile(source.file):
            self._states[Path(real)] = file
        else:
            self.parts |= {real} if source.is_part else set()
            yield from _broken(file, source)
        if may_be_object(text.encode("utf-8", "surrogatepass")):  # whatever the file is called
            self._objects[real] = list(objects_in(file))
            if _VARIABLE in text:
                self._with_variables[real] = file

    def as_written(self, found: Sequence[Release | Unknowable]) -> frozenset[str]:
        """The files that the releases found so far deploy as they are, if there are variables in any of them."""
        if not as_written(self._with_variables, found):
            return frozenset()
        return as_written(self._objects, found)

    def _as_written(self, path: str) -> list[ObjectInFile]:
        if path not in self._literal:
            file = self._with_variables.get(path)
            plain = (replace(each, is_literal=True) for each in self._objects[path])
            self._literal[path] = list(objects_in(file, is_literal=True) if file else plain)
        return self._literal[path]

    def releases(
        self,
        repository: Repository,
        expand: Expand,
        made: Sequence[Made] = (),
        parts: Collection[str] = (),
        missing: set[str] | None = None,
        literal: Collection[str] = (),
    ) -> Iterator[Release | Unknowable]:
        """What is deployed, by these manifests but `parts`, and by what was `made`.

        The names of objects that are referred to and are nowhere are added to `missing`. In `literal` files a variable
        is text.
        """
        yield from self.unread
        yield from helmfile_releases(self._states, repository, expand)
        known = {**self._objects, **{path: self._as_written(path) for path in literal}}
        bare = [each for path, found in known.items() if path not in parts for each in found]
        rest = [each for path, found in self._objects.items() if path in parts for each in found]
        written = Objects([*bare, *(each for one in made for each in one.objects), *rest])
        bare, rest = (list(with_resources(each, written, expand)) for each in (bare, rest))
        made = [one._replace(objects=tuple(with_resources(one.objects, written, expand))) for one in made]
        everything = Objects([*bare, *(each for one in made for each in one.objects), *rest])
        for path, file in self._bundles:
            yield from _bundles(file, path, repository, everything)
        yield from _of_objects(Objects(bare, everything), repository, expand)
        for one in made:
            for found_in in _of_objects(Objects(one.objects, everything), repository, expand):
                yield _of_made(found_in, one)
        if missing is not None:
            missing |= everything.missing


def _of_made(found: Release | Unknowable, made: Made) -> Release | Unknowable:
    if isinstance(found, Unknowable):
        return found
    return replace(
        found, environment=found.environment or made.path, read=(*found.read, *made.read) if found.read else made.read
    )


_Said = Iterable[Release | Unknowable]

READERS: tuple[tuple[str, str, Callable[[ObjectInFile, Objects, Repository, Expand], _Said]], ...] = (
    (kinds.ARGO, "Application", lambda found, _, repository, __: application.applications(found, repository)),
    (
        kinds.ARGO,
        "ApplicationSet",
        lambda found, _, repository, expand: applicationset.applicationset_releases(found, repository, expand),
    ),
    (
        kinds.HELM,
        "HelmRelease",
        lambda found, objects, repository, _: helmrelease.helm_release(found, objects, repository),
    ),
    (
        kinds.HELM_OPERATOR,
        "HelmRelease",
        lambda found, objects, repository, _: [helmoperator.helm_operator_release(found, objects, repository)],
    ),
    (
        kinds.KUSTOMIZE,
        "Kustomization",
        lambda found, objects, repository, _: [kustomization.kustomization(found, objects, repository)],
    ),
    (
        *RESOURCE_SET,
        lambda found, objects, _, expand: resourceset.unfilled(found, objects.whole, expand),
    ),
    (kinds.FLEET, "GitRepo", lambda found, objects, repository, _: gitrepo.git_repo(found, objects, repository)),
    (kinds.FLEET, "HelmOp", lambda found, objects, repository, _: gitrepo.helm_op(found, objects, repository)),
    (kinds.K3S, "HelmChart", lambda found, objects, _, __: [k3s.helm_chart(found, objects)]),
    (kinds.K3S, "HelmChartConfig", lambda found, objects, _, __: k3s.helm_chart_config(found, objects)),
    (kinds.CLUSTER_API, "HelmChartProxy", lambda found, _, __, ___: [clusterapi.helm_chart_proxy(found)]),
)
"""What reads the objects of a group and kind."""


def _of_objects(objects: Objects, repository: Repository, expand: Expand) -> Iterator[Release | Unknowable]:
    for group, kind, read in READERS:
        for each in objects.of(group, kind):
            reading = partial(read, each, objects, repository, expand)
            yield from guarded(reading, each.at(each.view.route))


def _bundles(file: SourceFile, path: Path, repository: Repository, objects: Objects) -> Iterator[Release | Unknowable]:
    directory = Path(os.path.realpath(path)).parent
    for document in documents(file):
        if isinstance(document, Broken):
            yield _unreadable(file, document, f"what {path.name} deploys")
        elif isinstance(document.data, dict) and not {"apiVersion", "kind"} <= document.data.keys():  # else an object
            bundle = Bundle(file, document, directory, repository, objects, directory.name)
            yield from guarded(partial(fleet.bundle_releases, bundle), bundle.at(()))


def _broken(file: SourceFile, source: Source) -> Iterator[Unknowable]:
    """The documents that write a release and are no YAML: the judge tells only of those that could hold a pod."""
    raw = file.text.encode("utf-8", "surrogatepass")
    if source.in_chart or may_hold_pods(raw) or not is_written_as_release(raw):
        return
    for each in documents(file):
        if isinstance(each, Broken):
            yield _unreadable(file, each, "a release that cannot be read")


def _unreadable(file: SourceFile, broken: Broken, what: str) -> Unknowable:
    """A document that says what is deployed and is no YAML: template text becomes that elsewhere."""
    language = template_language(broken)
    reason = broken.reason if language is None else f"template text ({language}) of another tool"
    place = Location(file, broken.span, Precision.LINE)
    return Unknowable(f"{what}: {reason}", place, OUTSIDE if language else "HPC001")


def _content(file: str) -> bytes | None:
    try:
        with open(file, "rb") as stream:
            return stream.read(FILE_BYTES + 1)
    except OSError:
        return None


def _text(source: Source, content: Callable[[str], bytes | None]) -> str | Unknowable | None:
    """The text of a manifest that may deploy something or be referred to; what may hold a pod is told by the judge."""
    held = content(source.file) if source.held is None else source.held
    if held is None:
        return None
    place = Location(SourceFile(source.path, ""), Span(0, 0), Precision.FILE)
    raw = as_utf8(held)
    if len(raw) > FILE_BYTES:
        reason = f"larger than {FILE_BYTES // 2**20} MiB: what it deploys is not read"
        return Unknowable(reason, place) if is_named_to_deploy(source.file) or is_written_as_release(raw) else None
    if not (may_deploy(source.file, raw) or may_be_referred_to(raw)):
        return None
    if source.in_chart and b"{{" in raw and is_a_charts_own(source.file):
        return None  # a template: the chart makes the release
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        reason = f"a release that cannot be read: neither UTF-8 nor UTF-16: {error.reason} at byte {error.start}"
        deploys = is_named_to_deploy(source.file) or is_written_as_release(raw)
        return Unknowable(reason, place, "HPC001") if deploys and not may_hold_pods(raw) else None
