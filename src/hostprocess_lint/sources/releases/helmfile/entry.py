"""One entry of `releases` with the templates that it inherits: each field, and where it is written.

As helmfile merges them (`releaseWithInheritedTemplate` in pkg/state/state_exec_tmpl.go, where `WithSliceDeepCopy` of
mergo overrides): of a scalar the last that is set holds, the entry's own after those of the templates; lists add up in
that order. A boolean that is false counts for nothing beside one that is true.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ....pods.view import View
from ..filled import ACTION
from ..objects import text
from .state import Said, State

_DEEPEST = 20
_ROUNDS = 6


@dataclass(frozen=True)
class WrittenRelease:
    """A release as it is written. `layers` are those of the templates, then its own, each without some fields."""

    said: Said
    layers: tuple[tuple[Said, frozenset[str]], ...]

    def one(self, field: str) -> Said | None:
        """The scalar that holds."""
        found = [each for each in self._all(field) if each.value not in (None, "")]
        kept = [each for each in found if each.value is not False] or found
        return kept[-1] if kept else None

    def text(self, field: str) -> str:
        found = self.one(field)
        return text(found.value) if found else ""

    def items(self, field: str) -> Iterator[Said]:
        for found in self._all(field):
            if isinstance(found.value, list):
                for index, item in enumerate(found.value):
                    yield Said(item, found.text, (*found.route, index))

    @property
    def labels(self) -> dict[str, str]:
        return {
            name: text(value) for found in self._all("labels") for name, value in View(found.value, ()).data.items()
        }

    def _all(self, field: str) -> Iterator[Said]:
        for said, without in self.layers:
            if field in said.view.data and field not in without:
                yield Said(said.value[field], said.text, (*said.route, field))


def written_releases(state: State) -> Iterator[WrittenRelease]:
    """The releases that a helmfile lists."""
    for said in state.items("releases"):
        if isinstance(said.value, dict):
            defaults = [text(each.value) for each in state.items("defaultInherit")]
            layers = _layers(said, state, [], [name for name in defaults if name])
            yield WrittenRelease(said, tuple(layers))


def _layers(said: Said, state: State, above: list[str], defaults: list[str]) -> Iterator[tuple[Said, frozenset[str]]]:
    """What an entry or a template inherits, and itself."""
    inherited = [(each, text(each.view.data.get("template"))) for each in _inherits(said)]
    named = {name for _, name in inherited}
    for each, name in [*((said, name) for name in defaults if name not in named), *inherited]:
        template = state.entry("templates", name)
        if template is None or name in above or len(above) >= _DEEPEST:
            state.not_known(f"the template `{name}`, which is not there or inherits itself", each.location)
            continue
        without = frozenset(text(field) for field in each.view.listed("except")) if each is not said else frozenset()
        for layer, others in _layers(template, state, [*above, name], []):
            yield layer, without | others
    yield said, frozenset()


def _inherits(said: Said) -> Iterator[Said]:
    value = said.view.data.get("inherit")
    if isinstance(value, dict):
        yield Said(value, said.text, (*said.route, "inherit"))
    for index, item in enumerate(said.view.listed("inherit")):
        yield Said(item, said.text, (*said.route, "inherit", index))


@dataclass(frozen=True)
class Names:
    """The scalars of a release after its own templates are filled in, and what other templates of it know."""

    name: str
    namespace: str
    chart: str
    version: str
    parameters: dict[str, Any]


def release_names(entry: WrittenRelease, state: State) -> Names:
    """A release's names filled in. They may name one another, so helmfile does it until nothing changes."""
    written = {field: entry.text(field) for field in ("name", "namespace", "chart", "version")}
    context = text(state.one("kubeContext")) or entry.text("kubeContext") or _default_context(state)
    found = dict(written)
    for _ in range(_ROUNDS):
        parameters = _parameters(found, context, entry, state)
        filled = {field: _filled(template, entry, field, parameters, state) for field, template in written.items()}
        if filled == found:
            break
        found = filled
    namespace = text(state.one("namespace")) or found["namespace"]
    parameters = _parameters({**found, "namespace": namespace}, context, entry, state)
    return Names(found["name"], namespace, found["chart"], found["version"], parameters)


def _default_context(state: State) -> str:
    return text(View(state.one("helmDefaults"), ()).data.get("kubeContext"))


def _parameters(found: dict[str, str], context: str, entry: WrittenRelease, state: State) -> dict[str, Any]:
    own = {
        "Name": found["name"],
        "Namespace": found["namespace"],
        "Chart": found["chart"],
        "ChartVersion": found["version"],
        "Labels": {**entry.labels, **{k: text(v) for k, v in View(state.one("commonLabels"), ()).data.items()}},
        "KubeContext": context,
    }
    return {**state.parameters, "Release": own, "KubeContext": context}


def _filled(template: str, entry: WrittenRelease, field: str, parameters: dict[str, Any], state: State) -> str:
    if ACTION not in template:
        return template
    said = entry.one(field) or entry.said
    try:
        return state.fill(template, parameters, said).strip()
    except ValueError as error:
        state.not_known(f"`{field}`, which a template of helmfile's decides: {error}", said.location)
        return template
