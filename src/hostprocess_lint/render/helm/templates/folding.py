"""A chart's templates as they run, without what no values decide: what each of them comes to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import NamedTuple

from .constants import Meant, constant
from .expression import ANYTHING, NOTHING, Call, Constant, Expression, names_included, parse_expression, walk
from .folded import Folded, fold
from .gotemplate import Segment, Template
from .reading import Frame, ValueReading
from .templates import Templates

_BASE_PATH, _CHART_NAME = ("Template", "BasePath"), ("Chart", "Name")
_OTHER_ROOT = re.compile(
    r"""Subcharts|BasePath["`]|["`]Template["`](?!\s+\$?\.Template\b)|["`]Chart["`](?!\s+\$?\.Chart\b)"""
)
"""What hands a root to a template that is not its own: of its fields nothing is known then."""


class Reached(NamedTuple):
    """What a template may print of: the texts of it and of what it includes, with the strings in their actions, and
    these actions.
    """

    texts: tuple[str, ...]
    bodies: tuple[str, ...]


@dataclass
class Folding:
    """The templates of a chart as those of one chart or subchart in it run: Helm calls its folder `base`."""

    known: Templates
    base: str
    _files: dict[str, Folded] = field(default_factory=dict)
    _named: dict[str, Constant | None] = field(default_factory=dict)
    _variables: dict[tuple[str, str], Constant | None] = field(default_factory=dict)

    def file(self, name: str) -> Folded:
        """A template folded. While it is, what it includes of itself is not known."""
        if name not in self._files:
            template = self.known.by_name[name]
            self._files[name] = Folded(template.text, ((0, 0, len(template.text)),))
            self._files[name] = fold(template, self._meant(name))
        return self._files[name]

    def reached(self, own: str) -> Reached:
        """What a template comes to: all there is where it includes what is not known."""
        found: list[tuple[str, Iterable[Segment]]] = []
        for part in self._from([(own, "")]):
            if part is None:
                return self._all((each, self.file(each).template.segments) for each in self.known.by_name)
            found.append((part[0], part[2]))
        return self._all(found)

    def used(self, by: Iterable[str]) -> frozenset[str] | None:
        """The files and named templates that some templates come to; None where that may be any."""
        parts = list(self._from([(own, "") for own in by]))
        return None if None in parts else frozenset(part[1] or part[0] for part in parts if part)

    def _from(self, pending: list[tuple[str, str]]) -> Iterator[tuple[str, str, list[Segment]] | None]:
        """Files, or named templates in them, what runs of them, and so of all that these include; None for any."""
        seen: set[str] = set()
        while pending:
            file, define = pending.pop(0)
            part = list(self._parts(self.file(file).template, define))
            yield file, define, part
            for name in self._called(file, part):
                if name is None:
                    yield None
                    return
                if name not in seen:
                    seen.add(name)
                    pending += self._homes(name)

    def _homes(self, name: str) -> Iterator[tuple[str, str]]:
        """The files that define a name, or that Helm calls so."""
        if name in self.known.files:
            yield self.known.files[name], ""
        elif name in self.known.ambiguous:
            yield from ((file, name) for file, each in self.known.by_name.items() if name in each.defines)
        elif name in self.known.defines:
            yield self.known.defines[name][0], name

    def _all(self, parts: Iterable[tuple[str, Iterable[Segment]]]) -> Reached:
        texts, bodies = [], []
        for file, segments in parts:
            whole = self.file(file).text
            said = [whole[each.start : each.end] if each.role == "text" else _strings(each.body) for each in segments]
            texts.append("".join(said))
            bodies += [each.body for each in segments if each.body]
        return Reached(tuple(texts), tuple(bodies))

    def _parts(self, template: Template, define: str) -> Iterator[Segment]:
        """What runs of a template: the text outside of its named ones, or one of these."""
        for owner, segment in zip(template.owners, template.segments, strict=True):
            if (owner or "") == define and segment.keyword != "define":
                yield segment

    def _called(self, file: str, segments: list[Segment]) -> Iterator[str | None]:
        """The names of what some actions include; None for one that is computed of what is not known."""
        for segment in segments:
            expression = parse_expression(segment.body) if segment.body else None
            for each in names_included(expression) if expression else ():
                yield self._name(each, file)
            if expression and any(isinstance(each, Call) and each.name == "tpl" for each in walk(expression)):
                said = [each.value for each in walk(expression) if isinstance(each, Constant)]
                if any(isinstance(each, str) and "{{" in each for each in said):
                    yield None

    def _name(self, said: Expression, file: str) -> str | None:
        name = constant(said, self._meant(file))
        return name.value if name and isinstance(name.value, str) else None

    @cached_property
    def folded(self) -> ValueReading:
        """What the folded templates read."""
        return ValueReading(partial(self._frames, lambda file: self.file(file).template))

    @cached_property
    def written(self) -> ValueReading:
        """What the templates read as they are written."""
        return ValueReading(partial(self._frames, self.known.by_name.__getitem__))

    def _frames(self, template: Callable[[str], Template], said: Expression, file: str) -> list[Frame] | None:
        name = self._name(said, file)
        homes = self._homes(name) if name is not None else ()
        return None if name is None else [Frame(template(home), home, define or None) for home, define in homes]

    def _meant(self, name: str) -> Meant:
        """What words stand for in a template."""

        def variable(called: str) -> Constant | None:
            if (name, called) not in self._variables:
                self._variables[name, called] = None  # while it is looked at: they may go round in circles
                self._variables[name, called] = self._assigned(name, called)
            return self._variables[name, called]

        return Meant(self._field, variable, self._text_of)

    @cached_property
    def _is_own_root(self) -> bool:
        return not any(_OTHER_ROOT.search(each.text) for each in self.known.by_name.values())

    def _field(self, names: tuple[str, ...]) -> Constant | None:
        if names == _BASE_PATH and self._is_own_root:
            return Constant(f"{self.base}/templates")
        return Constant(self.base.rpartition("/")[2]) if names == _CHART_NAME and self._is_own_root else None

    def _assigned(self, name: str, variable: str) -> Constant | None:
        """What a variable always is: every assignment says the same."""
        bodies = self.known.by_name[name].assignments.get(variable, ())
        if not all(each.startswith(variable) for each in bodies):
            return None
        found = {constant(parse_expression(each), self._meant(name)) for each in bodies}
        return found.pop() if len(found) == 1 else None

    def _text_of(self, called: str) -> Constant | None:
        """What a named template prints, where nothing in it is left to be decided."""
        if called not in self._named:
            self._named[called] = None
            home = self.known.defines.get(called)
            template = self.file(home[0]).template if home and called not in self.known.ambiguous else None
            branch = template.defines.get(called) if template else None
            text = template.body(branch) if template and branch else "{{"
            self._named[called] = None if "{{" in text else Constant(text)
        return self._named[called]


def _strings(body: str) -> str:
    """An action with the texts in it alone, without the names of what it includes."""
    expression = parse_expression(body)
    if expression in (ANYTHING, NOTHING):
        return f"{{{{{body}}}}}"
    names = list(map(id, names_included(expression)))
    said = (each.value for each in walk(expression) if isinstance(each, Constant) and id(each) not in names)
    return f"{{{{{' '.join(each for each in said if isinstance(each, str))}}}}}"
