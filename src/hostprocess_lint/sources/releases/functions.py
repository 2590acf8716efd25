"""Functions that helmfile's templates have, in the words of Helm's, whose engine fills them in.

`get PATH [DEFAULT] VALUES` and `getOrNil` (pkg/tmpl/get_or_nil.go of helmfile) are `dig` of sprig, which takes a path's
steps one by one. Those that ask for files are templates that `askedfiles` of helmfile's defines.
"""

from __future__ import annotations

import re

_GET = re.compile(r"""(?P<pipe>\|\s*)?(?<![\w.$"`])get(?P<nil>OrNil)?\s+"(?P<path>[\w-]+(?:\.[\w-]+)*)\"""")
_ARGUMENT = re.compile(r"""\s+(?!-\}\})(?P<argument>"(?:\\.|[^"\\])*"|`[^`]*`|\(|[^\s()|}"`]+)""")
_YES_OR_NO = ("isFile", "isDir")
OF_FILES = ("readFile", *_YES_OR_NO)
_OF_FILES = re.compile(rf"""(?P<quoted>"(?:\\.|[^"\\])*"|`[^`]*`)|(?<![\w.$])(?P<name>{"|".join(OF_FILES)})(?![\w.])""")
_PARENTHESIS = re.compile(r"[()]")
_LONGEST, _MOST_CALLS = 2_000, 20
"""Of an action; a longer one, or one with more calls of `get`, is not what somebody wrote."""


def translated(action: str) -> str:
    """An action in the words of Helm's engine; what it has no words for stays."""
    return _with_dig(_asking(action))


def _asking(action: str) -> str:
    """An action in which an `include` asks for a file: that becomes a text, and of a yes or no makes `eq` one."""
    if len(action) > _LONGEST or sum(map(action.count, OF_FILES)) > _MOST_CALLS:
        return action
    parts: list[str] = []
    done = 0
    while found := _OF_FILES.search(action, done):
        parts.append(action[done : found.start()])
        done = found.end()
        asked = f'include "{found["name"]}"'
        argument = _ARGUMENT.match(action, done)
        if found["quoted"]:
            asked = found["quoted"]
        elif found["name"] in _YES_OR_NO and argument is None:
            asked += ' | eq "true"'
        elif found["name"] in _YES_OR_NO and argument is not None:
            end = _closed(action, argument.start("argument")) if argument["argument"] == "(" else argument.end()
            if end < 0:
                return action
            asked, done = f'(eq "true" ({asked}{_asking(action[done:end])}))', end
        parts.append(asked)
    return "".join((*parts, action[done:]))


def _with_dig(action: str) -> str:
    """An action in which `get` is another function's name; one that is used in another way stays."""
    is_written = len(action) <= _LONGEST and action.count("get") <= _MOST_CALLS
    found = _GET.search(action) if is_written else None
    if found is None:
        return action
    arguments, end = _arguments(action, found.end())
    wanted = 0 if found["pipe"] else 1
    steps = " ".join(f'"{step}"' for step in found["path"].split("."))
    if len(arguments) == wanted:
        arguments = ["nil", *arguments]
    elif len(arguments) != wanted + 1:
        return action
    is_needed = arguments[0] == "nil" and not found["nil"]
    needed = f' | required "there is no value `{found["path"]}`"' if is_needed else ""
    call = " ".join(("dig", steps, *arguments))
    return f"{action[: found.start()]}{found['pipe'] or ''}{call}{needed}{_with_dig(action[end:])}"


def _arguments(action: str, start: int) -> tuple[list[str], int]:
    """What a function is called with, and where that ends."""
    arguments: list[str] = []
    while found := _ARGUMENT.match(action, start):
        end = found.end()
        if found["argument"] == "(":
            end = _closed(action, found.start("argument"))
            if end < 0:
                break
        arguments.append(_with_dig(action[found.start("argument") : end]))
        start = end
    return arguments, start


def _closed(text: str, start: int) -> int:
    """Where a parenthesis is closed; below 0 where it is not."""
    depth = 0
    for found in _PARENTHESIS.finditer(text, start):
        depth += 1 if found[0] == "(" else -1
        if depth == 0:
            return found.end()
    return -1
