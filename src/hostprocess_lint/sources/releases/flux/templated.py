"""Flux Operator: texts of a ResourceSet with what their actions become.

They are Go templates between `<<` and `>>` with the functions of slim-sprig (`newTemplate` in internal/builder), which
Helm's engine fills in; an action that prints an input needs none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ....location import Route
from ....outcome import OUTSIDE
from ....pods.printed import ACTION, UNKNOWN, with_printed
from ..filled import Expand
from ..places import one_document
from ..slugs import slug_template

_WORD = re.compile(
    r"""(?P<quoted>"(?:\\.|[^"\\])*"|`[^`]*`)|(?<![\w.$])(?P<word>slugify|inputs(?P<path>(?:\.\w+)*))(?![\w.])"""
)
_QUOTED_BY_YAML = re.compile(r": |:\Z| #|[\n\t]|\A[\s\[\]{}&*!|>'\"%@`,#?-]|\s\Z")
"""What a string holds that is written in quotes, or as a block: it stays a string, whatever comes of its actions."""
_BRACES = '{{ "{{" }}'
_KEY = "value"
_SLUGIFY = slug_template("slugify", 63)


@dataclass
class Filler:
    """Fills in data with one set of inputs, None for those that nobody knows here; what cannot be is `unfilled`."""

    expand: Expand
    inputs: Mapping[str, Any] | None
    unfilled: list[tuple[Route, str, str]] = field(default_factory=list)
    """The ways to what is unknown then, why it is, and the rule that this is told by."""

    def data(self, data: Any, route: Route) -> Any:
        if isinstance(data, dict):
            return {self.text(key, route): self.data(value, (*route, key)) for key, value in data.items()}
        if isinstance(data, list):
            return [self.data(item, (*route, index)) for index, item in enumerate(data)]
        if not (isinstance(data, str) and ACTION.search(data)):
            return data
        written = self.text(data, route)
        if written == UNKNOWN or _QUOTED_BY_YAML.search(data):
            return written
        read = one_document(f"{_KEY}: {written}")
        if read is None or not isinstance(read.data, dict) or read.data.keys() != {_KEY}:
            return self._unfilled(route, "what its template becomes is no YAML", "HPC002")
        return read.data[_KEY]

    def text(self, template: Any, route: Route) -> Any:
        """A text with what its actions become; unknown as a whole where nobody can say."""
        if not (isinstance(template, str) and "<<" in template):
            return template
        end = template.rfind(">>") + 2  # what is open behind it would be looked for again from each place
        if self.inputs is None:
            return self._unfilled(route, "inputs that are not known here", OUTSIDE)
        written = with_printed(template, self.inputs)
        if written is not None:
            return written
        actions = ACTION.findall(template, 0, end)
        missing = next(_missing(actions, self.inputs), None)
        if missing is not None:
            return self._unfilled(route, f"there is no input `{missing}`", "HPC002")
        try:
            return self.expand(_as_helms(template, end), self.inputs, _SLUGIFY)
        except ValueError as error:
            return self._unfilled(route, str(error), OUTSIDE)

    def _unfilled(self, route: Route, reason: str, rule: str) -> str:
        self.unfilled.append((route, reason, rule))
        return UNKNOWN


def _missing(actions: list[str], inputs: Mapping[str, Any]) -> Iterator[str]:
    """The inputs that are not there, of which a template says so (`missingkey=error`); later ones may not be asked."""
    is_sure = not any(re.search(r"<<-?\s*(?:if|with|range|else)\b", action) for action in actions)
    for action in actions if is_sure else actions[:1]:
        for found in _WORD.finditer(action):
            name = (found["path"] or "").lstrip(".")
            if name and _is_missing(inputs, name.split(".")):
                yield name


def _is_missing(inputs: Any, steps: list[str]) -> bool:
    for step in steps:
        if not isinstance(inputs, Mapping):
            return False
        if step not in inputs:
            return True
        inputs = inputs[step]
    return False


def _as_helms(template: str, end: int) -> str:
    """A template as Helm's engine takes it, whose root and dot are the inputs."""
    parts, done = [], 0
    for found in ACTION.finditer(template, 0, end):
        parts.append(template[done : found.start()].replace("{{", _BRACES))
        parts.append("{{" + _WORD.sub(_helms_word, found[0][2:-2]) + "}}")
        done = found.end()
    return "".join((*parts, template[done:].replace("{{", _BRACES)))


def _helms_word(found: re.Match[str]) -> str:
    if found["quoted"]:
        return found[0]
    return 'include "slugify"' if found["word"] == "slugify" else f"${found['path']}"
