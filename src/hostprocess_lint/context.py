"""What a rule may know beside the pod that it judges."""

from __future__ import annotations

from dataclasses import dataclass

NEWEST_KUBERNETES = (1, 36)
"""The newest release whose validation code the rules were compared with (`../facts/hostprocess.md`, v1.36.2)."""

Version = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Context:
    """The versions aimed at and the rules' parameters."""

    kubernetes: Version = NEWEST_KUBERNETES
    containerd: Version = (1, 7)
    allowed_accounts: tuple[str, ...] = ()
