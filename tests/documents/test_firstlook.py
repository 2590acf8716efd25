"""The first look is sound: what it drops could not have been read as anything that a rule needs."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hostprocess_lint.documents.document import Document
from hostprocess_lint.documents.firstlook import may_concern, may_hold_pods, may_tell_of_others
from hostprocess_lint.documents.stream import documents
from hostprocess_lint.render.manifest import decoded_text
from hostprocess_lint.sourcefile import SourceFile

WORDS = (
    "hostProcess",
    "HOSTPROCESS",
    "windowsOptions",
    "microsoft.com/hostprocess-inherit-user",
    "pod-security.kubernetes.io/enforce",
    "RuntimeClass",
)
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le with mark", "utf-16-be with mark")


def encoded(text: str, encoding: str) -> bytes:
    name, _, mark = encoding.partition(" with ")
    return (("\ufeff" if mark else "") + text).encode(name)


def strings(data: Any) -> Iterator[str]:
    """Every key and string in plain data."""
    if isinstance(data, str):
        yield data
    for item in data if isinstance(data, list) else ():
        yield from strings(item)
    for key, value in data.items() if isinstance(data, dict) else ():
        yield key
        yield from strings(value)


def mentions(text: str) -> bool:
    """Whether a reader of the text finds one of the words in it."""
    read = [found.data for found in documents(SourceFile("x", text)) if isinstance(found, Document)]
    return any(word.lower() in string.lower() for data in read for string in strings(data) for word in WORDS)


SPELLINGS = (
    lambda letter: letter,
    lambda letter: f"\\x{ord(letter):02x}",
    lambda letter: f"\\x{ord(letter):02X}",
    lambda letter: f"\\u{ord(letter):04x}",
    lambda letter: f"\\U{ord(letter):08x}",
    lambda letter: f"\\\n  {letter}",
    lambda letter: f"\\\r\n \t {letter}",
    lambda letter: f"\\\r{letter}",
    lambda letter: f"\\\x85  {letter}",
    lambda letter: f"\\\u2028{letter}",
    lambda letter: f"\\\n  \\\n  \\x{ord(letter):02x}",
)
"""The ways in which double quotes can hold a letter."""


@st.composite
def double_quoted(draw: st.DrawFn) -> str:
    word = draw(st.sampled_from(WORDS))
    ways = draw(st.lists(st.sampled_from(SPELLINGS), min_size=len(word), max_size=len(word)))
    before = draw(st.sampled_from(["", "", "\\\\", "\\\\x6", "\\\\\\\\", "\\\\u00", "a\\t", "\\\n"]))
    return f'"{before}{"".join(way(letter) for way, letter in zip(ways, word, strict=True))}"'


CONTEXTS = (
    "? {}\n: true\n",
    "a: {}\n",
    "a: {{b: [{}]}}\n",
    "- !!str {}\n",
    "- &x {}\n- {{*x : 1}}\n",
    "a: |\n  kind: Pod\n  b: {}\n",
    "--- # other\nb: 1\n---\n? &k {}\n: *k\n",
)


@given(double_quoted(), st.sampled_from(CONTEXTS), st.sampled_from(ENCODINGS))
def test_words_spelt_with_escapes_are_seen(word: str, context: str, encoding: str) -> None:
    text = context.format(word)
    assume(mentions(text))
    assert may_concern(encoded(text, encoding))


@given(st.sampled_from(WORDS), st.sampled_from(ENCODINGS), st.data())
def test_words_in_json_are_seen(word: str, encoding: str, data: st.DataObject) -> None:
    ways = data.draw(st.lists(st.booleans(), min_size=len(word), max_size=len(word)))
    spelt = "".join(f"\\u{ord(letter):04X}" if way else letter for way, letter in zip(ways, word, strict=True))
    text = f'{{"a": {{"{spelt}": true}}}}'
    assert word in json.loads(text)["a"]
    assert mentions(text)
    assert may_concern(encoded(text, encoding))


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(
    "text",
    [
        "hostProcess: true\n",
        "a: {windowsOptions: {}}\n",
        "'hostProcess': true\n",
        "!!str hostProcess: true\n",
        "? !!str\n  hostProcess\n: true\n",
        "a: &x hostProcess\n*x : true\n",
        "!!binary {hidden}: true\n",
        "!<tag:yaml.org,2002:binary> {hidden}: true\n",
        "!!%62inary {hidden}: true\n",
        "!<tag:yaml.org,2002:%62inary> {hidden}: true\n",
        "%TAG !e! tag:yaml.org,2002:\n---\n!e!binary {hidden}: true\n",
        "%TAG ! tag:yaml.org,2002:\n---\n!binary {hidden}: true\n",
        "a: |\n  hostProcess: true\n",
        "# nothing here\n---\n---\nhostProcess: true\n",
    ],
)
def test_words_behind_tags_and_aliases_are_seen(text: str, encoding: str) -> None:
    text = text.replace("{hidden}", base64.b64encode(b"hostProcess").decode())
    assert mentions(text)
    assert may_concern(encoded(text, encoding))
    assert may_hold_pods(encoded(text, encoding))


_PIECES = [
    "hostProcess",
    "host",
    "Process",
    "\\",
    "x",
    "68",
    "u0068",
    "U00000068",
    '"',
    "\n",
    "  ",
    ": ",
    "? ",
    "!!str ",
    "&a ",
    "*a ",
]


@given(st.lists(st.sampled_from(_PIECES), max_size=14).map("".join), st.sampled_from(ENCODINGS))
def test_whatever_mentions_a_word_is_seen(text: str, encoding: str) -> None:
    raw = encoded(f'"h{text}', encoding)
    assert may_concern(raw) or not mentions(decoded_text(raw))


@pytest.mark.parametrize("spelling", [r"\x68", r"\\x68", r"\x5cx68", r"\x5cx5cx68", r"\u005cU00000068"])
def test_escapes_in_strings_in_strings_are_seen(spelling: str) -> None:
    assert may_hold_pods(f'a: "{{\\"{spelling}ostProcess\\": true}}"'.encode())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "apiVersion: v1\nkind: Service\nmetadata: {name: windows}\n",
        "kind: Pod\nspec: {hostNetwork: true}\n",
        "kind: Pod\nspec: {nodeSelector: {kubernetes.io/os: windows}}\n",
        'a: "C:\\\\hosts\\\\process"\n',
        "a: host Process\n",
        'a: "\\x68ost"\n',
        "a: 100%\nb: !important\n",
    ],
)
def test_most_files_are_dropped(text: str) -> None:
    assert not may_concern(text.encode())
    assert not may_concern(text.encode("utf-16"))


def test_a_fact_about_others_holds_no_pod() -> None:
    namespace = b"kind: Namespace\nmetadata: {labels: {pod-security.kubernetes.io/enforce: baseline}}\n"
    assert (may_concern(namespace), may_hold_pods(namespace)) == (True, False)


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        ("kind: ConfigMap\ndata: {run.ps1: x}\n", True),
        ('kind: "Config\\x4dap"\ndata: {"run\\u002eps1": x}\n', True),
        ("kind: ConfigMap\ndata: {config.yml: x}\n", False),
        ("kind: Secret\ndata: {run.cmd: eA==}\n", True),
        ("kind: Secret\ndata: {token: eA==}\n", False),
        ("apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\n", True),
        ("run.ps1: x\n", False),
    ],
)
def test_what_tells_of_others(text: str, tells: bool) -> None:
    assert may_tell_of_others(text.encode()) is tells
    assert may_tell_of_others(text.encode("utf-16")) is tells


@given(
    before=st.binary(max_size=7),
    word=st.sampled_from(["hostprocess", "windowsoptions"]),
    upper=st.integers(0, 2**14 - 1),
    after=st.binary(max_size=4),
    depth=st.integers(1, 3),
    width=st.sampled_from([1, 3, 4, 19, 76, 1000]),
    line_break=st.sampled_from(["\n    ", "\r\n    ", "\\n", "\\\n    ", " "]),
)
def test_words_in_base64_are_seen_wherever_they_begin(
    before: bytes, word: str, upper: int, after: bytes, depth: int, width: int, line_break: str
) -> None:
    spelt = "".join(letter.upper() if upper >> at & 1 else letter for at, letter in enumerate(word))
    raw = before + spelt.encode() + after
    for _ in range(depth):
        text = base64.b64encode(raw).decode()
        broken = line_break.join(text[at : at + width] for at in range(0, len(text), width))
        raw = f'kind: Secret\ndata:\n  a: "{broken}"\n'.encode()
    assert may_concern(raw)
    assert may_hold_pods(raw)


def test_most_secrets_are_dropped() -> None:
    for text in ("host process", "windows options", "password", "apiVersion: v1\nkind: Pod\n"):
        for at in range(3):
            data = base64.b64encode(b" " * at + text.encode()).decode()
            assert not may_hold_pods(f"kind: Secret\ndata: {{a: {data}}}\n".encode())


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("kind: RuntimeClass\nname: a\n", True),
        ("kind: RuntimeClassList\n", True),
        ('{"kind": "RuntimeClass"}', True),
        ("spec: {runtimeClassName: gvisor}\n", False),
        ("resources: [runtimeclasses]\n", False),
    ],
)
def test_a_runtime_class_is_an_object_and_its_name_in_a_pod_is_none(text: str, may: bool) -> None:
    assert may_concern(text.encode()) is may
