"""A helmfile is read with its bases, its environment and the helmfiles below it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ....documents.document import Document
from ....outcome import OUTSIDE
from ....pods.view import View
from ....sourcefile import SourceFile
from ...layering import layered
from ..filled import FilledText
from ..objects import text
from .booleans import as_helmfile_reads
from .files import TEMPLATE, filled_file, helmfile, helmfile_texts, missing, named_paths, names_a_remote
from .state import Layer, Said, State, joined_layers, over, said_by

_MOST_BASES = 100


def load(file: SourceFile, state: State) -> State:
    """The state with everything that a helmfile says."""
    for document in helmfile_texts(file, state):
        state.said = over(state.said, _with_bases(document, state))
        _values(document, state)
    return state


def _with_bases(document: FilledText, state: State) -> Layer:
    """What a document says on top of its bases."""
    found: Layer = {}
    for index, name in enumerate(View(document.document.data, ()).listed("bases")):
        said = Said(name, document, ("bases", index))
        if index >= _MOST_BASES:
            state.not_known(f"the base `{text(name)}`, which is not read", said.location)
        else:
            found = joined_layers(found, _base(said, state))
    return joined_layers(found, said_by(document))


def _base(said: Said, state: State) -> Layer:
    name = text(said.value)
    path = next((each for each in named_paths(name, state, said.location) if each.is_file()), None)
    if path is None:
        where = "lies elsewhere" if names_a_remote(name) else "is not in this repository"
        state.not_known(f"the base `{name}` {where}", said.location)
        return {}
    file = helmfile(path, state, said.location)
    found: Layer = {}
    for document in helmfile_texts(file, state) if file else ():
        own = said_by(document)
        for each in own.get("bases", ()):  # helmfile itself takes no bases of bases
            state.not_known("the bases of a base, which are not read", each.location)
        found = over(found, own)
        _values(document, state)
    return found


def _values(document: FilledText, state: State) -> None:
    """What a document sets for the environment. Of one value, `environments` win over `values`."""
    view = View(document.document.data, ())
    for index, value in enumerate(view.listed("values")):
        said = Said(value, document, ("values", index))
        state.defaults = layered(state.defaults, entry_values(said, state, None))
    environments = view.data.get("environments")
    own = environments.get(state.environment) if isinstance(environments, dict) else None
    if not isinstance(own, dict):
        return
    way = ("environments", state.environment)
    if own.get("secrets"):
        state.not_known("secrets of an environment, which are encrypted", document.at((*way, "secrets")))
    found: dict[str, Any] = {}
    for index, value in enumerate(View(own, ()).listed("values")):
        more = entry_values(Said(value, document, (*way, "values", index)), state, own.get("missingFileHandler"))
        found = layered(more, found) if own.get("mergeStrategy") == "fallback" else layered(found, more)
    state.values = layered(state.values, found)


def entry_values(said: Said, state: State, handler: object) -> dict[str, Any]:
    """The values of one entry: a mapping, or those of the files that it names."""
    if isinstance(said.value, dict):
        return said.value
    name = text(said.value)
    files = [path for path in named_paths(name, state, said.location) if path.is_file()]
    if not files:
        missing(said, name, state, handler)
    result: dict[str, Any] = {}
    for path in files:
        result = layered(result, _of_file(path, said, state))
    return result


def _of_file(path: Path, said: Said, state: State) -> dict[str, Any]:
    try:
        data = _data(path, state)
    except ValueError as error:
        rule = OUTSIDE if path.name.endswith(TEMPLATE) else "HPC001"  # what a template asks for is not here
        state.not_known(f"values of the environment: {error}", said.location, rule)
        return {}
    return data if isinstance(data, dict) else {}


def _data(path: Path, state: State) -> Any:
    if path.name.endswith(TEMPLATE):
        return as_helmfile_reads(filled_file(path, state.parameters, state).document).data
    found = state.allowance.documents(state.read_text(path))
    readable = [each for each in found if isinstance(each, Document)]
    if len(readable) != len(found) or len(found) > 1:
        raise ValueError(f"`{path.name}` is not one readable document")
    return readable[0].data if readable else {}
