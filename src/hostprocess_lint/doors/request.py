"""What one command line asks for: decided by the grammar, and never changed after that."""

from typing import NamedTuple

from ..config.settings import Settings


class ChangedScope(NamedTuple):
    """Which sources a scan is narrowed down to: those that changed files belong to.

    The files are the paths of the request, or what git says has changed since a revision.
    """

    since: str | None = None
    deleted: bool = False
    only_manifests: bool = False


class Output(NamedTuple):
    """How the answer is given. `reports` are pairs of a format and a file, of which `-` is standard output."""

    reports: tuple[tuple[str, str], ...] = (("text", "-"),)
    color: str = "auto"
    verbose: bool = False
    quiet: bool = False
    statistics: bool = False
    show_suppressed: bool = False
    sarif_include_suppressed: bool = False
    sarif_category: str | None = None


class Request(NamedTuple):
    """One command line. `config` and `policies` are paths; `word` is what a command is about where that is no path.

    `since` is a revision and `compared` a file that a review is compared with.
    """

    command: str
    paths: tuple[str, ...] = (".",)
    change: ChangedScope | None = None
    config: str | None = None
    policies: tuple[str, ...] = ()
    settings: Settings = Settings()
    fail_on: str | None = None
    write_baseline: str | None = None
    write_approvals: str | None = None
    live: str | None = None
    output: Output = Output()
    word: str = ""
    since: str | None = None
    compared: str | None = None
