"""Archives and `.helmignore` read as Helm reads them: generated ones, compared with the Helm that is installed.

`HOSTPROCESS_LINT_FUZZ=100000 pytest tests/sources/test_chart_reading.py` reads as many of each kind.
"""

from __future__ import annotations

import gzip
import io
import os
import random
import re
import struct
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from helm_charts import CHART

from hostprocess_lint.sources.charts.archive import (
    ChartError,
    Reading,
    packaged_chart,
    read_archive,
    read_directory,
)
from hostprocess_lint.sources.charts.helmignore import HelmIgnore
from hostprocess_lint.sources.discovery import discover
from hostprocess_lint.sources.source import Source

INPUTS = int(os.environ.get("HOSTPROCESS_LINT_FUZZ", "1500"))
REFUSED = ("a sparse file", "twice", "larger than", "not UTF-8", "it unpacks to too much")
"""What this refuses and Helm may read: told, never left out."""


@pytest.fixture(scope="module")
def helm() -> Any:
    return pytest.importorskip("helm_python")


def seen(chart: Any) -> dict[str, str]:
    """The files of a chart that Helm has loaded, without those that it reads for itself."""
    return {item["name"]: same(item["data"]) for item in (*chart.templates, *chart.files)}


def same(text: str) -> str:
    """Text in which Go and Python put as much for what is not UTF-8."""
    return re.sub("\ufffd+", "\ufffd", text)


def told(members: dict[str, Any]) -> dict[str, str]:
    own = ("Chart.yaml", "values.yaml", "Chart.lock")
    bom = b"\xef\xbb\xbf"  # which Helm takes off when it gets the file
    return {
        name: same(member.data.removeprefix(bom).decode(errors="replace"))
        for name, member in members.items()
        if name not in own
    }


# Archives.

TOPS = ("c", "c", "c", "other", "", ".", "C:", "c\\d")
NAMES = (
    *("templates/a.yaml", "templates/b.yaml", "templates/./c.yaml", "x/../templates/d.yaml", "templates//e.yaml"),
    *("templates\\f.yaml", "README.md", "../out", "/abs", "d:/x", ".", "", "Chart.yaml/", "templates/\u00e9.yaml"),
    *("templates/" + "n" * 90 + ".yaml", "templates/" + "d" * 120 + "/" + "n" * 60 + ".yaml", "..c"),
)
KINDS = (b"0",) * 12 + (b"\0", b"\0", b"1", b"2", b"3", b"5", b"6", b"7", b"Z", b"V", b"g", b"x", b"S", b"L")
FORMATS: tuple[Literal[0, 1, 2], ...] = (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)


def entry(random_: random.Random, name: str, data: bytes, kind: bytes = b"0") -> bytes:
    """A header and its content, in one of the formats, sometimes with a field that is unusual or broken."""
    header = tarfile.TarInfo(name)
    header.size, header.type, header.mtime = len(data), kind, 1_700_000_000
    if random_.random() < 0.1:
        header.pax_headers = random_.choice(
            ({"path": "c/templates/p.yaml"}, {"size": "3"}, {"comment": "x"}, {"GNU.sparse.major": "1"}, {"path": ""})
        )
    chosen = random_.choice(FORMATS)
    try:
        block = header.tobuf(chosen, "utf-8", "surrogateescape")
    except ValueError:
        block = header.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")
    return altered(random_, block) + data + bytes(-len(data) % 512)


def altered(random_: random.Random, headers: bytes) -> bytes:
    """Headers of which the last is sometimes changed, mostly with its checksum."""
    if random_.random() > 0.12:
        return headers
    block = bytearray(headers[-512:])
    start, size, values = random_.choice(
        (
            (100, 8, (b"0040644\0", b"    644 ", b"zzzzzzz\0", b"\0" * 8, b"\x80" + bytes(5) + b"\1\xa4")),
            (124, 12, (b"\x80" + bytes(10) + b"\2", b"\xff" * 12, b"00000000002\0", b" 2\0more", b"1_0" + bytes(9))),
            (136, 12, (b"\xff" * 12, b"1.5" + bytes(9))),
            (257, 8, (b"ustar\x0000", b"ustar  \0", bytes(8), b"ustar\0xx")),
            (345, 12, (b"prefix\0\0\0\0\0\0", b"\xff\xff" + bytes(10), b"c" + bytes(11))),
            (508, 4, (b"tar\0",)),
            (329, 8, (b"garbage\0",)),
        )
    )  # fmt: skip
    block[start : start + size] = random_.choice(values)
    if random_.random() < 0.9:
        block[148:156] = b" " * 8
        block[148:156] = b"%06o\0 " % sum(block)
    return headers[:-512] + bytes(block)


def packed(random_: random.Random) -> bytes:
    """An archive that is a chart, more or less."""
    blocks = [entry(random_, "c/Chart.yaml", CHART.encode())]
    for _ in range(random_.randrange(5)):
        name = random_.choice((f"{random_.choice(TOPS)}/{random_.choice(NAMES)}", random_.choice(NAMES)))
        data = random_.choice((b"a: 1\n", b"", b"\xef\xbb\xbfb: 2\n", b"x" * 511, b"x" * 512, b"\xff\n"))
        blocks.append(entry(random_, name, data, random_.choice(KINDS)))
    if random_.random() < 0.3:
        random_.shuffle(blocks)
    plain = b"".join(blocks)
    plain += random_.choice((bytes(1024),) * 6 + (b"", bytes(512), bytes(512) + b"x" * 512, bytes(1024) + b"more"))
    if random_.random() < 0.1:
        plain = plain[: random_.randrange(len(plain))]
    return compressed(random_, plain)


def compressed(random_: random.Random, plain: bytes) -> bytes:
    """Gzip, of which the end is sometimes not what it should be."""
    how = random_.randrange(12)
    if how == 0:
        middle = random_.randrange(len(plain) + 1)
        return gzip.compress(plain[:middle], mtime=0) + gzip.compress(plain[middle:], mtime=0)
    deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    body = deflate.compress(plain) + deflate.flush()
    trailer = struct.pack("<II", zlib.crc32(plain) ^ (how == 1), len(plain) & 0xFFFFFFFF)
    flags, more = {2: (8, b"name\0"), 3: (16, b"comment\0"), 4: (4, b"\3\0abc"), 5: (8, b"n" * 600 + b"\0")}.get(
        how, (0, b"")
    )
    packed = b"\x1f\x8b\x08" + bytes((flags,)) + bytes(6) + more + body + trailer
    if how == 6:
        return packed + random_.choice((b"trailing", bytes(100), b"\x1f\x8b"))
    if how == 7:
        return packed[: random_.randrange(len(packed))]
    if how == 8:
        broken = bytearray(packed)
        broken[random_.randrange(len(broken))] ^= 1 << random_.randrange(8)
        return bytes(broken)
    return packed


def test_what_helm_reads_of_an_archive_is_what_is_read(tmp_path: Path, helm: Any) -> None:
    random_, taken = random.Random(1), 0
    file = tmp_path / "c.tgz"
    for number in range(INPUTS):
        data = packed(random_)
        file.write_bytes(data)
        reading = Reading()
        try:
            with helm.Chart.load_archive(data) as chart:
                expected = seen(chart)
        except helm.HelmError:
            continue
        taken += 1
        assert packaged_chart(file) is not None, f"input {number}"
        try:
            found = told(read_archive(file, reading))
        except ChartError as error:
            assert any(reason in str(error) for reason in REFUSED), f"input {number}: {error}"
            continue
        assert reading.left_out or found == expected, f"input {number}"
    assert taken > INPUTS / 5


def test_bytes_behind_an_archive_do_not_hide_it(tmp_path: Path) -> None:
    for name in ("a.tgz", "b.TGZ", "c.tar.gz"):
        with tarfile.open(tmp_path / name, "w:gz") as archive:
            for member, text in (("x/Chart.yaml", CHART), ("y/templates/a.yaml", "a: 1\n")):
                info = tarfile.TarInfo(member)
                info.size = len(text)
                archive.addfile(info, io.BytesIO(text.encode()))
        with (tmp_path / name).open("ab") as stream:
            stream.write(b"trailing")
    found = [item for item in discover([str(tmp_path)]) if isinstance(item, Source)]
    assert [item.kind for item in found] == ["chart"] * 3
    assert "templates/a.yaml" in read_archive(tmp_path / "a.tgz", Reading())


def test_a_packaged_copy_in_its_own_folder_is_scanned_once(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "Chart.yaml").write_text(CHART)
    (tmp_path / "templates" / "a.yaml").write_text("a: 1\n")

    def charts(text: str) -> list[str]:
        with tarfile.open(tmp_path / "agent-0.1.0.tgz", "w:gz") as archive:
            for member, data in (("agent/Chart.yaml", CHART), ("agent/templates/a.yaml", text)):
                info = tarfile.TarInfo(member)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data.encode()))
        found = [item for item in discover([str(tmp_path)]) if isinstance(item, Source)]
        return [Path(item.file).name for item in found if item.kind == "chart"]

    assert charts("a: 1\n") == [tmp_path.name]
    assert charts("a: 2\n") == [tmp_path.name, "agent-0.1.0.tgz"]


# `.helmignore`.

WORDS = (
    *("a", "b", "*", "?", "/", "templates/", "*.yaml", "[a-c]", "[^a]", "[", "]", "\\", "\\*", "!", "#", " ", "\t"),
    *("\f", "\v", "\r", "\x1c", "\x85", "\u00a0", "\u2028", "\u00e9", "[\u00e0-\u00ff]", ".", "-", "[a-]", "[]a]"),
    *("sub", "é?", "**", "[!a]", "[\\]]", "*a*", "[/]", "\ufeff", "\udcff"),
)  # fmt: skip
FILES = (
    *("a", "b", "ab", "a.yaml", "é", "éa", "[", "a*", "-", " a"),
    *("sub/a", "sub/b.yaml", "sub/é.yaml", "sub/c/a", "templates/a.yaml", "templates/b", "templates/.hid"),
    *("templates/sub/a", "templates/sub/é", "a b/c", "\x1c", "\f/x"),
)


def lines(random_: random.Random) -> Iterator[bytes]:
    for _ in range(random_.randrange(1, 4)):
        words = "".join(random_.choice(WORDS) for _ in range(random_.randrange(1, 6)))
        yield words.encode("utf-8", "surrogateescape")


def test_what_helm_ignores_is_what_is_ignored(tmp_path: Path, helm: Any) -> None:
    """Helm goes on with rules of two slashes as it did not begin: these are never followed here."""
    (tmp_path / "Chart.yaml").write_text(CHART)
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x: 1\n")
    random_, taken, hid = random.Random(2), 0, 0
    everything = set(told(read_directory(tmp_path, tmp_path, Reading())))
    for number in range(INPUTS):
        text = random_.choice((b"\n", b"\n", b"\r\n", b"\f", b"\x85")).join(lines(random_))
        (tmp_path / ".helmignore").write_bytes(text)
        try:
            with helm.Chart.load(tmp_path) as chart:
                expected = set(seen(chart))
        except helm.HelmError:
            continue
        taken += 1
        found = set(told(read_directory(tmp_path, tmp_path, Reading())))
        exactly = not any(line.strip().removeprefix(b"!").startswith(b"//") for line in text.split(b"\n"))
        assert found == expected if exactly else found >= expected, f"input {number}: {text!r}"
        hid += len(expected) < len(everything)
    assert taken > INPUTS / 3
    assert hid > INPUTS / 20


def test_only_a_line_feed_ends_a_line_of_helmignore() -> None:
    assert not HelmIgnore(b"# note\x0ctemplates/bad.yaml\n# \xc2\x85a\x1eb\n").covers("templates/bad.yaml", False)
