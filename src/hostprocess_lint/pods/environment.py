"""The variables of a container, and what Kubernetes makes of a `$(NAME)` that names one."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from ..location import Route
from .pod import Container
from .view import View

UNKNOWN = "\ufffc"
"""Stands in an expanded text for a value that is known to the cluster only."""

LONGEST = 32_767
"""The longest command line that CreateProcess takes, in characters: what is beyond it is never started."""

_REFERENCE = re.compile(r"\$(?:\$|\(([^)]*)\))")
_FOREIGN = ("secretKeyRef", "configMapKeyRef", "fieldRef", "resourceFieldRef", "fileKeyRef")


class Variable(NamedTuple):
    """A variable that the manifest sets.

    `value` is the value with its own references expanded, None where it comes from elsewhere. `source` is the field
    of `valueFrom` that says from where. `origins` are the variables that it is made of, itself or those that its
    value refers to, as far as their values come from elsewhere.
    """

    name: str
    written: str
    value: str | None
    source: str | None
    view: View
    origins: tuple["Variable", ...] = ()

    @property
    def route(self) -> Route:
        return self.view.route


@lru_cache(maxsize=64)
def variables(container: Container) -> Mapping[str, Variable]:
    """The variables of `env` by their names; the last of one name counts.

    A value refers to what stands above it in the list (kubelet_pods.go, makeEnvironmentVariables); where nothing does,
    the text stays.
    """
    found: dict[str, Variable] = {}
    values: dict[str, str | None] = {}
    for view in container.items("env"):
        name = view.text("name")
        if name:
            found[name] = _variable(name, view, found, values)
            values[name] = found[name].value
    return found


def _variable(name: str, view: View, above: Mapping[str, Variable], values: Mapping[str, str | None]) -> Variable:
    source = next((field for field in _FOREIGN if view.written("valueFrom", field)), None)
    written = view.text("value") or ""
    if source is not None:
        unknown = Variable(name, written, None, source, view)
        return unknown._replace(origins=(unknown,))
    origins = (origin for used in variable_references(written) if used in above for origin in above[used].origins)
    return Variable(
        name,
        written,
        expanded(written, values),
        None,
        view,
        tuple({origin.name: origin for origin in origins}.values()),
    )


def expanded(text: str, values: Mapping[str, str | None]) -> str:
    """A text as Kubernetes expands it (third_party/forked/golang/expansion): `$(NAME)` where the name is known, and
    `$$` for a dollar sign; anything else stays as it is.

    What would grow beyond any command line stays as it is written: no node sees it, and a value that doubles the one
    above it would take all the memory there is.
    """
    if "$" not in text:
        return text
    end = text.rfind(")") + 1  # behind it nothing closes a reference, and looking for that would take a second run
    parts: list[str] = []
    at = size = 0
    for found in _REFERENCE.finditer(text, 0, max(end, 0)):
        value = "$" if found[1] is None else values.get(found[1], found[0])
        parts += (text[at : found.start()], UNKNOWN if value is None else value)
        size += len(parts[-1])
        if size > LONGEST:
            return text
        at = found.end()
    return "".join(parts) + text[at:end] + text[end:].replace("$$", "$")


def variable_references(text: str) -> Iterator[str]:
    """The names that stand as `$(NAME)` in a text, known or not."""
    for found in _REFERENCE.finditer(text, 0, text.rfind(")") + 1):
        if found[1] is not None:
            yield found[1]
