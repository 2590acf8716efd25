"""Whether a chart could make anything that a rule needs, by the words in its files: before any engine runs."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from ...documents.actions import spans
from ...documents.firstlook import as_utf8, may_concern

_WORDS = (b"hostprocess", b"windowsoptions")
_ALL = {word: frozenset(word) - frozenset(b"e") for word in _WORDS}
_LETTERS = re.compile(rb"[a-z]+")
_NO_LETTERS = re.compile(rb"[%\\][a-z]")  # the verbs of `printf`, and escapes
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{12,}={0,2}")
_PRINTED = frozenset((b"e", b"true", b"false", b"nil", b"map", b"inf", b"nan", b"novalue"))
"""What is printed of numbers and of what is none, though no text says it."""

_COMMENT = re.compile(rb"\{\{(?:-\s)?\s*/\*")
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
    rb"""\b(?:trimPrefix|trimSuffix|trimAll|split|splitList|splitn\s+\d+|mustSplit|replace)\s+["`][^"`a-zA-Z\\]+["`]
    |\b(trunc)\s+\(?-?(?:[2-9]\d|\d{3})\b|\b(?:trimPrefix|trimSuffix|trimAll)\s+["`]["`]""",
    re.VERBOSE,
)
"""What every chart does with its names: their separators go, and what is long is cut, once in as many letters."""

_SPELLS = re.compile(rb"%[^%a-zA-Z]*[bcoOxXUeEpT]|%[^%a-zA-Z]*(?:\.\d|\*)")
"""Verbs of `printf` that make letters of numbers, or cut."""

_BRACE_ALONE = re.compile(rb"""["']\{["']""")
_HALF_AN_ESCAPE = re.compile(
    rb"""\\(?:x[0-9a-fA-F]?|u[0-9a-fA-F]{0,3}|U[0-9a-fA-F]{0,7})?(?:\{\{|["'\s]*$)""", re.MULTILINE
)


def may_make(texts: Iterable[bytes]) -> bool:
    """Whether templates, values and files with these texts, their names among them, could render one of the words.

    False is a proof.
    """
    every = list(map(as_utf8, texts))
    return says(every) or rewrites(every)


def says(texts: Iterable[bytes]) -> bool:
    """Whether a word stands in some texts, or can be put together from whole runs of letters, as `printf "host%s"
    "Process"` does, with at most one that is cut; or is there in base64.
    """
    texts = list(texts)
    whole = b"\n".join(texts)
    if may_concern(whole) or any(may_concern(_decoded(each)) for each in _BASE64.findall(whole)):
        return True
    lower = whole.lower()
    if not any(_ALL[word].issubset(lower) for word in _WORDS):
        return False
    runs = frozenset(_LETTERS.findall(lower)) | frozenset(_LETTERS.findall(_NO_LETTERS.sub(b" ", lower)))
    cuts = any(found[1] for action in _actions(texts) for found in _HARMLESS.finditer(action))
    return any(_is_made_of(word, runs | _PRINTED, runs if cuts else frozenset()) for word in _WORDS)


def joined(texts: Iterable[str]) -> bool:
    """Whether several of some texts, one behind the other, are the word: those that have no more than a run of letters,
    and verbs of `printf`.
    """
    runs = (_LETTERS.findall(_NO_LETTERS.sub(b" ", text.lower().encode("utf-8", "surrogatepass"))) for text in texts)
    return _is_made_of(_WORDS[0], frozenset(each[0] for each in runs if len(each) == 1 and each[0] != _WORDS[0]))


def rewrites(texts: Iterable[bytes]) -> bool:
    """Whether templates cut, decode or spell texts, and so may make any word of any."""
    texts = list(texts)
    whole = b"\n".join(texts)
    actions = [action for action in _actions(texts) if not _COMMENT.match(action)]
    if any(map(_spells, actions)) or _HALF_AN_ESCAPE.search(whole):
        return True
    return any(b"tpl" in action for action in actions) and _has_template_in_text(whole)


def _actions(texts: Iterable[bytes]) -> Iterator[bytes]:
    """The actions of each text; what `tpl` is given may close the last one."""
    for text in texts:
        end = 0
        for start, end in spans(text):
            yield text[start:end]
        if (start := text.find(b"{{", end)) >= 0:
            yield text[start:]


def _has_template_in_text(text: bytes) -> bool:
    """Whether a string that follows an action's beginning holds a brace, or is one."""
    between = re.split(rb'["`]', text)
    opens = any(b"{{" in before and b"{" in string for before, string in pairwise(between))
    return opens or bool(_BRACE_ALONE.search(text))


def _spells(action: bytes) -> bool:
    for found in _STRING.finditer(action):
        string = found[1]
        if not string or b"\\" in _plain(string) or _SPELLS.search(string):
            return True
    names = _NAME.findall(_STRING.sub(b" ", _HARMLESS.sub(b" ", action)))
    return not _WHOLE.issuperset(names)


def _plain(string: bytes) -> bytes:
    """A string without the escapes that make no letters."""
    return re.sub(rb"""\\["'nrt]""", b"", string) if string[:1] != b"`" else string


def _is_made_of(word: bytes, runs: frozenset[bytes], cut: frozenset[bytes] = frozenset()) -> bool:
    """Whether a word is runs one behind the other, of which one may be the beginning or the end of one in `cut`."""
    parts = {word[a:b] for a in range(len(word)) for b in range(a + 1, len(word) + 1)}
    part_of_cut = (
        {each for each in parts if any(run.startswith(each) or run.endswith(each) for run in cut)} if cut else ()
    )
    reached, with_cut = {0}, set()
    for end in range(1, len(word) + 1):
        for start in range(end):
            piece = word[start:end]
            if start in reached and piece in runs:
                reached.add(end)
            if (start in with_cut and piece in runs) or (start in reached and piece in part_of_cut):
                with_cut.add(end)
    return len(word) in reached | with_cut


def _decoded(text: bytes) -> bytes:
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4))
    except binascii.Error:
        return b""
