"""How far a workload reaches: on its node, through the API server, and what stands around it."""

from __future__ import annotations

from typing import Any

import pytest
from reviewing import bound, card, container, pod, reached, role, rule, thing

SECRETS = rule("secrets", "list")
EVERYWHERE = "in the whole cluster"


def powers(*objects: dict[str, Any]) -> list[str]:
    return reached(card(pod(), *objects), "power")


ALLOWED = {
    "read secrets": rule("secrets"),
    "create pods": rule("pods", "create"),
    "create pods by a controller": rule("daemonsets", "patch", "apps"),
    "run commands in pods": rule("pods/exec", "create"),
    "run commands in pods by any subresource": rule("*/exec", "create"),
    "reach kubelets through the API server": rule("nodes/proxy"),
    "make tokens of service accounts": rule("serviceaccounts/token", "create"),
    "act as others": rule("users", "impersonate"),
    "give itself more rights": rule("clusterroles", "escalate", "rbac.authorization.k8s.io"),
    "bind roles": rule("rolebindings", "create", "rbac.authorization.k8s.io"),
    "change nodes": rule("nodes", "patch"),
    "change what is admitted": rule("mutatingwebhookconfigurations", "update", "admissionregistration.k8s.io"),
    "approve certificates": rule("certificatesigningrequests/approval", "update", "certificates.k8s.io"),
}


@pytest.mark.parametrize("what", ALLOWED)
def test_a_power_is_called_by_what_it_leads_to(what: str) -> None:
    named = what.partition(" by ")[0] if what.endswith(("controller", "subresource")) else what
    assert powers(role("r", ALLOWED[what]), bound("r")) == [f"{named} {EVERYWHERE}"]


def test_wildcards_open_all_that_they_cover() -> None:
    assert powers(role("r", rule("*", "*", "*")), bound("r")) == [f"do everything {EVERYWHERE}"]
    core = powers(role("r", rule("*", "get")), bound("r"))
    assert f"read secrets {EVERYWHERE}" in core
    assert f"reach kubelets through the API server {EVERYWHERE}" in core
    assert f"create pods {EVERYWHERE}" not in core


def test_what_is_harmless_is_told_by_verbs_and_resources() -> None:
    found = card(pod(), role("r", rule("nodes", "list get"), rule("pods", "list get")), bound("r"))
    (power,) = found.reach.of("power")
    assert (power.what, power.weight) == (f"get, list: nodes, pods {EVERYWHERE}", 1)
    assert power.note == "ClusterRoleBinding b gives ClusterRole r"


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ([rule("secrets configmaps")], ["read secrets", "get: configmaps"]),
        ([rule("secrets", "get delete")], ["read secrets", "delete: secrets"]),
        ([rule("deployments", "get update", "apps")], ["create pods", "get: deployments.apps"]),
        ([rule("secrets"), rule("configmaps pods")], ["read secrets", "get: configmaps, pods"]),
        ([{"nonResourceURLs": ["/metrics", "/logs/*"], "verbs": ["get"]}], ["get: /logs/*, /metrics"]),
    ],
)
def test_what_stands_beside_a_power_is_told_too(rules: list[dict[str, Any]], told: list[str]) -> None:
    assert powers(role("r", *rules), bound("r")) == [f"{each} {EVERYWHERE}" for each in told]


def test_paths_of_the_api_server_are_given_for_the_whole_cluster_only() -> None:
    urls = {"nonResourceURLs": ["/metrics"], "verbs": ["get"]}
    assert powers(role("r", urls), bound("r", inside="other")) == []


def test_a_rule_with_very_many_names_is_told_in_part() -> None:
    many = {"apiGroups": [f"g{n}" for n in range(300)], "resources": [f"r{n}" for n in range(300)], "verbs": ["get"]}
    (power,) = powers(role("r", many), bound("r"))
    assert "89,000 more" in power
    assert len(power) < 20_000


def test_a_binding_in_a_namespace_reaches_no_further() -> None:
    found = card(pod(), role("r", SECRETS), bound("r", inside="other"))
    (power,) = found.reach.of("power")
    assert (power.what, power.weight) == ("read secrets in namespace other", 2)


def test_a_binding_in_a_namespace_opens_nothing_of_the_cluster() -> None:
    rules = rule("nodes/proxy nodes persistentvolumes", "*"), rule("users groups", "impersonate"), rule("pods", "get")
    assert powers(role("r", *rules), bound("r", inside="other")) == ["get: pods in namespace other"]
    assert len(powers(role("r", *rules), bound("r"))) > 3


def test_named_objects_are_named() -> None:
    assert powers(role("r", rule("secrets", resourceNames=["tls"])), bound("r")) == [
        f"read secrets named tls {EVERYWHERE}"
    ]


@pytest.mark.parametrize(
    ("subject", "counts"),
    [
        ({}, True),
        ({"name": "other"}, False),
        ({"namespace": "other"}, False),
        ({"kind": "Group", "name": "system:serviceaccounts"}, True),
        ({"kind": "Group", "name": "system:serviceaccounts:ops"}, True),
        ({"kind": "Group", "name": "system:serviceaccounts:other"}, False),
        ({"kind": "User", "name": "system:serviceaccount:ops:agent"}, True),
    ],
)
def test_a_binding_is_of_the_account_or_of_its_groups(subject: dict[str, str], counts: bool) -> None:
    assert bool(powers(role("r", SECRETS), bound("r", **subject))) is counts


@pytest.mark.parametrize(
    ("selector", "joins"),
    [
        ({"matchLabels": {"for": "agent"}}, True),
        ({"matchLabels": {"for": "other"}}, False),
        ({"matchExpressions": [{"key": "for", "operator": "In", "values": ["agent", "b"]}]}, True),
        ({"matchExpressions": [{"key": "for", "operator": "NotIn", "values": ["agent"]}]}, False),
        ({"matchExpressions": [{"key": "other", "operator": "NotIn", "values": ["agent"]}]}, True),
        ({"matchExpressions": [{"key": "for", "operator": "Exists"}]}, True),
        ({"matchExpressions": [{"key": "for", "operator": "DoesNotExist"}]}, False),
    ],
)
def test_an_aggregated_role_is_what_its_selectors_choose(selector: dict[str, Any], joins: bool) -> None:
    whole = role("r", rule("nodes/proxy"), aggregationRule={"clusterRoleSelectors": [selector]})
    found = card(pod(), whole, role("part", SECRETS, labels={"for": "agent"}), bound("r"))
    assert reached(found, "power") == ([f"read secrets {EVERYWHERE}"] if joins else []), (
        "what it says itself is overwritten"
    )
    assert "ClusterRole r is put together of roles: the cluster may have more of them" in found.reach.unknown


def test_roles_are_put_together_of_roles_that_are() -> None:
    def whole(name: str, part: str, **fields: Any) -> dict[str, Any]:
        return role(name, aggregationRule={"clusterRoleSelectors": [{"matchLabels": {"for": part}}]}, **fields)

    parts = whole("r", "outer"), whole("middle", "inner", labels={"for": "outer"})
    leaf = role("leaf", SECRETS, labels={"for": "inner"})
    assert powers(*parts, leaf, bound("r")) == [f"read secrets {EVERYWHERE}"]
    circle = whole("r", "r", labels={"for": "r"}), whole("other", "r", labels={"for": "r"})
    assert powers(*circle, bound("r")) == []


def test_a_role_of_the_cluster_is_known_and_takes_in_others() -> None:
    more = role("more", rule("nodes/proxy"), labels={"rbac.authorization.k8s.io/aggregate-to-edit": "true"})
    found = reached(card(pod(), more, bound("edit")), "power")
    assert {f"{what} {EVERYWHERE}" for what in ("read secrets", "create pods", "run commands in pods")} <= set(found)
    assert f"reach kubelets through the API server {EVERYWHERE}" in found
    assert f"bind roles {EVERYWHERE}" not in found
    assert f"bind roles {EVERYWHERE}" in powers(bound("admin"))


def test_what_is_not_in_the_scan_is_not_known() -> None:
    alone = card(pod()).reach
    assert alone.unknown == (
        "ServiceAccount agent is not in the scan",
        "no binding of service account agent is in the scan: what it may do is not known",
        "Namespace ops is not in the scan: its Pod Security is not known",
    )
    named = card(pod(), bound("elsewhere")).reach
    assert "ClusterRole elsewhere, which ClusterRoleBinding b gives, is not in the scan" in named.unknown
    assert named.of("power") == ()


ACCOUNT = thing("ServiceAccount", "agent", "ops")
SILENT = thing("ServiceAccount", "agent", "ops", automountServiceAccountToken=False)
PROJECTED = [{"name": "t", "projected": {"sources": [{"serviceAccountToken": {"path": "token"}}]}}]


@pytest.mark.parametrize(
    ("spec", "accounts", "note"),
    [
        ({}, [], "unless the service account says otherwise, which is not in the scan"),
        ({}, [ACCOUNT], ""),
        ({}, [SILENT], None),
        ({"automountServiceAccountToken": False}, [ACCOUNT], None),
        ({"automountServiceAccountToken": True}, [SILENT], ""),
        ({"automountServiceAccountToken": False, "volumes": PROJECTED}, [], "in a projected volume"),
    ],
)
def test_the_token(spec: dict[str, Any], accounts: list[dict[str, Any]], note: str | None) -> None:
    found = card(pod(**spec), *accounts).reach
    assert [each.note for each in found.of("token")] == ([] if note is None else [note])
    unknown = "ServiceAccount agent is not in the scan" in found.unknown
    assert unknown == (note is not None and note.startswith("unless"))


def test_the_default_account_and_the_older_name_of_the_field() -> None:
    assert card(pod(serviceAccountName=None)).reach.service_account == "default"
    assert card(pod(serviceAccountName=None, serviceAccount="old")).reach.service_account == "old"


ACCOUNTS = {
    "NT AUTHORITY\\SYSTEM": 3,
    "NT AUTHORITY\\LocalService": 1,
    "NT AUTHORITY\\Network Service": 1,
    "Administrators": 3,
    "hpc-localgroup": 2,
    "ContainerAdministrator": 1,
}


@pytest.mark.parametrize("name", ACCOUNTS)
def test_an_account_weighs_what_it_may_do_on_the_node(name: str) -> None:
    options = {"windowsOptions": {"hostProcess": True, "runAsUserName": name}}
    (account,) = card(pod(securityContext=options)).reach.of("account")
    assert (account.what, account.weight) == (name, ACCOUNTS[name])


def test_an_inherited_user_is_the_account_whatever_is_named() -> None:
    metadata = {"annotations": {"microsoft.com/hostprocess-inherit-user": "true"}}
    assert reached(card(pod(metadata=metadata)), "account") == ["the runtime's own account"]


MOUNTS = {
    "C:\\": ("directory", 3),
    "D:\\": ("directory", 3),
    "C:\\Windows\\System32": ("directory", 3),
    "/var/lib/kubelet/pods": ("directory", 2),
    "C:\\data": ("directory", 1),
    "\\\\.\\pipe\\containerd-containerd": ("pipe", 3),
    "\\\\.\\pipe\\agent": ("pipe", 1),
}


@pytest.mark.parametrize("path", MOUNTS)
def test_a_mount_weighs_what_it_holds(path: str) -> None:
    mounts = [{"name": "v", "mountPath": "C:\\v"}]
    volumes = [{"name": "v", "hostPath": {"path": path}}]
    found = card(pod(containers=[container(volumeMounts=mounts)], volumes=volumes))
    assert [(each.kind, each.weight) for each in found.reach.of("directory", "pipe")] == [MOUNTS[path]]
    assert [each.host_path for each in found.containers[0].mounts] == [path]


def test_pipes_ports_and_secrets_are_found_where_they_are_named() -> None:
    inner = container(
        args=["--endpoint", "npipe:////./pipe/docker_engine"],
        ports=[{"containerPort": 9182}, {"containerPort": 53, "protocol": "UDP"}],
        env=[{"name": "T", "valueFrom": {"secretKeyRef": {"name": "token", "key": "t"}}}],
        envFrom=[{"secretRef": {"name": "all"}}],
    )
    found = card(pod(containers=[inner], volumes=[{"name": "s", "secret": {"secretName": "tls"}}]))
    assert reached(found, "pipe") == ["\\\\.\\pipe\\docker_engine"]
    assert reached(found, "port") == ["TCP 9182", "UDP 53"]
    assert sorted(reached(found, "secret")) == ["Secret all", "Secret tls", "Secret token"]


def test_a_port_without_a_number_is_none() -> None:
    found = card(pod(containers=[container(ports=[{"name": "web"}, {"containerPort": 80}])]))
    assert (reached(found, "port"), found.containers[0].ports) == (["TCP 80"], ("TCP 80",))


def around(*objects: dict[str, Any]) -> list[tuple[str, str, int]]:
    return [(each.kind, each.what, each.weight) for each in card(pod(), *objects).reach.around]


def service(namespace: str = "ops", **spec: Any) -> dict[str, Any]:
    return thing("Service", "web", namespace, spec={"ports": [{"port": 80}], **spec})


def test_a_service_leads_to_the_pods_that_it_selects() -> None:
    assert around(service(selector={"app": "agent"})) == [("service", "Service web", 1)]
    assert around(service(selector={"app": "agent"}, type="NodePort")) == [("service", "Service web", 2)]
    assert around(service(selector={"app": "other"}), service("other", selector={"app": "agent"}), service()) == []


def test_a_network_policy_does_not_hold_on_the_node_s_network() -> None:
    version = "networking.k8s.io/v1"
    policy = thing("NetworkPolicy", "deny", "ops", version, spec={"podSelector": {}})
    (found,) = card(pod(), policy).reach.around
    assert (found.what, found.note) == ("NetworkPolicy deny", "selects it, and does not hold on the node's network")
    other = thing("NetworkPolicy", "deny", "ops", version, spec={"podSelector": {"matchLabels": {"app": "web"}}})
    assert around(other) == []


def test_pod_security_is_the_namespace_s_own_or_the_cluster_s() -> None:
    labels = {"pod-security.kubernetes.io/enforce": "privileged", "pod-security.kubernetes.io/warn": "baseline"}
    assert around(thing("Namespace", "ops", labels=labels)) == [
        ("pod security", "enforce: privileged", 2),
        ("pod security", "warn: baseline", 1),
    ]
    assert around(thing("Namespace", "ops")) == [("pod security", "enforce: none", 2)]
    assert around(thing("Namespace", "other")) == []
