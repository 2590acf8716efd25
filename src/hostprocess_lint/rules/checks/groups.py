"""Rules about accounts that are, or may be, local groups of the node.

The runtime takes a name for a local group's first: groupExists and makeLocalAccount in hcsshim's
internal/jobcontainers/logon.go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import lru_cache

from ...finding import Level, Violation
from ...pods.commandline import commands
from ...pods.pod import Container, Pod
from ..context import Context
from .accounts import BARE_SERVICE, OF_CONTAINERS, SERVICE, at_account, doubtful, is_folded, sound_account

# Users that Windows itself makes; a name like theirs is no local group's.
_USERS = frozenset(("administrator", "guest", "defaultaccount", "wdagutilityaccount"))
# `net localgroup NAME /add` and `New-LocalGroup -Name NAME`, with or without quotes that may be escaped, in a line with
# single blanks. What can be long is bounded, so that nothing is read again and again.
_TEXT = r"""(?:"[^"]{0,256}"|'[^']{0,256}'|\S{1,256}) """
_QUOTED = r"""\\?"([^"\\]{1,256})\\?"|'([^']{1,256})'"""
_MAKING = (
    rf"""(?i)\bnet1?(?:\.exe)? localgroup (?:{_QUOTED}|([^/"'&|;]{{1,256}}?)) (?:/comment:{_TEXT})?/add\b"""
    rf"""|\bnew-localgroup (?:-description {_TEXT})?(?:-name )?(?:{_QUOTED}|([^\s"';]{{1,256}}))"""
)
PRIVILEGED = frozenset(
    (
        "account operators",
        "administrators",
        "backup operators",
        "hyper-v administrators",
        "network configuration operators",
        "power users",
        "print operators",
        "remote management users",
        "server operators",
        "storage replica administrators",
    )
)


def disallowed_account(container: Container, context: Context) -> Iterator[Violation]:
    """Neither a service account nor allowed by configuration, and not what another rule says more about.

    A bare name may be that of a local group, which the runtime tries first (groupExists). The manifest does not show
    whether the group is on the nodes, unless the pod makes it itself.
    """
    account = sound_account(container)
    if account is None or SERVICE.match(account) or _is_allowed(account, context):
        return
    if OF_CONTAINERS.match(account) or BARE_SERVICE.match(account) or is_folded(account, container, context):
        return
    domain, _backslash, _user = account.rpartition("\\")
    if domain and domain.upper() == "NT AUTHORITY" and domain != "NT AUTHORITY":
        return
    if domain or account.lower() in _USERS:
        yield doubtful(at_account(container), container)
    elif account.lower() not in _made(container.pod) and account.lower() not in _made_by_files(container.pod, context):
        yield at_account(container)._replace(
            message=f"account `{account}` works only if a local group of this name is on every node",
            level=Level.WARNING,
        )


def privileged_group(container: Container, context: Context) -> Iterator[Violation]:
    """With `BUILTIN` in front it is no group's name as far as is known (HPC206), until the configuration allows it."""
    account = sound_account(container)
    if account is None:
        return
    domain, _backslash, name = account.rpartition("\\")
    if name.lower() in PRIVILEGED and (not domain or (domain.upper() == "BUILTIN" and _is_allowed(account, context))):
        yield at_account(container)


def local_group_account(container: Container, context: Context) -> Iterator[Violation]:
    """hcsshim 0.9, of containerd 1.6, logs on with the name as a user's."""
    account = sound_account(container)
    if context.containerd >= (1, 7) or account is None:
        return
    if "\\" not in account and not OF_CONTAINERS.match(account) and not BARE_SERVICE.match(account):
        yield at_account(container)


def _is_allowed(account: str, context: Context) -> bool:
    return any(fnmatchcase(account.lower(), pattern.lower()) for pattern in context.allowed_accounts)


@lru_cache(maxsize=16)
def _made(pod: Pod) -> frozenset[str]:
    """The local groups that init containers make, the documented way to one that every node has; in lower case."""
    lines = (command_words(container) for container in pod.containers if container.kind == "init")
    return frozenset(name for line in lines for name in _groups_of(line))


def _made_by_files(pod: Pod, context: Context) -> frozenset[str]:
    """Those that mounted scripts make which init containers run."""
    if not context.text_holders:
        return frozenset()
    from ..code import code  # here, because few accounts are groups' of a pod with scripts
    from ..handed import FOLLOWED

    inits = [each for each in pod.containers if each.kind == "init"] if len(pod.containers) <= FOLLOWED else []
    scripts = (script for each in inits for command in commands(each) for script in code(command, each, context))
    return frozenset(name for script in scripts for name in _groups_of(script.text))


@lru_cache(maxsize=32)
def _groups_of(text: str) -> frozenset[str]:
    found = re.finditer(_MAKING, " ".join(text.split()))
    return frozenset(next(filter(None, match.groups())).strip().lower() for match in found)


def command_words(container: Container) -> str:
    """The words of `command` and `args`, as they are written."""
    words: list[object] = []
    for field in ("command", "args"):
        listed = container.written(field)
        words += listed.value if listed and isinstance(listed.value, list) else ()
    return " ".join(word for word in words if isinstance(word, str))
