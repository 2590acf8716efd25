"""The page as text: it loads nothing, and what a manifest says stays text in it and in the other formats."""

from __future__ import annotations

import csv
import io
import json
import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from reviewing import bound, container, pod, reviewed, role, rule, thing

from hostprocess_lint import report
from hostprocess_lint.config.schema import faults
from hostprocess_lint.report.review import FORMATS, writer
from hostprocess_lint.review.changes import compare
from hostprocess_lint.review.facts import facts
from hostprocess_lint.review.review import Review

HOSTILE = (
    "</style><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "]]></svg><svg onload=alert(1)>",
    "=cmd|' /C calc'!A0",
    " +1",
    "| [a](javascript:alert(1)) `code` <b>@team #1",
    "\x1b[31m\u202e\u0000",
    "&lt;script&gt;",
)


def hostile() -> Review:
    """Every text that a manifest can put into a review says something bad."""
    objects = []
    for number, bad in enumerate(HOSTILE):
        options = {"windowsOptions": {"hostProcess": True, "runAsUserName": bad}}
        inner = container(name=bad, image=bad, args=[bad], volumeMounts=[{"name": bad, "mountPath": bad}])
        metadata = {"name": bad, "namespace": f"n{number}", "labels": {"app": bad}, "annotations": {bad: bad}}
        volumes = [{"name": bad, "hostPath": {"path": f"C:\\{bad}"}}]
        objects.append(
            pod(
                metadata=metadata,
                securityContext=options,
                containers=[inner],
                volumes=volumes,
                serviceAccountName=bad,
                nodeSelector={bad: bad},
            )
        )
        objects.append(role(f"r{number}", rule(bad, bad, bad, resourceNames=[bad])))
        objects.append(bound(f"r{number}", name=bad, namespace=f"n{number}"))
        objects.append(thing("Service", bad, f"n{number}", spec={"selector": {"app": bad}, "type": bad}))
        objects.append(thing("Namespace", f"n{number}", labels={"pod-security.kubernetes.io/enforce": bad}))
    return reviewed(*objects, path='deploy/"><script>.yaml')


class Elements(HTMLParser):
    """The elements and attributes of a page, and what stands in its scripts and styles."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.raw: dict[str, list[str]] = {"script": [], "style": []}
        self._open = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._open = tag

    def handle_data(self, data: str) -> None:
        if self._open in self.raw:
            self.raw[self._open].append(data)

    def handle_endtag(self, tag: str) -> None:
        self._open = ""


def test_the_page_has_one_script_and_one_style_and_its_policy_names_them() -> None:
    page = Elements(writer("html")(hostile()))
    assert [len(page.raw[name]) for name in ("script", "style")] == [1, 1]
    (policy,) = [attrs["content"] for tag, attrs in page.elements if attrs.get("http-equiv")]
    digests = {name: b64encode(sha256(page.raw[name][0].encode()).digest()).decode() for name in page.raw}
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digests['style']}'; script-src 'sha256-{digests['script']}'; "
        "base-uri 'none'; form-action 'none'"
    )


def test_no_text_of_a_manifest_becomes_an_element_or_an_attribute() -> None:
    page = Elements(writer("html")(hostile()))
    plain = Elements(writer("html")(reviewed(pod(), role("r", rule("secrets")), bound("r"))))
    assert {tag for tag, _ in page.elements} <= {tag for tag, _ in plain.elements} | {"dd", "circle"}
    names = {name for _, attrs in page.elements for name in attrs}
    assert [name for name in names if name.startswith("on") or name in ("src", "style", "srcdoc")] == []
    addresses = {attrs["href"] for _, attrs in page.elements if "href" in attrs}
    assert addresses <= {"#workloads"}


def test_a_rule_leads_to_its_page_and_nowhere_else() -> None:
    found = reviewed(pod())
    rules = [finding.rule for finding in found.cards[0].findings]
    pages = ((rules[0], "https://rules.example/a"), (rules[1], "javascript:alert(1)/rules/page.md"))
    page = Elements(writer("html")(found._replace(pages=pages)))
    assert {attrs["href"] for _, attrs in page.elements if "href" in attrs} == {"#workloads", "https://rules.example/a"}


def test_markdown_and_rows_stay_tables() -> None:
    found = hostile()
    text = writer("markdown")(found)
    assert not re.search(r"<(?!/?code>|br>)", text)
    assert [line.count("|") for line in text.splitlines() if line.startswith("| Pod ")] == [6] * len(HOSTILE)
    rows = list(csv.reader(io.StringIO(writer("csv")(found))))
    assert len({len(row) for row in rows}) == 1
    assert [cell for row in rows for cell in row if cell.lstrip().startswith(("=", "+", "-", "@"))] == []


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_objects_give_the_same_bytes_and_controls_are_escapes(name: str) -> None:
    text = writer(name)(hostile())
    assert text == writer(name)(hostile())
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\u202a-\u202e\u2066-\u2069]", text)


def test_json_says_all_that_the_page_does() -> None:
    found = json.loads(writer("json")(reviewed(pod(), role("r", rule("secrets")), bound("r"))))
    (card,) = found["workloads"]
    assert card["service_account"] == "agent"
    assert [each["what"] for each in card["reach"] if each["kind"] == "power"] == ["read secrets in the whole cluster"]
    assert found["summary"]["workloads"] == 1


def test_a_review_of_nothing_says_so() -> None:
    assert "No HostProcess workload was found" in writer("html")(reviewed())
    assert "**0 workloads**" in writer("markdown")(reviewed())


SCHEMA: dict[str, Any] = json.loads((Path(report.__file__).parent / "review" / "review.schema.json").read_text("utf-8"))
"""The contract, which ships."""


def nested(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from nested(inner)


def test_the_schema_leaves_nothing_open() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    objects = [each for each in nested(SCHEMA) if each.get("type") == "object"]
    assert len(objects) > 15
    for each in objects:
        assert (each["additionalProperties"], each["required"]) == (False, list(each["properties"]))


def test_the_json_keeps_its_contract() -> None:
    found = hostile()
    compared = found._replace(comparison=compare(facts(reviewed(pod())), facts(found), "then"))
    for each in (found, compared, reviewed()):
        data = json.loads(writer("json")(each))
        jsonschema.validate(data, SCHEMA)
        assert list(faults(data, SCHEMA)) == [], "what a comparison reads it with knows the schema's words"


def test_what_may_be_host_process_is_counted_apart() -> None:
    perhaps = pod(metadata={"name": "b"}, securityContext={"windowsOptions": {"hostProcess": "${HP}"}})
    text = writer("html")(reviewed(pod(), perhaps))
    assert "<h1>1 workload with the rights of the node, and 1 that may have them</h1>" in text
    assert "<h1>1 workload with the rights of the node</h1>" in writer("html")(reviewed(pod()))
