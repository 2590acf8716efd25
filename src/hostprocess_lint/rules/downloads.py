"""Whether a script runs what it has just downloaded, or what lies on another machine."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from ..pods.folders import Folders
from ..pods.paths import cut
from .script import SCRIPTS, Invocation, Stage, Statement, file_name, is_runnable, is_unc, statements, tokens

_FETCH = (
    r"(?<![\w.-])(?:iwr|irm|invoke-webrequest|invoke-restmethod|curl|wget|start-bitstransfer)(?:\.exe)?(?![\w-])"
    r"|(?<![\w.-])(?:certutil|bitsadmin)(?:\.exe)?(?=\s[^|;]{0,300}https?:)"
    r"|\.(?:downloadfile|openread|getbytearrayasync|getstreamasync)(?:taskasync|async)?\s?\("
)
_READ_AS_TEXT = r"\.(?:downloadstring|downloaddata|getstringasync)(?:taskasync|async)?\s?\("
_OF_A_BRANCH = r"https://raw\.githubusercontent\.com/[^/\s]+/[^/\s]+/(?:refs/heads/|main/|master/|head/)"
_EVALUATE = r"(?<![\w.-])(?:iex|invoke-expression)(?![\w-])|\[scriptblock\]::create"

# Without one of these a text downloads nothing and runs nothing of another machine: most texts are told by this alone.
_WORTH_READING = re.compile(
    r"(?i)iwr|irm|invoke-|iex|curl|wget|bits|certutil|\.download|\.openread|\.get|githubusercontent|scriptblock|mshta"
    r"|regsvr32|msiexec|\\\\"
)

_INTERPRETERS = frozenset(
    ("powershell", "pwsh", "cmd", "bash", "sh", "python", "python3", "node", "perl", "iex", "invoke-expression")
)
_STARTERS = _INTERPRETERS | frozenset(
    (
        *("start-process", "saps", "start", "call", "invoke-item", "ii", "invoke-command", "icm", "import-module"),
        *("ipmo", "add-type", "msiexec", "cscript", "wscript", "mshta", "rundll32", "regsvr32", "java", "dism"),
        *("new-service", "nssm", "sc", "add-appxpackage"),
    )
)
_EXTRACTORS = frozenset(("expand-archive", "tar", "7z", "unzip", "expand"))
_MOVERS = frozenset(("copy-item", "cp", "copy", "move-item", "mv", "move", "rename-item", "ren"))
_TO = r"-(?:outfile|out|destination|localfile|-output|[a-z]{0,6}o)\Z"
_INTO = r"-(?:destinationpath|dest|c|d|o)\Z"
_BY_THEMSELVES = {
    "mshta": ("http:", "https:", "javascript:", "vbscript:"),
    "regsvr32": ("/i:http", "-i:http"),
    "msiexec": ("http:", "https:"),
}


@lru_cache(maxsize=SCRIPTS)
def downloaded_code(text: str) -> tuple[int, ...]:
    """Where in a script something begins that is downloaded and run; each is where it is downloaded, or named."""
    known = _Downloaded()
    places = []
    for statement in statements(text) if _WORTH_READING.search(text) else ():
        found = _at_once(statement)
        places.append(known.run_by(statement) if found is None else found)
        for stage in statement:
            known.note(stage)
    return tuple(at for at in places if at is not None)


class Kept(NamedTuple):
    """A file that a script has downloaded and leaves behind, or the folder to which it extracted one, and where."""

    path: str
    is_folder: bool
    at: int


@lru_cache(maxsize=SCRIPTS)
def kept(text: str) -> tuple[Kept, ...]:
    """What a script leaves behind of what it downloads."""
    known = _Downloaded()
    for statement in statements(text) if _WORTH_READING.search(text) else ():
        for stage in statement:
            known.note(stage)
    both = ((known.files, False), (known.folders, True))
    return tuple(Kept(path, is_folder, at) for paths, is_folder in both for path, at in paths.items())


@lru_cache(maxsize=SCRIPTS)
def started(text: str) -> Mapping[str, int]:
    """The files that a script may start, as it names them, and where it does so first."""
    found: dict[str, int] = {}
    for statement in statements(text):
        for stage in statement:
            for call in stage.calls:
                for word in _run(call):
                    if is_runnable(word):
                        found.setdefault(word, stage.begin)
    return found


def _at_once(statement: Statement) -> int | None:
    """Where one statement downloads and runs."""
    fetched = None
    for stage in statement:
        for pattern in (_READ_AS_TEXT, _OF_A_BRANCH):
            if found := re.search(pattern, stage.text):
                return stage.at + found.start()
        evaluates = re.search(_EVALUATE, stage.text) is not None
        first = next(stage.calls, None)
        if fetched is not None and (evaluates or (first and first.program in _INTERPRETERS)):
            return fetched
        found = re.search(_FETCH, stage.text)
        fetched = stage.at + found.start() if found and fetched is None else fetched
        if (found and evaluates) or any(map(_runs_from_elsewhere, stage.calls)):
            return stage.at + found.start() if found else stage.begin
    return None


def _runs_from_elsewhere(call: Invocation) -> bool:
    """Whether a program of Windows loads its code itself, or a path on another machine is run."""
    prefixes = _BY_THEMSELVES.get(call.program, ())
    if any(word.startswith(prefixes) for word in call.others if prefixes):
        return True
    if call.program in _STARTERS:
        return any(is_unc(word) and is_runnable(word) for word in call.others)
    return is_unc(call.first)


class _Downloaded:
    """What a script has downloaded so far: the names of files and variables, and folders it was extracted to.

    `files` and `folders` are these as they are written.
    """

    def __init__(self) -> None:
        self.files: dict[str, int] = {}
        self.folders: dict[str, int] = {}
        self._names: dict[str, int] = {}
        self._extracted: Folders[int] = Folders()

    def note(self, stage: Stage) -> None:
        """Keeps what a stage downloads, copies or extracts."""
        fetch = re.search(_FETCH, stage.text)
        if fetch:
            for word in _targets(stage, fetch.end() if "(" in fetch[0] else 0):
                self._keep(word, stage.at + fetch.start())
            return
        for call in stage.calls if self._names else ():
            if call.program not in _EXTRACTORS and call.program not in _MOVERS:
                continue
            place = next((at for word in call.others if (at := self._names.get(_key(word))) is not None), None)
            if place is None:
                continue
            if call.program in _MOVERS:
                for word in call.others:
                    if word[:1] != "-":
                        self._keep(word, place)
            else:
                pairs = pairwise(call.others)
                for word in (word for option, word in pairs if re.match(_INTO, option)):
                    self.folders[word] = place
                    self._extracted.keep(cut(word), place)

    def _keep(self, word: str, at: int) -> None:
        self.files.setdefault(word, at)
        self._names.setdefault(_key(word), at)

    def run_by(self, statement: Statement) -> int | None:
        """Where that was downloaded which a statement runs."""
        if not self._names:
            return None
        for number, stage in enumerate(statement):
            if number and re.search(_EVALUATE, stage.text):
                before = (self._names.get(_key(word)) for word in tokens(statement[0].text))
                return next((at for at in before if at is not None), None)
            for call in stage.calls:
                at = self._run_by(call)
                if at is not None:
                    return at
        return None

    def _run_by(self, call: Invocation) -> int | None:
        for word in _run(call):
            at = self._names.get(_key(word), self._in_a_folder(word))
            if at is not None:
                return at
        return None

    def _in_a_folder(self, word: str) -> int | None:
        extracted = self._extracted.nearest(cut(word)[:-1]) if is_runnable(word) else None
        return extracted[1] if extracted else None


def _run(call: Invocation) -> list[str]:
    """The words of a call that may name what it starts: a variable by itself is a value."""
    words = [call.first] if call.operated or call.first[:1] != "$" or file_name(call.first) != call.first else []
    return words + list(call.others) if call.program in _STARTERS else words


def _targets(stage: Stage, call: int) -> Iterator[str]:
    """The files and variables in which a stage keeps what it downloads. `call` is where the arguments begin, of a
    method.
    """
    if stage.assigned:
        yield stage.assigned
    words = tokens(stage.text[call:])
    if call:
        yield from (word for word in words[:2] if "://" not in word)
    for option, word in pairwise(words):
        if re.match(_TO, option) or ("://" in option and word[:1] != "-"):
            yield word
    if "wget" in stage.text:
        yield from (word for word in words if "://" in word)


def _key(word: str) -> str:
    """The name by which a script knows a file or a variable again."""
    name = file_name(word)
    return name.partition(".")[0] if name[:1] == "$" else name
