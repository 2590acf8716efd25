"""Rules about what a HostProcess pod may do towards the API server."""

from __future__ import annotations

from collections.abc import Iterator

from ...finding import Violation
from ...location import Label, Part, Related
from ...pods.pod import Pod
from ..context import Context


def service_account_token(pod: Pod, context: Context) -> Iterator[Violation]:
    """The default service account's token is mounted into every container, unless the pod or the account says no; the
    pod has the last word.
    """
    mounted = pod.written("automountServiceAccountToken")
    if pod.service_account != "default" or (mounted and mounted.value is False):
        return
    if mounted or context.automounts(pod.resource.namespace, "default", context.source):
        container = pod.host_process_containers[0]
        yield Violation(
            Label(mounted.route) if mounted else Label((*container.route, "name")),
            field=(*pod.route, "automountServiceAccountToken"),
        )


def powerful_service_account(pod: Pod, context: Context) -> Iterator[Violation]:
    """Whether or not the token is mounted: who owns the node has the kubelet's credentials, which make a token of every
    account that a pod there runs with (the node authorizer).
    """
    account = pod.service_account
    granted = context.grants(pod.resource.namespace, account, context.source)
    if not granted:
        return
    named = next((pod.written(field) for field in ("serviceAccountName", "serviceAccount") if pod.text(field)), None)
    powers = ", ".join(grant.what for grant in granted)
    related = []
    for grant in granted:
        related.append(Related("binds the account", grant.binding()))
        if grant.rule:
            related.append(Related(f"lets it {grant.what}", grant.rule()))
    yield Violation(
        Label(named.route, part=Part.VALUE) if named else Label(pod.because),
        field=None if named else (*pod.route, "serviceAccountName"),
        message=f"service account `{account}` of a HostProcess pod may {powers}",
        related=tuple(related),
    )
