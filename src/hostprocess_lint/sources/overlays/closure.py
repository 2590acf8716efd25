"""Everything that a build of one overlay reads, gathered before any engine starts, or the reason why none does."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from ...documents.yamlnodes import Unreadable
from ...limits import KUSTOMIZATIONS_DEEP, SOURCE_BYTES, SOURCE_FILES
from .kustomization import (
    Kustomization,
    Reference,
    RefusedError,
    Role,
    decode,
    inflates_charts,
    is_inline,
    is_remote,
    kustomization_files,
    plugin_references,
    read,
    read_bytes,
    references,
)
from .yamltext import compose

# A file may be used in several ways; it keeps the one that matters most for how it is copied and marked.
_WEIGHT = {Role.PATCH: 1, Role.RESOURCE: 2, Role.PLUGIN: 3}


@dataclass(frozen=True, slots=True)
class Member:
    """One file, as it was when the closure was gathered; the build and its provenance see this same text."""

    role: Role
    content: bytes


@dataclass(frozen=True, slots=True)
class Closure:
    """What a build reads; all paths are real ones inside the root, keys in the order of the walk.

    `links` are the symbolic links on the way, `uses` the files and directories that a kustomization's directory leads
    to. `listed` says for a patch which scalar of which kustomization leads to it.
    """

    directory: Path
    root: Path
    kustomizations: dict[Path, Kustomization] = field(default_factory=dict)
    members: dict[Path, Member] = field(default_factory=dict)
    links: dict[Path, Path] = field(default_factory=dict)
    uses: dict[Path, list[tuple[Role, Path]]] = field(default_factory=dict)
    listed: dict[Path, tuple[Kustomization, Reference]] = field(default_factory=dict)

    @property
    def reads_beside(self) -> bool:
        """Whether a kustomization reads a file that is not in or below its directory."""
        read = ((directory, path) for directory, used in self.uses.items() for _, path in used)
        return any(path in self.members and not path.is_relative_to(directory) for directory, path in read)


def gather(directory: Path, root: Path, top: Kustomization | None = None) -> Closure:
    """Walks the overlay; raises `RefusedError` for whatever must not, or cannot, be built safely.

    With `top` it begins with that kustomization, which is in no file of the repository, at its path.
    """
    start = top.path.parent if top else Path(os.path.realpath(directory))
    walk = _Walk(Closure(start, Path(os.path.realpath(root))), top)
    walk.enter(walk.inside(start, "."), ())
    return walk.closure


class _Walk:
    """The closure so far, its size, and the directories whose references have all been followed."""

    def __init__(self, closure: Closure, top: Kustomization | None) -> None:
        self.closure = closure
        self.top = top
        self.total = 0
        self.walked: set[Path] = set()

    def enter(self, directory: Path, above: tuple[Path, ...]) -> None:
        """Walks one kustomization's directory; `above` are those that led to it."""
        # The engine refuses these as cycles too: a base may not be, or contain, a directory that leads to it.
        if any(ancestor.is_relative_to(directory) for ancestor in above):
            raise RefusedError(f"cycle: {self.shown(above[-1])} builds on {self.shown(directory)}, which leads to it")
        if len(above) >= KUSTOMIZATIONS_DEEP:
            raise RefusedError(f"kustomizations are nested deeper than {KUSTOMIZATIONS_DEEP} levels")
        if directory in self.walked:
            return  # otherwise bases that share bases take exponential time
        kustomization = self.open(directory)
        for reference in references(kustomization.tree):
            self.follow(reference, (*above, directory), reference)
        self.walked.add(directory)

    def open(self, directory: Path) -> Kustomization:
        is_top = self.top is not None and directory == self.top.path.parent
        kustomization = self.top if self.top and is_top else self.read(directory)
        if inflates_charts(kustomization.tree):
            raise RefusedError(
                f"{self.shown(kustomization.path)} inflates Helm charts, which needs a program and the network"
            )
        self.closure.kustomizations[directory] = kustomization
        self.count(len(kustomization.text))
        return kustomization

    def read(self, directory: Path) -> Kustomization:
        found = kustomization_files(directory)
        if len(found) != 1:
            what = "no kustomization file" if not found else "several kustomization files"
            raise RefusedError(f"{what} in {self.shown(directory)}")
        return read(self.inside(found[0], found[0].name))

    def follow(self, reference: Reference, above: tuple[Path, ...], listed: Reference) -> None:
        """Takes what one reference leads to; `listed` is the kustomization's own reference that led here."""
        directory = above[-1]
        if is_inline(reference):
            if reference.role is Role.PLUGIN:
                self.check_plugins(reference.text, above, listed)
            return
        path = self.resolve(reference, directory)
        self.closure.uses.setdefault(directory, []).append((reference.role, path))
        if path.is_dir():
            if reference.role is Role.PLUGIN:
                raise RefusedError(f"{self.shown(path)} computes the configuration of plugins, which is not supported")
            if reference.role in (Role.RESOURCE, Role.COMPONENT):
                self.enter(path, above)
        elif path.is_file():
            self.take(path, reference, above, listed)
        # What is missing is left to the engine, whose message says what needs it.

    def resolve(self, reference: Reference, directory: Path) -> Path:
        text = reference.text
        path = Path(os.path.normpath(directory / text))
        # The engine tries the file first, and Git even where a directory of that name exists.
        if "://" in text or (is_remote(text) and not path.is_file()):
            raise RefusedError(f"remote reference {text[:200]!r}; nothing is downloaded")
        if Path(text).is_absolute():
            raise RefusedError(f"absolute path {text[:200]!r}")
        return self.inside(path, text)

    def inside(self, path: Path, text: str) -> Path:
        """The path without symbolic links, if it lies inside the root."""
        try:
            real = Path(os.path.realpath(path))
        except (OSError, ValueError):
            raise RefusedError(f"{text[:200]!r} is not a path") from None
        if not real.is_relative_to(self.closure.root):
            raise RefusedError(f"{text[:200]!r} lies outside the scanned directory")
        if real != path and path.is_relative_to(self.closure.root) and real.exists():
            self.closure.links[path] = real
        return real

    def take(self, path: Path, reference: Reference, above: tuple[Path, ...], listed: Reference) -> None:
        known = self.closure.members.get(path)
        content = known.content if known else read_bytes(path)
        if known is None:
            self.count(len(content))
        if known is None or _WEIGHT.get(reference.role, 0) > _WEIGHT.get(known.role, 0):
            self.closure.members[path] = Member(reference.role, content)
        if reference.role is Role.PATCH:
            self.closure.listed.setdefault(path, (self.closure.kustomizations[above[-1]], listed))
        elif reference.role is Role.PLUGIN:
            self.check_plugins(decode(content, path.name), above, listed)

    def check_plugins(self, text: str, above: tuple[Path, ...], listed: Reference) -> None:
        try:
            plugins = compose(text)
        except Unreadable as error:
            raise RefusedError(f"a plugin's configuration is not readable: {error}") from None
        for plugin in plugins:
            for reference in plugin_references(plugin):
                self.follow(reference, above, listed)

    def count(self, size: int) -> None:
        self.total += size
        if self.total > SOURCE_BYTES:
            raise RefusedError(f"the build reads more than {SOURCE_BYTES // 1024**2} MiB")
        if len(self.closure.members) + len(self.closure.kustomizations) > SOURCE_FILES:
            raise RefusedError(f"the build reads more than {SOURCE_FILES} files")

    def shown(self, path: Path) -> str:
        return os.path.relpath(path, self.closure.root).replace(os.sep, "/")
