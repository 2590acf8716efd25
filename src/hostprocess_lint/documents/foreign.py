"""What cannot be read as YAML: template text of another tool, or no manifest at all."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..sourcefile import BOM
from .firstlook import may_be_object, may_say_host_process
from .stream import Broken

_TEMPLATES = (
    ("ERB or EJS", r"<%[-=#_]?[^%]*%>"),
    ("Jinja", r"\{%[-+]?\s*\w[^%]*%\}"),
    ("Terraform", r"%\{~?\s*(?:if|for|else|endif|endfor)\b"),
    ("Mustache", r"\{\{\{?\s*(?:[#^>!&]|/(?!\*))"),
    ("Go's text/template", r"\{\{-?\s*(?:[.$(]|/\*|(?:if|with|range|end|else|define|template|include)\b)"),
    ("curly braces", r"\{\{[^{}\n]*\}\}"),
)
"""Languages of templates, by what only they write; the surest come first."""

_OPTIONS = re.compile(r"(?m)^(?P<indent>[ \t-]*)[\"']?windowsOptions[\"']?[ \t]*:(?P<beside>.*)$")
_PRINTED = r"\{\{(?!-?\s*(?:(?:if|else|end|with|range|define|block)\b|/\*|[#/^!]))|<%[-=]"
"""An action that prints something, in one of the languages."""
_PLACED = r"\{\{-|\{\{.*\bindent\b"
"""An action that says itself how far to the right it prints."""
_OF_KEY = r"[ \t]*[\w.\"'-]+[ \t]*:[ \t]"

_BEFORE = r"\A(?:\s|#[^\r\n]*|%[^\r\n]*|---(?=\s)|[!&]\S+)*"
"""What may stand before the first thing of a document: comments, directives, a separator, a tag."""

_TOP_KEY = r"""(?:[!&]\S+[ \t]+)*["']?{}["']?[ \t]*:"""

_OPENS = r"-(?:\s|\Z)|.*(?::|[|>][-+\d]*|[&!]\S+)[ \t]*(?:\s#.*)?\Z"
"""A line that what is further to the right can belong to: an item, or a key without a value beside it."""

_BRACKET = r"(?:---)?[ \t]*(?:[!&]\S*[ \t]+)*(?:[\[{](?![{%])|\?[ \t])"
_ESCAPE = r"\\[xuU][0-9a-fA-F]{2}"

TEMPLATE_HINT = "scan what the tool makes of it (`… | hostprocess-lint scan -`), and leave the file out with `exclude`"


def template_language(broken: Broken) -> str | None:
    """The language of templates that a document is written in which cannot be read as YAML."""
    return language_of(_written(broken)) if broken.rule == "HPC001" else None


def language_of(text: str) -> str | None:
    """The language of templates that a text which is no YAML is written in."""
    return next((name for name, written in _TEMPLATES if re.search(written, text)), None)


def may_fill_in_host_process(broken: Broken) -> bool:
    """Whether template text says HostProcess, or leaves it to what is filled in where `windowsOptions` have it."""
    document = _written(broken)
    if may_say_host_process(document.encode("utf-8", "surrogatepass")):
        return True
    return any(_is_filled_in(found, document) for found in _OPTIONS.finditer(document))


def _is_filled_in(options: re.Match[str], document: str) -> bool:
    """Whether a template prints something of a mapping that is not the value of a key which is written there."""
    if re.search(_PRINTED, options["beside"]):
        return True
    for line in document[options.end() :].splitlines():
        written, is_printed = line.lstrip(), re.search(_PRINTED, line)
        is_within = len(line) - len(written) > len(options["indent"]) or re.match(_PLACED, written)
        if written and not is_within and (is_printed or _is_content(line)):
            return False
        if is_printed and not re.match(_OF_KEY, line):
            return True
    return False


def could_be_object(found: Broken) -> bool:
    """False for a document that cannot be read and has no `apiVersion` and `kind` where an object has them.

    In YAML that is below no key and in no item of a list: a line too far to the left, or one of the two too far to the
    right, may be what is wrong with it. In JSON, and where something is escaped, it is wherever they are.
    """
    if found.rule != "HPC001":
        return True
    document = _written(found)
    first = next(filter(_is_content, document.splitlines()), "")
    if re.match(_BRACKET, first) or re.match(_BRACKET, re.sub(_BEFORE, "", document)) or re.search(_ESCAPE, document):
        return may_be_object(document.encode("utf-8", "surrogatepass"))
    top = list(_at_the_top(document))
    return all(any(re.match(f"(?i){_TOP_KEY.format(key)}", line) for line in top) for key in ("apiVersion", "kind"))


def _at_the_top(document: str) -> Iterator[str]:
    """The lines of a document that belong to none before them, without their indent."""
    above: list[tuple[int, bool]] = []  # the indents, and whether something there opens what comes
    for line in filter(_is_content, document.splitlines()):
        written = line.lstrip()
        indent = len(line) - len(written)
        while above and above[-1][0] >= indent:
            above.pop()
        within = bool(above) and above[-1][1]
        if not within:
            yield written
        above.append((indent, within or re.match(_OPENS, written) is not None))


def _written(broken: Broken) -> str:
    text = broken.text.text
    return (text[slice(*broken.part)] if broken.part.end else text).removeprefix("---").removeprefix(BOM)


def _is_content(line: str) -> bool:
    """Whether a line is more than blanks, a comment or a template's control."""
    return not line.lstrip().startswith(("#", "{{", "{%", "<%", "%{")) if line.strip() else False
