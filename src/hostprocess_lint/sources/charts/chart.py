"""A chart: its files, the tree of its subcharts, and the dependencies that stand in for what is not vendored."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ...location import Location
from .archive import ChartError, Member, Members, Package, Reading, pack, read_archive, read_directory, unpacked
from .dependencies import Added, Search, complete, with_added
from .metadata import Missing, Node, mapping, tree

_DEFINITIONS = re.compile(r"(?:charts/[^/]+/)*crds/")


class Packed(NamedTuple):
    """A chart's archive that is written in a manifest, and where."""

    archive: bytes
    location: Location


@dataclass(frozen=True, slots=True)
class ChartInput:
    """A chart to scan: its directory or its archive, how reports call it, and the root that it must not leave.

    `pulled` is a directory of charts that were brought from elsewhere. One that is `packed` is written in the file of
    that path. `added` are dependencies besides those that it declares.
    """

    path: Path
    display: str
    root: Path
    pulled: Path | None = None
    packed: Packed | None = None
    added: tuple[Added, ...] = ()


@dataclass(frozen=True, slots=True)
class RenderedFrom:
    """Where a rendered file comes from: the member, and the subcharts (by alias) on the way to it."""

    member: str
    charts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything that is read of a chart, once. `missing` are the dependencies that are not there."""

    source: ChartInput
    members: Members
    node: Node
    left_out: tuple[tuple[Path, str], ...]
    missing: tuple[Missing, ...]

    @property
    def kubernetes(self) -> str:
        """The range of versions that it says it can be installed on, or nothing."""
        return str(mapping(self.members["Chart.yaml"]).get("kubeVersion") or "")

    @property
    def is_library(self) -> bool:
        """Whether it says so, or holds nothing but named templates, as those did before charts had a type."""
        is_one = mapping(self.members["Chart.yaml"]).get("type") == "library"
        return is_one or all(name.rpartition("/")[2].startswith("_") for name in self.templates)

    def place(self, rendered: str) -> RenderedFrom:
        """The member that Helm's name of a template (`name/charts/alias/templates/x.yaml`) stands for."""
        rest = rendered.partition("/")[2]
        node, charts = self.node, []
        while rest.startswith("charts/"):
            alias, _, below = rest.removeprefix("charts/").partition("/")
            if alias not in node.children:
                break
            node, rest = node.children[alias], below
            charts.append(alias)
        return RenderedFrom(node.folder + rest, tuple(charts))

    def subchart(self, charts: tuple[str, ...]) -> Node:
        node = self.node
        for alias in charts:
            node = node.children[alias]
        return node

    @property
    def templates(self) -> dict[str, Member]:
        """The files that Helm reads as templates, those of subcharts too."""
        return {name: member for name, member in self.members.items() if is_template(name)}

    def other_texts(self) -> Iterator[str]:
        """The text of each file that is no template, and that one may read."""
        return (member.text for name, member in self.members.items() if not is_template(name) and member.text)

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
        members = _members(source, reading)
        if "Chart.yaml" not in members:
            raise ChartError(_without_chart(source.path / "Chart.yaml", reading))
        members = with_added(members, source.path, source.added)
        missing: list[Missing] = []
        members = complete(members, source.path, Search(source.root, source.pulled, reading, missing))
        members = _without_definitions(members)
        return Chart(source, members, tree(members), tuple(reading.left_out), tuple(missing))
    except OSError as error:
        raise ChartError(f"cannot be read: {error.strerror or error}") from error
    except RecursionError as error:
        raise ChartError("is nested too deeply") from error


def _members(source: ChartInput, reading: Reading) -> Members:
    if source.packed is not None:
        return unpacked(source.packed.archive, source.path, reading)
    if source.path.is_dir():
        return read_directory(source.path, source.root, reading)
    return read_archive(source.path, reading)


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
