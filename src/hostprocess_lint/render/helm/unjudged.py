"""What of a chart no profile shows, with reason and line: templates that fail, and dependencies from elsewhere."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...documents.foreign import TEMPLATE_HINT, template_language
from ...documents.stream import Broken, documents
from ...finding import Level
from ...location import Location, Part, Precision, Route, Span
from ...outcome import OUTSIDE, Skipped
from ...sourcefile import SourceFile
from ...sources.charts.chart import Chart
from ...sources.charts.chart_files import ChartFiles
from ...sources.charts.dependencies import dependencies_in
from ...sources.charts.metadata import Dependency, Missing
from .attempts import Variant
from .engine.contract import Values
from .failures import Failure, cause
from .hosting import Hosting, says_host_process
from .profiles.profiles import Profile
from .profiles.values import Layer, get, nested, possible_scopes, touches
from .switching import hosting
from .templates.templates import Templates

_REASON = 500
_LOADED = ("Chart.yaml", "values.yaml")
_MEND = "mend it or make it smaller, or accept this with a reason under `ignore` in the configuration"
_LOCKS = ("Chart.lock", "requirements.lock")
_OTHERS = "set what it asks for in a values file, and name that under `charts` in the configuration or with `--values`"


@dataclass(frozen=True, slots=True)
class Unjudged:
    """What is told about one chart."""

    chart: Chart
    files: ChartFiles
    hosting: Hosting
    display: Callable[[Path], str]

    def failed(self, variants: Sequence[Variant], values: Sequence[Values], done: set[str]) -> Iterator[Skipped]:
        """The templates that fail under a profile and that could make a HostProcess pod.

        What a profile that the chart brings along does not show is nothing to tell where others have shown it, with all
        that this one sets.
        """
        shown: dict[str, set[Path]] = {self.chart.place(f"/{name}").member: set() for name in done}
        for variant in variants:
            for name in hosting(variant.rendering):
                shown[self.chart.place(f"/{name}").member].update(variant.profile.files)
        by_place: dict[tuple[str, int, str], list[str]] = {}
        for variant, effective in zip(variants, values):  # noqa: B905 - there are none where nothing fails
            for failure in variant.failures:
                forgiven = variant.profile.is_part and self._is_shown(variant, failure.member, shown)
                if not forgiven and self.hosting.may_matter(failure.member, self._charts(failure.member), effective):
                    key = (failure.member, failure.line, self.said(cause(failure.message)))
                    by_place.setdefault(key, []).append(variant.name)
        for (member, line, said), names in by_place.items():
            location = self._line(Failure(member, line, said))
            yield Skipped(location.path, f"{', '.join(names)}: {said}"[:_REASON], location=location, hint=_OTHERS)

    def errors(self, errors: Iterable[tuple[str, Profile, str]], is_rendered: bool) -> Iterator[Skipped]:
        """The profiles of which nothing is rendered, as one; those that can be done without are not told."""
        told = [
            f"{name}: {self.said(message)}"
            for name, profile, message in errors
            if profile.files or not (is_rendered and profile.is_part)
        ]
        if told:
            reason = "; ".join(dict.fromkeys(told))[:_REASON]
            yield next(self._unreadable(), None) or Skipped(self.chart.source.display, reason)

    def _unreadable(self) -> Iterator[Skipped]:
        """The files without which Helm loads no chart, if they are no YAML: they may be another tool's templates."""
        for name in filter(self.chart.members.__contains__, _LOADED):
            for each in documents(SourceFile("", self.chart.members[name].text or "")):
                if isinstance(each, Broken):
                    language = template_language(each)
                    said = each.reason if language is None else f"template text ({language}) of another tool"
                    reason, hint = f"{name} cannot be read: {said}", _MEND if language is None else TEMPLATE_HINT
                    location = self.files.at(name, each.span, Precision.LINE)
                    yield Skipped(self.chart.source.display, reason, location=location, hint=hint)

    def outside(self, profiles: Sequence[Values]) -> Iterator[Skipped]:
        """The dependencies that are nowhere in the repository, unless they are switched off under every profile."""
        for missing in self.chart.missing:
            taken = [values for values in profiles if _is_taken(missing, values)]
            if not taken:
                continue
            says = any(_given(values, missing) for values in taken)
            dependency = missing.dependency
            of = f" of {dependency.repository}" if dependency.repository else ""
            given = ", and the values given to it say HostProcess" if says else ""
            said = f"the dependency {dependency.name} {dependency.version}{of} is not in this repository{given}"
            location = self._entry(missing)
            hint = f"`{self._command(missing)}`, or name a folder that holds it with `--charts DIR`"
            yield Skipped(location.path, said, OUTSIDE, location, hint, Level.WARNING if says else Level.NOTE)

    def said(self, message: str) -> str:
        """Helm's own words on one line, with files as they are called on disk instead of by the chart's name."""

        def on_disk(found: re.Match[str]) -> str:
            member = self.chart.place(found[0]).member
            return self.files.first_line(member).path if member in self.chart.members else found[0]

        name = re.escape(self.chart.node.name)
        return re.sub(rf"(?<![\w./-]){name}/[\w./-]+", on_disk, " ".join(message.split()))

    def _is_shown(self, variant: Variant, member: str, shown: Mapping[str, set[Path]]) -> bool:
        if member not in shown:
            return False
        return shown[member].issuperset(variant.profile.files) or not set_by(
            variant.layers, self.hosting.reach(member, self._charts(member))
        )

    def _charts(self, member: str) -> tuple[str, ...]:
        """The subcharts, by alias, on the way to a template."""
        return next((charts for charts, folder in self._folders() if member.startswith(f"{folder}templates/")), ())

    def _folders(self) -> Iterator[tuple[tuple[str, ...], str]]:
        pending: list[tuple[tuple[str, ...], Any]] = [((), self.chart.node)]
        while pending:
            charts, node = pending.pop()
            yield charts, node.folder
            pending.extend(((*charts, alias), child) for alias, child in node.children.items())

    def _line(self, failure: Failure) -> Location:
        found = self.chart.members[failure.member]
        if found.packaged or found.text is None:
            return self.files.first_line(failure.member)
        source = self.files.source(found.file)
        number = min(failure.line, source.text.count("\n") + 1)
        return self.files.at(failure.member, Span(*source.line_span(number)), Precision.LINE)

    def _entry(self, missing: Missing) -> Location:
        entry = self.files.entries(missing.file).get(("dependencies", missing.dependency.number, "name"))
        if entry is None:
            return Location(SourceFile(self.display(missing.file), ""), Span(0, 0), Precision.FILE)
        return self.files.in_file(missing.file, entry.span(Part.PAIR), Precision.LINE)

    def _command(self, missing: Missing) -> str:
        """What brings a dependency: into the chart's own `charts/` where that is a directory."""
        if missing.file.name in ("Chart.yaml", "requirements.yaml"):
            build = shlex.join(["helm", "dependency", "build", self.display(missing.file.parent)])
            return " && ".join([*_known_to_helm(missing.file), build])
        return _pull(missing.dependency)


def values_in_reach(templates: Templates, member: str, charts: Route) -> set[Route]:
    """The places among a chart's values that one of its templates may read."""
    return {scope for route in templates.read_by(member) for scope in possible_scopes(route, charts)}


def set_by(layers: Sequence[Layer], places: set[Route]) -> list[Layer]:
    """The layers that set something at some places."""
    return [layer for layer in layers if any(touches(nested(layer.prefix, layer.values), route) for route in places)]


def _known_to_helm(declaring: Path) -> Iterator[str]:
    """What `helm dependency build` wants first where versions are locked: to know each repository by a name."""
    if not any((declaring.parent / lock).is_file() for lock in _LOCKS):
        return
    names: dict[str, str] = {}
    for each in dependencies_in(declaring):
        if each.repository.startswith(("http://", "https://")):
            names.setdefault(each.repository, each.name)
    for repository, name in names.items():
        yield shlex.join(["helm", "repo", "add", name, repository])


def _pull(dependency: Dependency) -> str:
    repository = dependency.repository.rstrip("/")
    what = [f"{repository}/{dependency.name}"] if repository.startswith("oci://") else [dependency.name]
    where = ["--repo", repository] if repository and not repository.startswith("oci://") else []
    return shlex.join(
        ["helm", "pull", *what, *where, *(["--version", dependency.version] if dependency.version else [])]
    )


def _is_taken(missing: Missing, values: Values) -> bool:
    above = tuple(map(str, missing.above))
    return missing.dependency.is_enabled(values, above)


def _given(values: Values, missing: Missing) -> bool:
    return says_host_process(get(values, (*missing.above, missing.dependency.called))[1])
