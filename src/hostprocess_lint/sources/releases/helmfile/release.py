"""A release of a helmfile: the chart, the values in the order in which they win, and whether it is deployed at all.

`values` in their order (those of `valuesTemplate` first), then `set`, `setString` and files, as Helm takes its flags.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ....documents.nodes import ScalarNode
from ....documents.scalars import plain_scalar
from ..elsewhere import chart_elsewhere
from ..filled import ACTION
from ..kustomized import is_chart
from ..objects import text
from ..places import AtEntry, FilledIn, InDocument, value_at
from ..release import Elsewhere, Given, Release
from .dependencies import added_dependencies
from .entry import WrittenRelease, release_names
from .files import TEMPLATE, filled_file, missing, named_paths
from .patches import customized_by_helmfile
from .state import Said, State

_NOT_READ = ("secrets", "env", "postRenderer")
_PATCHES = ("jsonPatches", "strategicMergePatches", "transformers")
_VALUES = re.compile(r"--set\b|--values\b|-f\b|--post-renderer\b")
_ESCAPED = str.maketrans({"{": "\\{", "}": "\\}", ",": "\\,"})


def helmfile_release(entry: WrittenRelease, state: State) -> Release | None:
    """What an entry deploys; None for one that is not installed."""
    outer, state.unknown = state.unknown, []
    try:
        return _Release(entry, state).release() if _is_installed(entry, state, bool(outer)) else None
    finally:
        state.unknown = outer


def _is_installed(entry: WrittenRelease, state: State, may_lack: bool) -> bool:
    """Neither switched off nor under a condition that the environment's values do not meet (`ConditionEnabled`).

    What these lack is not installed, unless it `may_lack` here alone.
    """
    installed = entry.one("installed")
    if installed is not None and installed.value is False:
        return False
    template = entry.one("installedTemplate")
    if template is not None:
        try:
            return state.fill(text(template.value), release_names(entry, state).parameters, template).strip() != "false"
        except ValueError:
            return True  # whether it is installed is not known: it is judged
    condition = entry.text("condition").lower()
    if condition in ("", "true", "false"):
        return condition != "false"
    value = value_at(state.known, tuple(entry.text("condition").split(".")))
    return value is True or (value is None and may_lack)


class _Release:
    """One entry on its way to a release."""

    def __init__(self, entry: WrittenRelease, state: State) -> None:
        self.entry = entry
        self.state = state
        self.names = release_names(entry, state)

    def release(self) -> Release:
        entry, state = self.entry, self.state
        chart = entry.one("chart") or entry.said
        deploys = self._deploys()
        is_here = isinstance(deploys, Path) and is_chart(deploys)
        for field in _NOT_READ if is_here else (*_NOT_READ, *_PATCHES):
            said = entry.one(field)
            if said is not None and said.value:
                state.not_known(f"`{field}`, which changes what is deployed", said.location)
        self._post_rendered()
        self._told_to_helm()
        dependencies = tuple(added_dependencies(entry, deploys, state))
        given = (*self._values(), *self._settings())
        versions = [text(said.value) for said in (*entry.items("apiVersions"), *state.items("apiVersions"))]
        namespace = self.names.namespace
        return Release(
            title=f"helmfile release {namespace + '/' if namespace else ''}{self.names.name}",
            location=chart.location,
            deploys=deploys,
            name=self.names.name,
            namespace=namespace or None,
            given=given,
            kubernetes_version=entry.text("kubeVersion") or text(state.one("kubeVersion")) or None,
            api_versions=tuple(versions),
            customized=customized_by_helmfile(entry, self.names, deploys, state)
            if isinstance(deploys, Path) and is_here
            else None,
            unknown=tuple(state.unknown),
            read=tuple(state.read),
            cluster=self.names.parameters["KubeContext"] or None,
            forced=entry.text("forceNamespace") or None,
            dependencies=dependencies,
        )

    def _post_rendered(self) -> None:
        """The program that all releases go through which have none of their own."""
        own = self.entry.one("postRenderer")
        for said in () if own and own.value else self.state.said.get("helmDefaults", ()):
            if said.view.data.get("postRenderer"):
                place = said.text.at((*said.route, "postRenderer"))
                self.state.not_known("`postRenderer`, which changes what is deployed", place)

    def _told_to_helm(self) -> None:
        """The arguments that all releases give Helm, in which values may be."""
        for said in self.state.said.get("helmDefaults", ()):
            for field in ("args", "templateArgs", "syncArgs"):
                if any(_VALUES.match(text(each)) for each in said.view.listed(field)):
                    place = said.text.at((*said.route, field))
                    self.state.not_known(f"values among the `{field}` of Helm", place)

    def _deploys(self) -> Path | Elsewhere:
        chart, version = text(self.state.one("chart")) or self.names.chart, self.names.version
        if chart.startswith("oci://"):
            return chart_elsewhere(chart.rpartition("/")[2], chart, version)
        here = self.state.repository.path(chart, self.state.directory) if ACTION not in chart else None
        if here is not None:
            return here
        first, _, rest = chart.partition("/")
        for each in self.state.items("repositories"):
            if text(each.view.data.get("name")) == first and rest:
                url = text(each.view.data.get("url"))
                is_registry = each.view.data.get("oci") is True and "://" not in url
                return chart_elsewhere(rest, f"oci://{url}" if is_registry else url, version)
        return chart_elsewhere(chart, "", version)._replace(name=rest or chart)

    def _values(self) -> Iterator[Given]:
        for said in self.entry.items("valuesTemplate"):
            yield from self._value(said, is_template=True)
        for said in self.entry.items("values"):
            yield from self._value(said, is_template=False)

    def _value(self, said: Said, is_template: bool) -> Iterator[Given]:
        if isinstance(said.value, dict):
            place = said.text.place(InDocument(said.text.file, said.text.document, said.route))
            try:
                values = self._filled(said.value, said) if is_template else said.value
            except ValueError as error:
                self.state.not_known(f"values that a template of helmfile's makes: {error}", said.location)
                return
            yield Given("`values`", FilledIn(place, said.value, values, ()), values=values)
            return
        try:
            name = self.state.fill(text(said.value), self.names.parameters, said)
        except ValueError as error:
            self.state.not_known(f"the values file `{text(said.value)}`: {error}", said.location)
            return
        name = self.entry.text("valuesPathPrefix") + name
        files = [path for path in named_paths(name, self.state, said.location) if path.is_file()]
        if not files:
            missing(said, name, self.state, self.entry.text("missingFileHandler"))
        for path in files:
            yield from self._file(path, said)

    def _file(self, path: Path, said: Said) -> Iterator[Given]:
        if not path.name.endswith(TEMPLATE):
            yield Given(f"`{path.name}`", AtEntry(said.text.file, said.text.document, said.route), file=path)
            return
        try:
            made = filled_file(path, self.names.parameters, self.state)
        except ValueError as error:
            self.state.not_known(f"values that a template of helmfile's makes: {error}", said.location)
            return
        values = made.document.data
        if isinstance(values, dict):
            yield Given(f"`{path.name}`", made.place(InDocument(made.file, made.document, ())), values=values)

    def _settings(self) -> Iterator[Given]:
        """What becomes `--set`, then `--set-string`, then `--set-file`: so Helm takes them, in whatever order given."""
        files: list[Given] = []
        for field, is_template in (("setTemplate", True), ("set", False), ("setString", False)):
            for said in self.entry.items(field):
                try:
                    found = self._setting(said, is_template, as_string=field == "setString")
                except ValueError as error:
                    self.state.not_known(f"the value of `{text(said.view.data.get('name'))}`: {error}", said.location)
                    continue
                if found is not None and said.view.data.get("file"):
                    files.append(found)
                elif found is not None:
                    yield found
        yield from files

    def _setting(self, said: Said, is_template: bool, as_string: bool) -> Given | None:
        data = self._filled(said.view.data, said) if is_template else said.view.data
        name = text(data.get("name")).translate(_ESCAPED)
        value, values, file = _as_read_again(data.get("value")), data.get("values"), text(data.get("file"))
        field = "value" if value not in (None, "") else "file" if file else "values"
        if isinstance(value, (dict, list)) or _is_asked_for(value):
            raise ValueError("it is not written here")
        place = said.text.place(AtEntry(said.text.file, said.text.document, (*said.route, field)))
        if field == "value":
            node = None if is_template else said.text.document.node((*said.route, field))
            written = node.value if isinstance(node, ScalarNode) else text(value)  # `1e3` is no other number
            return Given(
                f"`{said.route[-2]}`",
                place,
                setting=f"{name}={written.translate(_ESCAPED)}",
                flag="set-string" if as_string else "set",
            )
        if field == "file":
            path = next(iter(named_paths(file, self.state, said.location)), None)
            if path is None or not path.is_file():
                raise ValueError(f"the file `{file}` is not in this repository")
            return Given("`set`", place, setting=f"{name}={self.state.read_text(path).text}", flag="set-file")
        if not isinstance(values, list):
            return None
        if as_string:
            raise ValueError("a list of strings, which is not read")
        read = map(_as_read_again, values)
        items = (text(item).lower() if isinstance(item, bool) else text(item) for item in read)
        return Given("`set`", place, setting=f"{name}={{{','.join(item.translate(_ESCAPED) for item in items)}}}")

    def _filled(self, value: Any, said: Said) -> Any:
        if isinstance(value, dict):
            return {key: self._filled(item, said) for key, item in value.items()}
        if isinstance(value, list):
            return [self._filled(item, said) for item in value]
        return self.state.fill(value, self.names.parameters, said) if isinstance(value, str) else value


def _as_read_again(value: Any) -> Any:
    """A value after helmfile has read the string that it is as YAML once more: `"null"` is none then."""
    return None if isinstance(value, str) and plain_scalar(value) is None else value


def _is_asked_for(value: object) -> bool:
    """Whether a value is fetched when it is deployed (`ref+vault://…`)."""
    return isinstance(value, str) and value.startswith("ref+")
