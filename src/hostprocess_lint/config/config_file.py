"""`.hostprocess-lint.yaml` becomes a Config, or an error at its line."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

from ..documents.document import Document
from ..documents.stream import Broken, documents
from ..errors import UsageError
from ..finding import Level
from ..location import Location, Part, Route
from ..render.manifest import decoded_text
from ..render.options import ChartProfile
from ..rules.catalogue import known_rules, user_rules
from ..rules.context import Approved, Context, Override
from ..rules.rule import Rule
from ..rules.selection import called, named_rules, unknown
from ..rules.targets import Version, containerd_version, kubernetes_version
from ..sourcefile import SourceFile
from ..sources.globs import globs
from ..sources.own import read_own
from ..sources.paths import boundary, display, lies_in
from .config import NEVER_OFF, Config, Ignored
from .schema import faults, load_schema


def read_config(path: str, base: str, policies: Sequence[str]) -> Config:
    """A configuration whose patterns are relative to `base`, with further directories of policies.

    Raises UsageError with file and line.
    """
    try:
        text = decoded_text(read_own(path, "configuration"))
    except UnicodeDecodeError:
        raise UsageError(f"{path}: the configuration is neither UTF-8 nor UTF-16") from None
    return parse_config(SourceFile(display(path), text), base, policies)


def parse_config(text: SourceFile, base: str, policies: Sequence[str]) -> Config:
    """The same from a text."""
    found = list(documents(text))
    if not found:
        return Config(base, user_rules(policies))
    document = found[0]
    if isinstance(document, Broken):
        line = text.position(document.span.start)[0]
        raise UsageError(f"{text.path}:{line}: the configuration is no YAML: {document.reason}")
    if len(found) > 1:
        raise UsageError(f"{text.path}: the configuration is one YAML document: remove the `---` between two")
    return _Reader(document, base, policies).config()


class _Reader:
    """A document on its way to a Config, with the lines that its errors name."""

    def __init__(self, document: Document, base: str, policies: Sequence[str]) -> None:
        self._document = document
        self._base = base
        for route in document.duplicates:
            raise self._wrong(route, f"`{route[-1]}` stands here a second time: join the two", Part.KEY)
        for fault in faults(document.data, load_schema()):
            raise self._wrong(fault.route, fault.message, fault.part)
        data: Any = document.data
        self._data: dict[str, Any] = data
        directories = [self._directory(index) for index in range(len(self._data.get("policies", ())))]
        self._directories = directories
        self._users_rules = user_rules([*directories, *policies])
        self._rules = (*known_rules(), *self._users_rules)

    def config(self) -> Config:
        data = self._data
        for index, word in enumerate(data.get("select", ())):
            named_rules(self._rules, [word], self._place(("select", index)))
        charts = tuple(self._chart(index, entry) for index, entry in enumerate(data.get("charts", ())))
        return Config(
            directory=self._base,
            users_rules=self._users_rules,
            exclude=globs(data["exclude"], self._base) if "exclude" in data else None,
            context=Context(
                **self._parameters(data, ()),
                no_inline_suppression=self._not_inline(),
                levels=self._levels(()),
                overrides=tuple(self._overrides()),
            ),
            select=tuple(data.get("select", ())),
            fail_on=data.get("fail-on"),
            ignore=tuple(self._ignored(index, entry) for index, entry in enumerate(data.get("ignore", ()))),
            charts=charts,
            charts_directory=self._charts_directory(),
            named=(*self._directories, *(file for chart in charts for file in chart.values)),
        )

    def _place(self, route: Route, part: Part = Part.VALUE) -> str:
        text = self._document.text
        return f"{text.path}:{text.position(self._document.span(route, part).start)[0]}"

    def _wrong(self, route: Route, message: str, part: Part = Part.VALUE) -> UsageError:
        return UsageError(f"{self._place(route, part)}: {message}")

    def _beside(self, path: str) -> str:
        """A path as the configuration's file names it."""
        return os.path.normpath(os.path.join(os.path.dirname(self._document.text.path), path))

    def _directory(self, index: int) -> str:
        path = self._beside(self._data["policies"][index])
        if not os.path.isdir(path):
            raise self._wrong(("policies", index), f"there is no directory {path!r}: name one of rule pages")
        return self._ours(path, ("policies", index), "give it with `--policies`")

    def _rule(self, word: str, route: Route, part: Part) -> Rule:
        rule = called(word, self._rules)
        if rule is None:
            raise self._wrong(route, unknown(word, self._rules), part)
        return rule

    def _levels(self, route: Route) -> dict[str, Level | None]:
        data: Any = self._data
        for step in route:
            data = data[step]
        found: dict[str, Level | None] = {}
        for word, level in data.get("levels", {}).items():
            place = (*route, "levels", word)
            rule = self._rule(word, place, Part.KEY)
            off = level in ("off", False)
            if off and rule.id in NEVER_OFF:
                raise self._wrong(place, f"`{word}` cannot be off: what was not looked at must not pass for clean")
            found[rule.id] = None if off else Level(level)
        return found

    def _parameters(self, data: dict[str, Any], route: Route) -> dict[str, Any]:
        """The fields of Context that some keys are about."""
        found: dict[str, Any] = {}
        if "kubernetes-version" in data:
            place = (*route, "kubernetes-version")
            found["kubernetes"] = self._version(data["kubernetes-version"], place, kubernetes_version)
        if "containerd-version" in data:
            place = (*route, "containerd-version")
            found["containerd_version"] = self._version(data["containerd-version"], place, containerd_version)
        if "allowed-accounts" in data:
            found["allowed_accounts"] = tuple(data["allowed-accounts"])
        if "approved-workloads" in data:
            place = (*route, "approved-workloads")
            entries = enumerate(data["approved-workloads"])
            found["approved_workloads"] = tuple(self._approved(entry, (*place, index)) for index, entry in entries)
        if "require-digest" in data:
            found["require_digest"] = data["require-digest"]
        return found

    def _approved(self, entry: dict[str, Any], route: Route) -> Approved:
        until = entry.get("until")
        several: dict[str, Any] = {key: tuple(entry[key]) for key in ("images", "accounts") if key in entry}
        return Approved(
            **{**entry, **several},
            expired=until is not None and until < date.today().isoformat(),  # noqa: DTZ011 - where somebody reads it
            location=Location(self._document.text, self._document.span(route)),
        )

    def _not_inline(self) -> frozenset[str]:
        key = "no-inline-suppression"
        words = enumerate(self._data.get(key, ()))
        return frozenset(self._rule(word, (key, index), Part.VALUE).id for index, word in words)

    def _overrides(self) -> Iterator[Override]:
        for index, entry in enumerate(self._data.get("overrides", ())):
            covers = globs(entry["paths"], self._base).covers
            route = ("overrides", index)
            yield Override(covers, self._levels(route), self._parameters(entry, route))

    def _version(self, text: str, route: Route, known: Callable[[str], Version]) -> Version:
        try:
            return known(text)
        except ValueError as error:
            raise self._wrong(route, str(error)) from None

    def _ignored(self, index: int, entry: dict[str, Any]) -> Ignored:
        route = ("ignore", index)
        return Ignored(
            rule=self._rule(entry["rule"], (*route, "rule"), Part.VALUE).id,
            path=globs([entry["path"]], self._base) if "path" in entry else None,
            resource=entry.get("resource"),
            reason=entry["reason"].strip(),
            until=entry.get("until"),
            location=Location(self._document.text, self._document.span((*route, "rule"), Part.PAIR)),
        )

    def _charts_directory(self) -> str | None:
        if "charts-directory" not in self._data:
            return None
        path = self._beside(self._data["charts-directory"])
        if not os.path.isdir(path):
            raise self._wrong(("charts-directory",), f"there is no directory {path!r}")
        return self._ours(path, ("charts-directory",), "give it with `--charts`")

    def _ours(self, path: str, route: Route, otherwise: str) -> str:
        """A path in the repository: what a configuration names can come out in a report, and may be the scanned tree's.

        A configuration that is given with `--config` may lie elsewhere, and what lies with it is as good.
        """
        real = os.path.realpath(path)
        homes = (boundary(self._base), boundary(os.path.dirname(self._document.text.path) or "."))
        if not any(lies_in(real, home) for home in homes):
            raise self._wrong(route, f"{path!r} lies outside the repository: put it there, or {otherwise}")
        return path

    def _chart(self, index: int, entry: dict[str, Any]) -> ChartProfile:
        values = [self._beside(path) for path in entry.get("values", ())]
        for number, path in enumerate(values):
            if not os.path.isfile(path):
                raise self._wrong(("charts", index, "values", number), f"there is no file {path!r}")
            self._ours(path, ("charts", index, "values", number), "give the file with `--values`")
        for number, text in enumerate(entry.get("kubernetes-versions", ())):
            self._version(text, ("charts", index, "kubernetes-versions", number), kubernetes_version)
        return ChartProfile(
            charts=globs([entry["path"]], self._base),
            values=tuple(values),
            sets=tuple(entry.get("set", ())),
            kubernetes_versions=tuple(entry.get("kubernetes-versions", ())),
            namespace=entry.get("namespace"),
            release_name=entry.get("release-name"),
            only=entry.get("only", False),
            api_versions=tuple(entry.get("api-versions", ())),
        )
