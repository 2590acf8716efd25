"""Which entries of `approved-workloads` fit a workload, and which would but for their case."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from ..finding import Resource
from ..pods.pod import Container, Pod
from .checks.groups import command_words
from .context import Approved


def fitting_entries(entries: tuple[Approved, ...], resource: Resource, pod: Pod | None) -> Iterator[Approved]:
    """The entries that fit, expired ones among them. `pod` is None for an object that nobody can look into."""
    return (entry for entry in entries if not _differing(entry, resource) and _fits(entry, pod))


def nearly(entry: Approved, resource: Resource, pod: Pod | None) -> str | None:
    """What is said of an entry that fits where case does not count."""
    differing = _differing(entry, resource)
    if not differing or not _fits(entry, pod):
        return None
    if not all(fnmatchcase(value.lower(), pattern.lower()) for _, value, pattern in differing):
        return None
    return ", ".join(f"`{key}: {pattern}` does not fit {value}, case counts" for key, value, pattern in differing)


def _differing(entry: Approved, resource: Resource) -> list[tuple[str, str, str]]:
    """The keys about the resource that do not fit, with its values and their patterns."""
    asked = (
        ("kind", resource.kind, entry.kind),
        ("namespace", resource.namespace or "", entry.namespace),
        ("name", resource.name, entry.name),
    )
    return [
        (key, value, pattern)
        for key, value, pattern in asked
        if pattern is not None and not fnmatchcase(value, pattern)
    ]


def _fits(entry: Approved, pod: Pod | None) -> bool:
    """An entry about containers approves of none where they are not known."""
    if pod is None:
        return not (_either(entry.image, entry.images) or _either(entry.account, entry.accounts) or entry.command)
    return all(_fits_container(entry, container) for container in pod.host_process_containers)


def _fits_container(entry: Approved, container: Container) -> bool:
    """Windows does not care for the case of an account."""
    account = container.account.value
    name = account.lower() if isinstance(account, str) else ""
    asked = (
        (container.image, _either(entry.image, entry.images)),
        (name, [pattern.lower() for pattern in _either(entry.account, entry.accounts)]),
        (command_words(container), _either(entry.command, ())),
    )
    return all(not patterns or any(fnmatchcase(value, each) for each in patterns) for value, patterns in asked)


def _either(one: str | None, several: tuple[str, ...]) -> tuple[str, ...]:
    return several if one is None else (one, *several)
