"""Pages become rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from .finding import Consequence, Level, Violation

HOME = "https://github.com/hostprocess-lint/hostprocess-lint"


@dataclass(frozen=True, slots=True)
class Rule:
    """One check and everything that there is to say about it, read from its page.

    `subject` is the page's `for:`, what `check` is called with. `summary` is the first paragraph under the front
    matter, `body` the page's Markdown without its front matter, `path` the page's path from the repository's root.
    """

    id: str
    name: str
    title: str
    level: Level
    consequence: Consequence
    subject: str
    hint: str
    security_severity: str | None
    cwe: tuple[int, ...]
    summary: str
    body: str
    path: str
    check: Callable[..., Iterator[Violation]]

    @property
    def url(self) -> str:
        return f"{HOME}/blob/main/{self.path}"


