"""A chart: its files, the tree of its subcharts, and the dependencies that stand in for what is not vendored."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from ...finding import Part, Route
from ...sources.charts.archive import Package
from .archive import ChartError, Member, Members, Reading, pack, read_archive, read_directory
from .yamlfile import entries, load

_DEPTH = 5
_DEFINITIONS = re.compile(r"(?:charts/[^/]+/)*crds/")
_BUILD = "rendered without it (`helm dependency build` puts it there)"
_FOLDERS_SEARCHED = 20_000
_ANY_VERSION = ">=0.0.0-0"  # a stand-in's version may be a later one than the chart asks for


@dataclass(frozen=True, slots=True)
class ChartInput:
    """A chart to scan: its directory or its archive, how reports call it, and the root that it must not leave."""

    path: Path
    display: str
    root: Path


@dataclass(frozen=True, slots=True)
class Node:
    """A chart or subchart. `folder` is the prefix of its members' names; children go by alias where they have one."""

    name: str
    folder: str
    dependencies: tuple[dict[str, Any], ...] = ()
    children: dict[str, Node] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a rendered file comes from: the member, and the subcharts (by alias) on the way to it."""

    member: str
    charts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything that is read of a chart, once. `missing` are the conditions of dependencies that are not there."""

    source: ChartInput
    members: Members
    node: Node
    left_out: tuple[tuple[Path, str], ...]
    missing: tuple[Route, ...]

    @property
    def kubernetes(self) -> str:
        """The range of versions that it says it can be installed on, or nothing."""
        return str(_mapping(self.members["Chart.yaml"]).get("kubeVersion") or "")

    def place(self, rendered: str) -> Place:
        """The member that Helm's name of a template (`name/charts/alias/templates/x.yaml`) stands for."""
        rest = rendered.partition("/")[2]
        node, charts = self.node, []
        while rest.startswith("charts/"):
            alias, _, below = rest.removeprefix("charts/").partition("/")
            if alias not in node.children:
                break
            node, rest = node.children[alias], below
            charts.append(alias)
        return Place(node.folder + rest, tuple(charts))

    def subchart(self, charts: tuple[str, ...]) -> Node:
        node = self.node
        for alias in charts:
            node = node.children[alias]
        return node

    @property
    def templates(self) -> dict[str, Member]:
        """The files that Helm reads as templates, those of subcharts too."""
        return {name: member for name, member in self.members.items() if is_template(name)}

    def package(self) -> Package:
        return Package(pack(self.members), lasting=not self.node.children)


def is_template(name: str) -> bool:
    """Whether a member lies in the `templates/` of the chart or of a subchart."""
    parts = name.split("/")
    while len(parts) > 2 and parts[0] == "charts":
        parts = parts[2:]
    return parts[0] == "templates" and len(parts) > 1


def read_chart(source: ChartInput) -> Chart:
    """Read a chart and what it depends on; `ChartError` when it is none or too large."""
    reading = Reading()
    try:
        members = (
            read_directory(source.path, source.root, reading)
            if source.path.is_dir()
            else read_archive(source.path, reading)
        )
        if "Chart.yaml" not in members:
            raise ChartError(_without_chart(source.path / "Chart.yaml", reading))
        members = _complete(members, source.path, source.root, reading)
        members = _without_definitions(members)
        return Chart(source, members, _tree(members, ""), tuple(reading.left_out), tuple(reading.missing))
    except OSError as error:
        raise ChartError(f"cannot be read: {error.strerror or error}") from error
    except RecursionError as error:
        raise ChartError("is nested too deeply") from error


def _without_chart(file: Path, reading: Reading) -> str:
    """Why there is no Chart.yaml among the files read."""
    why = next((reason for path, reason in reading.left_out if path == file), None)
    if why is None and file.is_file():
        why = "left out by .helmignore"
    return f"its Chart.yaml is {why}" if why else "holds no Chart.yaml"


def _without_definitions(members: Members) -> Members:
    """Leave out `crds/`, often megabytes: no workloads are in it. Templates that read files may want it, though."""
    if any(b".Files" in member.data for name, member in members.items() if is_template(name)):
        return members
    return {name: member for name, member in members.items() if not _DEFINITIONS.match(name)}


def _complete(members: Members, directory: Path, root: Path, reading: Reading, above: Route = ()) -> Members:
    """Add the dependencies that are declared but not vendored, from within the scanned root only.

    What is not found is taken out of the declaration, as Helm's command would refuse to render without it.
    """
    node = _tree(members, "")
    vendored = {child.name for child in node.children.values()}
    stand_ins: set[str] = set()
    completed = dict(members)
    kept: list[dict[str, Any]] = []
    for dependency in node.dependencies:
        name = str(dependency.get("name"))
        if name not in vendored | stand_ins and directory.is_dir() and len(above) < _DEPTH:
            found = _stand_in(dependency, directory, root)
            if found is not None:
                alias = str(dependency.get("alias") or name)
                inner = _complete(read_directory(found, root, reading), found, root, reading, (*above, alias))
                completed.update({f"charts/{name}/{path}": member for path, member in inner.items()})
                stand_ins.add(name)
        if name in stand_ins:
            kept.append({**dependency, "version": _ANY_VERSION})
        elif name in vendored:
            kept.append(dependency)
        else:
            reading.left_out.append((directory, f"dependency {name!r} is not in charts/: {_BUILD}"))
            conditions = str(dependency.get("condition") or "").split(",")
            reading.missing.extend((*above, *path.strip().split(".")) for path in conditions if path.strip())
    return _declare(completed, kept) if kept != list(node.dependencies) else completed


def _stand_in(dependency: dict[str, Any], directory: Path, root: Path) -> Path | None:
    """The directory of a dependency: what `file://` names, else a chart of that name near by in the repository."""
    name, repository = str(dependency.get("name")), str(dependency.get("repository") or "")
    if "/" in name or "\\" in name or name in ("", ".", ".."):  # it becomes a folder in charts/
        return None
    if repository.startswith("file://"):
        candidates = iter([directory / repository.removeprefix("file://")])
    else:
        candidates = _near(name, directory, root)
    for candidate in candidates:
        try:
            real = candidate.resolve(strict=True)
        except (OSError, RuntimeError, ValueError):
            continue
        below_root = real.is_relative_to(root.resolve()) and not directory.resolve().is_relative_to(real)
        if below_root and (real / "Chart.yaml").is_file() and _declared_name(real / "Chart.yaml") == name:
            return root / real.relative_to(root.resolve())
    return None


def _near(name: str, directory: Path, root: Path) -> Iterator[Path]:
    above, top = directory.resolve(), root.resolve()
    while above != top and above.is_relative_to(top):
        above = above.parent
        yield above / name
    yield from (Path(path) for path in _chart_folders(str(top)) if Path(path).name == name)


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


def wanted(directory: Path) -> Iterator[tuple[str, Path | None]]:
    """The dependencies that a chart declares and does not vendor: the name, and the directory where `file://` says one.

    Best effort; never raises.
    """
    files = [directory / name for name in ("Chart.yaml", "requirements.yaml")]
    try:
        members = {file.name: Member(file.read_bytes(), file) for file in files if file.is_file()}
    except OSError:
        return
    for dependency in _tree(members, "").dependencies:
        name, repository = str(dependency.get("name")), str(dependency.get("repository") or "")
        if not (directory / "charts" / name).is_dir():
            beside = repository.startswith("file://")
            yield name, Path(os.path.normpath(directory / repository.removeprefix("file://"))) if beside else None


def _declare(members: Members, dependencies: list[dict[str, Any]]) -> Members:
    """Replace what a chart declares as its dependencies, in the copy in memory."""
    name = _dependency_file(members, "")
    member = members[name]
    text = member.text or ""
    found = entries(text).get(("dependencies",))
    assert found is not None, "they were read from this text"
    place = found.span(Part.PAIR)
    declared = json.dumps({"dependencies": dependencies}, default=str)[1:-1]
    return {**members, name: Member((text[: place.start] + declared + text[place.end :]).encode(), member.file)}


def _dependency_file(members: Members, folder: str) -> str:
    """Charts of the first API version declare their dependencies in a file of their own."""
    old = f"{folder}requirements.yaml"
    return (
        old
        if old in members and not _mapping(members.get(f"{folder}Chart.yaml")).get("dependencies")
        else (f"{folder}Chart.yaml")
    )


def _tree(members: Members, folder: str) -> Node:
    metadata = _mapping(members.get(f"{folder}Chart.yaml"))
    declared = _mapping(members.get(_dependency_file(members, folder))).get("dependencies")
    dependencies = tuple(each for each in declared if isinstance(each, dict)) if isinstance(declared, list) else ()
    below = f"{folder}charts/"
    names = sorted({name.removeprefix(below).split("/")[0] for name in members if name.startswith(below)})
    charts = [_tree(members, f"{below}{name}/") for name in names if f"{below}{name}/Chart.yaml" in members]
    children: dict[str, Node] = {}
    for chart in charts:
        wanted = [each for each in dependencies if each.get("name") == chart.name]
        aliases = [str(each.get("alias") or chart.name) for each in wanted] or [chart.name]
        children.update(dict.fromkeys(aliases, chart))
    return Node(str(metadata.get("name", "")), folder, dependencies, children)


def _mapping(member: Member | None) -> dict[str, Any]:
    return load(member.text or "") if member else {}


def _declared_name(file: Path) -> str:
    return str(_mapping(Member(file.read_bytes(), file)).get("name", ""))
