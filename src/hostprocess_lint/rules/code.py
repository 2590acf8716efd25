"""The code that a command runs: its line, what is encoded in it, and the mounted scripts that it names."""

import base64
import binascii
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import accumulate, chain
from typing import NamedTuple

from ..location import Related
from ..pods.commandline import Command, Word
from ..pods.pod import Container, Pod
from ..pods.view import View
from .context import Context
from .script import SCRIPTS, file_name, is_runnable, tokens, unescaped

_DEEPEST = 3
_ENCODED = re.compile(r"(?i)(?<![^\s\"'])[-/]e(?:c|n[a-z]*)?(?=[\s\"'])")
_BETWEEN_BLANKS = r"\S+"
_POWERSHELL = frozenset(("powershell", "powershell.exe", "pwsh", "pwsh.exe"))


class Script(NamedTuple):
    """A text that is run. `words` are those that it comes from, `starts` where each begins in it; `file` is the name of
    the file, where it is one that the words only name, and `related` is where that is written.
    """

    text: str
    words: tuple[Word, ...]
    starts: tuple[int, ...] = (0,)
    file: str | None = None
    related: tuple[Related, ...] = ()

    def word_at(self, at: int) -> Word:
        """The word that a place in the text comes from."""
        return self.words[bisect_right(self.starts, at) - 1]


class Encoded(NamedTuple):
    """What stands behind PowerShell's `-EncodedCommand`, where in the script, and its code if it can be read."""

    token: str
    at: int
    code: str | None


def code(command: Command, container: Container, context: Context) -> Iterator[Script]:
    """What a command runs: its line, the mounted scripts that it names, and what is encoded in each of them, as deep as
    code is encoded in code.
    """
    for script in chain((line(command),), _mounted(command, container, context)):
        found = [script]
        yield script
        for _ in range(_DEEPEST):
            found = [inner for each in found for inner in _inside(each)]
            yield from found


def line(command: Command) -> Script:
    """The words of a command one behind the other."""
    texts = [unescaped(word.text) for word in command.words]
    starts = accumulate((len(text) + 1 for text in texts[:-1]), initial=0)
    return Script(" ".join(texts), command.words, tuple(starts))


def _inside(script: Script) -> Iterator[Script]:
    for each in encoded(script.text):
        if each.code is not None:
            yield script._replace(text=unescaped(each.code), words=(script.word_at(each.at),), starts=(0,))


@lru_cache(maxsize=SCRIPTS)
def encoded(text: str) -> tuple[Encoded, ...]:
    """What is encoded in a script."""
    return tuple(_encoded(text)) if _ENCODED.search(text) else ()


def _encoded(text: str) -> Iterator[Encoded]:
    among_options = is_value = is_code = False
    for found in re.finditer(_BETWEEN_BLANKS, text):
        token = found[0].strip("\"'")
        option = token[1:].lower() if token[:1] in ("-", "/") and len(token) > 1 else ""
        if is_code:
            yield Encoded(token, found.start(), decoded_command(token))
            among_options = is_code = False
        elif file_name(token).lower() in _POWERSHELL:
            among_options, is_value = True, False
        elif among_options and option:
            is_code = option == "ec" or "encodedcommand".startswith(option)
            among_options = not ("command".startswith(option) or "file".startswith(option))
            is_value = True
        elif not is_value:
            among_options = False
        else:
            is_value = False


def decoded_command(text: str) -> str | None:
    """The code that PowerShell makes of an encoded command: UTF-16 in base64."""
    try:
        found = base64.b64decode(text, validate=True).decode("utf-16-le")
    except (binascii.Error, ValueError):
        return None
    readable = sum(character.isascii() for character in found)
    return found if found and readable * 2 > len(found) else None


def _mounted(command: Command, container: Container, context: Context) -> Iterator[Script]:
    """The scripts of ConfigMaps and Secrets in the scan that a container mounts and a command names by their files."""
    volumes = _volumes(container.pod) if context.text_holders else {}
    if not volumes:
        return
    named = {file_name(token): word for word in reversed(command.words) for token in tokens(word.text)}
    wanted = {name: word for name, word in named.items() if is_runnable(name.lower())}
    for mount in container.items("volumeMounts") if wanted else ():
        for source in volumes.get(mount.text("name") or "", ()):
            owner = context.text_holder(source.kind, container.pod.resource.namespace, source.name)
            listed = [(item.text("path") or "", item.text("key")) for item in source.view.items("items")]
            keys = {**{file_name(path): key for path, key in listed}, **dict(listed)}
            for name, path in _looked_for(mount, wanted) if owner else ():
                key = keys.get(path) or path
                text = owner.text(key) if owner else None
                if owner and text is not None:
                    related = Related("the script", owner.locate(key))
                    yield Script(unescaped(text), (wanted[name],), file=name, related=(related,))


def _looked_for(mount: View, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The names of files that a mount may bring, and the path of each in its volume."""
    part = mount.text("subPath")
    if part is None:
        yield from ((name, name) for name in names)
    else:
        name = file_name(mount.text("mountPath") or "")
        yield from ((name, part),) if name in names else ()


class _Source(NamedTuple):
    """What a volume takes its files from: the kind and the name of an object, and what is said about it."""

    kind: str
    name: str
    view: View


@lru_cache(maxsize=16)
def _volumes(pod: Pod) -> Mapping[str, tuple[_Source, ...]]:
    """The sources of a pod's volumes that are ConfigMaps and Secrets, by the names of the volumes."""
    found = {}
    for volume in pod.items("volumes"):
        sources = list(_sources(volume, "secretName"))
        for source in volume.items("projected", "sources"):
            sources += _sources(source, "name")
        if sources:
            found[volume.text("name") or ""] = tuple(sources)
    return found


def _sources(holder: View, secret_name: str) -> Iterator[_Source]:
    for field, kind, name in (("configMap", "ConfigMap", "name"), ("secret", "Secret", secret_name)):
        part = holder.written(field)
        if part:
            view = View(part.value, part.route)
            yield _Source(kind, view.text(name) or "", view)
