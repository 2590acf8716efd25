"""Rules about the account that a HostProcess container runs as."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from ...finding import Label, Part, Related, Violation
from ...pods.pod import Container, Pod, View
from ..context import Context

_NETBIOS = re.compile(r'[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}\Z')
_DNS_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_DNS = re.compile(rf"{_DNS_LABEL}(?:\.{_DNS_LABEL})*\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SERVICE = re.compile(r"NT AUTHORITY\\(?i:system|local ?service|network ?service)\Z")
# What rules of their own judge: accounts of the container image, and a service account spelt wrongly.
_OTHERWISE_JUDGED = re.compile(
    r"(?i)(?:User Manager\\)?Container(?:User|Administrator)\Z"
    r"|NT AUTHORITY\\(?:.*)"
    r"|(?:Local ?)?System\Z|(?:Local|Network) ?Service\Z"
)


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
    if backslash and not _NETBIOS.match(domain) and not _DNS.match(domain):
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


def disallowed_account(container: Container, context: Context) -> Iterator[Violation]:
    """Neither a service account nor allowed by configuration, and not what another rule says more about."""
    account = container.account.value
    if not isinstance(account, str) or grammar_fault(account) or re.search("[\x85\xa0\u2028\u2029]", account):
        return
    if _SERVICE.match(account) or _allowed(account, context):
        return
    if _OTHERWISE_JUDGED.match(account) and not re.match(r"NT AUTHORITY\\", account):
        return
    yield Violation(
        Label(container.account.route, part=Part.VALUE),
        related=_inheritor(container),
        container=container.name,
    )


def container_administrator_non_root(container: Container, _: Context) -> Iterator[Violation]:
    """verifyRunAsNonRoot in kubelet's security_context_windows.go compares without regard to case."""
    account = container.account.value
    non_root = container.effective("runAsNonRoot")
    if isinstance(account, str) and account.lower() == "containeradministrator" and non_root.value is True:
        yield Violation(
            Label(container.account.route, part=Part.VALUE),
            related=(Label(non_root.route, "forbids root"), *_inheritor(container)),
            container=container.name,
        )


def gmsa_ignored(container: Container, _: Context) -> Iterator[Violation]:
    """Only hcsshim's hcsoci, never its jobcontainers, reads the credential spec."""
    for field in ("gmsaCredentialSpecName", "gmsaCredentialSpec"):
        spec = container.effective("windowsOptions", field)
        if spec.value:
            inherited = (Label((*container.route, "name"), "inherited here"),) if spec.scope == "pod" else ()
            yield Violation(Label(spec.route), related=inherited, container=container.name)


def local_group_account(container: Container, context: Context) -> Iterator[Violation]:
    """hcsshim 0.9, of containerd 1.6, logs on with the name as a user's."""
    account = container.account.value
    if context.containerd >= (1, 7) or not isinstance(account, str) or grammar_fault(account):
        return
    if "\\" not in account and not _OTHERWISE_JUDGED.match(account):
        yield Violation(
            Label(container.account.route, part=Part.VALUE), related=_inheritor(container), container=container.name
        )


def service_account_token(pod: Pod, context: Context) -> Iterator[Violation]:
    """The default service account's token is mounted into every container, unless the pod or the account says no; the
    pod has the last word.
    """
    mounted = pod.written("automountServiceAccountToken")
    if _service_account(pod) != "default" or (mounted and mounted.value is False):
        return
    if mounted or context.rights is None or context.rights.automount(pod.resource.namespace, "default", context.source):
        yield Violation(Label(pod.because), field=(*pod.route, "automountServiceAccountToken"))


def powerful_service_account(pod: Pod, context: Context) -> Iterator[Violation]:
    """Whether or not the token is mounted: who owns the node has the kubelet's credentials, which make a token of every
    account that a pod there runs with (the node authorizer).
    """
    account = _service_account(pod)
    granted = context.rights.grants(pod.resource.namespace, account, context.source) if context.rights else ()
    if not granted:
        return
    named = next((pod.written(field) for field in ("serviceAccountName", "serviceAccount") if pod.text(field)), None)
    powers = ", ".join(grant.power.what for grant in granted)
    related = []
    for grant in granted:
        related.append(Related("binds the account", grant.binding()))
        if grant.power.place:
            related.append(Related(f"lets it {grant.power.what}", grant.power.place()))
    yield Violation(
        Label(named.route, part=Part.VALUE) if named else Label(pod.because),
        field=None if named else (*pod.route, "serviceAccountName"),
        message=f"service account `{account}` of a HostProcess pod may {powers}",
        related=tuple(related),
    )


def _service_account(pod: Pod) -> str:
    return pod.text("serviceAccountName") or pod.text("serviceAccount") or "default"


def _allowed(account: str, context: Context) -> bool:
    return any(fnmatchcase(account.lower(), pattern.lower()) for pattern in context.allowed_accounts)


def _inheritor(container: Container) -> tuple[Label, ...]:
    """A container that takes the account from its pod, for the finding at the pod's line."""
    return (Label((*container.route, "name"), "runs as it"),) if container.account.scope == "pod" else ()
