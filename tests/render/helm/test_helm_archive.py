"""What gets into the archive that Helm is given, and what must not."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from helm_charts import CHART, DAEMON_SET, HOST_PROCESS, chain, locate, scan, shown, write

from hostprocess_lint.finding import Level
from hostprocess_lint.outcome import Skipped
from hostprocess_lint.render.helm.engine.command import unpack
from hostprocess_lint.render.helm.engine.contract import EngineError
from hostprocess_lint.render.helm.engine.worker import HelmWorker
from hostprocess_lint.sources.charts.archive import ChartError, Reading, pack_files, read_archive, read_directory
from hostprocess_lint.sources.charts.chart import ChartInput, read_chart
from hostprocess_lint.sources.charts.helmignore import HelmIgnore
from hostprocess_lint.sources.charts.packaged import packaged_chart
from hostprocess_lint.sources.charts.patterns import WorkError


@pytest.fixture(scope="module")
def engine() -> Iterator[HelmWorker]:
    with HelmWorker() as worker:
        yield worker


def archive(file: Path, members: dict[str, str]) -> Path:
    """A packaged chart."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(file, "w:gz") as packed:
        for name, text in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text.encode())
            packed.addfile(entry, io.BytesIO(text.encode()))
    return file


def test_links_are_followed_within_the_chart_only(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    chart = write(tmp_path / "agent", {"files/inner.txt": "inner"})
    (chart / "files" / "out.txt").symlink_to(tmp_path / "secret.txt")
    (chart / "files" / "passwd").symlink_to("/etc/passwd")
    (chart / "files" / "alias.txt").symlink_to("inner.txt")
    (chart / "again").symlink_to("files")
    (chart / "files" / "loop").symlink_to("../files")
    (chart / "files" / "nowhere").symlink_to("missing")
    reading = Reading()
    members = read_directory(chart, chart, reading)
    assert sorted(members) == [
        "Chart.yaml", "again/alias.txt", "again/inner.txt", "files/alias.txt", "files/inner.txt",
    ]  # fmt: skip
    assert members["files/alias.txt"].data == b"inner"
    left_out = {path.name: reason for path, reason in reading.left_out}
    assert set(left_out) == {"out.txt", "passwd", "nowhere"}
    assert left_out["passwd"] == "a symbolic link that leaves the repository: not followed"


def test_a_link_out_of_the_repository_is_not_readable_by_templates(tmp_path: Path, engine: HelmWorker) -> None:
    """One that stays in it is: a repository's charts share files by links."""
    (tmp_path / "secret.txt").write_text("secret")
    repository = tmp_path / "repository"
    repository.mkdir()
    (repository / "shared.txt").write_text("shared")
    text = DAEMON_SET + '# {{ .Files.Get "out.txt" }} {{ .Files.Get "../secret.txt" }} {{ .Files.Get "in.txt" }}\n'
    chart = write(repository / "agent", {"templates/ds.yaml": text})
    (chart / "out.txt").symlink_to(tmp_path / "secret.txt")
    (chart / "in.txt").symlink_to(repository / "shared.txt")
    [rendered], [skipped] = scan(chart, engine)
    assert rendered.text.text.endswith("#   shared\n")
    assert skipped == Skipped("agent/out.txt", "a symbolic link that leaves the repository: not followed")


@pytest.mark.parametrize(
    ("patterns", "path", "is_directory", "ignored"),
    [
        ("*.txt", "a/b.txt", False, True),
        ("/*.txt", "a/b.txt", False, False),
        ("/*.txt", "b.txt", False, True),
        ("a/*.txt", "a/b.txt", False, True),
        ("a/*.txt", "a/c/b.txt", False, False),
        ("ci/", "ci", True, True),
        ("ci/", "ci", False, False),
        ("# note\n\n  hack  ", "hack", True, True),
        ("[a-c]?.yaml", "b1.yaml", False, True),
        ("[^a-c]1.yaml", "b1.yaml", False, False),
        ("a\\*b", "a*b", False, True),
        ("a\\*b", "axb", False, False),
        ("!keep.txt", "other.txt", False, True),
        ("!keep.txt", "keep.txt", False, False),
        ("**/x", "x", False, False),
        ("", "templates/.hidden", False, True),
        ("", "templates/.gitattributes", False, True),
        ("", ".helmignore", False, False),
    ],
)
def test_helmignore(patterns: str, path: str, is_directory: bool, ignored: bool) -> None:
    assert HelmIgnore(patterns.encode()).covers(path, is_directory) is ignored


def test_helmignore_does_not_go_back_over_stars() -> None:
    """Forty stars on a name of two hundred letters would take longer than the universe has been there."""
    assert not HelmIgnore(b"*a" * 40 + b"b").covers("a" * 200, False)
    assert HelmIgnore(b"*a*b?*c*").covers("xaxbxbycz", False)
    assert not HelmIgnore(b"a*/b*c").covers("ax/y/bc", False)
    with pytest.raises(WorkError):
        HelmIgnore(b"*[a]" + b"[a]" * 10_000).covers("a" * 20_000, False)


def test_too_many_patterns_are_refused(tmp_path: Path) -> None:
    chart = write(tmp_path / "agent", {".helmignore": "".join(f"{number}\n" for number in range(2_000))})
    with pytest.raises(ChartError, match=r"more than 1,000 patterns in \.helmignore"):
        read_directory(chart, tmp_path, Reading())


def test_helmignore_leaves_out_what_helm_leaves_out(tmp_path: Path, engine: HelmWorker) -> None:
    helm_python = pytest.importorskip("helm_python")
    files = {
        ".helmignore": "*.bak\nci/\n/top.yaml\ncharts/sub/templates/b.yaml\ntemplates/[x-z]*\n",
        "templates/a.yaml": "a: hostprocess",
        "templates/a.yaml.bak": "a: hostprocess",
        "templates/x1.yaml": "a: hostprocess",
        "templates/.hidden.yaml": "a: hostprocess",
        "templates/top.yaml": "a: hostprocess",
        "ci/a.yaml": "a: hostprocess",
        "charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 0.1.0\n",
        "charts/sub/.helmignore": "templates/c.yaml\n",
        "charts/sub/templates/a.yaml": "a: hostprocess",
        "charts/sub/templates/b.yaml": "a: hostprocess",
        "charts/sub/templates/c.yaml": "a: hostprocess",
    }
    chart = write(tmp_path / "agent", files)
    with helm_python.Chart.load(chart) as loaded:
        expected = {name.removeprefix("agent/") for name in loaded.render()}
    rendered, _ = scan(chart, engine)
    assert {each.text.path.removeprefix("agent/") for each in rendered} == expected


def test_schemas_are_left_out(tmp_path: Path, engine: HelmWorker) -> None:
    schema = '{"properties": {"a": {"$ref": "http://127.0.0.1:9/x"}, "b": {"$ref": "file:///etc/passwd"}}}'
    files = {"templates/ds.yaml": DAEMON_SET, "values.yaml": "a: 1\nb: 1\n", "values.schema.json": schema}
    chart = write(tmp_path / "agent", {**files, "charts/sub/values.schema.json": schema})
    assert not any("schema" in name for name in read_directory(chart, chart, Reading()))
    rendered, skipped = scan(chart, engine)
    assert (len(rendered), skipped) == (1, [])


@pytest.mark.parametrize(
    "name", ["agent/../../evil.yaml", "agent//etc/evil.yaml", "agent\\..\\evil.yaml", "agent/C:/evil.yaml"]
)
def test_members_outside_the_chart_are_refused(tmp_path: Path, engine: HelmWorker, name: str) -> None:
    packed = archive(tmp_path / "agent.tgz", {"agent/Chart.yaml": CHART, name: "x"})
    rendered, [skipped] = scan(packed, engine)
    assert rendered == []
    assert "outside the chart" in skipped.reason


def test_links_in_archives_are_empty_files_as_for_helm(tmp_path: Path) -> None:
    file = tmp_path / "agent.tgz"
    with tarfile.open(file, "w:gz") as packed:
        entry = tarfile.TarInfo("agent/Chart.yaml")
        entry.size = len(CHART)
        packed.addfile(entry, io.BytesIO(CHART.encode()))
        for kind, name in ((tarfile.SYMTYPE, "soft"), (tarfile.LNKTYPE, "hard"), (tarfile.FIFOTYPE, "pipe")):
            special = tarfile.TarInfo(f"agent/files/{name}")
            special.type, special.linkname = kind, "/etc/passwd"
            packed.addfile(special)
    links = ("files/soft", "files/hard", "files/pipe")
    members = read_archive(file, Reading())
    assert {name: member.data for name, member in members.items()} == {
        "Chart.yaml": CHART.encode(), **dict.fromkeys(links, b""),
    }  # fmt: skip


def headers(*entries: tuple[str, int, bytes]) -> bytes:
    """Headers of archive entries: names, sizes (one below zero, too) and types."""
    blocks = b""
    for name, size, kind in entries:
        header = tarfile.TarInfo(name)
        header.type = kind
        block = bytearray(header.tobuf(tarfile.GNU_FORMAT))
        block[124:136] = size.to_bytes(12, "big", signed=True) if size < 0 else b"%011o\0" % size
        block[148:156] = b" " * 8
        block[148:156] = b"%06o\0 " % sum(block)
        blocks += bytes(block) + b"9" * (max(size, 0) + -max(size, 0) % 512)
    return blocks


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([("agent/x", -512, b"Z")], "it has a size below zero"),
        ([("agent/x", 4_000_000, tarfile.XHDTYPE)], "an entry's headers are too long"),
        ([("agent/x", 13, tarfile.XHDTYPE)] * 5_000, "an extended header is broken"),
    ],
)
def test_headers_that_take_for_ever_are_refused(
    tmp_path: Path, entries: list[tuple[str, int, bytes]], said: str
) -> None:
    packed = tmp_path / "agent.tgz"
    packed.write_bytes(gzip.compress(headers(*entries)))
    assert packaged_chart(packed) is None  # as for Helm
    with pytest.raises(ChartError, match=f"is no readable chart archive: {said}"):
        read_archive(packed, Reading())


def test_archives_that_unpack_too_large_are_refused(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.tgz"
    with gzip.open(bomb, "wb", compresslevel=9) as stream:
        header = tarfile.TarInfo("agent/big")
        header.size = 300 * 1024**2
        stream.write(header.tobuf())
        for _ in range(300):
            stream.write(b"\0" * 1024**2)
    with pytest.raises(ChartError, match="holds a file larger than"):
        read_archive(bomb, Reading())
    assert packaged_chart(bomb) is None


def test_names_that_are_not_utf_8_are_left_out(tmp_path: Path, engine: HelmWorker) -> None:
    """Helm's library would tell such a file by another name."""
    files = {f"templates/{name}.yaml": DAEMON_SET for name in ("ds", "\u00e9\u2028")}
    chart = write(tmp_path / "agent", files)
    try:
        (chart / "templates" / "\udcff.yaml").write_text(DAEMON_SET)
    except OSError:
        pytest.skip("the file system takes no such name")
    packed = archive(tmp_path / "x.tgz", {"x/Chart.yaml": CHART, "x/templates/\udcff.yaml": DAEMON_SET})
    rendered, [skipped] = scan(chart, engine)
    assert len(rendered) == 2
    assert skipped == Skipped("agent/templates/\udcff.yaml", "a file's name in it is not UTF-8: left out")
    assert scan(packed, engine) == ([], [Skipped("x.tgz", "a file's name in it is not UTF-8: left out")])


def test_what_helm_passes_over_in_charts_is_passed_over(tmp_path: Path, engine: HelmWorker) -> None:
    files = {f"charts/{name}/{file}": text for name in ("_old", ".new") for file, text in SUB.items()}
    chart = write(tmp_path / "agent", {**files, "charts/_x.tgz": "garbage", "templates/ds.yaml": DAEMON_SET})
    rendered, skipped = scan(chart, engine)
    assert ([each.text.path for each in rendered], skipped) == (["agent/templates/ds.yaml"], [])


def test_a_broken_archive_in_a_chart_is_named(tmp_path: Path, engine: HelmWorker) -> None:
    _, [skipped] = scan(write(tmp_path / "agent", {"charts/sub-1.0.0.tgz": "garbage"}), engine)
    assert skipped.reason.startswith("holds 'charts/sub-1.0.0.tgz', which is no readable chart archive: ")


def test_why_a_chart_yaml_is_not_read_is_said(tmp_path: Path) -> None:
    ignored = write(tmp_path / "ignored", {".helmignore": "*.yaml\n"})
    with pytest.raises(ChartError, match=r"its Chart\.yaml is left out by \.helmignore"):
        read_chart(ChartInput(ignored, "ignored", tmp_path))
    linked = tmp_path / "repository"
    linked.mkdir()
    (linked / "Chart.yaml").symlink_to(ignored / "Chart.yaml")
    with pytest.raises(ChartError, match=r"its Chart\.yaml is a symbolic link that leaves the repository"):
        read_chart(ChartInput(linked, "linked", linked))


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    chart = write(tmp_path / "agent", {f"files/{number}": "" for number in range(20)})
    with pytest.raises(ChartError, match="has more than"):
        read_directory(chart, chart, Reading(files=10))


def test_a_large_file_is_left_out(tmp_path: Path) -> None:
    chart = write(tmp_path / "agent", {"files/large": "x" * (5 * 1024**2 + 1)})
    reading = Reading()
    assert list(read_directory(chart, chart, reading)) == ["Chart.yaml"]
    assert [reason for _, reason in reading.left_out] == ["larger than 5 MiB: left out"]


def test_garbage_is_no_chart(tmp_path: Path, engine: HelmWorker) -> None:
    (tmp_path / "agent.tgz").write_bytes(b"\x1f\x8bgarbage")
    rendered, [skipped] = scan(tmp_path / "agent.tgz", engine)
    assert rendered == []
    assert skipped.reason.startswith("is no readable chart archive")


SUB = {
    "Chart.yaml": "apiVersion: v2\nname: sub\nversion: 3.0.0-beta\n",
    "templates/ds.yaml": DAEMON_SET,
}
PARENT = (
    CHART + "dependencies:\n- name: other\n  version: 1.x\n- name: sub\n  version: 1.x\n  repository: {repository}\n"
)


def test_a_packaged_dependency_is_traced_to_its_declaration(tmp_path: Path, engine: HelmWorker) -> None:
    chart = write(tmp_path / "agent", {"Chart.yaml": CHART + "dependencies:\n- version: 1.0.0\n  name: sub\n"})
    members = {f"sub/{name}": text.replace("3.0.0-beta", "1.0.0") for name, text in SUB.items()}
    archive(chart / "charts" / "sub-1.0.0.tgz", members)
    [rendered], skipped = scan(chart, engine)
    assert skipped == []
    assert rendered.text.path == "agent/Chart.yaml"
    assert shown(locate(rendered, HOST_PROCESS)) == ("agent/Chart.yaml", 6, "name: sub", "line")


def test_an_undeclared_packaged_dependency_is_traced_to_its_archive(tmp_path: Path, engine: HelmWorker) -> None:
    chart = write(tmp_path / "agent", {})
    archive(chart / "charts" / "sub-1.0.0.tgz", {f"sub/{name}": text for name, text in SUB.items()})
    [rendered], _ = scan(chart, engine)
    assert locate(rendered, HOST_PROCESS).location.path == "agent/charts/sub-1.0.0.tgz"


def test_a_packaged_chart_is_traced_to_its_archive(tmp_path: Path, engine: HelmWorker) -> None:
    packed = archive(tmp_path / "sub-3.tgz", {f"sub/{name}": text for name, text in SUB.items()})
    [rendered], skipped = scan(packed, engine)
    assert skipped == []
    assert shown(locate(rendered, HOST_PROCESS)) == ("sub-3.tgz", 1, "", "file")


@pytest.mark.parametrize("repository", ["file://../sub", "https://charts.example/stable"])
def test_missing_dependencies_come_from_the_repository(tmp_path: Path, engine: HelmWorker, repository: str) -> None:
    """By `file://`, or from a chart of that name beside this one, whatever its version."""
    write(tmp_path / "charts" / "sub", SUB)
    chart = write(tmp_path / "charts" / "agent", {"Chart.yaml": PARENT.format(repository=repository)})
    [rendered], [skipped] = scan(chart, engine, root=tmp_path)
    assert shown(locate(rendered, HOST_PROCESS))[0] == "charts/sub/templates/ds.yaml"
    assert (skipped.path, skipped.rule, skipped.level) == ("charts/agent/Chart.yaml", "HPC006", Level.NOTE)
    assert skipped.location is not None
    assert skipped.location.start == (5, 3)
    assert skipped.reason == "the dependency other 1.x is not in this repository"
    assert skipped.hint == "`helm dependency build charts/agent`, or name a folder that holds it with `--charts DIR`"


def test_a_file_dependency_outside_the_root_is_not_read(tmp_path: Path, engine: HelmWorker) -> None:
    write(tmp_path / "sub", SUB)
    chart = write(tmp_path / "repository" / "agent", {"Chart.yaml": PARENT.format(repository="file://../../sub")})
    rendered, skipped = scan(chart, engine, root=tmp_path / "repository")
    assert rendered == []
    assert [each.reason.split()[2] for each in skipped] == ["other", "sub"]


@pytest.mark.parametrize("name", ["../../evil", "/evil", "..", "a\\\\..\\\\b"])
def test_a_dependency_whose_name_is_a_path_is_not_taken(tmp_path: Path, name: str) -> None:
    """Its name would be that of a folder in charts/, to which the command's copy of the chart is written."""
    write(tmp_path / "sub", {"Chart.yaml": f'apiVersion: v2\nname: "{name}"\nversion: 1.0.0\n'})
    declared = CHART + f'dependencies:\n- name: "{name}"\n  version: 1.x\n  repository: file://../sub\n'
    chart = read_chart(ChartInput(write(tmp_path / "agent", {"Chart.yaml": declared}), "agent", tmp_path))
    assert set(chart.members) == {"Chart.yaml"}


@pytest.mark.parametrize("names", [["charts/../../../evil"], ["a", "a/b"], ["x" * 300]])
def test_the_command_unpacks_nothing_elsewhere(tmp_path: Path, names: list[str]) -> None:
    """Every name comes from the scanned tree, or from an archive in it."""
    (tmp_path / "inner").mkdir()
    with pytest.raises(EngineError, match=r"outside the chart|cannot be unpacked"):
        unpack(pack_files(dict.fromkeys(names, b"x")), tmp_path / "inner")
    assert [path.name for path in tmp_path.iterdir()] == ["inner"]


def test_a_missing_dependency_is_turned_off_where_templates_ask(tmp_path: Path, engine: HelmWorker) -> None:
    text = '{{- if .Values.sub.enabled }}\n{{ include "sub.name" . }}\n{{- end }}\n' + DAEMON_SET
    declared = CHART + "dependencies:\n- name: sub\n  version: 1.x\n  condition: sub.enabled\n"
    files = {"Chart.yaml": declared, "templates/ds.yaml": text, "values.yaml": "sub:\n  enabled: true\n"}
    [rendered], skipped = scan(write(tmp_path / "agent", files), engine)
    assert len(skipped) == 1
    assert shown(locate(rendered, HOST_PROCESS))[:2] == ("agent/templates/ds.yaml", 14)
    assert chain(locate(rendered, HOST_PROCESS)) == []


def test_a_library_lends_its_templates(tmp_path: Path, engine: HelmWorker) -> None:
    library = {
        "Chart.yaml": "apiVersion: v2\nname: lib\nversion: 1.0.0\ntype: library\n",
        "templates/_ds.tpl": '{{- define "lib.ds" -}}\n' + DAEMON_SET + "{{- end }}\n",
    }
    write(tmp_path / "agent" / "charts" / "lib", library)
    declared = CHART + "dependencies:\n- name: lib\n  version: 1.0.0\n"
    chart = write(tmp_path / "agent", {"Chart.yaml": declared, "templates/ds.yaml": '{{ include "lib.ds" . }}\n'})
    [rendered], skipped = scan(chart, engine)
    assert skipped == []
    trace = locate(rendered, HOST_PROCESS)
    assert shown(trace) == ("agent/charts/lib/templates/_ds.tpl", 12, "hostProcess: true", "exact")
    assert chain(trace) == [("used here", "agent/templates/ds.yaml", 1)]


def test_a_folder_may_be_named_otherwise_than_the_chart_in_it(tmp_path: Path, engine: HelmWorker) -> None:
    write(tmp_path / "agent" / "charts" / "folder", SUB)
    [rendered], _ = scan(write(tmp_path / "agent", {}), engine)
    assert shown(locate(rendered, HOST_PROCESS))[0] == "agent/charts/folder/templates/ds.yaml"


def test_no_chart_here(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ChartError, match=r"holds no Chart\.yaml"):
        read_chart(ChartInput(tmp_path / "empty", "empty", tmp_path))
