"""Whether templates cut, decode or spell texts, and so may make any word of any: before any engine runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ...documents.actions import outside, spans

_COMMENT = re.compile(rb"\{\{(?:-\s)?\s*/\*")
_ACTION = re.compile(
    rb"""\{\{(?:-\s)?\s*/\*.*?\*/[\s-]*\}\}
    |\{\{(?!(?:-\s)?\s*/\*)[^"`'}]*(?:(?:"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)*'|\}(?!\}))[^"`'}]*)*\}\}""",
    re.VERBOSE | re.DOTALL,
)
"""An action of a template, with strings in it that may hold braces."""

_STRING = re.compile(rb"""("(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)*')|["`']""")
"""A string, or a quote that begins none."""
_NAME = re.compile(rb"(?<![\w.$])[A-Za-z_]\w*")

_WHOLE = frozenset(
    b"""
    if else end with range define block template break continue true false nil null and or not eq ne lt le gt ge len
    index call print println printf
    include tpl required fail lookup toYaml toYamlPretty toJson toPrettyJson toRawJson mustToJson mustToPrettyJson
    mustToRawJson toToml fromYaml fromYamlArray fromJson fromJsonArray mustFromJson
    default empty coalesce ternary any all quote squote indent nindent lower upper title untitle trim nospace cat repeat
    contains hasPrefix hasSuffix plural join sortAlpha toString toStrings b64enc sha1sum sha256sum sha512sum adler32sum
    regexMatch mustRegexMatch
    list tuple first rest last initial append prepend concat reverse uniq without has compact chunk mustFirst mustRest
    mustLast mustInitial mustAppend mustPrepend mustReverse mustUniq mustWithout mustHas mustCompact mustChunk until
    untilStep seq max min maxf minf floor ceil round biggest
    dict get set unset hasKey pluck dig merge mergeOverwrite mustMerge mustMergeOverwrite keys values pick omit deepCopy
    mustDeepCopy
    int int64 float64 toDecimal atoi add add1 sub mul div mod addf add1f subf mulf divf
    kindOf kindIs typeOf typeIs typeIsLike deepEqual semver semverCompare
    now date dateInZone date_in_zone dateModify date_modify mustDateModify htmlDate htmlDateInZone toDate mustToDate
    unixEpoch
    base dir ext clean isAbs osBase osDir osExt osClean osIsAbs
    uuidv4 randAlphaNum randAlpha randNumeric randAscii randInt randBytes bcrypt htpasswd genPrivateKey genCA
    genCAWithKey genSelfSignedCert genSelfSignedCertWithKey genSignedCert genSignedCertWithKey
    """.split()
)
"""Functions that hand on whole runs of letters, or such that nobody can choose.

Others may cut, decode or spell. base64 of text in UTF-8 never holds `hostProcess` or `windowsOptions`: no bytes that
would become these are UTF-8.
"""

_HARMLESS = re.compile(
    rb"""\b(?:trimAll|split|splitList|splitn\s+\d+|mustSplit|replace)\s+(?:"(?:[^"a-zA-Z\\]|\\")+"|`[^`a-zA-Z]+`)
    |\btrimPrefix\s+(?:"(?:[^"\\]*[^"a-zA-Z\\])?"|`(?:[^`]*[^`a-zA-Z])?`)
    |\btrimSuffix\s+(?:"(?:(?:\\n|[^"a-zA-Z\\])[^"\\]*)?"|`(?:[^`a-zA-Z][^`]*)?`)
    |\b(trunc)\s+\(?-?(?:1[5-9]|[2-9]\d|\d{3})\b|\btrimAll\s+["`]["`]""",
    re.VERBOSE,
)
"""What every chart does with its names: their separators go, and what is long is cut, once in as many letters."""

_FORMAT = re.compile(rb"""\bprintf\b(?!\s+["`])""")
"""A format that is not written there."""
_SPELLS = re.compile(rb"%[^%a-zA-Z]*[bcoxUep]|%[^%a-zA-Z]*(?:\.\d|\*)", re.IGNORECASE)
"""Verbs of `printf` that make letters of numbers, or cut. (`%T` prints the name of a type, none of which is a part.)"""

_ASKS = re.compile(rb"\{\{-?\s*(?:else\s+)?if\s")
_CHANGES = re.compile(rb"=|\b(?:set|unset|merge\w*|mustMerge\w*|include|tpl)\b")
"""What an action that only asks may still leave behind: a variable, a key, the arguments of a template."""

_HALF_AN_ESCAPE = rb"\\(?:x[0-9a-fA-F]?|u[0-9a-fA-F]{0,3}|U[0-9a-fA-F]{0,7})?"
_ESCAPED_ACTION = re.compile(_HALF_AN_ESCAPE + rb"\s*\{\{")
_ENDS_IN_ESCAPE = re.compile(_HALF_AN_ESCAPE + rb"""(?:\{\{|["'\s]*$)""", re.MULTILINE)
_TAKES_APART = re.compile(
    rb"\b(?:split\w*|mustSplit)\b|\breplace\s+(?:\"[^\"]*\"|`[^`]*`|\S+)\s+(?![\"`][^\"`a-zA-Z]*[\"`])"
)
"""What may put a name into the middle of a text."""
_HALF_A_BRACE = re.compile(
    rb"""\{\s*(?:["']\s*(?:[,\]}:\#]|$)|$)|\\(?:x|u00|U000000)7b""", re.MULTILINE | re.IGNORECASE
)
"""A text that ends with the half of an action's beginning, or spells it."""


def rewrites(templates: Iterable[bytes], data: Iterable[bytes] = ()) -> bool:
    """Whether templates may make any word of any text. `data` are the values and files that they may read.

    False is a proof. What `tpl` is given is a template as well; it may be put together of strings and data.
    """
    templates, data = list(templates), list(data)
    actions = [each for each in _in_templates(templates) if not _COMMENT.match(each)]
    if any(map(_spells, actions)) or any(map(_ESCAPED_ACTION.search, templates)):
        return True
    if any(map(_ENDS_IN_ESCAPE.search, data)):
        return True
    return any(b"tpl" in each for each in actions) and _rewrites_in_texts(actions, templates, data)


def cuts(templates: Iterable[bytes], data: Iterable[bytes] = ()) -> bool:
    """Whether they cut what is long."""
    actions = (*_in_templates(templates), *_in_texts(data))
    return any(found[1] for action in actions for found in _HARMLESS.finditer(action))


def _rewrites_in_texts(actions: list[bytes], templates: list[bytes], data: list[bytes]) -> bool:
    """Whether a template in strings or data does, or may be made of pieces of these."""
    strings = [found[1][1:-1] for action in actions for found in _STRING.finditer(action) if b"{" in (found[1] or b"")]
    if any(b"{" in piece.replace(b"{}", b"") for string in strings for piece in outside(string)):
        return True
    if any(b"{{{" in each for each in templates) or any(map(_HALF_A_BRACE.search, data)):
        return True
    inner = [*_in_texts(strings), *_in_texts(data)]
    return any(map(_spells, inner)) or (bool(inner) and any(map(_TAKES_APART.search, actions)))


def _in_templates(texts: Iterable[bytes]) -> Iterator[bytes]:
    """The actions of each template; of one that is not closed, all that follows."""
    for text in texts:
        start = text.find(b"{{")
        while start >= 0:
            found = _ACTION.match(text, start)
            yield found[0] if found else text[start:]
            start = text.find(b"{{", found.end()) if found else -1


def _in_texts(texts: Iterable[bytes]) -> Iterator[bytes]:
    """What may be an action in each text, in whatever way its quotes are written; `tpl` may close the last."""
    for text in texts:
        end = 0
        for start, end in spans(text):
            yield text[start:end]
        if (start := text.find(b"{{", end)) >= 0:
            yield text[start:]


def _spells(action: bytes) -> bool:
    strings = []
    for found in _STRING.finditer(action):
        if not found[1]:
            return True
        strings.append(found[1])
    bare = _STRING.sub(b" ", _HARMLESS.sub(b" ", action))
    if _ASKS.match(action) and not _CHANGES.search(bare):
        return False
    if b"printf" in bare and (_FORMAT.search(_STRING.sub(b'""', action)) or any(map(_SPELLS.search, strings))):
        return True
    return any(b"\\" in _plain(each) for each in strings) or not _WHOLE.issuperset(_NAME.findall(bare))


def _plain(string: bytes) -> bytes:
    """A string without the escapes that make no letters."""
    return re.sub(rb"""\\["'nrt]""", b"", string) if string[:1] != b"`" else string
