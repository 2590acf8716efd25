"""What the objects of each tool say: what is deployed, with which values in which order, and where each is written."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from releasing import RELEASE
from scanning import seconds, write

from hostprocess_lint.documents.document import Document
from hostprocess_lint.documents.stream import documents
from hostprocess_lint.finding import Resource
from hostprocess_lint.location import Location, Part, Span
from hostprocess_lint.pods.objects import Object
from hostprocess_lint.sourcefile import SourceFile
from hostprocess_lint.sources.releases.argo import applicationset
from hostprocess_lint.sources.releases.filled import fill, fill_lines
from hostprocess_lint.sources.releases.helmfile.state import State
from hostprocess_lint.sources.releases.joined import Joined
from hostprocess_lint.sources.releases.objects import ObjectInFile, objects_in
from hostprocess_lint.sources.releases.reading import Manifests
from hostprocess_lint.sources.releases.release import Elsewhere, Release, Unknowable
from hostprocess_lint.sources.releases.repository import Repository
from hostprocess_lint.sources.releases.touched import TouchedFiles
from hostprocess_lint.sources.source import Source

CHART = {"charts/agent/Chart.yaml": "apiVersion: v2\nname: agent\nversion: 0.1.0\n"}


def no_engine(template: str, parameters: Mapping[str, Any], definitions: str = "") -> str:
    raise ValueError("there is no Helm here")


def read(root: Path, files: dict[str, str]) -> list[Release | Unknowable]:
    """The releases of a repository with some files."""
    write(root, {**CHART, **files})
    sources = [Source("manifest", name, str(root / name)) for name in files if name.endswith((".yaml", ".yml"))]
    return list(Manifests(sources).releases(Repository(root.resolve()), no_engine))


def one(root: Path, files: dict[str, str]) -> Release:
    (found,) = read(root, files)
    assert isinstance(found, Release)
    return found


def shown(location: Location | None) -> str | None:
    """`path:line: text precision` of a place."""
    if location is None:
        return None
    text = location.file.text[location.span.start : location.span.end]
    return f"{location.path}:{location.start[0]}: {text} {location.precision.value}"


def places(release: Release, *route: str) -> list[str]:
    """Where each part of a release's values writes a value, in their order."""
    found = (each.place.locate(route, Part.PAIR) for each in release.given if each.file is None)
    return [text for each in found if (text := shown(each))]


def application(source: str, extra: str = "") -> str:
    indented = "".join(f"    {line}\n" for line in source.splitlines())
    return (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: agent, namespace: argocd}\nspec:\n"
        f"  destination: {{namespace: ops, name: production}}\n{extra}  source:\n{indented}"
    )


def test_an_application_deploys_a_path_of_this_repository(tmp_path: Path) -> None:
    source = "repoURL: https://git.example/ops.git\npath: charts/agent\n"
    source += "helm: {kubeVersion: 1.30.0, apiVersions: [a/v1]}\n"
    found = one(tmp_path, {"app.yaml": application(source)})
    assert found.title == "Application argocd/agent"
    assert found.deploys == tmp_path.resolve() / "charts/agent"
    assert (found.name, found.namespace, found.cluster) == ("agent", "ops", "production")
    assert (found.kubernetes_version, found.api_versions) == ("1.30.0", ("a/v1",))
    assert shown(found.location) == "app.yaml:8: path: charts/agent exact"


def test_the_values_of_an_application_in_the_order_in_which_they_win(tmp_path: Path) -> None:
    source = (
        "path: charts/agent\nhelm:\n  releaseName: other\n  valueFiles: [values-prod.yaml, /environments/*.yaml]\n"
        "  values: |\n    windows:\n      account: SYSTEM\n"
        '  parameters: [{name: windows.account, value: "a,b", forceString: true}]\n'
    )
    files = {
        "app.yaml": application(source),
        "charts/agent/values-prod.yaml": "a: 1\n",
        "environments/b.yaml": "a: 2\n",
        "environments/a.yaml": "a: 3\n",
    }
    found = one(tmp_path, files)
    assert found.name == "other"
    names = [each.file.name if each.file else each.setting or each.text for each in found.given]
    assert names == ["values-prod.yaml", "a.yaml", "b.yaml", "windows:\n  account: SYSTEM\n", "windows.account=a\\,b"]
    assert found.given[-1].flag == "set-string"
    assert places(found, "windows", "account") == [
        "app.yaml:13: account: SYSTEM exact",
        'app.yaml:14: value: "a,b" exact',
    ]


def test_a_values_object_takes_the_place_of_the_string(tmp_path: Path) -> None:
    source = "path: charts/agent\nhelm:\n  values: 'a: 1'\n  valuesObject: {windows: {hostNetwork: false}}\n"
    found = one(tmp_path, {"app.yaml": application(source)})
    assert [each.values for each in found.given] == [{"windows": {"hostNetwork": False}}]
    assert places(found, "windows", "hostNetwork") == ["app.yaml:10: hostNetwork: false exact"]


def test_values_of_another_source_of_the_application(tmp_path: Path) -> None:
    text = (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: agent}\nspec:\n  sources:\n"
        "    - {repoURL: https://charts.example, chart: agent, targetRevision: 1.2.3,\n"
        "       helm: {valueFiles: [$own/a.yaml]}}\n"
        "    - {repoURL: https://git.example/ops.git, ref: own}\n"
    )
    found = one(tmp_path, {"app.yaml": text, "a.yaml": "a: 1\n"})
    assert found.deploys == Elsewhere(
        "chart `agent` 1.2.3", "helm pull agent --repo https://charts.example --version 1.2.3", "agent", "1.2.3"
    )
    assert [each.file for each in found.given] == [tmp_path.resolve() / "a.yaml"]


@pytest.mark.parametrize("path", ["../outside", "nowhere", "charts/agent/../../../.."])
def test_what_is_not_in_the_repository_is_elsewhere(path: str, tmp_path: Path) -> None:
    root = tmp_path / "root"
    (tmp_path / "outside").mkdir()
    found = one(root, {"app.yaml": application(f"repoURL: https://git.example/ops.git\npath: {path}\n")})
    assert found.deploys == Elsewhere(
        f"`{path}` of https://git.example/ops.git", "git clone https://git.example/ops.git"
    )


EVIL = "x;touch$IFS`id`$(id)&'\"|y"
"""What a shell would act on, in the name of a chart, a repository or a version."""
QUOTED = EVIL.replace("'", "''")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("app.yaml", f"source: {{repoURL: 'https://{QUOTED}', path: away}}"),
        ("app.yaml", f"source: {{repoURL: 'https://a.example', chart: '{QUOTED}'}}"),
        ("app.yaml", f"source: {{repoURL: a.example, chart: '{QUOTED}'}}"),
        ("app.yaml", f"source: {{repoURL: 'https://{QUOTED}', chart: agent}}"),
        ("app.yaml", f"source: {{repoURL: 'https://a.example', chart: agent, targetRevision: '{QUOTED}'}}"),
        ("helmfile.yaml", f"releases: [{{name: a, chart: '{QUOTED}'}}]"),
        ("fleet.yaml", f"helm: {{chart: 'https://a.example/{QUOTED}'}}"),
        ("fleet.yaml", f"helm: {{chart: 'https://a.example/{QUOTED}-1.0.tgz'}}"),
        ("fleet.yaml", f"helm: {{chart: 'https://a.example/agent', version: '{QUOTED}'}}"),
    ],
)
def test_the_command_that_brings_a_chart_holds_each_name_as_one_word(name: str, text: str, tmp_path: Path) -> None:
    head = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: agent}\nspec:\n  "
    (found,) = read(tmp_path, {name: f"{head if name == 'app.yaml' else ''}{text}\n"})
    assert isinstance(found, Release)
    assert isinstance(found.deploys, Elsewhere)
    assert any(EVIL in word for word in shlex.split(found.deploys.command))


@pytest.mark.parametrize(
    ("url", "is_this"),
    [
        ("https://git.example/team/ops.git", True),
        ("git@git.example:team/ops.git", True),
        ("ssh://git@git.example:22/team/ops", True),
        ("https://git.example/team/other", False),
        ("", True),
        ("{{ .repo }}", True),
    ],
)
def test_the_checkouts_own_remote_tells_repositories_apart(url: str, is_this: bool, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text('[remote "origin"]\n\turl = https://git.example/team/ops.git\n')
    assert Repository(tmp_path).is_this(url) is is_this


def application_set(generators: str, values: str, go: bool = True) -> str:
    indented = "".join(f"    {line}\n" for line in generators.splitlines())
    return (
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: agents}\nspec:\n"
        f"  goTemplate: {str(go).lower()}\n  generators:\n{indented}  template:\n"
        f"    metadata: {{name: 'agent-{'{{.cluster}}' if go else '{{cluster}}'}'}}\n    spec:\n      source:\n"
        f"        path: charts/agent\n        helm:\n          values: |\n            account: {values}\n"
    )


@pytest.mark.parametrize("go", [True, False])
def test_the_elements_of_a_list(go: bool, tmp_path: Path) -> None:
    generators = "- list:\n    elements:\n      - {cluster: a, account: SYSTEM}\n      - {cluster: b, account: x}\n"
    text = application_set(generators, "{{ .account }}" if go else "{{account}}", go)
    found = [each for each in read(tmp_path, {"set.yaml": text}) if isinstance(each, Release)]
    assert [each.title for each in found] == [
        "Application agent-a of ApplicationSet agents",
        "Application agent-b of ApplicationSet agents",
    ]
    assert [each.given[0].text for each in found] == ["account: SYSTEM\n", "account: x\n"]
    assert places(found[0], "account") == ["set.yaml:9: SYSTEM exact"]


def test_what_several_parameters_make_is_known_by_its_line(tmp_path: Path) -> None:
    generators = "- list: {elements: [{cluster: a, domain: NT AUTHORITY, user: SYSTEM}]}\n"
    text = application_set(generators, r"'{{ .domain }}\{{ .user }}'")
    (found,) = read(tmp_path, {"set.yaml": text})
    assert isinstance(found, Release)
    assert places(found, "account") == [r"set.yaml:15: account: '{{ .domain }}\{{ .user }}' line"]


def test_git_files_directories_and_their_matrix(tmp_path: Path) -> None:
    generators = (
        "- matrix:\n    generators:\n"
        "      - git: {files: [{path: 'clusters/*.json'}]}\n"
        "      - git: {directories: [{path: 'charts/*'}, {path: charts/other, exclude: true}]}\n"
    )
    files = {
        "set.yaml": application_set(generators, "{{ .account }}"),
        "clusters/a.json": '{"cluster": "a",\n "account": "SYSTEM"}',
        "charts/other/x.txt": "",
    }
    (found,) = read(tmp_path, files)
    assert isinstance(found, Release)
    (written,) = places(found, "account")
    assert written.removeprefix(f"{tmp_path}/") == 'clusters/a.json:2: "SYSTEM" exact'


def test_a_merge_takes_what_the_later_generator_says(tmp_path: Path) -> None:
    generators = (
        "- merge:\n    mergeKeys: [cluster]\n    generators:\n"
        "      - list: {elements: [{cluster: a, account: x}, {cluster: b, account: w}]}\n"
        "      - list: {elements: [{cluster: a, account: z}]}\n"
    )
    found = read(tmp_path, {"set.yaml": application_set(generators, "{{ .account }}")})
    assert [each.given[0].text for each in found if isinstance(each, Release)] == ["account: z\n", "account: w\n"]


@pytest.mark.parametrize("generator", ["clusters: {}", "pullRequest: {}", "scmProvider: {}", "plugin: {}"])
def test_a_generator_that_asks_a_server_is_said(generator: str, tmp_path: Path) -> None:
    said, one_for_all = read(tmp_path, {"set.yaml": application_set(f"- {generator}\n", "x")})
    assert isinstance(said, Unknowable)
    assert "asks a server" in said.reason
    assert said.location.start[0] == 7
    assert isinstance(one_for_all, Release)
    assert (one_for_all.title, one_for_all.given[0].text) == (
        "Application agent-${cluster} of ApplicationSet agents",
        "account: x\n",
    )


@pytest.mark.parametrize("generator", ["clusters: {}", "pullRequest: {}", "scmProvider: {}", "plugin: {}"])
def test_no_application_is_made_of_what_a_server_decides(generator: str, tmp_path: Path) -> None:
    deciding = "'{{ if .cluster }}SYSTEM{{ end }}'"
    (said,) = read(tmp_path, {"set.yaml": application_set(f"- {generator}\n", deciding)})
    assert isinstance(said, Unknowable)
    assert "asks a server" in said.reason


HELM_RELEASE = f"""\
{RELEASE}\
      valuesFiles: [charts/agent/values-prod.yaml]
  targetNamespace: agents
  valuesFrom:
    - {{kind: ConfigMap, name: shared}}
    - {{kind: ConfigMap, name: shared, valuesKey: account, targetPath: windows.account}}
    - {{kind: Secret, name: hidden}}
  values:
    windows: {{account: SYSTEM}}
"""


def test_a_helm_release(tmp_path: Path) -> None:
    config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shared, namespace: ops}\ndata:\n  account: x\n"
    config += "  values.yaml: |\n    windows:\n      account: y\n"
    files = {"release.yaml": HELM_RELEASE, "config.yaml": config, "charts/agent/values-prod.yaml": "a: 1\n"}
    found = one(tmp_path, files)
    assert (found.title, found.name, found.namespace) == ("HelmRelease ops/agent", "agents-agent", "agents")
    assert found.deploys == tmp_path.resolve() / "charts/agent"
    assert found.given[0].file == tmp_path.resolve() / "charts/agent/values-prod.yaml"
    assert places(found, "windows", "account") == [
        "config.yaml:8: account: y exact",
        "config.yaml:5: account: x exact",
        "release.yaml:16: account: SYSTEM exact",
    ]
    assert [each.reason for each in found.unknown] == ["values from Secret `hidden`, which is not in the scan"]


def test_a_chart_of_a_helm_repository_is_pulled_from_its_url(tmp_path: Path) -> None:
    release = HELM_RELEASE.replace("./charts/agent", "agent\n      version: 1.x").replace(
        "GitRepository", "HelmRepository"
    )
    repository = (
        "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata: {name: fleet, namespace: ops}\n"
        "spec: {url: https://charts.example}\n"
    )
    found = next(each for each in read(tmp_path, {"release.yaml": release, "repository.yaml": repository}))
    assert isinstance(found, Release)
    assert isinstance(found.deploys, Elsewhere)
    assert found.deploys.command == "helm pull agent --repo https://charts.example --version 1.x"


def test_a_flux_kustomization(tmp_path: Path) -> None:
    text = (
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: agent, namespace: flux}\n"
        "spec:\n  path: ./charts\n  targetNamespace: ops\n  sourceRef: {kind: GitRepository, name: fleet}\n"
        "  patches: [{patch: '[]', target: {kind: DaemonSet}}]\n"
        "  postBuild: {substitute: {account: SYSTEM}, substituteFrom: [{kind: Secret, name: s}]}\n"
    )
    found = one(tmp_path, {"kustomization-flux.yaml": text})
    assert found.deploys == tmp_path.resolve() / "charts"
    assert found.customized is not None
    assert [field.name for field in found.customized.fields] == ["patches"]
    assert found.customized.namespace == "ops"
    assert [(each.name, each.value) for each in found.customized.substitute] == [("account", "SYSTEM")]
    assert [each.reason for each in found.unknown] == ["values from Secret `s`, which is not in the scan"]


def test_a_helmfile(tmp_path: Path) -> None:
    text = (
        "repositories: [{name: public, url: https://charts.example}]\nreleases:\n"
        "  - name: agent\n    namespace: ops\n    chart: ../charts/agent\n    values:\n      - prod.yaml\n"
        "      - windows: {account: SYSTEM}\n      - values.yaml.gotmpl\n    set: [{name: windows.account, value: x}]\n"
        "  - {name: other, chart: public/node-agent, version: 1.2.3}\n"
        "  - {name: off, chart: ../charts/agent, installed: false}\n"
    )
    first, second = read(tmp_path, {"deploy/helmfile.yaml": text, "deploy/prod.yaml": "a: 1\n"})
    assert isinstance(first, Release)
    assert isinstance(second, Release)
    assert first.deploys == tmp_path.resolve() / "charts/agent"
    assert places(first, "windows", "account") == [
        "deploy/helmfile.yaml:8: account: SYSTEM exact",
        "deploy/helmfile.yaml:10: value: x exact",
    ]
    assert [each.location.start[0] for each in first.unknown] == [9]
    assert isinstance(second.deploys, Elsewhere)
    assert second.deploys.command == "helm pull node-agent --repo https://charts.example --version 1.2.3"


def test_a_helm_chart_of_k3s_and_its_config(tmp_path: Path) -> None:
    text = (
        "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {name: agent, namespace: kube-system}\n"
        "spec:\n  chart: agent\n  repo: https://charts.example\n  set: {windows.account: x}\n"
        "  valuesContent: |-\n    windows:\n      account: SYSTEM\n---\n"
        "apiVersion: helm.cattle.io/v1\nkind: HelmChartConfig\nmetadata: {name: agent, namespace: kube-system}\n"
        "spec:\n  valuesContent: 'windows: {account: y}'\n"
    )
    found = one(tmp_path, {"chart.yaml": text})
    assert isinstance(found.deploys, Elsewhere)
    assert places(found, "windows", "account") == [
        "chart.yaml:10: account: SYSTEM exact",
        "chart.yaml:16: account: y exact",
        "chart.yaml:7: windows.account: x exact",
    ]


def test_files_of_a_fleet_bundle_win_over_its_values_and_a_target_over_both(tmp_path: Path) -> None:
    text = (
        "helm: {chart: ../charts/agent, valuesFiles: [v.yaml], values: {account: x}}\n"
        "targetCustomizations:\n"
        "- {name: prod, defaultNamespace: ops, helm: {releaseName: other, values: {account: y}}}\n"
        "- {name: dev, doNotDeploy: true}\n- {name: lab, helm: {valuesFrom: [{secretKeyRef: {name: s}}]}}\n"
    )
    found = [each for each in read(tmp_path, {"b/fleet.yaml": text, "b/v.yaml": "account: z\n"}) if each]
    assert [(each.cluster, each.name, each.namespace) for each in found if isinstance(each, Release)] == [
        (None, "b", None),
        ("prod", "other", "ops"),
        ("lab", "b", None),
    ]
    assert isinstance(found[1], Release)
    assert [each.label for each in found[1].given] == ["`values`", "`v.yaml`", "`values`"]
    assert isinstance(found[2], Release)
    assert [each.reason for each in found[2].unknown] == ["values from Secret `s`, which is not in the scan"]


def test_a_fleet_target_that_is_an_overlay(tmp_path: Path) -> None:
    text = "targetCustomizations: [{name: prod, clusterSelector: {}, kustomize: {dir: overlays/prod}}]\n"
    found = one(tmp_path, {"b/fleet.yaml": text, "b/overlays/prod/kustomization.yaml": "resources: []\n"})
    assert found.deploys == tmp_path.resolve() / "b/overlays/prod"


def test_the_paths_of_a_git_repo_that_are_no_bundles(tmp_path: Path) -> None:
    head = "apiVersion: fleet.cattle.io/v1alpha1\nkind: GitRepo\nmetadata: {name: fleet, namespace: fleet-default}\n"
    text = head + "spec: {repo: https://git.example/ops.git, paths: [charts/*, b, gone], targetNamespace: ops}\n"
    files = {"repo.yaml": text, "b/fleet.yaml": "helm: {}\n", "b/Chart.yaml": "name: b\n"}
    (bundle, found, gone) = read(tmp_path, files)
    assert isinstance(bundle, Release)
    assert isinstance(found, Release)
    assert isinstance(gone, Unknowable)
    assert gone.reason == "`gone` is not in this repository"
    assert (found.title, found.namespace) == ("GitRepo fleet-default/fleet", "ops")
    assert found.deploys == tmp_path.resolve() / "charts/agent"


def test_structured_values_of_k3s_win_over_a_text_and_secrets_are_said(tmp_path: Path) -> None:
    text = (
        "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {name: agent, namespace: kube-system}\n"
        "spec:\n  chart: agent\n  valuesSecrets: [{name: s, keys: [k]}]\n  set: {a: 1, b: 'true', c: 'x,y', d: '1'}\n"
        "  values: {account: y}\n  valuesContent: 'account: x'\n"
    )
    found = one(tmp_path, {"chart.yaml": text})
    texts = [place.split()[-2] for place in places(found, "account")]
    assert texts[:2] == ["x'", "y"] or texts[:2] == ["x", "y"]
    given = [(each.setting, each.flag) for each in found.given if each.setting]
    assert given == [("a=1", "set"), ("b=true", "set"), ("c=x\\,y", "set-string"), ("d=1", "set-string")]
    assert [each.reason for each in found.unknown] == ["values from Secret `s`, which is not in the scan"]


def test_a_fleet_bundle_and_its_targets(tmp_path: Path) -> None:
    text = (
        "defaultNamespace: ops\nhelm:\n  chart: ../charts/agent\n  releaseName: agent\n  values: {account: x}\n"
        "targetCustomizations:\n  - {name: prod, helm: {values: {account: SYSTEM}}}\n  - {name: dev}\n"
    )
    found = read(tmp_path, {"bundle/fleet.yaml": text})
    assert [each.title for each in found if isinstance(each, Release)] == [
        "Fleet bundle agent",
        "Fleet bundle agent (prod)",
        "Fleet bundle agent (dev)",
    ]
    assert isinstance(found[1], Release)
    assert found[1].deploys == tmp_path.resolve() / "charts/agent"
    assert places(found[1], "account") == [
        "bundle/fleet.yaml:5: account: x exact",
        "bundle/fleet.yaml:7: account: SYSTEM exact",
    ]


def test_a_pattern_over_everything_is_found_in_bounded_time(tmp_path: Path) -> None:
    files = {f"d{n}/values.yaml": "a: 1\n" for n in range(50)}
    pattern = "/" + "/".join(["**"] * 30) + "/*.yaml"
    found = one(
        tmp_path, {"app.yaml": application(f"path: charts/agent\nhelm: {{valueFiles: ['{pattern}']}}\n"), **files}
    )
    assert len(found.given) == 52  # these, the application's file and the chart's


FLEET = "helm: {chart: ../charts/agent}\ntargetCustomizations: [{name: a, kustomize: {dir: x}}]\n"


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("helmfile.yaml", "{{ if true }}\nreleases: []\n{{ end }}\n", "cannot be filled in: there is no Helm here"),
        ("helmfile.yaml", "bases: [x.yaml]\nreleases: []\n", "the base `x.yaml`"),
        ("helmfile.yaml", "releases: [{name: a, chart: charts/agent, secrets: [x]}]\n", "`secrets`"),
        ("b/fleet.yaml", FLEET, "`x` holds no kustomization.yaml"),
    ],
)
def test_what_is_not_read_is_said(name: str, text: str, says: str, tmp_path: Path) -> None:
    found = read(tmp_path, {name: text})
    reasons = [each.reason for each in found if isinstance(each, Unknowable)]
    reasons += [unknown.reason for each in found if isinstance(each, Release) for unknown in each.unknown]
    assert any(says in reason for reason in reasons), reasons


def test_a_file_of_a_generator_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    files = {"set.yaml": application_set("- git: {files: [{path: 'c/*.json'}]}\n", "x"), "c/a.json": '{"a": "b",'}
    (found,) = read(tmp_path, files)
    assert isinstance(found, Unknowable)
    assert "`a.json` cannot be read" in found.reason


def test_a_config_of_a_chart_that_the_distribution_brings_is_elsewhere(tmp_path: Path) -> None:
    text = (
        "apiVersion: helm.cattle.io/v1\nkind: HelmChartConfig\nmetadata: {name: cni}\nspec: {valuesContent: 'a: 1'}\n"
    )
    found = one(tmp_path, {"config.yaml": text})
    assert isinstance(found.deploys, Elsewhere)


def test_a_release_in_utf_16_is_read(tmp_path: Path) -> None:
    write(tmp_path, CHART)
    (tmp_path / "app.yaml").write_bytes(application("path: charts/agent\n").encode("utf-16"))
    source = Source("manifest", "app.yaml", str(tmp_path / "app.yaml"))
    (found,) = Manifests([source]).releases(Repository(tmp_path), no_engine)
    assert isinstance(found, Release)


def test_a_path_that_no_system_takes_is_elsewhere(tmp_path: Path) -> None:
    found = one(tmp_path, {"app.yaml": application(f"path: {'a' * 5000}\n")})
    assert isinstance(found.deploys, Elsewhere)


def test_a_helm_release_of_the_first_flux(tmp_path: Path) -> None:
    text = (
        "apiVersion: helm.fluxcd.io/v1\nkind: HelmRelease\nmetadata: {name: agent, namespace: ops}\nspec:\n"
        "  chart: {git: 'https://git.example/ops.git', path: charts/agent}\n  targetNamespace: agents\n"
        "  valuesFrom:\n    - configMapKeyRef: {name: shared}\n    - chartFileRef: {path: other.yaml}\n"
        "    - externalSourceRef: {url: 'https://x.example'}\n    - chartFileRef: {path: ../../../outside.yaml}\n"
        "  values: {windows: {account: SYSTEM}}\n"
    )
    config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shared, namespace: ops}\ndata:\n"
    config += "  values.yaml: |\n    windows:\n      account: y\n"
    files = {"release.yaml": text, "config.yaml": config, "charts/agent/other.yaml": "a: 1\n"}
    found = one(tmp_path, files)
    assert (found.name, found.namespace) == ("ops-agents-agent", "agents")
    assert found.deploys == tmp_path.resolve() / "charts/agent"
    assert places(found, "windows", "account") == [
        "config.yaml:7: account: y exact",
        "release.yaml:12: account: SYSTEM exact",
    ]
    assert [each.location.start[0] for each in found.unknown] == [10, 11]


MANY = {f"many/{number}.yaml": "a: 1\n" for number in range(1_001)}
APPLICATION_SET = application_set("- git: {files: [{path: 'many/*.yaml'}]}\n", "x")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("app.yaml", application("path: charts/agent\nhelm: {valueFiles: [/many/*.yaml]}\n")),
        ("set.yaml", APPLICATION_SET),
        ("helmfile.yaml", "releases: [{name: a, chart: charts/agent, values: ['many/*.yaml']}]\n"),
        ("many/fleet.yaml", "yaml: {overlays: [x]}\n"),
    ],
)
def test_a_pattern_that_means_too_much_is_told(name: str, text: str, tmp_path: Path) -> None:
    write(tmp_path, MANY)
    found = read(tmp_path, {name: text})
    told = [each for each in found if isinstance(each, Unknowable)]
    told += [unknown for each in found if isinstance(each, Release) for unknown in each.unknown]
    assert "HPC005" in {each.rule for each in told}


@pytest.mark.parametrize("text", ["{{ a ", '{{ "', "{{ `", "{{/* a "])
def test_a_template_without_an_end_is_filled_in_in_proportion(text: str) -> None:
    def as_it_is(template: str, parameters: Mapping[str, Any], definitions: str = "") -> str:
        return template

    assert fill_lines(text * 20_000, {}, as_it_is).text == text * 20_000
    assert seconds(lambda: lambda: fill_lines(text * 20_000, {}, as_it_is)) < 0.5
    assert fill('{{/* "a */}}{{ .b }}{{ "}}" }}{{ .c }}', {"c": 1}, as_it_is).unknown == ("b",)


def test_a_long_url_is_no_repository(tmp_path: Path) -> None:
    write(tmp_path, {".git/config": '[remote "origin"]\n  url = https://example.com/ops/agent\n'})
    assert seconds(lambda: lambda: Repository(tmp_path).is_this("a" * 100_000)) < 0.2


def test_no_overlay_of_a_fleet_bundle_lies_above_it(tmp_path: Path) -> None:
    bundle = "yaml: {overlays: ['../../shared']}\n"
    found = one(tmp_path, {"apps/a/fleet.yaml": bundle, "apps/shared/one_patch.yaml": "a: 1\n"})
    assert found.customized is not None
    assert found.customized.fields == ()
    assert [each.reason for each in found.unknown] == ["the overlay `../../shared` is not in the bundle"]


BROKEN = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: agent}\n"


@pytest.mark.parametrize(
    ("raw", "rules"),
    [
        (f"{BROKEN}spec: {{source: {{path: c\n".encode(), ["HPC001"]),
        (f"{BROKEN}# f\xfcr\nspec: {{}}\n".encode("latin-1"), ["HPC001"]),
        (f"{BROKEN}spec: {{{{ spec }}}}\n".encode(), ["HPC006"]),
        (BROKEN.encode() + b"#" * 6_000_000, ["HPC006"]),
        (b"kind: Note\ntext: argoproj.io/ kind\n: :\n  - [", []),
    ],
    ids=["no YAML", "Latin-1", "a template", "too large", "no release"],
)
def test_a_release_that_cannot_be_read_is_told(raw: bytes, rules: list[str], tmp_path: Path) -> None:
    (tmp_path / "app.yaml").write_bytes(raw)
    source = Source("manifest", "app.yaml", str(tmp_path / "app.yaml"))
    found = Manifests([source]).releases(Repository(tmp_path.resolve()), no_engine)
    assert [each.rule for each in found if isinstance(each, Unknowable)] == rules


def test_what_overrides_an_application_and_cannot_be_read_is_told(tmp_path: Path) -> None:
    files = {"app.yaml": application("path: charts/agent\n"), "charts/agent/.argocd-source.yaml": "helm: [\n"}
    found = one(tmp_path, files)
    assert [(each.reason, each.rule) for each in found.unknown] == [("`.argocd-source.yaml` cannot be read", "HPC001")]


def test_the_addresses_of_submodules_are_not_the_repositorys(tmp_path: Path) -> None:
    config = (
        '[submodule "x"]\n\turl = https://git.example/charts\n[remote "origin"]\n\turl = git@git.example:a/own.git\n'
    )
    write(tmp_path, {".git/config": config})
    repository = Repository(tmp_path.resolve())
    assert repository.is_this("https://git.example/a/own")
    assert not repository.is_this("https://git.example/charts")


def test_a_helmfile_below_that_leads_out_of_the_repository_is_not_read(tmp_path: Path) -> None:
    write(tmp_path, {"out/h.yaml": "releases: [{name: a, chart: ./x}]\n", "in/sub/kept.txt": ""})
    (tmp_path / "in/sub/helmfile.yaml").symlink_to("../../out/h.yaml")
    (found,) = read(tmp_path / "in", {"helmfile.yaml": "helmfiles: [{path: sub}]\n"})
    assert isinstance(found, Unknowable)
    assert found.reason == "the helmfile `sub` is not in this repository"


def test_an_encrypted_secret_is_said_to_be(tmp_path: Path) -> None:
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {values.yaml: 'ENC[x]'}\n"
    release = (
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a}\n"
        "spec:\n  chart: {spec: {chart: ./charts/agent, sourceRef: {kind: GitRepository, name: flux-system}}}\n"
        "  valuesFrom: [{kind: Secret, name: s}]\n"
    )
    found = one(tmp_path, {"a.yaml": f"{secret}---\n{release}"})
    assert [each.reason for each in found.unknown] == ["values from Secret `s`, which is encrypted"]


@pytest.mark.parametrize("path", ["./", ".", "/"])
def test_the_root_of_an_oci_artifact_is_not_that_of_the_repository(path: str, tmp_path: Path) -> None:
    text = (
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: kyverno, namespace: flux}\n"
        f"spec: {{path: {path}, sourceRef: {{kind: OCIRepository, name: kyverno}}}}\n"
    )
    assert isinstance(one(tmp_path, {"sync.yaml": text}).deploys, Elsewhere)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "app.yaml",
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec:\n"
            "  source: {path: charts/agent, helm: {valueFiles: [%s]}}\n" % ("'*.yml'," * 1_001),
        ),
        (
            "app.yaml",
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec:\n"
            "  source: {path: charts/agent, helm: {fileParameters: [%s]}}\n" % ("{name: a, path: Chart.yaml}," * 1_001),
        ),
        (
            "set.yaml",
            "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: a}\nspec:\n"
            "  generators: [{git: {directories: [%s]}}]\n" % ("{path: '*'}," * 1_001),
        ),
        (
            "release.yaml",
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a}\nspec:\n"
            "  chart:\n    spec:\n      chart: ./charts/agent\n      sourceRef: {kind: GitRepository, name: f}\n"
            "      valuesFiles: [%s]\n" % ("charts/agent/Chart.yaml," * 1_001),
        ),
        ("fleet.yaml", "yaml: {overlays: [%s]}\n" % ("x," * 1_001)),
    ],
    ids=["patterns", "texts", "a generator's patterns", "values files", "overlays"],
)
def test_a_list_of_too_many_is_told(name: str, text: str, tmp_path: Path) -> None:
    write(tmp_path, {"overlays/x/a.yaml": "a: 1\n"})
    found = read(tmp_path, {name: text})
    told = [more for each in found if isinstance(each, Release) for more in each.unknown]
    told += [each for each in found if isinstance(each, Unknowable)]
    assert "HPC005" in {each.rule for each in told}


def test_what_a_matrix_cannot_know_is_told_once(tmp_path: Path) -> None:
    elements = ", ".join(f"{{a: '{n}'}}" for n in range(50))
    listed = f"{{list: {{elements: [{elements}]}}}}"
    text = (
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: a}\nspec:\n"
        f"  generators: [{{matrix: {{generators: [{listed}, {{clusters: {{}}}}]}}}}]\n"
    )
    assert len(read(tmp_path, {"set.yaml": text})) == 1


def test_parameters_are_flattened_once_for_an_element(tmp_path: Path) -> None:
    many = ", ".join(f"p{n}: x" for n in range(5_000))
    labels = ", ".join(f"l{n}: '{{{{p{n}}}}}'" for n in range(200))
    text = (
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: a}\nspec:\n"
        f"  generators: [{{list: {{elements: [{{{many}}}]}}}}]\n"
        f"  template: {{metadata: {{name: a, labels: {{{labels}}}}}, spec: {{source: {{path: charts/agent}}}}}}\n"
    )
    (release,) = read(tmp_path, {"set.yaml": text})
    assert isinstance(release, Release)
    (found,) = objects_in(SourceFile("set.yaml", text))
    repository = Repository(tmp_path.resolve())
    assert seconds(lambda: lambda: list(applicationset.applicationset_releases(found, repository, no_engine))) < 0.4


def test_helmfiles_that_read_too_much_are_told(tmp_path: Path) -> None:
    """One file may be named by each entry in each environment, and is read for each."""
    named = "helmfiles: [" + "big.yaml, " * 50 + "]\nenvironments: {a: {}, b: {}, c: {}}\n"
    found = read(tmp_path, {"helmfile.yaml": named, "big.yaml": "#" * 2_000_000})
    assert "HPC005" in {each.rule for each in found if isinstance(each, Unknowable)}


def test_a_helmfiles_values_are_merged_once_for_each_that_is_taken(tmp_path: Path) -> None:
    state = State(tmp_path, "default", Repository(tmp_path), no_engine, values={"a": {"b": 1}})
    assert state.parameters["Values"] is state.parameters["StateValues"] is state.known
    state.values = {"a": {"b": 2}}
    assert state.parameters["Values"] == {"a": {"b": 2}}


def test_a_document_is_joined_once(tmp_path: Path) -> None:
    file = SourceFile("a.yaml", "kind: A\nb: c\n")
    (document,) = (each for each in documents(file) if isinstance(each, Document))
    joined = Joined(Location(file, document.span(("b",))))
    found = Object({"kind": "A"}, (), Resource("", "A", None, ""))
    for _ in range(3):
        node = joined.taken(ObjectInFile(file, document, found), document.root)
    assert joined.text == f"{file.text}\n{file.text}\n"
    assert joined.led(Span(node.start, node.start + 4)).span == Span(0, 4)


def test_a_matrix_looks_for_a_pattern_once(tmp_path: Path) -> None:
    elements = ", ".join(f"{{a: '{n}'}}" for n in range(900))
    text = (
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: a}\nspec:\n"
        f"  generators: [{{matrix: {{generators: [{{list: {{elements: [{elements}]}}}}, "
        "{git: {files: [{path: 'd/*/none.json'}]}}]}}]\n"
    )
    write(tmp_path, {f"d/{number}/a.json": "" for number in range(500)})
    (found,) = objects_in(SourceFile("set.yaml", text))
    repository = Repository(tmp_path.resolve())
    assert seconds(lambda: lambda: list(applicationset.applicationset_releases(found, repository, no_engine))) < 0.5


def test_a_git_repo_with_too_many_paths_is_told(tmp_path: Path) -> None:
    text = "apiVersion: fleet.cattle.io/v1alpha1\nkind: GitRepo\nmetadata: {name: f}\nspec: {repo: '', paths: [%s]}\n"
    found = read(tmp_path, {"repo.yaml": text % ("'x*'," * 1_001)})
    assert "HPC005" in {each.rule for each in found if isinstance(each, Unknowable)}


@pytest.mark.parametrize(
    ("files", "place"),
    [
        ({"helmfile.yaml": "releases: [\n"}, "helmfile.yaml:2"),
        ({"a/fleet.yaml": "helm: [\n"}, "a/fleet.yaml:2"),
        ({"helmfile.yaml": "bases: [b.yaml]\n", "b.yaml": "releases: [\n"}, "b.yaml:2"),
        ({"helmfile.yaml": "helmfiles:\n- b.yaml\n", "b.yaml": "releases: [\n"}, "b.yaml:2"),
        ({"helmfile.yaml": "environments: {default: {values: [v.yaml]}}\n", "v.yaml": "a: [\n"}, "helmfile.yaml:1"),
    ],
    ids=["helmfile", "Fleet", "base", "helmfile below", "values of an environment"],
)
def test_what_lies_in_the_repository_and_is_no_yaml_is_not_looked_at(
    files: dict[str, str], place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = {
        (f"{each.location.path}:{each.location.start[0]}", each.rule)
        for each in read(tmp_path, files)
        if isinstance(each, Unknowable)
    }
    assert told == {(place, "HPC001")}


def test_a_helmfile_that_cannot_be_read_is_told_where_it_is_named(tmp_path: Path) -> None:
    write(tmp_path, {"x": ""})
    (tmp_path / "b.yaml").write_bytes(b"# f\xfcr\nreleases: []\n")
    (found,) = read(tmp_path, {"helmfile.yaml": "bases: [b.yaml]\n"})
    assert isinstance(found, Unknowable)
    assert (found.rule, found.location.start[0]) == ("HPC001", 1)


def test_many_parts_of_a_helmfile_are_read_in_bounded_time(tmp_path: Path) -> None:
    (tmp_path / "helmfile.yaml").write_text("a: {{ b\n" + "---\n\n" * 20_000)
    repository, source = (
        Repository(tmp_path.resolve()),
        Source("manifest", "helmfile.yaml", f"{tmp_path}/helmfile.yaml"),
    )
    assert seconds(lambda: lambda: list(Manifests([source]).releases(repository, no_engine))) < 1


def test_many_files_that_are_gone_are_looked_for_once_in_each_text(tmp_path: Path) -> None:
    chart = tmp_path / "chart"
    place = Location(SourceFile("release.yaml", "a: b\n" * 20_000), Span(0, 1))
    releases = [Release(f"HelmRelease {number}", place, chart, "agent", None) for number in range(200)]
    gone = [f"{tmp_path}/gone/{number}.yaml" for number in range(2_000)]
    touched: list[bool] = []

    def ask(files: list[str]) -> None:
        touched[:] = map(TouchedFiles(files, ()).touches, releases)

    assert seconds(lambda: lambda: ask(gone)) < 1
    assert not any(touched)
    ask([*gone, f"{chart}/values.yaml"])
    assert all(touched)
