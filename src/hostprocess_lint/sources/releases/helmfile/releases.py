"""The releases of some helmfiles: in each environment, and through the helmfiles that they name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from ....location import Location, Precision, Span
from ....pods.view import View
from ....sourcefile import SourceFile
from ...layering import layered
from ..filled import Expand
from ..guarded import guarded
from ..kustomized import written_changes
from ..objects import text
from ..release import Release, Unknowable
from ..repository import Repository
from .entry import WrittenRelease, written_releases
from .files import TEMPLATE, helmfile, named_paths, names_a_remote
from .load import entry_values, load
from .release import helmfile_release
from .state import Allowance, Said, State

DEFAULT = "default"
_MOST_ENVIRONMENTS = 50
_MOST_FILES = 500
_DEEPEST = 10
_SUFFIXES = (".yaml", ".yml", f".yaml{TEMPLATE}", f".yml{TEMPLATE}")


def helmfile_releases(
    files: dict[Path, SourceFile], repository: Repository, expand: Expand
) -> Iterator[Release | Unknowable]:
    """What some helmfiles deploy, by their real paths: one that another names is read as that has it."""
    allowance = Allowance()
    found = {path: _Helmfile(path, file, repository, expand, allowance) for path, file in files.items()}
    made: dict[Path, list[Release | Unknowable]] = {}
    below: set[Path] = set()
    for path in sorted(found, key=lambda each: len(each.parts)):  # what names others lies above them, mostly
        if path not in below:
            place = Location(files[path], Span(*files[path].line_span(1)), Precision.FILE)
            made[path] = list(guarded(found[path].releases, place))
            below |= found[path].below
    for path in found:
        if path in made and (path not in below or path in found[path].below):
            yield from made[path]


class _Helmfile:
    """One helmfile, and the real paths of those `below` it."""

    def __init__(
        self, path: Path, file: SourceFile, repository: Repository, expand: Expand, allowance: Allowance
    ) -> None:
        self.path = path
        self.file = file
        self.repository = repository
        self.expand = expand
        self.allowance = allowance
        self.below: set[Path] = set()
        self.count = 0

    def releases(self) -> Iterator[Release | Unknowable]:
        """Releases of all environments; what several have alike is one."""
        alike: dict[tuple[object, ...], list[tuple[str, Release]]] = {}
        said: dict[tuple[object, ...], Unknowable] = {}
        first = self._in(DEFAULT)
        names = list(dict.fromkeys(name for each in first[0].said.get("environments", ()) for name in each.view.data))
        if len(names) > _MOST_ENVIRONMENTS:
            yield self._too_much(f"more than {_MOST_ENVIRONMENTS} environments: the rest is not judged")
        for name in names[:_MOST_ENVIRONMENTS] or [DEFAULT]:
            _, found = first if name == DEFAULT else self._in(name)
            for each in found:
                if isinstance(each, Unknowable):
                    said.setdefault((each.reason, each.location.key), each)
                else:
                    alike.setdefault(_content(each), []).append((name, each))
        if self.allowance.left <= 0:
            yield self._too_much("the helmfiles read more than can be looked at: the rest is not judged")
        yield from said.values()
        for group in alike.values():
            yield _titled(group, names)

    def _too_much(self, reason: str) -> Unknowable:
        return Unknowable(reason, Location(self.file, Span(*self.file.line_span(1)), Precision.LINE), "HPC005")

    def _in(self, environment: str) -> tuple[State, list[Release | Unknowable]]:
        self.count = 0
        state = State(self.path.parent, environment, self.repository, self.expand, allowance=self.allowance)
        try:
            self.allowance.spend(self.file.text)
        except ValueError:  # told for the helmfile
            return state, []
        return state, list(self._of(self.file, state, (self.path,)))

    def _of(self, file: SourceFile, state: State, above: tuple[Path, ...]) -> Iterator[Release | Unknowable]:
        load(file, state)
        for said in state.items("helmfiles"):
            yield from self._below(said, state, above)
        for entry in written_releases(state):
            found = helmfile_release(entry, state) if _is_selected(entry, state) else None
            if found is not None:
                yield found
        yield from state.unknown

    def _below(self, said: Said, state: State, above: tuple[Path, ...]) -> Iterator[Release | Unknowable]:
        """The releases of the helmfiles that an entry of `helmfiles` names."""
        name = text(said.view.data.get("path")) if isinstance(said.value, dict) else text(said.value)
        paths = [file for path in named_paths(name, state, said.location) for file in _files(path, self.repository)]
        if not paths:
            where = "lies elsewhere" if names_a_remote(name) else "is not in this repository"
            state.not_known(f"the helmfile `{name}` {where}", said.location)
        for path in paths:
            self.below.add(path)
            self.count += 1
            if path in above or len(above) >= _DEEPEST or self.count > _MOST_FILES:
                state.not_known(f"the helmfile `{name}`, which goes in a circle or too far", said.location)
                continue
            file = helmfile(path, state, said.location)
            if file is not None:
                yield from self._of(file, self._inner(said, state, path), (*above, path))

    def _inner(self, said: Said, state: State, path: Path) -> State:
        """The state that a helmfile below begins with: what the entry gives, and what it says is inherited."""
        given: dict[str, Any] = {}
        for index, value in enumerate(said.view.listed("values")):
            given = layered(given, entry_values(Said(value, said.text, (*said.route, "values", index)), state, None))
        selectors = tuple(text(each) for each in said.view.listed("selectors"))
        if said.view.data.get("selectorsInherited") is True:
            selectors = state.selectors
        inner = State(
            path.parent, state.environment, self.repository, self.expand, given, selectors, allowance=self.allowance
        )
        inner.read.update(state.read)
        for field in said.view.listed("inherits"):
            if field == "environments":
                inner.values, inner.defaults = state.values, state.defaults
            elif field in state.said:
                inner.said[field] = list(state.said[field])
        return inner


def _files(path: Path, repository: Repository) -> list[Path]:
    """The helmfile of a path, by its real path: itself, that of a directory, or all that lie in one."""
    if path.is_file():
        return [path]
    try:
        names = sorted(name for name in os.listdir(path) if name.endswith(_SUFFIXES))
    except OSError:  # gone, or not ours to read: then it is none
        return []
    own = [f"helmfile{suffix}" for suffix in _SUFFIXES if f"helmfile{suffix}" in names]
    found = (repository.path(name, path) for name in own[:1] or names)
    return [each for each in found if each is not None and each.is_file()]


def _is_selected(entry: WrittenRelease, state: State) -> bool:
    """Whether a release has the labels of one of the selectors, `a=b,c!=d`; its names count as labels."""
    labels = {"name": entry.text("name"), "namespace": entry.text("namespace"), **entry.labels}
    common = View(state.one("commonLabels"), ()).data
    labels |= {name: text(value) for name, value in common.items()} | {"chart": entry.text("chart").rpartition("/")[2]}
    return not state.selectors or any(_matches(each, labels) for each in state.selectors)


def _matches(selector: str, labels: dict[str, str]) -> bool:
    for each in selector.split(","):
        name, differs, value = each.partition("!=") if "!=" in each else each.partition("=")
        if (labels.get(name) == value) is (differs == "!="):
            return False
    return True


def _content(release: Release) -> tuple[object, ...]:
    """What makes two releases the same deployment, the environment aside."""
    place, versions = release.location.key, (release.kubernetes_version, release.api_versions)
    goes = (release.name, release.namespace, release.forced, release.cluster)
    return (*goes, release.deploys, place, release.handed, versions, written_changes(release))


def _titled(group: list[tuple[str, Release]], names: list[str]) -> Release:
    """One release for the environments that have it alike, named after them where they are not all."""
    environments = [name for name, _ in group]
    release = group[0][1]
    if len(environments) < len(names):
        release = replace(release, title=f"{release.title} ({', '.join(environments)})")
    return replace(release, environment=", ".join(environments)) if names else release
