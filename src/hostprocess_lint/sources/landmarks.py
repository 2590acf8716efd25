"""What a walk over names alone tells: where charts and overlays are, and where nobody keeps manifests."""

import os
import re
from typing import NamedTuple

from .installed import is_installed, is_kept_by_versions

MANIFEST_SUFFIXES = (".yaml", ".yml", ".json")
PACKAGED_SUFFIXES = (".tgz", ".tar.gz")
KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
CHART = "Chart.yaml"

CONFIGURATION = ".hostprocess-lint.yaml"

_HELMFILE = r"(?:^|/)helmfile(?:\.d/[^/]+)?\.ya?ml(?:\.gotmpl)?\Z"


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
        is_chart = CHART in names
        if searched and is_chart:
            found.charts.append(directory)
        if searched and not names.isdisjoint(KUSTOMIZATIONS):
            found.overlays.append(directory)
        for entry in entries:
            if entry.is_symlink():
                found.links.append(entry.path)
            elif entry.is_dir() and not (is_kept_by_versions(entry.path) or is_installed(entry.path)):
                stack.append((entry.path, searched and is_searched(entry.path, is_chart)))
    return found


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


def chart_of_template(path: str) -> str | None:
    """The chart that has a file for a template, or has a chart within that does."""
    chart = chart_of(path)
    if chart is None:
        return None
    folders = os.path.relpath(path, chart).split(os.sep)[:-1]
    return chart.replace(os.sep, "/") if "templates" in folders else None


def may_be_told_in(path: str) -> bool:
    """Whether a file is named as manifests, templates and kustomizations are: it may tell of the pods of others."""
    return path.endswith((*MANIFEST_SUFFIXES, ".tpl")) or os.path.basename(path) in KUSTOMIZATIONS


def is_helmfile(path: str) -> bool:
    """Whether a file has one of the names that helmfile itself looks for; `.gotmpl` says that it is a template."""
    return "helmfile" in path and re.search(_HELMFILE, path.replace(os.sep, "/")) is not None


def is_packaged(name: str) -> bool:
    """Whether a file is named as packaged charts are; what it holds tells whether it is one."""
    return name.lower().endswith(PACKAGED_SUFFIXES)


def is_searched(directory: str, in_chart: bool) -> bool:
    """Whether sources are looked for in a directory, or it belongs to the chart around it or to version control."""
    if in_chart and os.path.basename(directory) in ("templates", "charts"):
        return False
    return not is_kept_by_versions(directory)
