"""A rule: a check, and everything that there is to say about it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from ..errors import HOME
from ..finding import Consequence, Level, Violation
from .context import Context

FOR_CODE = ("host-process-object", "host-options")
"""What only a rule in Python can be for. It is called with a `Pod`; or with the `Object` that says `hostProcess` where
nobody can look into it, and with a `Bare` security context that stands in no pod.
"""

SUBJECTS = (
    "host-process-container",
    "host-process-options",
    "host-process-pod",
    "created-pod",
    "concerned-pod",
    "concerned-options",
    "host-pod",
    "windows-pod",
    *FOR_CODE,
    "analysis",
)
"""What a rule can be for; docs/policies.md has what each means. `analysis` is what the scanner itself raises."""

Check = Callable[[Any, Context], Iterator[Violation]]

_NONE: Mapping[str, Any] = {}


class Rule(NamedTuple):
    """One check and everything that there is to say about it, most often read from its page.

    `subject` is the page's `for:`, what `check` is called with. `label` is what is written under a finding that says
    nothing of its own. `summary` is the first paragraph under the front matter, `body` the page's Markdown without its
    front matter, `path` the page's path from the repository's root. `example_config` is the configuration that the
    page's examples assume. `needs` are keys without all of which, in the pod's `spec` and `metadata`, the check finds
    nothing and is not asked; where there are none it always is.
    """

    id: str
    name: str
    title: str
    level: Level
    subject: str
    label: str
    hint: str
    check: Check
    consequence: Consequence = Consequence.SECURITY
    security_severity: str | None = None
    cwe: tuple[int, ...] = ()
    summary: str = ""
    body: str = ""
    path: str = ""
    example_config: Mapping[str, Any] = _NONE
    needs: frozenset[str] = frozenset()

    @property
    def is_ours(self) -> bool:
        """Whether it is one of the catalogue's, whose ids nobody else can take."""
        return self.id.startswith("HPC")

    @property
    def written_in(self) -> str:
        """Its page, or else the module of its check."""
        return self.path or getattr(self.check, "__module__", None) or type(self.check).__module__

    @property
    def url(self) -> str:
        """Where the page can be read; of a user's own rule, its path."""
        return f"{HOME}/blob/main/{self.path}" if self.is_ours else self.path
