"""Rules about how much of the node a container may take."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...finding import Violation
from ...location import Label, Part
from ...pods.pod import Container
from ..context import Context

_MIB = 2**20
_QUANTITY = re.compile(r"\+?(\d+(?:\.\d*)?|\.\d+)(?:(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE])|[eE]([+-]?\d{1,3}))?\Z")
_FACTORS = {
    **{unit: 1000.0**power for power, unit in enumerate("kMGTPE", 1)},
    **{f"{unit}i": 1024.0**power for power, unit in enumerate("KMGTPE", 1)},
    **{unit: 1000.0**-power for power, unit in enumerate("mun", 1)},
}


def unbounded_resources(container: Container, _: Context) -> Iterator[Violation]:
    """hcsshim sets the limit on the job object in whole MiB: less than one is none. An ephemeral container can have no
    resources (ValidateEphemeralContainers).
    """
    if container.kind == "ephemeral":
        return
    limit = container.written("resources", "limits", "memory")
    if limit is None:
        resources = container.written("resources")
        empty = container.nulled(("resources", "limits", "memory"))
        primary = Label(resources.route, part=Part.KEY) if resources else Label((*container.route, "name"))
        yield Violation(
            Label(empty, part=Part.KEY) if empty else primary,
            field=(*container.route, "resources", "limits", "memory"),
            container=container.name,
        )
    elif (size := _bytes(limit.value)) is not None and size < _MIB:
        yield Violation(
            Label(limit.route, "less than 1Mi", Part.VALUE),
            message=f"memory limit of `{limit.value}` bytes, which is none" if isinstance(limit.value, int) else None,
            hint="write the unit, as in `512Mi`",
            container=container.name,
        )


def _bytes(quantity: object) -> float | None:
    """A quantity as Kubernetes reads it, or None for what is none, which the API refuses."""
    if isinstance(quantity, (int, float)) and not isinstance(quantity, bool):
        return float(quantity)
    found = _QUANTITY.match(quantity) if isinstance(quantity, str) else None
    if found is None:
        return None
    factor = _FACTORS[found[2]] if found[2] else 10.0 ** int(found[3] or 0)
    return float(found[1]) * factor
