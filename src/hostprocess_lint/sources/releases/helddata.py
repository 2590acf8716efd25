"""What ConfigMaps and Secrets hold that releases refer to, and where each entry is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ...location import Location, Part, Route
from ...pods.embedded import text_in_base64
from ...pods.view import View
from .objects import ObjectInFile, Objects, text
from .places import AtEntry, ValueLocator, one_document

REFERENCES = {"configMapKeyRef": "ConfigMap", "secretKeyRef": "Secret"}
"""The fields that refer to an entry, and the kind of the object that holds it."""

_ENCRYPTED = "ENC["


class HeldText(NamedTuple):
    """One entry: its text, the place of the values that are YAML in it, and that of the entry in an object, `title`."""

    title: str
    text: str
    place: ValueLocator
    entry: AtEntry


@dataclass(frozen=True, slots=True)
class Held:
    """A ConfigMap or a Secret that is written in the repository."""

    found: ObjectInFile

    @property
    def title(self) -> str:
        return self.found.title

    def has(self, key: str) -> bool:
        """Whether something is written under a key, be it encrypted."""
        return any(key in View(self.found.view.data.get(field), ()).data for field in ("data", "stringData"))

    def lacks(self, key: str) -> str:
        """Why `get` has no text for a key."""
        written = [View(self.found.view.data.get(field), ()).data.get(key) for field in ("data", "stringData")]
        return "is encrypted" if any(text(value).startswith(_ENCRYPTED) for value in written) else "has no such key"

    def get(self, key: str) -> HeldText | None:
        """The text of an entry; None where there is none, or where it is encrypted."""
        plain, data = ("stringData", "data") if self.found.kind == "Secret" else ("data", "")
        for field in (plain, data):
            value = View(self.found.view.data.get(field), ()).data.get(key)
            if value is None or isinstance(value, (dict, list)) or text(value).startswith(_ENCRYPTED):
                continue
            route = (*self.found.view.route, field, key)
            entry = self.found.entry(route)
            if field == plain:
                return HeldText(self.title, text(value), self.found.string(route), entry)
            content = text_in_base64(text(value))
            return HeldText(self.title, content, _InDecoded(entry, content), entry) if content is not None else None
        return None

    def all(self) -> Iterator[tuple[str, HeldText | None]]:
        """Every entry."""
        for field in ("data", "stringData"):
            for key in View(self.found.view.data.get(field), ()).data:
                yield key, self.get(key)


@dataclass(frozen=True, slots=True)
class _InDecoded:
    """Values that are YAML in base64: the entry, or in the file that a generator has read them from."""

    entry: AtEntry
    text: str

    def locate(self, route: Route, part: Part) -> Location | None:
        written = self.entry.locate((), Part.VALUE)
        inner = one_document(self.text)
        if inner is None or inner.entry(route) is None:
            return None
        if written.file.text != self.text:
            return self.entry.locate((), Part.PAIR)
        return Location(written.file, inner.span(route, part))


def held(objects: Objects, kind: str, namespace: str | None, name: str) -> Held | None:
    """The object that a reference means, if it is one of these and in the scan."""
    found = objects.named(kind, namespace, name) if kind in ("ConfigMap", "Secret") else None
    return Held(found) if found else None


def entry_of(objects: Objects, kind: str, namespace: str | None, name: str, key: str) -> HeldText | str:
    """The entry that a reference means, or why it is not known, as a sentence about it ends."""
    known = held(objects, kind, namespace, name)
    if known is None:
        return "is not in the scan"
    return known.get(key) or known.lacks(key)
