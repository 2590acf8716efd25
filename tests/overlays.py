"""Overlays for tests, written as one text per file, built by the real engine."""

from __future__ import annotations

import re
from pathlib import Path

from hostprocess_lint.documents.nodes import Node, ScalarNode
from hostprocess_lint.location import Part, Route, Span, Trace
from hostprocess_lint.outcome import Passed, Skipped
from hostprocess_lint.render.kustomize.overlay import KustomizeOptions, build_overlay, gathered
from hostprocess_lint.render.kustomize.reader import OverlayInput, Reader
from hostprocess_lint.rendered import Rendered
from hostprocess_lint.sources.overlays.nodes import descend, leaves, string
from hostprocess_lint.sources.overlays.yamltext import compose_all

WHOLE = Span(0, 0)

DAEMONSET = """\
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: agent
spec:
  template:
    metadata:
      labels: {app: agent}
    spec:
      hostNetwork: true
      securityContext:
        windowsOptions:
          hostProcess: true
          runAsUserName: NT AUTHORITY\\SYSTEM  # base
      nodeSelector:
        kubernetes.io/os: windows
      containers:
      - name: agent
        image: registry.example/agent:1.0
        command: [powershell.exe, -File, agent.ps1]
      - name: helper
        image: registry.example/helper:1.0
"""


def results(
    root: Path, directory: str, seconds: float = 30.0, binary: Path | None = None
) -> list[Rendered | Skipped | Passed]:
    """Everything that becomes of an overlay; it is built even where it is proved that nothing in it can matter."""
    source = OverlayInput(root / directory, directory, root, lambda path: path.relative_to(root).as_posix())
    options = KustomizeOptions(binary, seconds, matters=lambda *_: True)
    found = list(gathered(source, options)())
    if not isinstance(found[0], Passed):
        return found
    read = Reader(source)
    return list(build_overlay(source, read(), options, read))


def overlay(root: Path, directory: str, seconds: float = 30.0, binary: Path | None = None) -> Rendered | Skipped:
    """What is built, if anything is; else why not."""
    found = results(root, directory, seconds, binary)
    return next((each for each in found if isinstance(each, Rendered)), None) or told(found)[0]


def told(found: list[Rendered | Skipped | Passed]) -> list[Skipped]:
    return [each for each in found if isinstance(each, Skipped)]


def built(root: Path, directory: str, seconds: float = 30.0, binary: Path | None = None) -> Rendered:
    result = overlay(root, directory, seconds, binary)
    assert isinstance(result, Rendered), result
    return result


def reason(root: Path, directory: str, seconds: float = 30.0) -> str:
    """Why there is no build, or the first thing that there is one without."""
    found = told(results(root, directory, seconds))
    assert found, "everything is built"
    assert all("hostprocess-lint-" not in each.reason for each in found)
    return found[0].reason.removesuffix("; built without it")


def documents(rendered: Rendered) -> list[Node]:
    return compose_all(rendered.text.text)


def number_of(rendered: Rendered, kind: str) -> int:
    """The number of the one document of a kind; builds sort them."""
    (number,) = (number for number, document in enumerate(documents(rendered)) if string(document, "kind") == kind)
    return number


def trace(rendered: Rendered, route: Route, part: Part = Part.PAIR, document: int = 0) -> Trace:
    return rendered.provenance.locate(document, route, part, WHOLE)


def where(rendered: Rendered, route: Route, part: Part = Part.PAIR, document: int = 0) -> str:
    """`path:line precision text`, the text being what the location spans."""
    location = trace(rendered, route, part, document).location
    text = location.file.text[slice(*location.span)]
    return f"{location.path}:{location.start[0]} {location.precision.value} {text}"


def chain(rendered: Rendered, route: Route, document: int = 0) -> list[str]:
    related = trace(rendered, route, document=document).chain
    return [f"{r.label}: {r.location.path}:{r.location.start[0]}" for r in related]


def line_of(root: Path, path: str, text: str) -> int:
    lines = (root / path).read_text().splitlines()
    (number,) = (number for number, line in enumerate(lines, 1) if text in line)
    return number


def value_of(rendered: Rendered, route: Route, document: int = 0) -> str:
    node = descend(documents(rendered)[document], route)
    assert isinstance(node, ScalarNode), (route, node)
    return node.value


def route_of(rendered: Rendered, pattern: str, document: int = 0) -> Route:
    """The one leaf whose dotted route ends as said."""
    found = [r for r, _ in leaves(documents(rendered)[document]) if re.search(pattern + "$", ".".join(map(str, r)))]
    assert len(found) == 1, found
    return found[0]
