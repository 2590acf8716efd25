"""Where the actions of a template begin and end."""

from __future__ import annotations

import re

import pytest
from scanning import seconds

from hostprocess_lint.documents.actions import outside, spans

ACTION = re.compile(r"\{\{.*?\}\}", re.DOTALL)


@pytest.mark.parametrize("text", ["", "a", "{{ a }}", "a{{b}}c{{\nd}}}}e", "{{{ a }}}", "{{ a {{ b }} {{ c", "}}{{}}"])
def test_actions_are_those_of_the_expression(text: str) -> None:
    assert [text[start:end] for start, end in spans(text)] == ACTION.findall(text)
    assert "x".join(outside(text)) == ACTION.sub("x", text)
    assert b"x".join(outside(text.encode())) == ACTION.sub("x", text).encode()


def test_actions_without_an_end_take_no_time() -> None:
    assert seconds(lambda: lambda: list(spans("{{ a " * 100_000))) < 0.1
