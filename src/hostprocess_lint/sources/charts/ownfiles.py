"""Which files beside a chart's templates these read: a template among them is judged as the chart renders it."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from ...limits import FILE_BYTES
from ..landmarks import chart_of

if TYPE_CHECKING:
    from .filesread import FilesRead


def read_by_chart(chart: str) -> FilesRead:
    """The files that the templates of a chart's directory may read."""
    from .filesread import files_read_by_templates  # here, because most manifests lie in no chart

    return files_read_by_templates(_templates_that_read(chart))


def is_a_charts_own(path: str, read_by: Callable[[str], FilesRead] = read_by_chart) -> bool:
    """Whether a template of the chart that a file lies in may read it: then it is one more, judged as rendered."""
    chart = chart_of(path)
    return chart is not None and read_by(chart).covers(os.path.relpath(path, chart).replace(os.sep, "/"))


def _templates_that_read(chart: str) -> Iterator[str]:
    for directory, _, names in os.walk(os.path.join(chart, "templates")):
        for path in (os.path.join(directory, name) for name in names):
            with suppress(OSError):
                raw = _bytes(path) if os.path.isfile(path) else b""
                if b".Files" in raw:
                    yield raw.decode("utf-8", "replace")


def _bytes(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read(FILE_BYTES)


def template_alone(chart: str) -> tuple[str, str]:
    """Why a template is not looked at whose chart, by its path in reports, is not scanned, and what to do about it."""
    return (
        f"a template of the chart `{chart}`, which is not scanned",
        f"scan the chart: `hostprocess-lint scan {shlex.quote(chart)}`",
    )
