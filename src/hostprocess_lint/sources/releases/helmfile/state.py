"""What the documents of a helmfile and of its bases say together, under one environment.

As helmfile reads them (pkg/app/desired_state_file_loader.go, pkg/state/create.go): documents in their order, each one's
bases before it, and values of an environment are known to the documents after it. The lists of a document and its bases
add up (`loadBases`), and take the place of those of the documents before it, as mergo has it `WithOverride`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from ....documents.document import Document
from ....documents.firstlook import as_utf8
from ....documents.stream import Broken, documents
from ....limits import FILE_BYTES, SOURCE_BYTES
from ....location import Location, Route
from ....outcome import OUTSIDE
from ....pods.view import View
from ....sourcefile import SourceFile
from ...layering import layered
from ...paths import display
from ..filled import Expand, Filled, FilledText, fill
from ..objects import text
from ..release import Unknowable
from ..repository import Repository
from .askedfiles import Asking
from .booleans import as_helmfile_reads

Layer = dict[str, list["Said"]]
"""What some documents say of each key, earlier ones first."""


class Said(NamedTuple):
    """A value of a helmfile, and where it is written."""

    value: Any
    text: FilledText
    route: Route

    @property
    def view(self) -> View:
        return View(self.value, self.route)

    @property
    def location(self) -> Location:
        return self.text.at(self.route)


@dataclass
class Allowance:
    """How many characters the helmfiles of a repository are read for, each time that one reads a file.

    `parsed` are the documents of the files so far: each is parsed once, however many environments read it.
    """

    left: int = SOURCE_BYTES
    parsed: dict[str, tuple[Document | Broken, ...]] = field(default_factory=dict)

    def documents(self, file: SourceFile) -> tuple[Document | Broken, ...]:
        """What is written in a file, as helmfile reads it."""
        if file.path not in self.parsed:
            read = (as_helmfile_reads(each) if isinstance(each, Document) else each for each in documents(file))
            self.parsed[file.path] = tuple(read)
        return self.parsed[file.path]

    def spend(self, text: str) -> None:
        """Raises ValueError where nothing is left."""
        if self.left <= 0:
            raise ValueError("the helmfiles read more than can be looked at")
        self.left -= len(text)


class _Merged(NamedTuple):
    """Values of a state, and what they are together: `known`, and without the defaults `own`."""

    parts: tuple[Mapping[str, Any], ...]
    known: dict[str, Any]
    own: dict[str, Any]


@dataclass
class State:
    """A helmfile under an environment, so far as it is read. Paths are relative to `directory`.

    `given` are values that the helmfile around it gives, which win, and `selectors` what it takes of the releases.
    `unknown` is what nobody can know here, and `read` are the files that it was read from, or asked about.
    """

    directory: Path
    environment: str
    repository: Repository
    expand: Expand
    given: Mapping[str, Any] = field(default_factory=dict)
    selectors: tuple[str, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)
    defaults: dict[str, Any] = field(default_factory=dict)
    said: Layer = field(default_factory=dict)
    unknown: list[Unknowable] = field(default_factory=list)
    read: dict[Path, None] = field(default_factory=dict)
    allowance: Allowance = field(default_factory=Allowance)
    _merged: _Merged | None = None

    def items(self, key: str) -> Iterator[Said]:
        """The items of a list, those of earlier documents first."""
        for each in self.said.get(key, ()):
            if isinstance(each.value, list):
                yield from (Said(item, each.text, (*each.route, index)) for index, item in enumerate(each.value))

    def entry(self, key: str, name: str) -> Said | None:
        """What the last document that has a name in a mapping says of it: it takes the place of what others say."""
        for each in reversed(self.said.get(key, ())):
            if isinstance(each.value, dict) and each.value.get(name) is not None:
                return Said(each.value[name], each.text, (*each.route, name))
        return None

    def one(self, key: str) -> Any:
        """A scalar field, of which the last one holds."""
        found = [each.value for each in self.said.get(key, ()) if each.value is not None]
        return found[-1] if found else None

    @property
    def known(self) -> dict[str, Any]:
        """The values of the environment, as templates know them."""
        return self._together.known

    @property
    def _together(self) -> _Merged:
        """What the values are together, merged once for each that is taken."""
        parts = self.defaults, self.values, self.given
        if self._merged is None or any(was is not part for was, part in zip(self._merged.parts, parts, strict=True)):
            known = layered(layered(self.defaults, self.values), self.given)
            self._merged = _Merged(parts, known, layered(self.values, self.given))
        return self._merged

    @property
    def parameters(self) -> dict[str, Any]:
        """What a template of the helmfile is filled in with."""
        known = self.known
        named = {"Name": self.environment, "Values": self._together.own}
        return {"Values": known, "StateValues": known, "Environment": named, "Namespace": text(self.one("namespace"))}

    def fill(self, template: str, parameters: Mapping[str, Any], said: Said) -> str:
        """A template that stands in a helmfile, filled in. Raises ValueError."""
        return self.told(fill(template, parameters, self.asking(self.directory)), said.location).text

    def asking(self, directory: Path) -> Expand:
        """What fills in a template that names files from a directory."""
        return Asking(self.expand, directory, self.repository, lambda path: self.read_text(path).text, self.read)

    def read_text(self, path: Path) -> SourceFile:
        """A file's text. Raises ValueError."""
        self.read[path] = None
        try:
            with path.open("rb") as stream:
                raw = stream.read(FILE_BYTES + 1)
            if len(raw) > FILE_BYTES:
                raise ValueError(f"larger than {FILE_BYTES // 2**20} MiB")
            file = SourceFile(display(str(path)), as_utf8(raw).decode("utf-8-sig"))
            self.allowance.spend(file.text)
            return file
        except (OSError, ValueError) as error:
            raise ValueError(f"`{path.name}` cannot be read: {error}") from None

    def told(self, filled: Filled, location: Location) -> Filled:
        """A text, after it is told what of it nobody knows."""
        for name in filled.unknown:
            self.not_known(f"`{name}`, which nothing here sets", location)
        return filled

    def not_known(self, reason: str, location: Location, rule: str = OUTSIDE) -> None:
        self.unknown.append(Unknowable(reason, location, rule))


def said_by(document: FilledText) -> Layer:
    """What the fields of a document say."""
    return {key: [Said(value, document, (key,))] for key, value in View(document.document.data, ()).data.items()}


def joined_layers(low: Layer, high: Layer) -> Layer:
    """What two documents say together."""
    return {key: [*low.get(key, ()), *high.get(key, ())] for key in (*low, *high)}


def over(low: Layer, high: Layer) -> Layer:
    """The same, where lists of the later one take the place of the others."""
    replaced = {key: found for key, found in high.items() if any(each.value and _is_list(each) for each in found)}
    return {**joined_layers(low, high), **replaced}


def _is_list(said: Said) -> bool:
    return isinstance(said.value, list)
