"""Rules about the code that a command line runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice

from ...finding import Violation
from ...location import Label
from ...pods.commandline import SANDBOX_VARIABLE, Word, commands
from ...pods.environment import UNKNOWN
from ...pods.paths import own_place
from ...pods.pod import Container, Pod
from ..code import Script, code, encoded
from ..context import Context
from ..downloads import downloaded_code
from ..handed import FOLLOWED, Download, Handed
from ..script import SCRIPTS, statements

_EVALUATE = r"(?<![\w.-])(?:iex|invoke-expression)(?![\w-])|\[scriptblock\]::create"
_ASSEMBLED = r"\[char(?:\[\])?\]|(?<![\w-])-(?:join|bxor|f)(?![\w-])|\]::reverse|['\"]\s?\+\s?['\"]"
_OF_A_VARIABLE = re.compile(
    r"(?:(?<![\w.-])(?:iex|invoke-expression)|(?<!\S)[-/](?:c|command)|\[scriptblock\]::create\()[\s\"'(]{0,9}"
    rf"(?:\$\{{?env:(?!{SANDBOX_VARIABLE.lower()})\w+|%\w+%)(?![\\/.\w])"
)

# What weakens a node for good: words that stand together in one part of a statement.
_WEAKENING = (
    (("localgroup", "administrators", "/add"), "makes an administrator"),
    (("add-localgroupmember", "administrators"), "makes an administrator"),
    (("set-mppreference", "-disable", "$true"), "turns Defender off"),
    (("set-mppreference", "-disable", " 1"), "turns Defender off"),
    (("add-mppreference", "-exclusion"), "takes something out of Defender's sight"),
    (("set-mppreference", "-exclusion"), "takes something out of Defender's sight"),
    (("uninstall-windowsfeature", "defender"), "removes Defender"),
    (("remove-windowsfeature", "defender"), "removes Defender"),
    (("disable-windowsoptionalfeature", "defender"), "removes Defender"),
    (("stop-service", "windefend"), "turns Defender off"),
    (("windefend", "disabled"), "turns Defender off"),
    (("set-netfirewallprofile", "-enabled", "false"), "turns the firewall off"),
    (("netsh", "firewall", "state off"), "turns the firewall off"),
    (("netsh", "firewall", "opmode", "disable"), "turns the firewall off"),
    (("stop-service", "mpssvc"), "turns the firewall off"),
)


def remote_code(pod: Pod, context: Context) -> Iterator[Violation]:
    """What one command downloads and runs, what a container downloads and a later script of it runs, as that of a probe
    or one that is mounted, and what an init container downloads and a later container runs.
    """
    handed = Handed()
    few = len(pod.containers) <= FOLLOWED
    for container in pod.host_process_containers:
        own = Handed(own_place)
        for command in commands(container):
            for script in code(command, container, context):
                for word in dict.fromkeys(script.word_at(at) for at in downloaded_code(script.text)):
                    yield _found(script, word, "runs what it downloads" if script.file else "", container)
                for download, word in own.run_by(script, container):
                    yield _run_later(download, script, word, "runs what it downloads")
                for download, word in handed.run_by(script, container) if few else ():
                    yield _run_later(download, script, word, "downloads what another container runs")
                own.note(script, container)
        for command in commands(container) if few and container.kind == "init" else ():
            for script in code(command, container, context):
                handed.note(script, container)


def _run_later(download: Download, script: Script, word: Word, label: str) -> Violation:
    """A violation at what is downloaded, with where it is run, unless one word of the manifest does both."""
    here = (Label(word.route, "run here"),) if word.route != download.word.route else ()
    written = dict.fromkeys((*download.script.related, *script.related))
    return Violation(Label(download.word.route, label), related=(*here, *written), container=download.container)


def hidden_code(container: Container, context: Context) -> Iterator[Violation]:
    for command in commands(container):
        for script in code(command, container, context):
            for each in encoded(script.text):
                if each.code is None and not (script.file and each.token[:1] == "$"):  # which a script makes itself
                    elsewhere = UNKNOWN in each.token or "$(" in each.token
                    label = "comes from elsewhere" if elsewhere else "cannot be decoded"
                    yield _found(script, script.word_at(each.at), label, container)
            yield from _all_found(script, _hiding(script.text, script.file is not None), container)


def node_weakening(container: Container, context: Context) -> Iterator[Violation]:
    for command in commands(container):
        for script in code(command, container, context):
            yield from _all_found(script, _weakening(script.text), container)


def _all_found(script: Script, seen: Iterable[_Seen], container: Container) -> Iterator[Violation]:
    """What is seen in a script, once for each word that it comes from."""
    said: dict[Word, str] = {}
    for at, label in seen:
        said.setdefault(script.word_at(at), label)
    for word, label in said.items():
        yield _found(script, word, label, container)


def _found(script: Script, word: Word, label: str, container: Container) -> Violation:
    """A violation at a word of the manifest; where the word only names the script, the label says which."""
    text = f"`{script.file}` {label}" if script.file else label
    return Violation(Label(word.route, text), related=script.related, container=container.name)


_Seen = tuple[int, str]
"""Where in a script something is seen, and what."""


@lru_cache(maxsize=SCRIPTS)
def _hiding(text: str, is_a_file: bool) -> tuple[_Seen, ...]:
    """Where code is made of data. A script in a file may decode what it never runs."""
    evaluating = [any(re.search(_EVALUATE, stage.text) for stage in statement) for statement in statements(text)]
    decodes_data = is_a_file and not any(evaluating)
    seen = []
    for statement, evaluates in zip(statements(text), evaluating, strict=True):
        for stage in statement:
            found = _hides(stage.text, evaluates, decodes_data)
            if found:
                seen.append((stage.at + found[0], found[1]))
    return tuple(seen)


def _hides(text: str, evaluates: bool, decodes_data: bool) -> _Seen | None:
    """Where a part of a statement makes code of data, and how."""
    if not decodes_data and (at := text.find("frombase64string")) >= 0:
        return at, "decodes base64"
    if found := _OF_A_VARIABLE.search(text):
        return found.end() - 1, "runs what a variable holds"
    if (at := text.find("[scriptblock]::create")) >= 0:
        return at, "makes code of a text"
    if evaluates and (found := re.search(_ASSEMBLED, text)):
        return found.start(), "puts code together"
    return None


@lru_cache(maxsize=SCRIPTS)
def _weakening(text: str) -> tuple[_Seen, ...]:
    return tuple(
        (stage.at + stage.text.find(words[0]), label)
        for statement in statements(text)
        for stage in statement
        for words, label in islice((each for each in _WEAKENING if all(word in stage.text for word in each[0])), 1)
    )
