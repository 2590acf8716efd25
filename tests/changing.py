"""Repositories for tests of what a change affects: a manifest, a chart and an overlay, all clean."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from overlays import DAEMONSET
from scanning import write

PATCH = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  template:
    spec:
      securityContext:
        windowsOptions:
          runAsUserName: NT AUTHORITY\\LocalService
"""
FILES = {
    "README.md": "# Read me\n",
    "deploy/agent.yaml": DAEMONSET,
    "charts/agent/Chart.yaml": "apiVersion: v2\nname: agent\nversion: 0.1.0\n",
    "charts/agent/values.yaml": "account: NT AUTHORITY\\SYSTEM\n",
    "charts/agent/templates/_helpers.tpl": '{{- define "agent.network" -}}\nhostNetwork: true\n{{- end }}\n',
    "charts/agent/templates/agent.yaml": DAEMONSET.replace(
        "hostNetwork: true", '{{ include "agent.network" . }}'
    ).replace("NT AUTHORITY\\SYSTEM  # base", "{{ .Values.account }}"),
    "kustomize/base/kustomization.yaml": "resources: [agent.yaml]\n",
    "kustomize/base/agent.yaml": DAEMONSET,
    "kustomize/production/kustomization.yaml": "resources: [../base]\npatches:\n- path: account.yaml\n",
    "kustomize/production/account.yaml": PATCH,
}


def git(directory: Path, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """git with a user, and with nothing of the machine's configuration."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") and name != "PYTHONPATH"}
    who = {f"GIT_{role}_{what}": f"{what}@x" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {**clean, **who, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", **changes}
    return subprocess.run(
        ["git", *arguments], cwd=directory, env=environment, capture_output=True, text=True, check=False
    )


def repository(root: Path, files: Mapping[str, str]) -> Path:
    """A repository with one commit of some files."""
    write(root, files)
    for arguments in (("init", "--quiet"), ("add", "--all"), ("commit", "--quiet", "--message", "first")):
        done = git(root, *arguments)
        assert done.returncode == 0, done.stderr
    return root
