"""A chart's `kubeVersion` narrows the version that its pods are judged for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from scanning import run

from hostprocess_lint.rules.kuberange import newest


@pytest.mark.parametrize(
    ("versions", "minor"),
    [
        (">=1.19.0-0", 36),
        ("^1.10.0-0", 36),
        ("~1.25", 25),
        ("~1", 36),
        ("1.25.x", 25),
        ("1.25.4", 25),
        ("*", 36),
        ("<1.25", 24),
        ("<=1.25", 25),
        ("<1.25.3", 25),
        ("<= v1.24.x", 24),
        (">=1.22 <1.26", 25),
        (">=1.22.0-0,<1.26.0-0", 25),
        ("1.20.0 - 1.24.0", 24),
        (">=1.22.0-0 || <1.20", 36),
        ("<1.22 || 1.30", 30),
        ("!=1.36", 35),
        (">=1.25.0+k3s1", 36),
        ("", None),
        ("^2.0", None),
        ("== 1.28", None),
        ("new", None),
    ],
)
def test_newest(versions: str, minor: int | None) -> None:
    """As `helm template --kube-version` of Helm 4.3.1 and 3.17.3 takes them, tried with all minors from 15 to 36."""
    assert newest(versions, (1, 36)) == (minor and (1, minor))


POD = """\
apiVersion: v1
kind: Pod
metadata: {name: agent}
spec:
  hostNetwork: true
  nodeSelector: {kubernetes.io/os: windows}
  securityContext: {windowsOptions: {hostProcess: true, runAsUserName: 'NT AUTHORITY\\LocalService'}}
  containers: [{name: agent, image: 'registry.example/agent:1.2.3'}]
"""


@pytest.mark.parametrize(
    ("versions", "arguments", "level"),
    [
        ("", (), None),
        ("kubeVersion: '>=1.19.0-0'\n", (), None),
        ("kubeVersion: '<1.26'\n", (), "note"),
        ("kubeVersion: '<1.23'\n", (), "error"),
        ("kubeVersion: '<1.26'\n", ("--kubernetes-version", "1.22"), "error"),
    ],
)
def test_a_chart_is_judged_for_the_newest_version_that_it_allows(
    versions: str, arguments: tuple[str, ...], level: str | None, tmp_path: Path
) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "pod.yaml").write_text(POD)
    (tmp_path / "Chart.yaml").write_text(f"apiVersion: v2\nname: agent\nversion: 0.1.0\n{versions}")
    done = run("scan", "--format", "json", "--select", "HPC501", *arguments, ".", cwd=tmp_path)
    assert [finding["level"] for finding in json.loads(done.stdout)["findings"]] == ([level] if level else [])


def test_a_profile_for_several_versions_is_judged_for_each(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "pod.yaml").write_text(POD)
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: agent\nversion: 0.1.0\n")
    configuration = "charts:\n- path: .\n  kubernetes-versions: ['1.24', '1.22']\n"
    (tmp_path / ".hostprocess-lint.yaml").write_text(configuration)
    done = run("scan", "--format", "json", "--select", "HPC501", ".", cwd=tmp_path)
    [finding] = json.loads(done.stdout)["findings"]
    assert (finding["level"], "1.22" in finding["message"]) == ("error", True)
    assert finding["source"]["variant"] == "default on Kubernetes 1.22, default on Kubernetes 1.24"
