"""Rules about commands, arguments and what they refer to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...finding import Label, Violation
from ...pods.commandline import commands
from ...pods.pod import Container
from ..context import Context

_FETCH = r"(?:iwr|irm|invoke-webrequest|invoke-restmethod|curl|wget)(?:\.exe)?\b"
_RUN = r"(?:iex|invoke-expression|powershell|pwsh|cmd|bash|sh)(?:\.exe)?\b"
_REMOTE_CODE = re.compile(
    rf"(?i)\b{_FETCH}[^|;]*\|\s*{_RUN}|\b(?:iex|invoke-expression)\b[^;]*\b{_FETCH}|\.DownloadString\s*\("
    r"|https://raw\.githubusercontent\.com/[^/\s]+/[^/\s]+/(?:refs/heads|main|master|HEAD)/"
)


def remote_code(container: Container, _: Context) -> Iterator[Violation]:
    for command in commands(container):
        for word in command.words if command.kind == "container" else ():
            if _REMOTE_CODE.search(word.text):
                yield Violation(Label(word.route), container=container.name)
