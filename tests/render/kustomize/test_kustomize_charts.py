"""`helmCharts` of an overlay: rendered by the Helm that is here, then through the overlay's patches."""

from __future__ import annotations

from pathlib import Path

import pytest
from scanning import write

from hostprocess_lint.config.settings import Settings
from hostprocess_lint.outcome import Scan
from hostprocess_lint.render.kustomize import inflate
from hostprocess_lint.render.options import RenderOptions
from hostprocess_lint.scanner import Scanner

KUSTOMIZATION = "o/kustomization.yaml"
TEMPLATE = """\
{{- if .Values.enabled }}
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent, namespace: ops}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec:
      nodeSelector: {kubernetes.io/os: windows}
      automountServiceAccountToken: false
      hostNetwork: {{ .Values.hostNetwork }}
      securityContext: {windowsOptions: {hostProcess: true, runAsUserName: 'NT AUTHORITY\\LocalService'}}
      containers:
        - name: agent
          image: r.example/agent:1.2.3
          command: [agent.exe]
          resources: {limits: {memory: 200Mi}}
{{- end }}
"""
CHART = {
    "charts/agent/Chart.yaml": "apiVersion: v2\nname: agent\nversion: 0.1.0\n",
    "charts/agent/templates/ds.yaml": TEMPLATE,
    "charts/agent/values.yaml": "enabled: true\nhostNetwork: true\n",
}
ENTRY = "helmCharts:\n- name: agent\n  releaseName: agent\n"
INLINE = "  valuesInline:\n    hostNetwork: false\n"
WRONG = TEMPLATE.replace("name: agent, n", "name: wrong, n").replace("{{ .Values.hostNetwork }}", "false")
PATCH = """\
patches:
- target: {kind: DaemonSet}
  patch: |-
    - op: replace
      path: /spec/template/spec/hostNetwork
"""


def scanned(root: Path, text: str, monkeypatch: pytest.MonkeyPatch, **files: str) -> Scan:
    charts = {f"o/{name}": content for name, content in CHART.items()}
    monkeypatch.chdir(write(root, {".git/HEAD": "", **charts, KUSTOMIZATION: text, **files}))
    with Scanner() as scanner:
        return scanner.scan(["o"])


def places(scan: Scan, rule: str) -> list[str]:
    return [f"{f.location.path}:{f.location.start[0]}" for f in scan.findings if f.rule == rule]


def deployed(scan: Scan) -> set[str]:
    """The workloads of the overlay."""
    return {each.resource.name for each in scan.workloads if each.source.kind == "overlay"}


@pytest.mark.parametrize("field", ["helmChartInflationGenerator", "helmchartinflationgenerator"])
@pytest.mark.parametrize(
    ("given", "place"),
    [
        ("  values: v.yaml\n", "o/v.yaml:1"),
        ("  valuesLocal:\n    hostNetwork: false\n", "o/kustomization.yaml:6"),
    ],
)
def test_the_older_list(field: str, given: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in the kustomization says HostProcess; Kustomize makes `helmCharts` of it, and so do we."""
    text = f"namespace: ops\n{field}:\n- chartName: agent\n  chartHome: ../home\n{given}"
    files = {name.replace("charts/", "home/"): content for name, content in CHART.items()}
    found = scanned(tmp_path, text, monkeypatch, **files, **{"o/v.yaml": "hostNetwork: false\n"})
    assert places(found, "HPC101") == [place]
    assert deployed(found) == {"agent"}
    assert found.skipped == ()


@pytest.mark.parametrize("template", [TEMPLATE, "kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\n"])
def test_a_plugin_that_inflates_a_chart_is_told_by_what_it_reads(
    template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin = "apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: {name: a}\nname: agent\n"
    files = {"o/generator.yaml": plugin, "o/charts/agent/templates/ds.yaml": template}
    found = scanned(tmp_path, "generators: [generator.yaml]\n", monkeypatch, **files)
    told = [each.path for each in found.skipped if "HelmChartInflationGenerator" in each.reason]
    assert told == ([KUSTOMIZATION] if template is TEMPLATE else [])


def test_a_plugin_that_names_what_no_system_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin = 'apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: {name: a}\nname: "a\\0b"\n'
    found = scanned(tmp_path, "generators: [generator.yaml]\n", monkeypatch, **{"o/generator.yaml": plugin})
    (told,) = found.skipped
    assert told.reason.startswith("the plugin 'HelmChartInflationGenerator' is not supported")


def test_a_list_in_another_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = scanned(tmp_path, (ENTRY + INLINE).replace("helmCharts", "HelmCharts"), monkeypatch)
    assert places(found, "HPC101") == ["o/kustomization.yaml:5"]


def test_a_value_of_the_overlay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = scanned(tmp_path, ENTRY + INLINE, monkeypatch)
    assert places(found, "HPC101") == ["o/kustomization.yaml:5"]
    (finding,) = (each for each in found.findings if each.rule == "HPC101")
    assert (finding.source.kind, finding.source.path) == ("overlay", "o")
    assert "o/charts/agent/templates/ds.yaml" in {related.location.path for related in finding.related}
    assert found.skipped == ()
    assert ("overlay", "o") in {(each.source.kind, each.source.path) for each in found.workloads}


def test_a_patch_that_mends_the_chart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = scanned(tmp_path, f"{ENTRY}{INLINE}{PATCH}      value: true\n", monkeypatch)
    assert places(found, "HPC101") == []


def test_a_patch_that_breaks_the_chart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = scanned(tmp_path, f"{ENTRY}{PATCH}      value: false\n", monkeypatch)
    assert places(found, "HPC101") == ["o/kustomization.yaml:9"]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("  valuesFile: v.yaml\n" + INLINE, "o/kustomization.yaml:6"),
        ("  valuesFile: v.yaml\n", "o/v.yaml:1"),
        # What `kustomize build --enable-helm` itself renders of each: with `merge` the file wins, be its value false.
        ("  valuesFile: v.yaml\n  valuesMerge: merge\n" + INLINE.replace("false", "true"), "o/v.yaml:1"),
        ("  valuesFile: null.yaml\n  valuesMerge: merge\n" + INLINE, None),
        ("  valuesFile: v.yaml\n" + INLINE.replace("false", "null"), None),
        ("  valuesMerge: replace\n" + INLINE, "o/kustomization.yaml:6"),
        ("  valuesFile: on.yaml\n  valuesMerge: merge\n" + INLINE, None),
        ("  valuesMerge: merge\n" + INLINE, None),
        ("  additionalValuesFiles: [on.yaml]\n" + INLINE, None),
        ("  additionalValuesFiles: [v.yaml]\n" + INLINE.replace("false", "true"), "o/v.yaml:1"),
        ("  additionalValuesFiles: [on.yaml, v.yaml]\n", "o/v.yaml:1"),
        ("  valuesFile: v.yaml\n  valuesMerge: replace\n" + INLINE, "o/kustomization.yaml:7"),
    ],
)
def test_which_values_win(more: str, expected: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "o/v.yaml": "hostNetwork: false\n",
        "o/on.yaml": "hostNetwork: true\n",
        "o/null.yaml": "hostNetwork: null\n",
    }
    found = scanned(tmp_path, ENTRY + more, monkeypatch, **files)
    assert places(found, "HPC101") == ([expected] if expected else [])


HOOK = TEMPLATE.replace("metadata: {name: agent,", "metadata: {name: HOOK, annotations: {helm.sh/hook: WHEN},")
HOOK = HOOK.replace("hostNetwork: {{ .Values.hostNetwork }}", "hostNetwork: false")


@pytest.mark.parametrize(
    ("hook", "more", "is_deployed"),
    [
        ("pre-install", "", True),
        ("pre-install", "  skipHooks: true\n", False),
        ("test", "  skipHooks: true\n", False),
        ("pre-install", "  skipTests: true\n", True),
        ("test", "  skipTests: true\n", False),
        ('"post-install, test-success"', "  skipTests: true\n", False),
        ("test", "  skipTests: false\n", True),
    ],
)
@pytest.mark.parametrize("first", ["", "---\n# a separator before all of them\n"], ids=["plain", "separated"])
def test_hooks_and_tests_that_are_left_out(
    hook: str, more: str, is_deployed: bool, first: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = f"{first}{TEMPLATE}---\n{HOOK.replace('HOOK', 'hook').replace('WHEN', hook)}---\n{WRONG}"
    found = scanned(tmp_path, ENTRY + more, monkeypatch, **{"o/charts/agent/templates/ds.yaml": template})
    line = template[: template.rindex("hostNetwork")].count("\n") + 1
    assert deployed(found) == ({"agent", "hook", "wrong"} if is_deployed else {"agent", "wrong"})
    assert f"o/charts/agent/templates/ds.yaml:{line}" in places(found, "HPC101")


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        ("- name: agent\n  releaseName: mine\n", "mine"),
        ("- name: agent\n", "release-name"),
        ("- name: agent\n  nameTemplate: theirs\n", "theirs"),
    ],
)
def test_what_the_release_is_called(entry: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    template = TEMPLATE.replace("name: agent, n", "name: '{{ .Release.Name }}', n")
    files = {"o/charts/agent/templates/ds.yaml": template}
    assert deployed(scanned(tmp_path, f"helmCharts:\n{entry}", monkeypatch, **files)) == {name}


def test_charts_that_take_too_long_together_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inflate, "_SECONDS", 0)
    second = ENTRY.removeprefix("helmCharts:\n").replace("releaseName: agent", "releaseName: other")
    found = scanned(tmp_path, ENTRY + INLINE + second, monkeypatch)
    assert [(each.rule, each.location and each.location.start[0]) for each in found.skipped] == [("HPC005", 6)]
    assert places(found, "HPC101") == ["o/kustomization.yaml:5"]


def test_a_chart_that_was_pulled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = ENTRY + "  repo: https://charts.example\n  version: 0.1.x\n" + INLINE
    pulled = write(
        tmp_path / "pulled", {f"agent{name.removeprefix('charts/agent')}": text for name, text in CHART.items()}
    )
    monkeypatch.chdir(write(tmp_path / "root", {".git/HEAD": "", KUSTOMIZATION: text}))
    with Scanner(settings=Settings(render=RenderOptions(charts_directory=str(pulled)))) as scanner:
        found = scanner.scan(["o"])
    assert places(found, "HPC101") == ["o/kustomization.yaml:7"]


def test_a_chart_from_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "resources: [ds.yaml]\nhelmCharts:\n- name: other\n  repo: https://charts.example\n  version: 1.2.3\n"
    text += "  valuesInline: {windows: {hostProcess: true}}\n"
    rendered = TEMPLATE.replace("{{- if .Values.enabled }}\n", "").replace("{{- end }}\n", "")
    ds = {"o/ds.yaml": rendered.replace("{{ .Values.hostNetwork }}", "false")}
    found = scanned(tmp_path, text, monkeypatch, **ds)
    assert places(found, "HPC101") == ["o/ds.yaml:11"]
    (told,) = (each for each in found.findings if each.rule == "HPC006")
    assert (told.location.path, told.location.start[0]) == (KUSTOMIZATION, 3)
    assert told.level.value == "warning"
    assert told.hint == "`helm pull other --repo https://charts.example --version 1.2.3 --untar --untardir o/charts`"
    assert found.skipped == ()


def test_a_chart_that_does_not_render(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told, and what else the overlay has is judged."""
    broken = {"o/charts/agent/templates/x.yaml": "{{ .Values.none.at.all }}"}
    rendered = TEMPLATE.replace("{{- if .Values.enabled }}\n", "").replace("{{- end }}\n", "")
    ds = {"o/ds.yaml": rendered.replace("{{ .Values.hostNetwork }}", "false").replace("name: agent,", "name: own,")}
    found = scanned(tmp_path, "resources: [ds.yaml]\n" + ENTRY + INLINE, monkeypatch, **broken, **ds)
    assert "o/ds.yaml:11" in places(found, "HPC101")
