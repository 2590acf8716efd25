"""One kustomization file: its tree, and what is refused of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from ...documents.nodes import MappingNode, Node, ScalarNode, Unreadable
from ...finding import Level
from ...limits import FILE_BYTES
from ...location import Location, Span
from .nodes import string
from .yamltext import compose_all

NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")


class Lack(Enum):
    """What keeps a thing from being read: it is not there, a program would make it that is not run, or it lies outside
    of what is scanned.
    """

    ABSENT = "absent"
    MADE = "made"
    BEYOND = "beyond"


class RefusedError(Exception):
    """Why there is no build, or one without something.

    `rule` is the finding that says so, `hint` what to do about it; `level` replaces the rule's own, and `lack` is
    what there is not to read. `at` is where in which file that is read, by its text, it is not readable.
    """

    def __init__(
        self,
        reason: str,
        rule: str = "HPC002",
        hint: str | None = None,
        level: Level | None = None,
        lack: Lack | None = None,
        at: tuple[Path, str, int] | None = None,
    ) -> None:
        super().__init__(reason)
        self.rule = rule
        self.hint = hint
        self.level = level
        self.lack = lack
        self.at = at


@dataclass(frozen=True, slots=True)
class Kustomization:
    """One kustomization, by the path and text of its file.

    One that a release puts on top of a directory is in no file: `lead` knows where a region of its text is written, and
    `inline` which node a patch in it is the text of, by the id of that. `changed` is the file's own that a release
    changes.
    """

    path: Path
    text: str
    tree: MappingNode
    lead: Callable[[Span], Location] | None = None
    inline: dict[int, Node] = field(default_factory=dict)
    changed: Kustomization | None = None

    @property
    def is_component(self) -> bool:
        return string(self.tree, "kind") == "Component"


_MEND = "mend it or make it smaller, or accept this with a reason under `ignore` in the configuration"
_VOID = r"(?:[ \t]*(?:#[^\n]*)?\r?\n)*"
_EMPTY_FIRST = re.compile(rf"\ufeff?{_VOID}---[ \t]*(?:#[^\n]*)?\r?\n{_VOID}---(?:\s|$)")


def kustomization_files(directory: Path) -> list[Path]:
    return [path for name in NAMES if (path := directory / name).is_file()]


def read_kustomization(path: Path) -> Kustomization:
    """Reads one kustomization file; raises `RefusedError`."""
    return kustomization_of(path, read_bytes(path))


def kustomization_of(path: Path, content: bytes) -> Kustomization:
    """A kustomization by what its file holds, or has held; raises `RefusedError`."""
    text = as_text(content, path.name)
    try:
        documents = compose_all(text)
    except Unreadable as error:
        raise _unreadable(path, text, error) from None
    # Kustomize reads the first document only, and one may be empty between two `---` lines.
    tree = documents[0] if documents and not _EMPTY_FIRST.match(text) else None
    if not isinstance(tree, MappingNode):
        raise RefusedError(f"{path.name} is {'empty' if tree is None else 'not a mapping'}")
    _require_plain_names(tree, path.name)
    return Kustomization(path, text, tree)


def _unreadable(path: Path, text: str, error: Unreadable) -> RefusedError:
    from ...documents.foreign import TEMPLATE_HINT, language_of  # here, because most are readable

    language, at = language_of(text), (path, text, error.start)
    if language is None:
        return RefusedError(f"{path.name} is not readable: {error}", hint=_MEND, at=at)
    reason = f"{path.name} is template text ({language}), which another tool makes into one"
    return RefusedError(reason, hint=TEMPLATE_HINT, at=at)


def read_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            content = stream.read(FILE_BYTES + 1)
    except OSError as error:
        raise RefusedError(f"{path.name} is not readable: {error.strerror}") from None
    if len(content) > FILE_BYTES:
        raise RefusedError(f"{path.name} is larger than {FILE_BYTES // 1024**2} MiB")
    return content


def as_text(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise RefusedError(f"{name} is not UTF-8") from None


def _require_plain_names(tree: MappingNode, name: str) -> None:
    keys = Counter(folded(key.value) for key, _ in tree.pairs if isinstance(key, ScalarNode))
    doubled = next((key for key, count in keys.items() if count > 1), None)
    if doubled is not None:
        raise RefusedError(f"{name} has the field {doubled[:40]!r} twice")


def folded(key: str) -> str:
    """Kustomize reads fields through Go's `encoding/json`, which takes `Resources` for `resources`."""
    return key.casefold()
