"""What Flux replaces in a build, `${name}`, once it is built.

Each object is taken by itself, as YAML (`postBuild` in kustomize-controller, fluxcd/pkg/kustomize's
`SubstituteVariables`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ...documents.document import Document
from ...documents.firstlook import may_hold_pods
from ...documents.nodes import ScalarNode
from ...documents.stream import documents
from ...location import Part, Precision, Related, Route, Span, Trace
from ...pods.unknown import NOT_REPLACED, is_left_alone
from ...rendered import Provenance
from ...sourcefile import SourceFile
from ...sources.releases.release import Substitution
from .envsubst import substituted_text, variables_in

_MOST_CHARACTERS = 50 * 2**20


def substituted(text: str, substitute: Sequence[Substitution], is_all: bool) -> str:
    """A build with its variables replaced. One that nobody gives is empty where `is_all`, else its value is not known.

    Raises ValueError where Flux would refuse it, or where it grows beyond measure.
    """
    values = {each.name: each.value for each in substitute}
    parts = re.split(r"(?m)^(---[ \t]*\n)", text)
    done, size = [], 0
    for part in parts:
        done.append(_filled(part, values, is_all, _MOST_CHARACTERS - size))
        size += len(done[-1])
    return "".join(done)


def _filled(part: str, values: dict[str, str], is_all: bool, most: int) -> str:
    if "$" not in part or _is_disabled(part):
        return part
    try:
        return substituted_text(part, lambda name: values.get(name, "" if is_all else None), most)
    except ValueError:
        if may_hold_pods(part.encode("utf-8", "surrogatepass")) or len(part) > most:
            raise
        return part  # an object without pods, as a script in a ConfigMap: nothing of it is judged here


def _is_disabled(part: str) -> bool:
    """Whether an object's own labels or annotations say that it is left as it is."""
    if NOT_REPLACED not in part:
        return False
    found = next((each for each in documents(SourceFile("", part)) if isinstance(each, Document)), None)
    return is_left_alone(found.data if found else None)


@dataclass(frozen=True)
class SubstitutedProvenance:
    """The provenance of a build whose variables are replaced; `text` is the build before that."""

    inner: Provenance
    text: SourceFile
    substitute: tuple[Substitution, ...]

    def locate(self, document: int, route: Route, part: Part, span: Span) -> Trace:
        built = self._documents.get(document)
        if built is None:
            return self.inner.locate(document, route, part, span)
        trace = self.inner.locate(document, route, part, built.span(route, part))
        node = built.node(route)
        named = dict.fromkeys(variables_in(node.value) if isinstance(node, ScalarNode) else ())
        given = {each.name: each for each in self.substitute if each.name in named}
        if not given or is_left_alone(built.data):
            return trace
        location = next(iter(given.values())).place.locate((), Part.PAIR) if len(given) == 1 else None
        if location is None:  # of several any may be the one to change
            return trace._replace(location=trace.location._replace(precision=_no_closer(trace.location.precision)))
        return Trace(location, (Related("used here", trace.location), *trace.chain))

    @cached_property
    def _documents(self) -> dict[int, Document]:
        return {each.number: each for each in documents(self.text) if isinstance(each, Document)}


def _no_closer(precision: Precision) -> Precision:
    return max(precision, Precision.LINE, key=list(Precision).index)
