"""The checks that need code, grouped by what they look at.

A check is a generator function with its page's name in snake case, called with what the page's `for` names and a
Context.
"""

MODULES = {
    "missing-host-network": "network",
    "mixed-containers": "containers",
    "host-process-conflict": "containers",
    "linux-os": "fields",
    "windows-forbidden-field": "fields",
    "invalid-account-name": "accounts",
    "host-port-mismatch": "network",
    "host-network-conflict": "network",
    "bidirectional-propagation": "volumes",
    "wrong-type": "fields",
    "misplaced-field": "fields",
    "duplicate-key": "fields",
    "invalid-os-name": "fields",
    "pipe-mount": "volumes",
    "missing-account": "accounts",
    "disallowed-account": "accounts",
    "multiline-command": "commands",
    "socket-mount": "volumes",
    "mount-on-drive-root": "volumes",
    "not-on-windows-nodes": "scheduling",
    "container-administrator-non-root": "accounts",
}
"""Page → module of this package that holds its check."""
