"""What releases give to a chart, as Helm reads it."""

from __future__ import annotations

import pytest

from hostprocess_lint.render.helm.engine.worker import HelmWorker
from hostprocess_lint.render.helm.profiles.layers import release_layers
from hostprocess_lint.sourcefile import SourceFile
from hostprocess_lint.sources.releases.places import WholeFile
from hostprocess_lint.sources.releases.release import Flag, Given


@pytest.mark.parametrize(
    ("setting", "flag", "value"),
    [
        ("a.b=1", "set", 1),
        ("a.b=1", "set-string", "1"),
        (r"a.b=NT AUTHORITY\SYSTEM", "set-string", "NT AUTHORITYSYSTEM"),
        (r"a.b=NT AUTHORITY\\SYSTEM", "set-string", r"NT AUTHORITY\SYSTEM"),
        (r"a.b=\{SYSTEM\}", "set-string", "{SYSTEM}"),
        ("a.b={x,1}", "set-string", ["x", "1"]),
        ("a.b=x\\,y=\n1", "set-file", "x\\,y=\n1"),
    ],
)
def test_how_a_flag_reads_a_setting(setting: str, flag: Flag, value: object) -> None:
    given = Given("`set`", WholeFile(SourceFile("a.yaml", "")), setting=setting, flag=flag)
    with HelmWorker() as engine:
        (layer,) = release_layers([given], engine)
    assert layer.values == {"a": {"b": value}}
