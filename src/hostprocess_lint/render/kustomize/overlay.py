"""An overlay becomes what a real Kustomize makes of it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ...documents.firstlook import may_hold_pods
from ...documents.foreign import TEMPLATE_HINT
from ...documents.nodes import Node, node_span
from ...finding import Origin
from ...limits import OVERLAY_SECONDS
from ...location import Location, Precision, Span
from ...outcome import OUTSIDE, Outcome, Passed, Skipped
from ...rendered import Rendered
from ...sourcefile import SourceFile
from ...sources.charts.relevance import ChartTexts, may_join, may_make
from ...sources.overlays.closure import Closure, LeftOut
from ...sources.overlays.kustomization import Lack, RefusedError
from ...sources.overlays.nearby import texts_nearby
from ...sources.overlays.nodes import leaves
from ..budget import Budget
from ..sidebyside import Ready
from .engine.kustomize import MISSING, UNUSABLE, BuildError, Kustomize, build, find_engine
from .engine.workspace import lay_out, workspace
from .faults import MEND, build_what_can_be
from .parts import files_in_build
from .proof.provenance import OverlayProvenance
from .reader import OverlayInput, Reader
from .substituted import SubstitutedProvenance, substituted

if TYPE_CHECKING:
    from ..helm.engine.contract import Engine

MAX_REASON = 500
_CUTS = re.compile(rb"\$\{(?:#|\w+[,^/#%]|\w+:[^=?+-])")
"""What makes another text of a variable than its value: a part of it, or other letters."""
_ESCAPED = re.compile(rb"\\[xuU$\r\n]|\\$")
"""What may stand for a letter, by itself or before a variable's value, or joins two lines; no other escape does."""
_SMALLER = "split the overlay, or accept this with a reason under `ignore` in the configuration"
_NAME = "name a program outside of both with `--kustomize`"


def build_may_concern(closure: Closure, overlay: OverlayInput) -> bool:
    """Whether a rule could need anything in a build, the variables that are replaced in it among them."""
    return closure.may_concern or _is_filled_in(closure, overlay)


def may_host(closure: Closure, overlay: OverlayInput) -> bool:
    """Whether a HostProcess pod could come of it: a rule may need the rest of what is built (HPC311)."""
    return closure.may_host or _is_filled_in(closure, overlay)


def _is_filled_in(closure: Closure, overlay: OverlayInput) -> bool:
    return overlay.customized.fills_in and may_fill_in(b"\n".join(overlay_texts(closure, overlay)))


def overlay_texts(closure: Closure, overlay: OverlayInput) -> list[bytes]:
    """All that a build is made of: what the walk has read, and the variables that are replaced in it."""
    variables = (each.value.encode("utf-8", "surrogatepass") for each in overlay.customized.substitute)
    return [*closure.texts(), *variables]


def may_fill_in(whole: bytes) -> bool:
    """Whether a word could come of texts in which variables are replaced, whose values are among them."""
    return _CUTS.search(whole) is not None or _ESCAPED.search(whole) is not None or may_join((whole,))


@dataclass(frozen=True, slots=True)
class KustomizeOptions:
    """The configured engine, if any, and the seconds that all builds of one overlay may take together.

    `begin` makes the budget of them. `helm` gives an engine for the charts of a repository's root, and `charts` is
    where those are that were pulled from elsewhere. What is not `wanted`, by what it reads, is not built, and of what
    is built without being able to matter, faults are not told.
    """

    binary: Path | None = None
    seconds: float = OVERLAY_SECONDS
    begin: Callable[[float], Budget] = Budget
    helm: Callable[[str], Engine] | None = None
    charts: Path | None = None
    wanted: Callable[[Closure, OverlayInput], bool] = build_may_concern
    matters: Callable[[Closure, OverlayInput], bool] = may_host


def gathered(overlay: OverlayInput, options: KustomizeOptions) -> Callable[[], Iterable[Rendered | Skipped | Passed]]:
    """What is left to do once it is known what the overlay reads; where no build is needed, that is known."""
    read = Reader(overlay, options.helm, options.charts)
    try:
        closure = read(())
    except (RefusedError, OSError) as error:
        return Ready([_skipped(overlay, error) if _could_matter(overlay, error) else _irrelevant(overlay)])
    if options.wanted(closure, overlay):
        return partial(build_overlay, overlay, closure, options, read, options.matters(closure, overlay))
    outside = _left_out(overlay, replace(closure, left_out=list(_elsewhere(closure))), "")
    passed: list[Rendered | Skipped | Passed] = [_irrelevant(overlay), *outside]
    return Ready(passed)


def _could_matter(overlay: OverlayInput, error: RefusedError | OSError) -> bool:
    """Whether an overlay that is not read could make a HostProcess pod if it were mended: proved not by all that it may
    build; what a release or another tool makes of it is not known.
    """
    if isinstance(error, OSError) or error.rule != "HPC002" or error.hint == TEMPLATE_HINT or overlay.release:
        return True
    texts = texts_nearby(overlay.directory, Path(os.path.realpath(overlay.root)))
    return texts is None or may_make(ChartTexts(texts, []))


def build_overlay(
    overlay: OverlayInput, closure: Closure, options: KustomizeOptions, read: Reader, matters: bool = True
) -> Iterator[Rendered | Skipped | Passed]:
    """Builds the overlay once; its provenance builds it again when it is first asked."""
    yield from read.said
    engine = find_engine(options.binary, overlay.root)
    if engine is None:
        given = options.binary
        yield Skipped(overlay.path, f"{given} {UNUSABLE}", hint=_NAME) if given else Skipped(overlay.path, MISSING)
        return
    budget, customized = options.begin(options.seconds), overlay.customized
    try:
        built = build_what_can_be(closure, read, lambda each: _build(overlay, each, engine, budget, {}))
        text = built.text
        if customized.fills_in:
            text = substituted(text, customized.substitute, customized.is_all)
    except (RefusedError, BuildError, ValueError, OSError) as error:
        yield from _told(overlay, closure, matters)
        yield _skipped(overlay, error) if matters else _irrelevant(overlay)
        return
    closure = built.closure
    yield from _told(overlay, closure, matters)
    make = partial(_build, overlay, closure, engine, budget)
    provenance = OverlayProvenance(closure, built.text, make, lambda path: overlay.display(overlay.root / path))
    if may_hold_pods(built.text.encode("utf-8", "surrogatepass")):
        provenance.prepare()
    titles = ", ".join(release.title for release in overlay.releases)
    origin = Origin(overlay.kind, overlay.path, titles or None, overlay.releases)
    rendered = Rendered(origin, SourceFile(overlay.path, text), provenance, removed=provenance.removed)
    made = files_in_build(closure, built.text, provenance.applied) | set(map(str, overlay.customized.replaced))
    rendered = rendered._replace(parts=made, is_literal=overlay.is_literal, namespace=overlay.namespace)
    if customized.fills_in:
        file = SourceFile(overlay.path, built.text)
        rendered = rendered._replace(provenance=SubstitutedProvenance(provenance, file, customized.substitute))
    yield rendered


def _irrelevant(overlay: OverlayInput) -> Passed:
    return Passed(overlay.kind, overlay.path, Outcome.IRRELEVANT, "no word in it that a HostProcess pod needs")


def _told(overlay: OverlayInput, closure: Closure, matters: bool) -> Iterator[Skipped]:
    """What it is built without, as far as that is a part of what could make a HostProcess pod, or lies elsewhere."""
    return _left_out(overlay, closure if matters else replace(closure, left_out=list(_elsewhere(closure))))


def _skipped(overlay: OverlayInput, error: Exception) -> Skipped:
    reason = f"the overlay cannot be built: {error.strerror}" if isinstance(error, OSError) else str(error)
    rule, hint = (error.rule, error.hint) if isinstance(error, RefusedError) else ("HPC002", None)
    if isinstance(error, BuildError):
        hint = _SMALLER if error.is_limit else MEND
    place = overlay.named
    if isinstance(error, RefusedError) and error.at is not None:
        path, text, start = error.at
        file = SourceFile(overlay.display(path), text)
        place = Location(file, Span(*file.line_span(file.position(start)[0])), Precision.LINE)
    return Skipped(overlay.path, _shortened(reason), rule, place, hint)


def _elsewhere(closure: Closure) -> Iterator[LeftOut]:
    """What is left out and lies elsewhere, which is no part of a proof: what programs make, too, that are not run."""
    for each in closure.left_out:
        why = each.reason
        if why.lack in (Lack.MADE, Lack.BEYOND):
            then = ", and none is run" if why.lack is Lack.MADE else ""
            yield replace(each, reason=RefusedError(f"{why}{then}", OUTSIDE, why.hint))
        elif why.rule == OUTSIDE:
            yield each


def _left_out(overlay: OverlayInput, closure: Closure, then: str = "; built without it") -> Iterator[Skipped]:
    """What the overlay is built without, each at the entry of the kustomization that says it."""
    for each in closure.left_out:
        path, why = each.kustomization.path, each.reason
        own, lead = path.is_file(), each.kustomization.lead  # else a release's, which it puts on top
        shown = overlay.display(overlay.root / path.relative_to(closure.root)) if own else overlay.path
        place = Location(SourceFile(shown, each.kustomization.text), _first(each.node)) if own else overlay.named
        if own and lead:
            place = lead(_first(each.node))
        reason = _shortened(f"{why}{then}")
        yield Skipped(shown, reason, why.rule, place, why.hint, why.level, is_absent=why.lack is Lack.ABSENT)


def _first(node: Node) -> Span:
    """The first scalar of an entry, which is on the line that a reader looks for."""
    return next((node_span(scalar) for _, scalar in leaves(node)), node_span(node))


def _build(
    overlay: OverlayInput, closure: Closure, engine: Kustomize, budget: Budget, replaced: Mapping[Path, str]
) -> str:
    with workspace(closure.root) as temporary:
        home, tree = temporary / "home", temporary / "tree"
        home.mkdir()
        directory = lay_out(closure, tree, replaced)
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
