"""The `git` generator of an ApplicationSet, whose elements are directories or files of the repository (git.go)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from ....documents.document import Document
from ....documents.firstlook import as_utf8
from ....documents.stream import documents
from ....limits import FILE_BYTES
from ....location import Location, Precision
from ....pods.view import View
from ....sourcefile import SourceFile
from ...paths import display
from ..objects import ObjectInFile, text
from ..patterns import TOO_MUCH, Matches, in_git, matching, of_each
from ..places import InDocument, ValueLocator
from ..release import Unknowable
from ..repository import Repository
from .elements import Element, Fill, normalized

_MOST_LOOKED_AT = 2_000_000
"""How many entries of directories the patterns of one ApplicationSet go through."""


class GitGenerator:
    """The `git` generators of one ApplicationSet; with `is_go` parameters keep their shape, else they are flat."""

    def __init__(self, found: ObjectInFile, repository: Repository, is_go: bool, fill: Fill) -> None:
        self.found = found
        self.repository = repository
        self.is_go = is_go
        self.fill = fill
        self._known: dict[tuple[str, bool], Matches] = {}
        self._looked_at = 0

    def elements(self, generator: View) -> Iterator[Element | Unknowable]:
        """One for each directory or, where no directories are asked for, for each file or item of a list in it."""
        yield from self._directories(generator) if generator.data.get("directories") else self._files(generator)

    def _directories(self, generator: View) -> Iterator[Element | Unknowable]:
        wanted: dict[Path, None] = {}
        unwanted: set[Path] = set()
        for each, found in of_each(generator.items("directories"), self._meant_directories):
            yield from self._unless_all(found, each)
            if each.data.get("exclude") is True:
                unwanted.update(found.paths)
            else:
                wanted.update(dict.fromkeys(found.paths))
        for path in sorted(path for path in wanted if path not in unwanted):
            steps = path.relative_to(self.repository.root)
            if not any(step.startswith(".") for step in steps.parts):  # hidden ones are no directories to Argo CD
                yield from self._with_values(generator, self._path_parameters(generator, steps), ())

    def _files(self, generator: View) -> Iterator[Element | Unknowable]:
        wanted: dict[Path, View] = {}
        for each, found in of_each(generator.items("files"), self._meant_files):
            yield from self._unless_all(found, each)
            for path in found.paths:
                if each.data.get("exclude") is True:
                    wanted.pop(path, None)
                else:
                    wanted.setdefault(path, each)
        for path in sorted(wanted):
            yield from self._of_file(path, wanted[path], generator)

    def _meant_directories(self, entry: View) -> Matches:
        return self._meant(text(entry.data.get("path")), partial(matching, directories=True, deep=False))

    def _meant_files(self, entry: View) -> Matches:
        return self._meant(text(entry.data.get("path")), in_git)

    def _meant(self, pattern: str, find: Callable[[str, Path], Matches]) -> Matches:
        """What a pattern means, looked for once: in a matrix each outer element asks."""
        key = pattern, find is in_git
        if key not in self._known:
            if self._looked_at > _MOST_LOOKED_AT:
                return Matches([], is_all=False)
            self._known[key] = find(pattern, self.repository.root)
            self._looked_at += self._known[key].looked_at
        return self._known[key]

    def _unless_all(self, found: Matches, entry: View) -> Iterator[Unknowable]:
        if not found.is_all:
            yield Unknowable(TOO_MUCH, self.found.at(entry.route), "HPC005")

    def _of_file(self, path: Path, entry: View, generator: View) -> Iterator[Element | Unknowable]:
        try:
            with path.open("rb") as stream:
                raw = stream.read(FILE_BYTES + 1)
            if len(raw) > FILE_BYTES:
                raise ValueError(f"larger than {FILE_BYTES // 2**20} MiB")
            content = as_utf8(raw).decode("utf-8-sig")
        except (OSError, ValueError) as error:
            yield Unknowable(f"`{path.name}` cannot be read: {error}", self.found.at(entry.route), "HPC001")
            return
        file = SourceFile(display(str(path)), content)
        steps = path.relative_to(self.repository.root)
        known = self._path_parameters(generator, steps.parent, path.name)
        read = list(documents(file))
        if not read:  # an empty file may be all that somebody wants to say
            yield from self._with_values(generator, known, ())
        for document in read:
            if not isinstance(document, Document):
                place = Location(file, document.span, Precision.LINE)
                yield Unknowable(f"`{path.name}` cannot be read: {document.reason}", place, "HPC001")
                continue
            is_list = isinstance(document.data, list)
            listed: list[Any] = document.data if isinstance(document.data, list) else [document.data]
            for index, item in enumerate(listed):
                if isinstance(item, dict):
                    place_of = InDocument(file, document, (index,) if is_list else ())
                    yield from self._with_values(generator, {**item, **known}, (place_of,))

    def _with_values(
        self, generator: View, parameters: dict[str, Any], places: tuple[ValueLocator, ...]
    ) -> Iterator[Element | Unknowable]:
        """With the generator's own `values`, which may be templates of the other parameters."""
        values = generator.data.get("values")
        if not isinstance(values, dict) or not values:
            yield Element(parameters, places)
            return
        try:
            own = {key: self.fill(text(value), parameters) for key, value in values.items()}
        except ValueError as error:
            at = self.found.at((*generator.route, "values"))
            yield Unknowable(f"`values` that cannot be filled in: {error}", at, "HPC002")
            return
        held = parameters.get("values") if not self.is_go else None
        merged = {**held, **own} if isinstance(held, dict) else own
        yield Element({**parameters, "values": merged}, (self.found.mapping(generator.route), *places))

    def _path_parameters(self, generator: View, path: Path, filename: str = "") -> dict[str, Any]:
        shown = path.as_posix()
        about: dict[str, Any] = {"basename": path.name or ".", "basenameNormalized": normalized(path.name)}
        if filename:
            about |= {"filename": filename, "filenameNormalized": normalized(filename)}
        prefix = text(generator.data.get("pathParamPrefix"))
        if self.is_go:
            found: dict[str, Any] = {"path": {"path": shown, **about, "segments": shown.split("/")}}
            return {prefix: found} if prefix else found
        name = f"{prefix}.path" if prefix else "path"
        numbered = {f"{name}[{index}]": segment for index, segment in enumerate(shown.split("/"))}
        return {name: shown, **{f"{name}.{key}": value for key, value in about.items()}, **numbered}
