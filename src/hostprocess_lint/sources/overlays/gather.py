"""The walk through everything that a build of one overlay reads, before any engine starts."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from ...documents.nodes import MappingNode, Node, ScalarNode, Unreadable
from ...limits import KUSTOMIZATIONS_DEEP
from ...location import Route
from .bounds import TOO_LARGE, Bounds
from .charts import chart_entries, files_of_plugin, local_chart, named_values_files
from .closure import Closure, ClosureFile, FailedEntry, Inflation, LeftOut
from .encrypted import encryption_of
from .kustomization import (
    Kustomization,
    Lack,
    RefusedError,
    as_text,
    kustomization_files,
    read_bytes,
    read_kustomization,
)
from .nodes import edited, is_key, string
from .plugins import files_named, only_lists, plugin_references
from .references import Reference, Role, chart_fields, is_inline, listed_entries, references, validator_fields
from .yamltext import compose_all

_MISSING = "add it, or take the line out; what is made before a build cannot be judged here"
_ENCRYPTED = "scan where it is decrypted, or accept this with a reason under `ignore` in the configuration"

# A file may be used in several ways; it keeps the one that matters most for how it is copied and marked.
_WEIGHT = {Role.PATCH: 1, Role.RESOURCE: 2, Role.PLUGIN: 3}


def gather(
    directory: Path,
    root: Path,
    top: Kustomization | None = None,
    faults: tuple[FailedEntry, ...] = (),
    charts: Path | None = None,
) -> Closure:
    """Walks the overlay, and leaves out what must not, or cannot, be built safely, and `faults`.

    With `top` it begins with that kustomization, which is in no file of the repository, at its path. In
    `charts` those are looked for that were pulled. Raises `RefusedError` where nothing is left to build.
    """
    start = top.path.parent if top else Path(os.path.realpath(directory))
    walk = _Walk(Closure(start, Path(os.path.realpath(root))), top, faults, charts)
    walk.enter(walk.bounds.inside(start, "."), ())
    return walk.closure


class _Walk:
    """The closure so far, its size, and the directories whose references have all been followed."""

    def __init__(
        self, closure: Closure, top: Kustomization | None, faults: tuple[FailedEntry, ...], charts: Path | None
    ) -> None:
        self.closure = closure
        self.bounds = Bounds(closure)
        self.charts = charts
        self.top = top
        self.faults = {(fault.path, fault.start): fault.reason for fault in faults}
        self.walked: set[Path] = set()

    def enter(self, directory: Path, above: tuple[Path, ...]) -> None:
        """Walks one kustomization's directory; `above` are those that led to it."""
        # The engine refuses these as cycles too: a base may not be, or contain, a directory that leads to it.
        if any(ancestor.is_relative_to(directory) for ancestor in above):
            raise RefusedError(
                f"cycle: {self.bounds.shown(above[-1])} builds on {self.bounds.shown(directory)}, which leads to it"
            )
        if len(above) >= KUSTOMIZATIONS_DEEP:
            raise RefusedError(f"kustomizations are nested deeper than {KUSTOMIZATIONS_DEEP} levels")
        if directory in self.walked:
            return  # otherwise bases that share bases take exponential time
        written = self.open(directory)
        changes: dict[int, Node | None] = {}
        for entry in listed_entries(written.tree) if self.faults else ():
            if (written.path, entry.start) in self.faults:
                changes[id(entry)] = None
                self.leave_out(written, entry, self.faults[written.path, entry.start])
        self.inflate(written, changes)
        changes.update((id(said), None) for said in validator_fields(written.tree))
        for reference in references(edited(written.tree, changes) or written.tree):
            try:
                found = self.follow(self.spelled(reference, directory, changes), (*above, directory), reference)
            except RefusedError as error:
                if error.rule == TOO_LARGE:
                    raise
                found = False
                self.leave_out(written, reference.node, error)
            if not found:
                changes[id(reference.entry)] = None
        tree = edited(written.tree, changes)
        if isinstance(tree, MappingNode) and tree is not written.tree:
            self.closure.kustomizations[directory] = replace(written, tree=_not_empty(tree))
        self.walked.add(directory)

    def inflate(self, written: Kustomization, changes: dict[int, Node | None]) -> None:
        """Takes what is said of charts out of a kustomization: the engine gets what they are rendered to."""
        for each in chart_entries(written.tree):
            if id(each.written) in changes:
                continue
            entry = each.node
            try:
                chart = local_chart(written, entry, self.bounds.inside, self.charts)
                files = self.values_files(written, entry)
                found = Inflation(written, each.number, entry, chart, files, each.listed, each.older)
                self.closure.inflations.append(found)
            except RefusedError as error:
                self.leave_out(written, entry, error)
        changes.update((id(said), None) for said in chart_fields(written.tree))

    def values_files(self, written: Kustomization, entry: Node) -> tuple[tuple[Route, Path], ...]:
        found: list[tuple[Route, Path]] = []
        for route, scalar in named_values_files(entry):
            path = self.bounds.inside(written.path.parent / scalar.value, scalar.value)
            if path.is_file():
                found.append((route, path))
            else:
                self.leave_out(written, scalar, _absent(scalar.value))
        return tuple(found)

    def leave_out(self, kustomization: Kustomization, node: Node, reason: RefusedError) -> None:
        self.closure.left_out.append(LeftOut(kustomization, node, reason))

    def spelled(self, reference: Reference, directory: Path, changes: dict[int, Node | None]) -> Reference:
        """The reference with `/` for the separators of Windows, where only that is a path."""
        text = reference.text.replace("\\", "/")
        if text == reference.text or is_inline(reference) or not _exists(directory / text):
            return reference
        if _exists(directory / reference.text):
            return reference
        node = reference.node
        changes[id(node)] = ScalarNode(node.value.replace("\\", "/"), '"', node.start, node.end)
        return replace(reference, text=text)

    def open(self, directory: Path) -> Kustomization:
        is_top = self.top is not None and directory == self.top.path.parent
        kustomization = self.top if self.top and is_top else self.read(directory)
        self.closure.kustomizations[directory] = kustomization
        self.bounds.count(len(kustomization.text))
        return kustomization

    def read(self, directory: Path) -> Kustomization:
        found = kustomization_files(directory)
        if len(found) != 1:
            what = "no kustomization file" if not found else "several kustomization files"
            raise RefusedError(f"{what} in {self.bounds.shown(directory)}")
        return read_kustomization(self.bounds.inside(found[0], found[0].name))

    def follow(self, reference: Reference, above: tuple[Path, ...], listed: Reference) -> bool:
        """Takes what one reference leads to; `listed` is the kustomization's own reference that led here.

        False means that it does without, and that this is nobody's concern.
        """
        directory = above[-1]
        if is_inline(reference):
            if reference.role is Role.PLUGIN:
                self.check_plugins(reference.text, above, listed)
            return True
        path = self.bounds.resolve(reference, directory)
        if path.is_dir():
            if reference.role is Role.PLUGIN:
                self.enter_plugins(path, above, listed)
            if reference.role in (Role.RESOURCE, Role.COMPONENT):
                self.enter(path, above)
        elif path.is_file():
            self.take(path, reference, above, listed)
        elif reference.role is Role.SECRET:
            return False  # which is where secrets belong: not in a repository
        else:
            raise _absent(reference.text)
        self.closure.uses.setdefault(directory, []).append((reference.role, path))
        return True

    def enter_plugins(self, directory: Path, above: tuple[Path, ...], listed: Reference) -> None:
        """Takes the configuration of plugins that a kustomization lists, with names as from that which uses them."""
        self.enter(directory, above)
        files = [path for _, path in self.closure.uses.get(directory, ())]
        if not only_lists(self.closure.kustomizations[directory].tree) or not self.closure.members.keys() >= set(files):
            raise RefusedError(
                f"{self.bounds.shown(directory)} computes the configuration of plugins, which is not supported"
            )
        contents = {path: self.closure.members[path].content for path in files}
        for path, content in contents.items():
            self.check_plugins(as_text(content, path.name), above, listed)
        self.closure.members.update((path, ClosureFile(Role.PLUGIN, each)) for path, each in contents.items())

    def take(self, path: Path, reference: Reference, above: tuple[Path, ...], listed: Reference) -> None:
        known = self.closure.members.get(path)
        content = known.content if known else read_bytes(path)
        if reference.role in (Role.RESOURCE, Role.PATCH):
            encryption = encryption_of(content)
            if encryption:
                raise RefusedError(f"{reference.text[:200]!r} is {encryption}", hint=_ENCRYPTED)
        if known is None:
            self.bounds.count(len(content))
        if known is None or _WEIGHT.get(reference.role, 0) > _WEIGHT.get(known.role, 0):
            self.closure.members[path] = ClosureFile(reference.role, content)
        if reference.role is Role.PATCH:
            self.closure.listed.setdefault(path, (self.closure.kustomizations[above[-1]], listed))
        elif reference.role is Role.PLUGIN:
            self.check_plugins(as_text(content, path.name), above, listed)

    def check_plugins(self, text: str, above: tuple[Path, ...], listed: Reference) -> None:
        try:
            plugins = compose_all(text)
        except Unreadable as error:
            raise RefusedError(f"a plugin's configuration is not readable: {error}") from None
        for plugin in plugins:
            # It is left out, and so is the chart that it names.
            if string(plugin, "kind") == "HelmChartInflationGenerator":
                self.bounds.leave_pods_out(files_of_plugin(plugin, above[-1], self.closure.root))
            for reference in self.references_of(plugin, above[-1]):
                self.follow(reference, above, listed)

    def references_of(self, plugin: Node, directory: Path) -> list[Reference]:
        try:
            return list(plugin_references(plugin))
        except RefusedError as error:
            # What it would make is unknown: it could be what the files say that it is told of.
            if error.lack is Lack.MADE:
                self.bounds.leave_pods_out(files_named(plugin, directory, self.closure.root))
            raise


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name that no system takes
        return False


def _not_empty(tree: MappingNode) -> MappingNode:
    """With a field that changes nothing: the engine builds nothing from a kustomization that has none."""
    if any(is_key(key, "metadata") for key, _ in tree.pairs):
        return tree
    note = MappingNode([(ScalarNode("hostprocess-lint", '"', 0, 0), ScalarNode("left out", '"', 0, 0))], 0, 0)
    metadata = MappingNode([(ScalarNode("annotations", '"', 0, 0), note)], 0, 0)
    return MappingNode([*tree.pairs, (ScalarNode("metadata", '"', 0, 0), metadata)], tree.start, tree.end)


def _absent(name: str) -> RefusedError:
    return RefusedError(f"{name[:200]!r} is not there", hint=_MISSING, lack=Lack.ABSENT)
