"""What is asked of the texts of many charts is found out once, and few of the texts are kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from releasing import ARGO
from scanning import write

from hostprocess_lint.render import chartwords
from hostprocess_lint.render.chartwords import ChartWords
from hostprocess_lint.sources.charts.chart import ChartInput, read_chart
from hostprocess_lint.sources.releases import inchart

META = "apiVersion: v2\nname: m\nversion: 0.1.0\n"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The charts that are read, in their order."""
    found: list[str] = []

    def reads(source: ChartInput) -> object:
        found.append(source.path.name)
        return read_chart(source)

    monkeypatch.setattr(inchart, "read_chart", reads)
    return found


def test_each_question_is_asked_once(tmp_path: Path, read: list[str]) -> None:
    write(tmp_path / "app", {"Chart.yaml": META, "templates/a.yaml": ARGO % "x"})
    write(tmp_path / "pod", {"Chart.yaml": META, "templates/a.yaml": "hostProcess: true\n"})
    words = ChartWords(None, (str(tmp_path),))
    for _ in range(3):
        assert [words.say_release(str(tmp_path / name)) for name in ("app", "pod")] == [True, False]
        assert [words.may_make(str(tmp_path / name)) for name in ("app", "pod")] == [False, True]
    assert read == ["app", "pod"]


def test_answers_are_kept_longer_than_texts(tmp_path: Path, read: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chartwords, "_KEPT", 1)
    for name in ("a", "b"):
        write(tmp_path / name, {"Chart.yaml": META})
    words = ChartWords(None, (str(tmp_path),))
    for _ in range(2):
        assert [words.say_release(str(tmp_path / name)) for name in ("a", "b")] == [False, False]
    assert read == ["a", "b"]
    words.texts(str(tmp_path / "a"))
    assert read == ["a", "b", "a"]


def test_what_cannot_be_read_may_say_anything(tmp_path: Path) -> None:
    write(tmp_path, {"templates/a.yaml": "kind: Pod\n"})
    words = ChartWords(None, (str(tmp_path),))
    assert words.texts(str(tmp_path)) is None
    assert words.say_release(str(tmp_path))
    assert words.may_make(str(tmp_path))
