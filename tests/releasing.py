"""Repositories with releases, written as one text per file, and what a scan finds in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from overlays import DAEMONSET
from scanning import report, write

FLUX = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: agent, namespace: flux}
spec:
  path: ./base
  sourceRef: {kind: GitRepository, name: fleet}
"""
ARGO = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: agent, namespace: argocd}
spec:
  destination: {namespace: ops}
  source:
    repoURL: https://git.example/fleet.git
    path: %s
"""
"""An Application of a path."""

RELEASE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: agent, namespace: ops}
spec:
  chart:
    spec:
      chart: ./charts/agent
      sourceRef: {kind: GitRepository, name: fleet}
"""
"""A HelmRelease of `CHART`."""

UNPLACED = RELEASE.replace(", namespace: ops", "")
"""The same in whatever namespace it is put."""

BASE = {"base/daemonset.yaml": DAEMONSET, "base/kustomization.yaml": "resources: [daemonset.yaml]\n"}
CHART = {
    "charts/agent/Chart.yaml": "apiVersion: v2\nname: agent\nversion: 0.1.0\n",
    "charts/agent/values.yaml": (
        "windows:\n  enabled: true\n  hostNetwork: true\n  account: NT AUTHORITY\\LocalService\n"
        "image: registry.example/agent:1.2.3\n"
    ),
    "charts/agent/templates/ds.yaml": """\
{{- if .Values.windows.enabled }}
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: agent
  namespace: ops
spec:
  selector:
    matchLabels: {app: agent}
  template:
    metadata:
      labels: {app: agent}
    spec:
      nodeSelector:
        kubernetes.io/os: windows
      automountServiceAccountToken: false
      hostNetwork: {{ .Values.windows.hostNetwork }}
      securityContext:
        windowsOptions:
          hostProcess: true
          runAsUserName: {{ .Values.windows.account | squote }}
      containers:
        - name: agent
          image: {{ .Values.image }}
          command: [agent.exe]
          resources:
            limits: {memory: 200Mi}
{{- end }}
""",
}
"""A chart that has no findings by its own values."""


def found(root: Path, files: dict[str, str], *paths: str, notes: bool = False) -> list[tuple[str, str]]:
    """Rule and place of each finding, notes only if asked for, in a repository of some files."""
    (root / ".git").mkdir(parents=True, exist_ok=True)
    write(root, files)
    findings = report(*(paths or (".",)), cwd=root)["findings"]
    return [(each["rule"], place(each)) for each in findings if notes or each["level"] != "note"]


def place(finding: dict[str, Any]) -> str:
    return f"{finding['location']['path']}:{finding['location']['line']}"


def mends(root: Path, files: dict[str, str], old: str, new: str) -> list[tuple[str, str]]:
    """The findings in a repository, each of which goes when what is on its line is changed."""
    before = found(root / "before", files)
    for rule, where in before:
        name, _, line = where.rpartition(":")
        lines = files[name].split("\n")
        changed = lines[int(line) - 1].replace(old, new)
        assert changed != lines[int(line) - 1], f"{rule} is not where it is mended: {where}"
        lines[int(line) - 1] = changed
        after = found(root / f"after-{line}", {**files, name: "\n".join(lines)})
        assert (rule, where) not in after
    return before
