"""Pages become rules: the front matter is read, checked, and bound to its check."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

from ..documents.document import Broken, Document, documents
from ..errors import UsageError, did_you_mean
from ..finding import Consequence, Label, Level, Part, Route, Violation
from ..pods.pod import Container, Pod
from ..sourcefile import SourceFile
from .checks import MODULES
from .context import Context

HOME = "https://github.com/hostprocess-lint/hostprocess-lint"

SUBJECTS = ("host-process-pod", "host-process-container", "concerned-pod", "windows-pod", "analysis")
"""What a page can be `for`; `analysis` is what the engine itself raises."""

WORDS = ("equals", "in", "matches", "present")
"""The judging words of declarative rules."""

_KEYS = frozenset(
    [
        "id",
        "name",
        "title",
        "level",
        "consequence",
        "security-severity",
        "cwe",
        "for",
        "select",
        "forbid",
        "require",
        "label",
        "hint",
        "example-config",
    ]
)
_NEEDED = ("id", "name", "title", "level", "for", "label", "hint")
_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n.*?^---[ \t]*\r?$", re.DOTALL | re.MULTILINE)

_USERS_ID = re.compile(r"(?!HPC)[A-Z][A-Z0-9]{1,9}[0-9]{3}\Z")
_USERS_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*\Z")

_NONE: Mapping[str, Any] = {}

Check = Callable[[Any, Context], Iterator[Violation]]


class Rule(NamedTuple):
    """One check and everything that there is to say about it, read from its page.

    `subject` is the page's `for:`, what `check` is called with. `label` is what is written under a finding that says
    nothing of its own. `summary` is the first paragraph under the front matter, `body` the page's Markdown without its
    front matter, `path` the page's path from the repository's root. `example_config` is the configuration that the
    page's examples assume.
    """

    id: str
    name: str
    title: str
    level: Level
    consequence: Consequence
    subject: str
    label: str
    hint: str
    security_severity: str | None
    cwe: tuple[int, ...]
    summary: str
    body: str
    path: str
    check: Check
    example_config: Mapping[str, Any] = _NONE

    @property
    def url(self) -> str:
        """Where the page can be read; of a user's own rule, its path."""
        return f"{HOME}/blob/main/{self.path}" if self.id.startswith("HPC") else self.path


def catalogue() -> str:
    """The folder of the built-in pages: inside the package when installed, else the repository's `policies/`."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    installed = os.path.join(package, "policies")
    return installed if os.path.isdir(installed) else os.path.join(package, "..", "..", "policies")


@cache
def builtin() -> tuple[Rule, ...]:
    """The rules of the catalogue, in the order of their ids."""
    found = []
    for consequence in Consequence:
        folder = os.path.join(catalogue(), consequence.value)
        for name in os.listdir(folder):
            if name.endswith(".md"):
                with open(os.path.join(folder, name), encoding="utf-8") as page:
                    found.append(_load(page.read(), f"policies/{consequence.value}/{name}", consequence))
    return tuple(sorted(found, key=lambda rule: rule.id))


def user_rules(directories: Iterable[str]) -> tuple[Rule, ...]:
    """The rules of an organisation: every page, or bare YAML file of the form of a front matter, in some directories.

    Raises UsageError with path and line.
    """
    known = {text: rule.path for rule in builtin() for text in (rule.id, rule.name)}
    found = []
    for path in _user_pages(directories):
        page, body = _parsed(_text(path), path)
        found.append(page.users_rule(body, known))
    return tuple(found)


def _user_pages(directories: Iterable[str]) -> Iterator[str]:
    for directory in dict.fromkeys(os.path.normpath(directory) for directory in directories):
        try:
            names = sorted(os.listdir(directory))
        except OSError as error:
            raise UsageError(f"{directory}: the policies cannot be read: {error.strerror}") from None
        for name in names:
            if name.endswith((".md", ".yaml", ".yml")) and name.lower() != "readme.md":
                yield os.path.join(directory, name).replace(os.sep, "/")


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8-sig") as file:
            return file.read()
    except OSError as error:
        raise UsageError(f"{path}: the policy cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: the policy is not UTF-8") from None


def _load(text: str, path: str, consequence: Consequence) -> Rule:
    """One page of the catalogue. Raises UsageError with path and line."""
    page, body = _parsed(text, path)
    return page.rule(body, consequence)


def _parsed(text: str, path: str) -> tuple[_Page, str]:
    """A page's front matter, which is all there is of a bare YAML file, and what stands under it."""
    matter = None
    if path.endswith(".md"):
        matter = _FRONT_MATTER.match(text)
        if matter is None:
            raise UsageError(f"{path}:1: a policy begins with front matter between two `---` lines")
    found = list(documents(SourceFile(path, text[: matter.end() - 3] if matter else text)))
    if not found:
        raise UsageError(f"{path}:1: the policy is empty")
    document = found[0]
    line = document.text.position(document.span.start if isinstance(document, Broken) else document.root.start)[0]
    if isinstance(document, Broken):
        raise UsageError(f"{path}:{line}: the policy is no YAML: {document.reason}")
    if len(found) > 1 or not isinstance(document.data, dict):
        raise UsageError(f"{path}:{line}: a policy is one mapping, of the keys {', '.join(sorted(_KEYS))}")
    page = _Page(path, document)
    page.check_keys()
    return page, text[matter.end() :].strip() if matter else ""


class _Page:
    """Front matter on its way to a rule, with the lines that its errors name."""

    def __init__(self, path: str, document: Document) -> None:
        self.path = path
        self.document = document
        self.data: dict[str, Any] = document.data if isinstance(document.data, dict) else {}

    def wrong(self, key: str, message: str) -> UsageError:
        line = self.document.text.position(self.document.span((key,), Part.KEY).start)[0]
        return UsageError(f"{self.path}:{line}: {message}")

    def users_rule(self, body: str, known: dict[str, str]) -> Rule:
        """A rule of an organisation. `known` are the ids and names taken so far, and by which page."""
        if "select" not in self.data:
            raise self.wrong("id", "a rule needs a `select`, as in `select: $.image`, and a `forbid` or `require`")
        self.data.setdefault("consequence", Consequence.SECURITY.value)
        rule = self.rule(body, self._choice("consequence", Consequence))
        if not _USERS_ID.match(rule.id):
            raise self.wrong(
                "id", "`id` is capital letters and three digits, as in `ACME001`; `HPC` is the catalogue's"
            )
        if not _USERS_NAME.match(rule.name):
            raise self.wrong("name", "`name` is lower-case words with hyphens, as in `foreign-registry`")
        if Consequence.ANALYSIS is rule.consequence or rule.subject == "analysis":
            raise self.wrong("for", "`analysis` is the scanner's own")
        for verdict in ("forbid", "require"):
            pattern = (self.data.get(verdict) or {}).get("matches")
            if pattern is not None:
                _pattern(self, verdict, pattern)  # a mistake in it is told now, not when a manifest needs it
        for key in ("id", "name"):
            if self.data[key] in known:
                raise self.wrong(key, f"`{key}` {self.data[key]} is taken by {known[self.data[key]]}")
            known[self.data[key]] = self.path
        return rule

    def check_keys(self) -> None:
        for route in self.document.duplicates:
            raise self.wrong(str(route[0]), f"`{route[-1]}` stands here a second time")
        for key in self.data:
            if key not in _KEYS:
                raise self.wrong(key, f"unknown key `{key}`{did_you_mean(key, _KEYS)}")
        for key in _NEEDED:
            if not isinstance(self.data.get(key), str):
                raise self.wrong(key, f"`{key}` is missing, or is no string")

    def rule(self, body: str, consequence: Consequence) -> Rule:
        return Rule(
            id=self.data["id"],
            name=self.data["name"],
            title=self.data["title"],
            level=self._choice("level", Level),
            consequence=consequence,
            subject=self._subject(),
            label=self.data["label"],
            hint=self.data["hint"],
            security_severity=self._severity(),
            cwe=self._cwe(),
            summary=" ".join(body.split("\n\n", 1)[0].split()) or self.data["title"],
            body=body,
            path=self.path,
            check=self._check(),
            example_config=self.data.get("example-config") or {},
        )

    def _choice(self, key: str, kind: type[Any]) -> Any:
        try:
            return kind(self.data.get(key))
        except ValueError:
            wanted = ", ".join(f"`{member.value}`" for member in kind)
            raise self.wrong(key, f"`{key}` is one of {wanted}") from None

    def _severity(self) -> str | None:
        severity = self.data.get("security-severity")
        if severity is None:
            return None
        if isinstance(severity, bool) or not isinstance(severity, (int, float)) or not 0 <= severity <= 10:
            raise self.wrong("security-severity", "`security-severity` is a number from 0 to 10, as in CVSS")
        return str(severity)

    def _cwe(self) -> tuple[int, ...]:
        numbers = self.data.get("cwe", [])
        if not isinstance(numbers, list) or not all(type(number) is int for number in numbers):
            raise self.wrong("cwe", "`cwe` is a list of numbers, as in `[250]`")
        return tuple(numbers)

    def _subject(self) -> str:
        subject: str = self.data["for"]
        if subject not in SUBJECTS:
            raise self.wrong("for", f"`for` is one of {', '.join(f'`{name}`' for name in SUBJECTS)}")
        return subject

    def _check(self) -> Check:
        if "select" in self.data:
            return _declared(self)
        if self.data["for"] == "analysis":
            return _raised_by_the_engine
        name = self.data["name"]
        if name not in MODULES:
            raise self.wrong("name", "a rule is a `select` and a `forbid` or `require`, or has a check of its name")
        module = import_module(f".checks.{MODULES[name]}", __package__)
        check: Check = getattr(module, name.replace("-", "_"))
        return check


def _raised_by_the_engine(_: object, __: Context) -> Iterator[Violation]:
    return iter(())


def _declared(page: _Page) -> Check:
    """The check of a declarative rule: one `select`, and one judging word under `forbid` or `require`."""
    verdicts = [key for key in ("forbid", "require") if key in page.data]
    if len(verdicts) != 1:
        raise page.wrong("select", "a declarative rule has either `forbid` or `require`")
    verdict = verdicts[0]
    judging = page.data[verdict]
    if not isinstance(judging, dict) or len(judging) != 1 or next(iter(judging)) not in WORDS:
        raise page.wrong(verdict, f"`{verdict}` holds exactly one of {', '.join(f'`{word}`' for word in WORDS)}")
    word, operand = next(iter(judging.items()))
    satisfied = _judge(page, verdict, word, operand)
    select = _selector(page)
    part = Part.PAIR if word == "present" else Part.VALUE

    def check(subject: Pod | Container, _: Context) -> Iterator[Violation]:
        for route, value in select(subject.merged if isinstance(subject, Container) else subject.effective):
            if value is None and verdict == "require":
                yield _violation(subject, route, False, part)
            elif value is not None and satisfied(value) is (verdict == "forbid"):
                yield _violation(subject, route, True, part)

    return check


def _violation(subject: Pod | Container, route: Route, found: bool, part: Part) -> Violation:
    """A missing value is shown where the subject becomes a HostProcess one."""
    field = subject.source(route)
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


def _judge(page: _Page, verdict: str, word: str, operand: Any) -> Callable[[Any], bool]:
    if word == "present":
        if operand is not True:
            raise page.wrong(verdict, "`present` is followed by `true`")
        return lambda value: value is not None
    if word == "equals":
        return lambda value: type(value) is type(operand) and value == operand
    if word == "in":
        if not isinstance(operand, list):
            raise page.wrong(verdict, "`in` is followed by a list")
        return lambda value: any(type(value) is type(item) and value == item for item in operand)
    if not isinstance(operand, str):
        raise page.wrong(verdict, "`matches` is followed by a regular expression")
    return lambda value: isinstance(value, str) and _pattern(page, verdict, operand).search(value) is not None


@cache
def _pattern(page: _Page, verdict: str, text: str) -> re.Pattern[str]:
    """Compiled when it is first needed: that takes longer than reading the page."""
    try:
        return re.compile(text)
    except re.error as error:
        raise page.wrong(verdict, f"`matches` is followed by a regular expression: {error}") from None


_NAME = r"\.[A-Za-z_][A-Za-z0-9_-]*|\['[^'\\]+'\]"
_PLAIN_PATH = re.compile(rf"\$(?:{_NAME}|\[\*\])+\Z")
_STEP = re.compile(rf"{_NAME}|\[\*\]")

Selector = Callable[[Any], Iterator[tuple[Route, Any]]]


def _selector(page: _Page) -> Selector:
    """What a `select` leads to: (route, value) pairs, of which the value is None where a plain path ends at nothing.

    A path of field names and `[*]` is walked here; what needs more of JSONPath loads jsonpath-ng, which takes longer
    than a scan.
    """
    path = page.data["select"]
    if not isinstance(path, str):
        raise page.wrong("select", "`select` is a JSONPath, as in `$.spec.hostNetwork`")
    if not _PLAIN_PATH.match(path):
        return _jsonpath(page, path)
    steps = tuple(step.strip(".[]'") for step in _STEP.findall(path))
    return lambda data: _walk(data, steps, ())


def _walk(data: Any, steps: tuple[str, ...], route: Route) -> Iterator[tuple[Route, Any]]:
    for number, step in enumerate(steps):
        if step == "*":
            for key, item in enumerate(data) if isinstance(data, list) else ():
                yield from _walk(item, steps[number + 1 :], (*route, key))
            return
        data = data.get(step) if isinstance(data, dict) else None
        route = (*route, step)
    yield route, data


def _jsonpath(page: _Page, path: str) -> Selector:
    from jsonpath_ng.parser import parse

    try:
        expression = parse(path)
    except Exception as error:  # its lexer and parser raise bare exceptions
        raise page.wrong("select", f"`select` is no JSONPath: {error}") from None

    def select(data: Any) -> Iterator[tuple[Route, Any]]:
        found = [(_route(match), match.value) for match in expression.find(data)]
        return iter(found or [((), None)])

    return select


def _route(match: Any) -> Route:
    """A match of jsonpath-ng as a route."""
    steps: list[str | int] = []
    while match.context is not None:
        steps.append(match.path.index if hasattr(match.path, "index") else match.path.fields[0])
        match = match.context
    return tuple(reversed(steps))
