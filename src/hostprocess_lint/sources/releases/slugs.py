"""The function `slugify` of Argo CD and the Flux Operator, as a template of Helm's engine, which has it not.

What it does is that of https://github.com/gosimple/slug (`Make`), for texts in ASCII alone: of others it knows tables.
"""

from __future__ import annotations

_MADE = r"""
{{- $text := toString . | trim | replace "\"" "" | replace "'" "" | replace "&" "and" | replace "@" "at" | lower }}
{{- if regexMatch "[^\\x00-\\x7f]" $text }}{{ fail "what `slugify` makes of letters that are not ASCII" }}{{ end }}
{{- $text = regexReplaceAll "-+" (regexReplaceAll "[^a-z0-9_-]" $text "-") "-" | trimAll "-_" }}"""


def slugify(most: int, *, at_words: bool) -> str:
    """The definition, with the length that a slug has at most; `at_words` it is cut between words."""
    cut = f"""
{{{{- $words := regexFind "^.{{0,{most}}}-" $text | trimSuffix "-" }}}}
{{{{- if gt (len $text) {most} }}}}{{{{ $text = $words | default (trunc {most} $text) }}}}{{{{ end }}}}"""
    plain = f"""
{{{{- $text = trunc {most} $text | trimAll "-_" }}}}"""
    return f'{{{{- define "slugify" }}}}{_MADE}{cut if at_words else plain}{{{{- $text }}}}{{{{- end }}}}'
