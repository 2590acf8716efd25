"""Chart files on disk become members in memory, and members an archive: nothing outside a chart gets in."""

from __future__ import annotations

import gzip
import io
import os
import posixpath
import re
import stat
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from ...limits import FILE_BYTES, SOURCE_BYTES, SOURCE_FILES
from .gunzip import ArchiveError, Inflated, RefusedArchiveError
from .helmignore import HelmIgnore
from .patterns import WorkError
from .tar import Archive

_SCHEMA = "values.schema.json"  # `$ref` in one makes Helm open URLs and files: never handed over
_PATTERNS = 1_000
_NOT_UTF_8 = "a file's name in it is not UTF-8: left out"
_BACKSLASH = "a file's name in it has a backslash: left out"  # in an archive Helm takes it for a slash
_NESTING = 10
_UNSEEN = re.compile(r"(?:charts/[^/]+/)*charts/[_.]")  # names in charts/ that Helm passes over
PLAIN_BYTES = 2 * SOURCE_BYTES  # files, and what an archive adds to them
_ONCE = ("Chart.yaml", "requirements.yaml")  # Helm would merge two of them


class ChartError(Exception):
    """A chart cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a chart. `file` is where it is on disk: for what was packaged, the archive it came in."""

    data: bytes
    file: Path
    packaged: bool = False

    @property
    def text(self) -> str | None:
        """The text as Helm reads it, or None where it is no UTF-8."""
        try:
            return self.data.decode("utf-8").removeprefix("\ufeff")
        except UnicodeDecodeError:
            return None


@dataclass(frozen=True, eq=False)
class Package:
    """A chart as an archive in memory, the same to an engine only as long as it is the same object.

    `lasting` is a chart without subcharts. Helm takes disabled subcharts out of the loaded chart when it renders one,
    so that any other must be loaded anew for each rendering.
    """

    archive: bytes
    lasting: bool


Members = dict[str, Member]
"""A chart's files by their names below the chart's directory, with `/`."""


@dataclass(slots=True)
class Reading:
    """The reading of one chart with its dependencies: what it may still take, and what was left out, with a reason."""

    files: int = SOURCE_FILES
    size: int = SOURCE_BYTES
    left_out: list[tuple[Path, str]] = field(default_factory=list)

    def take(self, size: int) -> None:
        self.files -= 1
        self.size -= size
        if self.files < 0:
            raise ChartError(f"has more than {SOURCE_FILES:,} files")
        if self.size < 0:
            raise ChartError(f"is larger than {SOURCE_BYTES // 1024**2} MiB")


def read_directory(directory: Path, root: Path, reading: Reading) -> Members:
    """The files of a chart's directory. Symbolic links are followed as long as they stay below the root."""
    members: Members = {}
    try:
        for name, path in _walk(directory, "", root.resolve(), (), _ignored(directory, root), reading):
            size = path.stat().st_size
            if size > FILE_BYTES:
                reading.left_out.append((path, f"larger than {FILE_BYTES // 1024**2} MiB: left out"))
                continue
            reading.take(size)
            members[name] = Member(path.read_bytes(), path)
    except WorkError as error:
        raise ChartError("has a .helmignore that takes too long to match") from error
    return _unpack_dependencies(members, reading)


def _ignored(directory: Path, root: Path) -> HelmIgnore:
    file = directory / ".helmignore"
    if not file.is_file() or not _inside(file, root):
        return HelmIgnore()
    with file.open("rb") as stream:
        ignored = HelmIgnore(stream.read(FILE_BYTES))
    if len(ignored.rules) > _PATTERNS:
        raise ChartError(f"has more than {_PATTERNS:,} patterns in .helmignore")
    return ignored


def read_archive(file: Path, reading: Reading) -> Members:
    """The files of a packaged chart."""
    if file.stat().st_size > SOURCE_BYTES:
        raise ChartError(f"is larger than {SOURCE_BYTES // 1024**2} MiB")
    return unpacked(file.read_bytes(), file, reading)


def unpacked(archive: bytes, file: Path, reading: Reading) -> Members:
    """The files of a packaged chart that a file is or holds."""
    return _unpack_dependencies(_unpack(archive, file, reading), reading)


def pack(members: Members) -> bytes:
    """A chart archive as Helm's library loads it, not compressed any further."""
    return pack_files({name: member.data for name, member in members.items()})


def pack_files(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(f"chart/{name}")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return gzip.compress(buffer.getvalue(), compresslevel=0)


def _walk(
    directory: Path, prefix: str, root: Path, above: tuple[Path, ...], ignored: HelmIgnore, reading: Reading
) -> Iterator[tuple[str, Path]]:
    real = directory.resolve()
    if real in above:  # a link to a directory that it lies in
        return
    for entry in sorted(os.scandir(directory), key=lambda entry: entry.name):
        path = Path(entry.path)
        name = prefix + entry.name
        if entry.is_symlink() and not _inside(path, root):
            if not ignored.covers(name, False):
                reading.left_out.append((path, "a symbolic link that leaves the repository: not followed"))
            continue
        mode = path.stat().st_mode
        if ignored.covers(name, stat.S_ISDIR(mode)) or entry.name == _SCHEMA:
            continue
        if not _is_text(entry.name) or "\\" in entry.name:
            reading.left_out.append((path, _NOT_UTF_8 if "\\" not in entry.name else _BACKSLASH))
        elif stat.S_ISDIR(mode):
            yield from _walk(path, f"{name}/", root, (*above, real), ignored, reading)
        elif stat.S_ISREG(mode):
            yield name, path


def _is_text(name: str) -> bool:
    """Whether a file's name is UTF-8: Helm's library tells names as such, and replaces what is not."""
    return name.isprintable() or name.encode("utf-8", "replace").decode() == name


def _inside(path: Path, directory: Path) -> bool:
    try:
        return path.resolve(strict=True).is_relative_to(directory.resolve())
    except (OSError, RuntimeError):
        return False


def _unpack_dependencies(members: Members, reading: Reading, depth: int = 0) -> Members:
    """Put the contents of `charts/*.tgz` in the place of the archives, so that they can be marked and read."""
    if depth > _NESTING:
        raise ChartError(f"nests packaged charts more than {_NESTING} deep")
    unpacked: Members = {}
    for name, member in members.items():
        if _UNSEEN.match(name):
            continue
        folder, _, file = name.rpartition("/")
        if file.endswith(".tgz") and (folder == "charts" or folder.endswith("/charts")):
            inner = _unpack_dependencies(_unpack(member.data, member.file, reading, name), reading, depth + 1)
            free = _free(name.removesuffix(".tgz"), members)
            unpacked.update({f"{free}/{path}": each for path, each in inner.items()})
        else:
            unpacked[name] = member
    return unpacked


def _free(folder: str, members: Members) -> str:
    """A folder's name that no other chart has: one may stand packaged and unpacked, and Helm takes both."""
    while any(name.startswith(f"{folder}/") for name in members):
        folder += "~"
    return folder


def _unpack(data: bytes, file: Path, reading: Reading, inner: str = "") -> Members:
    """The files of an archive, each name without the chart's own directory; `inner` is its name in another."""
    try:
        return {name: Member(content, file, True) for name, content in _contents(io.BytesIO(data), file, reading)}
    except (ArchiveError, RefusedArchiveError) as error:
        which = f"holds {inner[:100]!r}, which " if inner else ""
        raise ChartError(f"{which}is no readable chart archive: {error}") from error


def _contents(packed: IO[bytes], file: Path, reading: Reading) -> Iterator[tuple[str, bytes]]:
    """What Helm takes for a chart's files (`LoadArchiveFiles` of its package `archive`): links too, as empty files."""
    archive = Archive(Inflated(packed, PLAIN_BYTES))
    once: set[str] = set()
    for entry in archive:
        if entry.is_directory or entry.is_header:
            continue
        name = _inside_chart(entry.name)
        if name in _ONCE and name in once:
            raise ArchiveError(f"it holds {name} twice")
        once.add(name)
        if entry.size > FILE_BYTES:
            raise ChartError(f"holds a file larger than {FILE_BYTES // 1024**2} MiB: {name[:100]!r}")
        if not _is_text(name):
            reading.left_out.append((file, _NOT_UTF_8))
        elif posixpath.basename(name) != _SCHEMA:
            reading.take(entry.size)
            yield name, archive.content()


def _inside_chart(name: str) -> str:
    """A member's name below the chart; Helm refuses what leads out of it."""
    first, *rest = name.split("\\" if "\\" in name else "/")
    below = "/".join(rest)
    cleaned = posixpath.normpath(below)
    outside = below.startswith("/") or cleaned == "." or cleaned.startswith("..") or re.match("[a-zA-Z]:/", cleaned)
    if outside or first == "Chart.yaml":
        raise ChartError(f"holds a member outside the chart: {name[:100]!r}")
    return cleaned
