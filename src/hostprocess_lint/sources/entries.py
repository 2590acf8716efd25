"""What an entry of a directory is: a source by itself, something to say, or a directory to be searched."""

import os
from collections.abc import Iterator

from ..errors import fault
from ..limits import FILE_BYTES
from ..outcome import Outcome, Passed, Skipped
from ..sourcefile import SourceFile
from .inside import text_inside
from .installed import REASON, is_installed
from .landmarks import CHART, CONFIGURATION, MANIFEST_SUFFIXES, is_helmfile, is_packaged, is_searched
from .links import NOWHERE, Links
from .paths import is_file
from .source import Source

_MEND = "remove or mend the link"
_BEHIND = "what may be a HostProcess pod stands behind its first document, which is all that {} reads of it"
_APART = "put it into a file of its own: `kubectl apply -f` reads it here as well"

EXCLUDE = "put the file itself there, or leave it out with `exclude` in the configuration"


def entry_fault(shown: str, error: Exception) -> Skipped:
    """A fault of ours, which is no reason to look at nothing else."""
    reason, hint = fault(error)
    return Skipped(shown, reason, "HPC001", hint=hint)


def directory_entry(
    entry: "os.DirEntry[str]", shown: str, links: Links, is_in_chart: bool
) -> tuple[Skipped | Passed, ...] | None:
    """None for a directory that is to be searched, else what is to be said about it."""
    if not is_searched(entry.path, is_in_chart):
        return ()
    if entry.is_symlink():
        reason = links.refused(entry.path)
        if reason is not None:
            return (Skipped(shown, reason, "HPC001", hint=EXCLUDE),)
        if not links.follow(entry.path):
            return ()
    return (Passed("manifest", shown, Outcome.EXCLUDED, REASON),) if is_installed(entry.path) else None


def file_entry(
    entry: "os.DirEntry[str]", shown: str, links: Links, beside: "list[os.DirEntry[str]]", overlay: str | None
) -> Iterator[Source | Skipped]:
    """What a file is by itself; `overlay` is the name of the kustomization in its directory."""
    is_manifest = entry.name.endswith(MANIFEST_SUFFIXES) and entry.name not in (CHART, CONFIGURATION, overlay)
    if is_manifest or is_helmfile(entry.path):
        yield from _file(entry, shown, links)
    elif is_packaged(entry.name):
        yield from _packaged(entry, shown, links, beside)
    elif entry.name in (CHART, overlay) and _has_a_pod_behind(entry.path, links.root):
        engine = "Helm" if entry.name == CHART else "Kustomize"
        yield Skipped(shown, _BEHIND.format(engine), "HPC001", hint=_APART)


def _has_a_pod_behind(path: str, root: str) -> bool:
    """Whether a document behind the first may be one that rules judge (tried with Kustomize 5.8: it is left alone)."""
    from ..documents.firstlook import may_be_judged
    from ..documents.stream import Broken, documents

    text = text_inside(path, root, FILE_BYTES)
    if text is None or not may_be_judged(text.encode("utf-8", "surrogatepass")):
        return False
    found = documents(SourceFile(path, text))
    behind = [(each.part if isinstance(each, Broken) else each.span(())).start for each in found][1:]
    return bool(behind) and may_be_judged(text[behind[0] :].encode("utf-8", "surrogatepass"))


def _file(entry: "os.DirEntry[str]", shown: str, links: Links) -> Iterator[Source | Skipped]:
    reason = links.refused(entry.path) if entry.is_symlink() else None
    if reason is not None:
        yield Skipped(shown, reason, "HPC001", hint=_MEND if reason == NOWHERE else EXCLUDE)
    elif is_file(entry) and not (entry.is_symlink() and links.is_known(entry.path)):
        yield Source("manifest", shown, entry.path)


def _packaged(
    entry: "os.DirEntry[str]", shown: str, links: Links, beside: "list[os.DirEntry[str]]"
) -> Iterator[Source | Skipped]:
    """An archive, if it holds a chart of which no copy stands unpacked beside it or around it."""
    from pathlib import Path

    from .charts.packaged import is_copy, packaged_chart

    kept = next(_file(entry, shown, links), None)
    if not isinstance(kept, Source):
        if kept is not None:
            yield kept
        return
    name = packaged_chart(Path(entry.path))
    if name is None:
        return
    places = [other.path for other in beside if other.name == name] + [os.path.dirname(entry.path)]
    charts = [Path(place) for place in places if os.path.isfile(os.path.join(place, CHART))]
    if not any(is_copy(Path(entry.path), chart, Path(links.root)) for chart in charts):
        yield kept._replace(kind="chart")
