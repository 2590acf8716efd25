"""The checks that need code, grouped by what they look at.

A check is a generator function with its page's name in snake case, called with what the page's `for` names and a
Context.
"""

MODULES = {
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
    "namespace-forbids-host-process": "namespaces",
    "invalid-os-name": "fields",
    "pipe-mount": "volumes",
    "disallowed-account": "accounts",
    "multiline-command": "commands",
    "socket-mount": "volumes",
    "not-on-windows-nodes": "scheduling",
    "container-administrator-non-root": "accounts",
}
"""Page → module of this package that holds its check."""
