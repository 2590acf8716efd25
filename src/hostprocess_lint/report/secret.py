"""Which lines are never copied into a report."""

from __future__ import annotations

import re

_SECRET = re.compile(
    r"""
    pass(?:word|wd|phrase|code) | pass["']?: | pwd | secret | token | credential | stringData
    | (?:api|access|account|private|shared|sas)[-_ ]?key | connection[-_ ]?string | sharedaccess
    | authorization["']?: | bearer\s
    | -----BEGIN | ://[^\s/@:]+:[^\s/@]+@ | \b(?:AKIA|ASIA)[A-Z0-9]{12} | \bgh[oprsu]_\w{16} | \beyJ[\w-]{16}
    | (?<!sha256:)\b[A-Za-z0-9+/]{40}            # the body of a key or of a Secret's data
    """,
    re.IGNORECASE | re.VERBOSE,
)
_HARMLESS = re.compile(
    r"automountServiceAccountToken|serviceAccountToken|imagePullSecrets|secret(?:Name|Ref|KeyRef)\b|gmsaCredentialSpec",
)
"""Fields of Kubernetes that only sound like a secret, and are what findings point at."""


def holds_secret(text: str) -> bool:
    """Whether lines look as if a password, a key or a token stood in them. Rather too often than too seldom."""
    return _SECRET.search(_HARMLESS.sub("", text)) is not None
