"""Paths become sources: manifests, charts and overlays."""

import os
import stat
from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from .finding import Skipped

MANIFEST_SUFFIXES = (".yaml", ".yml", ".json")
KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")

CONFIGURATION = ".hostprocess-lint.yaml"

_NEVER_MANIFESTS = frozenset(
    (".git", ".hg", ".svn", "node_modules", "__pycache__", ".tox", ".nox", ".venv", ".terraform", "site-packages")
)


class Source(NamedTuple):
    """Something to scan. `path` is how reports name it; `root` is the path given that led to it.

    `file` is what to open: a manifest's file (or `-`), a chart's or an overlay's directory, a packaged chart's file.
    """

    kind: Literal["manifest", "chart", "overlay"]
    path: str
    file: str
    root: str


def display(path: str) -> str:
    """A path as reports show it: relative to the working directory where it lies below it, with `/`."""
    absolute = os.path.abspath(path)
    here = os.getcwd()
    if absolute == here:
        return "."
    below = os.path.join(here, "")
    return absolute.removeprefix(below).replace(os.sep, "/")


def in_scope(path: str, paths: list[str]) -> bool:
    """Whether a file or directory is one of those given, or lies below one."""
    inner = os.path.join(os.path.abspath(path), "")
    return any(inner.startswith(os.path.join(os.path.abspath(given), "")) for given in paths if given != "-")


def discover(paths: list[str], excluded: Callable[[str], bool] | None = None) -> Iterator[Source | Skipped]:
    """The sources at or below some paths, each once, in the order of the paths and of the names below them.

    `excluded` says which paths, as reports show them, are left out. That holds for a path given, too: whoever hands
    over changed files, as pre-commit does, does not know the configuration.
    """
    seen: set[str] = set()
    for path in paths:
        found = 0
        for source in _at(path, excluded or _nothing):
            found += 1
            if source is None:
                continue
            key = source.path if isinstance(source, Skipped) else source.file
            if key not in seen:
                seen.add(key)
                yield source
        if not found:
            yield Skipped(display(path), "nothing to scan: no manifest, chart or overlay in it", "HPC001")


def _nothing(_: str) -> bool:
    return False


def _at(path: str, excluded: Callable[[str], bool]) -> Iterator[Source | Skipped | None]:
    """What is at or below a path; None stands for what is excluded."""
    if path == "-":
        yield Source("manifest", "-", "-", "-")
        return
    if excluded(display(path)):
        yield None
        return
    try:
        mode = os.stat(path).st_mode
    except OSError as error:
        yield Skipped(display(path), unreadable(error), "HPC001")
        return
    if stat.S_ISDIR(mode):
        yield from _below(os.path.normpath(path), excluded)
        return
    name = os.path.basename(path)
    if name == "Chart.yaml":
        yield _source("chart", os.path.dirname(path) or ".", path)
    elif name in KUSTOMIZATIONS:
        yield _source("overlay", os.path.dirname(path) or ".", path)
    elif stat.S_ISREG(mode):
        yield _source("manifest", path, path)
    else:
        yield Skipped(display(path), "no regular file: only files and directories are scanned", "HPC001")


def _source(kind: Literal["manifest", "chart", "overlay"], file: str, root: str) -> Source:
    return Source(kind, display(file), os.path.normpath(file), root)


def _child(parent: str, name: str) -> str:
    """The shown path of what lies in a directory: `display` for each file would take as long as reading it."""
    return name if parent == "." else f"{parent}/{name}"


def _below(root: str, excluded: Callable[[str], bool]) -> Iterator[Source | Skipped | None]:
    """Depth first, files before directories, by name. Symbolic links to directories are not followed: what they lead
    to is in scope by itself, or not at all.
    """
    stack = [(root, display(root))]
    while stack:
        directory, shown = stack.pop()
        try:
            with os.scandir(directory) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            yield Skipped(shown, unreadable(error), "HPC001")
            continue
        names = {entry.name for entry in entries}
        if "pyvenv.cfg" in names:
            continue
        is_chart = "Chart.yaml" in names
        overlay = next((name for name in KUSTOMIZATIONS if name in names), None)
        if is_chart:
            yield Source("chart", shown, directory, root)
        if overlay:
            yield Source("overlay", shown, directory, root)
        below = []
        for entry in entries:
            if excluded(_child(shown, entry.name)):
                yield None
            elif entry.is_dir(follow_symlinks=False):
                if entry.name not in _NEVER_MANIFESTS and not (is_chart and entry.name in ("templates", "charts")):
                    below.append((entry.path, _child(shown, entry.name)))
            elif entry.name.endswith(MANIFEST_SUFFIXES) and entry.name not in ("Chart.yaml", CONFIGURATION, overlay):
                yield from _file(entry, _child(shown, entry.name), root)
        stack.extend(reversed(below))


def _file(entry: "os.DirEntry[str]", shown: str, root: str) -> Iterator[Source | Skipped]:
    if entry.is_symlink():
        target = os.path.realpath(entry.path)
        if not os.path.exists(target):
            yield Skipped(shown, "a symbolic link that leads nowhere: remove it", "HPC001")
        elif not target.startswith(os.path.join(os.path.realpath(root), "")):
            yield Skipped(shown, "a symbolic link out of the scanned directory, not followed", "HPC001")
    elif entry.is_file():
        yield Source("manifest", shown, entry.path, root)


def unreadable(error: OSError) -> str:
    """An operating system's refusal as a reason."""
    return f"cannot be read: {error.strerror or error}"
