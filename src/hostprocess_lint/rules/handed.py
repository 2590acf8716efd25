"""What scripts of a pod download and leave where a later one finds and runs it."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from ..pods.commandline import Word
from ..pods.folders import Folders, Segments
from ..pods.paths import shared_place
from ..pods.pod import Container
from .code import Script
from .downloads import kept, started

FOLLOWED = 100
"""In a pod of more containers it is not followed what one does for another: none is that large on purpose."""


class Download(NamedTuple):
    """Something that a script of a container downloads, and the word of the manifest that it comes from."""

    script: Script
    word: Word
    container: str


class Handed:
    """The files and folders so far, by the place that a container's path has: for all containers of the pod, or for
    that one.
    """

    def __init__(self, place: Callable[[Container, str], Segments] = shared_place) -> None:
        self._place = place
        self._files: dict[Segments, Download] = {}
        self._folders: Folders[Download] = Folders()

    def note(self, script: Script, container: Container) -> None:
        """Keeps what a script leaves behind."""
        for each in kept(script.text):
            place = self._place(container, each.path)
            if place:
                download = Download(script, script.word_at(each.at), container.name)
                if each.is_folder:
                    self._folders.keep(place, download)
                else:
                    self._files.setdefault(place, download)

    def run_by(self, script: Script, container: Container) -> Iterator[tuple[Download, Word]]:
        """What a script runs of that, each once, and the word that says so."""
        told = set()
        for path, at in started(script.text).items() if self._files or self._folders else ():
            place = self._place(container, path)
            download = self._at(place) if place else None
            if download and download.word not in told:
                told.add(download.word)
                yield download, script.word_at(at)

    def _at(self, place: Segments) -> Download | None:
        if place in self._files:
            return self._files[place]
        extracted = self._folders.nearest(place[:-1])
        return extracted[1] if extracted else None
