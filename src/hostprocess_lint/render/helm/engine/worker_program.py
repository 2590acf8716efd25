"""The program that runs Helm's library, in a process of its own: requests come in, answers go out.

Run as a file with `python -I`, never imported: nothing of the scanned repository, the working directory or the
environment can become part of it. A request is a line of JSON, followed by the chart's archive where it says so; an
answer is a line of JSON.
"""

from __future__ import annotations

import json
import sys
from typing import Any, BinaryIO

_FLAGS = {"set": "parse_set_string", "set-string": "parse_set_string_values"}
"""Helm's flags, and what reads their arguments; `parse_set_string` parses the string of `--set`."""


def limit_process(memory: int) -> None:
    """Bound memory, and forbid writing any file (a core dump too); Windows has no such limits."""
    try:
        import resource
    except ImportError:
        return
    # Go reserves 1.8 GiB of address space before it has rendered anything: what it may write to is limited closer.
    limits = ((resource.RLIMIT_AS, 2 * memory), (resource.RLIMIT_DATA, memory))
    for limit, value in (*limits, (resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0)):
        _, hard = resource.getrlimit(limit)
        soft = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (soft, soft))


def end_with_parent() -> None:
    """Be killed when the scanner is, however that was ended: a rendering may go on for seconds otherwise (Linux)."""
    if sys.platform != "linux":
        return
    import ctypes

    parent_ends, kill = 1, 9  # PR_SET_PDEATHSIG, SIGKILL
    ctypes.CDLL(None).prctl(parent_ends, kill)


class Charts:
    """Charts by the numbers that the scanner gave them, and what can be done with them."""

    def __init__(self, helm: Any) -> None:
        self._helm = helm
        self._native: Any = getattr(helm, "_native", None)
        self._archives: dict[int, bytes] = {}
        self._loaded: dict[int, Any] = {}

    def answer(self, request: dict[str, Any], archive: bytes) -> str:
        """The answer's `result`, as JSON."""
        if "load" in request:
            self._archives[request["load"]] = archive
            while len(self._archives) > request["keep"]:
                oldest = next(iter(self._archives))
                self._archives.pop(oldest)
                if oldest in self._loaded:
                    self._loaded.pop(oldest).close()
            return "null"
        if "yaml" in request:
            return json.dumps(self._helm.values_from_yaml(request["yaml"]))
        if "flag" in request:
            parse = getattr(self._helm, _FLAGS[request["flag"]])
            return json.dumps(parse(request["setting"]))
        if not request["lasting"]:
            with self._helm.Chart.load_archive(self._archives[request["chart"]]) as chart:
                return self._render(chart, request)
        if request["chart"] not in self._loaded:
            self._loaded[request["chart"]] = self._helm.Chart.load_archive(self._archives[request["chart"]])
        return self._render(self._loaded[request["chart"]], request)

    def _render(self, chart: Any, request: dict[str, Any]) -> str:
        values, options = request["values"], request["options"]
        try:
            call, raw = self._native.call_string, chart._raw()  # noqa: SLF001 - see below
        except AttributeError:  # private, and the only way to choose a Kubernetes version
            plain = {key: options[key] for key in ("name", "namespace")}
            return json.dumps(chart.render(values, **plain))
        result: str = call("helm_render", raw, json.dumps(values), json.dumps(options))
        if len(result) > request["limit"]:
            raise ValueError(f"renders to more than {request['limit'] // 1024**2} MiB")
        return result


def serve(requests: BinaryIO, answers: BinaryIO, memory: int) -> None:
    try:
        import helm_python
    except Exception as error:  # an import of native code: whatever it raises means that it cannot be used
        answers.write(json.dumps({"error": f"{type(error).__name__}: {error}"}).encode() + b"\n")
        answers.flush()
        return
    limit_process(memory)
    end_with_parent()
    charts = Charts(helm_python)
    answers.write(json.dumps({"result": helm_python.helm_sdk_version()}).encode() + b"\n")
    answers.flush()
    for line in requests:
        request = json.loads(line)
        try:
            result = charts.answer(request, requests.read(request.get("size", 0)))
            answer = '{"result": ' + result + "}"
        except Exception as error:  # Helm's own errors and ours alike: the scanner says them
            answer = json.dumps({"error": str(error)[:4000]})
        answers.write(answer.encode() + b"\n")
        answers.flush()


if __name__ == "__main__":
    sys.path.append(sys.argv[1])
    serve(sys.stdin.buffer, sys.stdout.buffer, int(sys.argv[2]))
