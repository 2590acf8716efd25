"""What stands where a manifest is expected: an encrypted file, a pointer to one, an encoding that nobody reads."""

from typing import NamedTuple

from .firstlook import UTF16_MARKS, UTF32_MARKS

_STAND_INS = (
    (b"\0GITCRYPT\0", "it is encrypted by git-crypt: `git-crypt unlock` makes it readable"),
    (b"version https://git-lfs.github.com/spec/", "it is a pointer of Git LFS: `git lfs pull` fetches the file"),
    (b"version https://hawser.github.com/spec/", "it is a pointer of Git LFS: `git lfs pull` fetches the file"),
)
"""How files begin that stand for others; see git-crypt's `doc` and git-lfs' `docs/spec.md`."""

_ENCODING = "it is {}: a manifest is UTF-8, or UTF-16 with a byte order mark"


class StandIn(NamedTuple):
    """Why a file's bytes are not its text. `is_opaque` where they say nothing of the words in it."""

    reason: str
    is_opaque: bool


def stand_in(raw: bytes) -> StandIn | None:
    """What the bytes of a file are, if another file stands behind them or no reader of YAML takes their encoding."""
    for beginning, reason in _STAND_INS:
        if raw.startswith(beginning):
            return StandIn(reason, True)
    if raw.startswith(UTF32_MARKS):
        return StandIn(_ENCODING.format("UTF-32"), False)
    if b"\0" in raw and not raw.startswith(UTF16_MARKS):
        return StandIn(_ENCODING.format("binary"), False)
    return None
