"""A release: a chart or a directory of this repository, and what an object in it deploys that with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from ...documents.nodes import Node
from ...finding import Released
from ...location import Location
from ...outcome import OUTSIDE
from ..charts.chart import Packed
from ..charts.dependencies import Added
from .objects import ObjectInFile
from .places import ValueLocator

Flag = Literal["set", "set-string", "set-file"]
"""How Helm reads a setting: `set` guesses the type, `set-string` does not; for `set-file` the value is the text."""


class Given(NamedTuple):
    """One part of the values that a release gives, and where each of them is written.

    It is one of: `values`, a mapping; `text`, YAML for Helm to read; `file`, a values file; `setting`, `name=value` as
    the `flag` of Helm takes it.
    """

    label: str
    place: ValueLocator
    values: dict[str, Any] | None = None
    text: str | None = None
    file: Path | None = None
    setting: str | None = None
    flag: Flag = "set"


class Elsewhere(NamedTuple):
    """A chart or directory that the repository names and does not hold, and the command that brings it."""

    what: str
    command: str
    name: str = ""
    version: str = ""


class Unknowable(NamedTuple):
    """Something that nobody can know offline, or that is too much to read: why, and where the release asks for it.

    `rule` says which of the two; what is not known offline lies outside.
    """

    reason: str
    location: Location
    rule: str = OUTSIDE


class Substitution(NamedTuple):
    """A variable that a release replaces in what it builds, and where its value is written."""

    name: str
    value: str
    place: ValueLocator


class KustomizedField(NamedTuple):
    """A field of a kustomization, by Kustomize's name, as it is written in a release's document."""

    name: str
    found: ObjectInFile
    node: Node


class Customized(NamedTuple):
    """What a release adds to a kustomization, or to what a chart is rendered to.

    `fills_in` says that variables are replaced, be it by none of `substitute`; `is_all` that no variable is given by
    what is not known. `may_miss` says that components need not be there.
    `resources` are the files that are deployed, where these are not all of a directory, and `replaced` those in whose
    place some of them are. `around` is the directory of a kustomization that what a chart is rendered to becomes a
    resource of.
    """

    fields: tuple[KustomizedField, ...] = ()
    namespace: str | None = None
    substitute: tuple[Substitution, ...] = ()
    fills_in: bool = False
    may_miss: bool = False
    is_all: bool = True
    resources: tuple[Path, ...] = ()
    replaced: tuple[Path, ...] = ()
    around: Path | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """What one object deploys, of which there may be several.

    `title` is what reports call it, as `Application argocd/agent`. `location` is where it names what it deploys. Of
    `given` later values win. `name` and `namespace` are those that Helm is told. `cluster` is where it goes, and
    `environment` what the tool calls that, as far as they are said. Of a directory of manifests `recurses` says whether
    folders in it are deployed too. `read` are other files that this was read from. `is_literal` says that what is built
    goes to the cluster as it is: a `${…}` that still stands in it is text. `forced` is where what names no namespace
    goes if not to `namespace`. `generates` says that a directory without a kustomization becomes one, with those below
    it as resources. `dependencies` are those that the chart has besides its own. `taken_as` says what the tool takes a
    directory for, where the files in it would say otherwise.
    """

    title: str
    location: Location
    deploys: Path | Packed | Elsewhere
    name: str
    namespace: str | None
    given: tuple[Given, ...] = ()
    kubernetes_version: str | None = None
    api_versions: tuple[str, ...] = ()
    customized: Customized | None = None
    unknown: tuple[Unknowable, ...] = ()
    cluster: str | None = None
    environment: str | None = None
    read: tuple[Path, ...] = ()
    recurses: bool = True
    is_literal: bool = False
    forced: str | None = None
    generates: bool = False
    dependencies: tuple[Added, ...] = ()
    taken_as: Literal["overlay", "manifests"] | None = None

    @property
    def handed(self) -> tuple[object, ...]:
        """The values and dependencies that it gives, to be compared with those of another one."""
        return (
            *((each.label, repr(each.values), each.text, each.file, each.setting, each.flag) for each in self.given),
            *self.dependencies,
        )

    @property
    def home(self) -> str | None:
        """The namespace of what names none itself."""
        return self.forced or self.namespace

    @property
    def released(self) -> Released:
        """What a report says of it."""
        return Released(self.title, self.location, self.cluster, self.namespace, self.environment)


def by_home(releases: Iterable[Release]) -> Iterator[tuple[str | None, list[Release]]]:
    """Releases by the namespace of what names none itself."""
    found: dict[str | None, list[Release]] = {}
    for release in releases:
        found.setdefault(release.home, []).append(release)
    yield from found.items()
