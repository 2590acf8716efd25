"""Paths and a configuration become a Scan: the whole pipeline, and the lifetime of the engines that it needs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from functools import cached_property
from typing import TYPE_CHECKING

from .config.config import NEVER_OFF, Config, Ignored
from .config.nearest import nearest_config
from .config.settings import MODES, Settings
from .errors import UsageError
from .render.engines import Engines
from .sources.paths import in_scope
from .sources.source import Scope, Source

if TYPE_CHECKING:
    from types import TracebackType

    from .finding import Finding, Level, Verdict
    from .outcome import Passed, Scan, Skipped
    from .rendered import Rendered
    from .rules.context import Context
    from .rules.rule import Rule
    from .suppress.terms import Terms

    Path = str | os.PathLike[str]
    Item = Rendered | Skipped | Passed
    Watch = Callable[[Iterable[Item]], Iterator[Item]]


class Scanner:
    """Scans paths and texts by one configuration, and owns the engines that this takes. Close it.

    `rules` are judged by beside the catalogue's, those of installed packages and the configuration's.
    """

    def __init__(
        self, config: Config | None = None, rules: Iterable[Rule] = (), settings: Settings | None = None
    ) -> None:
        self._config = config or Config()
        self._settings = settings or Settings()
        self._added = tuple(rules)
        self._engines = Engines(self._settings.render.helm)
        self._closed = False
        if self._settings.suppressions not in MODES:
            raise UsageError(f"suppressions: {self._settings.suppressions!r} is none of {', '.join(MODES)}")

    def __enter__(self) -> Scanner:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the processes of the engines. A scanner that is closed scans nothing more."""
        self._closed = True
        self._engines.close()

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """All rules that there are, whether they are judged by or not."""
        from .rules.catalogue import all_of

        return all_of(all_rules(self._config), self._added)

    @cached_property
    def chosen(self) -> tuple[Rule, ...]:
        """The rules that are selected and not ignored, by id, name or leading part of an id."""
        from .rules.selection import named_rules

        select = self._settings.select or self._config.select
        wanted = named_rules(self.rules, select, "--select") if select else {rule.id for rule in self.rules}
        if not wanted:
            raise UsageError(f"--select: {', '.join(select)!r} names no rule")
        unwanted = named_rules(self.rules, self._settings.ignore, "--ignore")
        return tuple(r for r in self.rules if r.id in NEVER_OFF or (r.id in wanted and r.id not in unwanted))

    def scan(self, paths: Path | Iterable[Path]) -> Scan:
        """What is at or below some paths; suppressed and settled."""
        scope = self.scope(_listed(paths))
        return self.settled(scope, self.judged(scope))

    def scan_text(self, text: str, path: str = "-") -> Scan:
        """A text, as if it were the manifest of that path."""
        from .sources.releases.firstlook import may_deploy

        raw = text.encode("utf-8", "surrogatepass")
        source = Source("manifest", path, path, is_asked_for=path == "-", held=raw)
        scope = Scope((source,), (path,))
        judged = self.judged(scope) if may_deploy(path, raw) else self._judged(scope, [_manifest(text, path)])
        return self.settled(scope, judged)

    def verdicts(self, data: object, path: str = "") -> dict[str, tuple[Verdict, ...]]:
        """What each chosen rule finds in an object that the caller has parsed, by its id: fields, and no lines.

        A rule that has nothing to judge in it, or is off for the path, is not among them.
        """
        from .judge.entities import judge_entity

        context = self._context.at(path) if path else self._context
        return judge_entity(data, self._by_subject, context)

    def level(self, rule: Rule) -> Level | None:
        """The level of a rule by the configuration; None where it is off."""
        return self._context.levels.get(rule.id, rule.level)

    @cached_property
    def _by_subject(self) -> dict[str, list[Rule]]:
        from .judge.verdicts import rules_by_subject

        return rules_by_subject(self.chosen)

    def scope(self, paths: Sequence[str]) -> Scope:
        from .sources.discovery import discover

        exclude = self._config.exclude
        return Scope(discover(paths, exclude.covers if exclude else None), tuple(paths))

    def judged(self, scope: Scope, watch: Watch = iter) -> Scan:
        """The findings of a scope, suppressed ones among them. `watch` passes on what is rendered, one by one."""
        from .render.render import render

        asked, config = self._settings.render, self._config
        charts = asked.charts_directory or config.charts_directory
        excluded = config.exclude.covers if config.exclude else None
        options = asked._replace(profiles=config.charts, charts_directory=charts, excluded=excluded)
        given = scope.paths if scope.root is None else (scope.root,)
        options = options._replace(changed=scope.changed, given=given)
        # Closed at once, whatever is raised: what is rendered half may hold a temporary directory.
        with closing(render(scope.sources, options, self._engines)) as rendered:
            return self._judged(scope, watch(rendered))

    def _judged(self, scope: Scope, rendered: Iterable[Item]) -> Scan:
        from .judge.judging import judge
        from .rules.watching import Watched

        if self._closed:
            raise RuntimeError("the scanner is closed")
        watched = Watched(lambda: self.chosen)
        found = judge(rendered, lambda: watched.rules, self._context)._replace(remarks=watched.told())
        if self._settings.suppressions != "all":
            found = found._replace(annotations=(), texts=())
        if not (found.texts or found.annotations or found.listed or self._ignored):
            return found
        from .suppress.suppress import suppress

        return suppress(found, self._terms(scope))

    def settled(self, scope: Scope, found: Scan, baselines: Sequence[str] = ()) -> Scan:
        """A judged scope without what was known before, by the settings' baselines and some more."""
        files = dict.fromkeys((*self._settings.baselines, *baselines))
        if not files:
            return found
        from .suppress.baseline import apply, read_baseline

        terms = self._terms(scope)
        for file in files:
            found = apply(found, read_baseline(file), terms, lambda path: in_scope(path, scope.paths))
        return found

    @property
    def _context(self) -> Context:
        given = {"kubernetes": self._settings.kubernetes, "containerd_version": self._settings.containerd}
        return self._config.context.fixed({name: version for name, version in given.items() if version})

    @property
    def _ignored(self) -> tuple[Ignored, ...]:
        return () if self._settings.suppressions == "none" else self._config.ignore

    def _terms(self, scope: Scope) -> Terms:
        from datetime import date

        from .suppress.suppress import UNUSED
        from .suppress.terms import Terms

        chosen = frozenset(rule.id for rule in self.chosen)
        directory = self._config.directory
        return Terms(
            rules=self.rules,
            chosen=chosen - {UNUSED} if scope.partly else chosen,
            context=self._context,
            today=date.today(),  # noqa: DTZ011 - the day where somebody reads it
            ignored=self._ignored,
            whole=directory is not None and not scope.partly and in_scope(directory, scope.paths),
        )


def scan(paths: Path | Iterable[Path], config: Config | None = None, rules: Iterable[Rule] = ()) -> Scan:
    """What is at or below some paths, by the configuration that is given, else the nearest one."""
    given = _listed(paths)
    with Scanner(config or nearest_config(given[0] if given else "."), rules) as scanner:
        return scanner.scan(given)


def scan_text(text: str, path: str = "-", config: Config | None = None, rules: Iterable[Rule] = ()) -> Scan:
    """A text, as if it were the manifest of that path; without a configuration unless one is given."""
    with Scanner(config, rules) as scanner:
        return scanner.scan_text(text, path)


def all_rules(config: Config | None) -> tuple[Rule, ...]:
    """All rules that there are: the catalogue's, those of installed packages, and the configuration's."""
    from .rules.catalogue import known_rules

    return (*known_rules(), *(config.users_rules if config else ()))


def check(rule: Rule, text: str, config: Config | None = None) -> tuple[Finding, ...]:
    """What one rule finds in a manifest, and what keeps it from being read: for the tests of those who write rules."""
    from .judge.judging import judge
    from .rules.catalogue import builtin

    rules = (*(each for each in builtin() if each.id in NEVER_OFF), rule)
    return judge([_manifest(text, "-")], lambda: rules, (config or Config()).context).findings


def _manifest(text: str, path: str) -> Rendered:
    from .finding import Origin
    from .render.manifest import Itself
    from .rendered import Rendered
    from .sourcefile import SourceFile

    file = SourceFile(path, text)
    return Rendered(Origin("manifest", path), file, Itself(file), from_cluster=path == "-")


def _listed(paths: Path | Iterable[Path]) -> tuple[str, ...]:
    return (os.fspath(paths),) if isinstance(paths, (str, os.PathLike)) else tuple(os.fspath(path) for path in paths)
