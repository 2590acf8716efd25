"""JSON read by its own reader is what the reader of YAML makes of it, and lists are limited object by object."""

from __future__ import annotations

import json
import random
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scanning import POD, manifest

from hostprocess_lint.documents.document import Document
from hostprocess_lint.documents.jsontext import json_documents
from hostprocess_lint.documents.stream import Broken, documents
from hostprocess_lint.judge.judging import judge
from hostprocess_lint.limits import MAX_DEPTH
from hostprocess_lint.location import Part, Route
from hostprocess_lint.rules.catalogue import builtin
from hostprocess_lint.rules.context import Context
from hostprocess_lint.sourcefile import SourceFile

TEXT = st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]) | st.sampled_from("\n\t€😀"), max_size=8)
SCALAR = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT
VALUE = st.recursive(SCALAR, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4))
PART = st.sampled_from(list(Part))


def read(text: str) -> list[Document | Broken] | None:
    return json_documents(SourceFile("a.json", text), lambda *_: True)


def only(text: str) -> Document:
    found = read(text)
    assert found is not None
    [document] = found
    assert isinstance(document, Document)
    return document


def routes(data: Any, route: Route = ()) -> list[Route]:
    steps = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [
        route,
        (*route, "missing"),
        (*route, 9),
        *(way for key, value in steps for way in routes(value, (*route, key))),
    ]


@given(st.dictionaries(TEXT.filter(lambda key: key != "items"), VALUE, max_size=4), st.sampled_from([None, 1]))
def test_data_and_regions_are_those_of_the_reader_of_yaml(data: dict[str, Any], indent: int | None) -> None:
    text = json.dumps(data, indent=indent, ensure_ascii=False)
    [slow] = documents(SourceFile("a.json", text))
    fast = only(text)
    assert isinstance(slow, Document)
    assert (fast.data, fast.duplicates) == (slow.data, slow.duplicates)
    for route in routes(data):
        for part in Part:
            assert fast.span(route, part) == slow.span(route, part), (text, route, part)


@given(st.dictionaries(TEXT, VALUE, max_size=4), st.data())
def test_a_damaged_text_is_left_to_the_reader_of_yaml(data: dict[str, Any], draw: st.DataObject) -> None:
    text = json.dumps(data)
    at = draw.draw(st.integers(0, len(text) - 1))
    damaged = text[:at] + draw.draw(st.sampled_from(("", ",", "{", "]", '"', "NaN", "#"))) + text[at + 1 :]
    found = read(damaged)
    try:
        json.loads(damaged, parse_constant=lambda _: 1 / 0)
    except (ValueError, ZeroDivisionError):
        assert not found or len(found) != 1
    else:
        assert found is not None or not damaged.startswith("{")


@pytest.mark.parametrize(
    "text", ["", "[]", "a: 1", "{a: 1}", '{"a": 1} # comment', '{"a": 1,}', '{"items": [1,]}', '{"a": NaN}', '{"a" 1}']
)
def test_what_is_not_json_is_left_to_the_reader_of_yaml(text: str) -> None:
    assert not read(text)


def test_several_values_are_several_documents() -> None:
    found = read('{"a": 1}\n{"b": 2} {"c": 3}\n')
    assert found is not None
    assert [document.data for document in found if isinstance(document, Document)] == [{"a": 1}, {"b": 2}, {"c": 3}]


def test_characters_of_two_escapes_and_halves_of_them() -> None:
    assert only('{"a": "\\ud83d\\ude00", "b": "\\ud83d"}').data == {"a": "\U0001f600", "b": "\ufffd"}


def test_a_key_that_stands_twice_is_known() -> None:
    assert only('{"a": {"b": 1, "b": 2}}').duplicates == (("a", "b"),)


def pod(name: str, **fields: Any) -> dict[str, Any]:
    options = {"windowsOptions": {"hostProcess": True}}
    spec = {"hostNetwork": False, "securityContext": options, "containers": [{"name": "a", "image": "b"}]}
    return {"metadata": {"name": name}, "spec": spec, **fields}


def named(text: str, rule: str = "HPC101") -> list[tuple[str, int]]:
    """Whom a rule finds something in, and the lines."""
    found = [finding for finding in judge([manifest(text)], builtin, Context()).findings if finding.rule == rule]
    return [(finding.resource.name if finding.resource else "", finding.location.start[0]) for finding in found]


@pytest.mark.parametrize("write", [lambda data: json.dumps(data, indent=1), lambda data: f"# YAML\n{json.dumps(data)}"])
@pytest.mark.parametrize(
    "outer",
    [
        {"apiVersion": "v1", "kind": "PodList"},
        {"kind": "PodList", "apiVersion": "v1", "metadata": {}},
    ],
)
def test_items_without_a_kind_take_the_lists(outer: dict[str, Any], write: Any) -> None:
    assert [name for name, _ in named(write({**outer, "items": [pod("a"), pod("b")]}))] == ["a", "b"]
    assert [name for name, _ in named(write({"items": [pod("a")], **outer}))] == ["a"]


@pytest.mark.parametrize("kind", ["List", "Anything", "", None])
def test_any_object_with_items_is_a_list(kind: str | None) -> None:
    item = pod("a", kind="Pod", apiVersion="v1")
    inner = {"kind": "List", "apiVersion": "v1", "items": [item]}
    for items in ([item], [inner]):
        text = json.dumps({"kind": kind, "apiVersion": "v1", "items": items})
        assert [name for name, _ in named(text)] == [name for name, _ in named(f"# YAML\n{text}")] == ["a"]


@pytest.mark.parametrize("comment", ["", "# YAML\n"])
def test_a_list_is_limited_object_by_object(monkeypatch: pytest.MonkeyPatch, comment: str) -> None:
    for reader in ("jsontext", "jsonnodes", "size"):
        monkeypatch.setattr(f"hostprocess_lint.documents.{reader}.MAX_VALUES", 1000)
    small = json.dumps(pod("good", kind="Pod", apiVersion="v1", status=[0] * 400))
    many = json.dumps(pod("many", kind="Pod", apiVersion="v1", status=[0] * 1001))
    deep = json.dumps(pod("deep", kind="Pod", apiVersion="v1")).replace("false", "[" * MAX_DEPTH + "]" * MAX_DEPTH)
    goods = ",\n".join([small] * 4)
    assert [name for name, _ in named(f'{comment}{{"kind": "List", "items": [\n{goods}\n]}}')] == ["good"] * 4
    text = f'{{"kind": "List", "items": [\n{small},\n{many},\n{deep},\n{small}\n]}}'
    if not comment:
        assert named(text) == [("good", 2), ("good", 5)]
        assert [line for _, line in named(text, "HPC005")] == [3, 4]


def test_a_whole_clusters_pods_take_a_moment() -> None:
    linux = {
        "kind": "Pod",
        "apiVersion": "v1",
        "metadata": {"name": "x"},
        "spec": {"containers": [{"env": [{"a": "b"}] * 80}]},
    }
    items: list[Any] = [linux] * 6000
    items[random.Random(1).randrange(6000)] = pod("one", kind="Pod", apiVersion="v1")
    text = json.dumps({"apiVersion": "v1", "items": items, "kind": "List"}, indent=4)
    started = time.process_time()
    assert [name for name, _ in named(text)] == ["one"]
    assert time.process_time() - started < 10, "a second or two on any machine"


def test_a_comment_in_a_string_of_json_is_text() -> None:
    text = json.dumps({"kind": "List", "items": [{"x": "# hostprocess-lint: ignore[HPC401] x"}, {"hostProcess": POD}]})
    assert [finding.rule for finding in judge([manifest(text)], builtin, Context()).findings] == []


ODD = {
    "plain": "",
    "an escape of two": '"\\ud83d\\ude00": 1',
    "a half of one": '"x": "\\ud83d"',
    "a key that is there twice": '"x": 1, "x": 2',
    "too long for the fast way": f'"x": "{"y" * 700_000}", "z": "{"y" * 700_000}"',
    "too deep": f'"x": {"[" * (MAX_DEPTH + 1)}{"]" * (MAX_DEPTH + 1)}',
}


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("kind_first", [True, False])
def test_an_item_has_the_kind_of_its_list_however_it_is_read(odd: str, kind_first: bool) -> None:
    item = json.dumps(pod("a"))
    item = item[:-1] + (f", {ODD[odd]}}}" if ODD[odd] else "}")
    kind, items = '"apiVersion": "v1", "kind": "PodList"', f'"items": [{item}]'
    found = judge([manifest(f"{{{', '.join([kind, items] if kind_first else [items, kind])}}}")], builtin, Context())
    told = [str(workload.resource) for workload in found.workloads], [item.rule for item in found.skipped]
    assert told == (([], ["HPC005"]) if odd == "too deep" else (["Pod a"], []))


@pytest.mark.parametrize("items", [[], [pod("b", apiVersion="v1", kind="Pod")]])
@pytest.mark.parametrize("kind", ["Pod", "PodList"])
@pytest.mark.parametrize("indent", [None, "yaml"])
def test_what_is_an_object_besides_its_items_is_told(items: list[Any], kind: str, indent: str | None) -> None:
    text = json.dumps(pod("a", apiVersion="v1", kind=kind, items=items))
    found = judge([manifest(f"# a comment\n{text}" if indent else text)], builtin, Context())
    resources = [item.resource for item in found.workloads] + [item.resource for item in found.not_judged]
    told = sorted(map(str, resources))
    assert told == sorted([f"{kind} a", *("Pod b" for _ in items)])
