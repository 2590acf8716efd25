"""What Flux replaces in a build, `${name}`, once it is built.

That is envsubst's syntax, on each object as YAML (`postBuild` in kustomize-controller, fluxcd/pkg/kustomize's
`SubstituteVariables`): `${name}`, `${name:=default}`, `${name:-default}`, and `$${name}` for `${name}` itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ...documents.document import Document, documents
from ...documents.yamlnodes import ScalarNode
from ...finding import Part, Related, Route, Span, Trace
from ...pods.pod import View
from ...rendered import Provenance
from ...sourcefile import SourceFile
from ...sources.releases.release import Substitution

_VARIABLE = re.compile(r"(\$?)\$\{([A-Za-z_]\w*)(?::?[=-]([^}\n]*))?\}")
_DISABLED = "kustomize.toolkit.fluxcd.io/substitute"
_MOST_CHARACTERS = 50 * 2**20


def substituted(text: str, substitute: Sequence[Substitution]) -> str:
    """A build with its variables replaced; one that nobody gives stays as it is: its value is not known.

    Raises ValueError where it grows beyond measure.
    """
    values = {each.name: each.value for each in substitute}
    parts = re.split(r"(?m)^(---[ \t]*\n)", text)
    done, size = [], 0
    for part in parts:
        filled = part if _is_disabled(part) else _VARIABLE.sub(lambda match: _value(match, values), part)
        size += len(filled)
        if size > _MOST_CHARACTERS:
            raise ValueError("its substitutions grow beyond measure")
        done.append(filled)
    return "".join(done)


def _is_disabled(part: str) -> bool:
    """Whether an object's own labels or annotations say that it is left as it is."""
    if _DISABLED not in part:
        return False
    found = next((each for each in documents(SourceFile("", part)) if isinstance(each, Document)), None)
    metadata = View(View(found.data if found else None, ()).data.get("metadata"), ())
    return any(metadata.text(field, _DISABLED) == "disabled" for field in ("labels", "annotations"))


def _value(match: re.Match[str], values: dict[str, str]) -> str:
    escaped, name, default = match.groups()
    if escaped:
        return match[0][1:]
    value = values.get(name)
    return value if value is not None else match[0] if default is None else default


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
        match = _VARIABLE.fullmatch(node.value) if isinstance(node, ScalarNode) else None
        given = next((each for each in self.substitute if match and each.name == match[2]), None)
        location = given.place.locate((), Part.PAIR) if given else None
        return Trace(location, (Related("used here", trace.location), *trace.chain)) if location else trace

    @cached_property
    def _documents(self) -> dict[int, Document]:
        return {each.number: each for each in documents(self.text) if isinstance(each, Document)}
