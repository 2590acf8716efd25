"""How an ApplicationSet's templates are filled in with the parameters of an element.

Without `goTemplate` names between braces are replaced as they are, with it each string is a Go template
(`Render.Replace` in applicationset/utils of argo-cd).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..filled import ACTION, Expand
from ..slugs import slug_template
from .elements import Fill, flat, normalized, said

_NAME = re.compile(r"\{\{\s*([^{}\s](?:[^{}]*[^{}\s])?)\s*\}\}")
_OPEN = r"\{\{-?\s*\.([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*"
_PLAIN = re.compile(rf"{_OPEN}(\|\s*normalize\s*)?-?\}}\}}")
"""A parameter as it is, or normalized."""
_ACTION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_FUNCTION = re.compile(
    r"""(?P<quoted>"(?:\\.|[^"\\])*"|`[^`]*`)|(?<![\w.$])(?:normalize"""
    r"""|(?P<slug>slugify)(?:\s+(?P<most>\d{1,3})(?:\s+(?P<words>true|false))?)?)(?![\w.])"""
)
"""Those that Helm's engine has not."""
_NORMALIZED = (
    '{{ define "normalize" }}{{ regexReplaceAll "[^-a-z0-9.]" (lower .) "-" | trunc 253 | trimAll "-." }}{{ end }}'
)
"""The function `normalize`, which Helm's engine has not (SanitizeName in applicationset/utils)."""
_UNNAMED = re.compile(r"\W")
_NO_VALUE, _KEPT = "<no value>", "<no\ue002value>"


def filler(is_go: bool, is_strict: bool, expand: Expand) -> Fill:
    """What fills in a text as Argo CD does; `is_strict` where a parameter that is not there is an error."""
    last: tuple[Mapping[str, Any], dict[str, str]] = ({}, {})

    def fill(template: str, parameters: Mapping[str, Any]) -> str:
        nonlocal last
        if not is_go:
            if last[0] is not parameters:  # once for all the texts of an element
                last = parameters, flat(parameters)
            flattened = last[1]
            return _NAME.sub(lambda match: flattened.get(match[1], match[0]), template)
        missing = next((name for name, _ in _PLAIN.findall(template) if _is_missing(parameters, name, is_strict)), None)
        if missing is not None:
            raise ValueError(f"there is no parameter `{missing}`")
        filled = _PLAIN.sub(lambda match: _plainly(_dotted(parameters, match[1]), match), template)
        if ACTION not in filled:
            return filled
        known = _PLAIN.sub(lambda match: _unprinted(_dotted(parameters, match[1]), match), template)
        given = {key: _kept(value) for key, value in parameters.items()}
        return expand(_ACTION.sub(_as_includes, known), given, _definitions(known)).replace(_KEPT, _NO_VALUE)

    return fill


def left_open(is_go: bool) -> Fill:
    """What fills in a text as far as its parameters are known: others become variables, `${name}`, which nobody knows.

    Where anything but a parameter's text stands in it, what is not known may decide: that is a ValueError.
    """
    named = _PLAIN if is_go else _NAME

    def fill(template: str, parameters: Mapping[str, Any]) -> str:
        known = flat(parameters)
        filled = named.sub(lambda match: known.get(match[1], f"${{{_UNNAMED.sub('_', match[1])}}}"), template)
        if ACTION in filled:
            raise ValueError("it depends on what only a server knows")
        return filled

    return fill


class _Nothing:
    """What is no parameter."""


_NOTHING = _Nothing()


def _dotted(parameters: Mapping[str, Any], name: str) -> Any:
    """What a path of names leads to."""
    value: Any = parameters
    for step in name.split("."):
        if not isinstance(value, Mapping) or step not in value:
            return _NOTHING
        value = value[step]
    return value


def _is_missing(parameters: Mapping[str, Any], name: str, is_strict: bool) -> bool:
    """Whether a template ends with an error where it prints a parameter: it looks into a text, or all must be there."""
    if _dotted(parameters, name) is not _NOTHING:
        return False
    steps = name.split(".")
    above = (_dotted(parameters, ".".join(steps[:count])) for count in range(1, len(steps)))
    return is_strict or any(not isinstance(each, (Mapping, _Nothing)) and each is not None for each in above)


def _plainly(value: Any, match: re.Match[str]) -> str:
    if isinstance(value, (dict, list)) or (match[2] and not isinstance(value, str)):
        return match[0]
    return normalized(value) if match[2] else _NO_VALUE if isinstance(value, _Nothing) else said(value, _NO_VALUE)


def _unprinted(value: Any, match: re.Match[str]) -> str:
    """What is no parameter is printed so by Go; of Helm's engine nothing would be left."""
    return _KEPT if (value is None or isinstance(value, _Nothing)) and not match[2] else match[0]


def _kept(data: Any) -> Any:
    """Parameters in which what Go has printed for nothing stays."""
    if isinstance(data, dict):
        return {key: _kept(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_kept(item) for item in data]
    return data.replace(_NO_VALUE, _KEPT) if isinstance(data, str) else data


def _as_includes(action: re.Match[str]) -> str:
    return _FUNCTION.sub(lambda found: found["quoted"] or f'include "{_template_name(found)}"', action[0])


def _template_name(function: re.Match[str]) -> str:
    return "-".join((function["slug"], *_cut(function))) if function["slug"] else "normalize"


def _cut(slugify: re.Match[str]) -> tuple[str, str]:
    """How long a slug is at most, and whether it is cut between words (`SlugifyName` in applicationset/utils)."""
    return slugify["most"] or "50", slugify["words"] or "true"


def _definitions(template: str) -> str:
    """The functions that a template may include."""
    found = (each for action in _ACTION.findall(template) for each in _FUNCTION.finditer(action) if each["slug"])
    slugs = {_template_name(each): _cut(each) for each in found}
    return _NORMALIZED + "".join(
        slug_template(name, int(most), at_words=words == "true", text='include "normalize" .')
        for name, (most, words) in slugs.items()
    )
