"""Rules about the account that a HostProcess container runs as.

What becomes of a name is read in hcsshim: processToken in internal/jobcontainers/logon.go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from ...finding import Level, Violation
from ...location import Label, Part
from ...pods.pod import Container, Pod
from ...pods.view import View
from ..context import Context

INHERIT = "microsoft.com/hostprocess-inherit-user"
"""The annotation with which the runtime gives its own token away."""

_NETBIOS = re.compile(r'[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}\Z')
_DNS_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_DNS = rf"{_DNS_LABEL}(?:\.{_DNS_LABEL})*\Z"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
OF_CONTAINERS = re.compile(r"(?i)(?:User Manager\\)?Container(?:User|Administrator)\Z")
SERVICE = re.compile(r"NT AUTHORITY\\(?i:system|local ?service|network ?service)\Z")
_SERVICE_DOMAIN = re.compile(r"(?i)NT AUTHORITY\\")
BARE_SERVICE = re.compile(r"(?i)(?:(?:Local ?)?System|(?:Local|Network) ?Service)\Z")
# What `\N`, `\L`, `\P` and `\_` are in YAML's double quotes.
_ESCAPED = frozenset("\x85\xa0\u2028\u2029")
_WRITTEN_ESCAPE = r'"(?:[^"\\]|\\[^NLP_])*\\[NLP_]'


@lru_cache(maxsize=256)
def grammar_fault(account: str) -> str | None:
    """What the API server says against an account's name (validateWindowsSecurityContextOptions), or None."""
    if not account:
        return "cannot be an empty string"
    if _CONTROL.search(account):
        return "cannot contain control characters"
    domain, backslash, user = account.rpartition("\\")
    if "\\" in domain:
        return "cannot contain more than one backslash"
    if backslash and len(domain.encode()) >= 256:
        return "has a domain of more than 255 characters"
    if backslash and not _NETBIOS.match(domain) and not re.match(_DNS, domain):
        return "has a domain that is neither a NetBIOS nor a DNS name"
    return _user_fault(user)


def _user_fault(user: str) -> str | None:
    if not user:
        return "has no user"
    if len(user.encode()) > 104:
        return "has a user of more than 104 characters"
    if not user.strip(". "):
        return "has a user of periods and spaces only"
    forbidden = next((character for character in user if character in '"/\\:;|=,+*?<>@[]'), None)
    return f"has a user with the character `{forbidden}`" if forbidden else None


def invalid_account_name(pod: Pod, _: Context) -> Iterator[Violation]:
    """The API checks what is written, at either level, whether or not it counts."""
    views: tuple[View, ...] = (pod, *pod.containers)
    for view in views:
        account = view.written("securityContext", "windowsOptions", "runAsUserName")
        fault = grammar_fault(account.value) if account and isinstance(account.value, str) else None
        if account and fault:
            doubled = "\\\\" in account.value
            yield Violation(
                Label(account.route, "two backslashes" if doubled else "", Part.VALUE),
                message=f"`runAsUserName` {fault}",
                hint="write one backslash: a plain or single-quoted YAML value has no escapes" if doubled else None,
                container=view.name if isinstance(view, Container) else None,
            )


def missing_account(container: Container, _: Context) -> Iterator[Violation]:
    """The API asks for no account; the node takes the image's user then, or has none."""
    if container.account.value is None:
        path = ("securityContext", "windowsOptions", "runAsUserName")
        empty = container.nulled(path)
        primary = Label(empty, "is empty", Part.KEY) if empty else Label(container.origin)
        field = empty or container.account.route
        found = Violation(primary, field, related=_named(container, primary), container=container.name)
        yield doubtful(found, container)


def container_account(container: Container, _: Context) -> Iterator[Violation]:
    account = sound_account(container)
    if account and OF_CONTAINERS.match(account):
        yield doubtful(at_account(container), container)


def account_domain_case(container: Container, _: Context) -> Iterator[Violation]:
    """`domain == "NT AUTHORITY"` in Go, which minds the case."""
    account = sound_account(container)
    if account and _SERVICE_DOMAIN.match(account) and not account.startswith("NT AUTHORITY\\"):
        yield doubtful(at_account(container), container)


def bare_service_account(container: Container, _: Context) -> Iterator[Violation]:
    account = sound_account(container)
    if account and BARE_SERVICE.match(account):
        yield doubtful(at_account(container), container)


def escaped_account(container: Container, context: Context) -> Iterator[Violation]:
    """Judged by the scalar as written, too: what an engine writes out again may have folded the character to a blank,
    as YAML reads it outside of quotes.
    """
    account = accepted_account(container)
    if account and (not _ESCAPED.isdisjoint(account) or is_folded(account, container, context)):
        yield doubtful(at_account(container), container)


def container_administrator_non_root(container: Container, _: Context) -> Iterator[Violation]:
    """verifyRunAsNonRoot in kubelet's security_context_windows.go compares without regard to case."""
    account = container.account.value
    non_root = container.effective("runAsNonRoot")
    if isinstance(account, str) and account.lower() == "containeradministrator" and non_root.value is True:
        yield Violation(
            Label(container.account.route, part=Part.VALUE),
            related=(Label(non_root.route, "forbids root"), *_named(container, Label(container.account.route))),
            container=container.name,
        )


def run_as_non_root(container: Container, _: Context) -> Iterator[Violation]:
    """The kubelet compares with one name; where that stands, it does restrict (HPC213)."""
    non_root, account = container.effective("runAsNonRoot"), container.account.value
    compared = isinstance(account, str) and account.lower() == "containeradministrator"
    if non_root.value is True and not compared:
        primary = Label(non_root.route, part=Part.VALUE)
        yield Violation(primary, related=_named(container, primary), container=container.name)


def gmsa_ignored(container: Container, _: Context) -> Iterator[Violation]:
    """Only hcsshim's hcsoci, never its jobcontainers, reads the credential spec."""
    for field in ("gmsaCredentialSpecName", "gmsaCredentialSpec"):
        spec = container.effective("windowsOptions", field)
        if spec.value:
            inherited = (Label((*container.route, "name"), "inherited here"),) if spec.scope == "pod" else ()
            yield Violation(Label(spec.route), related=inherited, container=container.name)


def accepted_account(container: Container) -> str | None:
    """The effective account where the API accepts it."""
    account = container.account.value
    return account if isinstance(account, str) and not grammar_fault(account) else None


def sound_account(container: Container) -> str | None:
    """The same where no escape has damaged it."""
    account = accepted_account(container)
    return account if account and _ESCAPED.isdisjoint(account) else None


def is_folded(account: str, container: Container, context: Context) -> bool:
    if SERVICE.match(account) or " " not in account or context.as_written is None:
        return False  # nothing is lost; asking where a chart has it from can take long
    return re.search(_WRITTEN_ESCAPE, context.as_written(container.account.route)) is not None


def at_account(container: Container) -> Violation:
    primary = Label(container.account.route, part=Part.VALUE)
    return Violation(primary, related=_named(container, primary), container=container.name)


def doubtful(violation: Violation, container: Container) -> Violation:
    """Where the runtime's own token is inherited (HPC403), the account is never read (CreateProcess in hcsshim's
    jobcontainer.go); whether the annotation gets through to it is the node's to say.
    """
    if container.pod.metadata.text("annotations", INHERIT) != "true":
        return violation
    message = f"the container cannot log on wherever `{INHERIT}` is not let through"
    return violation._replace(level=Level.WARNING, message=message)


def _named(container: Container, primary: Label) -> tuple[Label, ...]:
    """A container that takes the account, or its lack, from its pod, for the finding at the pod's line."""
    inherited = primary.route[: len(container.route)] != container.route
    return (Label((*container.route, "name"), "inherited here"),) if inherited else ()
