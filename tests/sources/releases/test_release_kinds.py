"""The tables of what says what is deployed agree: what one of them lacks would never be read, without a word."""

from __future__ import annotations

import pytest

from hostprocess_lint.sources.releases.firstlook import is_written_as_release, may_deploy
from hostprocess_lint.sources.releases.kinds import KINDS, is_release
from hostprocess_lint.sources.releases.reading import READERS


def test_every_kind_is_read() -> None:
    assert {(group, kind) for group, kind, _ in READERS} == KINDS


@pytest.mark.parametrize(("group", "kind"), sorted(KINDS))
def test_the_first_look_knows_every_kind(group: str, kind: str) -> None:
    raw = f"apiVersion: {group}/v9\nkind: {kind}\n".encode()
    assert may_deploy("any.yaml", raw)
    assert is_written_as_release(raw)
    assert is_release(f"{group}/v9", kind) is (kind != "ResourceSet"), "what it makes need be no release"
