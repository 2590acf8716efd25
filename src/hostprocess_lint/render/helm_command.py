"""The `helm` command as an engine, where Helm's library is not installed: run in an empty environment, from a copy."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
from pathlib import Path
from typing import Any

from .archive import pack_files
from .helm_engine import EngineError, NoEngineError, Package, Release, Rendering, Values
from .limits import MEMORY_BYTES, OUTPUT_BYTES, RENDER_SECONDS

_SOURCE = re.compile(r"^---\n# Source: (\S[^\n]*)\n", re.MULTILINE)
_VERSION = re.compile(r"v?(\d+)\.(\d+)\.")
_OLDEST = (3, 8)
_PROBE = {
    "Chart.yaml": b"apiVersion: v2\nname: probe\nversion: 0.1.0\n",
    "templates/values.yaml": b"v: {{ toJson .Values }}\n",
}


class HelmCommand:
    """A `helm` executable. Each rendering unpacks the archive to a temporary directory of its own."""

    def __init__(self, executable: Path) -> None:
        self._executable = executable
        self._flags: tuple[str, ...] | None = None

    def render(self, package: Package, values: Values, release: Release) -> Rendering:
        """Render a chart; the command leaves notes out and sorts by kind, so a template's documents are gathered."""
        with tempfile.TemporaryDirectory(prefix="hostprocess-lint-") as folder:
            chart = _unpack(package.archive, Path(folder))
            given = Path(folder, "values.json")
            given.write_text(json.dumps(values))
            version = ["--kube-version", release.kubernetes_version] if release.kubernetes_version else []
            place = ["--namespace", release.namespace, "--values", str(given)]
            output = self._run(["template", release.name, str(chart), *place, *version, *self._known_flags()], folder)
        parts = _SOURCE.split(output)
        rendering: Rendering = {}
        for name, text in zip(parts[1::2], parts[2::2], strict=True):
            rendering[name] = f"{rendering[name]}---\n{text}" if name in rendering else text
        return rendering

    def values(self, text: str) -> Values:
        """What Helm reads in a values file, asked of Helm itself."""
        with tempfile.TemporaryDirectory(prefix="hostprocess-lint-") as folder:
            file = Path(folder, "values.yaml")
            file.write_text(text, "utf-8")
            return self._probe(["--values", str(file)], folder)

    def set_values(self, expression: str) -> Values:
        """What Helm reads in the argument of `--set`; an unset value comes out as missing."""
        with tempfile.TemporaryDirectory(prefix="hostprocess-lint-") as folder:
            return self._probe(["--set", expression], folder)

    def _probe(self, arguments: list[str], folder: str) -> Values:
        chart = _unpack(pack_files(_PROBE), Path(folder))
        output = self._run(["template", "probe", str(chart), *arguments], folder)
        parsed: Any = json.loads(output.partition("\nv: ")[2])
        return dict(parsed) if isinstance(parsed, dict) else {}

    def _known_flags(self) -> tuple[str, ...]:
        """The flags that keep Helm off the network and that this version has."""
        if self._flags is None:
            with tempfile.TemporaryDirectory(prefix="hostprocess-lint-") as folder:
                found = _VERSION.search(self._run(["version", "--short"], folder))
                if found is None or (int(found[1]), int(found[2])) < _OLDEST:
                    raise NoEngineError(f"{self._executable} is no Helm from version 3.8 on")
                known = self._run(["template", "--help"], folder)
            self._flags = tuple(flag for flag in ("--skip-schema-validation",) if flag in known)
        return self._flags

    def _run(self, arguments: list[str], folder: str) -> str:
        """Run Helm with no way to a cluster, to plugins, to the network's proxies or to a user's settings."""
        home = str(Path(folder, "home"))
        names = ("HOME", "HELM_CONFIG_HOME", "HELM_CACHE_HOME", "HELM_DATA_HOME", "HELM_PLUGINS")
        environment = dict.fromkeys(names, home) | {"KUBECONFIG": os.devnull, "PATH": ""}
        environment |= dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9")
        environment |= {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
        with Path(folder, "errors").open("wb") as errors:
            try:
                popen = subprocess.Popen(
                    [str(self._executable), *arguments],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    cwd=folder,
                    env=environment,
                )
            except OSError as error:
                raise NoEngineError(f"{self._executable} cannot be run: {error.strerror}") from error
            _limit(popen.pid)
            timer = threading.Timer(RENDER_SECONDS, popen.kill)
            timer.start()
            assert popen.stdout is not None
            with popen.stdout:
                output = popen.stdout.read(OUTPUT_BYTES + 1)
            if len(output) > OUTPUT_BYTES:
                popen.kill()
            popen.wait()
            late = not timer.is_alive()
            timer.cancel()
        if late:
            raise EngineError(f"rendering took longer than {RENDER_SECONDS:g} seconds")
        if len(output) > OUTPUT_BYTES:
            raise EngineError(f"renders to more than {OUTPUT_BYTES // 1024**2} MiB")
        if popen.returncode:
            said = Path(folder, "errors").read_bytes()[:4000].decode("utf-8", "replace")
            raise EngineError(said.replace(folder, "").strip() or "helm crashed while rendering")
        return output.decode("utf-8", "replace")


def find_command(root: Path, configured: Path | None = None) -> HelmCommand:
    """The configured `helm`, else one on PATH; none that a scanned repository could have brought along."""
    if configured is not None:
        return HelmCommand(configured)
    untrusted = (root.resolve(), Path.cwd().resolve())
    for entry in os.environ.get("PATH", "").split(os.pathsep):
        folder = Path(entry)
        if not entry or not folder.is_absolute() or any(folder.resolve().is_relative_to(each) for each in untrusted):
            continue
        found = shutil.which("helm", path=entry)
        if found and not any(Path(found).resolve().is_relative_to(each) for each in untrusted):
            return HelmCommand(Path(found))
    raise NoEngineError("neither Helm's library nor a helm command")


def _unpack(archive: bytes, folder: Path) -> Path:
    """Write an archive that we packed ourselves, and whose names are known to stay below `chart/`."""
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as members:
        for member in members:
            content = members.extractfile(member)
            target = folder / member.name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.read() if content else b"")
    return folder / "chart"


def _limit(pid: int) -> None:
    """Bound the command's memory where the system can do that to another process."""
    if sys.platform == "linux":
        import resource

        try:
            resource.prlimit(pid, resource.RLIMIT_AS, (2 * MEMORY_BYTES, 2 * MEMORY_BYTES))
        except OSError:  # gone already
            return
