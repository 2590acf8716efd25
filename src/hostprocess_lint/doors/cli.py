"""argv → request → command → exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from ..errors import UsageError
from .commands import USAGE, command
from .grammar import request
from .output import say


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command line and returns its exit code: 0 clean, 1 findings, 2 usage, 3 not wholly looked at."""
    try:
        asked = request(argv)
        code = command(asked.command)(asked)
        sys.stdout.flush()
        return code
    except UsageError as error:
        say(f"error: {error}")
        return USAGE
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the interpreter complains at its end
        return USAGE
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        if os.environ.get("HOSTPROCESS_LINT_DEBUG"):
            raise
        say(
            f"internal error: {error!r}: nothing is reported, please report this (HOSTPROCESS_LINT_DEBUG=1 shows where)"
        )
        return USAGE
<<<<<<< HEAD


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hostprocess-lint",
        description="Find what Kubernetes and Windows refuse, break or silently ignore in HostProcess workloads.",
        allow_abbrev=False,
        formatter_class=_formatter,
    )
    parser.add_argument("--version", action="version", version=_versions())
    commands = parser.add_subparsers(
        title="commands",
        required=True,
        metavar="COMMAND",
        prog="hostprocess-lint",
    )
    _scan_parser(commands)
    explain = commands.add_parser("explain", help="print a rule's page", allow_abbrev=False, formatter_class=_formatter)
    explain.add_argument("rule", metavar="RULE", help="an id or a name, as HPC101 or missing-host-network")
    explain.set_defaults(run=_explain)
    rules = commands.add_parser("rules", help="list the rules", allow_abbrev=False, formatter_class=_formatter)
    rules.add_argument("--format", choices=("text", "json"), default="text")
    rules.set_defaults(run=_rules)
    _checkov_parser(commands)
    for command in (explain, rules):
        command.set_defaults(paths=["."], kubernetes_version=None, containerd_version=None)
        _config_arguments(command)
    _inventory_parser(commands)
    init = commands.add_parser("init", help="write a configuration", allow_abbrev=False, formatter_class=_formatter)
    init.add_argument("directory", nargs="?", default=".", metavar="DIR", help="default: the working directory")
    init.set_defaults(run=_init)
    return parser


def _versions() -> str:
    newest, runtime = shown(NEWEST_KUBERNETES), shown(usual_containerd(NEWEST_KUBERNETES))
    return f"hostprocess-lint {__version__} (rules up to Kubernetes {newest}, with containerd {runtime})"


def _checkov_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    checkov = commands.add_parser(
        "checkov-plugin",
        help="print the directory of the plugin for checkov",
        description="Print the directory for `checkov --external-checks-dir`, which makes every rule a check there.",
        allow_abbrev=False,
        formatter_class=_formatter,
    )
    checkov.add_argument(
        "--verify", action="store_true", help="run the checkov on PATH over a bad manifest; fail unless it reports that"
    )
    checkov.set_defaults(run=_checkov_plugin)


def _formatter(prog: str) -> argparse.HelpFormatter:
    """argparse imports a module to ask for the terminal's width, at every start."""
    columns = os.environ.get("COLUMNS", "")
    return argparse.HelpFormatter(prog, width=int(columns) - 2 if columns.isdecimal() else 100)


def _scan_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    scan = commands.add_parser(
        "scan",
        help="scan manifests, charts and overlays",
        description="Scan files and directories; `-` is standard input.",
        epilog="Exit codes: 0 nothing at or above --fail-on; 1 findings; 2 wrong usage or configuration; 3 something "
        "in scope could not be looked at.",
        allow_abbrev=False,
        formatter_class=_formatter,
    )
    scan.set_defaults(run=_scan, partly=False)
    scan.add_argument("paths", nargs="*", metavar="PATH")
    change = scan.add_argument_group("what a change affects")
    way = change.add_mutually_exclusive_group()
    way.add_argument("--changed", action="store_true", help="the PATHs are changed files: scan what they belong to")
    way.add_argument("--changed-since", metavar="REV", help="ask git for the changed files; PATHs narrow them down")
    change.add_argument("--deleted", action="store_true", help="with --changed: and the files that the commit deletes")
    change.add_argument("--only-manifests", action="store_true", help="no charts and overlays: no engine is needed")
    _config_arguments(scan)
    output = scan.add_argument_group("output")
    output.add_argument("--format", choices=sorted(REPORTERS), default="text", help="of standard output or --output")
    output.add_argument("--output", metavar="FILE", help="write the report to a file instead")
    output.add_argument("--report", action="append", default=[], metavar="FORMAT=FILE", help="one more report; repeat")
    output.add_argument("--color", choices=("auto", "always", "never"), default="auto")
    output.add_argument("--show-suppressed", action="store_true", help="show findings that are suppressed, too")
    output.add_argument("--sarif-include-suppressed", action="store_true", help="put suppressed findings into SARIF")
    output.add_argument("--sarif-category", metavar="NAME", help="write the category of the analysis into SARIF")
    _render_arguments(scan)
    newest, runtime = shown(NEWEST_KUBERNETES), shown(usual_containerd(NEWEST_KUBERNETES))
    choice = scan.add_argument_group("rules")
    choice.add_argument("--select", action="append", default=[], metavar="RULES", help="only these: HPC101,HPC2,…")
    choice.add_argument("--ignore", action="append", default=[], metavar="RULES", help="all but these")
    choice.add_argument("--fail-on", choices=tuple(_FAIL_ON), help="default: warning")
    choice.add_argument("--kubernetes-version", metavar="X.Y", help=f"the version aimed at (default: {newest})")
    usual = f"what goes with the Kubernetes aimed at; {runtime} with {newest}"
    choice.add_argument("--containerd-version", metavar="X.Y", help=f"the version aimed at (default: {usual})")
    known = scan.add_argument_group("known findings")
    known.add_argument("--baseline", metavar="FILE", help="findings in this file do not count")
    known.add_argument("--write-baseline", metavar="FILE", help="write the findings that count into a file")


def _inventory_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    inventory = commands.add_parser(
        "inventory", help="list the HostProcess workloads", allow_abbrev=False, formatter_class=_formatter
    )
    inventory.set_defaults(run=_inventory, kubernetes_version=None, containerd_version=None)
    inventory.add_argument("paths", nargs="+", metavar="PATH")
    inventory.add_argument("--format", choices=("table", "json", "csv"), default="table")
    inventory.add_argument("--output", metavar="FILE", help="write the list to a file instead")
    _render_arguments(inventory)
    _config_arguments(inventory)


def _render_arguments(command: argparse.ArgumentParser) -> None:
    charts = command.add_argument_group("charts and overlays")
    charts.add_argument("--values", action="append", default=[], metavar="FILE", help="judge charts with these values")
    charts.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="and with this one")
    charts.add_argument("--namespace", metavar="NAME", help="of the release, and of what names none (default: default)")
    charts.add_argument("--release-name", default="release-name", metavar="NAME")
    charts.add_argument("--helm", metavar="FILE", help="the helm program to use")
    charts.add_argument("--kustomize", metavar="FILE", help="the kustomize or kubectl program to use")


def _config_arguments(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("configuration")
    group.add_argument("--config", metavar="FILE", help=f"instead of the nearest {CONFIGURATION}")
    group.add_argument("--policies", action="append", default=[], metavar="DIR", help="a directory of rules; repeat")


def _scan(arguments: argparse.Namespace) -> int:
    sources = None
    read = cache(partial(_config, arguments))
    if arguments.changed or arguments.changed_since is not None:
        sources = _affected(arguments, read)
        if not sources and arguments.format == "text" and not arguments.output and not arguments.report:
            return CLEAN
    elif not arguments.paths or arguments.deleted or arguments.only_manifests:
        option = "--deleted" if arguments.deleted else "--only-manifests" if arguments.only_manifests else None
        raise UsageError(f"scan: {option} goes with --changed" if option else "scan: name a PATH, as in `scan .`")
    config = read()
    if sources is not None:
        arguments.paths = [item.file if isinstance(item, Source) else item.path for item in sources]
        arguments.partly = any(isinstance(item, Source) and item.kind != "manifest" for item in sources)
    rules = partial(_catalogue, config)
    chosen = partial(_chosen, config, arguments)
    if arguments.select or arguments.ignore:
        chosen()  # a wrong name is told before the scan
    reports = [_report(text) for text in arguments.report]
    reports.insert(0, (arguments.format, arguments.output or "-"))
    result = _settled(_judged(arguments, config, chosen, sources), arguments, config)
    code = _exit_code(result, arguments.fail_on or config.fail_on or "warning")
    for name, file in reports:
        options = Options(
            exit_code=code,
            color=file == "-" and _color(arguments.color),
            show_suppressed=arguments.show_suppressed,
            sarif_include_suppressed=arguments.sarif_include_suppressed,
            sarif_category=arguments.sarif_category,
        )
        _deliver(reporter(name)(result, () if name in ("text", "json") else rules(), options), file)
    return code


def _config(arguments: argparse.Namespace) -> Config:
    """The configuration that is named, else the one that is found; the command line wins over both."""
    from ..config.config import Config, find

    file = arguments.config or find(arguments.paths[0])
    if file:
        from ..config.config_file import read

        base = os.getcwd() if arguments.config else os.path.dirname(file)
        config = read(file, base, arguments.policies)
    elif arguments.policies:
        from ..rules.catalogue import user_rules

        config = Config(users_rules=user_rules(arguments.policies))
    else:
        config = Config()
    return config._replace(context=_context(arguments, config.context))


def _affected(arguments: argparse.Namespace, read: Callable[[], Config]) -> list[Source | Skipped | Passed]:
    """The sources that the change affects. The configuration, read when it matters, is that of the repository."""
    from ..config.config import find, may_name_files
    from ..sources.affected import affected

    if "-" in arguments.paths:
        raise UsageError("scan: standard input is no changed file: name files with --changed")
    if arguments.write_baseline:
        raise UsageError("scan: --write-baseline needs a scan of everything: leave --changed away")
    root = boundary(arguments.paths[0] if arguments.paths else ".")
    if arguments.changed_since is not None:
        from ..sources.changes import since

        within = arguments.paths or [root]
        files = [file for file in since(arguments.changed_since, root) if in_scope(os.path.realpath(file), within)]
    else:
        files = list(arguments.paths)
        if arguments.deleted:
            from ..sources.changes import deleted

            files += deleted(root)
    arguments.paths = [root]
    given = [file for file in (arguments.config, arguments.baseline, *arguments.values, *arguments.policies) if file]
    configuration = arguments.config or find(root)

    def concerns_all(path: str) -> bool:
        if configuration and may_name_files(configuration):
            return in_scope(path, [*given, *read().named])
        return in_scope(path, given)

    def excluded(path: str) -> bool:
        exclude = read().exclude
        return exclude is not None and exclude.covers(path)

    found = list(affected(files, root, concerns_all, excluded))
    if arguments.only_manifests:
        found = [item for item in found if not isinstance(item, Source) or item.kind == "manifest"]
    if not found:
        print(f"hostprocess-lint: nothing to scan is affected (changed files: {len(files):,})", file=sys.stderr)
    return found


def _judged(
    arguments: argparse.Namespace,
    config: Config,
    chosen: Callable[[], Sequence[Rule]],
    sources: Iterable[Source | Skipped | Passed] | None = None,
) -> Scan:
    from ..judge.judging import scan
    from ..render.render import render
    from ..sources.discovery import discover

    if sources is None:
        sources = discover(arguments.paths, config.exclude.covers if config.exclude else None)
    return scan(_progress(render(sources, _render_options(arguments, config))), chosen, config.context)


def _settled(scan: Scan, arguments: argparse.Namespace, config: Config) -> Scan:
    """The scan without what somebody has a reason to live with, or knew before."""
    suppresses = scan.texts or scan.annotations or config.ignore
    if not suppresses and not arguments.baseline and not arguments.write_baseline:
        return scan
    from ..suppress.suppress import suppress

    terms = _terms(arguments, config)
    scan = suppress(scan, terms)
    if arguments.write_baseline:
        from ..suppress.baseline import written

        _deliver(written(scan, arguments.write_baseline), arguments.write_baseline)
    for file in dict.fromkeys(file for file in (arguments.baseline, arguments.write_baseline) if file):
        from ..suppress.baseline import apply, read

        scan = apply(scan, read(file), terms, lambda path: in_scope(path, arguments.paths))
    return scan


def _terms(arguments: argparse.Namespace, config: Config) -> Terms:
    from datetime import date

    from ..suppress.suppress import UNUSED, Terms

    chosen = frozenset(rule.id for rule in _chosen(config, arguments))
    return Terms(
        rules=_catalogue(config),
        # What another overlay or chart may need is not unused: only a scan of everything can tell.
        chosen=chosen - {UNUSED} if arguments.partly else chosen,
        context=config.context,
        today=date.today(),  # noqa: DTZ011 - the day where somebody reads it
        ignored=config.ignore,
        whole=config.directory is not None and in_scope(config.directory, arguments.paths),
    )


def _catalogue(config: Config) -> Sequence[Rule]:
    from ..rules.catalogue import builtin

    return (*builtin(), *config.users_rules)


def _render_options(arguments: argparse.Namespace, config: Config) -> RenderOptions:
    from ..render.options import RenderOptions

    for file in arguments.values:
        if not os.path.isfile(file):
            raise UsageError(f"--values: there is no file {file!r}")
    version = arguments.kubernetes_version
    return RenderOptions(
        values=tuple(arguments.values),
        sets=tuple(arguments.set),
        namespace=arguments.namespace,
        release_name=arguments.release_name,
        kubernetes_versions=(version,) if version else (),
        helm=arguments.helm,
        kustomize=arguments.kustomize,
        profiles=config.charts,
    )


def _exit_code(scan: Scan, fail_on: str) -> int:
    if scan.skipped:
        return NOT_LOOKED_AT
    counting = _FAIL_ON[fail_on]
    failing = any(finding.suppressed is None and finding.level.value in counting for finding in scan.findings)
    return FINDINGS if failing else CLEAN


def _chosen(config: Config, arguments: argparse.Namespace) -> list[Rule]:
    """The rules that are selected and not ignored, by id, name or leading part of an id."""
    from ..config.config import NEVER_OFF
    from ..rules.selection import named

    rules = _catalogue(config)
    select = arguments.select or config.select
    wanted = named(rules, select, "--select") if select else {rule.id for rule in rules}
    unwanted = named(rules, arguments.ignore, "--ignore")
    return [rule for rule in rules if rule.id in NEVER_OFF or (rule.id in wanted and rule.id not in unwanted)]


def _context(arguments: argparse.Namespace, context: Context) -> Context:
    given = {
        "kubernetes": _version(arguments.kubernetes_version, "--kubernetes-version", kubernetes_version),
        "containerd_version": _version(arguments.containerd_version, "--containerd-version", containerd_version),
    }
    return context.fixed({name: version for name, version in given.items() if version})


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


def _color(choice: str) -> bool:
    if choice == "auto":
        return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and sys.stdout.isatty()
    return choice == "always"


def _deliver(text: str, file: str) -> None:
    """To standard output, or whole to a file: what is there stays until the new report is complete."""
    if file == "-":
        sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
        return
    # A device or a pipe is written to, and never replaced: root would leave the system without its /dev/null.
    is_special = os.path.exists(file) and not os.path.isfile(file)
    partial = file if is_special else f"{file}.{os.getpid()}.part"
    try:
        with open(partial, "wb") as stream:
            stream.write(text.encode("utf-8", "backslashreplace"))
        if not is_special:
            os.replace(partial, file)
    except OSError as error:
        if not is_special and os.path.exists(partial):
            os.unlink(partial)
        raise UsageError(f"{file}: the report cannot be written: {error.strerror}") from None


def _progress(items: Iterable[Rendered | Skipped | Passed]) -> Iterator[Rendered | Skipped | Passed]:
    """Passes the items on; on a terminal, a scan that takes a while says how far it is."""
    if not sys.stderr.isatty():
        yield from items
        return
    shown = time.monotonic() + 0.5
    written = False
    for number, item in enumerate(items, 1):
        if time.monotonic() > shown:
            print(f"\r{number:,} sources looked at …", end="", file=sys.stderr, flush=True)
            shown, written = time.monotonic() + 0.1, True
        yield item
    if written:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _explain(arguments: argparse.Namespace) -> int:
    from ..rules.selection import called, unknown

    rules = _catalogue(_config(arguments))
    rule = called(arguments.rule, rules)
    if rule is None:
        raise UsageError(f"explain: {unknown(arguments.rule, rules)}")
    body = rule.body or f"To fix: {rule.hint}."  # a bare YAML file has nothing but its keys
    print(f"# {rule.id} {rule.name}: {rule.title}\n\nLevel: {rule.level.value}. {_severity(rule)}\n{body}")
    return CLEAN


def _inventory(arguments: argparse.Namespace) -> int:
    from ..config.config import NEVER_OFF
    from ..report.inert import visible
    from ..report.inventory import FORMATS

    config = _config(arguments)
    result = _judged(arguments, config, lambda: [rule for rule in _catalogue(config) if rule.id in NEVER_OFF])
    _deliver(FORMATS[arguments.format](result), arguments.output or "-")
    for skipped in result.skipped:
        print(f"hostprocess-lint: {visible(f'{skipped.path}: {skipped.reason}')}", file=sys.stderr)
    return NOT_LOOKED_AT if result.skipped else CLEAN


def _init(arguments: argparse.Namespace) -> int:
    """Writes a configuration in which everything is explained and nothing is switched on."""
    template = os.path.join(
        os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "config", "config.template.yaml"
    )
    file = os.path.join(arguments.directory, CONFIGURATION)
    try:
        with open(template, "rb") as source, open(file, "xb") as target:
            target.write(source.read())
    except FileExistsError:
        raise UsageError(f"{file}: is there already: edit it, or remove it first") from None
    except OSError as error:
        raise UsageError(f"{file}: cannot be written: {error.strerror}") from None
    print(f"{file} is written: see docs/configuration.md for its keys")
    return CLEAN


def _severity(rule: Rule) -> str:
    return f"Security severity: {rule.security_severity}.\n" if rule.security_severity else ""


def _rules(arguments: argparse.Namespace) -> int:
    rules = _catalogue(_config(arguments))
    if arguments.format == "json":
        import json

        listed = [
            {
                "id": rule.id,
                "name": rule.name,
                "title": rule.title,
                "level": rule.level.value,
                "consequence": rule.consequence.value,
                "security_severity": rule.security_severity,
                "cwe": list(rule.cwe),
                "hint": rule.hint,
                "url": rule.url,
            }
            for rule in rules
        ]
        print(json.dumps({"version": 1, "rules": listed}, indent=2, ensure_ascii=False))
        return CLEAN
    ids, names = max(len(rule.id) for rule in rules), max(len(rule.name) for rule in rules)
    for rule in rules:
        print(f"{rule.id:{ids}}  {rule.level.value:7}  {rule.name:{names}}  {rule.title}")
    return CLEAN


def _checkov_plugin(arguments: argparse.Namespace) -> int:
    from .verify import plugin, verify

    print(verify() if arguments.verify else plugin())
    return CLEAN
=======
>>>>>>> main
