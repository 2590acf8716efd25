"""What an image is called, whatever its version is."""

from __future__ import annotations


def repository_of(image: str) -> str:
    """An image without its tag and digest; a port of its registry is neither."""
    tagged = image.partition("@")[0]
    registry, slash, name = tagged.rpartition("/")
    return f"{registry}{slash}{name.partition(':')[0]}"
