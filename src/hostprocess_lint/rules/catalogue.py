"""Which rules there are: the pages of the catalogue, and those of an organisation."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from functools import cache

from ..errors import UsageError
from ..finding import Consequence
from .page import Page, parsed
from .rule import Rule

_USERS_ID = re.compile(r"(?!HPC)[A-Z][A-Z0-9]{1,9}[0-9]{3}\Z")
_USERS_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*\Z")


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
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    page = parsed(file.read(), f"policies/{consequence.value}/{name}")
                found.append(page.rule(page.check(ours=True), consequence))
    return tuple(sorted(found, key=lambda rule: rule.id))


def user_rules(directories: Iterable[str]) -> tuple[Rule, ...]:
    """The rules of an organisation: every page, or bare YAML file of the form of a front matter, in some directories.

    Raises UsageError with path and line.
    """
    known = {text: rule.path for rule in builtin() for text in (rule.id, rule.name)}
    return tuple(_users_rule(parsed(_text(path), path), known) for path in _user_pages(directories))


def _users_rule(page: Page, known: dict[str, str]) -> Rule:
    """A rule of an organisation. `known` are the ids and names taken so far, and by which page."""
    if "select" not in page.data:
        raise page.wrong("id", "a rule needs a `select`, as in `select: $.image`, and a `forbid` or `require`")
    rule = page.rule(page.check(), page.consequence())
    if not _USERS_ID.match(rule.id):
        raise page.wrong("id", "`id` is capital letters and three digits, as in `ACME001`; `HPC` is the catalogue's")
    if not _USERS_NAME.match(rule.name):
        raise page.wrong("name", "`name` is lower-case words with hyphens, as in `foreign-registry`")
    if Consequence.ANALYSIS is rule.consequence or rule.subject == "analysis":
        raise page.wrong("for", "`analysis` is the scanner's own")
    for key in ("id", "name"):
        if page.data[key] in known:
            raise page.wrong(key, f"`{key}` {page.data[key]} is taken by {known[page.data[key]]}")
        known[page.data[key]] = page.path
    return rule


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
