"""Prints what completes commands, options, values and rules in a shell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ..grammar import COMMANDS, options
from ..output import deliver
from ..request import Request
from . import CLEAN

_BASH = r"""_hostprocess_lint_offer() {
    compopt +o default "$@" 2>/dev/null || :
}
_hostprocess_lint_rules() {
    local given= offered id level name title
    [[ $1 != *,* ]] || given=${1%%,*},
    offered=$("${COMP_WORDS[0]}" rules 2>/dev/null |
        while read -r id level name title; do echo "$id $name"; done)
    _hostprocess_lint_offer
    COMPREPLY=($(compgen -P "$given" -W "$offered" -- "${1##*,}"))
}
_hostprocess_lint() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command= index
    if [[ $word == = ]]; then
        word=
    elif [[ $before == = ]]; then
        before=${COMP_WORDS[COMP_CWORD-2]}
    fi
    for ((index = 1; index < COMP_CWORD; index++)); do
        case ${COMP_WORDS[index]} in -*) ;; *) command=${COMP_WORDS[index]}; break ;; esac
    done
    COMPREPLY=()
    case $command:$before in
%(values)s
    esac
    case $command in
        '') _hostprocess_lint_offer; COMPREPLY=($(compgen -W '%(commands)s --help --version' -- "$word")) ;;
%(cases)s
    esac
}
complete -o default -F _hostprocess_lint hostprocess-lint
"""
"""`--format=json` is three words to bash. The rules are asked for when they are wanted: a directory may have some."""

_ZSH = r"""_hostprocess_lint_rules() {
    local -a offered
    local id level name title
    compset -P '*,' || :
    "$words[1]" rules 2>/dev/null | while read -r id level name title; do offered+=($id $name); done
    compadd -- $offered
}
_hostprocess_lint() {
    local word before=$words[CURRENT-1] command=
    for word in ${words[2,CURRENT-1]}; do
        [[ $word == -* ]] || { command=$word; break }
    done
    if [[ $PREFIX == --*=* ]]; then
        before=${PREFIX%%%%=*}
        compset -P '--[^=]#='
    fi
    case $command:$before in
%(values)s
    esac
    case $command in
        '') compadd -- %(commands)s --help --version ;;
%(cases)s
    esac
}
compdef _hostprocess_lint hostprocess-lint
"""

_RULE = r"""'^(\\S+) +\\S+ +(\\S+) +(.*)$' '$1\\t$3\\n$2\\t$3'"""
_FISH = f"""\
function __hostprocess_lint_rules
    hostprocess-lint rules 2>/dev/null | string replace -rf {_RULE}
end
"""

_FILES = ("FILE", "OLD.json", "DIR")
"""What stands in a help text for what the shell itself knows."""


def run(asked: Request) -> int:
    deliver(_WRITERS[asked.word](), "-")
    return CLEAN


def _values() -> Iterator[tuple[str, str, str]]:
    """Command, the word before a value, and the value as help texts write it: also of a command's own argument."""
    for name, own in options().items():
        words, about = COMMANDS[name].words, COMMANDS[name].about.strip()
        yield name, name, f"{{{','.join(words)}}}" if words else about if about in ("", "RULE") else "FILE"
        formats = own.get("--format", "").strip("{}").split(",")
        for option, value in own.items():
            yield name, option, f"{{{'=,'.join(formats)}=}}" if value == "FORMAT=FILE" else value


def _takes_files(command: str) -> bool:
    return any(word in COMMANDS[command].about for word in ("PATH", "DIR", "FILE"))


def _cases(found: Iterable[tuple[str, str, str]], offered: Callable[[str], str], ending: str) -> str:
    """For each offer the words that it comes behind, with their commands, as a shell's `case` has them."""
    behind: dict[str, list[str]] = {}
    for command, before, value in found:
        behind.setdefault(offered(value), []).append(f"{command}:{before}")
    return "\n".join(f"        {'|'.join(words)}) {offer}{ending}" for offer, words in behind.items())


def _bash() -> str:
    found = (each for each in _values() if each[2] and each[2] not in _FILES)
    cases = (
        f"        {name}) {otherwise}COMPREPLY=($(compgen -W '{' '.join(own)}' -- \"$word\")) ;;"
        for name, own in options().items()
        for otherwise in ("[[ $word != -* ]] || " if _takes_files(name) else "_hostprocess_lint_offer; ",)
    )
    return _BASH % {
        "commands": " ".join(COMMANDS),
        "cases": "\n".join(cases),
        "values": _cases(found, _offered_by_bash, "; return ;;"),
    }


def _offered_by_bash(value: str) -> str:
    """What offers some words, the rules, or nothing, not even files."""
    if value in ("RULE", "RULES"):
        return '_hostprocess_lint_rules "$word"'
    if not value.startswith("{"):
        return "_hostprocess_lint_offer"
    words = value.strip("{}").replace(",", " ")
    more = " -o nospace" if words.endswith("=") else ""
    return f"_hostprocess_lint_offer{more}; COMPREPLY=($(compgen -W '{words}' -- \"$word\"))"


def _zsh() -> str:
    found = (each for each in _values() if each[2] and not (each[1] == each[0] and each[2] == "FILE"))
    cases = (
        f"        {name}) {'[[ $PREFIX == -* ]] || { _files; return }; ' if _takes_files(name) else ''}"
        f"compadd -- {' '.join(own)} ;;"
        for name, own in options().items()
    )
    return _ZSH % {
        "commands": " ".join(COMMANDS),
        "cases": "\n".join(cases),
        "values": _cases(found, _offered_by_zsh, " ;;"),
    }


def _offered_by_zsh(value: str) -> str:
    """What offers some words, the rules, files, or nothing; what ends with `=` is followed by a file."""
    if value in ("RULE", "RULES"):
        return "_hostprocess_lint_rules; return"
    if value in _FILES:
        return f"_files{' -/' if value == 'DIR' else ''}; return"
    if not value.startswith("{"):
        return "return"
    words = value.strip("{}").replace(",", " ")
    if not words.endswith("="):
        return f"compadd -- {words}; return"
    return f"compset -P '*=' && _files || compadd -S '' -- {words}; return"


def _fish() -> str:
    no_command = "not __fish_seen_subcommand_from " + " ".join(COMMANDS)
    lines = [
        f"complete -c hostprocess-lint -n '{no_command}' -f -a {name} -d \"{command.help}\""
        for name, command in COMMANDS.items()
    ]
    without = [name for name in COMMANDS if not _takes_files(name)]
    lines.append(f"complete -c hostprocess-lint -n '__fish_seen_subcommand_from {' '.join(without)}' -f")
    for command, before, value in _values():
        option = "" if before == command else f" -l {before.removeprefix('--')}"
        if value or option:
            when = f"complete -c hostprocess-lint -n '__fish_seen_subcommand_from {command}'"
            lines.append(f"{when}{option}{_offered_by_fish(value)}")
    return "\n".join([_FISH, *lines, ""])


def _offered_by_fish(value: str) -> str:
    if value in _FILES:
        return " -r -F"
    if value == "RULES":
        return " -x -a '(__fish_complete_list , __hostprocess_lint_rules)'"
    if value == "RULE":
        return " -x -a '(__hostprocess_lint_rules)'"
    words = value.strip("{}").replace(",", " ")
    if not value.startswith("{"):
        return " -x" if value else ""
    return f" {'-r -F' if words.endswith('=') else '-x'} -a '{words}'"


_WRITERS = {"bash": _bash, "zsh": _zsh, "fish": _fish}
