"""A chart that came to nothing is not rendered again, where all that it is rendered from is the same."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from helm_charts import CHART, DAEMON_SET, CountingWorker, write

from hostprocess_lint.documents.firstlook import may_concern
from hostprocess_lint.outcome import Skipped
from hostprocess_lint.render.helm.profiles.profiles import HelmOptions
from hostprocess_lint.render.helm.rendering import render_chart
from hostprocess_lint.render.helm.texts import Looks
from hostprocess_lint.render.helm.vain import Vain
from hostprocess_lint.rendered import Rendered
from hostprocess_lint.sources.charts.chart import ChartInput

LINUX = "kind: Pod\nspec: {containers: [{name: a, image: '{{ .Values.image }}'}]}\n"
INNOCENT = {"templates/a.yaml": LINUX, "README.md": "a", "values.yaml": "image: a\n"}


@pytest.fixture
def engine() -> Iterator[CountingWorker]:
    worker = CountingWorker()
    with worker:
        yield worker


def deploys(text: bytes) -> bool:
    return b"argoproj.io/" in text


def scan(chart: Path, engine: CountingWorker, looks: Looks, sets: tuple[str, ...] = ()) -> list[object]:
    source = ChartInput(chart, chart.name, chart.parent)
    return list(render_chart(source, [HelmOptions(sets=sets)], engine, str, looks))


def asked(chart: Path, engine: CountingWorker, vain: Vain, sets: tuple[str, ...] = ()) -> int:
    """How often it is rendered to be judged; `anyway` stands for a word that only a rendering shows to be none."""
    before = engine.renders
    scan(chart, engine, Looks(may_concern, anyway=True, vain=vain), sets)
    return engine.renders - before


def pack(chart: Path, to: Path) -> Path:
    with tarfile.open(to, "w:gz") as archive:
        archive.add(chart, "agent")
    return to


def test_the_same_chart_is_rendered_once(tmp_path: Path, engine: CountingWorker) -> None:
    vain = Vain()
    chart = write(tmp_path / "agent", INNOCENT)
    assert asked(chart, engine, vain) == 1
    assert asked(chart, engine, vain) == 0
    assert asked(write(tmp_path / "copy", INNOCENT), engine, vain) == 0
    assert asked(pack(chart, tmp_path / "agent-0.1.0.tgz"), engine, vain) == 0


@pytest.mark.parametrize(
    "change",
    [{"values.yaml": "image: b\n"}, {"templates/b.yaml": ""}, {"README.md": "b"}, {"Chart.yaml": f"{CHART}icon: a\n"}],
)
def test_another_chart_is_rendered(change: Mapping[str, str], tmp_path: Path, engine: CountingWorker) -> None:
    vain = Vain()
    asked(write(tmp_path / "a" / "agent", INNOCENT), engine, vain)
    assert asked(write(tmp_path / "b" / "agent", {**INNOCENT, **change}), engine, vain) == 1


def test_other_values_are_rendered(tmp_path: Path, engine: CountingWorker) -> None:
    vain = Vain()
    chart = write(tmp_path / "agent", INNOCENT)
    assert [asked(chart, engine, vain, sets) for sets in ((), ("image=b",), ("image=c",), ())] == [1, 1, 1, 0]


@pytest.mark.parametrize(
    ("template", "kind"), [(DAEMON_SET, Rendered), ("hostProcess: true\n{{ fail `never` }}\n", Skipped)]
)
def test_what_comes_to_something_is_told_each_time(
    template: str, kind: type, tmp_path: Path, engine: CountingWorker
) -> None:
    vain = Vain()
    chart = write(tmp_path / "agent", {"templates/ds.yaml": template})
    for looks in (Looks(vain=vain), Looks(deploys, anyway=True, later=(may_concern,), vain=vain), Looks(vain=vain)):
        found = scan(chart, engine, looks)
        assert [type(each) for each in found] == ([kind] if looks.wanted is not deploys or kind is Skipped else [])


def test_one_that_is_looked_at_for_its_releases_is_known_when_it_is_judged(
    tmp_path: Path, engine: CountingWorker
) -> None:
    vain = Vain()
    chart = write(tmp_path / "agent", INNOCENT)
    assert scan(chart, engine, Looks(deploys, anyway=True, later=(may_concern,), vain=vain)) == []
    assert (engine.renders, asked(chart, engine, vain)) == (1, 0)


def test_a_library_is_asked_for_where_it_lies(tmp_path: Path, engine: CountingWorker) -> None:
    """What its templates say is told unless another chart uses it."""
    vain = Vain()
    library = {
        "Chart.yaml": f"{CHART}type: library\n",
        "templates/_a.tpl": "{{ define `a` }}hostProcess: true{{ end }}",
    }
    dependency = "dependencies: [{name: agent, version: 0.1.0, repository: 'file://../agent'}]\n"
    write(tmp_path / "a" / "user", {"Chart.yaml": CHART.replace("agent", "user") + dependency})
    assert scan(write(tmp_path / "a" / "agent", library), engine, Looks(vain=vain)) == []
    assert [type(each) for each in scan(write(tmp_path / "b" / "agent", library), engine, Looks(vain=vain))] == [
        Skipped
    ]
