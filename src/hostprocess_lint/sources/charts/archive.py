"""Chart files on disk become members in memory, and members an archive: nothing outside a chart gets in."""

from __future__ import annotations

import gzip
import io
import os
import re
import stat
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from ...finding import Route
from ...limits import FILE_BYTES, SOURCE_BYTES, SOURCE_FILES
from . import helmignore

_SCHEMA = "values.schema.json"  # `$ref` in one makes Helm open URLs and files: never handed over
_PATTERNS = 1_000
_NOT_UTF_8 = "a file's name in it is not UTF-8: left out"
_NESTING = 10
_UNSEEN = re.compile(r"(?:charts/[^/]+/)*charts/[_.]")  # names in charts/ that Helm passes over
_BROKEN = (OSError, EOFError, tarfile.TarError, ValueError, zlib.error)
_EXTENDED = (
    *(tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE),
    *(tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK),
)
_EXTENDED_BYTES = 4096
_EXTENDED_TOTAL = 1024**2
_EXTENDED_IN_A_ROW = 8


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
    missing: list[Route] = field(default_factory=list)

    def take(self, size: int) -> None:
        self.files -= 1
        self.size -= size
        if self.files < 0:
            raise ChartError(f"has more than {SOURCE_FILES:,} files")
        if self.size < 0:
            raise ChartError(f"is larger than {SOURCE_BYTES // 1024**2} MiB")


def read_directory(directory: Path, reading: Reading) -> Members:
    """The files of a chart's directory. Symbolic links are followed only to what lies in the chart itself."""
    ignore_file = directory / ".helmignore"
    ignored: list[helmignore.Rule] = helmignore.read("")
    if ignore_file.is_file() and _inside(ignore_file, directory):
        with ignore_file.open("rb") as stream:
            ignored = helmignore.read(stream.read(FILE_BYTES).decode("utf-8", "replace"))
        if len(ignored) > _PATTERNS:
            raise ChartError(f"has more than {_PATTERNS:,} patterns in .helmignore")
    members: Members = {}
    for name, path in _walk(directory, "", directory.resolve(), (), ignored, reading):
        size = path.stat().st_size
        if size > FILE_BYTES:
            reading.left_out.append((path, f"larger than {FILE_BYTES // 1024**2} MiB: left out"))
            continue
        reading.take(size)
        members[name] = Member(path.read_bytes(), path)
    return _unpack_dependencies(members, reading)


def read_archive(file: Path, reading: Reading) -> Members:
    """The files of a packaged chart."""
    if file.stat().st_size > SOURCE_BYTES:
        raise ChartError(f"is larger than {SOURCE_BYTES // 1024**2} MiB")
    return _unpack_dependencies(_unpack(file.read_bytes(), file, reading), reading)


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
    directory: Path, prefix: str, chart: Path, above: tuple[Path, ...], ignored: list[helmignore.Rule], reading: Reading
) -> Iterator[tuple[str, Path]]:
    real = directory.resolve()
    if real in above:  # a link to a directory that it lies in
        return
    for entry in sorted(os.scandir(directory), key=lambda entry: entry.name):
        path = Path(entry.path)
        name = prefix + entry.name
        if entry.is_symlink() and not _inside(path, chart):
            if not helmignore.ignores(ignored, name, False):
                reading.left_out.append((path, "a symbolic link that leaves the chart: not followed"))
            continue
        mode = path.stat().st_mode
        if helmignore.ignores(ignored, name, stat.S_ISDIR(mode)) or entry.name == _SCHEMA:
            continue
        if not _is_text(entry.name):
            reading.left_out.append((path, _NOT_UTF_8))
        elif stat.S_ISDIR(mode):
            yield from _walk(path, f"{name}/", chart, (*above, real), ignored, reading)
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
            unpacked.update({f"{name.removesuffix('.tgz')}/{path}": each for path, each in inner.items()})
        else:
            unpacked[name] = member
    return unpacked


def packaged_chart(file: Path) -> str | None:
    """The folder of the chart in an archive; None where there is none in as much as is ever unpacked.

    What is refused for its headers counts as a chart, so that the reading of it says so.
    """
    folder: str | None = None
    try:
        with file.open("rb") as packed, _opened(packed) as archive:
            for entry in archive:
                first, _, rest = entry.name.partition("/")
                folder = first if folder is None else folder
                if (first, rest) == (folder, "Chart.yaml"):
                    return folder
    except _HeaderError:
        return folder or ""
    except _BROKEN:
        return None
    return None


def _unpack(data: bytes, file: Path, reading: Reading, inner: str = "") -> Members:
    """The regular files of an archive, each name without the chart's own directory; `inner` is its name in another."""
    try:
        with _opened(io.BytesIO(data)) as archive:
            if archive.is_cut:
                raise ChartError(f"unpacks to more than {SOURCE_BYTES // 1024**2} MiB")
            return {name: Member(content, file, True) for name, content in _contents(archive, file, reading)}
    except _BROKEN as error:
        which = f"holds {inner[:100]!r}, which " if inner else ""
        raise ChartError(f"{which}is no readable chart archive: {error}") from error


def _opened(packed: IO[bytes]) -> _Archive:
    # Inflated with a limit before `tarfile` sees it: headers may be as large as files, and it reads those whole.
    plain = gzip.GzipFile(fileobj=packed).read(2 * SOURCE_BYTES + 1)
    archive = _Archive(fileobj=io.BytesIO(plain[: 2 * SOURCE_BYTES]))
    archive.is_cut = len(plain) > 2 * SOURCE_BYTES
    return archive


class _HeaderError(tarfile.ReadError):
    """Headers that no archive of a chart needs."""


class _Entry(tarfile.TarInfo):
    """An entry whose headers `tarfile` gets through: some of its versions loop on a size below zero, and take a time
    that grows with the square of an extended header's length; all recurse for each of these.
    """

    def _proc_member(self, archive: _Archive) -> tarfile.TarInfo:
        if self.size < 0:
            raise _HeaderError("a size below zero")
        if self.type not in _EXTENDED:
            archive.extended_in_a_row = 0
        else:
            archive.extended_in_a_row += 1
            archive.extended_bytes += self.size
            if self.size > _EXTENDED_BYTES or archive.extended_in_a_row > _EXTENDED_IN_A_ROW:
                raise _HeaderError("an entry's headers are too long")
            if archive.extended_bytes > _EXTENDED_TOTAL:
                raise _HeaderError("the headers of all entries are too long")
        found: tarfile.TarInfo = super()._proc_member(archive)  # type: ignore[misc]
        return found


class _Archive(tarfile.TarFile):
    """An archive in memory, and what its extended headers have taken."""

    tarinfo = _Entry
    is_cut = False
    extended_in_a_row = 0
    extended_bytes = 0


def _contents(archive: _Archive, file: Path, reading: Reading) -> Iterator[tuple[str, bytes]]:
    for entry in archive:
        parts = entry.name.split("/")
        if "\\" in entry.name or ".." in parts or entry.name.startswith("/") or ":" in parts[0]:
            raise ChartError(f"holds a member outside the chart: {entry.name[:100]!r}")
        name = "/".join(part for part in parts[1:] if part not in ("", "."))
        content = archive.extractfile(entry) if entry.isreg() else None
        if content is None or not name or parts[-1] == _SCHEMA:
            continue
        if not _is_text(name):
            reading.left_out.append((file, _NOT_UTF_8))
            continue
        if entry.size > FILE_BYTES:
            raise ChartError(f"holds a file larger than {FILE_BYTES // 1024**2} MiB: {name[:100]!r}")
        reading.take(entry.size)
        yield name, content.read()
