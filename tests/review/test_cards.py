"""The cards of a review: which there are, in which order, with which findings, releases and environments."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from reviewing import container, pod, reviewed
from scanning import write

from hostprocess_lint.config.settings import Settings
from hostprocess_lint.finding import Origin, Released
from hostprocess_lint.location import Location, Span
from hostprocess_lint.render.options import RenderOptions
from hostprocess_lint.review.cards import review
from hostprocess_lint.review.environments import environments
from hostprocess_lint.review.review import Review
from hostprocess_lint.scanner import Scanner
from hostprocess_lint.sourcefile import SourceFile

SYSTEM = {"windowsOptions": {"hostProcess": True, "runAsUserName": "NT AUTHORITY\\SYSTEM"}}


def of(*paths: str) -> Review:
    with Scanner(settings=Settings(render=RenderOptions(reach=True))) as scanner:
        return review(scanner.scan(paths), paths)


def test_what_reaches_further_stands_first_with_its_findings() -> None:
    small, large = pod(), pod(securityContext=SYSTEM, metadata={"name": "large"})
    found = reviewed(small, large)
    assert [card.resource.name for card in found.cards] == ["large", "agent"]
    assert "HPC401" in {finding.rule for finding in found.cards[0].findings}
    assert "HPC401" not in {finding.rule for finding in found.cards[1].findings}
    assert found.findings == ()


def test_a_pod_that_is_no_host_process_has_no_card() -> None:
    plain = pod(securityContext={}, metadata={"name": "plain"})
    assert [card.resource.name for card in reviewed(plain, pod()).cards] == ["agent"]


def test_an_id_survives_new_lines_and_another_image() -> None:
    before = reviewed(pod()).cards[0].id
    other = pod(containers=[container(image="registry.example/agent:2.0.0")])
    after = reviewed({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}}, other).cards[0].id
    assert before == after
    assert reviewed(pod(), path="elsewhere.yaml").cards[0].id != before


def test_two_of_one_name_have_two_ids() -> None:
    found = reviewed(pod(), pod(securityContext=SYSTEM))
    assert len({card.id for card in found.cards}) == 2


CHART = """\
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: "{{ .Release.Namespace }}"}
spec:
  hostNetwork: true
  securityContext:
    windowsOptions: {hostProcess: true, runAsUserName: '{{ .Values.account }}'}
  containers: [{name: agent, image: 'registry.example/agent:1.0.0', args: ["{{ .Values.level }}"]}]
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    return tmp_path


def application(name: str, cluster: str, **values: str) -> str:
    return json.dumps(
        {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            "metadata": {"name": name, "namespace": "argocd"},
            "spec": {
                "destination": {"name": cluster, "namespace": "ops"},
                "source": {
                    "repoURL": "https://git.example/fleet.git",
                    "path": "charts/agent",
                    "helm": {"valuesObject": values},
                },
            },
        }
    )


def charted(root: Path, **applications: dict[str, Any]) -> None:
    values = "account: 'NT AUTHORITY\\LocalService'\nlevel: info\n"
    write(
        root,
        {
            "charts/agent/Chart.yaml": "apiVersion: v2\nname: agent\nversion: 1.0.0\n",
            "charts/agent/values.yaml": values,
            "charts/agent/templates/pod.yaml": CHART,
            **{f"apps/{name}.json": application(name, name, **given) for name, given in applications.items()},
        },
    )


@pytest.mark.skipif(find_spec("helm_python") is None, reason="the Helm library is not installed")
def test_releases_that_come_out_alike_are_one_card_and_others_are_two(repository: Path) -> None:
    charted(repository, east={}, west={}, south={"account": "NT AUTHORITY\\SYSTEM"})
    released = [card for card in of(".").cards if card.releases]
    assert [(card.environments, [each.title for each in card.releases]) for card in released] == [
        (("south",), ["Application argocd/south"]),
        (("east", "west"), ["Application argocd/east", "Application argocd/west"]),
    ]
    assert [finding.rule for finding in released[0].findings if finding.rule == "HPC401"] == ["HPC401"]
    assert [finding.rule for finding in released[1].findings if finding.rule == "HPC401"] == []


def test_a_manifest_is_deployed_by_the_release_of_its_directory(repository: Path) -> None:
    spec = {"destination": {"name": "east"}, "source": {"repoURL": "https://git.example/fleet.git", "path": "deploy"}}
    app = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"name": "plain"}, "spec": spec}
    write(
        repository,
        {
            "deploy/pod.yaml": json.dumps(pod()),
            "deploy/below/pod.yaml": json.dumps(pod(metadata={"name": "below"})),
            "apps/plain.json": json.dumps(app),
        },
    )
    found = {card.resource.name: [each.title for each in card.releases] for card in of(".").cards}
    assert found == {"agent": ["Application plain"], "below": []}, "without `recurse` no folder in it is deployed"


FILE = SourceFile("clusters/east.yaml", "a")


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        (Origin("manifest", "deploy/a.yaml"), ()),
        (Origin("overlay", "deploy/overlays/production"), ("production",)),
        (Origin("manifest", "environments/dev/a.yaml"), ("dev",)),
        (Origin("chart", "charts/a", "default, values-prod.yaml"), ("prod",)),
        (Origin("chart", "charts/a", "ci/test-values.yaml"), ()),
        (Origin("chart", "c", "R", (Released("R", Location(FILE, Span(0, 1)), "west"),)), ("west",)),
        (Origin("chart", "c", "R", (Released("R", Location(FILE, Span(0, 1))),)), ("east",)),
    ],
)
def test_an_environment_is_what_the_repository_calls_it(origin: Origin, expected: tuple[str, ...]) -> None:
    assert environments([origin]) == expected
