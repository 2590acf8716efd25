"""The tables of what says what is deployed agree: what one of them lacks would never be read, without a word."""

from __future__ import annotations

import pytest

from hostprocess_lint.sources.charts.relevance import texts_read
from hostprocess_lint.sources.releases.firstlook import (
    is_written_as_release,
    may_be_referred_to,
    may_deploy,
    texts_may_deploy,
)
from hostprocess_lint.sources.releases.inchart import says_release
from hostprocess_lint.sources.releases.kinds import KINDS, is_release
from hostprocess_lint.sources.releases.reading import READERS


def test_every_kind_is_read() -> None:
    assert {(group, kind) for group, kind, _ in READERS} == KINDS


@pytest.mark.parametrize(("group", "kind"), sorted(KINDS))
def test_the_first_look_knows_every_kind(group: str, kind: str) -> None:
    raw = f"apiVersion: {group}/v9\nkind: {kind}\n".encode()
    assert may_deploy("any.yaml", raw)
    assert is_written_as_release(raw)
    assert says_release(texts_read([("templates/a.yaml", raw)], ()))
    assert is_release(f"{group}/v9", kind) is (kind != "ResourceSet"), "what it makes need be no release"


@pytest.mark.parametrize(
    "text",
    [
        'apiVersion: "argo\\u0070roj.io/v1alpha1"',
        '{"apiVersion": "argoproj.io\\/v1alpha1"}',
        'apiVersion: "helm.cattle\\x2eio/v1"',
        'kind: "Helm\\u0043hartProxy"',
        'apiVersion: "helm.toolkit.\\\n  fluxcd.io/v2"',
    ],
)
def test_a_release_is_found_in_whatever_way_it_is_spelt(text: str) -> None:
    assert may_deploy("any.yaml", text.encode())
    assert may_deploy("any.yaml", text.encode("utf-16"))
    assert texts_may_deploy([text.encode()], is_pulled=True)


@pytest.mark.parametrize(
    ("text", "may"), [("kind: ConfigMap", True), ('kind: "Config\\u004dap"', True), ("a: b\\n", False)]
)
def test_what_releases_take_values_from_is_found_likewise(text: str, may: bool) -> None:
    assert may_be_referred_to(text.encode()) is may
