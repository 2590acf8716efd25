"""What a repository names and does not hold: a chart, or a path of another one.

Whoever wrote the names must get nothing into the shell of those who copy the commands: each is quoted.
"""

from __future__ import annotations

import re
from shlex import quote

from .release import Elsewhere

_ARCHIVE = re.compile(r"(?P<name>.+?)(?:-(?P<version>v?\d+\.\d.*))?\.(?:tgz|tar\.gz)")


def path_elsewhere(path: str, url: str, source: str = "") -> Elsewhere:
    """A path of another repository, which is called as its `source` where no URL is said."""
    return Elsewhere(f"`{path}` of {url or source or 'another repository'}", f"git clone {quote(url)}" if url else "")


def chart_elsewhere(chart: str, url: str, version: str) -> Elsewhere:
    """A chart of a chart repository or an OCI registry, and the command that brings it."""
    asked = f" --version {quote(version)}" if version else ""
    if url.startswith("oci://") or "://" not in url:
        whole = url.removeprefix("oci://").rstrip("/")
        whole = whole if whole.endswith(f"/{chart}") else f"{whole}/{chart}".lstrip("/")
        command = f"helm pull {quote(f'oci://{whole}' if url else chart)}{asked}"
    else:
        command = f"helm pull {quote(chart)} --repo {quote(url)}{asked}"
    return Elsewhere(f"chart `{chart}`" + (f" {version}" if version else ""), command, chart, version)


def chart_or_url(chart: str, repo: str, version: str) -> Elsewhere:
    """A chart that may be named by the URL of its archive or its place in a registry, with a repository or without.

    Fleet takes `repo` alone for the place of the chart itself.
    """
    if not chart or (not repo and chart.startswith("oci://")):
        whole = (chart or repo).rstrip("/")
        return chart_elsewhere(whole.rpartition("/")[2], whole, version)
    if repo:
        return chart_elsewhere(chart, repo, version)
    asked = f" --version {quote(version)}" if version else ""
    last = chart.partition("?")[0].rpartition("/")[2]
    archive = _ARCHIVE.fullmatch(last) if "://" in chart else None
    if archive is None:
        called = f"chart `{chart}`" + (f" {version}" if version else "")
        return Elsewhere(called, f"helm pull {quote(chart)}{asked}", last, version)
    return Elsewhere(f"chart `{last}`", f"helm pull {quote(chart)}", archive["name"], archive["version"] or "")
