"""Findings for people: annotated source, the cause underlined, the consequences labelled."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..finding import Finding, Level
from ..location import Location, Precision
from ..outcome import Outcome, Scan
from ..sourcefile import SourceFile
from . import Options
from .covered import named_parts
from .inert import defused, printed, visible
from .prose import counted
from .shown import Told, summed, told_once
from .wrapping import wrapped

if TYPE_CHECKING:
    from ..rules.rule import Rule

_WIDTH = 100
"""Longer source lines, minified JSON mostly, are cut around what is underlined."""

_NARROWEST = 40
_BESIDE = 22
"""The columns that are kept for what stands beside what is underlined."""

_COLORS = {"error": "1;31", "warning": "1;33", "note": "1;36", "help": "1;32", "bold": "1", "frame": "1;34"}


_COPIES = 3
"""How many other copies of a chart are named."""

_SAID = (Outcome.OUTSIDE, Outcome.ACCEPTED, Outcome.EXCLUDED)
"""The outcomes that the last line names beside findings and what was not looked at."""


class _Mark(NamedTuple):
    """One underlined place of a snippet."""

    location: Location
    label: str
    primary: bool


def write(scan: Scan, rules: Sequence["Rule"], options: Options) -> str:
    painter = _Painter(options.color, options.width)
    told = told_once(f for f in scan.findings if f.suppressed is None or options.show_suppressed)
    single, notes = (told, []) if options.verbose else summed(told)
    blocks = ["\n".join(_block(*item, painter)) + "\n" for item in single]
    if notes:
        blocks.append("".join(f"{line}\n" for line in _notes(notes, painter)))
    if options.statistics:
        from .statistics import statistics

        blocks.append("".join(f"{line}\n" for line in statistics(scan)))
    return "\n".join(blocks if options.quiet else [*blocks, "".join(_summary(scan, painter))])


def _shown(text: str) -> str:
    """Text of a manifest, all of it, that neither a terminal nor a CI's log acts on."""
    return defused(visible(text.replace("\t", "    "), len(text) * 4), "\\x5b")


class _Painter:
    """Colours, where they are asked for, and the width of a terminal, where there is one."""

    def __init__(self, color: bool, width: int) -> None:
        self._color = color
        self._width = width

    def wrap(self, line: str, indent: int) -> str:
        return wrapped(line, indent, self._width)

    def room(self, gutter: int) -> int:
        """How many columns a source line may take."""
        return max(min(_WIDTH, self._width - gutter - 3), _NARROWEST) if self._width else _WIDTH

    def fits(self, length: int, gutter: int) -> bool:
        """Whether so many columns are left of the terminal's; no line is too long for a file."""
        return not self._width or length <= self._width - gutter - 3

    def __call__(self, text: str, style: str) -> str:
        return f"\x1b[{_COLORS[style]}m{text}\x1b[0m" if self._color and text else text


def _block(finding: Finding, copies: Sequence[Location], paint: _Painter) -> Iterator[str]:
    level = finding.level.value
    said = paint(f" {finding.name}: {_shown(finding.message)}", "bold")
    yield paint.wrap(paint(f"{level}[{finding.rule}]", level) + said, 4)
    marks = [_Mark(finding.location, finding.label, True)]
    marks += [_Mark(related.location, related.label, False) for related in finding.related]
    files: dict[str, list[_Mark]] = {}
    for mark in marks:
        files.setdefault(mark.location.path, []).append(mark)
    gutter = max(len(str(mark.location.end[0])) for mark in marks)
    for number, file in enumerate(files.values()):
        arrow = "-->" if number == 0 else ":::"
        yield f"{' ' * gutter}{paint(arrow, 'frame')} {_place(file[0].location)}"
        yield from _snippet(file, gutter, level, paint)
    bar = f"{' ' * gutter} {paint('=', 'frame')} "
    for said in _about(finding, copies, paint):
        yield paint.wrap(f"{bar}{said}", gutter + 3)


def _about(finding: Finding, copies: Sequence[Location], paint: _Painter) -> Iterator[str]:
    """Whose it is, where else, and what to do."""
    if finding.resource:
        container = f", container `{finding.container}`" if finding.container else ""
        yield _shown(f"{finding.resource}{container}")
    if finding.source.variant:
        yield f"rendered with {_shown(finding.source.variant)}"
    if copies:
        others = ", ".join(f"{_shown(place.path)}:{place.start[0]}" for place in copies[:_COPIES])
        more = " …" if len(copies) > _COPIES else ""
        yield f"the same in {counted(len(copies), 'copy', 'copies')}: {others}{more}"
    if finding.suppressed:
        yield f"suppressed by {finding.suppressed.kind}: {_shown(finding.suppressed.reason)}"
    yield f"{paint('help', 'help')}: {_shown(finding.hint)}"


def _notes(notes: Sequence[Sequence[Told]], paint: _Painter) -> Iterator[str]:
    """A line for each rule that only has something to note: how often, what, and where first."""
    counts = [sum(1 + len(told.copies) for told in group) for group in notes]
    yield paint(f"{counted(sum(counts), 'note')}, summed up (--verbose shows each)", "bold")
    width = max(len(f"{count:,}") for count in counts)
    for group, count in zip(notes, counts, strict=True):
        first = group[0].finding
        where = f"{_shown(first.location.path)}:{first.location.start[0]}"
        more = f" and {count - 1:,} more" if count > 1 else ""
        named = f"{paint(f'note[{first.rule}]', 'note')} {first.name}"
        yield paint.wrap(f"  {count:>{width},}  {named}: {_shown(first.message)} ({where}{more})", width + 4)


def _place(location: Location) -> str:
    path = _shown(location.path)
    line, column = location.start
    if location.precision is Precision.FILE:
        return f"{path} (file)"
    return f"{path}:{line}:{column}" if location.precision is Precision.EXACT else f"{path}:{line} (line)"


def _snippet(marks: list[_Mark], gutter: int, level: str, paint: _Painter) -> Iterator[str]:
    """The marked lines in their order, with those between folded."""
    shown = [mark for mark in marks if mark.location.precision is not Precision.FILE and mark.location.file.text]
    if not shown:
        return
    edge = f"{' ' * gutter} {paint('|', 'frame')}"
    yield edge
    last = None
    for mark in sorted(shown, key=lambda mark: (mark.location.start, not mark.primary)):
        file, number = mark.location.file, mark.location.start[0]
        if last is not None and number == last + 2:
            yield _line(file, last + 1, gutter, paint)
        elif last is not None and number > last + 2:
            yield paint("...", "frame")
        source, caret_at, width = _cut(file, mark.location, paint.room(gutter))
        if number != last or source.startswith("…") or source.endswith("…"):  # each mark cuts a long line its own way
            yield f"{paint(f'{number:>{gutter}} |', 'frame')} {source}".rstrip()
        last = number
        carets, label = ("^" if mark.primary else "-") * width, _shown(mark.label)
        style = level if mark.primary else "frame"
        if paint.fits(caret_at + width + 1 + len(label), gutter):
            yield f"{edge} {' ' * caret_at}{paint(f'{carets} {label}'.rstrip(), style)}"
        else:  # below, as far to the right as it can stand
            yield f"{edge} {' ' * caret_at}{paint(carets, style)}"
            yield f"{edge} {' ' * max(min(caret_at, paint.room(gutter) - len(label)), 0)}{paint(label, style)}"
    yield edge


def _line(file: SourceFile, number: int, gutter: int, paint: _Painter) -> str:
    return f"{paint(f'{number:>{gutter}} |', 'frame')} {_shown(file.line(number))[: paint.room(gutter)]}".rstrip()


def _cut(file: SourceFile, location: Location, room: int) -> tuple[str, int, int]:
    """A source line made safe and short, the column of its mark, and the mark's width."""
    start, end = file.line_span(location.start[0])
    first, last = max(location.span.start, start), max(min(location.span.end, end), location.span.start)
    if location.precision is Precision.LINE and location.end[0] == location.start[0]:
        first += len(file.text[first:last]) - len(file.text[first:last].lstrip())
    before, marked, after = (_shown(file.text[a:b]) for a, b in ((start, first), (first, last), (last, end)))
    if len(before) + len(marked) + len(after) > room:
        most = room - min(_BESIDE, len(before) + len(after))
        marked = marked if len(marked) <= most else f"{marked[: most - 1]}…"
        half = max((room - len(marked)) // 2 - 1, 0)
        before = before if len(before) <= half else f"…{before[len(before) - half :]}"
        after = after if len(after) <= half else f"{after[:half]}…"
    return before + marked + after, len(before), max(len(marked.rstrip()), 1)


def _summary(scan: Scan, paint: _Painter) -> Iterator[str]:
    """What became of what, by name where a reader should know it, and the counts."""
    for where, what in named_parts(scan):
        said = f"{where}: {what}"
        yield f"{paint.wrap(printed(said, len(said) * 4), 2)}\n"
    levels = Counter(finding.level for finding in scan.findings if finding.suppressed is None)
    counts = [paint(counted(levels[level], level.value), level.value) for level in Level if levels[level]]
    parts = [f"{', '.join(counts) or 'no findings'} in {counted(scan.sources, 'source')}"]
    parts.append(counted(len(scan.workloads), "HostProcess workload"))
    if scan.not_judged:
        parts.append(f"{counted(len(scan.not_judged), 'custom resource')} not judged")
    ended = scan.coverage.counts
    parts += [f"{ended[outcome]:,} {outcome.value}" for outcome in _SAID if ended[outcome]]
    suppressed = sum(finding.suppressed is not None for finding in scan.findings)
    if suppressed:
        parts.append(f"{suppressed} suppressed")
    if scan.skipped:
        parts.append(paint(f"{len(scan.skipped)} not looked at", "error"))
    yield f"{paint.wrap('; '.join(parts), 2)}\n"
