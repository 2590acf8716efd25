"""Which rules there are: the pages of the catalogue, what packages bring, and an organisation's own."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain

from ..errors import UsageError
from ..finding import Consequence, Level
from ..sources.own import read_own
from .installed import installed
from .page import Page, parsed_page
from .rule import SUBJECTS, Check, Rule

_USERS_ID = r"(?!HPC)[A-Z][A-Z0-9]{1,9}[0-9]{3}\Z"
_USERS_NAME = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*\Z"


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
                    page = parsed_page(file.read(), f"policies/{consequence.value}/{name}")
                found.append(page.rule(page.check(ours=True), consequence))
    return tuple(sorted(found, key=lambda rule: rule.id))


def known_rules() -> tuple[Rule, ...]:
    """The catalogue's, and those of installed packages. Raises UsageError that names a package that fails."""
    taken = _taken(builtin())
    return (*builtin(), *(claimed(rule, taken, where) for where, rule in installed()))


def user_rules(directories: Iterable[str]) -> tuple[Rule, ...]:
    """The rules of an organisation: every page, or bare YAML file of the form of a front matter, in some directories.

    Raises UsageError with path and line.
    """
    files = list(_user_pages(directories))
    taken = _taken(known_rules()) if files else {}
    return tuple(_users_rule(parsed_page(_text(path), path), taken) for path in files)


def rule_page(path: str | os.PathLike[str], check: Check | None = None) -> Rule:
    """The rule that a page describes, as packages bring one: `check` judges, where no `select` does.

    The rule's own path is the page's and its folder's name: where it is installed is of no interest in a report.
    Raises UsageError with path and line.
    """
    file = os.fspath(path)
    page = parsed_page(_text(file), file)
    if (check is None) is not ("select" in page.data):
        raise page.wrong("id", "a rule has either a `select` or a check that is given in Python")
    rule = page.rule(check or page.check(), page.consequence())
    for key, message in rule_faults(rule):
        raise page.wrong(key, message)
    return rule._replace(path="/".join(os.path.normpath(file).split(os.sep)[-2:]))


def rule_faults(rule: Rule) -> Iterator[tuple[str, str]]:
    """What is wrong with a rule that is not ours, by the key of its page."""
    if not re.match(_USERS_ID, rule.id):
        yield "id", "`id` is capital letters and three digits, as in `ACME001`; `HPC` is the catalogue's"
    if not re.match(_USERS_NAME, rule.name):
        yield "name", "`name` is lower-case words with hyphens, as in `foreign-registry`"
    if rule.subject not in SUBJECTS:
        yield "for", f"`for` is one of {', '.join(f'`{name}`' for name in SUBJECTS)}"
    if Consequence.ANALYSIS is rule.consequence or rule.subject == "analysis":
        yield "for", "`analysis` is the scanner's own"


def mistyped(rule: Rule) -> Iterator[tuple[str, str]]:
    """What of a rule that is given in Python is none of what it should be; a page's front matter is checked as such."""
    for key in ("id", "name", "title", "label", "hint"):
        if not isinstance(getattr(rule, key), str) or not getattr(rule, key):
            yield key, f"`{key}` is no text"
    for key, kind in (("level", Level), ("consequence", Consequence)):
        if not isinstance(getattr(rule, key), kind):
            yield key, f"`{key}` is none of `hostprocess_lint.{kind.__name__}`"
    if not isinstance(rule.security_severity, (str, type(None))):
        yield "security_severity", "`security_severity` is a text, as in '8.8'"
    if not callable(rule.check):
        yield "check", "`check` is no function"


def claimed(rule: Rule, taken: dict[str, str], where: str) -> Rule:
    """A rule that is given in Python, whose id and name nobody else has. Raises UsageError that begins with `where`."""
    for _, message in chain(mistyped(rule), rule_faults(rule)):
        raise UsageError(f"{where}: {rule.id}: {message}")
    for word in (rule.id, rule.name):
        if word in taken:
            raise UsageError(f"{where}: `{word}` is taken by {taken[word]}")
        taken[word] = where
    return rule._replace(summary=rule.summary or rule.title)


def all_of(rules: Iterable[Rule], added: Iterable[Rule]) -> tuple[Rule, ...]:
    """Some rules, and some that a Python program adds."""
    found = tuple(rules)
    taken = _taken(found)
    return (*found, *(claimed(rule, taken, f"the rule {rule.id}") for rule in added))


def _taken(rules: Iterable[Rule]) -> dict[str, str]:
    return {text: rule.path or rule.id for rule in rules for text in (rule.id, rule.name)}


def _users_rule(page: Page, taken: dict[str, str]) -> Rule:
    """A rule of an organisation. `taken` are the ids and names so far, and by which page."""
    if "select" not in page.data:
        raise page.wrong("id", "a rule needs a `select`, as in `select: $.image`, and a `forbid` or `require`")
    rule = page.rule(page.check(), page.consequence())
    for key, message in rule_faults(rule):
        raise page.wrong(key, message)
    for key in ("id", "name"):
        if page.data[key] in taken:
            raise page.wrong(key, f"`{key}` {page.data[key]} is taken by {taken[page.data[key]]}")
        taken[page.data[key]] = page.path
    return rule


def _user_pages(directories: Iterable[str]) -> Iterator[str]:
    for directory in dict.fromkeys(os.path.normpath(directory) for directory in directories):
        try:
            names = sorted(os.listdir(directory))
        except OSError as error:
            raise UsageError(f"{directory}: the policies cannot be read: {error.strerror}") from None
        pages = [name for name in names if name.endswith((".md", ".yaml", ".yml")) and name.lower() != "readme.md"]
        if not pages:
            raise UsageError(f"{directory}: holds no policy: a rule is a `.md` page or a `.yaml` file in it")
        for name in pages:
            yield os.path.join(directory, name).replace(os.sep, "/")


def _text(path: str) -> str:
    try:
        return read_own(path, "policy").decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{path}: the policy is not UTF-8") from None
