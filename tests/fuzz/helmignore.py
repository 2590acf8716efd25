"""`.helmignore` files made at random: what Helm leaves out of a chart is what is left out here."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from archives import seen, told
from helm_charts import CHART

from hostprocess_lint.sources.charts.archive import Reading, read_directory

WORDS = (
    *("a", "b", "*", "?", "/", "templates/", "*.yaml", "[a-c]", "[^a]", "[", "]", "\\", "\\*", "!", "#", " ", "\t"),
    *("\f", "\v", "\r", "\x1c", "\x85", "\u00a0", "\u2028", "\u00e9", "[\u00e0-\u00ff]", ".", "-", "[a-]", "[]a]"),
    *("sub", "é?", "**", "[!a]", "[\\]]", "*a*", "[/]", "\ufeff", "\udcff"),
)  # fmt: skip
FILES = (
    *("a", "b", "ab", "a.yaml", "é", "éa", "[", "a*", "-", " a"),
    *("sub/a", "sub/b.yaml", "sub/é.yaml", "sub/c/a", "templates/a.yaml", "templates/b", "templates/.hid"),
    *("templates/sub/a", "templates/sub/é", "a b/c", "\x1c", "\f/x"),
)


def lines(random: Random) -> Iterator[bytes]:
    for _ in range(random.randrange(1, 4)):
        words = "".join(random.choice(WORDS) for _ in range(random.randrange(1, 6)))
        yield words.encode("utf-8", "surrogateescape")


@cache
def chart() -> TemporaryDirectory[str]:
    folder = TemporaryDirectory()
    for name in ("Chart.yaml", *FILES):
        path = Path(folder.name, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(CHART if name == "Chart.yaml" else "x: 1\n")
    return folder


def read_by_helm(random: Random) -> bool:
    """Whether Helm reads one of them; then it is read alike. Helm goes on with rules of two slashes as it did not
    begin: these are never followed here."""
    import helm_python

    directory = Path(chart().name)
    text = random.choice((b"\n", b"\n", b"\r\n", b"\f", b"\x85")).join(lines(random))
    (directory / ".helmignore").write_bytes(text)
    try:
        with helm_python.Chart.load(directory) as loaded:
            expected = set(seen(loaded))
    except helm_python.HelmError:
        return False
    found = set(told(read_directory(directory, directory, Reading())))
    exactly = not any(line.strip().removeprefix(b"!").startswith(b"//") for line in text.split(b"\n"))
    assert found == expected if exactly else found >= expected, text
    return True


def run(random: Random) -> int:
    read_by_helm(random)
    return 1
