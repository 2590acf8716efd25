"""Real overlays render as many HostProcess pods as a plain build, and every place that they are traced to is proved."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from overlays import DAEMONSET, WHOLE, documents, overlay, results, told
from scanning import shared, write

from hostprocess_lint.location import Location, Part, Precision, Route
from hostprocess_lint.rendered import Rendered
from hostprocess_lint.sources.overlays.nodes import leaves

ROOT = shared() / "corpus"
SECURITY = re.compile(
    r"\.(hostProcess|runAsUserName|hostNetwork|image|dnsPolicy|serviceAccountName|nodeSelector\.[^.]*(\.io/os)?|os\.name"
    r"|mountPath|(command|args)\.0)$"
)
ALL = re.compile("")


class Build(NamedTuple):
    directory: str
    pods: int
    builds: bool


def builds() -> list[Build]:
    if not (ROOT / "kustomize").is_dir():
        return []
    rows = [line.split("\t") for line in (ROOT / "kustomize/BUILDS.tsv").read_text().splitlines()[1:]]
    return [Build(row[0], int(row[2]), row[4] == "ok") for row in rows]


needs_corpus = pytest.mark.skipif(not builds(), reason="the corpus is not beside the repository")


@needs_corpus
@pytest.mark.parametrize("build", builds(), ids=lambda build: build.directory)
def test_corpus(build: Build) -> None:
    found = results(ROOT, build.directory)
    assert bool(told(found)) is not build.builds, "what does not build as a whole is built without something"
    result = next((each for each in found if isinstance(each, Rendered)), None)
    if result is None:
        return
    if build.builds:
        assert result.text.text.count("hostProcess: true") == build.pods
    for number, document in enumerate(documents(result)):
        for route, _ in leaves(document):
            location = result.provenance.locate(number, route, Part.PAIR, WHOLE).location
            assert (ROOT / location.path).is_file()
            assert location.precision is not Precision.FILE


EVERYTHING = {
    "base/kustomization.yaml": "resources: [ds.yaml]\nnamespace: base\n",
    "base/ds.yaml": DAEMONSET,
    "part/kustomization.yaml": "kind: Component\npatches: [{path: ops.yaml, target: {kind: DaemonSet}}]\n",
    "part/ops.yaml": """\
- {op: add, path: /spec/template/spec/dnsPolicy, value: Default}
- op: add
  path: /spec/template/spec/containers/1/volumeMounts
  value: [{name: logs, mountPath: 'C:\\logs', readOnly: true}]
""",
    "prod/kustomization.yaml": """\
resources: [../base, settings.yaml]
components: [../part]
namespace: nodes
namePrefix: prod-
images:
- {name: registry.example/agent, newTag: "2.0"}
patches:
- path: smp.yaml
- target: {kind: DaemonSet}
  patch: |-
    - op: replace
      path: /spec/template/spec/containers/0/imagePullPolicy
      value: Always
- patch: |
    apiVersion: apps/v1
    kind: DaemonSet
    metadata: {name: agent}
    spec:
      template:
        spec:
          serviceAccountName: agent
          tolerations: [{operator: Exists}]
replacements:
- source: {kind: ConfigMap, name: settings, fieldPath: data.account}
  targets:
  - select: {kind: DaemonSet}
    fieldPaths: [spec.template.spec.securityContext.windowsOptions.runAsUserName]
""",
    "prod/settings.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {account: Local}\n",
    "prod/smp.yaml": """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  template:
    spec:
      containers:
      - name: helper
        imagePullPolicy: Never
        securityContext: {windowsOptions: {hostProcess: false}, runAsNonRoot: true}
      volumes:
      - {name: logs, hostPath: {path: 'C:\\logs'}}
""",
}


@needs_corpus
@pytest.mark.parametrize("build", [build for build in builds() if build.pods], ids=lambda build: build.directory)
def test_editing_the_line_changes_what_is_rendered(build: Build, tmp_path: Path) -> None:
    top = Path(*Path(build.directory).parts[:3])
    shutil.copytree(ROOT / top, tmp_path / top)
    tried = verify(tmp_path, build.directory, SECURITY)
    assert tried["changed"] > 5


def test_editing_the_line_changes_what_everything_renders(tmp_path: Path) -> None:
    tried = verify(write(tmp_path, EVERYTHING), "prod", ALL)
    assert tried["changed"] > 20


def verify(root: Path, directory: str, chosen: re.Pattern[str]) -> Counter[str]:
    """Edits each field's place in turn; counts fields that changed, stayed the same, or no longer built."""
    result = overlay(root, directory)
    assert isinstance(result, Rendered), result
    tried: Counter[str] = Counter()
    for number, route in fields(result, chosen):
        location = result.provenance.locate(number, route, Part.VALUE, WHOLE).location
        assert location.precision is not Precision.FILE, route
        edited = after_edit(root, directory, location)
        outcome = (
            "failed" if edited is None else "same" if values(edited, route) == values(result, route) else "changed"
        )
        tried[outcome] += 1
        assert outcome != "same", (route, location.path, location.start)
    return tried


def fields(rendered: Rendered, chosen: re.Pattern[str]) -> Iterator[tuple[int, Route]]:
    for number, document in enumerate(documents(rendered)):
        routes = [route for route, _ in leaves(document)]
        if any(route[-1] == "hostProcess" for route in routes):
            yield from ((number, route) for route in routes if chosen.search(".".join(map(str, route))))


def values(rendered: Rendered, wanted: Route) -> Counter[str]:
    """All values of a field, whatever the position of its list items and documents: a new name may move those."""
    trees = documents(rendered)
    return Counter(scalar.value for tree in trees for route, scalar in leaves(tree) if shape(route) == shape(wanted))


def shape(route: Route) -> tuple[str, ...]:
    return tuple(step if isinstance(step, str) else "*" for step in route)


def after_edit(root: Path, directory: str, location: Location) -> Rendered | None:
    path = root / location.path
    before = path.read_bytes()
    start, end = location.span
    text = location.file.text
    path.write_bytes((text[:start] + other_value(text[start:end]) + text[end:]).encode())
    try:
        result = overlay(root, directory)
    finally:
        path.write_bytes(before)
    return result if isinstance(result, Rendered) else None


def other_value(written: str) -> str:
    flipped = {"true": "false", "false": "true"}.get(written)
    return flipped or json.dumps("zq-" + written.strip("\"'").replace("\\", ""))
