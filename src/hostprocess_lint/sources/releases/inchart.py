"""Whether a chart could make objects that say what is deployed, as apps of apps do: by all that it is rendered from."""

from __future__ import annotations

import os
import re
import string
from collections.abc import Iterable, Iterator
from pathlib import Path

from ...documents.firstlook import may_hold
from ...limits import FILE_BYTES
from ..charts.archive import ChartError
from ..charts.chart import ChartInput, Packed, read_chart
from ..charts.relevance import ChartTexts, spelt_out, texts_read
from ..charts.rewriting import rewrites
from ..discovery import listing
from ..inside import bytes_inside
from ..paths import boundary
from .kinds import KINDS

_OF_GROUPS = string.ascii_lowercase + "."
_OF_KINDS = string.ascii_letters
_NO_LETTERS = re.compile(rb"[%\\][a-zA-Z]")  # the verbs of `printf`, and escapes
_BETWEEN = frozenset(character.encode() for character in ".-" + string.digits)
_MOST_PIECES = 4
"""Of single letters any word could be made, in every larger chart."""


def chart_texts(
    directory: str,
    given: Iterable[bytes],
    pulled: Path | None,
    within: Iterable[str],
    packed: Packed | None = None,
) -> ChartTexts | None:
    """What a chart may be rendered from, its own profiles among it; None where it cannot be read wholly.

    `within` are the paths that the scan is of. One that is `packed` is written in the file of that path.
    """
    root = boundary(directory, within)
    try:
        chart = read_chart(ChartInput(Path(os.path.abspath(directory)), directory, Path(root), pulled, packed))
    except ChartError:
        return None
    members = ((name, member.data) for name, member in chart.members.items())
    beside = () if packed else _beside(directory, root)
    return None if chart.left_out else texts_read(members, (*beside, *given))


def says_release(texts: ChartTexts) -> bool:
    """Whether a release's group and kind are said in some texts, or each put together of a few pieces in them.

    A kind may be spelt in any way where templates rewrite texts. A group that they spell, without its pieces in any
    text, is not looked for: every chart that rewrites texts would have to be rendered for it.
    """
    whole = b"\n".join(spelt_out((*texts.templates, *texts.data)))
    groups: set[str] = set()

    def says_group(lower: bytes) -> bool:
        runs = _runs(_OF_GROUPS, lower)
        groups.update(group for group, _ in KINDS if _is_made_of(group.encode(), runs))
        return bool(groups)

    if not may_hold(whole, says_group):
        return False
    is_titled = any(b"title" in each for each in texts.templates)
    runs = _runs(_OF_KINDS, whole.lower() if is_titled else whole)
    kinds = [kind.lower() if is_titled else kind for group, kind in KINDS if group in groups or not groups]
    return any(_is_made_of(each.encode(), runs) for each in kinds) or rewrites(*texts)


def _runs(letters: str, text: bytes) -> frozenset[bytes]:
    """The runs of some letters, with the verbs among them and without: a split is faster than a search."""
    rest = bytes(byte for byte in range(256) if chr(byte) not in letters)
    table = bytes.maketrans(rest, b" " * len(rest))
    return frozenset(text.translate(table).split()) | frozenset(_NO_LETTERS.sub(b" ", text).translate(table).split())


def _is_made_of(word: bytes, runs: frozenset[bytes]) -> bool:
    """Whether a word is a few runs one behind the other; the dots, hyphens and digits between them are none."""
    fewest = {0: 0}
    for end in range(1, len(word) + 1):
        found = [
            count + (word[start:end] not in _BETWEEN)
            for start, count in fewest.items()
            if word[start:end] in runs or word[start:end] in _BETWEEN
        ]
        if found:
            fewest[end] = min(found)
    return fewest.get(len(word), _MOST_PIECES + 1) <= _MOST_PIECES


def _beside(directory: str, root: str) -> Iterator[bytes]:
    """The values files that a chart brings along, those among it that `.helmignore` names."""
    for folder in (directory, os.path.join(directory, "ci")):
        for path in sorted(entry.path for entry in listing(folder) if entry.name.endswith((".yaml", ".yml"))):
            found = bytes_inside(path, root, FILE_BYTES)
            if found is not None:
                yield found
