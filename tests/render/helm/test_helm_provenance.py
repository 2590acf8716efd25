"""Rendered fields are traced to the template line, the value or the gate that somebody has to change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from helm_charts import (
    ACCOUNT,
    DAEMON_SET,
    HOST_NETWORK,
    HOST_PROCESS,
    IMAGE,
    POD,
    CountingWorker,
    chain,
    locate,
    scan,
    shown,
    write,
)

from hostprocess_lint.location import Part
from hostprocess_lint.render.helm.engine.worker import HelmWorker
from hostprocess_lint.render.helm.profiles.profiles import HelmOptions

TEMPLATE = "agent/templates/ds.yaml"


@pytest.fixture(scope="module")
def engine() -> Iterator[HelmWorker]:
    with HelmWorker() as worker:
        yield worker


def test_literal_text_is_exact(tmp_path: Path, engine: HelmWorker) -> None:
    chart = write(tmp_path / "agent", {"templates/ds.yaml": DAEMON_SET})
    [rendered], skipped = scan(chart, engine)
    assert skipped == []
    assert (rendered.origin.kind, rendered.origin.path, rendered.origin.variant) == ("chart", "agent", "default")
    assert shown(locate(rendered, HOST_PROCESS)) == (TEMPLATE, 11, "hostProcess: true", "exact")
    assert shown(locate(rendered, HOST_PROCESS, Part.VALUE)) == (TEMPLATE, 11, "true", "exact")
    assert shown(locate(rendered, (*POD, "securityContext"), Part.KEY)) == (TEMPLATE, 9, "securityContext", "exact")
    assert shown(locate(rendered, (*POD, "securityContext"))) == (TEMPLATE, 9, "securityContext:", "exact")


def test_the_directory_is_named_not_the_chart(tmp_path: Path, engine: HelmWorker) -> None:
    chart = write(tmp_path / "deploy" / "windows", {"templates/ds.yaml": DAEMON_SET})
    [rendered], _ = scan(chart, engine, root=tmp_path)
    assert rendered.text.path == "deploy/windows/templates/ds.yaml"
    assert locate(rendered, HOST_PROCESS).location.path == "deploy/windows/templates/ds.yaml"


def test_line_ends_and_byte_order_marks_shift_nothing(tmp_path: Path, engine: HelmWorker) -> None:
    values = "\ufeffwindows:\n  account: NT AUTHORITY\\SYSTEM\n"
    text = DAEMON_SET.replace("NT AUTHORITY\\SYSTEM", "{{ .Values.windows.account }}").replace("\n", "\r\n")
    chart = write(tmp_path / "agent", {"templates/ds.yaml": "\ufeff" + text, "values.yaml": values})
    [rendered], _ = scan(chart, engine)
    assert shown(locate(rendered, HOST_PROCESS)) == (TEMPLATE, 11, "hostProcess: true", "exact")
    assert shown(locate(rendered, ACCOUNT)) == ("agent/values.yaml", 2, "account: NT AUTHORITY\\SYSTEM", "exact")


def test_a_printed_value_is_found_in_the_values_file(tmp_path: Path, engine: HelmWorker) -> None:
    text = DAEMON_SET.replace("hostNetwork: true", "hostNetwork: {{ .Values.windows.hostNetwork }}")
    values = "other: true\nwindows:\n  hostNetwork: true\n"
    chart = write(tmp_path / "agent", {"templates/ds.yaml": text, "values.yaml": values})
    [rendered], _ = scan(chart, engine)
    trace = locate(rendered, HOST_NETWORK)
    assert shown(trace) == ("agent/values.yaml", 3, "hostNetwork: true", "exact")
    assert chain(trace) == [("used here", TEMPLATE, 8)]
    assert shown(locate(rendered, HOST_NETWORK, Part.KEY)) == (TEMPLATE, 8, "hostNetwork", "exact")
    assert shown(locate(rendered, HOST_NETWORK, Part.VALUE)) == ("agent/values.yaml", 3, "true", "exact")


def test_a_mapping_passed_through_is_found_entry_by_entry(tmp_path: Path, engine: HelmWorker) -> None:
    text = DAEMON_SET.replace(
        "securityContext:\n        windowsOptions:\n          hostProcess: true\n"
        "          runAsUserName: NT AUTHORITY\\SYSTEM\n",
        "securityContext:\n        {{- toYaml .Values.securityContext | nindent 8 }}\n",
    )
    values = "securityContext:\n  windowsOptions:\n    hostProcess: true\n    runAsUserName: NT AUTHORITY\\SYSTEM\n"
    chart = write(tmp_path / "agent", {"templates/ds.yaml": text, "values.yaml": values})
    [rendered], _ = scan(chart, engine)
    trace = locate(rendered, HOST_PROCESS)
    assert shown(trace) == ("agent/values.yaml", 3, "hostProcess: true", "exact")
    assert chain(trace) == [("used here", TEMPLATE, 10)]
    assert shown(locate(rendered, HOST_PROCESS[:-1], Part.KEY)) == ("agent/values.yaml", 2, "windowsOptions", "exact")
    assert shown(locate(rendered, (*POD, "securityContext"), Part.KEY)) == (TEMPLATE, 9, "securityContext", "exact")


def test_a_helper_is_part_of_the_chain(tmp_path: Path, engine: HelmWorker) -> None:
    helpers = (
        '{{- define "agent.image" -}}\n{{ .Values.image.repository }}:{{ .Values.image.tag }}\n{{- end }}\n'
        '{{- define "agent.options" -}}\nwindowsOptions:\n  hostProcess: true\n'
        "  runAsUserName: {{ .Values.account }}\n{{- end }}\n"
    )
    text = DAEMON_SET.replace("agent:1", '"{{ include "agent.image" . }}"').replace(
        "securityContext:\n        windowsOptions:\n          hostProcess: true\n"
        "          runAsUserName: NT AUTHORITY\\SYSTEM\n",
        'securityContext:\n        {{- include "agent.options" . | nindent 8 }}\n',
    )
    values = "image:\n  repository: registry.example/agent\n  tag: latest\naccount: NT AUTHORITY\\SYSTEM\n"
    files = {"templates/ds.yaml": text, "templates/_helpers.tpl": helpers, "values.yaml": values}
    [rendered], _ = scan(write(tmp_path / "agent", files), engine)
    image = locate(rendered, IMAGE)
    assert shown(image) == ("agent/values.yaml", 3, "tag: latest", "exact")
    assert chain(image) == [
        ("in helper `agent.image`", "agent/templates/_helpers.tpl", 2),
        ("used here", TEMPLATE, 13),
    ]
    host_process = locate(rendered, HOST_PROCESS)
    assert shown(host_process) == ("agent/templates/_helpers.tpl", 6, "hostProcess: true", "exact")
    assert chain(host_process) == [("used here", TEMPLATE, 10)]
    account = locate(rendered, ACCOUNT)
    assert shown(account) == ("agent/values.yaml", 4, "account: NT AUTHORITY\\SYSTEM", "exact")
    assert chain(account) == [("used here", "agent/templates/_helpers.tpl", 7), ("used here", TEMPLATE, 10)]


def test_gates_are_related(tmp_path: Path, engine: HelmWorker) -> None:
    text = "{{- if and .Values.windows.enabled (not .Values.windows.legacy) }}\n" + DAEMON_SET + "{{- end }}\n"
    values = "windows:\n  enabled: true\n  legacy: false\n"
    [rendered], _ = scan(write(tmp_path / "agent", {"templates/ds.yaml": text, "values.yaml": values}), engine)
    trace = locate(rendered, HOST_PROCESS)
    assert shown(trace) == (TEMPLATE, 12, "hostProcess: true", "exact")
    assert chain(trace) == [
        ("only when `.Values.windows.enabled`", "agent/values.yaml", 2),
        ("only unless `.Values.windows.legacy`", "agent/values.yaml", 3),
    ]


def test_a_gate_that_says_nothing_yet(tmp_path: Path, engine: HelmWorker) -> None:
    text = "{{- if not .Values.count }}\n" + DAEMON_SET + "{{- end }}\n"
    files = {"templates/ds.yaml": text, "values.yaml": "count: 0\n"}
    [rendered], _ = scan(write(tmp_path / "agent", files), engine)
    assert chain(locate(rendered, HOST_PROCESS)) == [("only unless `.Values.count`", "agent/values.yaml", 1)]


@pytest.mark.parametrize("change", ['set .Values "enabled" true', 'mergeOverwrite .Values (dict "enabled" true)'])
def test_a_condition_proves_no_gate_where_a_template_sets_values(
    tmp_path: Path, engine: HelmWorker, change: str
) -> None:
    text = "{{- $_ := " + change + " }}\n{{- if .Values.enabled }}\n" + DAEMON_SET + "{{- end }}\n"
    files = {"templates/ds.yaml": text, "values.yaml": "enabled: false\n"}
    [rendered], _ = scan(write(tmp_path / "agent", files), engine)
    assert chain(locate(rendered, HOST_PROCESS)) == []


def test_a_branch_within_a_line_is_told_apart(tmp_path: Path, engine: HelmWorker) -> None:
    text = DAEMON_SET.replace("hostProcess: true", "hostProcess: {{ if .Values.win }}true{{ else }}false{{ end }}")
    [rendered], _ = scan(write(tmp_path / "agent", {"templates/ds.yaml": text, "values.yaml": "win: true\n"}), engine)
    trace = locate(rendered, HOST_PROCESS)
    assert shown(trace) == (TEMPLATE, 11, "true", "exact")
    assert chain(trace) == [("only when `.Values.win`", "agent/values.yaml", 1)]


def test_each_turn_of_a_loop_has_its_own_value(tmp_path: Path, engine: HelmWorker) -> None:
    text = DAEMON_SET.replace(
        "      - name: agent\n        image: agent:1\n",
        "      {{- range .Values.containers }}\n      - name: {{ .name }}\n"
        "        image: {{ .image }}\n      {{- end }}\n",
    )
    values = "containers:\n- name: one\n  image: registry/one:1\n- name: two\n  image: registry/two:2\n"
    [rendered], _ = scan(write(tmp_path / "agent", {"templates/ds.yaml": text, "values.yaml": values}), engine)
    assert shown(locate(rendered, IMAGE))[:3] == ("agent/values.yaml", 3, "image: registry/one:1")
    second = (*POD, "containers", 1, "image")
    assert shown(locate(rendered, second))[:3] == ("agent/values.yaml", 5, "image: registry/two:2")


@pytest.mark.parametrize(
    "value", ["{<<: *shared}", "{account: *account}", "&x !!map\n  account: !!str NT AUTHORITY\\SYSTEM"]
)
def test_a_value_may_be_shared_and_tagged(tmp_path: Path, engine: HelmWorker, value: str) -> None:
    text = DAEMON_SET.replace("NT AUTHORITY\\SYSTEM", "{{ .Values.windows.account }}")
    values = f"shared: &shared\n  account: &account NT AUTHORITY\\SYSTEM\nwindows: {value}\n"
    [rendered], _ = scan(write(tmp_path / "agent", {"templates/ds.yaml": text, "values.yaml": values}), engine)
    path, line, said, precision = shown(locate(rendered, ACCOUNT))
    expected = {"{<<": (2, "account: &account NT AUTHORITY\\SYSTEM"), "{ac": (3, "account")}
    assert (path, precision) == ("agent/values.yaml", "exact")
    assert (line, said) == expected.get(value[:3], (4, "account: !!str NT AUTHORITY\\SYSTEM"))


def test_a_template_in_a_value_is_found(tmp_path: Path, engine: HelmWorker) -> None:
    text = DAEMON_SET.replace("agent:1", "{{ tpl .Values.image . }}")
    values = 'tag: v1\nimage: "registry/agent:{{ .Values.tag }}"\n'
    [rendered], _ = scan(write(tmp_path / "agent", {"templates/ds.yaml": text, "values.yaml": values}), engine)
    path, line, _, precision = shown(locate(rendered, IMAGE))
    assert (path, line, precision) == ("agent/values.yaml", 2, "exact")


def test_a_computed_line_stays_at_its_line(tmp_path: Path, engine: HelmWorker) -> None:
    text = DAEMON_SET.replace("agent:1", "agent:{{ .Chart.Version }}")
    [rendered], _ = scan(write(tmp_path / "agent", {"templates/ds.yaml": text}), engine)
    assert shown(locate(rendered, IMAGE)) == (TEMPLATE, 15, "image: agent:{{ .Chart.Version }}", "line")


SUBCHART = {
    "charts/win/Chart.yaml": "apiVersion: v2\nname: win\nversion: 0.1.0\n",
    "charts/win/values.yaml": "hostNetwork: true\naccount: NT AUTHORITY\\SYSTEM\n",
    "charts/win/templates/ds.yaml": DAEMON_SET.replace("hostNetwork: true", "hostNetwork: {{ .Values.hostNetwork }}")
    .replace("NT AUTHORITY\\SYSTEM", "{{ .Values.account }}")
    .replace("agent:1", "{{ .Values.global.registry }}/agent:1"),
    "Chart.yaml": "apiVersion: v2\nname: agent\nversion: 0.1.0\ndependencies:\n"
    "- name: win\n  version: 0.1.0\n  alias: node\n  condition: node.enabled\n",
    "values.yaml": "global:\n  registry: registry.example\nnode:\n  enabled: true\n  account: ContainerAdministrator\n",
}


def test_subcharts_aliases_overrides_and_globals(tmp_path: Path, engine: HelmWorker) -> None:
    [rendered], _ = scan(write(tmp_path / "agent", SUBCHART), engine)
    sub = "agent/charts/win"
    gate = ("only when `.Values.node.enabled`", "agent/values.yaml", 4)
    assert rendered.text.path == f"{sub}/templates/ds.yaml"
    assert shown(locate(rendered, HOST_PROCESS)) == (f"{sub}/templates/ds.yaml", 11, "hostProcess: true", "exact")
    assert chain(locate(rendered, HOST_PROCESS)) == [gate]
    assert shown(locate(rendered, HOST_NETWORK)) == (f"{sub}/values.yaml", 1, "hostNetwork: true", "exact")
    assert shown(locate(rendered, ACCOUNT)) == ("agent/values.yaml", 5, "account: ContainerAdministrator", "exact")
    image = locate(rendered, IMAGE)
    assert shown(image) == ("agent/values.yaml", 2, "registry: registry.example", "exact")
    assert chain(image) == [("used here", f"{sub}/templates/ds.yaml", 15), gate]


INDENTED = "".join(f"  {line}\n" for line in DAEMON_SET.splitlines())


@pytest.mark.parametrize(
    ("template", "values", "place"),
    [
        ("{{ .Values.ds }}", f"ds: |\n{INDENTED}", (9, "hostNetwork: true", "exact")),
        ("{{ tpl .Values.ds . }}", f"ds: |\n{INDENTED}", (9, "hostNetwork: true", "exact")),
        ("{{ tpl .Values.ds . }}", f"ds: |-\n{INDENTED}".replace("\n", "\r\n"), (9, "hostNetwork: true", "exact")),
        ("{{ range .Values.all }}{{ tpl . $ }}{{ end }}", f"all:\n- |\n{INDENTED}", (10, "hostNetwork: true", "exact")),
        ("{{ .Values.ds | fromYaml | toYaml }}", f"ds: |\n{INDENTED}", (9, "hostNetwork: true", "exact")),
        ("{{ .Values.ds }}", f"ds: {json.dumps(DAEMON_SET)}", (1, f"ds: {json.dumps(DAEMON_SET)}", "line")),
        ("{{ .Values.ds }}", f"ds: |\n{INDENTED}  # again\n  hostNetwork: true\n", (1, "ds: |", "line")),
        (
            "{{ tpl .Values.ds . }}",
            f"net: true\nds: |\n{INDENTED}".replace("Network: true", "Network: {{ .Values.net }}"),
            (1, "net: true", "exact"),
        ),
        (
            "{{ range $i := .Values.all }}{{ tpl $i.ds $ }}{{ end }}",
            "net: true\nall:\n- ds: |\n  " + INDENTED.replace("\n", "\n  ").replace("k: true", "k: {{ .Values.net }}"),
            (1, "net: true", "exact"),
        ),
    ],
)
def test_a_manifest_among_the_values_is_changed_there(
    template: str, values: str, place: tuple[int, str, str], tmp_path: Path, engine: HelmWorker
) -> None:
    chart = write(tmp_path / "agent", {"templates/ds.yaml": f"{template}\n"})
    (chart / "values.yaml").write_bytes(values.encode())
    [rendered], _ = scan(chart, engine)
    assert shown(locate(rendered, HOST_NETWORK)) == ("agent/values.yaml", *place)


def test_what_a_file_of_the_chart_reads_of_the_values(tmp_path: Path, engine: HelmWorker) -> None:
    text = DAEMON_SET.replace("hostNetwork: true", "hostNetwork: {{ .Values.net }}")
    files = {"files/ds.yaml": text, "values.yaml": "net: true\n"}
    files["templates/ds.yaml"] = '{{ tpl (.Files.Get "files/ds.yaml") . }}\n'
    [rendered], _ = scan(write(tmp_path / "agent", files), engine)
    assert shown(locate(rendered, HOST_NETWORK)) == ("agent/values.yaml", 1, "net: true", "exact")


@pytest.mark.parametrize(
    ("imports", "values", "own", "place"),
    [
        ("[data]", "exports:\n  data:\n    net: true\n", "", ("agent/charts/win/values.yaml", 3)),
        ("[{child: a.b, parent: x}]", "a:\n  b: {x: 1, net: true}\n", "", ("agent/charts/win/values.yaml", 2)),
        (
            "[data]",
            "exports: {data: {net: false}}\n",
            "win: {exports: {data: {net: true}}}\n",
            ("agent/values.yaml", 1),
        ),
        ("[data]", "exports: {data: {net: false}}\n", "net: true\n", ("agent/values.yaml", 1)),
        (
            "[gone, {child: exports.data, parent: .}]",
            "exports: {data: {net: true}}\n",
            "",
            ("agent/charts/win/values.yaml", 1),
        ),
    ],
)
def test_what_is_imported_stands_where_the_subchart_has_it(
    imports: str, values: str, own: str, place: tuple[str, int], tmp_path: Path, engine: HelmWorker
) -> None:
    read = "{{ .Values.x.net }}" if "parent: x" in imports else "{{ .Values.net }}"
    files = {
        "Chart.yaml": "apiVersion: v2\nname: agent\nversion: 0.1.0\n"
        f"dependencies:\n- {{name: win, version: 0.1.0, import-values: {imports}}}\n",
        "charts/win/Chart.yaml": "apiVersion: v2\nname: win\nversion: 0.1.0\n",
        "charts/win/values.yaml": values,
        "values.yaml": own,
        "templates/ds.yaml": DAEMON_SET.replace("hostNetwork: true", f"hostNetwork: {read}"),
    }
    [rendered], _ = scan(write(tmp_path / "agent", files), engine)
    assert "hostNetwork: true" in rendered.text.text
    path, line, _, precision = shown(locate(rendered, HOST_NETWORK))
    assert (path, line, precision) == (*place, "exact")


def test_values_files_win_over_the_chart_and_set_over_both(tmp_path: Path, engine: HelmWorker) -> None:
    text = DAEMON_SET.replace("hostNetwork: true", "hostNetwork: {{ .Values.net }}").replace(
        "agent:1", "{{ .Values.image }}"
    )
    chart = write(tmp_path / "agent", {"templates/ds.yaml": text, "values.yaml": "net: true\nimage: a:1\n"})
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    first.write_text("net: false\nimage: b:1\n")
    second.write_text("\nimage: c:1\n")
    options = HelmOptions(values=(first, second))
    [rendered], _ = scan(chart, engine, options)
    assert rendered.origin.variant == "first.yaml second.yaml"
    assert shown(locate(rendered, HOST_NETWORK)) == ("first.yaml", 1, "net: false", "exact")
    assert shown(locate(rendered, IMAGE)) == ("second.yaml", 2, "image: c:1", "exact")
    [rendered], _ = scan(chart, engine, HelmOptions(values=(first,), sets=("image=d:1",)))
    trace = locate(rendered, IMAGE)
    assert shown(trace) == (TEMPLATE, 15, "image: {{ .Values.image }}", "line")
    assert chain(trace) == [("set by `--set`", TEMPLATE, 15)]


def test_random_text_does_not_disturb(tmp_path: Path, engine: HelmWorker) -> None:
    text = DAEMON_SET.replace("  name: agent\n", "  name: agent-{{ randAlphaNum 8 | lower }}\n", 1)
    [rendered], _ = scan(write(tmp_path / "agent", {"templates/ds.yaml": text}), engine)
    assert shown(locate(rendered, HOST_PROCESS)) == (TEMPLATE, 11, "hostProcess: true", "exact")


def test_text_that_markers_would_change_is_left_unmarked(tmp_path: Path, engine: HelmWorker) -> None:
    """The length of a marked helper differs from that of a plain one: the ladder goes down a rung."""
    helper = '{{- define "agent.meta" -}}\nannotations:\n  size: {{ len .Values.text }}\n{{- end }}\n'
    text = DAEMON_SET.replace("  name: agent\n", '  name: "agent-{{ len (include "agent.meta" .) }}"\n', 1)
    files = {"templates/ds.yaml": text, "templates/_meta.tpl": helper, "values.yaml": "text: abc\n"}
    [rendered], _ = scan(write(tmp_path / "agent", files), engine)
    assert shown(locate(rendered, HOST_PROCESS)) == (TEMPLATE, 11, "hostProcess: true", "exact")


FORGED = "#\ue000\ue1ff\ue1ff\ue001 \ue002\ue1ff\ue003"


@pytest.mark.parametrize(
    "text",
    [
        DAEMON_SET.replace("hostProcess: true", f"hostProcess: true {FORGED}"),
        DAEMON_SET.replace(
            "hostProcess: true",
            'hostProcess: true {{ if contains "\ue000" (include "probe" .) }}' + FORGED + "{{ end }}",
        )
        + '{{- define "probe" }}\na: 1\n{{- end }}',
    ],
    ids=["always", "when marked"],
)
def test_markers_that_a_template_forges_are_not_believed(text: str, tmp_path: Path, engine: HelmWorker) -> None:
    [rendered], _ = scan(write(tmp_path / "agent", {"templates/ds.yaml": text}), engine)
    trace = locate(rendered, ACCOUNT)
    assert trace.location.path == "agent/templates/ds.yaml"
    assert shown(trace)[3] == "file" or "runAsUserName" in shown(trace)[2]


def test_each_value_is_proved_by_one_rendering(tmp_path: Path) -> None:
    """The plain rendering, the marked one, and one for each value that is asked for; no more."""
    text = DAEMON_SET.replace("agent:1", "{{ .Values.image.name }}:{{ (index .Values.tags 1) }}")
    text = text.replace("name: agent", "name: {{ .Values.name | quote }}").replace(
        "hostNetwork: true", "hostNetwork: {{ .Values.network }}"
    )
    values = "name: agent\nimage: {name: agent}\ntags:\n- '1.2.3'\n- latest\nnetwork: true\n"
    chart = write(tmp_path / "agent", {"templates/ds.yaml": text, "values.yaml": values})
    counting = CountingWorker()
    with counting:
        [rendered], _ = scan(chart, counting)
        lines = [shown(locate(rendered, route))[:2] for route in (HOST_NETWORK, IMAGE)]
    assert lines == [("agent/values.yaml", 6), ("agent/values.yaml", 5)]
    assert counting.renders == 4


STEERED = {
    "a variable": (
        '{{ $os := .Values.os }}{{ if eq $os "windows" }}{{ .Values.first }}{{ else }}{{ .Values.second }}{{ end }}',
        "",
    ),
    "variables in a row": (
        '{{ $a := .Values.os }}{{ $b := $a }}{{ ternary .Values.first .Values.second (eq $b "windows") }}',
        "",
    ),
    "an argument": (
        '{{ include "of" (dict "one" .Values.first "two" .Values.second "os" .Values.os) }}',
        '{{ define "of" }}{{ if eq .os "windows" }}{{ .one }}{{ else }}{{ .two }}{{ end }}{{ end }}',
    ),
    "a helper's text": (
        '{{ if eq (include "os" .) "windows" }}{{ .Values.first }}{{ else }}{{ .Values.second }}{{ end }}',
        '{{ define "os" }}{{ .Values.os }}{{ end }}',
    ),
    "the context of a helper": (
        '{{ if include "is" .Values.os }}{{ .Values.first }}{{ else }}{{ .Values.second }}{{ end }}',
        '{{ define "is" }}{{ if eq . "windows" }}yes{{ end }}{{ end }}',
    ),
    "the dot": (
        '{{ with .Values.os }}{{ eq . "windows" | ternary $.Values.first $.Values.second }}{{ end }}',
        "",
    ),
    "a field of the dot": (
        '{{ with .Values.cfg }}{{ eq .os "windows" | ternary $.Values.first $.Values.second }}{{ end }}',
        "",
    ),
    "a key": ("{{ index .Values.map .Values.os | default .Values.second }}", ""),
    "a named template that is not named": (
        '{{ include (printf "o%s" "f") . }}',
        '{{ define "of" }}{{ eq .Values.os "windows" | ternary .Values.first .Values.second }}{{ end }}',
    ),
    "all values": (
        '{{ include "of" . }}',
        '{{ define "of" }}{{ $v := .Values }}{{ ternary $v.first $v.second (values $v | has "windows") }}{{ end }}',
    ),
    "a template in a file": ('{{ tpl (.Files.Get "text.txt") . }}', ""),
    "a template in a value": ("{{ tpl .Values.text . }}", ""),
    "a key of all values": (
        '{{ if eq (get .Values "os") "windows" }}{{ .Values.first }}{{ else }}{{ .Values.second }}{{ end }}',
        "",
    ),
}
STEERING_VALUES = """\
os: windows
cfg: {os: windows}
first: agent:1
second: agent:1
map: {windows: agent:1}
text: '{{ if eq .Values.os "windows" }}{{ .Values.first }}{{ else }}{{ .Values.second }}{{ end }}'
"""


@pytest.mark.parametrize(("expression", "helper"), STEERED.values(), ids=STEERED)
def test_a_value_that_steers_is_not_tagged(tmp_path: Path, engine: HelmWorker, expression: str, helper: str) -> None:
    """With a tag in `os` the other value of the same text would be printed, and told to be the one."""
    shows_all = "{{ .Values.os }}{{ .Values.cfg.os }}{{ .Values.first }}{{ .Values.second }}"
    text = DAEMON_SET.replace("agent:1", expression).replace("name: agent", f"name: {shows_all}", 1)
    files = {"templates/ds.yaml": text, "templates/_of.tpl": helper, "values.yaml": STEERING_VALUES}
    files["text.txt"] = str(yaml.safe_load(STEERING_VALUES)["text"])
    [rendered], _ = scan(write(tmp_path / "agent", files), engine)
    assert "image: agent:1" in rendered.text.text
    path, line, said, precision = shown(locate(rendered, IMAGE))
    assert precision == "line" or (path, line) in {("agent/values.yaml", number) for number in (3, 5, 6)}, said


def test_a_global_of_the_whole_chart_is_the_gate(tmp_path: Path, engine: HelmWorker) -> None:
    """What the subchart's own part says of it does not count."""
    text = "{{- if .Values.global.windows }}\n" + DAEMON_SET + "{{- end }}\n"
    values = "global:\n  windows: true\nnode:\n  global:\n    windows: false\n"
    files = {**SUBCHART, "charts/win/templates/ds.yaml": text, "values.yaml": values}
    [rendered], _ = scan(write(tmp_path / "agent", files), engine)
    assert chain(locate(rendered, HOST_PROCESS)) == [("only when `.Values.global.windows`", "agent/values.yaml", 2)]


def test_values_on_one_line_are_told_apart(tmp_path: Path, engine: HelmWorker) -> None:
    text = DAEMON_SET.replace(
        "windowsOptions:\n          hostProcess: true\n          runAsUserName: NT AUTHORITY\\SYSTEM\n",
        "windowsOptions: {{ toJson .Values.options }}\n",
    )
    text = "{{- if .Values.gate }}\n" + text + "{{- end }}\n"
    values = "gate: [true]\noptions:\n  hostProcess: true\n  runAsUserName: 'true'\n"
    [rendered], _ = scan(write(tmp_path / "agent", {"templates/ds.yaml": text, "values.yaml": values}), engine)
    for part, hosts, account in (
        (Part.VALUE, "true", "'true'"),
        (Part.PAIR, "hostProcess: true", "runAsUserName: 'true'"),
    ):
        assert shown(locate(rendered, HOST_PROCESS, part))[1:] == (3, hosts, "exact")
        assert shown(locate(rendered, ACCOUNT, part))[1:] == (4, account, "exact")
