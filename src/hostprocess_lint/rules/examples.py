"""The examples of a page: what it shows as problematic and as correct, and the findings that it promises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_SECTION = re.compile(r"^## (.+?)[ \t]*$", re.MULTILINE)
_BLOCK = re.compile(r"^```(\w*)[ \t]*\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
_EXPECT = re.compile(r"# expect: ([a-z0-9-]+(?:, [a-z0-9-]+)*)[ \t]*$")

PROBLEMATIC, CORRECT = "Problematic", "Correct"


class Example(NamedTuple):
    """A YAML block of a page: the section that it stands in, and the line and name of each finding that it expects."""

    section: str
    number: int
    text: str

    @property
    def expected(self) -> frozenset[tuple[int, str]]:
        return frozenset(
            (number, name)
            for number, line in enumerate(self.text.splitlines(), 1)
            if (found := _EXPECT.search(line))
            for name in found[1].split(", ")
        )


def sections(body: str) -> dict[str, str]:
    """The sections of a page by their titles, and what stands above them."""
    parts = _SECTION.split(body)
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}


def blocks(section: str) -> Iterator[tuple[str, str]]:
    """Language and text of each block of a section."""
    for found in _BLOCK.finditer(section):
        yield found[1], found[2]


def examples(body: str) -> Iterator[Example]:
    """Each is a test of its own."""
    found = sections(body)
    for title in (PROBLEMATIC, CORRECT):
        texts = (text for language, text in blocks(found.get(title, "")) if language == "yaml")
        for number, text in enumerate(texts, 1):
            yield Example(title, number, text)
