"""The overlays of a Fleet bundle of manifests: files in the place of others, and patches of them.

Which files are meant, and what a patch is put to, is that of fleet's internal/helmdeployer/render (`patchContent` and
`isPatchFile` in patch, `manifests` in helm.go): a patch belongs to the file of its name, whatever object is in it, and
is a list of operations or merged into it.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from ....documents.document import Document
from ....documents.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ....documents.stream import Broken, documents
from ....finding import Resource
from ....limits import GIVEN_ENTRIES
from ....location import Location, Precision, Route
from ....pods.objects import Object
from ....pods.view import View
from ....sourcefile import SourceFile
from ...landmarks import CHART, MANIFEST_SUFFIXES
from ...overlays.nodes import child, string, with_entry
from ...paths import display
from ..firstlook import FLEETS
from ..objects import ObjectInFile, text
from ..patterns import TOO_MUCH, matching
from ..release import Customized, KustomizedField, Unknowable
from ..repository import text_of
from .bundle import Bundle

_OVERLAYS = "overlays"
_PATCH = "_patch."


def overlaid(bundle: Bundle, views: tuple[View, ...]) -> tuple[Customized | None, tuple[Unknowable, ...]]:
    """The bundle's manifests with those of its overlays, and what of them nobody knows here."""
    names = [
        (text(name), (*view.route, "yaml", "overlays", index))
        for view in views
        for index, name in enumerate(view.listed("yaml", "overlays"))
    ]
    if not names or bundle.directory is None:
        return None, ()
    overlays = _Overlays(bundle, bundle.directory)
    for number, (name, route) in enumerate(names):
        if number == GIVEN_ENTRIES or len(overlays.patches) > GIVEN_ENTRIES:
            overlays.unknown.append(Unknowable(TOO_MUCH, bundle.at(route), "HPC005"))
            break
        overlays.add(name, route)
    resources = tuple(sorted(path for path in overlays.files.values() if _is_manifest(path)))
    replaced = tuple(overlays.replaced)
    return Customized(tuple(overlays.patches), resources=resources, replaced=replaced), tuple(overlays.unknown)


@dataclass
class _Overlays:
    """The files of a bundle by their names in it, those that others have taken the place of, and the patches."""

    bundle: Bundle
    directory: Path
    files: dict[str, Path] = field(default_factory=dict)
    replaced: list[Path] = field(default_factory=list)
    patches: list[KustomizedField] = field(default_factory=list)
    unknown: list[Unknowable] = field(default_factory=list)
    inside: dict[Path, list[Path]] = field(default_factory=dict)
    """What each folder of an overlay holds: several targets may name the same."""

    def __post_init__(self) -> None:
        for path in self._listed(self.directory):
            inner = path.relative_to(self.directory)
            if inner.parts[0] != _OVERLAYS and not self._is_of_another(inner):
                self.files[str(inner)] = path

    def add(self, name: str, route: Route) -> None:
        """What one overlay says comes over what those before it do."""
        folder = self.bundle.repository.path(f"{_OVERLAYS}/{name}", self.directory)
        if folder is None or not folder.is_dir() or not folder.is_relative_to(self.directory):
            self.unknown.append(self.bundle.not_known(f"the overlay `{name}` is not in the bundle", route))
            return
        if folder not in self.inside:
            self.inside[folder] = self._listed(folder)
        own = {str(path.relative_to(folder)): path for path in self.inside[folder]}
        whole = {inner: path for inner, path in own.items() if _PATCH not in path.name}
        self.replaced += (self.files[inner] for inner in whole if inner in self.files)
        self.files |= whole
        for inner, path in own.items():
            if _PATCH in path.name:
                self._patch(os.path.join(os.path.dirname(inner), path.name.replace(_PATCH, ".", 1)), path, route)

    def _patch(self, target: str, path: Path, route: Route) -> None:
        """An entry of `patches`, as the patch itself where that names no object, else where the overlay is named."""
        patch = _first(path)
        if target not in self.files:
            reason = f"the patch `{path.name}` has no file `{target}` to patch"
            self.unknown.append(self.bundle.not_known(reason, route, "HPC002"))
        elif isinstance(patch, Broken):
            where = Location(SourceFile(display(str(path)), patch.text.text), patch.span, Precision.LINE)
            self.unknown.append(Unknowable(f"a patch that cannot be read: {patch.reason}", where, "HPC001"))
        elif patch is not None and (identity := _identity(self.files[target])) is not None:
            self.patches.append(_of_file(self.bundle, route, path, identity, patch))

    def _listed(self, folder: Path) -> list[Path]:
        found: list[Path] = []
        for suffix in MANIFEST_SUFFIXES:
            matches = matching(f"**/*{suffix}", folder)
            if not matches.is_all:
                self.unknown.append(Unknowable(TOO_MUCH, self.bundle.at(("yaml",)), "HPC005"))
            steps = ((path, path.relative_to(folder).parts) for path in matches.paths)
            found += (path for path, parts in steps if not any(step.startswith(".") for step in parts))
        return sorted(path for path in found if path.name not in FLEETS)

    def _is_of_another(self, inner: Path) -> bool:
        """Whether a file is in another bundle or a chart below this one."""
        above = [self.directory / each for each in inner.parents if each != Path(".")]
        return any((each / name).is_file() for each in above for name in (*FLEETS, CHART))


def _first(path: Path) -> Document | Broken | None:
    """The first document of a file, which is the only one that Fleet reads of a patch and of what it is put to."""
    content = text_of(path)
    return next(iter(documents(SourceFile(display(str(path)), content))), None) if content is not None else None


def _is_manifest(path: Path) -> bool:
    """Whether a file has an object, or cannot be read: then the build says so."""
    content = text_of(path)
    read = documents(SourceFile("", content)) if content is not None else ()
    return content is None or any(
        isinstance(each, Broken) or {"apiVersion", "kind"} <= View(each.data, ()).data.keys() for each in read
    )


def _identity(path: Path) -> dict[str, str] | None:
    """What a selector of Kustomize knows the object of a file by; nothing where there is none."""
    found = _first(path)
    view = View(found.data if isinstance(found, Document) else None, ())
    group, _, version = (view.text("apiVersion") or "").rpartition("/")
    named = {
        "group": group,
        "version": version,
        "kind": view.text("kind") or "",
        "name": view.text("metadata", "name") or "",
        "namespace": view.text("metadata", "namespace") or "",
    }
    return {key: value for key, value in named.items() if value} if named["kind"] and named["name"] else None


def _of_file(bundle: Bundle, route: Route, path: Path, identity: dict[str, str], patch: Document) -> KustomizedField:
    """A field `patches` with one entry, of a file that Kustomize can read or of what is in it."""
    is_named = bool(string(patch.root, "kind") and string(patch.root, "metadata", "name"))
    if is_named or isinstance(patch.root, SequenceNode):
        found, (start, end) = _owner(bundle.file, bundle.document), bundle.document.span(route)
        name: Node = ScalarNode(os.path.relpath(path, bundle.directory), '"', start, end)
        written = ("path", name)
    else:
        file = SourceFile(display(str(path)), patch.text.text)
        found, (start, end) = _owner(file, patch), (patch.root.start, patch.root.end)
        written = ("patch", _named(patch.root, identity))
    selector = {key: re.escape(value) for key, value in identity.items()}
    entry = _mapping([written, ("target", _made(selector, start, end))], start, end)
    return KustomizedField("patches", found, SequenceNode([entry], start, end))


def _named(patch: Node, identity: dict[str, str]) -> Node:
    """A patch with what Kustomize wants to know it by, whomever it is put to."""
    if not isinstance(patch, MappingNode):
        return patch
    start = end = patch.start
    metadata = child(patch, "metadata")
    inner = metadata if isinstance(metadata, MappingNode) else MappingNode([], start, end)
    inner = with_entry(inner, ScalarNode("name", '"', start, end), ScalarNode(identity["name"], '"', start, end))
    group = f"{identity['group']}/" if "group" in identity else ""
    result = with_entry(patch, ScalarNode("metadata", '"', start, end), inner)
    for key, value in (("apiVersion", group + identity["version"]), ("kind", identity["kind"])):
        result = with_entry(result, ScalarNode(key, '"', start, end), ScalarNode(value, '"', start, end))
    return result


def _made(data: dict[str, str], start: int, end: int) -> MappingNode:
    return _mapping([(key, ScalarNode(value, '"', start, end)) for key, value in data.items()], start, end)


def _mapping(pairs: list[tuple[str, Node]], start: int, end: int) -> MappingNode:
    return MappingNode([(ScalarNode(key, '"', start, end), value) for key, value in pairs], start, end)


def _owner(file: SourceFile, document: Document) -> ObjectInFile:
    return ObjectInFile(file, document, Object(View(document.data, ()).data, (), Resource("", "", None, "")))
