"""Everything that a build of one overlay reads, gathered before any engine starts, or the reason why none does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ...documents.firstlook import as_utf8, may_concern, may_hold_pods
from ...documents.nodes import Node, ScalarNode
from ...location import Route
from ...rendered import Rendered
from .kustomization import Kustomization, RefusedError
from .nodes import items, leaves, scalar_entries
from .references import Reference, Role

_WORDS = ("hostprocess", "windowsoptions")
_JOINING = ("delimiter", "prefixtransformer", "suffixtransformer")


@dataclass(frozen=True, slots=True)
class ClosureFile:
    """One file, as it was when the closure was gathered; the build and its provenance see this same text."""

    role: Role
    content: bytes


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a build is made without: where a kustomization says it, and why."""

    kustomization: Kustomization
    node: Node
    reason: RefusedError


@dataclass(frozen=True, slots=True)
class FailedEntry:
    """What an engine could not build: an entry of a kustomization, by its file and offset, and why."""

    path: Path
    start: int
    reason: RefusedError


def _may_join(field: str, value: Node) -> bool:
    """Whether a field of a kustomization puts variables, or what one of the words can begin or end with, into others.

    Every build that a kubebuilder project is set up with has a prefix, and `vars` without an entry.
    """
    said = value.value.strip("~ ").casefold() if isinstance(value, ScalarNode) else ""
    if field == "vars":
        return bool(items(value) or said)
    cuts = [(word[:at], word[at:]) for word in _WORDS for at in range(1, len(word))]
    if field == "nameprefix" and said:
        return any(said.endswith(first) or rest.startswith(said) for first, rest in cuts)
    return (
        field == "namesuffix" and bool(said) and any(said.startswith(rest) or rest.startswith(said) for _, rest in cuts)
    )


OF_RELEASE = -1


@dataclass(frozen=True, slots=True)
class Inflation:
    """An entry of `helmCharts`, the chart that it names, and the values files, by their ways in the entry.

    The `index` is `OF_RELEASE` for a chart that is no entry but what a release deploys and changes. `listed` is the
    list of the kustomization that has the entry, and `older` how that calls the fields of the entry.
    """

    kustomization: Kustomization
    index: int
    entry: Node
    chart: Path
    files: tuple[tuple[Route, Path], ...]
    listed: str = "helmCharts"
    older: Mapping[str, str] = field(default_factory=dict)

    def written(self, *way: str | int) -> Route:
        """The way to something of the entry in the kustomization."""
        return (self.listed, self.index, *(self.older.get(str(step), step) for step in way))


@dataclass(slots=True)
class Closure:
    """What a build reads, as far as the walk has come; all paths are real ones inside the root, keys in its order.

    `links` are the symbolic links on the way, `uses` the files and directories that a kustomization's directory leads
    to. `listed` says for a patch which scalar of which kustomization leads to it. The kustomizations are without what
    is `left_out`, and without charts: these are `inflations` first, and then members whose texts are `rendered`.
    """

    directory: Path
    root: Path
    kustomizations: dict[Path, Kustomization] = field(default_factory=dict)
    members: dict[Path, ClosureFile] = field(default_factory=dict)
    links: dict[Path, Path] = field(default_factory=dict)
    uses: dict[Path, list[tuple[Role, Path]]] = field(default_factory=dict)
    listed: dict[Path, tuple[Kustomization, Reference]] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    inflations: list[Inflation] = field(default_factory=list)
    rendered: dict[Path, Rendered] = field(default_factory=dict)
    leaves_pods_out: bool = False
    """Whether what is left out could have made a HostProcess pod though no text that is read says so."""

    @property
    def may_concern(self) -> bool:
        """Whether a rule could need anything in what a build makes of this.

        False is a proof. What a build prints is copied from these texts: keys and strings are never put together from
        pieces, but where a replacement has a delimiter, or variables, prefixes and suffixes are told which fields they
        stand in.
        """
        return self._may(may_concern)

    @property
    def may_host(self) -> bool:
        """Whether a HostProcess pod could come of it, as soundly: a rule may need less."""
        return self._may(may_hold_pods)

    def _may(self, look: Callable[[bytes], bool]) -> bool:
        return self.leaves_pods_out or self._joins_strings or look(b"\n".join(map(as_utf8, self.texts())))

    def texts(self) -> Iterator[bytes]:
        """Everything that the build reads."""
        for kustomization in self.kustomizations.values():
            yield kustomization.text.encode("utf-8", "surrogatepass")
        yield from (member.content for member in self.members.values())

    @property
    def _joins_strings(self) -> bool:
        trees = [kustomization.tree for kustomization in self.kustomizations.values()]
        fields = [(key.value.casefold(), value) for tree in trees for key, value in scalar_entries(tree)]
        if any(key == "configurations" for key, _ in fields) and any(_may_join(key, value) for key, value in fields):
            return True
        words = (str(step) for tree in trees for route, scalar in leaves(tree) for step in (*route, scalar.value))
        if any(joining in word.casefold() for word in words for joining in _JOINING):
            return True
        files = (member.content for member in self.members.values() if member.role in (Role.CONFIG, Role.PLUGIN))
        return any(b"\\" in each or any(word.encode() in each.lower() for word in _JOINING) for each in files)

    @property
    def reads_beside(self) -> bool:
        """Whether a kustomization reads a file that is not in or below its directory."""
        read = ((directory, path) for directory, used in self.uses.items() for _, path in used)
        return any(path in self.members and not path.is_relative_to(directory) for directory, path in read)
