"""argv → Request: the options that there are, and which of them go together."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from typing import NamedTuple

from .. import __version__
from ..config.settings import Settings
from ..errors import UsageError
from ..finding import Level
from ..render.options import RenderOptions
from ..report import REPORTERS
from ..rules.targets import (
    NEWEST_KUBERNETES,
    Version,
    containerd_version,
    kubernetes_version,
    shown,
    usual_containerd,
)
from ..sources.landmarks import CONFIGURATION
from .request import Change, Output, Request

_NEWEST, _RUNTIME = shown(NEWEST_KUBERNETES), shown(usual_containerd(NEWEST_KUBERNETES))


def request(argv: Sequence[str] | None = None) -> Request:
    """What a command line asks for. Raises UsageError, or ends the program as argparse does."""
    arguments = _parser().parse_args(argv)
    return _COMMANDS[arguments.command].decide(arguments)


class _Command(NamedTuple):
    """One command: its line in the help, what it takes, and what that means."""

    help: str
    take: Callable[[argparse.ArgumentParser], None]
    decide: Callable[[argparse.Namespace], Request]
    description: str | None = None
    epilog: str | None = None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hostprocess-lint",
        description="Find what Kubernetes and Windows refuse, break or silently ignore in HostProcess workloads.",
        allow_abbrev=False,
        formatter_class=_formatter,
    )
    version = f"hostprocess-lint {__version__} (rules up to Kubernetes {_NEWEST}, with containerd {_RUNTIME})"
    parser.add_argument("--version", action="version", version=version)
    commands = parser.add_subparsers(
        title="commands", required=True, metavar="COMMAND", prog="hostprocess-lint", dest="command"
    )
    for name, command in _COMMANDS.items():
        own = commands.add_parser(
            name,
            help=command.help,
            description=command.description,
            epilog=command.epilog,
            allow_abbrev=False,
            formatter_class=_formatter,
        )
        command.take(own)
    return parser


def _formatter(prog: str) -> argparse.HelpFormatter:
    """argparse imports a module to ask for the terminal's width, at every start."""
    columns = os.environ.get("COLUMNS", "")
    return argparse.HelpFormatter(prog, width=int(columns) - 2 if columns.isdecimal() else 100)


def _take_scan(scan: argparse.ArgumentParser) -> None:
    scan.add_argument("paths", nargs="*", metavar="PATH")
    change = scan.add_argument_group("what a change affects")
    way = change.add_mutually_exclusive_group()
    way.add_argument("--changed", action="store_true", help="the PATHs are changed files: scan what they belong to")
    way.add_argument("--changed-since", metavar="REV", help="ask git for the changed files; PATHs narrow them down")
    change.add_argument("--deleted", action="store_true", help="with --changed: and the files that the commit deletes")
    change.add_argument("--only-manifests", action="store_true", help="no charts and overlays: no engine is needed")
    _take_configuration(scan)
    output = scan.add_argument_group("output")
    output.add_argument("--format", choices=sorted(REPORTERS), default="text", help="of standard output or --output")
    output.add_argument("--output", default="-", metavar="FILE", help="write the report to a file instead")
    output.add_argument("--report", action="append", default=[], metavar="FORMAT=FILE", help="one more report; repeat")
    output.add_argument("--color", choices=("auto", "always", "never"), default="auto")
    output.add_argument("--show-suppressed", action="store_true", help="show findings that are suppressed, too")
    output.add_argument("--sarif-include-suppressed", action="store_true", help="put suppressed findings into SARIF")
    output.add_argument("--sarif-category", metavar="NAME", help="write the category of the analysis into SARIF")
    _take_rendering(scan)
    choice = scan.add_argument_group("rules")
    choice.add_argument("--select", action="append", default=[], metavar="RULES", help="only these: HPC101,HPC2,…")
    choice.add_argument("--ignore", action="append", default=[], metavar="RULES", help="all but these")
    choice.add_argument("--fail-on", choices=(*(level.value for level in Level), "never"), help="default: warning")
    choice.add_argument("--kubernetes-version", metavar="X.Y", help=f"the version aimed at (default: {_NEWEST})")
    usual = f"what goes with the Kubernetes aimed at; {_RUNTIME} with {_NEWEST}"
    choice.add_argument("--containerd-version", metavar="X.Y", help=f"the version aimed at (default: {usual})")
    known = scan.add_argument_group("known findings")
    known.add_argument("--baseline", metavar="FILE", help="findings in this file do not count")
    known.add_argument("--write-baseline", metavar="FILE", help="write the findings that count into a file")


def _take_inventory(inventory: argparse.ArgumentParser) -> None:
    inventory.add_argument("paths", nargs="+", metavar="PATH")
    inventory.add_argument("--format", choices=("table", "json", "csv"), default="table")
    inventory.add_argument("--output", default="-", metavar="FILE", help="write the list to a file instead")
    _take_rendering(inventory)
    _take_configuration(inventory)


def _take_rendering(command: argparse.ArgumentParser) -> None:
    charts = command.add_argument_group("charts and overlays")
    charts.add_argument("--values", action="append", default=[], metavar="FILE", help="judge charts with these values")
    charts.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="and with this one")
    charts.add_argument("--namespace", metavar="NAME", help="of the release, and of what names none (default: default)")
    charts.add_argument("--release-name", default="release-name", metavar="NAME")
    charts.add_argument("--helm", metavar="FILE", help="the helm program to use")
    charts.add_argument("--kustomize", metavar="FILE", help="the kustomize or kubectl program to use")


def _take_configuration(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("configuration")
    group.add_argument("--config", metavar="FILE", help=f"instead of the nearest {CONFIGURATION}")
    group.add_argument("--policies", action="append", default=[], metavar="DIR", help="a directory of rules; repeat")


def _take_explain(explain: argparse.ArgumentParser) -> None:
    explain.add_argument("word", metavar="RULE", help="an id or a name, as HPC101 or missing-host-network")
    _take_configuration(explain)


def _take_rules(rules: argparse.ArgumentParser) -> None:
    rules.add_argument("--format", choices=("text", "json"), default="text")
    _take_configuration(rules)


def _take_checkov_plugin(checkov: argparse.ArgumentParser) -> None:
    checkov.add_argument(
        "--verify",
        action="store_const",
        const="verify",
        default="",
        dest="word",
        help="run the checkov on PATH over a bad manifest; fail unless it reports that",
    )


def _take_policies(policies: argparse.ArgumentParser) -> None:
    policies.add_argument("word", choices=("test",), metavar="test", help="run the examples of the pages")
    policies.add_argument("policies", nargs="+", metavar="DIR", help="a directory of rules")


def _take_init(init: argparse.ArgumentParser) -> None:
    init.add_argument("word", nargs="?", default=".", metavar="DIR", help="default: the working directory")


def _scan(arguments: argparse.Namespace) -> Request:
    change = None
    if arguments.changed or arguments.changed_since is not None:
        change = Change(arguments.changed_since, arguments.deleted, arguments.only_manifests)
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
        baselines=(arguments.baseline,) if arguments.baseline else (),
        render=_rendering(arguments, (arguments.kubernetes_version,) if kubernetes else ()),
    )
    output = Output(
        reports=((arguments.format, arguments.output), *map(_report, arguments.report)),
        color=arguments.color,
        show_suppressed=arguments.show_suppressed,
        sarif_include_suppressed=arguments.sarif_include_suppressed,
        sarif_category=arguments.sarif_category,
    )
    asked = Request("scan", tuple(arguments.paths), change, settings=settings, output=output)
    return _configured(asked, arguments)._replace(fail_on=arguments.fail_on, write_baseline=arguments.write_baseline)


def _inventory(arguments: argparse.Namespace) -> Request:
    asked = Request(
        "inventory",
        tuple(arguments.paths),
        settings=Settings(render=_rendering(arguments)),
        output=Output(reports=((arguments.format, arguments.output),)),
    )
    return _configured(asked, arguments)


def _about_rules(arguments: argparse.Namespace) -> Request:
    output = Output(reports=((getattr(arguments, "format", "text"), "-"),))
    return _configured(Request(arguments.command, output=output, word=getattr(arguments, "word", "")), arguments)


def _policies(arguments: argparse.Namespace) -> Request:
    return Request("policies", policies=tuple(arguments.policies), word=arguments.word)


def _with_word(arguments: argparse.Namespace) -> Request:
    return Request(arguments.command, word=arguments.word)


def _configured(asked: Request, arguments: argparse.Namespace) -> Request:
    return asked._replace(config=arguments.config, policies=tuple(arguments.policies))


def _rendering(arguments: argparse.Namespace, versions: tuple[str, ...] = ()) -> RenderOptions:
    for file in arguments.values:
        if not os.path.isfile(file):
            raise UsageError(f"--values: there is no file {file!r}")
    return RenderOptions(
        values=tuple(arguments.values),
        sets=tuple(arguments.set),
        namespace=arguments.namespace,
        release_name=arguments.release_name,
        kubernetes_versions=versions,
        helm=arguments.helm,
        kustomize=arguments.kustomize,
    )


def _version(text: str | None, option: str, known: Callable[[str], Version]) -> Version | None:
    try:
        return known(text) if text is not None else None
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from None


def _report(text: str) -> tuple[str, str]:
    name, equals, file = text.partition("=")
    if name not in REPORTERS or not equals or not file:
        raise UsageError(f"--report: {text!r} is not FORMAT=FILE with one of the formats {', '.join(REPORTERS)}")
    return name, file


_COMMANDS = {
    "scan": _Command(
        "scan manifests, charts and overlays",
        _take_scan,
        _scan,
        "Scan files and directories; `-` is standard input.",
        "Exit codes: 0 nothing at or above --fail-on; 1 findings; 2 wrong usage or configuration; 3 something "
        "in scope could not be looked at.",
    ),
    "explain": _Command("print a rule's page", _take_explain, _about_rules),
    "rules": _Command("list the rules", _take_rules, _about_rules),
    "checkov-plugin": _Command(
        "print the directory of the plugin for checkov",
        _take_checkov_plugin,
        _with_word,
        "Print the directory for `checkov --external-checks-dir`, which makes every rule a check there.",
    ),
    "inventory": _Command("list the HostProcess workloads", _take_inventory, _inventory),
    "policies": _Command(
        "test policies of your own",
        _take_policies,
        _policies,
        "`policies test DIR` runs the examples of the pages in a directory: each line with `# expect: NAME` must have "
        "that finding, and no other line may have one.",
    ),
    "init": _Command("write a configuration", _take_init, _with_word),
}
