"""What is proved to make no word of ours makes none, by Helm's own rendering."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

import pytest
from helm_charts import CHART
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scanning import seconds

from hostprocess_lint.render.helm.engine.contract import Engine, EngineError, Installation
from hostprocess_lint.render.helm.engine.worker import HelmWorker
from hostprocess_lint.sources.charts.archive import Package, pack_files
from hostprocess_lint.sources.charts.relevance import may_make, texts_read
from hostprocess_lint.sources.charts.rewriting import rewrites

_BESIDE = {
    re.compile(rf"(?<![a-z]){word}(?![a-z])", re.IGNORECASE): other
    for word, other in (("hostprocess", b'windows{{ "Options" }}'), ("windowsoptions", b'host{{ "Process" }}'))
}
"""A word that may be rendered, and what makes the other: a pod needs both."""
_ENCODED = base64.b64encode(b"hostProcess").decode()
PIECES = (
    *("host", "Process", "hostP", "rocess", "h", "hostXProcess", "host-Process", "host_process", "host Process"),
    *("Xhost", "processX", "ssecorPtsoh", "HOSTPROCESS", "hostess", "agent", "x", "", _ENCODED, _ENCODED[:7]),
)
LITERALS = st.one_of(
    st.sampled_from(PIECES).map(lambda text: f'"{text}"'),
    st.sampled_from(('"\\150ost"', '"\\x68ost"', '"host\\u0050rocess"', ".Values.a", ".Values.b.c", ".Values.b", "$x")),
)
FILTERS = st.sampled_from(
    (
        *(
            'trimSuffix "X"',
            'trimPrefix "X"',
            'trimAll "X"',
            'trimSuffix "-"',
            "trim",
            "trunc 4",
            "trunc 63",
            "substr 0 4",
        ),
        *('replace "X" ""', 'replace "-" ""', 'replace "-" "Process"', 'regexReplaceAll "X" "Y"', "nospace"),
        *("camelcase", "kebabcase", "snakecase", "swapcase", "lower", "upper", "title", "untitle", "b64dec"),
        *("quote", "squote", "toYaml", "toJson", "indent 2", "b64enc", "b64enc | b64dec"),
        *('splitList "X" | join ""', 'splitList "-" | join ""', 'splitList "" | reverse | join ""', "trunc 20"),
        *(
            "base",
            "ext",
            "html",
            "urlquery",
            'printf "%.4s"',
            'printf "%q"',
            "fromYaml",
            "first",
            "sha256sum | trunc 4",
        ),
    )
)
CALLS = st.one_of(
    LITERALS,
    st.builds(lambda a, b: f'printf "%s%s" {a} {b}', LITERALS, LITERALS),
    st.builds(lambda a: f'printf "host%v" {a}', LITERALS),
    st.builds(lambda a, b: f'list {a} {b} | join ""', LITERALS, LITERALS),
    st.builds(lambda a, b: f"print {a} {b}", LITERALS, LITERALS),
    st.builds(lambda a, b: f"cat {a} {b} | nospace", LITERALS, LITERALS),
    st.just('printf "%c%s" 104 "ostProcess"'),
    st.just('.Files.Get "file.txt"'),
    st.just('tpl "host{{ \\"Process\\" }}" .'),
    st.just('include "named" .'),
    st.sampled_from(("base .Template.Name", ".Chart.Name", 'print "\\\\"', 'print "u0050"', 'printf "%x" 206', "206")),
)
ACTIONS = st.builds(
    lambda call, filters: "{{ " + " | ".join((call, *filters)) + " }}", CALLS, st.lists(FILTERS, max_size=2)
)
TEXTS = st.sampled_from(
    (
        "host",
        "Process",
        "rocess",
        ": true\n",
        "\n",
        " ",
        "x",
        '{{ $x := "Process" }}',
        '"host\\u',
        '"host',
        "50rocess",
        '"',
    )
)
TEMPLATES = st.lists(st.one_of(ACTIONS, TEXTS), min_size=1, max_size=4).map("".join)
VALUES = st.builds(lambda a, b: f"a: '{a}'\nb: {{c: '{b}'}}\n", st.sampled_from(PIECES), st.sampled_from(PIECES))


def as_yaml(text: str) -> str:
    """A rendered text with YAML's escapes read."""
    return re.sub(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4}))", lambda found: chr(int(found[1] or found[2], 16)), text)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with HelmWorker() as worker:
        yield worker


@settings(max_examples=400, deadline=None)
@given(template=TEMPLATES, values=VALUES, file=st.sampled_from(PIECES))
@example(template='host{{ "Process" }}: true\n', values="a: x\n", file="")
@example(template='{{ .Files.Get "file.txt" | b64dec }}', values="a: x\n", file=_ENCODED)
@example(template='"host{{ .Values.a }}u0050rocess": true', values="a: '\\'\n", file="")
@example(template='{{ base .Template.Name | trimSuffix ".yaml" }}: true', values="a: x\n", file="hostProcess")
@example(template='{{ splitList "" "ssecorPtsoh" | reverse | join "" }}: true', values="a: x\n", file="")
@example(template='{{ printf "%.4s" "hostess" }}Process: true', values="a: x\n", file="")
@example(template='{{ "hostess" | trunc 4 }}Process', values="a: x\n", file="")
@example(template="{{ printf .Values.a 104 }}ostProcess", values="a: '%c'\n", file="")
@example(
    template="{{ tpl (print .Values.a .Values.b) . }}", values="a: x{\nb: '{ substr 0 1 `hx` }}ostProcess'\n", file=""
)
@example(template="{{ tpl .Values.a . }}", values='a: "\\x7b\\u007b substr 0 4 `hostess` }}Process"\n', file="")
@example(template="""{{ tpl ("{{ - `hostess` }}" | replace "-" "substr 0 4") . }}Process""", values="a: x\n", file="")
@example(template='{{ (index . "Files").Get "file.txt" }}Process', values="a: x\n", file="host")
@example(template='{{ if $y := substr 0 4 "hostess" }}{{ $y }}Process{{ end }}', values="a: x\n", file="")
@example(template='{{ "X}" | trimPrefix "X}" }}{{ "-host" | trimPrefix "-" }}Process', values="a: x\n", file="")
@example(template='{{ `{{ $value }}` }}{{ "host" }}{{ "Process" }}', values="a: x\n", file="")
def test_what_is_proved_irrelevant_renders_no_word(engine: Engine, template: str, values: str, file: str) -> None:
    name = f"templates/{file or 'a'}.yaml"
    files = {
        "Chart.yaml": CHART.encode(),
        "values.yaml": values.encode(),
        "file.txt": file.encode(),
        name: ('{{- $x := "x" }}' + template).encode(),
        "templates/_named.tpl": b'{{- define "named" }}host{{ .Values.a }}{{ end }}',
    }
    beside = {word: {**files, "templates/b.yaml": other} for word, other in _BESIDE.items()}
    denied = [word for word, both in beside.items() if not may_make(texts_read(both.items(), ()))]
    if not denied:
        return
    try:
        rendered = engine.render(Package(pack_files(files), lasting=True), {}, Installation())
    except EngineError:
        return
    for text in rendered.values():
        assert not any(word.search(each) for word in denied for each in (text, as_yaml(text)))


@pytest.mark.parametrize("text", ["{{", "{{ a", "{{`", '{{"', "{{/*", "{{tpl", '\\"', "%!"])
def test_actions_without_an_end_are_looked_at_in_proportion(text: str) -> None:
    assert seconds(lambda: lambda: rewrites([b'{{ "' + text.encode() * 20_000 + b" }}"])) < 0.5


def test_a_text_does_not_hide_the_actions_of_the_next() -> None:
    """A file that opens a comment is no part of the template behind it, and `tpl` may close what a value opens."""
    assert rewrites([b"{{/* open", b"{{ b64dec .Values.a }}"])
    assert rewrites([b'a: "{{ b64dec .Values.b"'])
    assert not rewrites([b"{{/* b64dec */}}", b"{{ .Values.a }}"])
