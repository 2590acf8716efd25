"""What a repository names and does not hold: a chart, or a path of another one.

Whoever wrote the names must get nothing into the shell of those who copy the commands: each is quoted.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from shlex import quote

from ...pods.view import View
from ..charts.dependencies import pulled
from .release import Elsewhere

_NAME = re.compile(r"(?!HEAD$)[\w.][\w./+-]*")
"""A branch or tag, as `git clone --branch` takes it: no range of versions, and not what the server says."""
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_FILLED_IN = re.compile(r"\$\{|\{\{")
"""What fills in a version: `helm pull` takes the newest then, and any that was pulled is the one meant."""
_ARCHIVE = re.compile(r"(?P<name>.+?)(?:-(?P<version>v?\d+\.\d.*))?\.(?:tgz|tar\.gz)")


def path_elsewhere(path: str, url: str, source: str = "", ref: str = "") -> Elsewhere:
    """A path of another repository, at a branch or tag, which is called as its `source` where no URL is said.

    An artifact of a registry is brought by Flux' own command (https://fluxcd.io/flux/cmd/flux_pull_artifact/).
    """
    command = ""
    if url.startswith("oci://"):
        command = f"flux pull artifact {quote(f'{url}:{ref}' if ref else url)} --output {quote(_folder(url))}"
    elif url:
        branch = f"--branch {quote(ref)} " if _NAME.fullmatch(ref) and not _COMMIT.fullmatch(ref) else ""
        command = f"git clone {branch}{quote(url)}"
    return Elsewhere(f"`{path}` of {url or source or 'another repository'}", command)


def git_ref(source: View) -> str:
    """The tag or branch of a GitRepository, or the tag of an OCIRepository; a range of versions is neither."""
    return source.text("ref", "tag") or source.text("ref", "branch") or ""


def _folder(url: str) -> str:
    return re.sub(r"[^\w.-]", "", url.rstrip("/").rpartition("/")[2]).lstrip("-") or "artifact"


def chart_elsewhere(chart: str, url: str, version: str) -> Elsewhere:
    """A chart of a chart repository or an OCI registry, and the command that brings it."""
    asked = _asked(version)
    if url.startswith("oci://") or "://" not in url:
        whole = url.removeprefix("oci://").rstrip("/")
        whole = whole if whole.endswith(f"/{chart}") else f"{whole}/{chart}".lstrip("/")
        command = f"helm pull {quote(f'oci://{whole}' if url else chart)}{asked}"
    else:
        command = f"helm pull {quote(chart)} --repo {quote(url)}{asked}"
    return Elsewhere(_called(chart, version), command, chart, _known(version))


def _called(chart: str, version: str) -> str:
    return f"chart `{chart}`" + (f" {version}" if version else "")


def _known(version: str) -> str:
    return "" if _FILLED_IN.search(version) else version


def _asked(version: str) -> str:
    return f" --version {quote(version)}" if _known(version) else ""


def chart_or_url(chart: str, repo: str, version: str) -> Elsewhere:
    """A chart that may be named by the URL of its archive or its place in a registry, with a repository or without.

    Fleet takes `repo` alone for the place of the chart itself.
    """
    if not chart or (not repo and chart.startswith("oci://")):
        whole = (chart or repo).rstrip("/")
        return chart_elsewhere(whole.rpartition("/")[2], whole, version)
    if repo:
        return chart_elsewhere(chart, repo, version)
    last = chart.partition("?")[0].rpartition("/")[2]
    archive = _ARCHIVE.fullmatch(last) if "://" in chart else None
    if archive is None:
        return Elsewhere(_called(chart, version), f"helm pull {quote(chart)}{_asked(version)}", last, _known(version))
    return Elsewhere(f"chart `{last}`", f"helm pull {quote(chart)}", archive["name"], archive["version"] or "")


def brought(where: Elsewhere, charts: Path | None) -> Path | None:
    """The chart from elsewhere among those in a directory, where somebody has put what was pulled."""
    found = pulled(where.name, where.version, charts) if charts and where.name else None
    return Path(os.path.realpath(found)) if found else None
