"""Front matter is read without a YAML reader only where that reads the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pages import BY_NAME

from hostprocess_lint.documents.document import Document
from hostprocess_lint.documents.stream import documents
from hostprocess_lint.rules.catalogue import catalogue
from hostprocess_lint.rules.matter import one_liners
from hostprocess_lint.sourcefile import SourceFile

_TEXTS = st.text(st.sampled_from("ab019$:#'\"[]{},&*!|>%@`?~-_.\\ \t…\x85\u2028\n"), max_size=9)
_KEYS = st.sampled_from(["equals", "on", "y", "null", "a-b", "-"])
_WORDS = st.one_of(st.text(st.sampled_from("abny-*"), max_size=4), st.sampled_from(["true", "null", "yes", "off"]))
_QUOTED = st.one_of(
    st.builds("'{}'".format, _TEXTS), st.builds('"{}"'.format, st.text(st.sampled_from("01.8ex"), max_size=4))
)
_VALUES = st.one_of(
    _TEXTS,
    st.builds("'{}'".format, _TEXTS),
    st.builds("[{}]".format, _TEXTS),
    st.builds("{{{}: {}}}".format, _KEYS, st.one_of(_WORDS, st.builds("[{}]".format, _WORDS), _QUOTED)),
    st.sampled_from(["yes", "null", "0x1f", "1_000", "07", "6.5", "1e3", "2024-01-31", "=", "<<", "a: b", "a #b"]),
)
_LINES = st.builds("{}: {}".format, st.sampled_from(["id", "title", "on", "y", "null", "a-b", "-", "A"]), _VALUES)


def as_yaml(text: str) -> Any:
    found = list(documents(SourceFile("page.yaml", text)))
    document = found[0] if len(found) == 1 else None
    return document.data if isinstance(document, Document) and not document.duplicates else None


@given(st.lists(_LINES, max_size=3))
@example(["id: a", "id: b"])
@example(["on: a"])
@example(["title: a''b", "id: 'a''b'"])
@example(["cwe: [78, 250]", "cwes: [0, 1]"])
def test_what_is_read_is_what_yaml_reads(lines: list[str]) -> None:
    text = "\n".join(["---", *lines, ""])
    found = one_liners(text)
    assert found is None or repr(found) == repr(as_yaml(text) or {})  # 1 is no `true`


@pytest.mark.parametrize("rule", BY_NAME.values(), ids=BY_NAME)
def test_pages_are_read_alike(rule: Any) -> None:
    with open(f"{catalogue()}/../{rule.path}", encoding="utf-8") as file:
        matter = file.read().partition("\n---\n")[0] + "\n"
    assert one_liners(matter) in (None, as_yaml(matter))


def test_most_pages_take_no_yaml_reader() -> None:
    """Or reading them were no faster than before."""
    read = 0
    for rule in BY_NAME.values():
        with open(f"{catalogue()}/../{rule.path}", encoding="utf-8") as file:
            read += one_liners(file.read().partition("\n---\n")[0] + "\n") is not None
    assert read > 0.95 * len(BY_NAME)
