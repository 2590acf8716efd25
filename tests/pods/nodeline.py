"""What the node's `cmd` is started with, whole: the rules judge the words of it."""

from __future__ import annotations

from collections.abc import Sequence

from hostprocess_lint.pods.commandline import IMAGE_ROOT, REPLACED, escaped


def command_line(words: Sequence[str]) -> str:
    """The line that the node's `cmd` is started with since containerd 1.7 (hcsshim 0.10, CreateProcess in
    internal/jobcontainers/jobcontainer.go): the words escaped and joined, the two forms of the variable replaced, and
    `cmd /c` in front of it all.
    """
    line = " ".join(map(escaped, words))
    for form in REPLACED:
        line = line.replace(form, IMAGE_ROOT)
    return f"cmd /c {line}"
