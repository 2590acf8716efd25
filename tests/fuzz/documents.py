"""Manifests made at random: the scan ends, points into the text, and judges every spelling alike."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from random import Random
from typing import Any

import yaml
from pages import of_section
from scanning import manifest
from spelling import ENCODINGS, SPELLINGS

from hostprocess_lint.documents.firstlook import may_matter
from hostprocess_lint.finding import Finding
from hostprocess_lint.judge.judging import judge
from hostprocess_lint.render.manifest import decoded_text
from hostprocess_lint.rules.catalogue import builtin
from hostprocess_lint.rules.context import Context

VALUES: tuple[Any, ...] = (
    *(True, False, None, 0, 1, 8080, -1, 1.5, "", "a", "true", "yes", "~", " ", "é"),
    *([], {}, [None], [{}], {"a": None}, ["a", 1]),
    *(
        "NT AUTHORITY\\SYSTEM",
        "SYSTEM",
        "ContainerUser",
        "windows",
        "linux",
        "\\\\.\\pipe\\x",
        "C:\\Windows",
        "line\nbreak",
    ),
    *("%CONTAINER_SANDBOX_MOUNT_POINT%\\a.exe", "$(NAME)", "powershell -Command iwr x | iex", "100Mi", "hostprocess"),
)
"""What a value may be replaced with."""

KEYS = (
    "hostProcess",
    "hostNetwork",
    "windowsOptions",
    "securityContext",
    "runAsUserName",
    "spec",
    "os",
    "HostProcess",
    "x",
)
BY_SPELLING = frozenset(("HPC207",))
"""Rules that judge how a scalar is written: no two spellings are alike to them."""

SECONDS = 5.0
"""What no manifest of a few kilobytes may take, however busy the machine."""

_NOISE = "{}[]:,-?&*!|>%@`'\"#\\\n\r\t \x00\x07\x85\u2028\ufeff<~=0"


@cache
def seeds() -> list[Any]:
    """The data of every example of the catalogue's pages."""
    texts = [each.values[1].text for section in ("Problematic", "Correct") for each in of_section(section)]
    found = []
    for text in texts:
        with suppress(yaml.YAMLError):  # an example of what is no YAML
            found += [each for each in yaml.safe_load_all(str(text)) if isinstance(each, dict)]
    return found


def places(data: Any) -> Iterator[tuple[Any, Any]]:
    """Every mapping or list in some data, with each of its keys or indices."""
    pending = [data]
    while pending:
        here = pending.pop()
        keys = list(here) if isinstance(here, dict) else list(range(len(here))) if isinstance(here, list) else []
        for key in keys:
            yield here, key
            if isinstance(here[key], (dict, list)):
                pending.append(here[key])


def mutated(data: Any, random: Random) -> Any:
    """The data with a few places changed, removed, repeated or moved."""
    changed = json.loads(json.dumps(data))
    for _ in range(random.randint(1, 4)):
        found = list(places(changed))
        if not found:
            return changed
        here, key = random.choice(found)
        way = random.randrange(5)
        if way == 0:
            del here[key]
        elif way == 1 and isinstance(here, dict):
            here[random.choice(KEYS)] = here.pop(key)
        elif way == 2 and isinstance(here, list):
            here.append(json.loads(json.dumps(here[key])))
        elif way == 3:
            other, place = random.choice(found)
            if isinstance(other, dict):
                here[key] = json.loads(json.dumps(other.get(place)))
        else:
            here[key] = json.loads(json.dumps(random.choice(VALUES)))  # a list is changed later
    return changed


def judged(text: str) -> tuple[Finding, ...]:
    """The findings of a text, in bounded time and at places that are in it."""
    started = time.process_time()
    found = judge([manifest(text)], builtin, Context())
    assert time.process_time() - started < SECONDS, text
    for finding in found.findings:
        assert 0 <= finding.location.span.start <= finding.location.span.end <= len(text), (finding, text)
        assert finding.hint
        assert finding.message
    return found.findings


def verdict(findings: tuple[Finding, ...], exactly: bool) -> frozenset[tuple[object, ...]]:
    """What is found, and of whom unless an anchor is shared: what two share is one line to change."""
    told = [each for each in findings if each.rule not in BY_SPELLING]
    if not exactly:
        return frozenset((each.rule, each.level) for each in told)
    return frozenset((each.rule, each.level, who.identity[5:]) for each in told for who in each.subjects)


def as_read(text: str, random: Random) -> str:
    """A text behind an encoding; the first look at its bytes must not keep back what has a finding."""
    raw = text.encode(random.choice(ENCODINGS))
    read = decoded_text(raw)
    assert may_matter(raw) or not judged(read), raw
    return read


def noisy(text: str, random: Random) -> str:
    """A text with a few characters put in, taken out or repeated."""
    for _ in range(random.randint(1, 6)):
        at = random.randrange(len(text) + 1)
        way = random.randrange(3)
        if way == 0:
            text = text[:at] + random.choice(_NOISE) + text[at:]
        elif way == 1:
            text = text[:at] + text[at + random.randint(1, 8) :]
        else:
            text = text[:at] + text[max(0, at - random.randint(1, 40)) : at] * random.randint(1, 3) + text[at:]
    return text


def run(random: Random) -> int:
    """One round: the number of texts that were judged."""
    data = mutated(random.choice(seeds()), random)
    spelt = {name: SPELLINGS[name](data) for name in random.sample(list(SPELLINGS), 2)}
    exactly = "anchors" not in spelt
    verdicts = {name: verdict(judged(as_read(text, random)), exactly) for name, text in spelt.items()}
    assert len(set(verdicts.values())) <= 1, (verdicts, spelt)
    judged(noisy(next(iter(spelt.values())), random))
    return len(spelt) + 1
