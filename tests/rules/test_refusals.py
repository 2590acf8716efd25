"""What the API server refuses about rights, mounts and ports, and from which Kubernetes on it looks at it."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from scanning import POD, scan_text

from hostprocess_lint.rules.context import Context
from hostprocess_lint.rules.targets import NEWEST_KUBERNETES, Version


def pod(**spec: Any) -> dict[str, Any]:
    """The pod of the tests with some fields of its spec replaced; those of `securityContext` are added."""
    found: dict[str, Any] = yaml.safe_load(POD)
    context = {**found["spec"]["securityContext"], **spec.pop("securityContext", {})}
    found["spec"] = {**found["spec"], "securityContext": context, **spec}
    return found


def container(**fields: Any) -> dict[str, Any]:
    return {"name": "agent", "image": "registry.example/ops/agent:1.0.0", **fields}


def found(manifest: dict[str, Any], name: str, kubernetes: Version = NEWEST_KUBERNETES) -> list[str]:
    """The fields in which a rule finds something."""
    text = yaml.safe_dump(json.loads(json.dumps(manifest)))  # what is one object here would be written as an alias
    findings = scan_text(text, Context(kubernetes=kubernetes)).findings
    return [finding.field for finding in findings if finding.name == name]


MOUNT = {"name": "data", "mountPath": "C:\\data"}
IN_CONTEXT = "spec.securityContext."
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"runAsUser": -1}, "runAsUser"),
    ({"runAsUser": -1.0}, "runAsUser"),
    ({"supplementalGroups": [2147483648.0]}, "supplementalGroups[0]"),
    ({"fsGroup": 2**31}, "fsGroup"),
    ({"supplementalGroups": [0, -1]}, "supplementalGroups[1]"),
    ({"fsGroupChangePolicy": ""}, "fsGroupChangePolicy"),
    ({"seLinuxChangePolicy": "MountOption"}, "seLinuxChangePolicy"),
    ({"seccompProfile": {}}, "seccompProfile"),
    ({"seccompProfile": {"type": "localhost"}}, "seccompProfile.type"),
    ({"seccompProfile": {"type": "Localhost"}}, "seccompProfile.type"),
    ({"seccompProfile": {"type": "Localhost", "localhostProfile": "a/../b"}}, "seccompProfile.localhostProfile"),
    ({"appArmorProfile": {"type": "Unconfined", "localhostProfile": "a"}}, "appArmorProfile.localhostProfile"),
    ({"appArmorProfile": {"type": "Localhost", "localhostProfile": " a"}}, "appArmorProfile.localhostProfile"),
    ({"sysctls": [{"name": "Kernel.sem", "value": "1"}]}, "sysctls[0].name"),
    ({"sysctls": [{"name": "kernel.sem"}, {"name": "kernel.sem"}]}, "sysctls[1].name"),
    ({"windowsOptions": {"hostProcess": True, "gmsaCredentialSpec": ""}}, "windowsOptions.gmsaCredentialSpec"),
]
ACCEPTED: list[dict[str, Any]] = [
    {"runAsUser": 0, "fsGroup": 2**31 - 1, "supplementalGroups": []},
    {"seccompProfile": {"type": "Localhost", "localhostProfile": "a/b..c"}},
    {"appArmorProfile": None, "fsGroupChangePolicy": None},
    {"sysctls": [{"name": "kernel/shm_rmid_forced", "value": "1"}]},
    {"runAsUser": "1"},  # of the wrong type, which is HPC110
]


@pytest.mark.parametrize(("context", "field"), REFUSED)
def test_refused_in_the_context_of_the_pod(context: dict[str, Any], field: str) -> None:
    assert found(pod(securityContext=context), "refused-value") == [IN_CONTEXT + field]


@pytest.mark.parametrize("context", ACCEPTED)
def test_accepted_in_the_context_of_the_pod(context: dict[str, Any]) -> None:
    assert found(pod(securityContext=context), "refused-value") == []


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"securityContext": {"privileged": True, "allowPrivilegeEscalation": False}}, True),
        ({"securityContext": {"privileged": False, "allowPrivilegeEscalation": False}}, False),
        (
            {"securityContext": {"capabilities": {"add": ["CAP_SYS_ADMIN"]}, "allowPrivilegeEscalation": False}},
            True,
        ),
        ({"securityContext": {"capabilities": {"add": ["SYS_ADMIN"]}, "allowPrivilegeEscalation": False}}, False),
        ({"securityContext": {"procMount": "Unmasked"}}, True),
        ({"securityContext": {"procMount": "Default"}}, False),
        ({"volumeMounts": [{**MOUNT, "mountPropagation": "shared"}]}, True),
        ({"volumeMounts": [{**MOUNT, "recursiveReadOnly": "Enabled", "readOnly": True}]}, False),
        ({"volumeMounts": [{**MOUNT, "recursiveReadOnly": "Disabled"}]}, False),
        ({"volumeMounts": [{**MOUNT, "recursiveReadOnly": "IfPossible"}]}, True),
        (
            {
                "volumeMounts": [
                    {**MOUNT, "recursiveReadOnly": "Enabled", "readOnly": True, "mountPropagation": "HostToContainer"}
                ]
            },
            True,
        ),
    ],
)
def test_refused_in_a_container(fields: dict[str, Any], refused: bool) -> None:
    assert bool(found(pod(containers=[container(**fields)]), "refused-value")) is refused


def test_ephemeral_containers_are_for_pods_that_live() -> None:
    manifest = pod(ephemeralContainers=[container(name="debug")])
    assert found(manifest, "refused-value") == ["spec.ephemeralContainers"]
    manifest["metadata"]["uid"] = "6f2d"
    assert found(manifest, "refused-value") == []


PORTS = [{"containerPort": 80}]


@pytest.mark.parametrize(
    ("spec", "fields"),
    [
        ({"containers": [container(ports=PORTS), container(name="b", ports=PORTS)]}, 1),
        ({"containers": [container(ports=PORTS), container(name="b", ports=[{**PORTS[0], "hostPort": 0}])]}, 1),
        ({"containers": [container(ports=PORTS), container(name="b", ports=[{**PORTS[0], "protocol": "UDP"}])]}, 0),
        ({"containers": [container(ports=PORTS), container(name="b", ports=[{**PORTS[0], "hostIP": "::1"}])]}, 0),
        ({"containers": [container(ports=PORTS)], "initContainers": [container(name="i", ports=PORTS)]}, 0),
        ({"containers": [container()], "initContainers": [container(name="i", ports=PORTS * 2)]}, 1),
        ({"containers": [container(ports=PORTS * 3)]}, 2),
        ({"containers": [container(ports=PORTS * 2)], "hostNetwork": False}, 0),
        ({"containers": [container(ports=[{"containerPort": "80"}] * 2)]}, 0),
    ],
)
def test_ports_of_the_node_are_taken_once(spec: dict[str, Any], fields: int) -> None:
    assert len(found(pod(**spec), "duplicate-host-port")) == fields


@pytest.mark.parametrize(
    ("name", "spec", "since"),
    [
        ("host-network-conflict", {"hostUsers": False}, (1, 33)),
        ("host-network-conflict", {"hostnameOverride": "a"}, (1, 35)),
        ("windows-forbidden-field", {"os": {"name": "windows"}, "hostPID": True}, (1, 24)),
        ("windows-forbidden-field", {"os": {"name": "windows"}, "hostUsers": True}, (1, 33)),
        ("windows-forbidden-field", {"os": {"name": "windows"}, "resources": {"limits": {"cpu": 1}}}, (1, 34)),
        ("pod-level-resources", {"resources": {"limits": {"cpu": 1}}}, (1, 34)),
        ("linux-os", {"os": {"name": "linux"}}, (1, 24)),
        ("invalid-os-name", {"os": {"name": "windows"}}, None),
        ("refused-value", {"securityContext": {"supplementalGroupsPolicy": "x"}}, (1, 33)),
    ],
)
def test_a_field_that_is_off_is_dropped(name: str, spec: dict[str, Any], since: Version | None) -> None:
    versions = [(1, minor) for minor in range(22, 38)]
    assert [version for version in versions if found(pod(**spec), name, version)] == (
        [version for version in versions if version >= since] if since else [(1, 23)]
    )


def test_pod_resources_are_one_finding() -> None:
    manifest = pod(os={"name": "windows"}, resources={"limits": {"cpu": 1}})
    assert found(manifest, "windows-forbidden-field") == ["spec.resources"]
    assert found(manifest, "pod-level-resources") == []


@pytest.mark.parametrize(
    ("spec", "fields"),
    [
        ({"hostUsers": False, "hostNetwork": False}, []),
        ({"hostUsers": False, "hostNetwork": False, "hostPID": True}, ["spec.hostUsers"]),
        ({"securityContext": {"sysctls": [{"name": "net.a"}]}}, ["spec.securityContext.sysctls[0].name"]),
        ({"securityContext": {"sysctls": [{"name": "kernel.sem"}]}}, []),
        ({"securityContext": {"sysctls": [{"name": "kernel.sem"}]}, "hostIPC": True}, [IN_CONTEXT + "sysctls[0].name"]),
    ],
)
def test_what_a_shared_namespace_excludes(spec: dict[str, Any], fields: list[str]) -> None:
    assert found(pod(**spec), "host-network-conflict") == fields


APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/agent"
SECCOMP, SECCOMP_IN_POD = (
    "container.seccomp.security.alpha.kubernetes.io/agent",
    "seccomp.security.alpha.kubernetes.io/pod",
)
WORDS = {
    "runtime/default": {"type": "RuntimeDefault"},
    "unconfined": {"type": "Unconfined"},
    "localhost/a/b": {"type": "Localhost", "localhostProfile": "a/b"},
}


@pytest.mark.parametrize(
    ("key", "field", "place"),
    [
        (APP_ARMOR, "appArmorProfile", "container"),
        (APP_ARMOR, "appArmorProfile", "pod"),
        (SECCOMP, "seccompProfile", "container"),
        (SECCOMP_IN_POD, "seccompProfile", "pod"),
    ],
)
@pytest.mark.parametrize("profile", WORDS.values(), ids=lambda profile: profile["type"])
@pytest.mark.parametrize("word", [*WORDS, "docker/default", "localhost/", "other"])
def test_a_profile_and_its_older_annotation_say_the_same(
    key: str, field: str, place: str, profile: dict[str, str], word: str
) -> None:
    """As the code of Kubernetes 1.34 has it, asked for each of these in a template."""
    manifest = template(**({"securityContext": {field: profile}} if place == "pod" else {}))
    described = manifest["spec"]["template"]
    if place == "container":
        described["spec"]["containers"][0]["securityContext"] = {field: profile}
    described["metadata"]["annotations"] = {key: word}
    is_seccomp = field == "seccompProfile"
    is_docker = word == "docker/default" and is_seccomp
    says_the_same = WORDS.get(word) == profile or (is_docker and profile["type"] == "RuntimeDefault")
    holder = "spec.template.spec" if place == "pod" else "spec.template.spec.containers[0]"
    wanted = [] if says_the_same else [f"{holder}.securityContext.{field}.type"]
    if word == "other" or (word == "docker/default" and not is_seccomp):
        wanted.append(f"spec.template.metadata.annotations['{key}']")
    assert sorted(found(manifest, "refused-value", (1, 34))) == sorted(wanted)


def template(**spec: Any) -> dict[str, Any]:
    described = pod(**spec)
    labels = {"app": "agent"}
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": "agent"},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": described["spec"]},
        },
    }


@pytest.mark.parametrize("kubernetes", [(1, minor) for minor in range(22, 38)], ids=str)
def test_which_versions_hold_profiles_against_annotations(kubernetes: Version) -> None:
    """The code of Kubernetes 1.22 to 1.36 is one for seccomp, and for AppArmor from 1.30 on, when its field came."""
    manifest = template(securityContext={"seccompProfile": WORDS["unconfined"], "appArmorProfile": WORDS["unconfined"]})
    manifest["spec"]["template"]["metadata"]["annotations"] = {
        SECCOMP_IN_POD: "runtime/default",
        APP_ARMOR: "runtime/default",
        f"{APP_ARMOR}2": "",
    }
    context = "spec.template.spec.securityContext."
    wanted = [f"{context}seccompProfile.type", f"spec.template.metadata.annotations['{APP_ARMOR}2']"]
    app_armor = [f"{context}appArmorProfile.type"] if kubernetes >= (1, 30) else []
    assert sorted(found(manifest, "refused-value", kubernetes)) == sorted((*wanted, *app_armor))


@pytest.mark.parametrize(
    ("word", "fields"),
    [
        ("runtime/default", []),
        ("localhost/a/b", []),
        ("localhost/ a", ["spec.securityContext.appArmorProfile.type"]),
        ("localhost/", ["spec.securityContext.appArmorProfile.type"]),
        ("", ["spec.securityContext.appArmorProfile.type"]),
    ],
)
def test_a_pods_own_annotation_goes_before_its_profile(word: str, fields: list[str]) -> None:
    """The API server makes a good word into the profile of the container, where that has none; not so in templates."""
    manifest = pod(securityContext={"appArmorProfile": WORDS["unconfined"]})
    manifest["metadata"]["annotations"] = {APP_ARMOR: word}
    assert found(manifest, "refused-value") == fields
    manifest["spec"]["containers"][0]["securityContext"] = {"appArmorProfile": WORDS["unconfined"]}
    assert found(manifest, "refused-value") == ["spec.containers[0].securityContext.appArmorProfile.type"]


@pytest.mark.parametrize(
    ("key", "word", "is_good"),
    [
        (APP_ARMOR, "", True),
        (APP_ARMOR, "localhost/", True),
        (APP_ARMOR, "localhost/../a", True),
        (APP_ARMOR, "docker/default", False),
        (f"{APP_ARMOR}2", "unconfined", False),
        (SECCOMP, "docker/default", True),
        (SECCOMP, "localhost/", True),
        (SECCOMP, "localhost//a", False),
        (SECCOMP, "localhost/../a", False),
        (SECCOMP, "", False),
        (f"{SECCOMP}2", "unconfined", True),
        (SECCOMP_IN_POD, "runtime", False),
        ("apparmor.security.beta.kubernetes.io/allowedProfileNames", "x", True),
        (SECCOMP, "${PROFILE}", True),
    ],
)
@pytest.mark.parametrize("system", [None, "windows"])
def test_annotations_of_profiles_are_looked_at_by_themselves(
    key: str, word: str, is_good: bool, system: str | None
) -> None:
    """Without a profile beside them, and in a pod for Windows as well."""
    manifest = pod(**({"os": {"name": system}} if system else {}))
    manifest["metadata"]["annotations"] = {key: word}
    assert found(manifest, "refused-value") == ([] if is_good else [f"metadata.annotations['{key}']"])


def test_an_annotation_for_another_place_contradicts_nothing() -> None:
    """A container's seccomp annotation is held against the container's own profile only, AppArmor's not at all where
    the pod says that it is for Windows.
    """
    manifest = template(securityContext={"seccompProfile": WORDS["unconfined"], "appArmorProfile": WORDS["unconfined"]})
    described = manifest["spec"]["template"]
    described["metadata"]["annotations"] = {SECCOMP: "runtime/default", APP_ARMOR: "runtime/default"}
    profile = "spec.template.spec.securityContext.appArmorProfile.type"
    assert found(manifest, "refused-value", (1, 30)) == [profile]
    described["spec"]["os"] = {"name": "windows"}
    assert found(manifest, "refused-value", (1, 30)) == []
