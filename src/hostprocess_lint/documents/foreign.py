"""What stands where a manifest is expected: an encrypted file, a pointer to one, or template text of another tool."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..sourcefile import BOM
from .document import Document
from .firstlook import UTF16_MARKS, UTF32_MARKS, may_be_object
from .stream import Broken

_STAND_INS = (
    (b"\0GITCRYPT\0", "it is encrypted by git-crypt: `git-crypt unlock` makes it readable"),
    (b"version https://git-lfs.github.com/spec/", "it is a pointer of Git LFS: `git lfs pull` fetches the file"),
    (b"version https://hawser.github.com/spec/", "it is a pointer of Git LFS: `git lfs pull` fetches the file"),
)
"""How files begin that stand for others; see git-crypt's `doc` and git-lfs' `docs/spec.md`."""

_ENCODING = "it is {}: a manifest is UTF-8, or UTF-16 with a byte order mark"

_TEMPLATES = (
    ("ERB or EJS", re.compile(r"<%[-=#_]?[^%]*%>")),
    ("Jinja", re.compile(r"\{%[-+]?\s*\w[^%]*%\}")),
    ("Terraform", re.compile(r"%\{~?\s*(?:if|for|else|endif|endfor)\b")),
    ("Mustache", re.compile(r"\{\{\{?\s*[#^/>!&]")),
    ("Go's text/template", re.compile(r"\{\{-?\s*(?:[.$(]|/\*|(?:if|with|range|end|else|define|template|include)\b)")),
    ("curly braces", re.compile(r"\{\{[^{}\n]*\}\}")),
)
"""Languages of templates, by what only they write; the surest come first."""

_BEFORE = re.compile(r"\A(?:\s|#[^\r\n]*|%[^\r\n]*|---(?=\s)|[!&]\S+)*")
"""What may stand before the first thing of a document: comments, directives, a separator, a tag."""

_TOP_KEY = r"""(?:[!&]\S+[ \t]+)*["']?{}["']?[ \t]*:"""

_BRACKET = re.compile(r"(?:---)?[ \t]*(?:[!&]\S*[ \t]+)*(?:[\[{](?![{%])|\?[ \t])")
_ESCAPE = re.compile(r"\\[xuU][0-9a-fA-F]{2}")

TEMPLATE_HINT = "scan what the tool makes of it (`… | hostprocess-lint scan -`), and leave the file out with `exclude`"


class StandIn(NamedTuple):
    """Why a file's bytes are not its text. `is_opaque` where they say nothing of the words in it."""

    reason: str
    is_opaque: bool


def stand_in(raw: bytes) -> StandIn | None:
    """What the bytes of a file are, if another file stands behind them or no reader of YAML takes their encoding."""
    for beginning, reason in _STAND_INS:
        if raw.startswith(beginning):
            return StandIn(reason, True)
    if raw.startswith(UTF32_MARKS):
        return StandIn(_ENCODING.format("UTF-32"), False)
    if b"\0" in raw and not raw.startswith(UTF16_MARKS):
        return StandIn(_ENCODING.format("binary"), False)
    return None


def template_language(broken: Broken) -> str | None:
    """The language of templates that a document is written in which cannot be read as YAML."""
    if broken.rule != "HPC001":
        return None
    document = _written(broken)
    return next((name for name, written in _TEMPLATES if written.search(document)), None)


def could_be_object(found: Document | Broken) -> bool:
    """False for a document that cannot be read and has no `apiVersion` and `kind` where an object has them.

    In YAML that is as far to the left as anything in it; in JSON, and where something is escaped, wherever they are.
    """
    if isinstance(found, Document) or found.rule != "HPC001":
        return True
    document = _written(found)
    first = next(filter(_is_content, document.splitlines()), "")
    if _BRACKET.match(first) or _BRACKET.match(_BEFORE.sub("", document)) or _ESCAPE.search(document):
        return may_be_object(document.encode("utf-8", "surrogatepass"))
    left = min((len(line) - len(line.lstrip()) for line in document.splitlines() if _is_content(line)), default=0)
    return all(re.search(rf"(?mi)^[ \t]{{{left}}}{_TOP_KEY.format(key)}", document) for key in ("apiVersion", "kind"))


def _written(broken: Broken) -> str:
    text = broken.text.text
    return (text[slice(*broken.part)] if broken.part.end else text).removeprefix("---").removeprefix(BOM)


def _is_content(line: str) -> bool:
    """Whether a line is more than blanks, a comment or a template's control."""
    return not line.lstrip().startswith(("#", "{{", "{%", "<%", "%{")) if line.strip() else False
