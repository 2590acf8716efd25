"""k3s and RKE2: charts that a HelmChart holds itself, with findings at the line that sets a value or has the chart."""

from __future__ import annotations

import base64
import gzip
import io
import tarfile
import time
from pathlib import Path

import pytest
from releasing import ARGO, CHART, found
from scanning import report, write

pytest.importorskip("helm_python")

HEAD = "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {name: agent, namespace: kube-system}\nspec:\n"
CONFIG = f"{HEAD.replace('HelmChart', 'HelmChartConfig')}  valuesContent: |\n    windows:\n      hostNetwork: false\n"
WRONG = "  valuesContent: |\n    windows:\n      hostNetwork: false\n"
RIGHT = WRONG.replace("false", "true")
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: more, namespace: kube-system}\nstringData:\n"
LARGE = 300 * 1024**2


def packed(files: dict[str, str]) -> str:
    """A chart's archive in base64."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(name.removeprefix("charts/"))
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return base64.b64encode(buffer.getvalue()).decode()


def holding(files: dict[str, str]) -> str:
    return f"{HEAD}  chartContent: {packed(files)}\n"


MINE = holding(CHART)
BROKEN = holding(
    {**CHART, "charts/agent/values.yaml": CHART["charts/agent/values.yaml"].replace("work: true", "work: false")}
)


@pytest.mark.parametrize(
    "made",
    [
        BROKEN,
        holding(
            {"charts/deeper/Chart.yaml": "name: deeper\nversion: 1.0.0\n", "charts/deeper/templates/a.yaml": BROKEN}
        ),
    ],
    ids=["a chart", "a chart that makes one"],
)
def test_a_chart_that_a_packed_one_makes_is_judged(made: str, tmp_path: Path) -> None:
    outer = {"charts/outer/Chart.yaml": "name: outer\nversion: 1.0.0\n", "charts/outer/templates/inner.yaml": made}
    text = holding(outer).replace("name: agent", "name: outer")
    assert found(tmp_path, {"chart.yaml": text}) == [("HPC101", "chart.yaml:5")]


@pytest.mark.parametrize("by_chart", [False, True], ids=["by a manifest", "by a chart"])
def test_what_a_packed_application_deploys_is_judged_with_its_values(by_chart: bool, tmp_path: Path) -> None:
    application = ARGO % "charts/agent" + "    helm: {valuesObject: {windows: {hostNetwork: false}}}\n"
    outer = {"charts/apps/Chart.yaml": "name: apps\nversion: 1.0.0\n", "charts/apps/templates/agent.yaml": application}
    files = {**CHART, "deploy/chart.yaml": holding(outer)}
    if by_chart:
        files["deploy/apps/Chart.yaml"] = "name: all\nversion: 1.0.0\n"
        files["deploy/apps/templates/chart.yaml"] = files.pop("deploy/chart.yaml")
    [(rule, place)] = found(tmp_path, files)
    assert (rule, place.partition(":")[0]) == ("HPC101", next(each for each in files if each.endswith("chart.yaml")))


@pytest.mark.parametrize(
    ("files", "places"),
    [
        ({"chart.yaml": MINE}, []),
        ({"chart.yaml": BROKEN}, ["chart.yaml:5"]),
        ({"chart.yaml": BROKEN + RIGHT}, []),
        ({"chart.yaml": MINE + WRONG}, ["chart.yaml:8"]),
        ({"chart.yaml": f"{MINE}  set: {{windows.hostNetwork: 'false'}}\n{RIGHT}"}, ["chart.yaml:6"]),
        ({"chart.yaml": MINE + RIGHT, "config.yaml": CONFIG}, ["config.yaml:7"]),
        ({"chart.yaml": MINE.replace("spec:", "spec:\n  chart: other") + WRONG}, ["chart.yaml:9"]),
        ({"chart.yaml": f"{BROKEN}---\n{MINE.replace('agent', 'other')}"}, ["chart.yaml:5"]),
    ],
    ids=["plain", "default", "mended", "values", "set", "config", "over `chart`", "two in a file"],
)
def test_which_line_sets_a_value_of_a_chart_that_is_written_here(
    files: dict[str, str], places: list[str], tmp_path: Path
) -> None:
    assert found(tmp_path, files, notes=True) == [("HPC101", place) for place in places]


def test_a_chart_may_be_written_in_many_lines(tmp_path: Path) -> None:
    text = BROKEN.partition("chartContent: ")[2].strip()
    lines = "".join(f"    {text[start : start + 76]}\n" for start in range(0, len(text), 76))
    assert found(tmp_path, {"chart.yaml": f"{HEAD}  chartContent: |\n{lines}"}) == [("HPC101", "chart.yaml:5")]


def test_secrets_of_values_win_over_the_values_beside_them(tmp_path: Path) -> None:
    text = f"{MINE}{RIGHT}  valuesSecrets: [{{name: more, keys: [one, two]}}]\n"
    held = f"{SECRET}  one: |\n    windows: {{hostNetwork: true}}\n  two: |\n    windows:\n      hostNetwork: false\n"
    assert found(tmp_path, {"chart.yaml": text, "secret.yaml": held}) == [("HPC101", "secret.yaml:9")]


NO_CHARTS = {
    "a word": "aGVsbG8=",
    "no base64": "no base64",
    "no archive": base64.b64encode(gzip.compress(b"x")).decode(),
}


@pytest.mark.parametrize("content", NO_CHARTS.values(), ids=list(NO_CHARTS))
def test_what_is_no_chart_is_told_at_its_line(content: str, tmp_path: Path) -> None:
    assert found(tmp_path, {"chart.yaml": f"{HEAD}  chartContent: {content}\n"}) == [("HPC002", "chart.yaml:5")]


def test_a_chart_that_a_template_fills_in_is_not_known(tmp_path: Path) -> None:
    text = f"{HEAD}  chartContent: '%{{CHART}}%'\n"
    assert found(tmp_path, {"chart.yaml": text}, notes=True) == [("HPC006", "chart.yaml:5")]


def test_a_bomb_ends(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with gzip.open(buffer, "wb") as stream, tarfile.open(fileobj=stream, mode="w") as archive:
        entry = tarfile.TarInfo("agent/values.yaml")
        entry.size = LARGE
        archive.addfile(entry, io.BytesIO(bytes(LARGE)))
    text = f"{HEAD}  chartContent: {base64.b64encode(buffer.getvalue()).decode()}\n"
    started = time.process_time()
    assert found(tmp_path, {"chart.yaml": text}) == [("HPC002", "chart.yaml:5")]
    assert time.process_time() - started < 10


def test_nothing_in_the_chart_leads_out_of_it(tmp_path: Path) -> None:
    text = holding({**CHART, "charts/agent/../../secret.yaml": "a: b\n"})
    assert found(tmp_path, {"chart.yaml": text}) == [("HPC002", "chart.yaml:5")]


def test_a_workload_of_it_is_in_the_inventory(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    write(tmp_path, {"chart.yaml": MINE})
    (workload,) = report(".", cwd=tmp_path)["workloads"]
    assert workload["location"]["path"] == "chart.yaml"


INNER = """\
{{- range .Values.apps }}
apiVersion: helm.cattle.io/v1
kind: HelmChart
metadata: {name: {{ .name }}, namespace: kube-system}
spec:
  chartContent: {{ $.Values.content }}
  values: {windows: {hostNetwork: {{ .net }}}}
---
{{- end }}
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: here, namespace: argocd}
spec:
  source:
    repoURL: https://git.example/ops.git
    path: charts/agent
    helm: {valuesObject: {windows: {hostNetwork: {{ .Values.net }}}}}
"""
APPS = {
    "charts/apps/Chart.yaml": "apiVersion: v2\nname: apps\nversion: 0.1.0\n",
    "charts/apps/values.yaml": f"net: true\napps: []\ncontent: {packed(CHART)}\n",
    "charts/apps/templates/apps.yaml": INNER,
}


@pytest.mark.parametrize(
    ("values", "places"),
    [
        ("", []),
        ("  valuesContent: |\n    net: false\n", ["chart.yaml:7"]),
        ("  valuesContent: |\n    apps:\n    - {name: a, net: true}\n    - {name: b, net: false}\n", ["chart.yaml:9"]),
    ],
    ids=["right", "of the repository", "packed again"],
)
def test_a_chart_that_is_written_here_may_make_releases(values: str, places: list[str], tmp_path: Path) -> None:
    text = holding(APPS) + values
    assert found(tmp_path, {**CHART, "chart.yaml": text}) == [("HPC101", place) for place in places]


def test_a_release_of_a_chart_that_is_written_here_is_the_charts_line(tmp_path: Path) -> None:
    files = {**APPS, "charts/apps/values.yaml": APPS["charts/apps/values.yaml"].replace("net: true", "net: false")}
    assert found(tmp_path, {**CHART, "chart.yaml": holding(files)}) == [("HPC101", "chart.yaml:5")]


def test_a_key_of_a_secret_that_is_not_known_hides_no_other(tmp_path: Path) -> None:
    secret = f"{SECRET}  one: |\n    windows:\n      hostNetwork: false\n"
    text = f"{MINE}  valuesSecrets: [{{name: more, keys: [gone, one]}}]\n"
    expected = [("HPC006", "chart.yaml:6"), ("HPC101", "secret.yaml:7")]
    assert sorted(found(tmp_path, {"chart.yaml": text, "secret.yaml": secret}, notes=True)) == expected


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ("values: {windows: {hostProcess: true}}", 5),
        ("valuesSecrets: [{name: gone, keys: [a]}]", 5),
        ("failurePolicy: abort", 4),
    ],
)
def test_a_config_of_a_chart_that_the_distribution_brings_along_is_told(given: str, line: int, tmp_path: Path) -> None:
    config = f"{HEAD.replace('HelmChart', 'HelmChartConfig')}  {given}\n"
    assert ("HPC006", f"config.yaml:{line}") in found(tmp_path, {"config.yaml": config}, notes=True)


@pytest.mark.parametrize(
    ("named", "command"),
    [
        (
            "chart: agent\n  repo: https://charts.example",
            "helm pull agent --repo https://charts.example --version 1.2.3",
        ),
        ("chart: oci://registry.example/charts/agent", "helm pull oci://registry.example/charts/agent --version 1.2.3"),
        ("chart: https://charts.example/agent-1.2.3.tgz", "helm pull https://charts.example/agent-1.2.3.tgz"),
        ("chart: stable/agent", "helm pull stable/agent --version 1.2.3"),
    ],
)
def test_how_a_chart_from_elsewhere_is_brought(named: str, command: str, tmp_path: Path) -> None:
    write(tmp_path, {"chart.yaml": f"{HEAD}  {named}\n  version: 1.2.3\n"})
    (finding,) = report(".", cwd=tmp_path)["findings"]
    assert f"`{command}`" in finding["hint"]
