"""The temporary tree that an engine is let loose on: a closure's files, laid out as in the repository."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ....documents.nodes import Unreadable
from ....sources.overlays.closure import Closure
from ....sources.overlays.kustomization import Kustomization, RefusedError
from ....sources.overlays.references import Role, is_inline, references
from ....sources.overlays.yamltext import compose_all, emit


@contextmanager
def workspace(root: Path) -> Iterator[Path]:
    """An empty directory outside the repository, deleted with everything in it."""
    with tempfile.TemporaryDirectory(prefix="hostprocess-lint-", ignore_cleanup_errors=True) as name:
        directory = Path(os.path.realpath(name))
        if directory.is_relative_to(root):
            raise RefusedError("the directory for temporary files lies in the scanned directory")
        yield directory


def lay_out(closure: Closure, into: Path, replaced: Mapping[Path, str] | None) -> Path:
    """Writes the closure below `into` and returns the overlay's directory there; `replaced` gives files other texts.

    Kustomizations and the configuration of plugins are not copied but written anew from the tree that was walked, so
    that a text which PyYAML and Go read differently cannot show the walk one thing and the engine another.
    """
    replaced = replaced or {}
    texts = {k.path: plain_text(k) for k in closure.kustomizations.values()}
    contents = {path: member.content for path, member in closure.members.items()}
    for path, member in closure.members.items():
        if member.role is Role.PLUGIN:
            texts[path] = _anew(member.content.decode("utf-8"))
    contents |= {path: text.encode("utf-8", "replace") for path, text in {**texts, **replaced}.items()}
    for path, content in contents.items():
        target = into / path.relative_to(closure.root)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    for link, real in sorted(closure.links.items()):
        _link(into / link.relative_to(closure.root), into / real.relative_to(closure.root))
    return into / closure.directory.relative_to(closure.root)


def plain_text(kustomization: Kustomization, replaced: Mapping[int, str] | None = None) -> str:
    inline = {
        id(reference.node): _anew(reference.text)
        for reference in references(kustomization.tree)
        if reference.role is Role.PLUGIN and is_inline(reference)
    }
    return emit(kustomization.tree, {**inline, **(replaced or {})}) + "\n"


def _anew(text: str) -> str:
    try:
        return documents_text([emit(document, {}) for document in compose_all(text)])
    except Unreadable as error:
        raise RefusedError(f"a plugin's configuration is not readable: {error}") from None


def documents_text(documents: list[str]) -> str:
    """The line feed first keeps Kustomize from taking a list for JSON, which knows no YAML scalars."""
    return "".join(f"\n---\n{document}" for document in documents) + "\n"


def _link(link: Path, target: Path) -> None:
    if link.exists():
        return
    link.parent.mkdir(parents=True, exist_ok=True)
    try:
        link.symlink_to(target, target_is_directory=target.is_dir())
    except OSError as error:
        raise RefusedError(f"a symbolic link cannot be copied: {error.strerror}") from None
