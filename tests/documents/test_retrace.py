"""Every character of a scalar's value is found where it is written."""

from __future__ import annotations

import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hostprocess_lint.documents.document import Document
from hostprocess_lint.documents.nodes import ScalarNode
from hostprocess_lint.documents.retrace import offsets
from hostprocess_lint.documents.stream import documents
from hostprocess_lint.sourcefile import SourceFile


def retraced(text: str) -> tuple[ScalarNode, list[int] | None]:
    """The one string in the text's list or mapping, and where the characters of its value are written."""
    [document] = documents(SourceFile("manifest.yaml", text))
    assert isinstance(document, Document), document
    [route] = [(step,) for step in document.data] if isinstance(document.data, dict) else [(0,)]
    node = document.node(route)
    assert isinstance(node, ScalarNode)
    return node, offsets(text, node.start, node.end, node.style, node.value)


_ESCAPE = re.compile(r"\\(?:x..|u....|U........|[\r\n]|.)")


def as_written(text: str, offset: int, style: str | None) -> str:
    """The character that is written at an offset of a scalar."""
    escape = _ESCAPE.match(text, offset) if style == '"' else None
    return str(yaml.safe_load(f'"{escape[0]}"')) if escape else text[offset]


@st.composite
def values(draw: st.DrawFn) -> str:
    """Strings in which a letter stands only once, so that there is one place at which it can be written."""
    kinds = ["letter", "letter", " ", "\n", "  ", '"', "'", "\\", "#", ": ", "- "]
    pieces = draw(st.lists(st.sampled_from(kinds), max_size=30))
    letters = iter("abcdefghijklmopqrsuvwyzABCDEFGHIJKéèüßλЖ中")
    return "".join(next(letters) if piece == "letter" else piece for piece in pieces)


@given(
    value=values(),
    style=st.sampled_from(["|", ">", '"', "'", None]),
    width=st.sampled_from([8, 20, 1000]),
    indent=st.sampled_from([2, 4, 9]),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    allow_unicode=st.booleans(),
)
def test_every_character_is_retraced(
    value: str, style: str | None, width: int, indent: int, line_end: str, allow_unicode: bool
) -> None:
    text = yaml.safe_dump(
        [value] if style is None else {"key": value},
        default_style=style,
        width=width,
        indent=indent,
        allow_unicode=allow_unicode,
    ).replace("\n", line_end)
    node, found = retraced(text)
    assert node.value == value
    assert found is not None
    assert len(found) == len(value) + 1
    assert found == sorted(found)
    for character, offset in zip(value, found, strict=False):
        written = as_written(text, offset, node.style)
        assert written == character or (character in " \n" and written in "\r\n")


@pytest.mark.parametrize(
    ("scalar", "lines"),
    [
        ("|\n  a\n  b\n\n  c\n", {"a": 2, "b": 3, "c": 5}),
        ("|\n\n\n  a\n", {"a": 4}),
        ("|2-\n      a\n    b\n", {"a": 2, "b": 3}),
        ("|+1 # comment\n   a\n\n   b\n\n\n", {"a": 2, "b": 4}),
        (">\n  a\n  b\n\n  c\n    d\n  e\n", {"a": 2, "b": 3, "c": 5, "d": 6, "e": 7}),
        (">-\n\n  a\n\n\n  b\n", {"a": 3, "b": 6}),
        ('"a\\nb\n\n  c \\\n  d"\n', {"a": 1, "b": 1, "c": 3, "d": 4}),
        ('"a \\\n\n  b"\n', {"a": 1, "b": 3}),
        ("'a\n  b''\n\n\n  c'\n", {"a": 1, "b": 2, "c": 5}),
        ("a\n  b\n\n  c # comment\n", {"a": 1, "b": 2, "c": 4}),
        ("!!str &x\n  a\n  b\n", {"a": 2, "b": 3}),
        ("&x |\n  a\n", {"a": 2}),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_lines_of_characters(scalar: str, lines: dict[str, int], line_end: str) -> None:
    text = f"k: {scalar}".replace("\n", line_end)
    node, found = retraced(text)
    assert found is not None
    file = SourceFile("manifest.yaml", text)
    assert {letter: file.position(found[node.value.index(letter)])[0] for letter in lines} == lines


@pytest.mark.parametrize("value", ["b", "ab ", ""])
def test_a_value_that_is_not_written_there_is_not_retraced(value: str) -> None:
    assert offsets("k: 'a'\n", 3, 6, "'", value) is None
