"""Releases that a chart makes without a template that says so: of values, files, packed charts, and pieces of words."""

from __future__ import annotations

import io
import tarfile
from itertools import count
from pathlib import Path

import pytest
from releasing import ARGO, CHART, RELEASE, found

from hostprocess_lint.render.engines import Engines
from hostprocess_lint.sources.charts.relevance import texts_read
from hostprocess_lint.sources.releases.inchart import says_release

pytest.importorskip("helm_python")

APP = ARGO % "charts/agent" + "    helm: {parameters: [{name: windows.hostNetwork, value: 'false'}]}\n"
FLUX = RELEASE + "  values: {windows: {hostNetwork: false}}\n"
PRINTS = "{{ range .Values.extra }}\n---\n{{ toYaml . }}\n{{ end }}\n"
META = {"m/Chart.yaml": "apiVersion: v2\nname: m\nversion: 0.1.0\n"}


def indented(text: str, width: int = 2) -> str:
    """As the element of a list."""
    first, *rest = text.splitlines(keepends=True)
    return " " * (width - 2) + "- " + first + "".join(" " * width + line for line in rest)


def pack(folder: Path, name: str, template: str) -> None:
    """A packaged chart of one template."""
    folder.mkdir(parents=True)
    files = {"Chart.yaml": f"apiVersion: v2\nname: {name}\nversion: 0.1.0\n", "templates/r.yaml": template}
    with tarfile.open(folder / f"{name}-0.1.0.tgz", mode="w:gz") as archive:
        for path, text in files.items():
            entry = tarfile.TarInfo(f"{name}/{path}")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))


def test_in_values(tmp_path: Path) -> None:
    chart = {**CHART, **META, "m/templates/x.yaml": PRINTS}
    argo = {**chart, "m/values.yaml": "extra:\n" + indented(APP)}
    assert found(tmp_path / "argo", argo) == [("HPC101", "m/values.yaml:10")]
    flux = {**chart, "m/values.yaml": "extra:\n" + indented(FLUX)}
    assert found(tmp_path / "flux", flux) == [("HPC101", "m/values.yaml:10")]
    mended = {**chart, "m/values.yaml": "extra:\n" + indented(FLUX.replace("false", "true"))}
    assert found(tmp_path / "mended", mended) == []
    assert found(tmp_path / "unprinted", {**argo, "m/templates/x.yaml": "a: b\n"}) == []


@pytest.mark.parametrize("ignored", ["", "ci/\n"])
def test_in_values_that_the_chart_brings_along(ignored: str, tmp_path: Path) -> None:
    files = {**CHART, **META, "m/templates/x.yaml": PRINTS, "m/values.yaml": "extra: []\n", "m/.helmignore": ignored}
    assert found(tmp_path, {**files, "m/ci/p-values.yaml": "extra:\n" + indented(APP)}) == [
        ("HPC101", "m/ci/p-values.yaml:10")
    ]


def test_in_values_that_a_release_gives(tmp_path: Path) -> None:
    root = ARGO.replace("name: agent", "name: root") % "m"
    files = {**CHART, **META, "m/templates/x.yaml": PRINTS, "m/values.yaml": "extra: []\n"}
    files |= {"root.yaml": root + "    helm: {valueFiles: [p.txt]}\n", "m/p.txt": "extra:\n" + indented(APP)}
    assert found(tmp_path, files) == [("HPC101", "m/p.txt:10")]


def test_made_by_a_packed_chart(tmp_path: Path) -> None:
    template = (
        "{{- range $k, $v := .Values.apps }}\n---\napiVersion: argoproj.io/v1alpha1\nkind: Application\n"
        "metadata: {name: {{ $k }}}\nspec:\n  source: {{- toYaml $v.source | nindent 4 }}\n{{- end }}\n"
    )
    values = (
        "argocd-apps:\n  apps:\n    agent:\n      source:\n        repoURL: https://git.example/fleet.git\n"
        "        path: charts/agent\n        helm: {parameters: [{name: windows.hostNetwork, value: 'false'}]}\n"
    )
    dependency = "dependencies: [{name: %s, version: 0.1.0, repository: ''}]\n"
    chart = META["m/Chart.yaml"]
    pack(tmp_path / "apps" / "m" / "charts", "argocd-apps", template)
    files = {**CHART, "m/Chart.yaml": chart + dependency % "argocd-apps", "m/values.yaml": values}
    assert found(tmp_path / "apps", files) == [("HPC101", "m/values.yaml:7")]
    pack(tmp_path / "raw" / "m" / "charts", "raw", PRINTS)
    files = {
        **CHART,
        "m/Chart.yaml": chart + dependency % "raw",
        "m/values.yaml": "raw:\n  extra:\n" + indented(APP, 4),
    }
    assert found(tmp_path / "raw", files) == [("HPC101", "m/values.yaml:11")]


@pytest.mark.parametrize("name", ["a.txt", "a.yaml"])
def test_in_files_that_a_template_reads(name: str, tmp_path: Path) -> None:
    template = '{{ range $p, $_ := .Files.Glob "apps/*" }}\n---\n{{ tpl ($.Files.Get $p) $ }}\n{{ end }}\n'
    file = APP.replace("charts/agent", "'{{ .Values.p }}'")
    files = {**CHART, **META, "m/values.yaml": "p: charts/agent\n", "m/templates/a.yaml": template}
    assert found(tmp_path, {**files, f"m/apps/{name}": file}) == [("HPC101", "m/templates/a.yaml:3")]


SOURCE = (
    'dict "repoURL" "https://git.example/fleet.git" "path" "charts/agent" "helm" (dict "parameters" '
    '(list (dict "name" "windows.hostNetwork" "value" "false")))'
)


@pytest.mark.parametrize(
    ("template", "values"),
    [
        pytest.param(
            '{{ toYaml (dict "apiVersion" "argoproj.io/v1alpha1" "kind" "Application" "metadata" (dict "name" "z") '
            f'"spec" (dict "source" ({SOURCE}))) }}}}\n',
            "",
            id="an object of dicts",
        ),
        pytest.param(
            APP.replace("Application", "{{ .Values.k }}").replace("argoproj.io", "{{ .Values.g }}"),
            "{k: Application, g: argoproj.io}\n",
            id="of values",
        ),
        pytest.param(
            APP.replace("argoproj.io/v1alpha1", '{{ printf "%s/v1alpha1" "argoproj.io" }}').replace(
                "kind: Application", 'kind: {{ "Application" }}'
            ),
            "",
            id="printed",
        ),
        pytest.param(
            APP.replace("argoproj.io", '{{ list "argoproj" "io" | join "." }}').replace(
                "Application", '{{ printf "%sion" "Applicat" }}'
            ),
            "",
            id="joined",
        ),
        pytest.param(APP.replace("Application", '{{ title "application" }}'), "", id="titled"),
    ],
)
def test_of_pieces(template: str, values: str, tmp_path: Path) -> None:
    (finding,) = found(tmp_path, {**CHART, **META, "m/values.yaml": values, "m/templates/x.yaml": template})
    assert finding[0] == "HPC101"
    assert finding[1].startswith("m/templates/x.yaml:")


@pytest.mark.parametrize(
    ("said", "may"),
    [
        ("apiVersion: argoproj.io/v1alpha1\nkind: Application\n", True),
        ('apiVersion: "argoproj\\u002eio/v1alpha1"\nkind: Application\n', True),
        ("app: YXBpVmVyc2lvbjogYXJnb3Byb2ouaW8vdjFhbHBoYTEKa2luZDogQXBwbGljYXRpb24K\n", True),
        ("annotations: {argocd.argoproj.io/hook: Sync}\nkind: Application\n", False),
        ("apiVersion: argoproj.io/v1alpha1\nkind: Rollout\n", False),
        ("apiVersion: app.k8s.io/v1beta1\nkind: Application\n", False),
    ],
)
def test_what_is_asked_of_texts(said: str, may: bool) -> None:
    assert (
        says_release(texts_read([("templates/a.yaml", b"{{ .Values.x }}"), ("values.yaml", said.encode())], ())) is may
    )


def test_of_many_charts_each_has_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The more charts there are, the longer they may take together: none is cut short for those before it."""
    ticks = count(step=40)
    monkeypatch.setattr(Engines, "worked", lambda *_: next(ticks))
    names = ("a", "b", "c", "d")
    files = {f"{name}/Chart.yaml": META["m/Chart.yaml"] for name in names}
    files |= {f"{name}/templates/x.yaml": ARGO % "charts/agent" for name in names[:3]}
    files["d/templates/x.yaml"] = APP
    assert found(tmp_path, {**CHART, **files}) == [("HPC101", "d/templates/x.yaml:9")]
