"""What other scanners ask of HostProcess workloads that nobody can do, or that mean nothing: by their rule ids."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from ..errors import HOME

_DOCS = "https://kubernetes.io/docs"
_HOST_PROCESS = f"{_DOCS}/tasks/configure-pod-container/create-hostprocess-pod/"
_OS_FIELD = f"{_DOCS}/reference/kubernetes-api/workload-resources/pod-v1/#PodSpec"
_ON_WINDOWS = f"{_DOCS}/concepts/windows/intro/#compatibility-v1-pod-spec-containers-securitycontext"
_REFUSED = "the API server refuses it in a pod with `os.name: windows`, and Windows nodes ignore it in any other"


class Reason(NamedTuple):
    """Why nobody can follow. `page` is that of our own rule about the field, `source` where the reason is written."""

    sentence: str
    page: str
    source: str

    @property
    def url(self) -> str:
        return f"{HOME}/blob/main/{self.page}"


class Tool(NamedTuple):
    """A scanner as SARIF names it, and its rules by their ids. `source` says what these are about.

    `number` finds in an id what its other spellings have in common.
    """

    name: str
    source: str
    rules: Mapping[str, str]
    number: str = r"(.+)"

    def reason(self, rule: str) -> Reason | None:
        """The reason that belongs to a rule, in whichever spelling of its id."""
        found = re.fullmatch(self.number, rule)
        return REASONS.get(self.rules.get(found[1], "")) if found else None


REASONS = {
    "host-network": Reason(
        "HostProcess pods have to be on the host's network: the API server refuses any other",
        "policies/rejected/missing-host-network.md",
        _HOST_PROCESS,
    ),
    "non-root": Reason(
        "Windows has no root: a HostProcess container runs as its `runAsUserName`, whatever `runAsNonRoot` says, "
        "but for `ContainerAdministrator` (HPC213)",
        "policies/misbehaves/run-as-non-root.md",
        _ON_WINDOWS,
    ),
    "user-id": Reason(
        f"Windows has no numbers for users and groups: {_REFUSED}",
        "policies/rejected/windows-forbidden-field.md",
        _OS_FIELD,
    ),
    "escalation": Reason(
        f"`allowPrivilegeEscalation` is about Linux: {_REFUSED}",
        "policies/rejected/windows-forbidden-field.md",
        _OS_FIELD,
    ),
    "read-only": Reason(
        f"Windows has no read-only root file system: {_REFUSED}",
        "policies/rejected/windows-forbidden-field.md",
        _OS_FIELD,
    ),
    "drop-capabilities": Reason(
        f"Windows has no capabilities to drop: {_REFUSED}",
        "policies/rejected/windows-forbidden-field.md",
        _OS_FIELD,
    ),
    "seccomp": Reason(
        f"Windows has no seccomp: {_REFUSED}",
        "policies/rejected/windows-forbidden-field.md",
        _OS_FIELD,
    ),
    "apparmor": Reason(
        f"Windows has no AppArmor: {_REFUSED}",
        "policies/rejected/windows-forbidden-field.md",
        _OS_FIELD,
    ),
    "linux-hardening": Reason(
        f"AppArmor, seccomp, SELinux and capabilities are about Linux: {_REFUSED}",
        "policies/rejected/windows-forbidden-field.md",
        _OS_FIELD,
    ),
}

TOOLS = (
    Tool(
        "Checkov",
        "https://www.checkov.io/5.Policy%20Index/kubernetes.html",
        {
            "CKV_K8S_19": "host-network",
            "CKV_K8S_20": "escalation",
            "CKV_K8S_22": "read-only",
            "CKV_K8S_23": "non-root",
            "CKV_K8S_28": "drop-capabilities",
            "CKV_K8S_31": "seccomp",
            "CKV_K8S_37": "drop-capabilities",
            "CKV_K8S_40": "user-id",
        },
    ),
    Tool(
        "Trivy",
        "https://github.com/aquasecurity/trivy-checks/tree/main/checks/kubernetes",
        {
            "1": "escalation",
            "2": "apparmor",
            "3": "drop-capabilities",
            "4": "drop-capabilities",
            "9": "host-network",
            "12": "non-root",
            "14": "read-only",
            "20": "user-id",
            "30": "seccomp",
            "104": "seccomp",
            "106": "drop-capabilities",
            "116": "user-id",
        },
        number=r"(?:AVD-)?KSV-?0*(\d+)",
    ),
    Tool(
        "kubescape",
        "https://github.com/kubescape/regolibrary/tree/master/controls",
        {
            "C-0013": "non-root",
            "C-0016": "escalation",
            "C-0017": "read-only",
            "C-0041": "host-network",
            "C-0055": "linux-hardening",
            "C-0210": "seccomp",
        },
    ),
    Tool(
        "KICS",
        "https://docs.kics.io/latest/queries/kubernetes-queries/",
        {
            "02323c00-cdc3-4fdc-a310-4f2b3e7a1660": "user-id",
            "268ca686-7fb7-4ae9-b129-955a2a89064e": "drop-capabilities",
            "2f1a0619-b12b-48a0-825f-993bb6f01d58": "drop-capabilities",
            "5572cc5e-1e4c-4113-92a6-7a8a3bd25e6d": "escalation",
            "6b6bdfb3-c3ae-44cb-88e4-7405c1ba2c8a": "host-network",
            "8b36775e-183d-4d46-b0f7-96a6f34a723f": "apparmor",
            "a9c2f49d-0671-4fc9-9ece-f4e261e128d0": "read-only",
            "cf34805e-3872-4c08-bf92-6ff7bb0cfadb": "non-root",
            "dbbc6705-d541-43b0-b166-dd4be8208b54": "drop-capabilities",
            "f377b83e-bd07-4f48-a591-60c82b14a78b": "seccomp",
        },
    ),
    Tool(
        "kube-linter",
        "https://docs.kubelinter.io/#/generated/checks",
        {
            "drop-net-raw-capability": "drop-capabilities",
            "host-network": "host-network",
            "no-read-only-root-fs": "read-only",
            "privilege-escalation-container": "escalation",
            "run-as-non-root": "non-root",
        },
    ),
)
