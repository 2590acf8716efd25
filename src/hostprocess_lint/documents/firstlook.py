"""The first look: whether raw bytes could hold a word that a rule can need, without parsing them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import product

_WORDS = (b"hostprocess", b"windowsoptions")
"""The keys without which no pod is concerned, in lower case."""

_FACTS = re.compile(rb"pod-security\.kubernetes\.io|runtimeclass(?:list)?(?![a-z])")
"""What other documents say that a rule asks for: a Namespace's labels, a RuntimeClass (no pod's `runtimeClassName`)."""

_RIGHTS = (b"rbac.authorization.k8s.io", b"automountserviceaccounttoken")
"""What says who may do what: roles and bindings, and a ServiceAccount without a token."""

_KINDS = rb"kind[\"']?[ \t]*:[ \t]*[\"']?(?:service|networkpolicy|namespace)"
"""What else says how far a pod reaches, which no rule asks: services, their accounts, network policies, namespaces."""

_SILENT = rb"kind[\"']?[ \t]*:[ \t]*[\"']?(?:namespace|serviceaccount)"
"""What says something by saying nothing: a Namespace without a label refuses no pod, and stands before one of its name
that lies further away; a ServiceAccount has its token mounted.
"""

_SCRIPTS = (b".ps1", b".psm1", b".cmd", b".bat", b".vbs")
"""How the scripts in ConfigMaps and Secrets are called that a pod can mount and run."""

UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
UTF32_MARKS = (b"\xff\xfe\0\0", b"\0\0\xfe\xff")

# The ways in which YAML and JSON spell a character of a key otherwise: an escape, or a line break that an escape
# joins. Each is decoded wherever it could stand, in double quotes or not. That can only find too much: two such
# sequences never overlap, so no real one is lost.
_ESCAPE = (
    rb"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(?:\r\n|[\r\n]|\xc2\x85|\xe2\x80[\xa8\xa9])[ \t]*)"
)
_NESTED_ESCAPES = 4
"""How often escapes can be written by escapes: a manifest in a string, as deep as those are followed."""

_HOLD_BASE64 = (b"Secret", b"binaryData")
"""What an object has that holds texts in base64: the kind of one, the field of a ConfigMap."""

_HOLDS_BASE64 = rb"(?<![a-z])(?:secret(?:list)?|binarydata)(?![a-z])"

_BLANKS = b" \t\n\r\x0b\x0c"

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

_BASE64_TAG = rb"!!binary|2002:binary"
_ESCAPED_TAG = rb"![^\s!%]*%[0-9a-fA-F]{2}"


def may_concern(raw: bytes) -> bool:
    """Whether a rule could need anything in the bytes of a YAML or JSON file.

    False is a proof: no key or text in it reads like one of the words, in any case; not plainly, nor with escapes
    decoded, nor in UTF-16, nor in base64 where an object holds that, nor behind a tag that decodes it. An alias repeats
    what is written elsewhere in the file.
    """
    return may_hold(raw, _any_word)


def may_be_object(raw: bytes) -> bool:
    """Whether the bytes could hold a Kubernetes object, which has an `apiVersion` and a `kind`, as soundly."""
    return may_hold(raw, lambda lower: b"apiversion" in lower and b"kind" in lower)


def may_tell_of_others(raw: bytes) -> bool:
    """Whether the bytes could hold an object that says what a service account may do or what a Namespace lets
    in, or a script, as soundly.
    """
    return may_hold(raw, _of_others)


def may_state_facts(raw: bytes) -> bool:
    """Whether the bytes could hold anything that the pods of other files are judged by, as soundly."""
    return may_hold(raw, lambda lower: _FACTS.search(lower) is not None or _of_others(lower))


def may_tell_of_reach(raw: bytes) -> bool:
    """Whether the bytes hold what a review asks beside: what is spelt in an odd way is unknown to it, never absent."""
    return may_hold(raw, _of_reach)


def may_matter(raw: bytes) -> bool:
    """Whether the bytes of an object could concern us, or say something about one that does."""
    return may_hold(raw, lambda lower: _any_word(lower) or _of_reach(lower))


def may_hold_pods(raw: bytes) -> bool:
    """Whether the bytes could hold a concerned pod, as soundly."""
    return may_hold(raw, _concerned)


def may_say_host_process(raw: bytes) -> bool:
    """Whether the bytes could say `hostProcess`, as soundly: without that key nobody's Windows options are ours."""
    return may_hold(raw, lambda lower: _WORDS[0] in lower or _concerned_in_base64(lower))


def may_be_judged(raw: bytes) -> bool:
    """Whether the bytes could hold a pod that a rule judges, as soundly: concerned, or in Windows on the host's network
    without being a HostProcess pod (HPC311).
    """
    return may_hold(raw, _judged)


def _concerned(lower: bytes) -> bool:
    return any(word in lower for word in _WORDS) or _concerned_in_base64(lower)


def _concerned_in_base64(lower: bytes) -> bool:
    """Whether a text in base64 could hold one of the words, or an object that holds such a text in its turn."""
    if b"secret" not in lower and b"binarydata" not in lower:
        return False
    if re.search(_HOLDS_BASE64, lower) is None:
        return False
    joined = lower.translate(None, _BLANKS).replace(b"\\n", b"").replace(b"\\r", b"")  # a line may end anywhere
    return any(pattern.search(joined) for pattern in _in_base64())


@cache
def _in_base64() -> tuple[re.Pattern[bytes], ...]:
    """The words as base64 has them, in lower case as all that is looked at. Where in a group of three bytes a word
    begins is unknown. Only the words may be in another case.
    """
    words = [[{byte, byte ^ 0x20} for byte in word] for word in _WORDS]
    words += [[{byte} for byte in word] for word in _HOLD_BASE64]
    return tuple(_sought(list(_form(word, shift))) for word in words for shift in range(3))


def _sought(form: list[bytes]) -> re.Pattern[bytes]:
    """The pattern of a form. A character of one spelling comes first, if there is one a digit, which `re` searches for
    at once; what must be before it comes second.
    """
    at = min(range(len(form)), key=lambda at: (len(form[at]), form[at].isalpha()))
    classes = [b"[%s]" % spellings for spellings in form]
    before, behind = b"".join(classes[: at + 1]), b"".join(classes[at + 1 :])
    return re.compile(b"%s(?<=%s)%s" % (classes[at], before, behind))


def _form(word: list[set[int]], shift: int) -> Iterator[bytes]:
    """The spellings of each character of base64 that only a word decides, of which each byte may be one of some."""
    start, stop = 8 * shift, 8 * (shift + len(word))
    for bit in range(-(-start // 6) * 6, stop - 5, 6):
        first, last = (bit - start) // 8, (bit + 5 - start) // 8
        pairs = product(*word[first : last + 1])
        past = 8 * (last + 1) - (bit + 6 - start)
        characters = {_ALPHABET[int.from_bytes(bytes(pair), "big") >> past & 0x3F] for pair in pairs}
        yield bytes(sorted(set(bytes(characters).lower())))


def _judged(lower: bytes) -> bool:
    return _concerned(lower) or (b"hostnetwork" in lower and b"windows" in lower)


def _of_others(lower: bytes) -> bool:
    if any(word in lower for word in _RIGHTS) or re.search(_SILENT, lower):
        return True
    return (b"configmap" in lower or b"secret" in lower) and any(word in lower for word in _SCRIPTS)


def _of_reach(lower: bytes) -> bool:
    return _of_others(lower) or re.search(_KINDS, lower) is not None


def _any_word(lower: bytes) -> bool:
    return _judged(lower) or _FACTS.search(lower) is not None


def may_hold(raw: bytes, found: Callable[[bytes], bool]) -> bool:
    """Whether the bytes, in lower case and in whatever way they are spelt, could hold what is `found`, soundly."""
    raw = as_utf8(raw)
    lower = raw.lower()
    if found(lower) or b"%TAG" in raw or (b"binary" in lower and re.search(_BASE64_TAG, raw)):
        return True
    if b"%" in raw and re.search(_ESCAPED_TAG, raw):
        return True
    for _ in range(_NESTED_ESCAPES if b"\\" in raw else 0):
        escaped, raw = raw, re.sub(_ESCAPE, _decoded, raw)
        if raw == escaped:
            break
        if found(raw.lower()):
            return True
    return False


def as_utf8(raw: bytes) -> bytes:
    """Without the zeros between the characters where UTF-16 or UTF-32 has no mark."""
    if raw.startswith((*UTF32_MARKS, *UTF16_MARKS)):
        encoding = "utf-32" if raw.startswith(UTF32_MARKS) else "utf-16"
        return raw.decode(encoding, "replace").encode("utf-8", "replace")
    return raw.replace(b"\0", b"")


def _decoded(escape: re.Match[bytes]) -> bytes:
    digits = escape[1] or escape[2] or escape[3]
    if digits is None:
        return b""
    code = int(digits, 16)
    return chr(code).encode("utf-8", "replace") if code < 0x110000 else b""
