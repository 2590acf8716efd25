"""Scans, and reports."""

from __future__ import annotations

import os

from ...config.config import Config
from ...finding import Level
from ...outcome import Scan
from ...report import WITHOUT_RULES, Options, reporter
from ...scanner import Scanner
from ...sources.paths import repository
from ..output import columns, deliver, is_colored, progress, say
from ..request import Output, Request
from . import CLEAN, FINDINGS, NOT_LOOKED_AT
from .configuration import configuration


def run(asked: Request) -> int:
    if asked.change is not None:
        from .changed import narrowed_to_change

        narrowed = narrowed_to_change(asked)
        config, scope = narrowed.config(), narrowed.scope
        names_rules = asked.settings.select or asked.settings.ignore or config.select
        if not narrowed.sources and not names_rules and asked.output.reports == (("text", "-"),):
            return CLEAN
    else:
        config, scope = configuration(asked, asked.paths[0]), None
    with Scanner(config, settings=asked.settings) as scanner:
        if asked.settings.select or asked.settings.ignore:
            _ = scanner.chosen  # a wrong name is told before the scan
        scope = scope or scanner.scope(asked.paths)
        found = scanner.judged(scope, progress)
        if asked.write_baseline:
            from ...suppress.baseline import baseline_text

            deliver(baseline_text(found, asked.write_baseline), asked.write_baseline)
        found = scanner.settled(scope, found, (asked.write_baseline,) if asked.write_baseline else ())
        return _reported(found, asked, config, scanner)


def _reported(found: Scan, asked: Request, config: Config, scanner: Scanner) -> int:
    if found.remarks and not asked.output.quiet:
        for remark in found.remarks:
            say(remark)
    code = _exit_code(found, asked.fail_on or config.fail_on or Level.WARNING.value)
    root = repository(os.path.abspath(asked.paths[0] if asked.paths else ".")) or ""
    for name, file in asked.output.reports:
        rules = () if name in WITHOUT_RULES else scanner.rules
        deliver(reporter(name)(found, rules, _options(asked.output, file, code, root)), file)
    return code


def _options(output: Output, file: str, code: int, root: str) -> Options:
    return Options(
        exit_code=code,
        color=file == "-" and is_colored(output.color),
        verbose=output.verbose,
        quiet=output.quiet,
        statistics=output.statistics,
        show_suppressed=output.show_suppressed,
        sarif_include_suppressed=output.sarif_include_suppressed,
        sarif_category=output.sarif_category,
        root=root.replace(os.sep, "/"),
        width=columns() if file == "-" else 0,
        real=os.path.realpath(root).replace(os.sep, "/") if root else "",
        below=os.path.relpath(os.getcwd(), root).replace(os.sep, "/") if root else "",
    )


def _exit_code(found: Scan, fail_on: str) -> int:
    """What was not looked at comes first: it is never a matter of choice."""
    if found.skipped:
        return NOT_LOOKED_AT
    if fail_on == "never":
        return CLEAN
    worst = Level(fail_on).rank
    failing = any(finding.suppressed is None and finding.level.rank <= worst for finding in found.findings)
    return FINDINGS if failing else CLEAN
