"""Which files a build was really made of: only those are judged in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from ...documents.firstlook import may_concern
from ...documents.nodes import ScalarNode, Unreadable
from ...sources.overlays.closure import Closure
from ...sources.overlays.nodes import child, scalar_entries, string
from ...sources.overlays.references import Role
from ...sources.overlays.yamltext import compose_all


def files_in_build(closure: Closure, text: str, applied: Callable[[Path], bool]) -> frozenset[str]:
    """The files, by their real paths, whose objects or patches are in a build's text.

    What a generator reads is only where the text holds it as a string in which manifests are looked for. A patch with a
    target may select nothing; `applied`, which builds once more, says whether it did.
    """
    found = {kustomization.path for kustomization in closure.kustomizations.values()}
    found |= {path for path, member in closure.members.items() if member.role is Role.RESOURCE}
    matter = {path: member for path, member in closure.members.items() if may_concern(member.content)}
    found |= {path for path, member in matter.items() if member.role is Role.PATCH and applied(path)}
    data = {path: member.content for path, member in matter.items() if member.role is Role.DATA}
    strings = set(_strings(text)) if data else set()
    found |= {path for path, content in data.items() if content.decode("utf-8", "replace") in strings}
    return frozenset(map(str, found))


def _strings(text: str) -> Iterator[str]:
    """The strings of the ConfigMaps in a build's text."""
    try:
        documents = compose_all(text)
    except Unreadable:
        return
    for document in documents:
        for _, value in scalar_entries(child(document, "data")) if string(document, "kind") == "ConfigMap" else ():
            if isinstance(value, ScalarNode):
                yield value.value
