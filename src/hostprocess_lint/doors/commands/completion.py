"""Prints what completes commands and options in a shell."""

from __future__ import annotations

from ..grammar import COMMANDS, options
from ..output import deliver
from ..request import Request
from . import CLEAN

_BASH = """\
_hostprocess_lint() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} command= index
    for ((index = 1; index < COMP_CWORD; index++)); do
        case ${{COMP_WORDS[index]}} in -*) ;; *) command=${{COMP_WORDS[index]}}; break ;; esac
    done
    COMPREPLY=()
    case $command:${{COMP_WORDS[COMP_CWORD-1]}} in
{values}
    esac
    case $command in
        '') COMPREPLY=($(compgen -W '{commands} --help --version' -- "$word")) ;;
{cases}
    esac
}}
complete -o default -F _hostprocess_lint hostprocess-lint
"""
_VALUES = """\
        {command}:{before}) COMPREPLY=($(compgen -W '{values}' -- "$word")); return ;;"""
_CASE = """\
        {command}) [[ $word != -* ]] || COMPREPLY=($(compgen -W '{options}' -- "$word")) ;;"""


def run(asked: Request) -> int:
    deliver(_WRITERS[asked.word](), "-")
    return CLEAN


def _bash() -> str:
    cases = "\n".join(_CASE.format(command=name, options=" ".join(own)) for name, own in options().items())
    values = "\n".join(
        _VALUES.format(command=name, before=before, values=" ".join(values))
        for name, own in options().items()
        for before, values in ((name, COMMANDS[name].words), *own.items())
        if values
    )
    return _BASH.format(commands=" ".join(COMMANDS), cases=cases, values=values)


def _zsh() -> str:
    """What bash has, which zsh can load."""
    return f"autoload -U +X bashcompinit && bashcompinit\n{_bash()}"


def _fish() -> str:
    no_command = "not __fish_seen_subcommand_from " + " ".join(COMMANDS)
    lines = [
        f"complete -c hostprocess-lint -n '{no_command}' -f -a {name} -d \"{command.help}\""
        for name, command in COMMANDS.items()
    ]
    lines += [
        f"complete -c hostprocess-lint -n '__fish_seen_subcommand_from {name}' -f -a '{' '.join(command.words)}'"
        for name, command in COMMANDS.items()
        if command.words
    ]
    lines += [
        f"complete -c hostprocess-lint -n '__fish_seen_subcommand_from {name}' -l {option.removeprefix('--')}"
        + (f" -x -a '{' '.join(values)}'" if values else "")
        for name, own in options().items()
        for option, values in own.items()
    ]
    return "\n".join([*lines, ""])


_WRITERS = {"bash": _bash, "zsh": _zsh, "fish": _fish}
