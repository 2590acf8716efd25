"""Which lines are never copied into a report."""

from __future__ import annotations

import re

_NAMES = (
    *("password", "passwd", "passphrase", "passcode", "pass:", "pwd", "secret", "token", "credential", "stringdata"),
    *("apikey", "accesskey", "accountkey", "privatekey", "sharedkey", "signingkey", "encryptionkey", "saskey"),
    *("connectionstring", "sharedaccess", "authorization:", "bearer"),
)
_HARMLESS = ("serviceaccounttoken", "imagepullsecrets", "secretname", "secretref", "secretkeyref", "gmsacredentialspec")
"""Fields of Kubernetes that only sound like a secret, and that findings point at."""
_WITHOUT = str.maketrans("", "", "-_ '\"")
_VALUE = re.compile(
    r"://[^\s/@:]+:[^\s/@]+@"  # user:password in a URL
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{12}|\bgh[oprsu]_\w{16}|\beyJ[\w-]{16}"  # cloud and GitHub keys, signed tokens
    r"|(?<!sha256:)\b[A-Za-z0-9+/]{40}"  # the body of a key, or a Secret's data
)


def holds_secret(text: str) -> bool:
    """Whether a password, a key or a token seems to stand in these lines. Wrong rather too often than too seldom."""
    names = text.lower().translate(_WITHOUT)
    for field in _HARMLESS:
        names = names.replace(field, "")
    return any(name in names for name in _NAMES) or _VALUE.search(text) is not None
