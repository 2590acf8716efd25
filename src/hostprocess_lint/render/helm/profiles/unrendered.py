"""Where a chart's texts say HostProcess, or put the word together, and no rendering shows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from ....location import Span
from ....sources.charts.chart import Chart, is_template
from ....sources.charts.filesread import NO_FILES, files_read_by_templates
from ..templates.gotemplate import Template
from .building import Building
from .switches import SAYS_MORE, SAYS_TRUE, belongs, prints, rendered_name


def _files_that_say(chart: Chart, folder: str, templates: Sequence[Template]) -> Iterator[tuple[str, Span]]:
    """The other files below a folder that say HostProcess and that templates may read; the first place in each."""
    read = files_read_by_templates(each.text for each in templates)
    for name, member in chart.members.items() if read != NO_FILES else ():
        if name.startswith(folder) and not is_template(name) and not name.endswith(("values.yaml", "Chart.yaml")):
            match = SAYS_TRUE.search(member.text or "")
            if match and read.covers(name.removeprefix(folder)):
                yield name, Span(*match.span())


def unrendered(chart_and_below: Iterable[Building], done: set[str]) -> Iterator[tuple[str, Span, bool]]:
    """Where templates say HostProcess that are not done: the member, the first place in it, and True; or False where
    it may only be put together there.

    What a helper says is taken for done where any template is, as the includes are not followed here.
    """
    for made in chart_and_below:
        known, charts, node = made.known, made.charts, made.node
        own = (each for each in known.by_name if belongs(each, node) and not each.endswith("/NOTES.txt"))
        left = [
            each for each in own if rendered_name(each, node, charts) not in done and not (_is_helper(each) and done)
        ]
        for name in left:
            yield from islice(_places(name, known.by_name[name], made), 1)
        files = _files_that_say(made.chart, node.folder, [known.by_name[name] for name in left])
        yield from ((name, place, True) for name, place in files)


def _places(name: str, template: Template, made: Building) -> Iterator[tuple[str, Span, bool]]:
    yield from ((name, place, True) for place in _saying(template, made))
    for segment in template.segments if not _is_helper(name) else ():
        if segment.role == "output" and made.may_make(template, segment):
            yield name, Span(segment.start, segment.end), False


def _is_helper(name: str) -> bool:
    return name.rpartition("/")[2].startswith("_")


def _saying(template: Template, made: Building) -> Iterator[Span]:
    """Where a template says HostProcess itself, prints values that do, or puts the word together."""
    said = "hostprocess" in template.text.lower() or "\\" in template.text  # in which it may be escaped
    for match in SAYS_MORE.finditer(template.text) if said else ():
        if template.role_at(match.start(1)) == "text":
            yield Span(*match.span(1))
    for segment in template.segments:
        if segment.role == "output" and (prints(SAYS_TRUE, segment.body, made) or made.makes(template, segment)):
            yield Span(segment.start, segment.end)
