"""Archives made at random: what Helm reads of a packaged chart is what is read here, or something is told."""

from __future__ import annotations

import gzip
import re
import struct
import tarfile
import zlib
from pathlib import Path
from random import Random
from typing import Any, Literal

from helm_charts import CHART
from kept import folder

from hostprocess_lint.sources.charts.archive import ChartError, Reading, read_archive
from hostprocess_lint.sources.charts.packaged import packaged_chart

REFUSED = ("a sparse file", "twice", "larger than", "not UTF-8", "it unpacks to too much")
"""What this refuses and Helm may read: told, never left out."""

TOPS = ("c", "c", "c", "other", "", ".", "C:", "c\\d")
NAMES = (
    *("templates/a.yaml", "templates/b.yaml", "templates/./c.yaml", "x/../templates/d.yaml", "templates//e.yaml"),
    *("templates\\f.yaml", "README.md", "../out", "/abs", "d:/x", ".", "", "Chart.yaml/", "templates/\u00e9.yaml"),
    *("templates/" + "n" * 90 + ".yaml", "templates/" + "d" * 120 + "/" + "n" * 60 + ".yaml", "..c"),
)
KINDS = (b"0",) * 12 + (b"\0", b"\0", b"1", b"2", b"3", b"5", b"6", b"7", b"Z", b"V", b"g", b"x", b"S", b"L")
FORMATS: tuple[Literal[0, 1, 2], ...] = (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)


def entry(random: Random, name: str, data: bytes, kind: bytes = b"0") -> bytes:
    """A header and its content, in one of the formats, sometimes with a field that is unusual or broken."""
    header = tarfile.TarInfo(name)
    header.size, header.type, header.mtime = len(data), kind, 1_700_000_000
    if random.random() < 0.1:
        header.pax_headers = random.choice(
            ({"path": "c/templates/p.yaml"}, {"size": "3"}, {"comment": "x"}, {"GNU.sparse.major": "1"}, {"path": ""})
        )
    chosen = random.choice(FORMATS)
    try:
        block = header.tobuf(chosen, "utf-8", "surrogateescape")
    except ValueError:
        block = header.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")
    return altered(random, block) + data + bytes(-len(data) % 512)


def altered(random: Random, headers: bytes) -> bytes:
    """Headers of which the last is sometimes changed, mostly with its checksum."""
    if random.random() > 0.12:
        return headers
    block = bytearray(headers[-512:])
    start, size, values = random.choice(
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
    block[start : start + size] = random.choice(values)
    if random.random() < 0.9:
        block[148:156] = b" " * 8
        block[148:156] = b"%06o\0 " % sum(block)
    return headers[:-512] + bytes(block)


def packed(random: Random) -> bytes:
    """An archive that is a chart, more or less."""
    blocks = [entry(random, "c/Chart.yaml", CHART.encode())]
    for _ in range(random.randrange(5)):
        name = random.choice((f"{random.choice(TOPS)}/{random.choice(NAMES)}", random.choice(NAMES)))
        data = random.choice((b"a: 1\n", b"", b"\xef\xbb\xbfb: 2\n", b"x" * 511, b"x" * 512, b"\xff\n"))
        blocks.append(entry(random, name, data, random.choice(KINDS)))
    if random.random() < 0.3:
        random.shuffle(blocks)
    plain = b"".join(blocks)
    plain += random.choice((bytes(1024),) * 6 + (b"", bytes(512), bytes(512) + b"x" * 512, bytes(1024) + b"more"))
    if random.random() < 0.1:
        plain = plain[: random.randrange(len(plain))]
    return compressed(random, plain)


def compressed(random: Random, plain: bytes) -> bytes:
    """Gzip, of which the end is sometimes not what it should be."""
    how = random.randrange(12)
    if how == 0:
        middle = random.randrange(len(plain) + 1)
        return gzip.compress(plain[:middle], mtime=0) + gzip.compress(plain[middle:], mtime=0)
    deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    body = deflate.compress(plain) + deflate.flush()
    trailer = struct.pack("<II", zlib.crc32(plain) ^ (how == 1), len(plain) & 0xFFFFFFFF)
    flags, more = {2: (8, b"name\0"), 3: (16, b"comment\0"), 4: (4, b"\3\0abc"), 5: (8, b"n" * 600 + b"\0")}.get(
        how, (0, b"")
    )
    packed = b"\x1f\x8b\x08" + bytes((flags,)) + bytes(6) + more + body + trailer
    if how == 6:
        return packed + random.choice((b"trailing", bytes(100), b"\x1f\x8b"))
    if how == 7:
        return packed[: random.randrange(len(packed))]
    if how == 8:
        broken = bytearray(packed)
        broken[random.randrange(len(broken))] ^= 1 << random.randrange(8)
        return bytes(broken)
    return packed


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


def read_by_helm(random: Random) -> bool:
    """Whether Helm reads one of them; then it is read alike."""
    import helm_python

    data = packed(random)
    file = Path(folder(), "c.tgz")
    file.write_bytes(data)
    try:
        with helm_python.Chart.load_archive(data) as chart:
            expected = seen(chart)
    except helm_python.HelmError:
        return False
    assert packaged_chart(file) is not None
    reading = Reading()
    try:
        found = told(read_archive(file, reading))
    except ChartError as error:
        assert any(reason in str(error) for reason in REFUSED), error
        return True
    assert reading.left_out or found == expected
    return True


def run(random: Random) -> int:
    read_by_helm(random)
    return 1
