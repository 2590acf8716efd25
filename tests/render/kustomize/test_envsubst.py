"""Expressions in braces: what Flux makes of each, by the README of fluxcd/pkg/envsubst and Bash's manual."""

from __future__ import annotations

import time

import pytest

from hostprocess_lint.render.kustomize.envsubst import substituted_text, variables_in

VARIABLES = {"host": "Node-A.example.org", "path": "C:/agent/bin/agent.exe", "empty": "", "word": "größe"}
MOST = 10_000


def become(text: str, variables: dict[str, str] | None = None) -> str:
    known = VARIABLES if variables is None else variables
    return substituted_text(text, lambda name: known.get(name, ""), MOST)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no variable, 5 $ and $host", "no variable, 5 $ and $host"),
        ("${host}", "Node-A.example.org"),
        ("${nothing}|${empty}", "|"),
        ("$${host} $$$${host}", "${host} $${host}"),
        ("a$${${host:0:4}}", "a${Node}"),
        ("${nothing:=x}${nothing:-y}${nothing=z}${empty:=w}", "xyzw"),
        ("${host:=x}", "Node-A.example.org"),
        ("${nothing:=}", ""),
        ("${nothing:=a:b/c#d}", "a:b/c#d"),
        ("${nothing:=${other:=${host:0:4}}-x}", "Node-x"),
        ("${host,}", "node-A.example.org"),
        ("${host,,}", "node-a.example.org"),
        ("${word^}", "Größe"),
        ("${host^^}", "NODE-A.EXAMPLE.ORG"),
        ("${#host} ${#nothing} ${#word}", "18 0 7"),
        ("${host:5}", "A.example.org"),
        ("${host:5:1}", "A"),
        ("${host:(-3)}", "Node-A.example.org"),
        ("${host:0:-4}", "Node-A.example"),
        ("${host:50}", ""),
        ("${host:17:50}", "g"),
        ("${path#*/}", "agent/bin/agent.exe"),
        ("${path##*/}", "agent.exe"),
        ("${path%/*}", "C:/agent/bin"),
        ("${path%%/*}", "C:"),
        ("${path#nothing}", "C:/agent/bin/agent.exe"),
        ("${path/agent/x}", "C:/x/bin/agent.exe"),
        ("${path//agent/x}", "C:/x/bin/x.exe"),
        ("${path/#C:/D:}", "D:/agent/bin/agent.exe"),
        ("${path/%exe/dll}", "C:/agent/bin/agent.dll"),
        (r"${path//\//-}", "C:-agent-bin-agent.exe"),
        ("${path//agent/}", "C://bin/.exe"),
        ("${path//${host:0:1}/x}", "C:/agent/bin/agent.exe"),
    ],
)
def test_what_an_expression_becomes(text: str, expected: str) -> None:
    assert become(text) == expected


@pytest.mark.parametrize("text", ["${", "${}", "${a", "${a b}", "${a[@]}", "${a/b}", "${!a}", "${" * 60])
def test_what_flux_refuses(text: str) -> None:
    with pytest.raises(ValueError, match=r"bad substitution|deep"):
        become(text)


def test_what_nobody_knows_stays() -> None:
    text = "${a} ${a^^} ${a:=b}"
    assert substituted_text(text, lambda _: None, MOST) == "${a} ${a^^} b"


def test_the_variables_of_a_text() -> None:
    assert variables_in("x${a:=${b}}$${c}${d}") == ["a", "b", "d"]
    assert variables_in("${a") == []


@pytest.mark.parametrize(
    "text",
    ["${a}" * 200, "${a//a/" + "b" * 200 + "}", "${nothing:=" + "${a}" * 200 + "}", "${a//" + "/" + "b" * 200 + "}"],
)
def test_growth_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"beyond measure|bad"):
        become(text, {"a": "a" * 200})


def test_patterns_are_matched_in_proportion() -> None:
    start = time.process_time()
    become("${a#" + "*a" * 50 + "b}${a%%" + "*a" * 50 + "b}", {"a": "a" * 5_000})
    assert time.process_time() - start < 5
