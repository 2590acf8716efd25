"""Overlays are built for the releases in them only where one of these deploys what could be a HostProcess pod."""

from __future__ import annotations

from pathlib import Path

import pytest
from overlays import DAEMONSET
from releasing import CHART, FLUX, UNPLACED, found

from hostprocess_lint.render.chartwords import ChartWords
from hostprocess_lint.render.kustomize.overlay import may_fill_in
from hostprocess_lint.render.kustomize.reader import OverlayInput, Reader
from hostprocess_lint.render.mattering import Mattering, charts_that_matter
from hostprocess_lint.sources.releases.reading import Manifests
from hostprocess_lint.sources.releases.repository import Repository
from hostprocess_lint.sources.source import Source

LINUX = {
    "charts/agent/Chart.yaml": "apiVersion: v2\nname: agent\nversion: 0.1.0\n",
    "charts/agent/templates/cm.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
}
APPS = {"apps/release.yaml": UNPLACED, "apps/kustomization.yaml": "resources: [release.yaml]\n"}


def mattering(root: Path, files: dict[str, str]) -> Mattering:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    manifests = [Source("manifest", str(file), str(file)) for file in sorted(root.glob("apps/*.yaml"))]
    charts = [Source("chart", "charts/agent", str(root / "charts/agent"))]
    written = list(Manifests(manifests).releases(Repository(root), lambda *_: ""))
    assert len(written) == 1
    words = ChartWords(None, ())
    matter = Mattering(str(root), charts_that_matter(charts, words), written, words)
    overlay = OverlayInput(root / "apps", "apps", root, str)
    matter.grow([(overlay, Reader(overlay)(()))])
    return matter


def test_a_release_of_a_chart_for_linux_needs_no_build(tmp_path: Path) -> None:
    assert not mattering(tmp_path, {**LINUX, **APPS}).holds(str(tmp_path / "apps"))


def test_a_release_of_a_chart_that_says_the_word_needs_one(tmp_path: Path) -> None:
    matter = mattering(tmp_path, {**CHART, **APPS})
    assert matter.holds(str(tmp_path / "apps"))
    assert matter.leads_to_pods(str(tmp_path / "apps"))
    assert not matter.holds(str(tmp_path / "elsewhere"))


@pytest.mark.parametrize(
    "change",
    [
        "patches: [{patch: '[{op: replace, path: /spec/chart/spec/chart, value: ./b}]'}]\n",
        "patches: [{patch: '[{op: replace, path: /spec/template, value: {}}]', target: {kind: ApplicationSet}}]\n",
        "patches: [{patch: '[{op: add, path: /spec/generators/-, value: {}}]', target: {name: apps}}]\n",
        "patches: [{patch: '{kind: HelmRelease, spec: {chart: {spec: {chart: ./b}}}}'}]\n",
        "patches: [{patch: '{spec: {valuesFrom: [{kind: ConfigMap, name: b}]}}', target: {kind: Helm.*}}]\n",
        "patchesStrategicMerge: ['{kind: HelmRelease, spec: {chartRef: {kind: HelmChart, name: b}}}']\n",
        "patches: [{patch: '{kind: Kustomization, spec: {path: ./b}}'}]\n",
        "patches: [{patch: '{kind: Kustomization, spec: {postBuild: {substitute: {a: b}}}}'}]\n",
        "patches: [{patch: '{kind: Kustomization, spec: {patches: [{patch: \"{spec: {chart: {}}}\"}]}}'}]\n",
        "transformers: ['{apiVersion: builtin, kind: PatchTransformer, metadata: {name: a}}']\n",
        "replacements: [{source: {kind: ConfigMap}}]\n",
        '"repl\\u0061cements": [{source: {kind: ConfigMap}}]\n',
        "Replacements: [{source: {kind: ConfigMap}}]\n",
        "vars: [{name: A, objref: {kind: ConfigMap, name: a, apiVersion: v1}}]\n",
        "labels: [{pairs: {path: ./b}, fields: [{kind: Kustomization, path: spec, create: true}]}]\n",
        "labels: [{pairs: {chart: ./b}, fields: [{path: spec/chart/spec}]}]\n",
        "patches: [{patch: '{kind: ResourceSet, spec: {inputs: [{chart: ./b}]}}'}]\n",
        "patches: [{patch: '{spec: {values: {securityContext: {windowsOptions: {hostProcess: true}}}}}'}]\n",
    ],
)
def test_what_could_lead_a_release_elsewhere_is_built(change: str, tmp_path: Path) -> None:
    files = {**LINUX, **APPS, "apps/kustomization.yaml": APPS["apps/kustomization.yaml"] + change}
    assert mattering(tmp_path, files).holds(str(tmp_path / "apps"))


@pytest.mark.parametrize(
    "change",
    [
        "patches: [{patch: '{kind: Deployment, spec: {template: {}}}'}]\n",
        "patches: [{patch: '{kind: HelmRelease, spec: {interval: 1h}}'}]\n",
        "patches: [{patch: '[{op: add, path: /metadata/labels, value: {path: b}}]', target: {kind: HelmRelease}}]\n",
        "patches: [{patch: '{kind: Kustomization, spec: {patches: [{patch: \"{kind: HelmRelease, spec: {}}\"}]}}'}]\n",
        "patches: [{patch: '[{op: add, path: /spec/template/spec, value: {}}]', target: {kind: Deployment}}]\n",
        "patches: [{patch: '[{op: add, path: /spec/template, value: {}}]', target: {kind: FluxInstance}}]\n",
        "namespace: b\n",
        "labels: [{pairs: {path: ./b}, fields: [{path: spec/selector}]}]\n",
        "labels: [{pairs: {vars: ./b}}]\n",
    ],
)
def test_what_leads_no_release_elsewhere_is_not_built(change: str, tmp_path: Path) -> None:
    files = {**LINUX, **APPS, "apps/kustomization.yaml": APPS["apps/kustomization.yaml"] + change}
    assert not mattering(tmp_path, files).holds(str(tmp_path / "apps"))


@pytest.mark.parametrize(
    ("places", "may"),
    [
        ("namePrefix: [{kind: HelmRelease, path: spec/chart/spec/chart}]\n", True),
        ("CommonAnnotations: [{path: spec}]\n", True),
        ("commonAnnotations: [{path: metadata/annotations}]\n", False),
        ("nameReference: [{kind: ConfigMap, fieldSpecs: [{path: spec/valuesFrom/name}]}]\n", False),
    ],
)
def test_a_prefix_or_label_may_be_said_to_go_where_a_release_leads(places: str, may: bool, tmp_path: Path) -> None:
    change = "namePrefix: b\nconfigurations: [places.txt]\n"
    files = {**LINUX, **APPS, "apps/kustomization.yaml": APPS["apps/kustomization.yaml"] + change}
    assert mattering(tmp_path, {**files, "apps/places.txt": places}).holds(str(tmp_path / "apps")) is may


LEADING = {
    "flux.yaml": FLUX.replace("./base", "./apps"),
    "apps/one/kustomization.yaml": "resources:\n- ks.yaml\n- gone.yaml\n",
    "apps/one/ks.yaml": FLUX.replace("./base", "./other").replace("name: agent", "name: other", 1),
    "other/kustomization.yaml": "resources: [app.yaml, release.yaml]\n"
    "patches: [{target: {kind: ApplicationSet}, patch: '[{op: add, path: /spec/template/a, value: b}]'}]\n",
    "other/release.yaml": UNPLACED.replace("./charts/agent", "agent").replace("GitRepository", "HelmRepository"),
}
"""An overlay that lacks a file, and deploys one whose patch could lead an ApplicationSet elsewhere."""


@pytest.mark.parametrize(
    ("app", "is_told"),
    [("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n", False), (DAEMONSET, True)],
    ids=["no pod", "a pod"],
)
def test_a_file_that_is_not_there_is_told_where_releases_lead_to_a_pod(app: str, is_told: bool, tmp_path: Path) -> None:
    gone = ("HPC002", "apps/one/kustomization.yaml:3")
    assert (gone in found(tmp_path, {**LEADING, "other/app.yaml": app})) is is_told


@pytest.mark.parametrize(
    ("text", "may"),
    [
        (r"a: '^\d+\.\d+$ ${x}'", False),
        (r'a: "one\ntwo ${x}"', False),
        (r'a: "\x${x}"', True),
        (r'a: "\${x}"', True),
        (r'a: "host\u0050${x}"', True),
        ('a: "host\\\n  ${x}"', True),
        ("a: ${x,,}", True),
    ],
)
def test_what_escapes_make_of_variables(text: str, may: bool) -> None:
    assert may_fill_in(text.encode()) is may
    assert may_fill_in(b"a: 1\n" + text.encode() + b"\n") is may
