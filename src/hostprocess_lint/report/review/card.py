"""A card of the page: one workload in a line, and opened all that is known of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ...finding import Finding, Level
from ...location import Location
from ...review.review import KINDS, Card, CardContainer, Thing
from ...workload import Approval
from ..prose import account
from .flow import NOWHERE
from .markup import Attribute, Markup, join, prose, tag
from .picture import picture
from .words import HEADINGS, WEIGHTS, approved, short_place, source, where

_ABOUT = {"service": "Services", "policy": "Network policies", "pod security": "Pod Security of the namespace"}


def card(found: Card, pages: Mapping[str, str], opened: bool) -> Markup:
    """`pages` gives the address of a rule's page."""
    data: dict[str, Attribute] = {
        "data_env": found.environments or (NOWHERE,),
        "data_account": tuple(dict.fromkeys(thing.what for thing in found.reach.of("account"))),
        "data_approved": (approved(found.standing).partition(" by ")[0].partition(" until ")[0].partition(":")[0],),
        "data_namespace": (found.resource.namespace or "",),
        "data_name": f"{found.resource.namespace or ''}/{found.resource.name}",
        "data_reach": tuple(found.reach.weight),
        "data_levels": tuple(_levels(found).values()),
    }
    body = tag("div", _facts(found), _reach(found), _findings(found, pages), cls="body", id=found.id)
    return tag("details", tag("summary", _line(found)), body, cls="card", open=opened, **data)


def _line(found: Card) -> Iterator[Markup]:
    """What is seen of a card that is closed."""
    resource = found.resource
    name = join(f"{resource.namespace}/" if resource.namespace else "", tag("b", resource.name or "unnamed"))
    chips = [tag("span", name, cls="chip") for name in found.environments]
    if found.standing.approved is False:
        chips.append(tag("span", "not approved", cls="chip refused"))
    yield tag("span", signature(found), cls="sig")
    yield tag(
        "h3",
        tag("span", resource.kind, cls="kind"),
        " ",
        name,
        tag("code", short_place(found.location), cls="at"),
        cls="name",
    )
    yield tag("span", chips or tag("span", "no environment said", cls="dim"), cls="envs")
    accounts = list(found.reach.of("account"))
    yield tag("span", [tag("code", thing.what, cls=f"w{thing.weight}") for thing in accounts], cls="accounts")
    levels = [
        tag("span", tag("b", count), f" {level.value}{'' if count == 1 else 's'}", cls=f"lv {level.value}")
        for level, count in _levels(found).items()
        if count
    ]
    yield tag("span", levels or tag("span", "no findings", cls="dim"), cls="levels")


def signature(found: Card) -> Markup:
    """A bar for each kind of thing, as high as what reaches furthest of it."""
    weights = {kind: max((thing.weight for thing in found.reach.of(kind)), default=0) for kind in KINDS}
    bars = [
        tag(
            "rect",
            x=number * 7,
            y=18 - 6 * weight if weight else 17,
            width=5,
            height=6 * weight or 1,
            cls=f"n w{weight}",
        )
        for number, weight in enumerate(weights.values())
    ]
    told = ", ".join(f"{kind} {WEIGHTS[weight]}" for kind, weight in weights.items() if weight)
    return tag("svg", bars, viewBox="0 0 56 18", width=56, height=18, role="img", aria_label=f"Reach: {told}")


def _levels(found: Card) -> dict[Level, int]:
    counted = [finding.level for finding in found.findings if finding.suppressed is None]
    return {level: counted.count(level) for level in Level}


def _facts(found: Card) -> Markup:
    """Where it stands, what deploys it, and its containers."""
    facts = [("Written at", place(found.location))]
    if found.releases:
        told = [
            tag("li", release.title, _goes(release.cluster, release.namespace), " ", place(release.location))
            for release in found.releases
        ]
        facts.append(("Deployed by", tag("ul", told)))
    elif any(each.kind == "chart" for each in found.sources):
        facts.append(("Deployed by", join("no release in the scan")))
    origins = [each._replace(variant=None) if each.releases else each for each in found.sources]
    facts.append(("Comes out of", tag("ul", [tag("li", source(each)) for each in dict.fromkeys(origins)])))
    if standing := approved(found.standing):
        facts.append(("Approval", _approval(standing, found.standing.approval)))
    if found.nodes:
        facts.append(("Nodes", tag("ul", [tag("li", tag("code", each)) for each in found.nodes])))
    for kind, heading in _ABOUT.items():
        things = [thing for thing in found.reach.around if thing.kind == kind]
        if things:
            facts.append((heading, _things(things)))
    rows = [join(tag("dt", name), tag("dd", value)) for name, value in facts]
    containers = [_container(each) for each in found.containers]
    return tag("section", tag("h4", "Workload"), tag("dl", rows), tag("h4", "Containers"), containers, cls="facts")


def _approval(said: str, approval: Approval | None) -> Markup:
    if approval is None:
        return tag("span", said, cls="refused")
    at = join(" ", place(approval.location)) if approval.location else None
    return join(said, tag("span", " by the entry ", tag("code", approval.entry), at, cls="dim"))


def _goes(cluster: str | None, namespace: str | None) -> str:
    to = "/".join(filter(None, (cluster, namespace)))
    return f" → {to}" if to else ""


def _container(found: CardContainer) -> Markup:
    rows: list[tuple[str, Markup | str]] = [
        ("Account", tag("code", account(found))),
        ("Image", tag("code", found.image)),
    ]
    if found.command:
        rows.append(("Runs", tag("code", found.command)))
    if found.mounts:
        mounts = [
            tag("li", tag("code", f"{mount.host_path} → {mount.mount_path}"), " read only" if mount.read_only else None)
            for mount in found.mounts
        ]
        rows.append(("Mounts", tag("ul", mounts)))
    if found.ports:
        rows.append(("Ports", ", ".join(found.ports)))
    if found.unknown:
        rows.append(("Not known", ", ".join(found.unknown)))
    kind = "" if found.kind == "regular" else f" ({found.kind})"
    head = tag("h5", tag("code", found.name), kind, " ", place(found.location))
    return tag("div", head, tag("dl", [join(tag("dt", name), tag("dd", value)) for name, value in rows]), cls="box")


def _reach(found: Card) -> Markup:
    """The picture, and all of it in words with its places."""
    lists = [
        join(tag("h5", heading), _things(things))
        for kind, heading in HEADINGS.items()
        if (things := found.reach.of(kind))
    ]
    unknown = [tag("h5", "Not known"), tag("ul", [tag("li", each) for each in found.reach.unknown])]
    words = tag("details", tag("summary", "In words, with places"), lists, cls="words")
    return tag(
        "section", tag("h4", "Reach"), picture(found), words, unknown if found.reach.unknown else None, cls="reaches"
    )


def _things(things: Iterable[Thing]) -> Markup:
    return tag("ul", [_thing(thing) for thing in things], cls="things")


def _thing(thing: Thing) -> Markup:
    note = tag("span", " ", prose(thing.note), cls="dim") if thing.note else None
    places = [join(" ", place(each)) for each in thing.places[:4]]
    more = f" and {len(thing.places) - 4} more" if len(thing.places) > 4 else None
    return tag("li", tag("code", thing.what), note, places, more, cls=f"w{thing.weight}")


def _findings(found: Card, pages: Mapping[str, str]) -> Markup | None:
    if not found.findings:
        return None
    counted = [finding for finding in found.findings if finding.suppressed is None]
    waived = [finding for finding in found.findings if finding.suppressed is not None]
    rest = None
    if waived:
        rest = tag("details", tag("summary", f"{len(waived)} suppressed"), findings_list(waived, pages), cls="words")
    return tag("section", tag("h4", "Findings"), findings_list(counted, pages), rest, cls="findings")


def findings_list(found: Iterable[Finding], pages: Mapping[str, str]) -> Markup:
    ordered = sorted(found, key=lambda finding: (finding.level.rank, finding.order))
    return tag("ul", [_finding(finding, pages) for finding in ordered], cls="findings")


def _finding(finding: Finding, pages: Mapping[str, str]) -> Markup:
    rule = f"{finding.rule} {finding.name}"
    address = pages.get(finding.rule, "")
    is_page = address.startswith("https://")  # that of somebody's own rule is a path, of which a name may be a scheme
    named = tag("a", rule, href=address, rel="noreferrer") if is_page else tag("span", rule)
    message = finding.message[:1].upper() + finding.message[1:]
    why = (
        tag("span", f" {finding.suppressed.kind}: {finding.suppressed.reason}", cls="dim")
        if finding.suppressed
        else None
    )
    level = tag("span", finding.level.value, cls=f"lv {finding.level.value}")
    return tag(
        "li",
        level,
        tag("p", prose(message), why),
        tag("p", "To do: ", prose(finding.hint), cls="dim"),
        tag("p", named, " ", place(finding.location)),
    )


def place(location: Location) -> Markup:
    return tag("code", where(location), cls="at")
