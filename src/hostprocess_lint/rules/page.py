"""Pages become rules: the front matter is read, checked, and bound to its check."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, cached_property
from importlib import import_module
from typing import Any

from ..documents.document import Document
from ..documents.stream import Broken, documents
from ..errors import UsageError, did_you_mean
from ..finding import Consequence, Level
from ..location import Part, Route
from ..sourcefile import SourceFile
from .checks import CHECKS
from .declarative import Declarative, declared
from .matter import one_liners
from .rule import FOR_CODE, SUBJECTS, Check, Rule

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
_FRONT_MATTER = r"(?ms)---[ \t]*\r?\n.*?^---[ \t]*\r?$"


class Page:
    """Front matter on its way to a rule, with the lines that its errors name. `body` is what stands under it.

    Raises UsageError with path and line.
    """

    def __init__(self, path: str, matter: str, body: str) -> None:
        self.path = path
        self.body = body
        self._matter = matter
        found = one_liners(matter)
        self.data: dict[str, Any] = self._document.data if found is None else found  # type: ignore[assignment]
        self._check_keys(() if found is not None else self._document.duplicates)

    @cached_property
    def _document(self) -> Document:
        found = list(documents(SourceFile(self.path, self._matter)))
        if not found:
            raise UsageError(f"{self.path}:1: the policy is empty")
        document = found[0]
        line = document.text.position(document.span.start if isinstance(document, Broken) else document.root.start)[0]
        if isinstance(document, Broken):
            raise UsageError(f"{self.path}:{line}: the policy is no YAML: {document.reason}")
        if len(found) > 1 or not isinstance(document.data, dict):
            raise UsageError(f"{self.path}:{line}: a policy is one mapping, of the keys {', '.join(sorted(_KEYS))}")
        return document

    def wrong(self, key: str, message: str) -> UsageError:
        line = self._document.text.position(self._document.span((key,), Part.KEY).start)[0]
        return UsageError(f"{self.path}:{line}: {message}")

    def _check_keys(self, duplicates: Sequence[Route]) -> None:
        for route in duplicates:
            raise self.wrong(str(route[0]), f"`{route[-1]}` stands here a second time")
        for key in self.data:
            if key not in _KEYS:
                raise self.wrong(key, f"unknown key `{key}`{did_you_mean(key, _KEYS)}")
        for key in _NEEDED:
            if not isinstance(self.data.get(key), str):
                raise self.wrong(key, f"`{key}` is missing, or is no string")

    def consequence(self) -> Consequence:
        """What the front matter says; a page of the catalogue says it by its folder."""
        found: Consequence = self._choice("consequence", Consequence, Consequence.SECURITY.value)
        return found

    def check(self, ours: bool = False) -> Check:
        """The check of a declarative page, or of the catalogue's of that name."""
        if "select" in self.data:
            return declared(self.data, self.wrong, ours)
        if self.data["for"] == "analysis":
            return raised_by_the_scanner
        name = self.data["name"]
        if name not in CHECKS:
            raise self.wrong("name", "a rule is a `select` and a `forbid` or `require`, or has a check of its name")
        return _loaded_when_asked(CHECKS[name][0], name.replace("-", "_"))

    def needs(self, check: Check) -> frozenset[str]:
        """The keys that a pod must have one of for the check to find anything."""
        if isinstance(check, Declarative):
            return check.needs
        return frozenset(CHECKS.get(self.data["name"], ())[1:])

    def rule(self, check: Check, consequence: Consequence) -> Rule:
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
            summary=" ".join(self.body.split("\n\n", 1)[0].split()) or self.data["title"],
            body=self.body,
            path=self.path,
            check=check,
            example_config=self.data.get("example-config") or {},
            needs=self.needs(check),
        )

    def _choice(self, key: str, kind: type[Any], default: str | None = None) -> Any:
        try:
            return kind(self.data.get(key, default))
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
        if subject in FOR_CODE and "select" in self.data:
            raise self.wrong(
                "for", f"`for: {subject}` needs a check in Python: a `select` begins at a pod or container"
            )
        return subject


def _loaded_when_asked(module: str, function: str) -> Check:
    """A check of ours: most pods have nothing that most of them are about."""

    @cache
    def loaded() -> Check:
        check: Check = getattr(import_module(f".checks.{module}", __package__), function)
        return check

    return lambda subject, context: loaded()(subject, context)


def raised_by_the_scanner(*_: object) -> Any:
    return iter(())


def parsed_page(text: str, path: str) -> Page:
    """A page, or a bare YAML file that is nothing but front matter. Raises UsageError with path and line."""
    matter = None
    if path.endswith(".md"):
        matter = re.match(_FRONT_MATTER, text)
        if matter is None:
            raise UsageError(f"{path}:1: a policy begins with front matter between two `---` lines")
    if matter is None:
        return Page(path, text, "")
    return Page(path, text[: matter.end() - 3], text[matter.end() :].strip())
