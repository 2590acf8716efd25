"""What a chart says of itself: its name, the tree of its subcharts, and its dependencies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from ...location import Route
from .archive import Member, Members
from .yamlfile import load_mapping

_TAGS = "tags"


class Dependency(NamedTuple):
    """An entry of `dependencies`; `number` is its place there. What is not said is empty.

    `conditions` are routes from the declaring chart's values, `tags` keys below `tags` in the whole chart's. `imports`
    are places among its own values, each with the one of the declaring chart's that it becomes.
    """

    number: int
    name: str
    version: str
    repository: str
    alias: str
    conditions: tuple[Route, ...]
    tags: tuple[str, ...]
    imports: tuple[tuple[Route, Route], ...] = ()

    @property
    def called(self) -> str:
        """What its values and templates go by."""
        return self.alias or self.name

    def decided_by(self, values: Mapping[str, Any], above: Route) -> tuple[Route, ...]:
        """The values that say whether it is taken: the first condition that is true or false, else all tags that are.

        `above` are the subcharts, by alias, on the way to the chart that declares it (Helm's `ProcessDependencies`).
        """
        conditions = ((*above, *route) for route in self.conditions)
        first = next((route for route in conditions if isinstance(_at(values, route), bool)), None)
        if first is not None:
            return (first,)
        tags = ((_TAGS, tag) for tag in self.tags)
        return tuple(route for route in tags if isinstance(_at(values, route), bool))

    def is_enabled(self, values: Mapping[str, Any], above: Route) -> bool:
        decided = [_at(values, route) for route in self.decided_by(values, above)]
        return not decided or any(decided)


class Missing(NamedTuple):
    """A dependency that is nowhere to be had: the file that declares it, and the subcharts on the way to that."""

    dependency: Dependency
    file: Path
    above: Route


@dataclass(frozen=True, slots=True)
class Node:
    """A chart or subchart. `folder` is the prefix of its members' names; children go by alias where they have one."""

    name: str
    folder: str
    dependencies: tuple[Dependency, ...]
    children: dict[str, Node]


def tree(members: Members, folder: str = "") -> Node:
    """The chart in a folder of some members, and the charts in its `charts/`."""
    dependencies = tuple(declared_dependencies(members, folder))
    below = f"{folder}charts/"
    names = sorted({name.removeprefix(below).split("/")[0] for name in members if name.startswith(below)})
    charts = [tree(members, f"{below}{name}/") for name in names if f"{below}{name}/Chart.yaml" in members]
    children: dict[str, Node] = {}
    for chart in charts:
        aliases = [each.called for each in dependencies if each.name == chart.name] or [chart.name]
        children.update(dict.fromkeys(aliases, chart))
    return Node(str(mapping(members.get(f"{folder}Chart.yaml")).get("name", "")), folder, dependencies, children)


def declared_dependencies(members: Members, folder: str = "") -> Iterator[Dependency]:
    """What the chart in a folder says that it depends on."""
    entries = mapping(members.get(dependency_file(members, folder))).get("dependencies")
    for number, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, dict):
            said = {key: str(entry.get(key) or "") for key in ("name", "version", "repository", "alias", "condition")}
            tags = entry.get("tags")
            yield Dependency(
                number,
                said["name"],
                said["version"],
                said["repository"],
                said["alias"],
                tuple(tuple(path.split(".")) for path in said["condition"].strip().split(",") if path),  # as Helm
                tuple(map(str, tags)) if isinstance(tags, list) else (),
                tuple(_imports(entry.get("import-values"))),
            )


def _imports(entries: Any) -> Iterator[tuple[Route, Route]]:
    """`import-values`: a name below `exports`, or a `child` and a `parent` path, of which `.` is the whole."""
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, str):
            yield ("exports", *entry.split(".")), ()
        elif isinstance(entry, dict):
            paths = (str(entry.get(key) or "") for key in ("child", "parent"))
            child, parent = (tuple(key for key in path.split(".") if key) for path in paths)
            yield child, parent


def dependency_file(members: Members, folder: str = "") -> str:
    """Charts of the first API version declare their dependencies in a file of their own."""
    own, old = f"{folder}Chart.yaml", f"{folder}requirements.yaml"
    return old if old in members and not mapping(members.get(own)).get("dependencies") else own


def mapping(member: Member | None) -> dict[str, Any]:
    return load_mapping(member.text or "") if member else {}


def _at(values: Any, route: Route) -> Any:
    for key in route:
        if not isinstance(values, Mapping) or key not in values:
            return None
        values = values[key]
    return values
