"""Whether a change alters what the pods of other files are judged by: namespaces, runtime classes, rights, scripts."""

from __future__ import annotations

import re

from ..documents.document import Document
from ..documents.firstlook import may_state_facts
from ..documents.stream import Broken, documents, parts
from ..limits import FILE_BYTES
from ..pods.objects import objects
from ..pods.templates import TEMPLATES, is_custom
from ..sourcefile import SourceFile

_KIND = r"(?m)^kind:[ \t]*[\"']?([\w{]*)"


def alters_facts(before: bytes | None, after: bytes) -> bool:
    """Whether what a file held and holds may say different things about the pods of others; None is not known."""
    return before is None or (before != after and _facts(before) != _facts(after))


def _facts(raw: bytes) -> list[str] | bytes:
    """What may be told of others, one by one; the whole of what cannot be read, and may tell."""
    if not may_state_facts(raw):
        return []
    if len(raw) > FILE_BYTES:
        return raw
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw
    if "{{" in text:
        written = (text[start:end] for start, end in parts(text))
        found = [part for part in written if not _has_pods(part)]
    else:
        read = list(documents(SourceFile("", text)))
        if any(isinstance(each, Broken) for each in read):
            return raw
        found = [repr(data) for each in read if isinstance(each, Document) for data in _telling(each)]
    return [each for each in found if may_state_facts(each.encode("utf-8", "surrogatepass"))]


def _has_pods(template: str) -> bool:
    """Whether a part of a template is an object that has pods, by the kind that is written in it."""
    return {kind in TEMPLATES for kind in re.findall(_KIND, template)} == {True}


def _telling(document: Document) -> list[object]:
    """All but the objects that have pods and nothing else: what is no object may be a patch of one."""
    if not isinstance(document.data, dict):
        return [document.data]
    owners = objects(document.data, (*document.duplicates, *document.overrides))
    return [each.data for each in owners if is_custom(each.resource) or each.resource.kind not in TEMPLATES]
