"""JSON patches, by the examples of RFC 6902's appendix."""

from __future__ import annotations

from typing import Any

import pytest

from hostprocess_lint.sources.releases.argo.jsonpatch import patched


@pytest.mark.parametrize(
    ("data", "operation", "expected"),
    [
        ({"foo": "bar"}, {"op": "add", "path": "/baz", "value": "qux"}, {"baz": "qux", "foo": "bar"}),
        ({"foo": ["bar", "baz"]}, {"op": "add", "path": "/foo/1", "value": "qux"}, {"foo": ["bar", "qux", "baz"]}),
        ({"foo": ["bar"]}, {"op": "add", "path": "/foo/-", "value": ["abc"]}, {"foo": ["bar", ["abc"]]}),
        ({"baz": "qux", "foo": "bar"}, {"op": "remove", "path": "/baz"}, {"foo": "bar"}),
        ({"foo": ["bar", "qux", "baz"]}, {"op": "remove", "path": "/foo/1"}, {"foo": ["bar", "baz"]}),
        ({"baz": "qux"}, {"op": "replace", "path": "/baz", "value": "boo"}, {"baz": "boo"}),
        ({"a": {"m~n/o": 1}}, {"op": "replace", "path": "/a/m~0n~1o", "value": 2}, {"a": {"m~n/o": 2}}),
    ],
)
def test_what_an_operation_does(data: Any, operation: dict[str, Any], expected: Any) -> None:
    before = repr(data)
    assert patched(data, [operation]) == expected
    assert repr(data) == before


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "add", "path": "/nowhere/x", "value": 1},
        {"op": "add", "path": "/foo/9", "value": 1},
        {"op": "replace", "path": "/foo/x", "value": 1},
        {"op": "add", "path": "", "value": 1},
        {"op": "add", "path": "/foo/0/x", "value": 1},
        {"op": "move", "from": "/foo", "path": "/bar"},
        "add",
    ],
)
def test_what_cannot_be_done_is_said(operation: Any) -> None:
    with pytest.raises(ValueError, match="patch"):
        patched({"foo": ["bar"]}, [operation])
