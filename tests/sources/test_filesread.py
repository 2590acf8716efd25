"""Which files of a chart its templates may read."""

from __future__ import annotations

import pytest
from scanning import seconds

from hostprocess_lint.sources.charts.filesread import files_read_by_templates


@pytest.mark.parametrize(
    ("glob", "means", "not_"),
    [
        ("files/*.yaml", "files/a.yaml", "files/b/a.yaml"),
        ("files/**.yaml", "files/b/a.yaml", "a.yaml"),
        ("files/a?.yaml", "files/ab.yaml", "files/abc.yaml"),
        ("{a,b/c}.yaml", "b/c.yaml", "a.yml"),
        ("./a.yaml", "a.yaml", "axyaml"),
    ],
)
def test_what_a_glob_may_mean(glob: str, means: str, not_: str) -> None:
    template = f'{{{{ .Files.Glob "{glob}" }}}}'
    read = files_read_by_templates([template])
    assert read.covers(means)
    assert not read.covers(not_)


def test_no_glob_takes_long() -> None:
    template = f'{{{{ .Files.Glob "{"*a" * 100}b" }}}}'
    assert seconds(lambda: lambda: files_read_by_templates([template]).covers("a" * 3_000)) < 0.5
