"""What of a chart is judged although something in it fails, and what is told of the rest."""

from __future__ import annotations

import random
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from helm_charts import CHART, DAEMON_SET, HOST_NETWORK, CountingWorker, chain, locate, scan, shown, write

from hostprocess_lint.finding import Level
from hostprocess_lint.outcome import Passed, Skipped
from hostprocess_lint.render.helm.engine.contract import Installation
from hostprocess_lint.render.helm.engine.worker import HelmWorker
from hostprocess_lint.render.helm.profiles.profiles import HelmOptions
from hostprocess_lint.render.helm.rendering import render_chart
from hostprocess_lint.rendered import Rendered
from hostprocess_lint.sources.charts.archive import Package, pack_files
from hostprocess_lint.sources.charts.chart import ChartInput
from hostprocess_lint.sources.charts.dependencies import _chart_folders
from hostprocess_lint.sources.charts.relevance import ChartTexts, may_make
from hostprocess_lint.sources.charts.versions import satisfies

MORE = DAEMON_SET.replace("name: agent", "name: other")
NETWORK = DAEMON_SET.replace("hostNetwork: true", "hostNetwork: {{ .Values.net }}")


@pytest.fixture(scope="module")
def engine() -> Iterator[HelmWorker]:
    with HelmWorker() as worker:
        yield worker


def told(skipped: list[Skipped]) -> list[tuple[str, int, str]]:
    found = [(each.path, each.location.start[0] if each.location else 0, each.rule) for each in skipped]
    return sorted(found)


@pytest.mark.parametrize(
    ("name", "text", "line", "says"),
    [
        ("Chart.yaml", "apiVersion: v2\nname: {{ cookiecutter.name }}\n", 2, "template text (curly braces)"),
        ("Chart.yaml", "apiVersion: v2\n name: a\n", 2, "Chart.yaml cannot be read: "),
        ("values.yaml", "{% if x %}\na: 1\n{% endif %}\n", 1, "template text (Jinja)"),
    ],
)
def test_a_file_that_no_chart_is_without_is_told_at_its_line_where_it_is_no_yaml(
    tmp_path: Path, engine: HelmWorker, name: str, text: str, line: int, says: str
) -> None:
    write(tmp_path, {"Chart.yaml": CHART, "templates/ds.yaml": DAEMON_SET, name: text})
    _, (found,) = scan(tmp_path, engine)
    assert found.location is not None
    assert (found.rule, found.location.start[0], Path(found.location.path).name) == ("HPC002", line, name)
    assert says in found.reason


# Templates that fail.


@pytest.mark.parametrize(
    "failing",
    [
        '{{ required "needs a name" .Values.name }}',
        '{{ fail "never" }}',
        "a: {{ .Values.a.b }}",
        'a: {{ (lookup "v1" "Secret" "a" "b").data.x }}',
        'a: {{ include "nowhere" . }}',
        "a: {{ nothing }}",
        "{{ if }}",
    ],
)
def test_a_template_that_fails_is_told_at_its_line_and_the_others_are_judged(
    tmp_path: Path, engine: HelmWorker, failing: str
) -> None:
    files = {"templates/a.yaml": f"hostProcess: true\n{failing}\n", "templates/ds.yaml": DAEMON_SET}
    [rendered], skipped = scan(write(tmp_path / "agent", files), engine)
    assert shown(locate(rendered, HOST_NETWORK))[::3] == ("agent/templates/ds.yaml", "exact")
    assert told(skipped) == [("agent/templates/a.yaml", 2, "HPC002")]


HELPERS = (
    '{{ define "outer" }}a: {{ template "inner" . }}{{ end }}\n'
    '{{ define "inner" }}\n{{ include "deeper" . }}{{ end }}\n'
    '{{ define "deeper" }}{{ if hasKey . "Chart" }}{{ FAILS }}{{ end }}{{ end }}\n'
)


@pytest.mark.parametrize("fails", ["index .Values.map .Values.a.b", 'fail "never"', 'required "a" .Values.none'])
@pytest.mark.parametrize("called", ["outer", "inner"])
def test_a_named_template_that_fails_is_told_where_it_is_called(
    tmp_path: Path, engine: HelmWorker, fails: str, called: str
) -> None:
    """Of `template`, Helm names the named one only."""
    values = "none: null\nmap: {}\n"
    call = f'hostProcess: true\n# {{{{ template "{called}" . }}}}\n'
    files = {
        "values.yaml": values,
        "templates/_own.tpl": HELPERS.replace("FAILS", fails),
        "templates/a.yaml": call,
        "templates/b.yaml": f'# {{{{ template "{called}" (dict "Values" dict) }}}}\n',
        "templates/c.yaml": call,
        "templates/ds.yaml": DAEMON_SET,
        "templates/e.yaml": f'{{{{ if false }}}}{{{{ template "{called}" . }}}}{{{{ end }}}}\n' + MORE,
    }
    rendered, skipped = scan(write(tmp_path / "agent", files), engine)
    names = sorted(each.text.path for each in rendered)
    assert names == ["agent/templates/ds.yaml", "agent/templates/e.yaml"]
    assert told(skipped) == [("agent/templates/a.yaml", 2, "HPC002"), ("agent/templates/c.yaml", 2, "HPC002")]


def test_a_template_that_fails_and_cannot_matter_is_not_told(tmp_path: Path, engine: HelmWorker) -> None:
    files = {"templates/a.yaml": '{{ fail "never" }}', "templates/ds.yaml": DAEMON_SET}
    assert len(scan(write(tmp_path / "agent", files), engine)[0]) == 1
    assert scan(write(tmp_path / "agent", files), engine)[1] == []


def test_a_template_that_prints_values_that_say_host_process_matters(tmp_path: Path, engine: HelmWorker) -> None:
    files = {
        "templates/a.yaml": '{{ fail "never" }}{{ toYaml .Values.security }}',
        "values.yaml": "security: {windowsOptions: {hostProcess: true}}\n",
    }
    assert told(scan(write(tmp_path / "agent", files), engine)[1]) == [("agent/templates/a.yaml", 1, "HPC002")]


def test_what_a_failing_template_defines_is_there_for_others(tmp_path: Path, engine: HelmWorker) -> None:
    files = {
        "templates/a.yaml": '{{ define "net" }}true{{ end }}{{ fail "never" }}',
        "templates/ds.yaml": DAEMON_SET.replace("hostNetwork: true", 'hostNetwork: {{ include "net" . }}'),
    }
    [rendered], skipped = scan(write(tmp_path / "agent", files), engine)
    assert ("hostNetwork: true" in rendered.text.text, skipped) == (True, [])


# Profiles.


def test_a_profile_that_is_a_part_of_a_configured_one_is_not_told(tmp_path: Path, engine: HelmWorker) -> None:
    files = {
        "templates/ds.yaml": NETWORK + '# {{ required "x" .Values.x }}\n',
        "values-common.yaml": "x: 1\n",
        "values-prod.yaml": "net: false\n",
    }
    chart = write(tmp_path / "agent", files)
    _, alone = scan(chart, engine)
    assert told(alone) == [("agent/templates/ds.yaml", 16, "HPC002")]
    assert alone[0].reason.startswith("values-prod.yaml: ")  # the defaults set nothing that is not judged
    both = HelmOptions(values=(chart / "values-common.yaml", chart / "values-prod.yaml"))
    rendered, skipped = scan(chart, engine, both)
    assert (len(rendered), skipped) == (1, [])


def test_what_was_asked_for_is_told_where_it_fails(tmp_path: Path, engine: HelmWorker) -> None:
    text = NETWORK + '# {{ if eq (toString .Values.net) "9" }}{{ fail "never" }}{{ end }}\n'
    chart = write(tmp_path / "agent", {"templates/ds.yaml": text, "values.yaml": "net: true\n"})
    assert told(scan(chart, engine, HelmOptions(sets=("net=9",)))[1]) == [("agent/templates/ds.yaml", 16, "HPC002")]


# Dependencies.

DEPENDENT = CHART + "dependencies:\n- name: redis\n  version: ^1.0.0\n  repository: https://charts.example\n"


@pytest.mark.parametrize(
    ("more", "values", "level"),
    [
        ("", "", Level.NOTE),
        ("  condition: redis.enabled,global.redis\n", "redis: {enabled: true}\nglobal: {redis: false}\n", Level.NOTE),
        ("  condition: redis.enabled,global.redis\n", "redis: {enabled: false}\nglobal: {redis: true}\n", None),
        ("  condition: redis.enabled,global.redis\n", "global: {redis: false}\n", None),
        ("  condition: redis.enabled\n", 'redis: {enabled: "false"}\n', Level.NOTE),
        ("  tags: [back, db]\n", "tags: {back: false}\n", None),
        ("  tags: [back, db]\n", "tags: {back: false, db: true}\n", Level.NOTE),
        ("  tags: [db]\n  condition: redis.enabled\n", "tags: {db: false}\nredis: {enabled: true}\n", Level.NOTE),
        ("", "redis: {pod: {windowsOptions: {hostProcess: true}}}\n", Level.WARNING),
        ("  alias: cache\n  condition: cache.on\n", "cache: {on: true, hostProcess: true}\n", Level.WARNING),
    ],
)
@pytest.mark.parametrize("template", [DAEMON_SET, "kind: ConfigMap\n"])
def test_a_dependency_from_elsewhere_is_told_unless_it_is_off(
    tmp_path: Path, engine: HelmWorker, more: str, values: str, level: Level | None, template: str
) -> None:
    files = {"Chart.yaml": DEPENDENT + more, "values.yaml": values, "templates/ds.yaml": template}
    _, skipped = scan(write(tmp_path / "agent", files), engine)
    assert [(each.path, each.rule, each.level) for each in skipped] == (
        [("agent/Chart.yaml", "HPC006", level)] if level else []
    )
    if skipped and skipped[0].location:
        assert skipped[0].location.start == (5, 3)


def test_a_dependency_that_one_profile_switches_on_is_told(tmp_path: Path, engine: HelmWorker) -> None:
    files = {"Chart.yaml": DEPENDENT + "  condition: redis.on\n", "values.yaml": "redis: {on: false}\n"}
    chart = write(tmp_path / "agent", {**files, "values-prod.yaml": "redis: {on: true}\n"})
    assert told(scan(chart, engine)[1]) == [("agent/Chart.yaml", 5, "HPC006")]


@pytest.mark.parametrize(
    ("requirement", "version", "fits"),
    [
        ("1.2.3", "1.2.3", True), ("1.2.3", "1.2.4", False), ("^1.2.0", "1.9.0", True), ("^1.2.0", "2.0.0", False),
        ("^0.2.1", "0.3.0", False), ("~1.2.3", "1.2.9", True), ("~1.2.3", "1.3.0", False), ("~1", "1.9.0", True),
        ("1.x", "1.4.0", True), ("*", "7.0.0", True), (">=1.0.0 <2.0.0", "1.5.0", True), (">1.0.0, <2", "2.0.0", False),
        ("1.0.0 - 2.0.0", "1.5.0", True), ("1.x || 3.x", "3.1.0", True), ("!=1.0.0", "1.0.0", False),
        ("", "5.0.0", True), ("v1.2.3", "1.2.3", True), ("1.2.3", "1.2.3+build", True), ("nonsense", "1.0.0", False),
    ],
)  # fmt: skip
def test_versions(requirement: str, version: str, fits: bool) -> None:
    assert satisfies(version, requirement) is fits


# Values that others share.


def test_a_value_that_another_workload_shares_is_not_the_line_to_change(tmp_path: Path, engine: HelmWorker) -> None:
    linux = re.sub(r"      securityContext:\n.*\n.*\n.*\n", "", NETWORK)
    files = {"templates/ds.yaml": NETWORK, "values.yaml": "net: true\n"}
    [alone], _ = scan(write(tmp_path / "alone", files), engine)
    assert shown(locate(alone, HOST_NETWORK))[:2] == ("alone/values.yaml", 1)
    for name, more in {
        "beside": {"templates/linux.yaml": linux},
        "inside": {"templates/ds.yaml": f"{linux}---\n{NETWORK}"},
        "braces": {"templates/linux.yaml": "kind: Pod\nspec: {hostNetwork: {{ .Values.net }}, containers: []}\n"},
    }.items():
        rendered, _ = scan(write(tmp_path / name, {**files, **more}), engine)
        document = 1 if name == "inside" else 0
        trace = locate(rendered[0], HOST_NETWORK, document=document)
        assert shown(trace)[0] == f"{name}/templates/ds.yaml"
        assert ("set here, for other pods too", f"{name}/values.yaml", 1) in chain(trace)


# Text that is another one each time.


def test_random_text_is_the_same_in_every_scan(tmp_path: Path, engine: HelmWorker) -> None:
    text = DAEMON_SET.replace("name: agent\n", "name: agent-{{ randAlphaNum 8 }}-{{ now | unixEpoch }}\n", 1)
    chart = write(tmp_path / "agent", {"templates/ds.yaml": text})
    first, second = (scan(chart, engine)[0][0] for _ in range(2))
    assert first.text.text == second.text.text
    assert "name: agent-random-random\n" in first.text.text
    assert shown(locate(first, HOST_NETWORK))[::3] == ("agent/templates/ds.yaml", "exact")


@pytest.mark.parametrize(("said", "times"), [("the date that it is valid from", 1), ("{{ now | unixEpoch }}", 2)])
def test_only_what_an_action_asks_is_rendered_twice(
    said: str, times: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Descriptions in a CustomResourceDefinition name dates, and none asks for one. All profiles wait at once."""
    waited: list[float] = []
    monkeypatch.setattr("time.sleep", waited.append)
    profiles = {f"values-{number}.yaml": f"net: {number}\n" for number in range(3)}
    files = {"templates/ds.yaml": NETWORK, "templates/crd.yaml": f"description: {said}\n", **profiles}
    counting = CountingWorker()
    with counting:
        scan(write(tmp_path / "agent", files), counting)
    assert (counting.renders, len(waited)) == (4 * times, times - 1)


# What cannot matter.


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("kind: ConfigMap", False),
        ("hostProcess: true", True),
        ('windowsOptions: {{ printf "host%s: true" "Process" }}', True),
        ('{{ printf "host%s: true" "Process" }}', False),
        ('{{ printf "windows%s" "Options" }}: {{ printf "host%s: true" "Process" }}', True),
        ('{{ $a := "windows" }}{{ $a }}{{ "Op" }}tions: host{{ "Process" }}', True),
        ('{{ "aG9zdFByb2Nlc3M6IHRydWU=" | b64dec }}', True),
        ('{{ camelcase "host_process" }}', True),
    ],
)
def test_words_that_templates_could_make(text: str, may: bool) -> None:
    assert may_make(ChartTexts([text.encode()], [])) is may


def test_no_chart_that_renders_one_of_the_words_is_taken_for_irrelevant(tmp_path: Path, engine: HelmWorker) -> None:
    """Random templates of pieces that may or may not make a word; whatever Helm makes of them."""
    pieces = (
        *("host", "Process", "windows", "Options", "hos", "tPro", "cess", ": true", "\n", "x", "kind: "),
        *(
            '{{ "host" }}',
            '{{ printf "%sProcess" .Values.a }}',
            "{{ .Values.b }}",
            '{{ list "host" "Process" | join "" }}',
        ),
        *('{{ "aG9zdFByb2Nlc3M6IHRydWU=" | b64dec }}', '{{ camelcase "host_process" }}', '{{ upper "hostprocess" }}'),
        *('{{ "host-Process" | replace "-" "" }}', '{{ $x := "Pro" }}{{ $x }}cess', '{{ nospace "win dows" }}Options'),
    )
    random_, made = random.Random(3), 0
    for _ in range(150):
        text = "".join(random_.choice(pieces) for _ in range(random_.randrange(1, 5)))
        values = random_.choice(("a: host", "a: x", "b: hostProcess", "b: wind\na: ows"))
        package = Package(
            pack_files(
                {"Chart.yaml": CHART.encode(), "values.yaml": values.encode(), "templates/a.yaml": text.encode()}
            ),
            lasting=True,
        )
        said = engine.render(package, {}, Installation())["agent/templates/a.yaml"].lower()
        for word, other in (("hostprocess", b'windows{{ "Options" }}'), ("windowsoptions", b'host{{ "Process" }}')):
            if re.search(rf"(?<![a-z]){word}(?![a-z])", said):  # as a key has to be
                made += 1
                assert may_make(ChartTexts([text.encode(), other], [values.encode()])), text
    assert made > 20


@pytest.mark.parametrize("form", ["redis", "redis-1.2.0", "redis-1.2.0.tgz"])
@pytest.mark.parametrize(("version", "found"), [("1.2.0", True), ("2.0.0", False)])
def test_what_was_pulled_is_found_by_name_and_version(
    tmp_path: Path, engine: HelmWorker, form: str, version: str, found: bool
) -> None:
    pulled, files = tmp_path / "pulled", {"Chart.yaml": f"apiVersion: v2\nname: redis\nversion: {version}\n"}
    files["templates/ds.yaml"] = DAEMON_SET
    folder = write((tmp_path if form.endswith("tgz") else pulled) / form.removesuffix(".tgz"), files)
    if form.endswith("tgz"):
        pulled.mkdir()
        with tarfile.open(pulled / form, "w:gz") as archive:
            archive.add(folder, "redis")
    chart = write(tmp_path / "repository" / "agent", {"Chart.yaml": DEPENDENT})
    source = ChartInput(chart, "agent", chart.parent, pulled)
    results = list(render_chart(source, [HelmOptions()], engine, lambda path: path.name))
    assert [type(each) for each in results] == ([Rendered] if found else [Passed, Skipped])


@pytest.mark.parametrize("kind", ["type: library\n", ""])
def test_a_library_is_looked_at_through_what_uses_it(kind: str, tmp_path: Path, engine: HelmWorker) -> None:
    library = {
        "Chart.yaml": f"apiVersion: v2\nname: lib\nversion: 1.0.0\n{kind}",
        "templates/_ds.tpl": '{{- define "lib.ds" -}}\n' + DAEMON_SET + "{{- end }}\n",
    }
    chart = write(tmp_path / "lib", library)
    assert told(scan(chart, engine, root=tmp_path)[1]) == [("lib/templates/_ds.tpl", 12, "HPC002")]
    declared = CHART + "dependencies:\n- name: lib\n  version: 1.0.0\n  repository: file://../lib\n"
    write(tmp_path / "app", {"Chart.yaml": declared, "templates/ds.yaml": '{{ include "lib.ds" . }}\n'})
    _chart_folders.cache_clear()
    assert scan(chart, engine, root=tmp_path) == ([], [])


def test_a_library_is_used_by_what_has_a_link_to_it(tmp_path: Path, engine: HelmWorker) -> None:
    library = {
        "Chart.yaml": "apiVersion: v2\nname: lib\nversion: 1.0.0\ntype: library\n",
        "templates/_ds.tpl": '{{- define "lib.ds" -}}\n' + DAEMON_SET + "{{- end }}\n",
    }
    chart = write(tmp_path / "lib", library)
    user = {"templates/ds.yaml": '{{ include "lib.ds" . }}\n', "charts/.keep": ""}
    (write(tmp_path / "app", user) / "charts/lib").symlink_to("../../lib")
    _chart_folders.cache_clear()
    assert scan(chart, engine, root=tmp_path) == ([], [])
    rendered, skipped = scan(tmp_path / "app", engine, root=tmp_path)
    assert (len(rendered), skipped) == (1, [])


def test_what_was_pulled_into_the_repository_is_no_sibling_of_another_version(
    tmp_path: Path, engine: HelmWorker
) -> None:
    files = {"Chart.yaml": "apiVersion: v2\nname: redis\nversion: 2.0.0\n", "templates/ds.yaml": DAEMON_SET}
    write(tmp_path / "pulled/redis", files)
    chart = write(tmp_path / "agent", {"Chart.yaml": DEPENDENT})
    for pulled, kinds in ((None, [Rendered]), (tmp_path / "pulled", [Passed, Skipped])):
        _chart_folders.cache_clear()
        source = ChartInput(chart, "agent", tmp_path, pulled)
        results = list(render_chart(source, [HelmOptions()], engine, lambda path: path.name))
        assert [type(each) for each in results] == kinds


@pytest.mark.parametrize("lock", [None, "Chart.lock"])
def test_the_command_that_brings_what_is_locked_names_repositories_first(
    lock: str | None, tmp_path: Path, engine: HelmWorker
) -> None:
    declared = CHART + (
        "dependencies:\n- {name: redis, version: 1.x, repository: 'https://charts.example/a b'}\n"
        "- {name: other, version: 1.x, repository: 'oci://charts.example'}\n"
    )
    chart = write(tmp_path / "agent", {"Chart.yaml": declared, "templates/ds.yaml": DAEMON_SET})
    if lock:
        (chart / lock).write_text("dependencies: []\n", encoding="utf-8")
    skipped = scan(chart, engine, root=tmp_path)[1]
    first = "helm repo add redis 'https://charts.example/a b' && " if lock else ""
    hint = f"`{first}helm dependency build agent`, or name a folder that holds it with `--charts DIR`"
    assert [each.hint for each in skipped] == [hint, hint]
