"""The `helm` command as an engine, where Helm's library is not installed: run in an empty environment, from a copy."""

from __future__ import annotations

import io
import json
import re
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from ....limits import RENDER_SECONDS
from ....programs import is_trusted, on_path
from ....sources.charts.archive import Package, pack_files
from ....sources.releases.release import Flag
from ...budget import Budget
from ...program import FailedError, ProgramError, run_program
from .contract import EngineError, Installation, NoEngineError, Rendering, Values

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
        self.spent = 0.0

    def render(self, package: Package, values: Values, installation: Installation) -> Rendering:
        """Render a chart; the command leaves notes out and sorts by kind, so a template's documents are gathered."""
        with tempfile.TemporaryDirectory(prefix="hostprocess-lint-") as folder:
            chart = unpack(package.archive, Path(folder))
            given = Path(folder, "values.json")
            given.write_text(json.dumps(values))
            version = ["--kube-version", installation.kubernetes_version] if installation.kubernetes_version else []
            place = ["--namespace", installation.namespace or "default", "--values", str(given)]
            known = [f"--api-versions={each}" for each in installation.api_versions]
            flags = [*place, *version, *known, *self._known_flags()]
            # A configuration of the scanned tree may say the release's name, which must not become a flag.
            output = self._run(["template", *flags, "--", installation.name, str(chart)], folder)
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

    def set_values(self, expression: str, flag: Flag = "set") -> Values:
        """What Helm reads in the argument of a flag; an unset value comes out as missing."""
        with tempfile.TemporaryDirectory(prefix="hostprocess-lint-") as folder:
            return self._probe([f"--{flag}", expression], folder)

    def _probe(self, arguments: list[str], folder: str) -> Values:
        chart = unpack(pack_files(_PROBE), Path(folder))
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
        home = Path(folder, "home")
        home.mkdir(exist_ok=True)
        budget = Budget(RENDER_SECONDS)
        try:
            return run_program([str(self._executable), *arguments], home, budget)
        except FailedError as error:
            raise EngineError(str(error).replace(folder, "").strip() or "helm crashed while rendering") from error
        except ProgramError as error:
            raise EngineError(str(error)) from error
        finally:
            self.spent += budget.spent


def find_command(root: Path, configured: Path | None = None) -> HelmCommand:
    """The configured `helm`, else one on PATH; `NoEngineError` when there is none to be trusted."""
    if configured is not None:
        if not is_trusted(configured, root):
            raise NoEngineError(
                f"{configured} is no program, or lies in the scanned or the working directory",
                "name a program outside of both with `--helm`",
            )
        return HelmCommand(configured.absolute())
    found = next(on_path(("helm",), root), None)
    if found is None:
        raise NoEngineError("there is no helm command on PATH")
    return HelmCommand(found)


def unpack(archive: bytes, folder: Path) -> Path:
    """Write an archive that we packed ourselves; its names are the scanned tree's, so that none may lead elsewhere."""
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as members:
            for member in members:
                content = members.extractfile(member)
                target = folder / member.name
                if ".." in target.parts or not target.is_relative_to(folder):
                    raise EngineError(f"holds a file outside the chart: {member.name[:100]!r}")
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content.read() if content else b"")
    except (OSError, ValueError) as error:  # a file that is a folder too, a name that is too long
        raise EngineError(f"cannot be unpacked: {getattr(error, 'strerror', None) or error}") from error
    return folder / "chart"
