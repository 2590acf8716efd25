"""What the options of a command mean together: a request, or a sentence about what does not go together."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable, Collection

from ...config.settings import Settings
from ...errors import UsageError
from ...render.options import RenderOptions
from ...report import REPORTERS
from ...report.review import FORMATS as REVIEWS
from ...rules.targets import Version, containerd_version, kubernetes_version
from ..request import ChangedScope, Output, Request


def scan_request(arguments: argparse.Namespace) -> Request:
    change = None
    if arguments.changed or arguments.changed_since is not None:
        change = ChangedScope(arguments.changed_since, arguments.deleted, arguments.only_manifests)
        if "-" in arguments.paths:
            raise UsageError("scan: standard input is no changed file: name files with --changed")
        if arguments.write_baseline:
            raise UsageError("scan: --write-baseline needs a scan of everything: leave --changed away")
    elif arguments.deleted or arguments.only_manifests:
        raise UsageError(f"scan: {'--deleted' if arguments.deleted else '--only-manifests'} goes with --changed")
    elif not arguments.paths:
        raise UsageError("scan: name a PATH, as in `scan .`")
    kubernetes = _version(arguments.kubernetes_version, "--kubernetes-version", kubernetes_version)
    settings = Settings(
        select=tuple(arguments.select),
        ignore=tuple(arguments.ignore),
        kubernetes=kubernetes,
        containerd=_version(arguments.containerd_version, "--containerd-version", containerd_version),
        suppressions=arguments.suppressions,
        baselines=_baselines(arguments),
        render=_rendering(arguments, (arguments.kubernetes_version,) if kubernetes else ()),
    )
    output = Output(
        reports=((arguments.format, arguments.output), *(_report(text, REPORTERS) for text in arguments.report)),
        color=arguments.color,
        verbose=arguments.verbose or bool(arguments.select) or arguments.fail_on == "note",
        quiet=arguments.quiet,
        statistics=arguments.statistics,
        show_suppressed=arguments.show_suppressed,
        sarif_include_suppressed=arguments.sarif_include_suppressed,
        sarif_category=arguments.sarif_category,
    )
    asked = Request("scan", tuple(arguments.paths), change, settings=settings, output=output)
    return _configured(asked, arguments)._replace(fail_on=arguments.fail_on, write_baseline=arguments.write_baseline)


def coverage_request(arguments: argparse.Namespace) -> Request:
    return inventory_request(arguments)._replace(command="coverage")


def inventory_request(arguments: argparse.Namespace) -> Request:
    asked = Request(
        "inventory",
        tuple(arguments.paths),
        settings=Settings(render=_rendering(arguments)),
        output=Output(reports=((arguments.format, arguments.output),)),
    )
    return _configured(asked, arguments)


def review_request(arguments: argparse.Namespace) -> Request:
    form = arguments.format or _REVIEWS_BY_ENDING.get(os.path.splitext(arguments.output)[1].lower(), "markdown")
    reports = ((form, arguments.output), *(_report(text, REVIEWS) for text in arguments.report))
    settings = Settings(
        suppressions=arguments.suppressions,
        baselines=_baselines(arguments),
        render=_rendering(arguments)._replace(reach=True),
    )
    if arguments.since is not None and "-" in arguments.paths:
        raise UsageError("review: git knows nothing of standard input: leave --since away, or compare two reviews")
    asked = Request("review", tuple(arguments.paths), settings=settings, output=Output(reports=reports))
    asked = asked._replace(since=arguments.since, compared=arguments.compare, live=arguments.live)
    if arguments.live is not None and (arguments.since is not None or arguments.compare is not None):
        raise UsageError("review: a cluster has no history: leave --since and --compare away, or --live")
    return _configured(asked, arguments)._replace(write_approvals=arguments.write_approvals)


_REVIEWS_BY_ENDING = {".html": "html", ".htm": "html", ".md": "markdown", ".json": "json", ".csv": "csv"}


def triage_request(arguments: argparse.Namespace) -> Request:
    asked = Request(
        "triage",
        tuple(arguments.paths),
        settings=Settings(render=_rendering(arguments)),
        output=Output(reports=(("sarif", arguments.output),)),
        word=arguments.word,
    )
    if "-" in asked.paths:
        raise UsageError("triage: standard input is no PATH: name what the report is about")
    return _configured(asked, arguments)


def about_rules(arguments: argparse.Namespace) -> Request:
    output = Output(reports=((getattr(arguments, "format", "text"), "-"),))
    return _configured(Request(arguments.command, output=output, word=getattr(arguments, "word", "")), arguments)


def policies_request(arguments: argparse.Namespace) -> Request:
    return Request("policies", policies=tuple(arguments.policies), word=arguments.word)


def with_word(arguments: argparse.Namespace) -> Request:
    return Request(arguments.command, word=arguments.word or "")


def _configured(asked: Request, arguments: argparse.Namespace) -> Request:
    return asked._replace(config=arguments.config, policies=tuple(arguments.policies))


def _rendering(arguments: argparse.Namespace, versions: tuple[str, ...] = ()) -> RenderOptions:
    for file in arguments.values:
        if not os.path.isfile(file):
            raise UsageError(f"--values: there is no file {file!r}")
    if arguments.charts is not None and not os.path.isdir(arguments.charts):
        other = ": name the directory that it is in" if os.path.isfile(arguments.charts) else ""
        raise UsageError(f"--charts: there is no directory {arguments.charts!r}{other}")
    for text in arguments.set:
        if not _is_setting(text):
            raise UsageError(f"--set: {text!r} is not KEY=VALUE, as for `helm --set`")
    return RenderOptions(
        values=tuple(arguments.values),
        sets=tuple(arguments.set),
        charts_directory=arguments.charts,
        api_versions=tuple(name for text in arguments.api_versions for name in text.split(",") if name),
        namespace=arguments.namespace,
        release_name=arguments.release_name,
        kubernetes_versions=versions,
        helm=arguments.helm,
        kustomize=arguments.kustomize,
    )


def _is_setting(text: str) -> bool:
    """Whether Helm finds a key and a `=` in each part between commas that stand neither in braces nor behind a `\\`."""
    parts = re.split(r"(?<!\\),", re.sub(r"(?<==)\{[^{}]*\}", "", text))
    return all(key.strip() and equals for key, equals, _ in (part.partition("=") for part in parts))


def _version(text: str | None, option: str, known: Callable[[str], Version]) -> Version | None:
    try:
        return known(text) if text is not None else None
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from None


def _baselines(arguments: argparse.Namespace) -> tuple[str, ...]:
    if arguments.suppressions == "none" and arguments.baseline:
        raise UsageError(f"{arguments.command}: with --suppressions none no baseline counts: leave --baseline away")
    return (arguments.baseline,) if arguments.baseline else ()


def _report(text: str, formats: Collection[str]) -> tuple[str, str]:
    name, equals, file = text.partition("=")
    if name not in formats or not equals or not file:
        raise UsageError(f"--report: {text!r} is not FORMAT=FILE with one of the formats {', '.join(formats)}")
    return name, file
