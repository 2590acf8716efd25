"""What a rule may know beside the pod that it judges."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ..finding import Level
from ..location import Location, Route
from .near import Versions, nearest
from .targets import NEWEST_KUBERNETES, Version, usual_containerd

if TYPE_CHECKING:
    from .rights import Grant

ANY = "*"
"""In place of a namespace, where all that have one are meant, too."""

_NONE: Mapping[Any, Any] = {}


class NamespaceLabel(NamedTuple):
    """What a Namespace in the scan says about Pod Security, and where. `mode` is `enforce`, `audit` or `warn`."""

    mode: str
    level: str
    location: Location


class RuntimeClass(NamedTuple):
    """A RuntimeClass in the scan: its handler, and the node labels that it schedules by."""

    handler: str
    node_selector: Mapping[str, object]
    location: Location


class TextHolder(NamedTuple):
    """A ConfigMap or Secret in the scan. `text` gives that of a key, `locate` leads to it; they are asked where a pod
    mounts the object.
    """

    text: Callable[[str], str | None]
    locate: Callable[[str], Location]


class Approved(NamedTuple):
    """Which workloads may be HostProcess: patterns with `*`, of which None matches anything.

    `images` and `accounts` are several, of which each container has to fit one. `owner`, `reason` and `until` are for
    people; an entry that has `expired` approves nothing. `location` is where it stands.
    """

    kind: str | None = None
    namespace: str | None = None
    name: str | None = None
    image: str | None = None
    account: str | None = None
    command: str | None = None
    images: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    owner: str = ""
    reason: str = ""
    until: str | None = None
    expired: bool = False
    location: Location | None = None

    def __str__(self) -> str:
        """The workloads that it is about, in the form in which reports name one."""
        namespace = f"{self.namespace}/" if self.namespace else ""
        return f"{self.kind or '*'} {namespace}{self.name or '*'}"


class Override(NamedTuple):
    """What is otherwise for the sources whose paths it covers. `parameters` are fields of Context."""

    covers: Callable[[str], bool]
    levels: Mapping[str, Level | None]
    parameters: Mapping[str, Any]


class Context(NamedTuple):
    """The versions aimed at, the rules' parameters, and what other documents of the scan say, by name, or by kind,
    namespace and name.

    `automounts` says whether pods have the token of a service account mounted, by its namespace and name and the path
    of their source, and `grants` what the account may do.
    `no_inline_suppression` are the ids of rules that only the configuration may waive.
    `containerd_version` is None where nobody said one: `containerd` is then what goes with the Kubernetes aimed at.
    `levels` replace those of the rules, by id; None turns a rule off. `source` is the path of what is judged, and
    `as_written` gives the text in the repository that made the value at a route, where that is known. `node_system` is
    `linux` or `windows` for a pod that is on a node already.
    """

    kubernetes: Version = NEWEST_KUBERNETES
    containerd_version: Version | None = None
    allowed_accounts: tuple[str, ...] = ()
    approved_workloads: tuple[Approved, ...] | None = None
    require_digest: bool = False
    no_inline_suppression: frozenset[str] = frozenset()
    namespaces: Mapping[str, Versions[tuple[NamespaceLabel, ...]]] = _NONE
    runtime_classes: Mapping[str, Versions[RuntimeClass]] = _NONE
    automounts: Callable[[str | None, str, str], bool] = lambda namespace, account, source: True
    grants: Callable[[str | None, str, str], tuple["Grant", ...]] = lambda namespace, account, source: ()
    text_holders: Mapping[tuple[str, str | None, str], Versions[TextHolder]] = _NONE
    levels: Mapping[str, Level | None] = _NONE
    overrides: tuple[Override, ...] = ()
    source: str = ""
    as_written: Callable[[Route], str] | None = None
    node_system: str = ""

    @property
    def containerd(self) -> Version:
        return self.containerd_version or usual_containerd(self.kubernetes)

    def namespace_labels(self, name: str) -> list[NamespaceLabel]:
        """Those of the Namespace of that name."""
        found = nearest(self.source, self.namespaces.get(name))
        return [label for labels in found for label in labels]

    def runtime_class(self, name: str) -> RuntimeClass | None:
        """The RuntimeClass of that name."""
        found = nearest(self.source, self.runtime_classes.get(name))
        return found[-1] if found else None

    def text_holder(self, kind: str, namespace: str | None, name: str) -> TextHolder | None:
        """The ConfigMap or Secret of that name. One that names no namespace may be in any, and so may a pod."""
        namespaces = (ANY,) if namespace is None else (namespace, None)
        found = nearest(self.source, *(self.text_holders.get((kind, each, name)) for each in namespaces))
        return found[0] if found else None

    def fixed(self, fields: Mapping[str, Any]) -> "Context":
        """The same with some fields that no override changes."""
        overrides = (
            item._replace(parameters={name: value for name, value in item.parameters.items() if name not in fields})
            for item in self.overrides
        )
        return self._replace(overrides=tuple(overrides), **fields)

    def at(self, path: str) -> "Context":
        """What holds for the source of that path; of several overrides the last wins."""
        found = self._replace(source=path)
        for override in self.overrides:
            if override.covers(path):
                found = found._replace(levels={**found.levels, **override.levels}, **override.parameters)
        return found

    def within(self, versions: str) -> "Context":
        """What holds for a source that asks for a range of Kubernetes versions: the newest of them, not beyond ours."""
        if not versions:
            return self
        from .kuberange import newest

        return self._replace(kubernetes=newest(versions, self.kubernetes) or self.kubernetes)
