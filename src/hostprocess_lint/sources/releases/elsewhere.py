"""A chart that the repository names and does not hold."""

from __future__ import annotations

from .release import Elsewhere


def chart_elsewhere(chart: str, url: str, version: str) -> Elsewhere:
    """A chart of a chart repository or an OCI registry, and the command that brings it."""
    asked = f" --version {version}" if version else ""
    if url.startswith("oci://") or "://" not in url:
        whole = url.removeprefix("oci://").rstrip("/")
        whole = whole if whole.endswith(f"/{chart}") else f"{whole}/{chart}".lstrip("/")
        command = f"helm pull oci://{whole}{asked}" if url else f"helm pull {chart}{asked}"
    else:
        command = f"helm pull {chart} --repo {url}{asked}"
    return Elsewhere(f"chart `{chart}`" + (f" {version}" if version else ""), command, chart, version)
