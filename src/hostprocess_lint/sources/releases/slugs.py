"""The function `slugify` of Argo CD and the Flux Operator, as a template of Helm's engine, which has it not.

What it does is that of https://github.com/gosimple/slug (`Make`), for texts in ASCII alone: of others it knows tables.
"""

from __future__ import annotations

_MADE = r"""
{{- $text = trim $text | replace "\"" "" | replace "'" "" | replace "&" "and" | replace "@" "at" | lower }}
{{- if regexMatch "[^\\x00-\\x7f]" $text }}{{ fail "what `slugify` makes of letters that are not ASCII" }}{{ end }}
{{- %s$text = regexReplaceAll "-+" (regexReplaceAll "[^a-z0-9_-]" $text "-") "-" | trimAll "-_" }}"""


def slug_template(name: str, most: int, *, at_words: bool = True, text: str = "toString .") -> str:
    """Its definition, with the length that a slug has at most, and what it is made of; `at_words` it is cut between
    words.
    """
    cut = f"""
{{{{- if gt (len $text) {most} }}}}
{{{{- $text = regexFind "^.{{0,{most}}}-" $text | trimSuffix "-" | default (trunc {most} $text) }}}}{{{{ end }}}}"""
    made = _MADE % ("" if at_words else f"$text = trunc {most} $text }}}}{{{{ ")
    begin = f'{{{{- define "{name}" }}}}{{{{ $text := {text} }}}}'
    return f"{begin}{made}{cut if at_words else ''}{{{{- $text }}}}{{{{- end }}}}"
