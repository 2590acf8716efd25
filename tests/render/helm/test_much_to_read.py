"""A chart that prints more than can be looked at: what a line itself says is still told, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import helm_charts
import pytest
from scanning import seconds

from hostprocess_lint.render.helm.profiles import building
from hostprocess_lint.render.helm.profiles.actiontext import hides_the_word
from hostprocess_lint.scanner import Scanner

pytest.importorskip("helm_python")

GATED = "{{- if hasPrefix `x` (.Values.edition | sha256sum | trunc 3) }}\n%s\n{{- end }}\n"
INNOCENT = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: '{{ printf `%s-%s` .Release.Name `b` | trunc 63 }}'}\n"
PUT_TOGETHER = "apiVersion: v1\nkind: Pod\nspec: {'{{ printf `host%s` `Process` }}': true}\n"


@pytest.mark.parametrize("limit", [0, building._MOST_READ])
def test_templates_that_cannot_matter_are_not_told(limit: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "_MOST_READ", limit)
    templates = {f"templates/board-{number}.yaml": GATED % INNOCENT for number in range(3)}
    files = {"templates/ds.yaml": helm_charts.DAEMON_SET, "templates/made.yaml": GATED % PUT_TOGETHER, **templates}
    helm_charts.write(tmp_path, {"Chart.yaml": helm_charts.CHART, "values.yaml": "edition: a\n", **files})
    monkeypatch.chdir(tmp_path)
    with Scanner() as scanner:
        found = scanner.scan(["."])
    assert [each.path for each in found.skipped] == ["templates/made.yaml"]


def test_letters_with_others_between_are_found_in_proportion() -> None:
    assert hides_the_word("hXoXsXtXpXrXoXcXeXsXs")
    assert hides_the_word("ssecorPtsoh")
    assert not hides_the_word("hostproces")
    text = "".join(letter * 5 for letter in "hostproces")
    assert seconds(lambda: lambda: hides_the_word(text)) < 0.01
