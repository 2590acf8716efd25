"""Chart files on disk become members in memory, and members an archive: nothing outside a chart gets in."""

from __future__ import annotations

import gzip
import io
import os
import stat
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ...finding import Route
from ..limits import FILE_BYTES, SOURCE_BYTES, SOURCE_FILES
from . import helmignore

_SCHEMA = "values.schema.json"  # `$ref` in one makes Helm open URLs and files: never handed over
_NESTING = 10


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
        ignored = helmignore.read(ignore_file.read_text("utf-8", "replace"))
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
        if stat.S_ISDIR(mode):
            yield from _walk(path, f"{name}/", chart, (*above, real), ignored, reading)
        elif stat.S_ISREG(mode):
            yield name, path


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
        folder, _, file = name.rpartition("/")
        if file.endswith(".tgz") and (folder == "charts" or folder.endswith("/charts")):
            inner = _unpack_dependencies(_unpack(member.data, member.file, reading), reading, depth + 1)
            unpacked.update({f"{name.removesuffix('.tgz')}/{path}": each for path, each in inner.items()})
        else:
            unpacked[name] = member
    return unpacked


def _unpack(data: bytes, file: Path, reading: Reading) -> Members:
    """The regular files of an archive, each name without the chart's own directory."""
    try:
        # Inflated with a limit before `tarfile` sees it: headers may be as large as files, and it reads those whole.
        plain = gzip.GzipFile(fileobj=io.BytesIO(data)).read(2 * SOURCE_BYTES + 1)
        if len(plain) > 2 * SOURCE_BYTES:
            raise ChartError(f"unpacks to more than {SOURCE_BYTES // 1024**2} MiB")
        with tarfile.open(fileobj=io.BytesIO(plain), mode="r:") as archive:
            return {name: Member(content, file, True) for name, content in _contents(archive, reading)}
    except (OSError, EOFError, tarfile.TarError, ValueError) as error:
        raise ChartError(f"is no readable chart archive: {error}") from error


def _contents(archive: tarfile.TarFile, reading: Reading) -> Iterator[tuple[str, bytes]]:
    for entry in archive:
        parts = entry.name.split("/")
        if "\\" in entry.name or ".." in parts or entry.name.startswith("/") or ":" in parts[0]:
            raise ChartError(f"holds a member outside the chart: {entry.name[:100]!r}")
        name = "/".join(part for part in parts[1:] if part not in ("", "."))
        content = archive.extractfile(entry) if entry.isreg() else None
        if content is None or not name or parts[-1] == _SCHEMA:
            continue
        if entry.size > FILE_BYTES:
            raise ChartError(f"holds a file larger than {FILE_BYTES // 1024**2} MiB: {name[:100]!r}")
        reading.take(entry.size)
        yield name, content.read()
