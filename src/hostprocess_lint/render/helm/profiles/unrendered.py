"""Where a chart's texts say HostProcess, or put the word together, and no rendering shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import islice

from ....location import Span
from ....sources.charts.chart import Chart, is_template
from ....sources.charts.filesread import NO_FILES, files_read_by_templates
from ..templates.gotemplate import Template
from .building import Building
from .saying import SAYS_MORE, SAYS_TRUE, may_name_it
from .switches import belongs, rendered_name


def _files_that_say(chart: Chart, folder: str, templates: Sequence[Template]) -> Iterator[tuple[str, Span]]:
    """The other files below a folder that say HostProcess and that templates may read; the first place in each."""
    read = files_read_by_templates(each.text for each in templates)
    for name, member in chart.members.items() if read != NO_FILES else ():
        if name.startswith(folder) and not is_template(name) and not name.endswith(("values.yaml", "Chart.yaml")):
            text = member.text or ""
            match = SAYS_TRUE.search(text) if may_name_it(text) else None
            if match and read.covers(name.removeprefix(folder)):
                yield name, Span(*match.span())


def unrendered(
    chart_and_below: Iterable[Building], done: set[str], failing: set[str]
) -> Iterator[tuple[str, Span, bool]]:
    """Where templates say HostProcess that are not done: the member, the first place in it, and True; or False where
    it may only be put together there.

    What a helper says is taken for done where any template is. What stands in a named template, or in a file that Helm
    runs by its name alone, is nothing where only templates that fail, which are told themselves, or none at all come to
    it, unless the chart is a library.
    """
    chart_and_below = tuple(chart_and_below)

    @cache  # few charts are asked
    def used() -> frozenset[str] | None:
        if any(made.chart.is_library for made in chart_and_below):
            return None
        found = [made.folding.used(each for each in _run(made) if each not in failing) for made in chart_and_below]
        return None if None in found else frozenset().union(*filter(None, found))

    for made in chart_and_below:
        known, charts, node = made.known, made.charts, made.node
        own = (each for each in known.by_name if belongs(each, node) and not each.endswith("/NOTES.txt"))
        left = [
            each for each in own if rendered_name(each, node, charts) not in done and not (_is_helper(each) and done)
        ]
        for name in left:
            template = known.by_name[name]
            places = _places(name, template, made)
            whole = name if _is_helper(name) else None
            yield from islice(
                (each for each in places if _may_run(template.define_at(each[1].start) or whole, used)), 1
            )
        files = _files_that_say(made.chart, node.folder, [known.by_name[name] for name in left])
        yield from ((name, place, True) for name, place in files)


def _run(made: Building) -> Iterator[str]:
    """The templates of a chart that Helm runs: not its helpers."""
    return (each for each in made.known.by_name if belongs(each, made.node) and not _is_helper(each))


def _may_run(name: str | None, used: Callable[[], frozenset[str] | None]) -> bool:
    """Whether Helm runs what has a name only where it is used, or what has none."""
    if name is None:
        return True
    names = used()
    return names is None or name in names


def _places(name: str, template: Template, made: Building) -> Iterator[tuple[str, Span, bool]]:
    yield from ((name, place, True) for place in _saying(name, template, made))
    for segment in template.segments if not _is_helper(name) else ():
        if segment.role == "output" and made.may_make(made.frame(template, name, segment.start), segment):
            yield name, Span(segment.start, segment.end), False


def _is_helper(name: str) -> bool:
    return name.rpartition("/")[2].startswith("_")


def _saying(name: str, template: Template, made: Building) -> Iterator[Span]:
    """Where a template says HostProcess itself, prints values that do, or puts the word together."""
    folded = made.folding.file(name)
    for match in SAYS_MORE.finditer(folded.text) if may_name_it(folded.text) else ():
        if folded.template.role_at(match.start(1)) == "text":
            yield Span(folded.place(match.start(1)), folded.place(match.end(1) - 1) + 1)
    left = folded.outputs()
    for segment in template.segments:
        if segment.start in left:
            frame = made.frame(template, name, segment.start)
            if made.prints(SAYS_TRUE, frame, segment) or made.makes(frame, segment):
                yield Span(segment.start, segment.end)
