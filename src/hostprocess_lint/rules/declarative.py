"""Rules that are data: one `select`, and one judging word under `forbid` or `require`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from ..errors import UsageError
from ..finding import Violation
from ..location import Label, Part, Route
from ..pods.pod import Container, Pod
from .context import Context
from .rule import Check

WORDS = ("equals", "in", "matches", "present")
"""The judging words."""

Wrong = Callable[[str, str], UsageError]
"""Makes the error that names a key's line; called with the key and what is wrong with it."""

Selector = Callable[[Any], Iterator[tuple[Route, Any]]]


class Declarative:
    """The check of such a rule: what its `select`, of which `written` is the text, leads to, judged.

    `needs` is the key that a pod must have somewhere for it to forbid anything, where that is known.
    """

    __slots__ = ("_part", "_satisfied", "_select", "needs", "verdict", "written")

    def __init__(
        self, written: str, select: Selector, satisfied: Callable[[Any], bool], verdict: str, part: Part
    ) -> None:
        self.written = written
        self.verdict = verdict
        self.needs = _last_name(written) if verdict == "forbid" else frozenset[str]()
        self._select = select
        self._satisfied = satisfied
        self._part = part

    def __call__(self, subject: Any, context: Context) -> Iterator[Violation]:
        for route, value in self.selected(subject):
            if value is None and self.verdict == "require":
                yield _violation(subject, route, False, self._part)
            elif value is not None and self._satisfied(value) is (self.verdict == "forbid"):
                yield _violation(subject, route, True, self._part)

    def selected(self, subject: Pod | Container) -> Iterator[tuple[Route, Any]]:
        return self._select(subject.merged if isinstance(subject, Container) else subject.effective)


def declared(data: Mapping[str, Any], wrong: Wrong, ours: bool) -> Check:
    """The check that a front matter describes, of the catalogue or of somebody else. Raises what `wrong` makes."""
    verdicts = [key for key in ("forbid", "require") if key in data]
    if len(verdicts) != 1:
        raise wrong("select", "a declarative rule has either `forbid` or `require`")
    verdict = verdicts[0]
    judging = data[verdict]
    if not isinstance(judging, dict) or len(judging) != 1 or next(iter(judging)) not in WORDS:
        raise wrong(verdict, f"`{verdict}` holds exactly one of {', '.join(f'`{word}`' for word in WORDS)}")
    word, operand = next(iter(judging.items()))
    satisfied = _judge(word, operand, lambda message: wrong(verdict, message), ours)
    select = _selector(data["select"], lambda message: wrong("select", message))
    part = Part.PAIR if word == "present" else Part.VALUE
    return Declarative(data["select"], select, satisfied, verdict, part)


def _nulled(subject: Pod | Container, route: Route) -> Route | None:
    """The way to a key that is there without a value, of a way into what is selected from."""
    names = [str(step) for step in route]
    if isinstance(subject, Container):
        return subject.nulled(names)
    view = subject.metadata if names[0] == "metadata" else subject
    return view.null(names[1:]) if len(names) > 1 else None


def _violation(subject: Pod | Container, route: Route, found: bool, part: Part) -> Violation:
    """A missing value is shown where the subject becomes a HostProcess one, or at its key where that says null."""
    field = subject.source(route)
    if not found and (empty := _nulled(subject, route)):
        return Violation(
            Label(empty, "is empty", Part.KEY),
            empty,
            container=subject.name if isinstance(subject, Container) else None,
        )
    if isinstance(subject, Pod):
        because = Label(subject.because if subject.is_host_process else subject.route)
        if not found:
            return Violation(because, field)
        related = (because._replace(text="makes it a HostProcess pod"),) if subject.is_host_process else ()
        return Violation(Label(field, part=part), related=related)
    primary = Label(field, part=part) if found else Label(subject.origin)
    inherited = primary.route[: len(subject.route)] != subject.route
    related = (Label((*subject.route, "name"), "inherited here"),) if inherited else ()
    return Violation(primary, field, related=related, container=subject.name)


def _judge(word: str, operand: Any, wrong: Callable[[str], UsageError], ours: bool) -> Callable[[Any], bool]:
    if word == "present":
        if operand is not True:
            raise wrong("`present` is followed by `true`")
        return lambda value: value is not None
    if word == "equals":
        return lambda value: type(value) is type(operand) and value == operand
    if word == "in":
        if not isinstance(operand, list):
            raise wrong("`in` is followed by a list")
        return lambda value: any(type(value) is type(item) and value == item for item in operand)
    if not isinstance(operand, str):
        raise wrong("`matches` is followed by a regular expression")

    if not ours:
        matches = _bounded(operand, wrong)
        return lambda value: isinstance(value, str) and matches(value)

    @cache
    def pattern() -> re.Pattern[str]:
        """Compiled when a manifest needs it, as that takes a while."""
        return re.compile(operand)

    return lambda value: isinstance(value, str) and pattern().search(value) is not None


def _bounded(expression: str, wrong: Callable[[str], UsageError]) -> Callable[[str], bool]:
    """The search for an expression that may come with the scanned tree; what is wrong with it is told at once."""
    from .linear import matcher

    try:
        return matcher(expression)
    except re.error as error:
        raise wrong(f"`matches` is followed by a regular expression: {error}") from None
    except (ValueError, OverflowError, RecursionError) as error:
        raise wrong(f"`matches`: {error}") from None


_NAME = r"\.[A-Za-z_][A-Za-z0-9_-]*|\['[^'\\]+'\]"
_PLAIN_PATH = re.compile(rf"\$(?:{_NAME}|\[\*\])+\Z")
_LONGEST, _DESCENTS = 500, 2
"""Each `..` looks at everything below everything that was found before."""

_STEP = re.compile(rf"{_NAME}|\[\*\]")


def _selector(path: object, wrong: Callable[[str], UsageError]) -> Selector:
    """What a `select` leads to: (route, value) pairs, of which the value is None where a plain path ends at nothing.

    A path of field names and `[*]` is walked here; what needs more of JSONPath loads jsonpath-ng, which takes longer
    than a scan.
    """
    if not isinstance(path, str):
        raise wrong("`select` is a JSONPath, as in `$.spec.hostNetwork`")
    if not _PLAIN_PATH.match(path):
        return _jsonpath(path, wrong)
    steps = _steps(path)
    return lambda data: _walk(data, steps, ())


def _last_name(path: str) -> frozenset[str]:
    """The last key on a plain path; `metadata` and `spec` are there in every pod."""
    steps = _steps(path) if _PLAIN_PATH.match(path) else ()
    return frozenset([step for step in steps if step != "*"][-1:]) - {"metadata", "spec"}


def _steps(path: str) -> tuple[str, ...]:
    return tuple(step.strip(".[]'") for step in _STEP.findall(path))


def _walk(data: Any, steps: tuple[str, ...], route: Route) -> Iterator[tuple[Route, Any]]:
    for number, step in enumerate(steps):
        if step == "*":
            for key, item in enumerate(data) if isinstance(data, list) else ():
                yield from _walk(item, steps[number + 1 :], (*route, key))
            return
        data = data.get(step) if isinstance(data, dict) else None
        route = (*route, step)
    yield route, data


def _jsonpath(path: str, wrong: Callable[[str], UsageError]) -> Selector:
    from jsonpath_ng.parser import parse

    if len(path) > _LONGEST or path.count("..") > _DESCENTS:
        raise wrong(f"`select` has more than {_LONGEST} characters, or more than {_DESCENTS} times `..`")
    try:
        expression = parse(path)
    except Exception as error:  # its lexer and parser raise bare exceptions
        raise wrong(f"`select` is no JSONPath: {error}") from None

    def select(data: Any) -> Iterator[tuple[Route, Any]]:
        found = [(_route(match), match.value) for match in expression.find(data)]
        return iter(found or [((), None)])

    return select


def _route(match: Any) -> Route:
    """A match of jsonpath-ng as a route."""
    steps: list[str | int] = []
    while match.context is not None:
        steps.append(_step(match.path, match.context.value))
        match = match.context
    return tuple(reversed(steps))


def _step(path: Any, inside: Any) -> str | int:
    """An index may count from the end. Since jsonpath-ng 1.7 it is one of several."""
    if hasattr(path, "fields"):
        name: str = path.fields[0]
        return name
    index: int = path.indices[0] if hasattr(path, "indices") else path.index
    return index % len(inside)
