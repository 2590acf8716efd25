"""Functions that helmfile's templates have, in the words of Helm's, whose engine fills them in.

`get PATH [DEFAULT] VALUES` and `getOrNil` (pkg/tmpl/get_or_nil.go of helmfile) are `dig` of sprig, which takes a path's
steps one by one. Those that ask for files are templates that `askedfiles` of helmfile's defines.
"""

from __future__ import annotations

import re

_GET = re.compile(r"""(?P<pipe>\|\s*)?(?<![\w.$"`])get(?P<nil>OrNil)?\s+"(?P<path>[\w-]+(?:\.[\w-]+)*)\"""")
_ARGUMENT = re.compile(r"""\s+(?!-\}\})(?P<argument>"(?:\\.|[^"\\])*"|`[^`]*`|\(|[^\s()|}"`]+)""")
OF_FILES = ("readFile", "isFile", "isDir")
_OF_FILES = re.compile(rf"""(?P<quoted>"(?:\\.|[^"\\])*"|`[^`]*`)|(?<![\w.$])(?P<name>{"|".join(OF_FILES)})(?![\w.])""")
_PARENTHESIS = re.compile(r"[()]")
_LONGEST, _MOST_CALLS = 2_000, 20
"""Of an action; a longer one, or one with more calls of `get`, is not what somebody wrote."""


def translated(action: str) -> str:
    """An action in the words of Helm's engine; what it has no words for stays."""
    asking = _OF_FILES.sub(lambda found: found["quoted"] or f'include "{found["name"]}"', action)
    return _with_dig(asking)


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
