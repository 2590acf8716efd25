"""A first list of approved workloads: everything that is HostProcess today, for somebody to go through."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..finding import Resource
from ..outcome import Scan
from ..review.images import repository_of
from ..workload import WorkloadContainer

_HEAD = """\
# Every HostProcess workload of a scan, approved as it is today. Go through it: take out what should not be, say who
# owns the rest and why it needs the node, and copy it into .hostprocess-lint.yaml. An image is approved in any version.
"""
_REASON = "not reviewed yet"
_ANYWHERE = "# in any namespace: the manifest names none"
_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9/._:@*-]*(?<!:)")
_NOT_TEXT = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null"))
_GLOB = re.compile(r"[*?\[]")


class _Entry(NamedTuple):
    """A workload by its name; of what is not known the list asks nothing."""

    kind: str
    namespace: str
    name: str
    images: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()


def written(scan: Scan) -> str:
    """The list as a configuration."""
    entries = sorted(_entries(scan))
    if not entries:
        return f"{_HEAD}approved-workloads: []\n"
    return f"{_HEAD}approved-workloads:\n" + "".join(line for entry in entries for line in _lines(entry))


def _entries(scan: Scan) -> Iterator[_Entry]:
    """One for each name: a chart's profiles can give it several images and accounts."""
    named: dict[tuple[str, str, str], list[WorkloadContainer]] = {}
    for workload in scan.workloads:
        running = (each for each in workload.containers if each.host_process)
        named.setdefault(_name(workload.resource), []).extend(running)
    for name, containers in named.items():
        yield _Entry(*name, images=_images(containers), accounts=_accounts(containers))
    yield from {_Entry(*_name(item.resource)) for item in scan.not_judged}


def _name(resource: Resource) -> tuple[str, str, str]:
    name = _literal(resource.name.removesuffix("*")) + "*" * resource.name.endswith("*")  # of a `generateName`
    return _literal(resource.kind), _literal(resource.namespace or ""), name


def _images(containers: Iterable[WorkloadContainer]) -> tuple[str, ...]:
    found = {"" if "image" in each.unknown else _repository(each.image) for each in containers}
    return () if "" in found else tuple(sorted(found))


def _repository(image: str) -> str:
    """The image in any version: behind its tag or its digest anything may stand."""
    repository = repository_of(image)
    sign = image[len(repository) : len(repository) + 1]
    return f"{_literal(repository)}{sign}*" if sign else _literal(image)


def _accounts(containers: Iterable[WorkloadContainer]) -> tuple[str, ...]:
    found = {"" if "runAsUserName" in each.unknown else _literal(each.account or "") for each in containers}
    return () if "" in found else tuple(sorted(found))


def _literal(text: str) -> str:
    """A pattern that fits this text only."""
    return _GLOB.sub(lambda sign: f"[{sign[0]}]", text)


def _lines(entry: _Entry) -> Iterator[str]:
    fields = [("kind", entry.kind), ("namespace", entry.namespace), ("name", entry.name), ("reason", _REASON)]
    lists = [("images", entry.images), ("accounts", entry.accounts)]
    shown = [f"{key}: {_scalar(text)}" for key, text in fields[:3] if text.strip()]
    shown += [f"{key}: [{', '.join(map(_scalar, texts))}]" for key, texts in lists if texts]
    shown += [f"{key}: {_scalar(text)}" for key, text in fields[3:]]
    if not entry.namespace.strip():
        shown.insert(1, _ANYWHERE)
    yield from (f"{'  - ' if number == 0 else '    '}{line}\n" for number, line in enumerate(shown))


def _scalar(text: str) -> str:
    """As YAML: plain where it can be nothing but this text, JSON where it is not printable."""
    if not text.isprintable():
        return json.dumps(text)
    if _PLAIN.fullmatch(text) and text.lower() not in _NOT_TEXT:
        return text
    return "'" + text.replace("'", "''") + "'"
