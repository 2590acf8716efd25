"""Regular expressions of policies: they find what `re` finds, and no text takes them long."""

from __future__ import annotations

import re
import time
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scanning import seconds

from hostprocess_lint.rules.linear import matcher

EXPRESSIONS = (
    *("", "a", "^a", "a$", r"a\Z", r"\Aa", "^$", "^^a$$", "a|b", "^(?:a|b)$", "(a)(b)", "[a-c]x", "[^a]", "a.b", "."),
    *("a*", "a+b", "^a*$", "a?b", "(?:ab)*c", "^(?:ab)+$", "a{2}", "^a{2,3}$", "^a{2,}$", "a{0}b", "^(?:a{0,2}b){2}$"),
    *("(?i)ab", "(?i:a)b", "(?-i:a)B", "(?s)a.b", "(?m)^b$", "(?x) a  b # c", r"\ba\b", r"a\B", r"\d+\s\w", r"[\d_]"),
    *("a*?b", "^(?:a+)+$", "^(a|aa)+$", "(?:a|b|)c", "^(?:^a|b)*$", r"^(?:a\b|\Bb)*$", r"(?:\b|a)+b", "(?:)*a"),
    *("^(?:$|a)+$", r"(?i)^NT AUTHORITY\\SYSTEM$", "ß", "(?i)É|ſ", r"\W"),
    r"^registry\.example\.com/(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/?)+:\d+\.\d+$",
)
TEXTS = (
    *("", "a", "b", "ab", "ba", "aa", "aaa", "aaaa", "abab", "abc", "a\n", "a\nb", "\na", "ba\n", "a b", "B", "AB"),
    *("aB", "-a-", "_", "ax", "x", "1 a", "é", "É", "S", "s", "SS", "ac", "c", "0", " ", "𝒳"),
    *("registry.example.com/a/b:1.2", "nt authority\\system"),
)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_it_finds_what_re_finds(expression: str) -> None:
    found, expected = matcher(expression), re.compile(expression)
    assert [found(text) for text in TEXTS] == [expected.search(text) is not None for text in TEXTS]


LEAVES = st.sampled_from(["a", "b", "A", ".", "[ab]", "[^a]", r"\w", "^", "$", r"\b", r"\B", r"\A", r"\Z", "", r"\n"])
REPEATS = st.sampled_from(["*", "+", "?", "{2}", "{0,2}", "{1,}", "*?", "{0}"])
MADE = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, REPEATS).map(lambda two: f"(?:{two[0]}){two[1]}"),
        st.lists(inner, min_size=2, max_size=3).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({'|'.join(parts)})"),
        inner.map(lambda part: f"(?i:{part})"),
        inner.map(lambda part: f"(?m:{part})"),
    ),
    max_leaves=6,
)


@given(MADE, st.lists(st.text("abAB\n _", max_size=6), max_size=5))
def test_it_finds_what_re_finds_whatever_it_is(expression: str, texts: list[str]) -> None:
    try:
        found = matcher(expression)
    except ValueError as error:
        assert "different places" in str(error)
        return
    for text in texts:
        assert found(text) is (re.search(expression, text) is not None), (expression, text)


HANGING = {
    "^(a+)+$": "a" * 50_000 + "!",
    "(a|aa)+$": "a" * 50_000 + "!",
    "(.*a){20}b": "a" * 50_000,
    "(a?){50}a{50}b": "a" * 50_000,
    "^(([a-z])+.)+[A-Z]([a-z])+$": "a" * 50_000,
    "(.*)(.*)(.*)(.*)(.*)[^a]x": "a" * 50_000,
    r"(\s+|a)*\b!": " a" * 25_000,
    "[ab]*a[ab]{200}c": "abbabaabba" * 5_000,
    "x*y": "x" * 200_000,
}


@pytest.mark.parametrize("expression", HANGING)
def test_no_text_takes_long(expression: str) -> None:
    found = matcher(expression)
    started = time.process_time()
    assert found(HANGING[expression]) is False
    assert time.process_time() - started < 5


def test_time_is_in_proportion_to_the_text() -> None:
    found = matcher("(a|aa)+b")
    assert seconds(lambda: partial(found, "a" * 400_000)) < 12 * seconds(lambda: partial(found, "a" * 100_000))


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        (r"(a)\1", "a reference to a group is not known here"),
        ("a(?=b)", "looking ahead or behind is not known here"),
        ("(?<!a)b", "looking ahead or behind is not known here"),
        ("(a)?(?(1)b|c)", "a reference to a group"),
        ("a{600}", "more than 500 characters"),
        ("(?:a{30}){30}", "more than 500 characters"),
        ("(?:(?:a{0,9999}){0,9999}){0,9999}", "more than 500 characters"),
        ("".join(chr(0x4E00 + number) for number in range(101)), "more than 100 different characters"),
    ],
)
def test_what_it_cannot_do_is_refused(expression: str, said: str) -> None:
    started = time.process_time()
    with pytest.raises(ValueError, match=said):
        matcher(expression)
    assert time.process_time() - started < 2
