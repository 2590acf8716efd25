"""What a file or a directory is taken for in a repository that holds charts, and where charts install."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helm_charts import CHART, DAEMON_SET
from overlays import write
from scanning import report, run

READS_FILES = '{{ tpl (.Files.Get "files/ds.yaml") . }}\n'
TEMPLATE = DAEMON_SET.replace("hostNetwork: true", "hostNetwork: {{ .Values.net }}")


@pytest.mark.parametrize(
    ("template", "reason"),
    [(READS_FILES, None), ("a: 1\n", "line 8: a mapping or list cannot be a key")],
    ids=["reads files", "reads none"],
)
def test_a_template_outside_of_templates(template: str, reason: str | None, tmp_path: Path) -> None:
    """What the chart renders is judged as that; what it does not render has to be told."""
    files = {
        "Chart.yaml": CHART,
        "values.yaml": "net: false\n",
        "files/ds.yaml": TEMPLATE,
        "templates/ds.yaml": template,
    }
    found = report(".", cwd=write(tmp_path, files))
    assert [each["reason"] for each in found["skipped"]] == ([reason] if reason else [])
    assert {each["source"]["kind"] for each in found["findings"]} == {"manifest" if reason else "chart"}


def test_a_charts_template_without_its_chart(tmp_path: Path) -> None:
    """Where the chart is not in scope nobody renders it: then it has to be told."""
    write(tmp_path, {"Chart.yaml": CHART, "files/ds.yaml": TEMPLATE, "templates/ds.yaml": READS_FILES})
    for path in ("files/ds.yaml", "files"):
        assert [each["path"] for each in report(path, cwd=tmp_path)["skipped"]] == ["files/ds.yaml"]


NAMESPACE = """\
apiVersion: v1
kind: Namespace
metadata:
  name: {{ .Release.Namespace }}
  labels: {pod-security.kubernetes.io/enforce: baseline}
"""


@pytest.mark.parametrize(
    ("arguments", "configuration", "namespace"),
    [
        ([], "", None),
        (["--namespace", "ops"], "", "ops"),
        ([], "charts: [{path: agent, namespace: ops}]\n", "ops"),
    ],
    ids=["unknown", "given", "configured"],
)
def test_what_names_no_namespace_goes_to_the_releases(
    arguments: list[str], configuration: str, namespace: str | None, tmp_path: Path
) -> None:
    files = {"agent/Chart.yaml": CHART, "agent/templates/ns.yaml": NAMESPACE, "agent/templates/ds.yaml": DAEMON_SET}
    write(tmp_path, files | ({".hostprocess-lint.yaml": configuration} if configuration else {}))
    done = run("scan", "--format", "json", "--select", "HPC112", *arguments, "agent", cwd=tmp_path)
    found = json.loads(done.stdout)
    assert namespace in {each["resource"]["namespace"] for each in found["workloads"]}
    assert bool(found["findings"]) is (namespace is not None)
