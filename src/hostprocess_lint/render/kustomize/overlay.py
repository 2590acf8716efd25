"""An overlay becomes what a real Kustomize makes of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ...finding import Location, Origin, Skipped
from ...limits import OVERLAY_SECONDS
from ...rendered import Rendered
from ...sourcefile import SourceFile
from ...sources.overlays.closure import Closure, gather
from ...sources.overlays.kustomization import Kustomization, RefusedError
from ...sources.releases.release import Substitution
from ..budget import Budget
from .engine.kustomize import MISSING, UNUSABLE, BuildError, Kustomize, build, find_engine
from .engine.workspace import workspace, write
from .parts import parts
from .proof.provenance import OverlayProvenance
from .substituted import SubstitutedProvenance, substituted

MAX_REASON = 500


@dataclass(frozen=True, slots=True)
class OverlayInput:
    """An overlay to build: its absolute directory, the path that reports show, and the scanned root.

    `display` gives any absolute path below the root the form that reports show. `release` is the title of what deploys
    it, `top` what that puts on top, `substitute` what it replaces in the build, and `named` where it says so.
    """

    directory: Path
    path: str
    root: Path
    display: Callable[[Path], str]
    release: str | None = None
    top: Kustomization | None = None
    substitute: tuple[Substitution, ...] = ()
    named: Location | None = None


@dataclass(frozen=True, slots=True)
class KustomizeOptions:
    """The configured engine, if any, and the seconds that all builds of one overlay may take together."""

    binary: Path | None = None
    seconds: float = OVERLAY_SECONDS


def render_overlay(overlay: OverlayInput, options: KustomizeOptions) -> Iterator[Rendered | Skipped]:
    """Builds the overlay once; its provenance builds it again, only when it is first asked."""
    engine = find_engine(options.binary, overlay.root)
    if engine is None:
        yield Skipped(overlay.path, MISSING if options.binary is None else f"{options.binary} {UNUSABLE}")
        return
    try:
        closure = gather(overlay.directory, overlay.root, overlay.top)
        make = partial(_build, overlay, closure, engine, Budget(options.seconds))
        text = make({})
        replaced = substituted(text, overlay.substitute) if overlay.substitute else text
    except (RefusedError, BuildError, ValueError) as error:
        yield Skipped(overlay.path, _shortened(str(error)), location=overlay.named)
    except OSError as error:
        yield Skipped(overlay.path, f"the overlay cannot be built: {error.strerror}")
    else:
        provenance = OverlayProvenance(closure, text, make, lambda path: overlay.display(overlay.root / path))
        origin = Origin("overlay", overlay.path, overlay.release)
        rendered = Rendered(origin, SourceFile(overlay.path, replaced), provenance, removed=provenance.removed)
        rendered = rendered._replace(parts=parts(closure, text, provenance.applied))
        if overlay.substitute:
            file = SourceFile(overlay.path, text)
            rendered = rendered._replace(provenance=SubstitutedProvenance(provenance, file, overlay.substitute))
        yield rendered


def _build(
    overlay: OverlayInput, closure: Closure, engine: Kustomize, budget: Budget, replaced: Mapping[Path, str]
) -> str:
    with workspace(closure.root) as temporary:
        home, tree = temporary / "home", temporary / "tree"
        home.mkdir()
        directory = write(closure, tree, replaced)
        # The restrictor also forbids what many repositories do: a patch or a data file beside the kustomization's
        # directory. Without it the engine reads whatever it is told to; but it is told by texts written from what the
        # walk has read, and the walk refuses every path that is absolute or leaves the root.
        lifted = ("--load-restrictor", "LoadRestrictionsNone") if closure.reads_beside else ()
        try:
            return build(engine, directory, home, budget, *lifted)
        except BuildError as error:
            raise BuildError(_of_the_repository(str(error), temporary, tree, overlay)) from None


def _of_the_repository(message: str, temporary: Path, tree: Path, overlay: OverlayInput) -> str:
    """The message with the repository's paths for temporary ones."""
    copied = re.compile(re.escape(str(tree)) + r"[/\\]*([^\s'\":]*)")
    message = copied.sub(lambda match: overlay.display(overlay.root / match[1]), message)
    return re.sub(re.escape(str(temporary)) + r"[^\s'\":]*", "a temporary directory", message)


def _shortened(message: str) -> str:
    return message if len(message) <= MAX_REASON else message[: MAX_REASON - 1] + "…"
