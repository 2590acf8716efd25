"""Dependencies that a chart declares and does not vendor: found in the repository, or where charts were pulled to."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from ...location import Part, Route
from ..landmarks import is_packaged
from .archive import ChartError, Member, Members, Reading, read_archive, read_directory
from .metadata import Dependency, Missing, declared_dependencies, dependency_file, mapping, tree
from .versions import preference, satisfies
from .yamlfile import yaml_entries

_DEPTH = 5
_FOLDERS_SEARCHED = 20_000
_ANY_VERSION = ">=0.0.0-0"  # a stand-in's version may be a later one than the chart asks for


class Added(NamedTuple):
    """A dependency that the chart itself does not declare: a chart of the repository, and its alias, if it has one."""

    path: Path
    alias: str


def with_added(members: Members, directory: Path, added: Sequence[Added]) -> Members:
    """A chart that declares some dependencies more, by where they are."""
    if not added:
        return members
    name = dependency_file(members)
    more = [
        {
            "name": each.path.name,
            "version": _ANY_VERSION,
            "repository": f"file://{os.path.relpath(each.path, directory)}",
            **({"alias": each.alias} if each.alias else {}),
        }
        for each in added
    ]
    said = mapping(members[name]).get("dependencies")
    return _declaring(members, name, [*(said if isinstance(said, list) else ()), *more])


class Search(NamedTuple):
    """Where dependencies are looked for: in a repository, and in a directory of pulled charts, if there is one.

    `reading` counts what is read; `missing` gets what is not found.
    """

    root: Path
    pulled: Path | None
    reading: Reading
    missing: list[Missing]


def complete(members: Members, directory: Path, search: Search, above: Route = ()) -> Members:
    """Add the dependencies that are declared but not vendored.

    What is not found is taken out of the declaration, as Helm's command would refuse to render without it.
    """
    node = tree(members)
    vendored = {child.name for child in node.children.values()}
    stand_ins: set[str] = set()
    completed = dict(members)
    kept: list[Dependency] = []
    file = members[dependency_file(members)].file
    for dependency in node.dependencies:
        if dependency.name not in vendored | stand_ins and directory.is_dir() and len(above) < _DEPTH:
            for path, member in _stand_in(dependency, directory, search, above).items():
                completed[f"charts/{dependency.name}/{path}"] = member
                stand_ins.add(dependency.name)
        if dependency.name in vendored | stand_ins:
            kept.append(dependency)
        else:
            search.missing.append(Missing(dependency, file, above))
    return _declare(completed, kept, stand_ins) if stand_ins or len(kept) < len(node.dependencies) else completed


def _stand_in(dependency: Dependency, directory: Path, search: Search, above: Route) -> Members:
    """The files of a dependency: of what `file://` names, else of a chart of its name; none where it is not found."""
    name = dependency.name
    if "/" in name or "\\" in name or name in ("", ".", ".."):  # it becomes a folder in charts/
        return {}
    inner, reading = (*above, dependency.called), search.reading
    found = _in_repository(dependency, directory, search)
    if found is not None:
        return complete(read_directory(found, search.root, reading), found, search, inner)
    found = pulled(dependency.name, dependency.version, search.pulled) if search.pulled else None
    if found is None:
        return {}
    files = read_directory(found, found, reading) if found.is_dir() else read_archive(found, reading)
    return complete(files, found, search, inner)


def _in_repository(dependency: Dependency, directory: Path, search: Search) -> Path | None:
    root = search.root
    if dependency.repository.startswith("file://"):
        candidates = iter([directory / dependency.repository.removeprefix("file://")])
    else:
        away = search.pulled.resolve() if search.pulled else None  # of what is there, the version counts
        near = _near(dependency.name, directory, root)
        candidates = (each for each in near if away is None or not each.is_relative_to(away))
    for candidate in candidates:
        try:
            real = candidate.resolve(strict=True)
        except (OSError, RuntimeError, ValueError):
            continue
        below_root = real.is_relative_to(root.resolve()) and not directory.resolve().is_relative_to(real)
        if below_root and (real / "Chart.yaml").is_file() and says(real, "name") == dependency.name:
            return root / real.relative_to(root.resolve())
    return None


def _near(name: str, directory: Path, root: Path) -> Iterator[Path]:
    above, top = directory.resolve(), root.resolve()
    while above != top and above.is_relative_to(top):
        above = above.parent
        yield above / name
    yield from (Path(path) for path in _chart_folders(str(top)) if Path(path).name == name)


def pulled(name: str, version: str, directory: Path) -> Path | None:
    """A chart in a directory of pulled ones, unpacked or not, by its own name and version: the one that Helm takes."""
    found = [
        (preference(own, version), path)
        for path in sorted(directory.iterdir())
        if path.name.startswith(name)
        and (path.is_dir() or is_packaged(path.name))
        and says(path, "name") == name
        and satisfies(own := says(path, "version"), version)
    ]
    return max(found)[1] if found else None


def says(chart: Path, key: str) -> str:
    """What a chart's Chart.yaml says; nothing where it cannot be read."""
    try:
        file = chart / "Chart.yaml"
        members = {"Chart.yaml": Member(file.read_bytes(), file)} if chart.is_dir() else read_archive(chart, Reading())
    except (OSError, ChartError):
        return ""
    return str(mapping(members.get("Chart.yaml")).get(key, ""))


@lru_cache(maxsize=4)
def _chart_folders(root: str) -> tuple[str, ...]:
    """All folders with a Chart.yaml below a root, in order."""
    found: list[str] = []
    for count, (folder, folders, files) in enumerate(os.walk(root)):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "node_modules")
        if "Chart.yaml" in files:
            found.append(folder)
        if count > _FOLDERS_SEARCHED:
            break
    return tuple(found)


def is_used(directory: Path, root: Path) -> bool:
    """Whether another chart of the repository is rendered with this one."""
    real = directory.resolve()
    for folder in map(Path, _chart_folders(str(root.resolve()))):
        for name, beside in wanted(folder) if folder.resolve() != real else ():
            if beside.resolve() == real if beside else name == says(real, "name"):
                return True
        if any(path.is_symlink() and path.resolve() == real for path in (folder / "charts").glob("*")):
            return True
    return False


def wanted(directory: Path) -> Iterator[tuple[str, Path | None]]:
    """The dependencies that a chart declares and does not vendor: the name, and the directory where `file://` says one.

    Best effort; never raises.
    """
    for dependency in dependencies_in(*(directory / name for name in ("Chart.yaml", "requirements.yaml"))):
        if not (directory / "charts" / dependency.name).is_dir():
            beside = dependency.repository.startswith("file://")
            path = os.path.normpath(directory / dependency.repository.removeprefix("file://"))
            yield dependency.name, Path(path) if beside else None


def dependencies_in(*files: Path) -> Iterator[Dependency]:
    """What a chart's own files declare, as they are written; nothing where they cannot be read."""
    try:
        members = {file.name: Member(file.read_bytes(), file) for file in files if file.is_file()}
    except OSError:
        return
    yield from declared_dependencies(members)


def _declare(members: Members, dependencies: list[Dependency], stand_ins: set[str]) -> Members:
    """Replace what a chart declares as its dependencies, in the copy in memory."""
    name = dependency_file(members)
    written: list[Any] = mapping(members[name])["dependencies"]
    kept = [
        {**written[each.number], **({"version": _ANY_VERSION} if each.name in stand_ins else {})}
        for each in dependencies
    ]
    return _declaring(members, name, kept)


def _declaring(members: Members, name: str, dependencies: list[Any]) -> Members:
    """The file that says the dependencies with these; all else in it stays where it is, if it said some before."""
    member = members[name]
    text = member.text or ""
    found = yaml_entries(text).get(("dependencies",))
    if found is None:
        again = json.dumps({**mapping(member), "dependencies": dependencies}, default=str)
        return {**members, name: Member(again.encode(), member.file)}
    place = found.span(Part.PAIR)
    again = json.dumps({"dependencies": dependencies}, default=str)[1:-1]
    return {**members, name: Member((text[: place.start] + again + text[place.end :]).encode(), member.file)}
