"""Whether a chart's version is one that a dependency asks for, in the notation of Helm's `Masterminds/semver`.

Pre-releases and build numbers are not compared: whoever has put a chart where it is looked for has chosen it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_HYPHEN = re.compile(r"(\S+)\s+-\s+(\S+)")
_COMPARATOR = re.compile(r"(=|!=|>=|=>|<=|=<|>|<|~>|~|\^)?\s*v?(\d+|[xX*])(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?[-+.\w]*")
_Version = tuple[int, int, int]


def satisfies(version: str, requirement: str) -> bool:
    """Whether a version is within a requirement; nothing is asked for by an empty one."""
    found = _COMPARATOR.fullmatch(version.strip())
    if version.strip() == requirement.strip() or not requirement.strip():
        return True
    if found is None:
        return False
    numbers = _numbers(found)[0]
    return any(_all_hold(numbers, alternative) for alternative in requirement.split("||"))


def preference(version: str, requirement: str) -> tuple[bool, bool, _Version]:
    """What Helm takes of several that fit is greatest in this: the very one, else no pre-release, else the latest."""
    found = _COMPARATOR.fullmatch(version.strip())
    is_release = "-" not in version.partition("+")[0]
    return version.strip() == requirement.strip(), is_release, _numbers(found)[0] if found else (0, 0, 0)


def _all_hold(version: _Version, text: str) -> bool:
    text = _HYPHEN.sub(r">=\1 <=\2", text)
    comparators = list(_COMPARATOR.finditer(text))
    rest = _COMPARATOR.sub("", text)
    return bool(comparators) and not rest.strip(" ,\t") and all(_holds(version, each) for each in comparators)


def _holds(version: _Version, comparator: re.Match[str]) -> bool:
    operator = comparator[1] or "="
    wanted, given = _numbers(comparator)
    same = version[:given] == wanted[:given]
    if operator in ("=", "!="):
        return same is (operator == "=")
    if operator in (">", "<"):
        return (version > wanted and not same) if operator == ">" else version < wanted
    if operator in ("<=", "=<"):
        return version < wanted or same
    if operator in (">=", "=>"):
        return version >= wanted
    kept = min(given, 2) if operator != "^" else next(_leading(wanted, given))
    return version >= wanted and version[:kept] == wanted[:kept]


def _leading(wanted: _Version, given: int) -> Iterator[int]:
    """How many numbers `^` keeps: up to the first that is not zero."""
    yield from (index + 1 for index, number in enumerate(wanted[:given]) if number)
    yield given


def _numbers(found: re.Match[str]) -> tuple[_Version, int]:
    """The numbers of a version, zero where there is none, and how many there are."""
    given = [int(part) for part in found.groups()[1:] if part and part.isdecimal()]
    first, second, third = (*given, 0, 0, 0)[:3]
    return (first, second, third), len(given)
