"""A rendered line that a value of several lines holds as it is printed: a manifest that stands in a chart's values."""

from __future__ import annotations

import re
from typing import Any

from ....location import Location, Precision, Span


def holds_line(value: Any, line: str) -> bool:
    """Whether a value is a text in which a line stands, however far it is indented."""
    if not isinstance(value, str) or "\n" not in value or not line or line not in value:
        return False
    return _line(line).search(value) is not None


def with_line_changed(value: str, line: str, suffix: str) -> str:
    """The text with something behind the line."""
    return _line(line).sub(lambda match: match[0] + suffix, value)


def narrowed(location: Location, line: str) -> Location:
    """The line itself where the file has it once at a location, else where the location begins."""
    text, (start, end) = location.file.text, location.span
    found = [match.span(1) for match in _line(line).finditer(text, start, end)]
    if len(found) == 1:
        return location._replace(span=Span(*found[0]))
    first = text.find("\n", start, end)
    return location._replace(span=Span(start, end if first < 0 else first), precision=Precision.LINE)


def _line(line: str) -> re.Pattern[str]:
    return re.compile(rf"^[ \t]*({re.escape(line)})(?=[ \t]*\r?$)", re.MULTILINE)
