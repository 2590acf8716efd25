"""Gates that ask for a member, a beginning, a number: each is opened by a value that fits, and the engine proves it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from helm_charts import DAEMON_SET, scan, write

from hostprocess_lint.render.helm.engine.worker import HelmWorker

VALUES = """\
windows: {enabled: false}
platforms: [linux]
mode: linux
replicas: 1
pools: []
both: [linux, windows]
by_name: {}
known: {first: {os: linux}}
nodes: [{os: linux, name: a}]
none: 0
share: 1.0
also: linux
empty: ""
"""


@pytest.fixture(scope="module")
def engine() -> Iterator[HelmWorker]:
    with HelmWorker() as worker:
        yield worker


def variants(root: Path, templates: dict[str, str], engine: HelmWorker) -> list[str | None]:
    """With what a chart of these templates is rendered to the DaemonSet, none of it left out."""
    rendered, skipped = scan(write(root / "agent", {**templates, "values.yaml": VALUES}), engine)
    assert skipped == []
    return [each.origin.variant for each in rendered]


@pytest.mark.parametrize(
    ("gate", "name"),
    [
        ('if has "windows" .Values.platforms', 'platforms=["linux", "windows"]'),
        ('if not (has "linux" .Values.platforms)', "platforms=[]"),
        ('if has .Values.mode (list "windows" "win")', 'mode="windows"'),
        ("if list .Values.windows.enabled | has true", "windows.enabled=true"),
        ('if has "windows" (splitList "," .Values.mode)', 'mode="windows"'),
        ('if not (has "linux" .Values.both)', 'both=["windows"]'),
        ('if contains "windows" .Values.mode', 'mode="windows"'),
        ('if hasPrefix "win" .Values.mode', 'mode="win"'),
        ('if not (hasSuffix "nux" .Values.mode)', 'mode="other"'),
        ('if regexMatch "^(?:win|windows)$" .Values.mode', 'mode="win"'),
        ("if gt (int .Values.replicas) 5", "replicas=6"),
        ("if lt (int .Values.replicas) 0", "replicas=-1"),
        ("if le 3 (int .Values.replicas)", "replicas=3"),
        ("if not (ge (int .Values.replicas) 1)", "replicas=0"),
        ("if and (ge (int .Values.replicas) 1) .Values.windows.enabled", "windows.enabled=true"),
        ("if ge (len .Values.pools) 2", "pools=[{}, {}]"),
        ("range .Values.pools", "pools=[{}]"),
        ("if .Values.pools", "pools=[{}]"),
        ('if deepEqual .Values.mode "windows"', 'mode="windows"'),
        ("if any false .Values.windows.enabled", "windows.enabled=true"),
        ("if all true .Values.windows.enabled", "windows.enabled=true"),
        ('if regexMatch "(?i)^win" .Values.mode', 'mode="win"'),
        ('if has "monitoring.coreos.com/v1" .Capabilities.APIVersions', "API monitoring.coreos.com/v1"),
        ("range until (int .Values.none)", "none=1"),
        ("range $each := untilStep 1 (int .Values.replicas) 1", "replicas=2"),
        ("range $name, $pool := .Values.by_name", "by_name.windows={}"),
        ("with .Values.by_name", "by_name.windows={}"),
        ("range .Values.nowhere", "nowhere=[{}]"),
    ],
)
def test_a_value_that_fits_opens_a_gate(gate: str, name: str, tmp_path: Path, engine: HelmWorker) -> None:
    template = f"{{{{- {gate} }}}}\n{DAEMON_SET}{{{{- end }}}}\n"
    assert variants(tmp_path, {"templates/ds.yaml": template}, engine) == [name]


@pytest.mark.parametrize(
    "gate",
    [
        "if kindIs `map` .Values.mode",
        "if kindIs `bool` .Values.mode",
        "if kindIs `slice` .Values.mode",
        "if not (kindIs `invalid` .Values.nowhere)",
        "if typeIs `string` .Values.windows.enabled",
        "if eq (kindOf .Values.mode) `map`",
        "if eq (tpl `{{ .Values.windows.enabled }}` .) `true`",
        "if tpl .Values.empty .",
        "if eq (ternary `a` `b` .Values.windows.enabled) `a`",
        "if pluck `enabled` .Values.windows | first",
        "if (merge (dict) .Values.windows).enabled",
        "if (pick .Values.windows `enabled`).enabled",
        "if not (hasKey .Values `mode`)",
        "if eq (printf `x-%s` .Values.mode) `x-windows`",
        "if eq (quote .Values.mode) (quote `windows`)",
        "if eq (first .Values.platforms) `windows`",
        "if keys .Values.by_name",
        "if gt .Values.share 1.5",
        "if ne .Values.mode .Values.also",
        "if and .Values.windows.enabled (kindIs `map` .Values.mode)",
    ],
)
def test_what_is_not_understood_is_tried(gate: str, tmp_path: Path, engine: HelmWorker) -> None:
    """The engine says whether a value opens a gate: of what the gate says, and of each kind, one does."""
    template = f"{{{{- {gate} }}}}\n{DAEMON_SET}{{{{- end }}}}\n"
    [name] = variants(tmp_path, {"templates/ds.yaml": template}, engine)
    assert name is not None and "=" in name


@pytest.mark.parametrize(
    ("outer", "inner", "name"),
    [
        ("range .Values.platforms", 'if eq . "windows"', 'platforms=["linux", "windows"]'),
        ("range $os := .Values.platforms", 'if eq $os "windows"', 'platforms=["linux", "windows"]'),
        ("range $name, $pool := .Values.by_name", "if $pool.enabled", "by_name.windows.enabled=true"),
        ("range .Values.by_name", 'if eq .os "windows"', 'by_name.windows.os="windows"'),
        ("range .Values.pools", "if .enabled", 'pools=[{"enabled": true}]'),
        ("range .Values.nodes", 'if eq .os "windows"', 'nodes=[{"os": "windows", "name": "a"}]'),
        ("range .Values.known", 'if eq .os "windows"', 'known.first.os="windows"'),
        ("with $w := .Values.windows", "if $w.enabled", "windows.enabled=true"),
        ("with .Values.windows", "if .enabled", "windows.enabled=true"),
        ('with (dict "on" .Values.windows)', "if .on.enabled", "windows.enabled=true"),
    ],
)
def test_what_is_gone_over_opens_a_gate(outer: str, inner: str, name: str, tmp_path: Path, engine: HelmWorker) -> None:
    template = f"{{{{- {outer} }}}}{{{{- {inner} }}}}\n---\n{DAEMON_SET}{{{{- end }}}}{{{{- end }}}}\n"
    assert variants(tmp_path, {"templates/ds.yaml": template}, engine) == [name]


@pytest.mark.parametrize(
    ("asked", "helper", "name"),
    [
        ('if eq (include "on" .) "yes"', "{{ if .Values.windows.enabled }}yes{{ end }}", "windows.enabled=true"),
        (
            'if eq "Yes" (include "on" . | trim)',
            "{{ if .Values.windows.enabled }} Yes {{ end }}",
            "windows.enabled=true",
        ),
        ('if include "on" .', "{{ if .Values.windows.enabled }}1{{ end }}", "windows.enabled=true"),
        ('if eq (include "on" .) "true"', "{{ .Values.windows.enabled }}", "windows.enabled=true"),
        ('if eq (include "on" .) "win"', "{{ if eq .Values.mode `linux` }}lin{{ else }}win{{ end }}", 'mode="other"'),
        ('if eq (include "on" .Values) "yes"', "{{ if .windows.enabled }}yes{{ end }}", "windows.enabled=true"),
        (
            'if eq (include "on" (dict "it" .Values.windows)) "yes"',
            "{{ if .it.enabled }}yes{{ end }}",
            "windows.enabled=true",
        ),
    ],
)
def test_a_named_template_that_has_to_print_a_word(
    asked: str, helper: str, name: str, tmp_path: Path, engine: HelmWorker
) -> None:
    files = {
        "templates/ds.yaml": f"{{{{- {asked} }}}}\n{DAEMON_SET}{{{{- end }}}}\n",
        "templates/_on.tpl": f'{{{{- define "on" -}}}}{helper}{{{{- end -}}}}\n',
    }
    assert variants(tmp_path, files, engine) == [name]


@pytest.mark.parametrize(
    ("handed_on", "inner", "name"),
    [
        ('(dict "w" .Values.windows "root" .)', "if .w.enabled", "windows.enabled=true"),
        ('(dict "w" .Values.windows)', "if $.w.enabled", "windows.enabled=true"),
        ("(list . .Values.windows)", "if (index . 1).enabled", "windows.enabled=true"),
        (".Values.windows", "if .enabled", "windows.enabled=true"),
    ],
)
def test_a_named_template_is_given_what_opens_it(
    handed_on: str, inner: str, name: str, tmp_path: Path, engine: HelmWorker
) -> None:
    files = {
        "templates/ds.yaml": f'{{{{- include "outer" {handed_on} }}}}\n',
        "templates/_ds.tpl": f'{{{{ define "outer" }}}}{{{{ include "inner" . }}}}{{{{ end }}}}\n'
        f'{{{{- define "inner" }}}}{{{{ {inner} }}}}\n{DAEMON_SET}{{{{ end }}}}{{{{ end }}}}\n',
    }
    assert variants(tmp_path, files, engine) == [name]


@pytest.mark.parametrize(
    "gate",
    [
        "if gt (len .Values.pools) 1000000",
        'if regexMatch "^(a+)+$" (randAlpha 8)',
        'if eq .Capabilities.KubeVersion.Major "0"',
        "if eq (sha256sum .Values.mode) `x`",
        "if lookup `v1` `Secret` `a` `b`",
    ],
)
def test_what_no_value_is_known_to_open_is_told(gate: str, tmp_path: Path, engine: HelmWorker) -> None:
    template = f"{{{{- {gate} }}}}\n{DAEMON_SET}{{{{- end }}}}\n"
    rendered, skipped = scan(write(tmp_path / "agent", {"templates/ds.yaml": template, "values.yaml": VALUES}), engine)
    assert (rendered, len(skipped)) == ([], 1)


@pytest.mark.parametrize(
    "line",
    [
        "hostProcess: True",
        "hostProcess: yes",
        "hostProcess: ON",
        "hostProcess: !!bool true",
        "hostProcess: &yes true",
        "hostProcess: # on purpose\n            true",
        "'hostProcess': TRUE",
        '"host\\x50rocess": true',
        '"\\u0068ostProcess": Yes',
        "hostProcess: 'true'",
        'hostProcess: "{{ true }}"',
        "HostProcess: true",
        "hostprocess: yes",
        '{{ "hostProcess" }}: {{ "yes" }}',
    ],
)
def test_a_gate_is_opened_however_true_is_spelt(line: str, tmp_path: Path, engine: HelmWorker) -> None:
    pod = DAEMON_SET.replace("hostProcess: true", line)
    files = {"templates/ds.yaml": f"{{{{- if .Values.on }}}}\n{pod}{{{{- end }}}}\n", "values.yaml": "on: false\n"}
    rendered, skipped = scan(write(tmp_path / "agent", files), engine)
    assert ([each.origin.variant for each in rendered], skipped) == (["on=true"], [])


@pytest.mark.parametrize(
    "line", ['hostProcess: {{ "yes" }}', 'hostProcess: {{ print "True" }}', "hostProcess: {{ true }}"]
)
def test_what_is_rendered_is_not_told_as_never_rendered(line: str, tmp_path: Path, engine: HelmWorker) -> None:
    files = {"templates/ds.yaml": DAEMON_SET.replace("hostProcess: true", line)}
    rendered, skipped = scan(write(tmp_path / "agent", files), engine)
    assert ([each.origin.variant for each in rendered], skipped) == (["default"], [])
