"""Text that differs from one rendering to the next: found by rendering twice, and replaced by a word that does not.

Otherwise names, messages and fingerprints made of it would be others in every scan.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable

from .engine.contract import Rendering

_RANDOM = re.compile(
    r"\b(?:rand[A-Z]\w+|randInt|gen(?:CA|SelfSignedCert|SignedCert|PrivateKey)\w*|uuidv4|htpasswd|bcrypt|shuffle"
    r"|encryptAES)\b"
)
_CLOCK = re.compile(r"\b(?:now|ago|unixEpoch|date\w*|htmlDate\w*|genCA|gen\w*Cert\w*)\b")
_PLACEHOLDER = "random"
_RUN = re.compile(r"[A-Za-z0-9+/=]+|.")


def may_differ(actions: Iterable[str]) -> bool:
    """Whether actions call a function that gives something else each time."""
    return any(_RANDOM.search(body) or _CLOCK.search(body) for body in actions)


def wait(actions: Iterable[str]) -> None:
    """Let a clock that is asked go on, so that what it says differs from all that has been rendered."""
    if any(map(_CLOCK.search, actions)):
        time.sleep(1.001 - time.time() % 1)


def steadied(first: Rendering, again: Rendering) -> Rendering:
    """A rendering in which what another one has otherwise is one word."""
    return {name: _steady(text, again.get(name, text)) for name, text in first.items()}


def _steady(text: str, again: str) -> str:
    if text == again:
        return text
    lines, others = text.split("\n"), again.split("\n")
    if len(lines) != len(others):
        return text
    return "\n".join(line if line == other else _line(line, other) for line, other in zip(lines, others, strict=True))


def _line(line: str, other: str) -> str:
    runs, others = _RUN.findall(line), _RUN.findall(other)
    if len(runs) != len(others):
        return line[: len(line) - len(line.lstrip())] + _PLACEHOLDER
    return "".join(run if run == twin else _PLACEHOLDER for run, twin in zip(runs, others, strict=True))
