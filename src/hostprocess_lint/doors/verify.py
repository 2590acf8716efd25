"""Proves that the checkov on PATH loads the plugin, by running it.

In a process of its own, because the checkov that matters may live in another environment than this package, which is
the very mistake to find: importing checkov here would prove nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from ..errors import UsageError
from ..programs import is_outside, is_trusted
from ..rules.catalogue import catalogue
from ..scanner import scan_text
from ..sources.paths import boundary

_BAD = """\
apiVersion: v1
kind: Pod
metadata:
  name: bad
  namespace: default
spec:
  hostNetwork: false
  containers:
    - name: bad
      image: registry.example/bad:latest
      securityContext:
        windowsOptions:
          hostProcess: true
          runAsUserName: 'NT AUTHORITY\\SYSTEM'
"""
_SECONDS = 120
_OWN = Path(sys.executable).parent


def plugin() -> str:
    """The directory for checkov's `--external-checks-dir`."""
    return os.path.join(os.path.realpath(catalogue()), "checkov_plugin")


def verify() -> str:
    """Runs checkov over a bad manifest, and says which one found what. Raises UsageError where it finds otherwise."""
    command = _checkov()
    found = _found_by(command)
    wanted = {f"CKV_HPC_{rule.removeprefix('HPC')}" for rule in _found_by_scanner()}
    if found != wanted:
        raise UsageError(
            f"checkov-plugin: {command} {_difference(wanted, found)} on a manifest that violates {len(wanted)} rules"
        )
    return f"{command} has loaded {plugin()}: it reports the {len(wanted)} rules that a bad manifest violates"


def _difference(wanted: set[str], found: set[str]) -> str:
    """What was not reported, and what was besides."""
    parts = (("did not report", wanted - found), ("reported too much:", found - wanted))
    return "; ".join(f"{said} {', '.join(sorted(checks))}" for said, checks in parts if checks)


def _checkov() -> str:
    for entry in _entries():
        found = shutil.which(os.path.join(entry, "checkov"))
        if found and (Path(found).parent == _OWN or is_trusted(Path(found), _root())):
            return found
    raise UsageError("checkov-plugin: there is no checkov on PATH: run `pip install 'hostprocess-lint[checkov]'`")


def _entries() -> list[str]:
    """The entries of PATH that the repository cannot have filled: our own environment may lie in it, nothing else."""
    entries = [entry for entry in os.environ.get("PATH", "").split(os.pathsep) if os.path.isabs(entry)]
    return [entry for entry in entries if Path(entry) == _OWN or is_outside(Path(entry), _root())]


def _root() -> Path:
    return Path(boundary("."))


def _found_by(command: str) -> set[str]:
    with tempfile.TemporaryDirectory(prefix="hostprocess-lint-") as directory:
        with open(os.path.join(directory, "bad.yaml"), "w", encoding="utf-8") as manifest:
            manifest.write(_BAD)
        # Started there, it reads no configuration of the repository's, neither its own nor ours.
        arguments = ("--directory", directory, "--external-checks-dir", plugin(), "--framework", "kubernetes")
        options = ("--check", "CKV_HPC_*", "--output", "json", "--skip-download")
        try:
            done = subprocess.run(
                [command, *arguments, *options],
                cwd=directory,
                env={**os.environ, "PATH": os.pathsep.join(_entries()), "PYTHONSAFEPATH": "1"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise UsageError(f"checkov-plugin: {command} cannot be run: {error}") from None
    try:
        report = json.loads(done.stdout)
        return {record["check_id"] for record in report["results"]["failed_checks"]}
    except (ValueError, LookupError, TypeError):
        said = (done.stderr or done.stdout).decode("utf-8", "replace").strip().splitlines()
        reason = said[-1] if said else f"it said nothing, and exited with {done.returncode}"
        raise UsageError(f"checkov-plugin: {command} has not loaded {plugin()}: {reason}") from None


def _found_by_scanner() -> set[str]:
    return {finding.rule for finding in scan_text(_BAD, "bad.yaml").findings}
