"""A chart is judged under every set of values that it brings along, and with HostProcess switched on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from helm_charts import DAEMON_SET, HOST_NETWORK, HOST_PROCESS, chain, locate, scan, shown, write

from hostprocess_lint.render.helm.engine.worker import HelmWorker
from hostprocess_lint.render.helm.profiles.profiles import HelmOptions


@pytest.fixture(scope="module")
def engine() -> Iterator[HelmWorker]:
    with HelmWorker() as worker:
        yield worker


def variants(chart: Path, engine: HelmWorker, options: HelmOptions | None = None) -> list[str | None]:
    rendered, skipped = scan(chart, engine, options)
    assert skipped == []
    return [each.origin.variant for each in rendered]


def test_values_files_beside_the_chart_are_profiles(tmp_path: Path, engine: HelmWorker) -> None:
    text = DAEMON_SET.replace("hostNetwork: true", "hostNetwork: {{ .Values.net }}")
    files = {
        "templates/ds.yaml": text,
        "values.yaml": "net: true\n",
        "ci/off-values.yaml": "net: false\n",
        "ci/on-values.yaml": "net: true\n",
        "ci/notes.yaml": "net: 7\n",
        "values-prod.yaml": "net: false\n",
        "values.dev.yaml": "net: 1\n",
        "test.values.yaml": "net: 2\n",
    }
    chart = write(tmp_path / "agent", files)
    rendered, _ = scan(chart, engine)
    assert [each.origin.variant for each in rendered] == [
        "default",
        "ci/off-values.yaml",
        "ci/on-values.yaml",
        "test.values.yaml",
        "values-prod.yaml",
        "values.dev.yaml",
    ]
    alike = {each.origin.variant: shown(locate(each, HOST_NETWORK))[:2] for each in rendered}
    assert alike["ci/off-values.yaml"] == ("agent/ci/off-values.yaml", 1)
    assert alike["values-prod.yaml"] == ("agent/values-prod.yaml", 1)  # the same text, and another line to change
    assert variants(chart, engine, HelmOptions(sets=("net=3",))) == ["net=3"]


def test_profiles_that_set_nothing_that_a_template_reads_come_once(tmp_path: Path, engine: HelmWorker) -> None:
    files = {"templates/ds.yaml": DAEMON_SET, "templates/x.yaml": "x: {{ .Values.x }}\n", "values-prod.yaml": "x: 2\n"}
    assert variants(write(tmp_path / "agent", files), engine) == ["default, values-prod.yaml"]


def test_a_template_that_is_not_utf_8_is_told_and_judged(tmp_path: Path, engine: HelmWorker) -> None:
    chart = write(tmp_path / "agent", {"templates/other.yaml": DAEMON_SET, "templates/harmless.yaml": "a: 1\n"})
    (chart / "templates" / "ds.yaml").write_bytes(b"# \xff\n" + DAEMON_SET.encode())
    (chart / "templates" / "harmless.yaml").write_bytes(b"# \xff\n")
    rendered, [skipped] = scan(chart, engine)
    assert (skipped.path, skipped.rule) == ("agent/templates/ds.yaml", "HPC001")
    assert {shown(locate(each, HOST_NETWORK))[::3] for each in rendered} == {
        ("agent/templates/ds.yaml", "file"), ("agent/templates/other.yaml", "exact"),
    }  # fmt: skip


def test_values_files_that_are_links_out_of_the_chart_are_not_read(tmp_path: Path, engine: HelmWorker) -> None:
    (tmp_path / "secret.yaml").write_text("net: secret\n")
    text = DAEMON_SET.replace("hostNetwork: true", "hostNetwork: {{ .Values.net }}")
    chart = write(tmp_path / "agent", {"templates/ds.yaml": text})
    (chart / "values-linked.yaml").symlink_to(tmp_path / "secret.yaml")
    rendered, _ = scan(chart, engine)
    assert [each.origin.variant for each in rendered] == ["default"]


def test_kubernetes_versions(tmp_path: Path, engine: HelmWorker) -> None:
    text = '{{- if semverCompare ">=1.30-0" .Capabilities.KubeVersion.Version }}\n' + DAEMON_SET + "{{- end }}\n"
    chart = write(tmp_path / "agent", {"templates/ds.yaml": text})
    options = HelmOptions(kubernetes_versions=("1.29.0", "1.30.2", "v1.31.0"))
    assert variants(chart, engine, options) == ["default on Kubernetes 1.30.2", "default on Kubernetes v1.31.0"]


def test_namespace_and_release_name(tmp_path: Path, engine: HelmWorker) -> None:
    text = DAEMON_SET.replace("name: agent\n", "name: {{ .Release.Name }}-{{ .Release.Namespace }}\n", 1)
    chart = write(tmp_path / "agent", {"templates/ds.yaml": text})
    [rendered], _ = scan(chart, engine)
    assert "name: release-name-default\n" in rendered.text.text
    [rendered], _ = scan(chart, engine, HelmOptions(namespace="kube-system", release_name="win"))
    assert "name: win-kube-system\n" in rendered.text.text


def test_what_an_installation_is_told_may_be_a_part_of_a_word(tmp_path: Path, engine: HelmWorker) -> None:
    key = "{{ .Release.Namespace }}P{{ .Release.Name }}"
    text = DAEMON_SET.replace("hostProcess", key).replace("windowsOptions", 'windows{{ "Options" }}')
    chart = write(tmp_path / "agent", {"templates/ds.yaml": text})
    [rendered], _ = scan(chart, engine, HelmOptions(namespace="host", release_name="rocess"))
    assert "hostProcess: true\n" in rendered.text.text
    chart = write(
        tmp_path / "other", {"templates/ds.yaml": text.replace(key, "hostP{{ last .Capabilities.APIVersions }}")}
    )
    [rendered], _ = scan(chart, engine, HelmOptions(api_versions=("rocess",)))
    assert "hostProcess: true\n" in rendered.text.text


def test_notes_and_definitions_are_left_out_hooks_and_tests_are_not(tmp_path: Path, engine: HelmWorker) -> None:
    hook = DAEMON_SET.replace("  name: agent\n", "  name: agent\n  annotations:\n    helm.sh/hook: test\n", 1)
    files = {
        "templates/NOTES.txt": DAEMON_SET,
        "templates/tests/test.yaml": hook,
        "crds/crd.yaml": DAEMON_SET,
        "templates/other.yaml": "kind: ConfigMap\n",
    }
    rendered, skipped = scan(write(tmp_path / "agent", files), engine)
    assert skipped == []
    assert [each.text.path for each in rendered] == ["agent/templates/tests/test.yaml"]


def test_required_values_are_no_reason_where_another_profile_renders(tmp_path: Path, engine: HelmWorker) -> None:
    text = DAEMON_SET.replace("agent:1", '{{ required "an image is needed" .Values.image }}')
    chart = write(tmp_path / "agent", {"templates/ds.yaml": text})
    rendered, [skipped] = scan(chart, engine)
    assert rendered == []
    assert skipped.reason.endswith("an image is needed")
    write(chart, {"ci/image-values.yaml": "image: a:1\n"})
    assert variants(chart, engine) == ["ci/image-values.yaml"]


@pytest.mark.parametrize(
    ("condition", "values", "variant"),
    [
        ("if .Values.windows.enabled", "windows: {enabled: false}", "windows.enabled=true"),
        ("if .Values.windows.enabled", "windows: {}", "windows.enabled=true"),
        ("if and .Values.a .Values.b", "a: true\nb: false", "b=true"),
        ("if and .Values.a (not .Values.b)", "a: false\nb: true", "a=true,b=false"),
        ("if or .Values.a .Values.b", "a: false\nb: false", "a=true"),
        ('if eq .Values.os "windows"', "os: linux", 'os="windows"'),
        ('if eq (lower .Values.os) "windows"', "os: linux", 'os="windows"'),
        ('if .Values.os | eq "windows"', "os: linux", 'os="windows"'),
        ("if ne .Values.legacy true", "legacy: true", "legacy=false"),
        ('if (index .Values "win-node").on', "win-node: {on: false}", "win-node.on=true"),
        ('if index .Values "win-node" "on"', "win-node: {on: false}", "win-node.on=true"),
        ("if .Values.on | default false", "{}", "on=true"),
        ("if (.Values.on | default false)", "on: false", "on=true"),
        ('if and .Values.a (semverCompare ">=1.20-0" .Capabilities.KubeVersion.Version)', "a: false", "a=true"),
        ("$on := .Values.a }}{{ if $on", "a: false", "a=true"),
        ('if include "agent.on" .', "a: false", "a=true"),
        ('if eq (include "agent.on" .) "true"', "a: false", "a=true"),
        ("if .Values.linux }}kind: x{{ else", "linux: true", "linux=false"),
        ("if .Values.linux }}{{ else if .Values.win", "linux: true\nwin: false", "win=true,linux=false"),
        ('if eq .Values.os "linux" }}{{ else if eq .Values.os "windows"', "os: linux", 'os="windows"'),
        ('if ne .Values.os "linux" }}{{ if eq .Values.os "windows" }}{{ end', "os: linux", 'os="other"'),
        ('if eq .Values.a "b" }}{{ else if .Values.c }}{{ else if eq .Values.a "d"', "a: b\nc: true", 'a="d",c=false'),
    ],
)
def test_what_is_off_is_switched_on(
    tmp_path: Path, engine: HelmWorker, condition: str, values: str, variant: str
) -> None:
    helpers = '{{- define "agent.on" -}}{{- if .Values.a -}}true{{- end -}}{{- end -}}'
    files = {
        "templates/ds.yaml": "{{ %s }}\n%s{{ end }}\n" % (condition, DAEMON_SET),  # noqa: UP031
        "templates/_helpers.tpl": helpers,
        "values.yaml": f"{values}\n",
    }
    assert variants(write(tmp_path / "agent", files), engine) == [variant]


def test_a_switched_line_is_related_to_its_switch(tmp_path: Path, engine: HelmWorker) -> None:
    text = DAEMON_SET.replace("hostProcess: true", "hostProcess: {{ .Values.windows.hostProcess }}")
    files = {"templates/ds.yaml": text, "values.yaml": "windows:\n  hostProcess: false\n"}
    rendered, _ = scan(write(tmp_path / "agent", files), engine)
    assert [each.origin.variant for each in rendered] == ["default", "windows.hostProcess=true"]
    trace = locate(rendered[1], HOST_PROCESS)
    assert shown(trace)[:2] == ("agent/templates/ds.yaml", 11)
    assert chain(trace) == [("with windows.hostProcess=true", "agent/templates/ds.yaml", 11)]


def test_a_mention_in_a_helper_and_in_a_subchart(tmp_path: Path, engine: HelmWorker) -> None:
    files = {
        "Chart.yaml": "apiVersion: v2\nname: agent\nversion: 0.1.0\ndependencies:\n"
        "- name: win\n  version: 0.1.0\n  alias: node\n  condition: node.enabled\n",
        "values.yaml": "node:\n  enabled: false\n",
        "charts/win/Chart.yaml": "apiVersion: v2\nname: win\nversion: 0.1.0\n",
        "charts/win/values.yaml": "hpc: false\n",
        "charts/win/templates/_ds.tpl": '{{- define "ds" -}}{{- if .Values.hpc }}\n'
        + DAEMON_SET
        + "{{- end }}{{- end }}",
        "charts/win/templates/ds.yaml": '{{ include "ds" . }}',
    }
    rendered, _ = scan(write(tmp_path / "agent", files), engine)
    assert [each.origin.variant for each in rendered] == ["node.enabled=true,node.hpc=true"]
    assert chain(locate(rendered[0], HOST_PROCESS)) == [
        ("used here", "agent/charts/win/templates/ds.yaml", 1),
        ("only when `.Values.node.hpc`", "agent/charts/win/values.yaml", 1),
        ("only when `.Values.node.enabled`", "agent/values.yaml", 2),
    ]


def test_list_items_can_be_set(tmp_path: Path, engine: HelmWorker) -> None:
    text = DAEMON_SET.replace("agent:1", "{{ (index .Values.images 1).name }}")
    chart = write(tmp_path / "agent", {"templates/ds.yaml": text})
    given = tmp_path / "given.yaml"
    given.write_text("images:\n- name: a:1\n- name: b:1\n")
    [rendered], _ = scan(chart, engine, HelmOptions(values=(given,), sets=("images[1].name=c:1",)))
    assert "image: c:1\n" in rendered.text.text


def test_values_that_a_gated_template_prints(tmp_path: Path, engine: HelmWorker) -> None:
    """The template says nothing of hostProcess: it prints values that do."""
    template = """\
{{- if .Values.windows.enabled }}
apiVersion: v1
kind: Pod
metadata: {name: agent}
spec:
  securityContext:
    {{- toYaml .Values.podSecurity | nindent 4 }}
  containers: [{name: agent, image: 'agent:1'}]
{{- end }}
"""
    values = "windows: {enabled: false}\npodSecurity: {windowsOptions: {hostProcess: true}}\n"
    chart = write(tmp_path / "agent", {"templates/pod.yaml": template, "values.yaml": values})
    assert variants(chart, engine) == ["windows.enabled=true"]


NEVER = "no profile of the chart renders what says `hostProcess` here"


@pytest.mark.parametrize(
    ("template", "line"),
    [
        ("{{- if eq (len .Values.nodes) 3 }}\n" + DAEMON_SET + "{{- end }}\n", 12),
        ("{{- if eq (len .Values.nodes) 3 }}\na:\n  {{- toYaml .Values.security | nindent 2 }}\n{{- end }}\n", 3),
    ],
    ids=["said", "printed"],
)
def test_what_cannot_be_switched_on_is_told(template: str, line: int, tmp_path: Path, engine: HelmWorker) -> None:
    values = "nodes: []\nsecurity: {windowsOptions: {hostProcess: true}}\n"
    chart = write(tmp_path / "agent", {"templates/ds.yaml": template, "values.yaml": values})
    rendered, [skipped] = scan(chart, engine)
    assert (rendered, skipped.reason) == ([], NEVER)
    assert skipped.location is not None
    assert (skipped.location.path, skipped.location.start[0]) == ("agent/templates/ds.yaml", line)
    given = tmp_path / "given.yaml"
    given.write_text("nodes: [a, b, c]\n")
    assert scan(chart, engine, HelmOptions(values=(given,)))[1] == []


@pytest.mark.parametrize(
    "template",
    [
        "{{/* hostProcess: true */}}\na: 1\n",
        "# hostProcess: true\n{{- if eq (len .Values.nodes) 3 }}\n# b\n{{- end }}\n",
        "a:\n  hostProcess: false\n",
        "a:\n  hostProcess:\n    type: boolean\n",
        "a: {{ .Values.useHostProcess }}\n",
    ],
)
def test_what_only_mentions_host_process_is_not(template: str, tmp_path: Path, engine: HelmWorker) -> None:
    chart = write(tmp_path / "agent", {"templates/a.yaml": template, "values.yaml": "nodes: []\n"})
    assert scan(chart, engine)[1] == []


def test_what_is_off_in_a_template_that_renders_host_process_is_switched_on_too(
    tmp_path: Path, engine: HelmWorker
) -> None:
    second = DAEMON_SET.replace("name: agent", "name: second")
    files = {
        "templates/ds.yaml": f"{DAEMON_SET}---\n{{{{ if .Values.second }}}}\n{second}{{{{ end }}}}\n",
        "values.yaml": "second: false\n",
    }
    assert variants(write(tmp_path / "agent", files), engine) == ["default", "second=true"]


@pytest.mark.parametrize(
    ("caller", "is_told"),
    [
        ("a: b\n", False),
        ('{{- if lookup "v1" "Node" "" "a" }}{{ include "agent/templates/_ds.yaml" . }}{{ end }}\n', True),
        ('{{- if lookup "v1" "Node" "" "a" }}{{ include (print .Template.BasePath "/_ds.yaml") . }}{{ end }}\n', True),
    ],
    ids=["by nothing", "by its name", "by a name that is put together"],
)
def test_a_file_that_helm_runs_by_its_name_alone_is_told_where_something_may_run_it(
    caller: str, is_told: bool, tmp_path: Path, engine: HelmWorker
) -> None:
    chart = write(tmp_path / "agent", {"templates/_ds.yaml": DAEMON_SET, "templates/a.yaml": caller})
    rendered, skipped = scan(chart, engine)
    assert not any("hostProcess" in each.text.text for each in rendered)
    assert [each.reason for each in skipped] == ([NEVER] if is_told else [])
