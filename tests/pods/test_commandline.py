"""The command line as the node gets it: expanded, escaped and joined, and then read by `cmd`."""

from __future__ import annotations

import json
import random
import time
from typing import Any

import pytest
from nodeline import command_line
from scanning import shared

from hostprocess_lint.finding import Resource
from hostprocess_lint.pods.cmd import acting, loses_its_quotes, name_ends, node_variables
from hostprocess_lint.pods.commandline import commands, escaped
from hostprocess_lint.pods.environment import LONGEST, UNKNOWN, expanded, variable_references, variables
from hostprocess_lint.pods.objects import Object
from hostprocess_lint.pods.pod import Container, Pod
from hostprocess_lint.pods.view import View
from hostprocess_lint.rules.checks.shell import quoted_program, shell_metacharacter
from hostprocess_lint.rules.context import Context


def container(**fields: Any) -> Container:
    spec = {"containers": [{"name": "a", "image": "a", **fields}]}
    pod = Pod(View(spec, ("spec",)), View({}, ("metadata",)), Object(spec, (), Resource("v1", "Pod", None, "a")))
    return pod.containers[0]


def is_intact(words: list[str]) -> bool:
    """Whether the program gets the words that are meant, as far as the rules about `cmd` say."""
    own = container(command=words)
    return not any(any(rule(own, Context())) for rule in (shell_metacharacter, quoted_program))


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("a", "a"),
        ("", '""'),
        ("a b", '"a b"'),
        ("a\tb", '"a\tb"'),
        ("a\nb", "a\nb"),
        ("C:\\x\\", "C:\\x\\"),
        ("C:\\x y\\", '"C:\\x y\\\\"'),
        ('a\\"b c', '"a\\\\\\"b c"'),
        ('say "x y"', '"say \\"x y\\""'),
    ],
)
def test_a_word_is_escaped_as_the_runtime_does(word: str, written: str) -> None:
    assert escaped(word) == written


def test_the_line_begins_with_cmd_and_has_the_image_s_directory() -> None:
    words = ["%CONTAINER_SANDBOX_MOUNT_POINT%\\a b\\c.exe", "$env:CONTAINER_SANDBOX_MOUNT_POINT/x", "%container%"]
    assert command_line(words) == 'cmd /c "C:\\hpc\\a b\\c.exe" C:\\hpc/x %container%'


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("$(A)", "1"),
        ("x$(A)$(A)y", "x11y"),
        ("$(NO)", "$(NO)"),
        ("$$(A)", "$(A)"),
        ("$$$(A)", "$1"),
        ("$(A", "$(A"),
        ("$(A$(A)", "$(A$(A)"),
        ("$()", "$()"),
        ("$A ${A} $", "$A ${A} $"),
        ("cost: $$5", "cost: $5"),
        ("$(SECRET)!", f"{UNKNOWN}!"),
    ],
)
def test_kubernetes_expands(text: str, result: str) -> None:
    assert expanded(text, {"A": "1", "SECRET": None}) == result


def test_variables_refer_to_those_above_them() -> None:
    env = [
        {"name": "B", "value": "$(A)"},
        {"name": "A", "value": "1"},
        {"name": "C", "value": "$(A)$(S)"},
        {"name": "S", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
        {"name": "D", "value": "$(S)/$(C)"},
        {"name": "E", "value": "$(D)"},
    ]
    known = variables(container(env=env))
    assert {name: one.value for name, one in known.items()} == {
        "A": "1",
        "B": "$(A)",
        "C": "1$(S)",
        "S": None,
        "D": f"{UNKNOWN}/1$(S)",
        "E": f"{UNKNOWN}/1$(S)",
    }
    assert [origin.name for origin in known["E"].origins] == ["S"]
    assert known["C"].origins == ()


def test_values_that_double_do_not_grow_without_end() -> None:
    env = [{"name": "V0", "value": "x" * 64}]
    env += [{"name": f"V{n}", "value": f"$(V{n - 1})" * 64} for n in range(1, 40)]
    started = time.process_time()
    known = variables(container(env=env, args=["$(V39)" * 5000]))
    assert all(len(one.value or "") <= 64 * LONGEST for one in known.values())
    assert len(commands(container(env=env, args=["$(V39)" * 5000]))[0].line) <= 64 * LONGEST
    assert time.process_time() - started < 2


def test_each_kind_of_command_is_expanded_as_the_kubelet_does() -> None:
    env = [
        {"name": "A", "value": "1"},
        {"name": "B", "value": "$(A)"},
        {"name": "S", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
    ]
    line = ["$(A)", "$(B)", "$(S)", "$(N)"]
    handler = {"exec": {"command": line}}
    found = commands(
        container(command=["x"], args=line, env=env, livenessProbe=handler, lifecycle={"preStop": handler})
    )
    assert [(each.kind, each.line) for each in found] == [
        ("container", f"x 1 1 {UNKNOWN} $(N)"),
        ("probe", "1 $(A)  $(N)"),
        ("hook", "$(A) $(B) $(S) $(N)"),
    ]


def test_the_program_is_the_image_s_where_there_are_arguments_only() -> None:
    (found,) = commands(container(args=["a", None, 1]))
    assert found.program is None and found.name == ""
    assert [(word.text, word.route[-1]) for word in found.words] == [("a", 0), ("", 1)]
    assert commands(container()) == commands(container(command=[], args="a")) == ()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["x", "a|b"], ["1@1 |"]),
        (["x", "a |b"], []),
        (["x", "a^|b"], ["1@1 ^"]),
        (["x", "a^", "b|c"], ["1@1 ^", "2@1 |"]),
        (["x", 'say "a | b"'], ["1@7 |"]),
        (["x", 'a "b', "c|d"], []),
        (["x", 'a "b" c|d'], []),
        (["x", '"a" ^', "b|c"], ["2@1 |"]),
        (["x", '"a ^', "b c"], ["1@3 ^"]),
        (["x", "a&b<c"], ["1@1 &", "1@3 <"]),
    ],
)
def test_what_cmd_acts_on(words: list[str], found: list[str]) -> None:
    assert [f"{taken.word}@{taken.at} {taken.text}" for taken in acting(words)] == found


@pytest.mark.parametrize(
    ("word", "names"),
    [
        ("%PATH%", ["%PATH%"]),
        ("a%Path%b%", ["%Path%"]),
        ("%NOSUCH%", []),
        ("%x%OS%", ["%OS%"]),
        ("%OS:a=b%", ["%OS%"]),
        ("%OS:a", []),
        ("%ProgramFiles(x86)%", ["%ProgramFiles(x86)%"]),
        ("100% PATH%", []),
    ],
)
def test_which_variables_of_the_node_cmd_puts_in(word: str, names: list[str]) -> None:
    assert [taken.text for taken in node_variables([word])] == names


@pytest.mark.parametrize(
    ("words", "lost"),
    [
        (["C:\\a.exe", "b c"], False),
        (["C:\\a b.exe"], False),
        (["C:\\a b.exe", "c"], False),
        (["C:\\a b.exe", "c d"], True),
        (["C:\\a b.exe", ""], True),
        (["C:\\a b.exe", 'c"d'], True),
        (["C:\\a (x86).exe"], True),
        (["C:\\a@b c.exe"], True),
        (["C:\\a(x86).exe"], False),
        ([" "], True),
    ],
)
def test_when_a_program_loses_its_quotes(words: list[str], lost: bool) -> None:
    assert loses_its_quotes(words) is lost


@pytest.mark.parametrize(
    ("program", "at"),
    [
        ("C:\\a.exe", None),
        ("C:\\x(x86)\\a.exe", 4),
        ("C:\\a,b.exe", 4),
        ("C:\\a=b;c.exe", 4),
        ("C:\\a b;c.exe", None),
        ("C:\\[a]@{b}!+~'`$#.exe", None),
    ],
)
def test_where_the_name_of_a_program_ends(program: str, at: int | None) -> None:
    found = name_ends(program)
    assert (found.at if found else None) == at


def test_the_measured_lines() -> None:
    """What an independent `cmd` made of some lines. Where the program is `cmd`, the words are meant for it."""
    measured = shared() / "facts" / "commandline.json"
    if not measured.is_file():
        pytest.skip(f"{measured} is not there")
    cases = json.loads(measured.read_text(encoding="utf-8"))
    assert len(cases) > 40
    for case in cases:
        assert command_line(case["words"]) == case["line"]
        if not case["words"][0].startswith("cmd"):
            assert is_intact(case["words"]) is case["intact"], case["words"]


def test_reading_takes_time_in_proportion() -> None:
    for text in ('"' * 40_000, "^" * 40_000, "$(" * 20_000, "%a" * 20_000, "$(" * 10_000 + ")", "%OS:" * 10_000):
        started = time.process_time()
        expanded(text, {})
        list(variable_references(text))
        words = ["x", text, text]
        list(acting(words))
        list(node_variables(words))
        command_line(words)
        assert time.process_time() - started < 0.5, text[:4]


def test_words_without_special_characters_always_arrive() -> None:
    rng = random.Random(5)
    for _ in range(2000):
        words = ["C:\\a.exe", *("".join(rng.choices('ab \t\\"(),;=!', k=rng.randrange(6))) for _ in range(3))]
        assert is_intact(words)
        assert parsed(command_line(words).removeprefix("cmd /c ")) == words


def parsed(line: str) -> list[str]:
    """A line cut into arguments by the rules of Microsoft's C library: what a program makes of what `cmd` passes on."""
    words, word, quoted, begun, slashes = [], "", False, False, 0
    for character in [*line, None]:
        if character == "\\":
            slashes += 1
            continue
        if character == '"':
            word += "\\" * (slashes // 2)
            begun = True
            if slashes % 2:
                word += '"'
            else:
                quoted = not quoted
        elif character is None or (character in " \t" and not quoted):
            word += "\\" * slashes
            if word or begun:
                words.append(word)
            word, begun = "", False
        else:
            word += "\\" * slashes + character
        slashes = 0
    return words
