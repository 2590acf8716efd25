"""The list of approved workloads: what it says of each workload of a scan, and which of its entries fit none."""

from __future__ import annotations

from ..finding import Resource
from ..pods.pod import Pod
from ..rules.context import Approved, Context
from ..workload import Approval, Listed, Standing


class Approvals:
    """The entries of the list of approved workloads, and which of them a workload of the scan has met so far."""

    def __init__(self, context: Context) -> None:
        parameters = [override.parameters.get("approved_workloads") or () for override in context.overrides]
        self._entries: tuple[Approved, ...] = tuple(
            dict.fromkeys(entry for own in (context.approved_workloads or (), *parameters) for entry in own)
        )
        self._used: set[Approved] = set()
        self._nearly: dict[Approved, str] = {}

    def of(self, resource: Resource, pod: Pod | None, context: Context) -> Standing:
        """Whether something is approved, and by which entry; None where there is no list."""
        entries = context.approved_workloads
        if entries is None:
            return Standing()
        from ..rules.approvals import fitting_entries, nearly  # here, because most scans have no such list

        fit = list(fitting_entries(entries, resource, pod))
        self._used.update(fit)
        for entry in entries:
            if entry not in self._used and entry not in self._nearly and (said := nearly(entry, resource, pod)):
                self._nearly[entry] = said
        found = next((entry for entry in fit if not entry.expired), None)
        return Standing(found is not None, _shown(found) if found else None)

    def listed(self) -> tuple[Listed, ...]:
        """Every entry that stands somewhere, in the order of the configuration."""
        return tuple(
            Listed(_shown(entry), entry in self._used, entry.expired, self._nearly.get(entry, ""))
            for entry in self._entries
            if entry.location
        )


def _shown(entry: Approved) -> Approval:
    return Approval(str(entry), entry.owner, entry.reason, entry.until, entry.location)
