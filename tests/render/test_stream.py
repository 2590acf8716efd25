"""What comes through a pipe: `helm template … | hostprocess-lint scan -`."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from scanning import run

CHART = "apiVersion: v2\nname: agent\nversion: 1.0.0\n"
POD = """\
---
# Source: {source}
apiVersion: v1
kind: Pod
metadata: {{name: agent, namespace: ops}}
spec:
  nodeSelector: {{kubernetes.io/os: windows}}
  securityContext: {{windowsOptions: {{hostProcess: true, runAsUserName: 'NT AUTHORITY\\LocalService'}}}}
  containers: [{{name: agent, image: 'registry.example/agent:1.0.0'}}]
"""


def found(stream: str, cwd: Path) -> list[tuple[str, int, str]]:
    done = run("scan", "-", "--format", "json", "--select", "HPC101", cwd=cwd, stdin=stream.encode())
    places = [finding["location"] for finding in json.loads(done.stdout)["findings"]]
    return [(place["path"], place["line"], place["precision"]) for place in places]


def chart(directory: Path) -> None:
    (directory / "templates").mkdir(parents=True)
    (directory / "Chart.yaml").write_text(CHART)
    (directory / "templates" / "pod.yaml").write_text("{{ .Values.x }}\n")


def test_the_comment_names_the_file(tmp_path: Path) -> None:
    chart(tmp_path / "deploy" / "windows")
    stream = POD.format(source="agent/templates/pod.yaml")
    assert found(stream, tmp_path) == [("deploy/windows/templates/pod.yaml", 1, "file")]


def test_what_is_not_there_is_not_named(tmp_path: Path) -> None:
    chart(tmp_path / "deploy")
    for source in ("agent/templates/other.yaml", "agent/../../etc/passwd", "elsewhere/templates/pod.yaml"):
        assert found(POD.format(source=source), tmp_path) == [("-", 8, "exact")]


def test_two_charts_of_one_name(tmp_path: Path) -> None:
    chart(tmp_path / "a")
    chart(tmp_path / "b")
    assert found(POD.format(source="agent/templates/pod.yaml"), tmp_path) == [("-", 8, "exact")]


def test_each_document_has_its_own(tmp_path: Path) -> None:
    chart(tmp_path)
    (tmp_path / "templates" / "two.yaml").write_text("x\n")
    stream = POD.format(source="agent/templates/pod.yaml") + POD.format(source="agent/templates/two.yaml")
    assert [path for path, *_ in found(stream, tmp_path)] == ["templates/pod.yaml", "templates/two.yaml"]


@pytest.mark.parametrize("what", ["a link to nowhere", "a link out", "a pipe", "a directory", "a link to itself"])
def test_what_is_no_chart_costs_no_finding_of_the_stream(what: str, tmp_path: Path) -> None:
    cwd = tmp_path / "here"
    chart(cwd / "good")
    file = cwd / "bad" / "Chart.yaml"
    file.parent.mkdir()
    chart(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "Chart.yaml").write_text("name: other\n")
    if what == "a pipe":
        os.mkfifo(file)
    elif what == "a directory":
        file.mkdir()
    else:
        to = {
            "a link to nowhere": "nowhere",
            "a link out": "../../elsewhere/Chart.yaml",
            "a link to itself": "Chart.yaml",
        }
        file.symlink_to(to[what])
    assert found(POD.format(source="agent/templates/pod.yaml"), cwd) == [("good/templates/pod.yaml", 1, "file")]
    assert found(POD.format(source="other/templates/pod.yaml"), cwd) == [("-", 8, "exact")]
