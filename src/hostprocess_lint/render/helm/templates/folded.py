"""One template without what no values decide: constants printed, branches that are never taken gone."""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

from .constants import Meant, as_printed, constant, truth
from .expression import parse_expression
from .gotemplate import Segment, Template, parse_template

_BRANCHES = ("if", "with", "range")
_OPENERS = (*_BRANCHES, "define", "block")


class Folded(NamedTuple):
    """A template's text folded, and where each piece of it begins, and is in the template."""

    text: str
    pieces: tuple[tuple[int, int, int], ...]

    @property
    def template(self) -> Template:
        return parse_template(self.text)

    def place(self, offset: int) -> int:
        """Where in the template something stands."""
        begins, start, end = self.pieces[max(bisect_right(self.pieces, offset, key=_begins) - 1, 0)]
        return min(start + offset - begins, end)

    def outputs(self) -> set[int]:
        """Where in the template the actions are of which something is still to be decided."""
        return {self.place(each.start) for each in self.template.segments if each.role == "output"}


def _begins(piece: tuple[int, int, int]) -> int:
    return piece[0]


def fold(template: Template, meant: Meant) -> Folded:
    """A template folded, where its words stand for what is meant."""
    return _Folder(template, meant).folded()


class _Open(NamedTuple):
    """An `if`, `with` or `range` that is not closed, or a `define`.

    `is_written` says that the folded text has it, `is_live` whether what comes is kept, `is_done` that no branch of it
    comes any more.
    """

    is_written: bool
    is_live: bool
    is_done: bool


_EDGE = Segment("text", 0, 0)


class _Folder:
    """Goes through a template once."""

    def __init__(self, template: Template, meant: Meant) -> None:
        self._template = template
        self._meant = meant
        self._open: list[_Open] = []
        self._written: list[str] = []
        self._pieces: list[tuple[int, int, int]] = []
        self._at = 0

    def folded(self) -> Folded:
        segments = (_EDGE, *self._template.segments, _EDGE)
        for before, segment, after in zip(segments, segments[1:], segments[2:]):  # noqa: B905 - of three neighbours
            self._take(segment, before, after)
        return Folded("".join(self._written), tuple(self._pieces) or ((0, 0, 0),))

    @property
    def _is_live(self) -> bool:
        return all(each.is_live for each in self._open[-1:])

    def _take(self, segment: Segment, before: Segment, after: Segment) -> None:
        text = self._template.text[segment.start : segment.end]
        if segment.role == "text":  # the space is trimmed here, as the action that does it may go
            kept = text.lstrip() if before.trims_right else text
            began = segment.end - len(kept)
            self._write(kept.rstrip() if after.trims_left else kept, began, segment.end)
        else:
            instead = self._instead(segment)
            self._write(text if instead is None else instead, segment.start, segment.end)

    def _instead(self, segment: Segment) -> str | None:
        """What stands where an action stood; None where it stays."""
        if segment.keyword in _OPENERS:
            return self._opened(segment)
        if segment.keyword == "else" and self._open:
            return self._else(segment)
        if segment.keyword == "end" and self._open:
            return None if self._open.pop().is_written else ""
        if segment.role == "comment":
            return ""
        known = constant(parse_expression(segment.body), self._meant) if segment.role == "output" else None
        text = as_printed(known) if known else None
        return None if text is None or "{{" in text else text

    def _opened(self, segment: Segment) -> str | None:
        if not self._is_live:
            self._open.append(_Open(False, False, True))
            return ""
        asked = segment.body.removeprefix(segment.keyword).strip()
        return self._branch(segment, asked, None, is_if=segment.keyword == "if")

    def _else(self, segment: Segment) -> str | None:
        ended = self._open.pop()
        rest = segment.body.removeprefix("else").strip()
        if ended.is_done:
            self._open.append(ended._replace(is_live=False))
            return ""
        if not rest:
            self._open.append(_Open(ended.is_written, True, True))
            return None if ended.is_written else ""
        is_if = rest.startswith("if")
        asked = rest.removeprefix("if" if is_if else "with").strip()
        return self._branch(segment, asked, ended, is_if=is_if)

    def _branch(self, segment: Segment, asked: str, before: _Open | None, *, is_if: bool) -> str | None:
        """Opens a branch; what is never taken goes, and what always is loses its condition."""
        is_branch = before is not None or segment.keyword in _BRANCHES
        decided = truth(parse_expression(asked), self._meant) if is_branch else None
        is_written = before is not None and before.is_written
        if decided is False:
            self._open.append(_Open(is_written, False, False))
            return ""
        if decided and is_if:
            self._open.append(_Open(is_written, True, True))
            return segment.saying("else") if is_written else ""
        self._open.append(_Open(True, True, False))
        if before is None or is_written:
            return None
        return segment.saying(f"{'if' if is_if else 'with'} {asked}")

    def _write(self, text: str, start: int, end: int) -> None:
        if text and self._is_live:
            self._pieces.append((self._at, start, end))
            self._written.append(text)
            self._at += len(text)
