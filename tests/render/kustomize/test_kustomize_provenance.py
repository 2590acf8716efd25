"""What an overlay renders is traced to the line that set it, whatever set it."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest
from overlays import DAEMONSET, built, chain, documents, line_of, number_of, trace, value_of, where
from scanning import write

from hostprocess_lint.location import Part, Precision, Span
from hostprocess_lint.render.kustomize.engine.kustomize import find_engine
from hostprocess_lint.sources.overlays.nodes import string

POD = ("spec", "template", "spec")
OPTIONS = (*POD, "securityContext", "windowsOptions")
ACCOUNT = (*OPTIONS, "runAsUserName")
BASE = {"base/kustomization.yaml": "resources: [ds.yaml]\n", "base/ds.yaml": DAEMONSET}


def test_value_of_a_base(tmp_path: Path) -> None:
    write(tmp_path, {**BASE, "prod/kustomization.yml": "bases:\n- ../base\nnamespace: system\nnamePrefix: prod-\n"})
    rendered = built(tmp_path, "prod")
    assert where(rendered, ACCOUNT) == r"base/ds.yaml:14 exact runAsUserName: NT AUTHORITY\SYSTEM"
    assert where(rendered, ACCOUNT, Part.KEY) == "base/ds.yaml:14 exact runAsUserName"
    assert where(rendered, ACCOUNT, Part.VALUE) == r"base/ds.yaml:14 exact NT AUTHORITY\SYSTEM"
    assert chain(rendered, ACCOUNT) == []


@pytest.mark.parametrize("name", ["kustomization.yaml", "kustomization.yml", "Kustomization"])
def test_names_of_the_file(tmp_path: Path, name: str) -> None:
    write(tmp_path, {f"prod/{name}": "resources: [ds.yaml]\n", "prod/ds.yaml": DAEMONSET})
    assert where(built(tmp_path, "prod"), (*POD, "hostNetwork")) == "prod/ds.yaml:10 exact hostNetwork: true"


STRATEGIC = """\
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: agent
spec:
  template:
    spec:
      securityContext:
        windowsOptions:
          runAsUserName: NT AUTHORITY\\LocalService
      containers:
      - name: helper
        securityContext:
          windowsOptions:
            hostProcess: false
"""
INLINE_STRATEGIC = "\n".join(["- |", *(f"  {line}" for line in STRATEGIC.splitlines())])


@pytest.mark.parametrize("listing", ["patches:\n- path: smp.yaml\n", "patchesStrategicMerge:\n- smp.yaml\n"])
def test_strategic_merge_patch_file(tmp_path: Path, listing: str) -> None:
    files = {"prod/smp.yaml": STRATEGIC, "prod/kustomization.yaml": f"resources: [../base]\n{listing}"}
    rendered = built(write(tmp_path, {**BASE, **files}), "prod")
    assert where(rendered, ACCOUNT) == r"prod/smp.yaml:10 exact runAsUserName: NT AUTHORITY\LocalService"
    assert chain(rendered, ACCOUNT) == [
        "patched by this overlay: prod/kustomization.yaml:3",
        "base value: base/ds.yaml:14",
    ]
    helper = (*POD, "containers", 0)  # a merge puts the patch's items first
    assert value_of(rendered, (*helper, "name")) == "helper"
    patched = (*helper, "securityContext", "windowsOptions", "hostProcess")
    assert where(rendered, patched) == "prod/smp.yaml:15 exact hostProcess: false"
    assert where(rendered, (*helper, "image")).startswith("base/ds.yaml:22 exact image")
    assert where(rendered, (*helper, "name")) == "base/ds.yaml:21 exact name: helper"
    assert where(rendered, (*helper, "securityContext"), Part.KEY) == "prod/smp.yaml:13 exact securityContext"


def test_inline_strategic_merge_patch(tmp_path: Path) -> None:
    text = f"resources: [../base]\npatchesStrategicMerge:\n{INLINE_STRATEGIC}\n"
    rendered = built(write(tmp_path, {**BASE, "prod/kustomization.yaml": text}), "prod")
    line = line_of(tmp_path, "prod/kustomization.yaml", "LocalService")
    expected = rf"prod/kustomization.yaml:{line} exact runAsUserName: NT AUTHORITY\LocalService"
    assert where(rendered, ACCOUNT) == expected
    assert chain(rendered, ACCOUNT) == ["base value: base/ds.yaml:14"]


OPERATIONS = """\
- op: replace
  path: /spec/template/spec/hostNetwork
  value: false
- op: add
  path: /spec/template/spec/containers/1/securityContext
  value:
    windowsOptions:
      hostProcess: true
- op: replace
  path: /spec/template/spec/containers/0/command/2
  value: other.ps1
"""


def json_patch(path: str) -> str:
    return f"resources: [../base]\npatches:\n- target: {{kind: DaemonSet}}\n  path: {path}\n"


def test_json_patch_file(tmp_path: Path) -> None:
    files = {"prod/ops.yaml": OPERATIONS, "prod/kustomization.yaml": json_patch("ops.yaml")}
    rendered = built(write(tmp_path, {**BASE, **files}), "prod")
    assert where(rendered, (*POD, "hostNetwork")) == "prod/ops.yaml:3 exact value: false"
    added = (*POD, "containers", 1, "securityContext")
    assert where(rendered, (*added, "windowsOptions", "hostProcess")) == "prod/ops.yaml:8 exact hostProcess: true"
    assert where(rendered, (*added, "windowsOptions"), Part.KEY) == "prod/ops.yaml:7 exact windowsOptions"
    assert where(rendered, added, Part.KEY) == "prod/ops.yaml:6 exact value"
    assert where(rendered, (*POD, "containers", 0, "command", 2)) == "prod/ops.yaml:11 exact value: other.ps1"


LITERAL = "|-\n    - op: replace\n      path: /spec/template/spec/hostNetwork\n      value: false\n"
AS_JSON = '[{"op": "replace", "path": "/spec/template/spec/hostNetwork", "value": false}]'
FOLDED = ">-\n    - {op: replace,\n    path: /spec/template/spec/hostNetwork, value: false}\n"
ESCAPED = '"' + AS_JSON.replace('"', '\\"') + '"\n'


@pytest.mark.parametrize(
    ("patch", "place"),
    [
        (LITERAL, "7 exact value: false"),
        (LITERAL.replace("\n", "\r\n"), "7 exact value: false"),
        (f"'{AS_JSON}'\n", '4 exact "value": false'),
        (ESCAPED, "4 line "),
        (FOLDED, "4 line "),
    ],
    ids=["literal", "crlf", "quoted", "escaped", "folded"],
)
def test_inline_json_patch(tmp_path: Path, patch: str, place: str) -> None:
    text = f"resources: [../base]\npatches:\n- target: {{kind: DaemonSet}}\n  patch: {patch}"
    rendered = built(write(tmp_path, {**BASE, "prod/kustomization.yaml": text}), "prod")
    assert value_of(rendered, (*POD, "hostNetwork")) == "false"
    assert where(rendered, (*POD, "hostNetwork")).startswith(f"prod/kustomization.yaml:{place}")


def test_unmarkable_value_of_a_json_patch(tmp_path: Path) -> None:
    """A name identifies a list item, so it cannot carry a mark; the operation that sets it is known by its path."""
    operations = "- {op: replace, path: /spec/template/spec/containers/1/name, value: other}\n"
    files = {"prod/ops.yaml": operations, "prod/kustomization.yaml": json_patch("ops.yaml")}
    rendered = built(write(tmp_path, {**BASE, **files}), "prod")
    assert where(rendered, (*POD, "containers", 1, "name")) == "prod/ops.yaml:1 line value: other"


def test_component(tmp_path: Path) -> None:
    component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n- path: smp.yaml\n"
    files = {
        "hpc/kustomization.yaml": component,
        "hpc/smp.yaml": STRATEGIC,
        "prod/kustomization.yaml": "resources: [../base]\ncomponents: [../hpc]\n",
    }
    rendered = built(write(tmp_path, {**BASE, **files}), "prod")
    assert where(rendered, ACCOUNT).startswith("hpc/smp.yaml:10 exact")
    assert chain(rendered, ACCOUNT) == [
        "patched by this component: hpc/kustomization.yaml:4",
        "base value: base/ds.yaml:14",
    ]


def test_patch_of_a_patched_base(tmp_path: Path) -> None:
    last = STRATEGIC.replace("LocalService", "NetworkService")
    files = {
        "mid/kustomization.yaml": "resources: [../base]\npatches: [{path: smp.yaml}]\n",
        "mid/smp.yaml": STRATEGIC,
        "prod/kustomization.yaml": "resources: [../mid]\npatches: [{path: smp.yaml}]\n",
        "prod/smp.yaml": last,
    }
    rendered = built(write(tmp_path, {**BASE, **files}), "prod")
    assert where(rendered, ACCOUNT).startswith("prod/smp.yaml:10 exact")


def test_replacement_points_at_the_value_that_is_copied(tmp_path: Path) -> None:
    files = {
        "prod/settings.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: s}\ndata:\n  account: LocalService\n",
        "prod/kustomization.yaml": """\
resources: [../base, settings.yaml]
replacements:
- source: {kind: ConfigMap, name: s, fieldPath: data.account}
  targets:
  - select: {kind: DaemonSet}
    fieldPaths: [spec.template.spec.securityContext.windowsOptions.runAsUserName]
""",
    }
    rendered = built(write(tmp_path, {**BASE, **files}), "prod")
    number = number_of(rendered, "DaemonSet")
    assert where(rendered, ACCOUNT, document=number) == "prod/settings.yaml:5 exact account: LocalService"
    assert chain(rendered, ACCOUNT, number) == ["replaced by that value: base/ds.yaml:14"]


def test_images(tmp_path: Path) -> None:
    images = """\
resources: [../base]
images:
- name: registry.example/agent
  newName: mirror.example/agent
  newTag: "2.0"
"""
    rendered = built(write(tmp_path, {**BASE, "prod/kustomization.yaml": images}), "prod")
    image = (*POD, "containers", 0, "image")
    assert value_of(rendered, image) == "mirror.example/agent:2.0"
    assert where(rendered, image) == 'prod/kustomization.yaml:5 exact newTag: "2.0"'
    assert chain(rendered, image) == ["base value: base/ds.yaml:19"]
    assert where(rendered, (*POD, "containers", 1, "image")).startswith("base/ds.yaml:22 exact image: registry")


def test_namespace_labels_and_name(tmp_path: Path) -> None:
    text = "resources: [../base]\nnamespace: system\nnamePrefix: prod-\ncommonLabels:\n  team: nodes\n"
    rendered = built(write(tmp_path, {**BASE, "prod/kustomization.yaml": text}), "prod")
    assert where(rendered, ("metadata", "namespace")) == "prod/kustomization.yaml:2 line namespace: system"
    assert where(rendered, ("metadata", "labels", "team")) == "prod/kustomization.yaml:5 line team: nodes"
    assert where(rendered, ("metadata", "name")) == "base/ds.yaml:4 line name: agent"
    assert where(rendered, ("kind",)) == "base/ds.yaml:2 exact kind: DaemonSet"


def test_namespace_of_the_kustomization_that_is_applied_last(tmp_path: Path) -> None:
    files = {
        "base/kustomization.yaml": "resources: [ds.yaml]\nnamespace: system\n",
        "base/ds.yaml": DAEMONSET,
        "other/kustomization.yaml": "resources: [cm.yaml]\nnamespace: system\n",
        "other/cm.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n",
        "part/kustomization.yaml": "kind: Component\nnamespace: system\n",
        "with/kustomization.yaml": "resources: [../base]\ncomponents: [../part]\n",
        "prod/kustomization.yaml": "resources: [../other, ../base]\n",
    }
    write(tmp_path, files)
    assert where(built(tmp_path, "with"), ("metadata", "namespace")).startswith("part/kustomization.yaml:2")
    prod = built(tmp_path, "prod")
    for kind, directory in ("ConfigMap", "other"), ("DaemonSet", "base"):
        found = where(prod, ("metadata", "namespace"), document=number_of(prod, kind))
        assert found == f"{directory}/kustomization.yaml:2 line namespace: system"


def test_namespace_object_without_markable_scalars(tmp_path: Path) -> None:
    namespace = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: system\n  labels:\n    enforce: privileged\n"
    files = {"prod/kustomization.yaml": "resources: [ns.yaml]\n", "prod/ns.yaml": f"---\n{namespace}---\n"}
    rendered = built(write(tmp_path, files), "prod")
    assert where(rendered, ("metadata", "labels", "enforce")) == "prod/ns.yaml:7 exact enforce: privileged"


def test_one_file_used_twice(tmp_path: Path) -> None:
    files = {
        "a/kustomization.yaml": "resources: [../base]\nnamePrefix: a-\n",
        "b/kustomization.yaml": "resources: [../base]\nnamePrefix: b-\npatches: [{path: smp.yaml}]\n",
        "b/smp.yaml": STRATEGIC,
        "prod/kustomization.yaml": "resources: [../a, ../b]\n",
    }
    rendered = built(write(tmp_path, {**BASE, **files}), "prod")
    assert value_of(rendered, ("metadata", "name"), 1) == "b-agent"
    assert where(rendered, ACCOUNT, document=0).startswith("base/ds.yaml:14 exact")
    assert where(rendered, ACCOUNT, document=1).startswith("b/smp.yaml:10 exact")
    assert chain(rendered, ACCOUNT, document=1)[0] == "patched by this base: b/kustomization.yaml:3"


def test_anchors_lists_and_several_documents(tmp_path: Path) -> None:
    text = """\
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: first}
  data: {key: &value "shared"}
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: second}
  data: {key: *value}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: third}
data: {key: own}
"""
    files = {"prod/kustomization.yaml": "resources: [all.yaml]\n", "prod/all.yaml": text}
    rendered = built(write(tmp_path, files), "prod")
    found = [where(rendered, ("data", "key"), Part.VALUE, document) for document in range(3)]
    assert found == ['prod/all.yaml:7 exact "shared"', 'prod/all.yaml:7 exact "shared"', "prod/all.yaml:16 exact own"]
    assert where(rendered, ("metadata", "name"), document=1) == "prod/all.yaml:10 exact name: second"


def test_an_anchored_value_does_not_replace_itself(tmp_path: Path) -> None:
    text = DAEMONSET.replace("registry.example/helper:1.0", "*any").replace("registry", "&any registry")
    files = {"prod/kustomization.yaml": "resources: [all.yaml]\n", "prod/all.yaml": text}
    rendered = built(write(tmp_path, files), "prod")
    for number in range(2):
        route = (*POD, "containers", number, "image")
        assert where(rendered, route, Part.VALUE).startswith("prod/all.yaml:19 exact")
        assert chain(rendered, route) == []


def pod(name: str, extra: str = "") -> str:
    return f"apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec:\n  hostNetwork: true\n  nodeName: n\n{extra}"


def test_a_name_that_an_alias_repeats_stays_the_name(tmp_path: Path) -> None:
    """The engine sorts what it builds by name: with another name a document stands elsewhere."""
    files = {
        "prod/kustomization.yaml": "resources: [agent.yaml, middle.yaml]\n",
        "prod/agent.yaml": pod("&app agent", extra="  hostname: *app\n"),
        "prod/middle.yaml": pod("middle"),
    }
    rendered = built(write(tmp_path, files), "prod")
    for number, name in enumerate(("agent", "middle")):
        assert value_of(rendered, ("metadata", "name"), number) == name
        found = where(rendered, ("spec", "hostNetwork"), document=number)
        assert found == f"prod/{name}.yaml:5 exact hostNetwork: true"
    assert where(rendered, ("spec", "hostname")) == "prod/agent.yaml:7 exact hostname"


def test_a_name_that_a_replacement_makes_is_no_other_document(tmp_path: Path) -> None:
    replacement = "replacements:\n- source: {kind: Pod, name: zeta, fieldPath: spec.hostname}\n"
    replacement += "  targets:\n  - select: {kind: Pod, name: zeta}\n    fieldPaths: [metadata.name]\n"
    files = {
        "prod/kustomization.yaml": f"resources: [zeta.yaml, middle.yaml]\n{replacement}",
        "prod/zeta.yaml": pod("zeta", extra="  hostname: agent\n"),
        "prod/middle.yaml": pod("middle"),
    }
    rendered = built(write(tmp_path, files), "prod")
    for number, (name, file) in enumerate((("agent", "zeta"), ("middle", "middle"))):
        assert value_of(rendered, ("metadata", "name"), number) == name
        found = where(rendered, ("spec", "hostNetwork"), document=number)
        assert found == f"prod/{file}.yaml:5 exact hostNetwork: true"


def test_a_list_of_references_is_where_the_patch_writes_it(tmp_path: Path) -> None:
    patch = "  spec:\n    sources:\n    - {kind: Secret, name: hidden}\n    - {kind: ConfigMap, name: shared}\n"
    text = "resources: [unit.yaml]\npatches:\n- target: {kind: Unit}\n  patch: |\n"
    head = "  apiVersion: example.com/v1\n  kind: Unit\n  metadata: {name: any}\n"
    files = {
        "prod/kustomization.yaml": text + "".join(f"  {line}\n" for line in (head + patch).splitlines()),
        "prod/unit.yaml": "apiVersion: example.com/v1\nkind: Unit\nmetadata: {name: one}\nspec: {interval: 1m}\n",
    }
    rendered = built(write(tmp_path, files), "prod")
    found = [where(rendered, ("spec", "sources", number)) for number in range(2)]
    assert found == [
        "prod/kustomization.yaml:10 exact {kind: Secret, name: hidden}",
        "prod/kustomization.yaml:11 exact {kind: ConfigMap, name: shared}",
    ]


POD_MANIFEST = """\
apiVersion: v1
kind: Pod
metadata:
  name: p
spec:
  hostNetwork: true
"""


def block(manifest: str, text: str) -> Span:
    start = manifest.index(text)
    return Span(start, start + len(text))


def test_generated_manifest(tmp_path: Path) -> None:
    """A ClusterResourceSet's manifests are data; a line of them is the line of the file that they come from."""
    text = "configMapGenerator:\n- name: crs\n  files:\n  - pod.yaml=files/p.yaml\n  literals:\n  - mode=fast\n"
    files = {"prod/kustomization.yaml": text, "prod/files/p.yaml": POD_MANIFEST}
    rendered = built(write(tmp_path, files), "prod")
    span = block(rendered.text.text, "hostNetwork: true")
    location = rendered.provenance.locate(0, ("data", "pod.yaml"), Part.VALUE, span).location
    assert (location.path, location.start, location.precision.value) == ("prod/files/p.yaml", (6, 3), "exact")
    assert location.file.text[slice(*location.span)] == "hostNetwork: true"
    assert where(rendered, ("data", "mode")) == "prod/kustomization.yaml:6 line mode=fast"


ESCAPED = "".join(f"\\x{ord(letter):02X}" for letter in "hostNetwork")
"""What Kustomize makes of it in a text with a byte order mark."""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("\n", "\r\n", "hostNetwork"),
        ("apiVersion", "\ufeffapiVersion", ESCAPED),
        ("spec:", "spec: # \t", "hostNetwork"),
    ],
)
def test_a_line_of_a_generated_manifest_however_it_is_quoted(old: str, new: str, said: str, tmp_path: Path) -> None:
    root = write(tmp_path, {"prod/kustomization.yaml": "configMapGenerator:\n- {name: crs, files: [p.yaml]}\n"})
    (root / "prod/p.yaml").write_bytes(POD_MANIFEST.replace(old, new).encode())
    rendered = built(root, "prod")
    span = block(rendered.text.text, said)
    location = rendered.provenance.locate(0, ("data", "p.yaml"), Part.VALUE, span).location
    assert (location.path, location.start[0], location.precision.value) == ("prod/p.yaml", 6, "exact")
    assert location.file.text[slice(*location.span)] == "hostNetwork"


def test_a_replacement_of_a_generated_value_points_at_the_literal(tmp_path: Path) -> None:
    text = """\
resources: [../base]
configMapGenerator:
- name: s
  literals:
  - account=LocalService
replacements:
- source: {kind: ConfigMap, name: s, fieldPath: data.account}
  targets:
  - select: {kind: DaemonSet}
    fieldPaths: [spec.template.spec.securityContext.windowsOptions.runAsUserName]
"""
    rendered = built(write(tmp_path, {**BASE, "prod/kustomization.yaml": text}), "prod")
    number = number_of(rendered, "DaemonSet")
    assert where(rendered, ACCOUNT, document=number) == "prod/kustomization.yaml:5 line account=LocalService"


def test_manifest_in_a_block_scalar(tmp_path: Path) -> None:
    indented = "".join(f"    {line}\n" for line in POD_MANIFEST.splitlines())
    text = f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: crs\ndata:\n  pod.yaml: |\n{indented}"
    files = {"prod/kustomization.yaml": "resources: [cm.yaml]\n", "prod/cm.yaml": text}
    rendered = built(write(tmp_path, files), "prod")
    span = block(rendered.text.text, "hostNetwork")
    location = rendered.provenance.locate(0, ("data", "pod.yaml"), Part.VALUE, span).location
    assert (location.path, location.start, location.precision.value) == ("prod/cm.yaml", (12, 7), "exact")


def test_missing_field_points_at_the_mapping_it_is_missing_in(tmp_path: Path) -> None:
    rendered = built(write(tmp_path, {**BASE, "prod/kustomization.yaml": "resources: [../base]\n"}), "prod")
    assert where(rendered, (*OPTIONS, "gmsaCredentialSpec", "x")) == "base/ds.yaml:12 exact windowsOptions"
    assert where(rendered, (*POD, "containers", 0, "securityContext")).startswith("base/ds.yaml:18 exact name: agent")
    assert trace(rendered, ("nothing",)).location.path == "base/ds.yaml"
    assert trace(rendered, ACCOUNT, document=7).location.path == "prod/kustomization.yaml"


def test_fields_that_are_compared_keep_their_values(tmp_path: Path) -> None:
    operations = "- {op: test, path: /spec/template/spec/hostNetwork, value: true}\n" + OPERATIONS
    files = {"prod/ops.yaml": operations, "prod/kustomization.yaml": json_patch("ops.yaml")}
    rendered = built(write(tmp_path, {**BASE, **files}), "prod")
    assert where(rendered, ACCOUNT).startswith("base/ds.yaml:14 exact")
    assert where(rendered, (*POD, "hostNetwork")) == "prod/ops.yaml:4 line value: false"


REPLACEMENTS = """\
- source: {kind: ConfigMap, name: s, fieldPath: data.pair, options: {delimiter: ":", index: 1}}
  targets:
  - select: {kind: DaemonSet}
    fieldPaths: [spec.template.spec.containers.0.image]
"""


def split(pair: str, text: str, **files: str) -> dict[str, str]:
    """The replacement takes a part of a value, which a mark has not: the build that marks the value fails."""
    settings = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: s}}\ndata: {{pair: '{pair}'}}\n"
    text = f"resources: [../base, settings.yaml]\nreplacements: [{{path: replacements.yaml}}]\n{text}"
    own = {"prod/kustomization.yaml": text, "prod/settings.yaml": settings, "prod/replacements.yaml": REPLACEMENTS}
    return {**BASE, **own, **files}


def test_with_marks_in_resources_only(tmp_path: Path) -> None:
    patch = "{apiVersion: v1, kind: ConfigMap, metadata: {name: s}, data: {pair: 'a:b'}}\n"
    files = split("unsplit", "patches: [{path: smp.yaml}]\n", **{"prod/smp.yaml": patch})
    rendered = built(write(tmp_path, files), "prod")
    number = number_of(rendered, "DaemonSet")
    assert value_of(rendered, (*POD, "containers", 0, "image"), number) == "b"
    assert where(rendered, ACCOUNT, document=number).startswith("base/ds.yaml:14 exact")
    assert "file" in where(rendered, (*POD, "containers", 0, "image"), document=number)


def test_with_marks_of_whole_resources_only(tmp_path: Path) -> None:
    rendered = built(write(tmp_path, split("a:b", "")), "prod")
    number = number_of(rendered, "DaemonSet")
    assert where(rendered, ACCOUNT, document=number).startswith("base/ds.yaml:14 file")


def test_text_that_looks_like_a_mark_is_not_believed(tmp_path: Path) -> None:
    text = "resources: [../base]\nconfigMapGenerator:\n- name: c\n  literals: ['k=\ue000\ue101\ue001']\n"
    rendered = built(write(tmp_path, {**BASE, "prod/kustomization.yaml": text}), "prod")
    found = where(rendered, ("data", "k"), document=number_of(rendered, "ConfigMap"))
    assert found.startswith("prod/kustomization.yaml:4 line")


def test_byte_order_mark_and_wide_characters(tmp_path: Path) -> None:
    text = "\ufeff" + DAEMONSET.replace("  name: agent\n", "  name: agent\n  annotations: {face: '😀'}\n", 1)
    files = {"prod/kustomization.yaml": "resources: [ds.yaml]\n", "prod/ds.yaml": text}
    rendered = built(write(tmp_path, files), "prod")
    assert where(rendered, ACCOUNT) == r"prod/ds.yaml:15 exact runAsUserName: NT AUTHORITY\SYSTEM"
    assert where(rendered, ("apiVersion",)) == "prod/ds.yaml:1 exact apiVersion: apps/v1"


ERASED = (
    "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: agent}\nspec: {template: {spec: {hostNetwork: null}}}\n"
)
REMOVED = "- {op: test, path: /kind, value: DaemonSet}\n- op: remove\n  path: /spec/template/spec/hostNetwork\n"
TARGET = "  target: {kind: DaemonSet, labelSelector: '!other'}\n"


@pytest.mark.parametrize(
    ("patches", "files", "expected"),
    [
        ("- path: p.yaml\n", {"prod/p.yaml": ERASED}, "prod/p.yaml:4"),
        (f"- path: p.yaml\n{TARGET}", {"prod/p.yaml": REMOVED}, "prod/p.yaml:2"),
        (f"- patch: |-\n    - op: remove\n      path: /spec/template/spec/hostNetwork\n{TARGET}", {}, None),
        ("- path: p.yaml\n", {"prod/p.yaml": ERASED.replace("hostNetwork", "hostPID")}, ""),
    ],
    ids=["null", "remove", "inline", "another field"],
)
def test_a_patch_that_takes_a_field_out_is_named(
    patches: str, files: dict[str, str], expected: str | None, tmp_path: Path
) -> None:
    text = f"resources: [../base]\nnamePrefix: my-\npatches:\n{patches}"
    write(tmp_path, {**BASE, **files, "prod/kustomization.yaml": text})
    if expected is None:
        expected = f"prod/kustomization.yaml:{line_of(tmp_path, 'prod/kustomization.yaml', 'op: remove')}"
    rendered = built(tmp_path, "prod")
    assert rendered.removed is not None
    found = rendered.removed(0, (*POD, "hostNetwork"))
    shown = [f"{each.location.path}:{each.location.start[0]}" for each in found]
    assert shown == ([expected] if expected else [])


def test_a_field_that_no_patch_takes_out(tmp_path: Path) -> None:
    """Two patches take it out: neither alone is why it is missing, and a wrong line would be worse than none."""
    text = "resources: [../base]\npatches:\n- path: p.yaml\n- path: q.yaml\n"
    rendered = built(
        write(tmp_path, {**BASE, "prod/kustomization.yaml": text, "prod/p.yaml": ERASED, "prod/q.yaml": ERASED}), "prod"
    )
    assert rendered.removed is not None
    assert rendered.removed(0, (*POD, "hostNetwork")) == ()


def named(number: int) -> str:
    return DAEMONSET.replace("name: agent\n", f"name: a{number}\n", 1)


def removal(number: int) -> str:
    path = "/spec/template/spec/hostNetwork"
    return f"- target: {{kind: DaemonSet, name: a{number}}}\n  patch: |-\n    - {{op: remove, path: {path}}}\n"


def test_what_takes_a_field_out_of_many_documents_is_found_together(tmp_path: Path) -> None:
    """Each by its own patch, all by a few builds: a1's may be meant for a10 as well, as far as names tell."""
    count = 14
    names = ", ".join(f"d{number}.yaml" for number in range(count))
    text = f"namePrefix: p-\nresources: [{names}]\npatches:\n{''.join(map(removal, range(count)))}"
    files = {f"prod/d{number}.yaml": named(number) for number in range(count)}
    engine, log = counting_engine(tmp_path)
    rendered = built(write(tmp_path / "repository", {**files, "prod/kustomization.yaml": text}), "prod", binary=engine)
    assert rendered.removed is not None
    for number, tree in enumerate(documents(rendered)):
        name = string(tree, "metadata", "name").removeprefix("p-")
        (found,) = rendered.removed(number, (*POD, "hostNetwork"))
        at = line_of(tmp_path / "repository", "prod/kustomization.yaml", f"name: {name}}}") + 2
        assert (found.location.path, found.location.start[0]) == ("prod/kustomization.yaml", at)
    assert len(log.read_text()) <= 3, "a plain build, a marked one, and one without the patches"


WORKS = (
    "t=0; while [ $t -lt 60 ]; do read -r _ _ _ _ _ _ _ _ _ _ _ _ _ u s _ < /proc/$$/stat; t=$((u + s)); done\n"
    if sys.platform == "linux"
    else "/bin/sleep 0.6\n"  # what a program had of the processors is not known there
)


def test_what_is_not_proved_in_time_is_coarser_and_not_later(tmp_path: Path) -> None:
    engine, log = counting_engine(tmp_path, WORKS)
    text = f"resources: [../base]\npatches:\n{removal(0).replace('a0', 'agent')}"
    root = write(tmp_path / "repository", {**BASE, "prod/kustomization.yaml": text})
    started = time.monotonic()
    rendered = built(root, "prod", binary=engine, seconds=1.0)
    found = trace(rendered, ACCOUNT).location
    assert (found.path, found.precision) == ("prod/kustomization.yaml", Precision.FILE)
    assert rendered.removed is not None
    assert rendered.removed(0, (*POD, "hostNetwork")) == ()
    assert time.monotonic() - started < 6
    assert len(log.read_text()) == 2, "the second build meets the end of the time, and no other one starts"


def counting_engine(directory: Path, first: str = "") -> tuple[Path, Path]:
    """The real engine, and a file that gets one more character whenever it runs."""
    real = find_engine(None, directory / "repository")
    assert real is not None
    engine, log = directory / "kubectl", directory / "log"
    engine.write_text(f'#!/bin/sh\nprintf x >> {log}\n{first}exec {real.path} "$@"\n')
    engine.chmod(0o755)
    return engine, log
