"""Text from manifests made harmless for whatever prints or parses a report."""

from __future__ import annotations

import re

LONGEST = 1000
_PUNCTUATION = str.maketrans("{}`", "()'")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_RUNNER_COMMAND = r"(##\w*)\["

Object = dict[str, object]
"""A JSON object."""


def visible(text: str, longest: int = LONGEST) -> str:
    """One printable line: line ends, terminal controls, bidirectional marks and the like become escapes (`\\x1b`)."""
    shown = text[: longest + 1]
    if not shown.isprintable():
        shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in shown)
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"


def cell(text: str) -> str:
    """A cell of a spreadsheet, which would take one that begins like a formula for one."""
    shown = printed(text)
    return f"'{shown}" if shown.lstrip().startswith(_FORMULA) else shown


_INERT = {ord(c): f"&#{ord(c)};" for c in "\\`*_[]{}<>|~$&:"} | {ord(c): f"&#{ord(c)};&#8203;" for c in "@#"}
"""Entities are never syntax. Mentions and issue numbers are looked for later: a zero-width space parts those."""
LONGEST_CELL = 600


def markdown(text: str) -> str:
    """Text that no Markdown, HTML, mention or address can come out of."""
    return visible(text, LONGEST_CELL).translate(_INERT).replace("www.", "www&#46;")


def markdown_code(text: str) -> str:
    return f"<code>{markdown(text)}</code>"


def without_markup(text: str) -> str:
    """`visible` text without what SARIF messages give a meaning: braces are placeholders, `[x](y)` is a link."""
    return visible(text).translate(_PUNCTUATION).replace("](", "] (")


def defused(text: str, bracket: str) -> str:
    """`text` with `bracket`, its format's own escape, for the `[` of runner commands.

    GitHub's runner obeys `##[command]`, and Azure's agent `##vso[command]`, anywhere in a line that a step prints.
    """
    return re.sub(_RUNNER_COMMAND, lambda match: match[1] + bracket, text) if "##" in text else text


def printed(text: str, longest: int = LONGEST) -> str:
    """A whole line, or the cell of a table that may begin one, that neither a terminal nor a CI's log acts on.

    GitHub's runner obeys `::command::` where a line begins with it, blanks aside.
    """
    shown = defused(visible(text, longest), "\\x5b")
    start = len(shown) - len(shown.lstrip())
    return f"{shown[:start]}\\x3a{shown[start + 1 :]}" if shown.startswith("::", start) else shown


def address(url: str) -> str:
    """A URL that stays one, and within a Markdown link: a user's own page may have any path."""
    from urllib.parse import quote  # which loads a module for addresses of networks

    return quote(url, safe="/:?#=&%~", errors="replace")
