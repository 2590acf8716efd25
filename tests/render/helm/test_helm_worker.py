"""Hostile and broken charts: a clear reason, nothing read or written elsewhere, and the next chart is rendered."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from helm_charts import DAEMON_SET, HOST_NETWORK, HOST_PROCESS, locate, scan, write
from scanning import environment

from hostprocess_lint.location import Part, Span
from hostprocess_lint.outcome import Skipped
from hostprocess_lint.render.helm.engine import worker
from hostprocess_lint.render.helm.engine.contract import NoEngineError
from hostprocess_lint.render.helm.engine.engines import HelmEngines
from hostprocess_lint.render.helm.engine.worker import INSTALL, HelmWorker

needs_limits = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no address-space limit")


def hostile(tmp_path: Path, template: str, engine: HelmWorker) -> Skipped:
    """The reason given for a chart; a harmless one after it must still be rendered."""
    text = f"{template}\nhostProcess: true\n"
    _, [skipped] = scan(write(tmp_path / "hostile", {"templates/ds.yaml": text}), engine)
    rendered, reasons = scan(write(tmp_path / "harmless", {"templates/ds.yaml": DAEMON_SET}), engine)
    assert (len(rendered), reasons) == (1, [])
    assert skipped.path in ("hostile", "hostile/templates/ds.yaml")
    assert len(skipped.reason) <= 500
    assert "/tmp" not in skipped.reason
    assert "\n" not in skipped.reason
    return skipped


@needs_limits
def test_an_endless_range_hits_the_memory_limit(tmp_path: Path) -> None:
    with HelmWorker(seconds=300) as engine:  # on a busy machine the memory is slow to come
        skipped = hostile(tmp_path, "{{ range until 500000000 }}{{ . }}{{ end }}", engine)
        assert skipped.reason == "default: rendering needed more than 2 GiB of memory"
        assert engine.starts == 2


def test_a_slow_chart_is_stopped(tmp_path: Path) -> None:
    text = "{{ range until 100000 }}{{ range until 100000 }}{{ end }}{{ end }}"
    with HelmWorker(seconds=1) as engine:
        started = time.monotonic()
        assert hostile(tmp_path, text, engine).reason == "default: rendering took longer than 1 seconds"
        assert time.monotonic() - started < 60  # the whole of it takes minutes


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what another process had of the processors")
def test_a_machine_without_time_for_it_is_no_slow_chart() -> None:
    """The engine stands still for longer than it has, and has done nothing: it goes on."""
    with HelmWorker(seconds=1) as engine:
        assert engine.values("a: 1") == {"a": 1}
        assert engine._process is not None
        pid = engine._process.popen.pid
        os.kill(pid, signal.SIGSTOP)
        threading.Timer(2, os.kill, (pid, signal.SIGCONT)).start()
        assert engine.values("a: 2") == {"a": 2}
        assert engine.starts == 1


def test_output_is_limited(tmp_path: Path) -> None:
    text = '{{ $k := repeat 1000000 "x" }}{{ range until 100 }}{{ $k }}{{ end }}'
    with HelmWorker() as engine:
        assert hostile(tmp_path, text, engine).reason == "default: renders to more than 50 MiB"


def test_recursion_ends(tmp_path: Path) -> None:
    text = '{{ define "x" }}{{ include "x" . }}{{ end }}{{ include "x" . }}'
    with HelmWorker() as engine:
        assert hostile(tmp_path, text, engine).path == "hostile/templates/ds.yaml"


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("a: {{ .Values.x.y }}", "nil pointer evaluating"),
        ("a: {{ fail `not today` }}", "not today"),
        ("a: {{ nothing }}", 'function "nothing" not defined'),
        ("a: {{ if }}", "missing value for if"),
        ('a: {{ env "PATH" }}', '"env" not defined'),
    ],
)
def test_errors_are_helms_own_and_at_their_line(tmp_path: Path, template: str, said: str) -> None:
    with HelmWorker() as engine:
        skipped = hostile(tmp_path, f"# One line before.\n{template}", engine)
        assert said in skipped.reason
        assert skipped.location is not None
        assert (skipped.path, skipped.location.start[0]) == ("hostile/templates/ds.yaml", 2)
        assert engine.starts == 1


def test_a_closed_worker_starts_no_other(tmp_path: Path) -> None:
    """Whoever asks afterwards where a line comes from is told so."""
    files = {"templates/ds.yaml": DAEMON_SET.replace("hostNetwork: true", "hostNetwork: {{ .Values.net }}")}
    with HelmWorker() as engine:
        [rendered], _ = scan(write(tmp_path / "agent", {**files, "values.yaml": "net: true\n"}), engine)
    with pytest.raises(RuntimeError, match="closed"):
        locate(rendered, HOST_NETWORK)
    assert engine.starts == 1


def test_a_library_that_does_not_start_is_another_reason_than_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "program.py"
    program.write_text("import sys; print('fatal error: out of memory', file=sys.stderr)")
    monkeypatch.setattr(worker, "_PROGRAM", program)
    with HelmWorker() as engine:
        _, [skipped] = scan(write(tmp_path / "agent", {"templates/ds.yaml": DAEMON_SET}), engine)
        assert skipped.reason == "default: Helm's library did not start: rendering needed more than 2 GiB of memory"
        assert (skipped.hint, engine.starts) == (None, 1)


def test_a_broken_values_file_is_a_reason(tmp_path: Path) -> None:
    files = {"templates/ds.yaml": DAEMON_SET, "ci/broken-values.yaml": "a: [", "ci/list-values.yaml": "- a"}
    with HelmWorker() as engine:
        [rendered], [skipped] = scan(write(tmp_path / "agent", files), engine)
    assert rendered.origin.variant == "default"
    reasons = skipped.reason.split("; ")
    assert [reason.partition(":")[0] for reason in reasons] == ["ci/broken-values.yaml", "ci/list-values.yaml"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
def test_a_worker_ends_with_a_scanner_that_is_killed(tmp_path: Path) -> None:
    chart = write(
        tmp_path / "agent", {"templates/ds.yaml": "{{ range until 100000 }}{{ range until 100000 }}{{ end }}{{ end }}"}
    )
    program = (
        "import sys\n"
        "from hostprocess_lint.render.helm.engine import worker\n"
        "from hostprocess_lint.render.helm.engine.contract import Installation\n"
        "from hostprocess_lint.sources.charts.chart import ChartInput, read_chart\n"
        "from pathlib import Path\n"
        "helm = worker.HelmWorker()\n"
        "print(helm._running().popen.pid, flush=True)\n"
        "chart = read_chart(ChartInput(Path(sys.argv[1]), 'agent', Path(sys.argv[1])))\n"
        "helm.render(chart.package(), {}, Installation())\n"
    )
    command = [sys.executable, "-c", program, str(chart)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment()) as scanner:
        assert scanner.stdout is not None
        worker_id = int(scanner.stdout.readline())
        time.sleep(0.3)
        scanner.kill()
    for _ in range(100):
        if not running(worker_id):
            return
        time.sleep(0.05)
    raise AssertionError("the worker is still there")


def running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_one_worker_for_many_charts(tmp_path: Path) -> None:
    with HelmWorker() as engine:
        for number in range(20):
            [rendered], _ = scan(write(tmp_path / str(number), {"templates/ds.yaml": DAEMON_SET}), engine)
            assert locate(rendered, HOST_PROCESS).location.path == f"{number}/templates/ds.yaml"
        assert engine.starts == 1


def test_nothing_is_written_or_left_behind(tmp_path: Path) -> None:
    chart = write(tmp_path / "agent", {"templates/ds.yaml": DAEMON_SET})
    before = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*"))
    with HelmWorker() as engine:
        [rendered], _ = scan(chart, engine)
        locate(rendered, HOST_PROCESS)
    assert sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*")) == before


def test_the_working_directory_cannot_take_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a module nor a command of the scanned repository is run."""
    ran = tmp_path / "ran"
    for module in ("helm_python.py", "json.py", "resource.py", "sitecustomize.py"):
        (tmp_path / module).write_text(f"open({str(ran)!r}, 'w')\n")
    helm = tmp_path / "bin" / "helm"
    helm.parent.mkdir()
    helm.write_text(f"#!/bin/sh\ntouch {ran}\n")
    helm.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PATH", os.pathsep.join(["", ".", "bin", str(helm.parent)]))
    chart = write(tmp_path / "agent", {"templates/ds.yaml": DAEMON_SET})
    with HelmWorker() as worker:
        engine = HelmEngines(tmp_path, worker)
        rendered, _ = scan(chart, engine)
    assert len(rendered) == 1
    assert not ran.exists()


def test_without_an_engine_the_reason_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object) -> None:
        raise NoEngineError("Helm's library is not installed", INSTALL)

    monkeypatch.setattr(HelmWorker, "_running", missing)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    chart = write(tmp_path / "agent", {"templates/ds.yaml": DAEMON_SET})
    with HelmWorker() as worker:
        engine = HelmEngines(tmp_path, worker)
        rendered, [skipped] = scan(chart, engine)
    assert rendered == []
    assert skipped.path == "agent"
    assert skipped.reason == "no Helm engine: Helm's library is not installed, and there is no helm command on PATH"
    assert skipped.hint == "pip install 'hostprocess-lint[helm]'"


def long_chain(count: int) -> str:
    return "{{ if .Values.a }}" + "{{ else if .Values.b }}x" * count + "{{ end }}"


@pytest.mark.parametrize(
    "files",
    [
        {"values.yaml": "a: " + "[" * 100_000},
        {"values.yaml": "a: " + "[" * 9_000 + "]" * 9_000},
        {"values.yaml": "".join(" " * depth + "a:\n" for depth in range(3_000))},
        {"values.yaml": "- " * 100_000},
        {"Chart.yaml": "apiVersion: v2\nname: hostile\nversion: 0.1.0\nkeywords: " + "[" * 100_000},
        {"Chart.yaml": "apiVersion: v2\nname: hostile\nversion: 0.1.0\ndependencies: [7, {name: [x]}, null]\n"},
        {"templates/a.yaml": "{{ if " + "(" * 5_000 + "true" + ")" * 5_000 + " }}hostProcess{{ end }}"},
        {"templates/a.yaml": long_chain(20_000) + "hostProcess"},
        {"templates/a.yaml": '{{ define "d" }}k: v{{ end }}' * 20_000 + "hostProcess: false"},
        {"templates/a.yaml": '{{ include "d" . }}hostProcess\n' * 5_000 + '{{ define "d" }}hostProcess{{ end }}'},
        {"templates/a.yaml": '{{ if include "d" . }}hostProcess{{ end }}{{ define "d" }}'
         '{{ if or (include "d" .) (include "d" .) (eq "true" "no") }}true{{ end }}{{ end }}'},
        {"templates/a.yaml": "{{ $a := $b }}{{ $b := $a }}{{ if $a }}hostProcess{{ end }}"},
        {"templates/a.yaml": "hostProcess: false\n" + " " * 100_000 + "\n" * 50_000 + "x"},
        {"a/" * 300 + "x": "deep"},
        {"charts/a/" * 100 + "Chart.yaml": "apiVersion: v2\nname: a\nversion: 0.1.0\n"},
        {"templates/\x1b[31m\n::error::.yaml": "hostProcess: false"},
    ],
    ids=lambda files: next(iter(files))[:20].encode("unicode_escape").decode(),
)  # fmt: skip
def test_odd_charts_are_rendered_or_refused_in_time(tmp_path: Path, files: dict[str, str]) -> None:
    """No crash (PyYAML's C loader overruns the stack on deep nesting), no traceback, no blow-up."""
    started = time.monotonic()
    chart = write(tmp_path / "hostile", {"templates/ds.yaml": "hostProcess: {{ .Values.x }}\n", **files})
    with HelmWorker() as engine:
        rendered, skipped = scan(chart, engine)
        assert rendered or skipped
        for each in rendered:
            each.provenance.locate(0, ("hostProcess",), Part.PAIR, Span(0, 13))
        assert scan(write(tmp_path / "harmless", {"templates/ds.yaml": DAEMON_SET}), engine)[0]
    assert time.monotonic() - started < 90
