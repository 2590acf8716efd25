"""argv → Request: the commands that there are."""

import argparse
import os
import re
import sys
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

from ... import __version__
from ...errors import HOME, UsageError, did_you_mean
from ..request import Request
from . import arguments, requests

_OPTION = r"(?m)^  (?:-\w, )?(--[a-z][a-z-]*)(?: (\{[^}]*\}|[A-Z][\w.=]*))?"
_CHOICE = r"(?s)invalid choice: '(.*)' \(choose from (.*)\)"
_LEFT_OUT = "Exit code 3: something in scope could not be looked at."
_WIDTH = 80
"""Of a help text that goes to no terminal."""


class _Command(NamedTuple):
    """One command: its line in the help, what it takes, and what that means. `about` is what it is called with,
    `words` the few that its first argument can be.
    """

    help: str
    take: Callable[[argparse.ArgumentParser], None]
    decide: Callable[[argparse.Namespace], Request]
    about: str = ""
    description: str | None = None
    epilog: str | None = None
    words: tuple[str, ...] = ()


COMMANDS = {
    "scan": _Command(
        "scan manifests, charts and overlays",
        arguments.scan_options,
        requests.scan_request,
        " [PATH ...]",
        "Scan manifests, charts and overlays.",
        "Exit codes: 0 nothing at or above --fail-on; 1 findings; 2 wrong usage or\n"
        f"configuration; 3 something in scope could not be looked at.\nDocumentation: {HOME}#use-it",
    ),
    "coverage": _Command(
        "list what a scan looks at, and what not",
        arguments.coverage_options,
        requests.coverage_request,
        " PATH ...",
        "List every source with what became of it, and why.",
        _LEFT_OUT,
    ),
    "inventory": _Command(
        "list the HostProcess workloads",
        arguments.inventory_options,
        requests.inventory_request,
        " PATH ...",
        "List the containers of each HostProcess workload: account, image, mounts,\nreleases.",
        _LEFT_OUT,
    ),
    "review": _Command(
        "write the security review of the HostProcess workloads",
        arguments.review_options,
        requests.review_request,
        " PATH ...",
        "Write who runs with the node's rights, where, from which image, and how far\n"
        "that reaches: a page to look at, or a list. Findings do not count here.",
        f"{_LEFT_OUT}\nDocumentation: {HOME}/blob/main/docs/review.md",
    ),
    "triage": _Command(
        "suppress what other scanners ask of HostProcess workloads and nobody can do",
        arguments.triage_options,
        requests.triage_request,
        " FILE.sarif [PATH ...]",
        "Add suppressions to the SARIF file of another scanner (Checkov, Trivy,\n"
        "kubescape, KICS, kube-linter): to results about HostProcess workloads that\n"
        "Kubernetes forbids to follow, or that mean nothing on Windows. Whatever else\n"
        "stands in the file is passed through byte for byte. `-` is standard input.",
        "Exit code 3: something at the PATHs could not be looked at; results about it\nare left as they are.",
    ),
    "rules": _Command("list the rules", arguments.rules_options, requests.about_rules),
    "explain": _Command("print a rule's page", arguments.explain_options, requests.about_rules, " RULE"),
    "policies": _Command(
        "test policies of your own",
        arguments.policies_options,
        requests.policies_request,
        " test DIR ...",
        "`policies test DIR` runs the examples of the pages in a directory: each line\n"
        "with `# expect: NAME` must have that finding, and no other line may have one.",
        words=arguments.OF_POLICIES,
    ),
    "init": _Command("write a configuration", arguments.init_options, requests.with_word, " [DIR]"),
    "checkov-plugin": _Command(
        "print the directory of the plugin for checkov",
        arguments.checkov_plugin_options,
        requests.with_word,
        "",
        "Print the directory for `checkov --external-checks-dir`, which makes every rule\na check there.",
    ),
    "completion": _Command(
        "print what completes commands and options in a shell",
        arguments.completion_options,
        requests.with_word,
        " SHELL",
        'bash: eval "$(hostprocess-lint completion bash)"\nzsh: likewise, behind `compinit`\n'
        "fish: hostprocess-lint completion fish | source",
        words=arguments.SHELLS,
    ),
}


def request(argv: Sequence[str] | None) -> Request:
    """What a command line asks for. Raises UsageError, or ends the program as argparse does."""
    words = list(sys.argv[1:] if argv is None else argv)
    command = next((word for word in words if not word.startswith("-")), None)
    if command is not None and command not in COMMANDS:
        hint = did_you_mean(command, COMMANDS) or "."
        raise UsageError(f"there is no command {command!r}{hint} The commands are {', '.join(COMMANDS)}")
    if not words:
        raise UsageError(f"name a COMMAND, as in `hostprocess-lint scan .`: one of {', '.join(COMMANDS)}")
    _refuse_files_as_options(words)
    asked = () if command is None else (command,)
    parser, of_command = _parsers(asked if words[:1] == [command] else COMMANDS, asked)
    try:
        given, unknown = parser.parse_known_args(words)
    except argparse.ArgumentError as error:
        raise UsageError(f"{command}: {_explained(error)}") from None
    if unknown:
        word = next((word for word in unknown if word.startswith("-")), unknown[0]).partition("=")[0]
        hint = did_you_mean(word, _options(of_command[given.command]))
        raise UsageError(f"{given.command}: `{word}` is not known{hint or f': see `{given.command} --help`'}")
    _refuse_empty(given)
    return COMMANDS[given.command].decide(given)


def _refuse_files_as_options(words: Sequence[str]) -> None:
    """A file of a hostile tree must not become an option: pre-commit and `scan *` hand over its name as it is."""
    for word in words[: words.index("--")] if "--" in words else words:
        if len(word) > 1 and word.startswith("-") and os.path.lexists(word):
            raise UsageError(f"{word!r} is a file here and looks like an option: write `--` before the files")


_POSITIONAL = {"paths": "PATH", "word": "its argument"}


def _refuse_empty(given: argparse.Namespace) -> None:
    """A variable of a script that is not set must not stand for no configuration, or for the working directory."""
    for name in arguments.NAMING:
        value = getattr(given, name, None)
        if value == "" or (isinstance(value, list) and "" in value):
            shown = _POSITIONAL.get(name) or f"--{name.replace('_', '-')}"
            raise UsageError(f"{given.command}: {shown} is empty: leave it away, or name something")


def options() -> dict[str, dict[str, str]]:
    """The options of each command, with what follows one in its help: `FILE`, `{text,json}` or nothing."""
    _, parsers = _parsers(COMMANDS, COMMANDS)
    return {name: _options(own) for name, own in parsers.items()}


def _options(parser: argparse.ArgumentParser) -> dict[str, str]:
    return dict(re.findall(_OPTION, parser.format_help()))


def _explained(error: argparse.ArgumentError) -> str:
    """What is wrong with an option, as everything else is said."""
    choice = re.fullmatch(_CHOICE, error.message)
    if choice is None:
        return f"{error.argument_name}: {error.message}"
    given, choices = choice[1], re.findall(r"[\w-]+", choice[2])
    hint = did_you_mean(given, choices) or "."
    return f"{error.argument_name} cannot be {given!r}{hint} It is one of {', '.join(choices)}"


def _parsers(
    listed: Iterable[str], asked: Collection[str]
) -> tuple[argparse.ArgumentParser, dict[str, argparse.ArgumentParser]]:
    """The parser of a command line, and those of the commands that it lists, of which some know their options: making
    an option takes as long as reading a small manifest.
    """
    parser = argparse.ArgumentParser(
        prog="hostprocess-lint",
        description="Find what Kubernetes and Windows refuse, break or silently ignore in\nHostProcess workloads.",
        epilog=f"Documentation: {HOME}#readme",
        allow_abbrev=False,
        exit_on_error=False,
        formatter_class=_formatter,
    )
    rules = f"rules up to Kubernetes {arguments.NEWEST}, with containerd {arguments.RUNTIME}"
    parser.add_argument("--version", action="version", version=f"hostprocess-lint {__version__} ({rules})")
    commands = parser.add_subparsers(
        title="commands", required=True, metavar="COMMAND", prog="hostprocess-lint", dest="command"
    )
    found = {}
    for name in listed:
        command = COMMANDS[name]
        found[name] = commands.add_parser(
            name,
            usage=f"hostprocess-lint {name} [OPTIONS]{command.about}",
            help=command.help,
            description=command.description or f"{command.help.capitalize()}.",
            epilog=command.epilog,
            allow_abbrev=False,
            exit_on_error=False,
            formatter_class=_formatter,
        )
        if name in asked:
            command.take(found[name])
    return parser, found


def _formatter(prog: str) -> argparse.HelpFormatter:
    """Keeps links in one piece. argparse imports a module to ask for the terminal's width, at every start."""
    columns = os.environ.get("COLUMNS", "")
    return argparse.RawDescriptionHelpFormatter(prog, width=(int(columns) if columns.isdecimal() else _terminal()) - 2)


def _terminal() -> int:
    """How wide it is: shells know, and do not tell the programs that they start."""
    try:
        return os.get_terminal_size().columns or _WIDTH
    except (OSError, ValueError):
        return _WIDTH
