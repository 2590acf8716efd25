"""Paths become sources: manifests, charts and overlays."""

import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from ..finding import Skipped

if TYPE_CHECKING:
    from .overlays.reach import Reach

MANIFEST_SUFFIXES = (".yaml", ".yml", ".json")
KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
CHART = "Chart.yaml"

CONFIGURATION = ".hostprocess-lint.yaml"

_NAME = "name a file or a directory with manifests, charts or overlays"
_EXCLUDE = "put the file itself there, or leave it out with `exclude` in the configuration"

_NEVER_MANIFESTS = frozenset(
    (".git", ".hg", ".svn", "node_modules", "__pycache__", ".tox", ".nox", ".venv", ".terraform", "site-packages")
)


class Source(NamedTuple):
    """Something to scan. `path` is how reports name it.

    `file` is what to open: a manifest's file (or `-`), a chart's or an overlay's directory, a packaged chart's file.
    `in_chart` is a manifest's that lies in a chart which is a source as well.
    """

    kind: Literal["manifest", "chart", "overlay"]
    path: str
    file: str
    in_chart: bool = False


def display(path: str) -> str:
    """A path as reports show it: relative to the working directory where it lies below it, with `/`."""
    absolute = os.path.abspath(path)
    here = os.path.join(os.getcwd(), "")
    shown = absolute[len(here) :] if absolute.startswith(here) else absolute
    return "." if absolute + os.sep == here else shown.replace(os.sep, "/")


def boundary(path: str) -> str:
    """The directory that a scan of a path never leaves: its repository, else the working directory, else itself."""
    absolute = os.path.realpath(path)
    directory = absolute if os.path.isdir(absolute) else os.path.dirname(absolute)
    above = directory
    while not os.path.exists(os.path.join(above, ".git")):
        above, below = os.path.dirname(above), above
        if above == below:
            here = os.path.realpath(os.getcwd())
            return here if os.path.join(directory, "").startswith(os.path.join(here, "")) else directory
    return above


def in_scope(path: str, paths: list[str]) -> bool:
    """Whether a file or directory is one of those given, or lies below one."""
    inner = os.path.join(os.path.abspath(path), "")
    return any(inner.startswith(os.path.join(os.path.abspath(given), "")) for given in paths if given != "-")


def discover(paths: Sequence[str], excluded: Callable[[str], bool] | None = None) -> Iterator[Source | Skipped]:
    """The sources at or below some paths, each once, in the order of the paths and of the names below them.

    What an overlay in scope refers to is a part of it, and no source of its own, unless it is a path itself.
    `excluded` says which paths, as reports show them, are left out. That holds for a path given, too: whoever hands
    over changed files, as pre-commit does, does not know the configuration.
    """
    seen: set[str] = set()
    for path in paths:
        found = list(_at(path, excluded or _nothing))
        if not found:
            yield Skipped(display(path), "nothing to scan: no manifest, chart or overlay in it", "HPC001", hint=_NAME)
        for item in found:
            if item is None:
                continue
            key = item.path if isinstance(item, Skipped) else item.file
            if key not in seen:
                seen.add(key)
                yield item


def chart_of(path: str) -> str | None:
    """The chart's directory in which a path lies; the outermost one, if charts are vendored in it."""
    outermost = None
    directory = os.path.dirname(os.path.abspath(path))
    while True:
        if os.path.isfile(os.path.join(directory, CHART)):
            outermost = directory
        elif outermost is not None and os.path.basename(directory) != "charts":
            return os.path.relpath(outermost)
        above = os.path.dirname(directory)
        if above == directory:
            return None if outermost is None else os.path.relpath(outermost)
        directory = above


class Landmarks(NamedTuple):
    """The directories below a root that hold a chart or an overlay, and the symbolic links."""

    charts: list[str]
    overlays: list[str]
    links: list[str]


def landmarks(root: str) -> Landmarks:
    """What a walk over names alone tells. Inside of charts it sees the links only: what else is there is theirs."""
    found = Landmarks([], [], [])
    stack = [(root, True)]
    while stack:
        directory, searched = stack.pop()
        try:
            with os.scandir(directory) as listing:
                entries = list(listing)
        except OSError:
            continue  # which the scan tells, if anything in it is to be scanned
        names = {entry.name for entry in entries}
        if "pyvenv.cfg" in names:
            continue
        is_chart = CHART in names
        if searched and is_chart:
            found.charts.append(directory)
        if searched and not names.isdisjoint(KUSTOMIZATIONS):
            found.overlays.append(directory)
        for entry in entries:
            if entry.is_symlink():
                found.links.append(entry.path)
            elif entry.is_dir() and entry.name not in _NEVER_MANIFESTS:
                stack.append((entry.path, searched and _is_searched(entry.name, is_chart)))
    return found


def by_itself(file: str, root: str) -> Source | Skipped | None:
    """What the search of a root makes of a file there, its place among charts and overlays aside."""
    directory, name = os.path.split(file)
    above = directory
    in_chart = os.path.isfile(os.path.join(directory, CHART))
    while len(above) > len(root):
        above, inner = os.path.split(above)
        is_chart = os.path.isfile(os.path.join(above, CHART))
        in_chart = in_chart or is_chart
        if not _is_searched(inner, is_chart):
            return None
    try:
        with os.scandir(directory) as listing:
            entries = list(listing)
    except OSError:
        return None
    overlay = next((name for name in KUSTOMIZATIONS if any(entry.name == name for entry in entries)), None)
    entry = next((entry for entry in entries if entry.name == name), None)
    found = None if entry is None else next(_entry(entry, display(file), root, entries, overlay), None)
    return found._replace(in_chart=in_chart) if isinstance(found, Source) else found


def _is_searched(directory: str, in_chart: bool) -> bool:
    return directory not in _NEVER_MANIFESTS and not (in_chart and directory in ("templates", "charts"))


def _nothing(_: str) -> bool:
    return False


def _at(path: str, excluded: Callable[[str], bool]) -> Iterator[Source | Skipped | None]:
    """What is at or below a path; None stands for what is excluded."""
    if path == "-":
        yield Source("manifest", "-", "-")
        return
    if excluded(display(path)):
        yield None
        return
    try:
        mode = os.stat(path).st_mode
    except OSError as error:
        yield Skipped(display(path), unreadable(error), "HPC001", hint=_NAME)
        return
    if stat.S_ISDIR(mode):
        yield from _without_parts(list(_below(os.path.normpath(path), excluded)))
        return
    name = os.path.basename(path)
    if name == CHART:
        yield source("chart", os.path.dirname(path) or ".")
    elif name in KUSTOMIZATIONS:
        yield source("overlay", os.path.dirname(path) or ".")
    elif stat.S_ISREG(mode):
        yield source("chart" if name.endswith(".tgz") else "manifest", path)
    else:
        yield Skipped(display(path), "no regular file: only files and directories are scanned", "HPC001", hint=_NAME)


def source(kind: Literal["manifest", "chart", "overlay"], file: str) -> Source:
    """A source as it is named on the command line."""
    return Source(kind, display(file), os.path.normpath(file))


def _child(parent: str, name: str) -> str:
    """The shown path of what lies in a directory: `display` for each file would take as long as reading it."""
    return name if parent == "." else f"{parent}/{name}"


def _below(root: str, excluded: Callable[[str], bool]) -> Iterator[Source | Skipped | None]:
    """Depth first, files before directories, by name. Symbolic links to directories are not followed: what they lead
    to is in scope by itself, or not at all.
    """
    stack = [(root, display(root), False)]
    while stack:
        directory, shown, in_chart = stack.pop()
        try:
            with os.scandir(directory) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            yield Skipped(shown, unreadable(error), "HPC001", hint=_EXCLUDE)
            continue
        names = {entry.name for entry in entries}
        if "pyvenv.cfg" in names:
            continue
        is_chart = CHART in names
        in_chart = in_chart or is_chart
        overlay = next((name for name in KUSTOMIZATIONS if name in names), None)
        if is_chart:
            yield Source("chart", shown, directory)
        if overlay:
            yield Source("overlay", shown, directory)
        below = []
        for entry in entries:
            if excluded(_child(shown, entry.name)):
                yield None
            elif entry.is_dir(follow_symlinks=False):
                if _is_searched(entry.name, is_chart):
                    below.append((entry.path, _child(shown, entry.name), in_chart))
            else:
                for item in _entry(entry, _child(shown, entry.name), root, entries, overlay):
                    yield item._replace(in_chart=in_chart) if isinstance(item, Source) else item
        stack.extend(reversed(below))


def _entry(
    entry: "os.DirEntry[str]", shown: str, root: str, beside: "list[os.DirEntry[str]]", overlay: str | None
) -> Iterator[Source | Skipped]:
    """What a file is by itself; `overlay` is the name of the kustomization in its directory."""
    if entry.name.endswith(MANIFEST_SUFFIXES) and entry.name not in (CHART, CONFIGURATION, overlay):
        yield from _file(entry, shown, root)
    elif entry.name.endswith(".tgz"):
        yield from _packaged(entry, shown, root, beside)


def _file(entry: "os.DirEntry[str]", shown: str, root: str) -> Iterator[Source | Skipped]:
    if entry.is_symlink():
        target = os.path.realpath(entry.path)
        if not os.path.exists(target):
            yield Skipped(shown, "a symbolic link that leads nowhere", "HPC001", hint="remove or mend the link")
        elif not target.startswith(os.path.join(os.path.realpath(root), "")):
            yield Skipped(shown, "a symbolic link out of the scanned directory, not followed", "HPC001", hint=_EXCLUDE)
    elif entry.is_file():
        yield Source("manifest", shown, entry.path)


def _packaged(
    entry: "os.DirEntry[str]", shown: str, root: str, beside: "list[os.DirEntry[str]]"
) -> Iterator[Source | Skipped]:
    """An archive, if it holds a chart that does not stand unpacked beside it."""
    from pathlib import Path

    from .charts.archive import packaged_chart

    kept = next(_file(entry, shown, root), None)
    if not isinstance(kept, Source):
        if kept is not None:
            yield kept
        return
    name = packaged_chart(Path(entry.path))
    unpacked = any(other.name == name and os.path.isfile(os.path.join(other.path, CHART)) for other in beside)
    if name is not None and not unpacked:
        yield kept._replace(kind="chart")


def _without_parts(found: "list[Source | Skipped | None]") -> Iterator[Source | Skipped | None]:
    """Overlays that another one refers to, and the files that overlays read, are judged as part of what they make."""
    overlays = [item for item in found if isinstance(item, Source) and item.kind == "overlay"]
    if not overlays:
        yield from found
        return
    from pathlib import Path

    from .overlays.reach import reach

    reached = {os.path.realpath(overlay.file): reach(Path(overlay.file)) for overlay in overlays}
    chosen = roots(reached)
    parts = {str(path) for own in reached.values() for path in own.files}
    for item in found:
        if not isinstance(item, Source) or item.kind == "chart":
            yield item
            continue
        real = os.path.realpath(item.file)
        if real not in parts if item.kind == "manifest" else real in chosen:
            yield item


def roots(overlays: "Mapping[str, Reach]") -> set[str]:
    """The overlays, by their real directories, that no other one refers to, and that are no component.

    Of those that only refer to each other one is taken, so that its build says so.
    """
    below = {directory: [str(path) for path in own.directories] for directory, own in overlays.items()}
    referred = {path for paths in below.values() for path in paths}
    found: set[str] = set()
    reached: set[str] = set()
    unreferred = [directory for directory in below if directory not in referred]
    for directory in (*unreferred, *(each for each in below if not overlays[each].is_component)):
        if directory in reached:
            continue
        if not overlays[directory].is_component:
            found.add(directory)
        pending = [directory]
        while pending:
            current = pending.pop()
            if current not in reached:
                reached.add(current)
                pending += below.get(current, ())
    return found


def unreadable(error: OSError) -> str:
    """An operating system's refusal as a reason."""
    return error.strerror or str(error)
