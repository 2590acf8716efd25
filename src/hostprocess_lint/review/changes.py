"""What is new, gone or otherwise in a review, compared with an earlier one: more reach stands first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from .facts import Facts
from .review import Change, Comparison, Difference, Reached


def compare(before: Sequence[Facts], after: Sequence[Facts], since: str, not_known: Sequence[str] = ()) -> Comparison:
    found: list[Change] = []
    unchanged = 0
    for old, new in _pairs(before, after):
        change = _change(old, new)
        if change:
            found.append(change)
        else:
            unchanged += 1
    return Comparison(
        since, tuple(sorted(_joined(found), key=lambda change: change.order)), unchanged, tuple(not_known)
    )


def _pairs(before: Sequence[Facts], after: Sequence[Facts]) -> Iterator[tuple[Facts | None, Facts | None]]:
    """Each deployment with what it was: the same release or source first, then what is called the same."""
    left = list(before)
    rest: list[Facts] = []
    by_deployment = _grouped(left, _deployment)
    used: set[int] = set()
    for new in after:
        same = by_deployment[_deployment(new)]
        old = _closest(new, same)
        if old is None:
            rest.append(new)
        else:
            same.remove(old)
            used.add(id(old))
            yield old, new
    by_name = _grouped((each for each in left if id(each) not in used), lambda each: each.key)
    for new in rest:
        old = _closest(new, by_name[new.key])
        if old is not None:
            by_name[new.key].remove(old)
        yield old, new
    for same in by_name.values():
        yield from ((old, None) for old in same)


def _deployment(facts: Facts) -> tuple[str, ...]:
    return (*facts.key, facts.by)


def _closest(new: Facts, same: Sequence[Facts]) -> Facts | None:
    """Of several of one name the one with the most facts in common."""
    return max(same, key=lambda old: len(set(old.reach) & set(new.reach)) + (old.images == new.images), default=None)


def _grouped(
    facts: Iterable[Facts], key: Callable[[Facts], tuple[str, ...]]
) -> defaultdict[tuple[str, ...], list[Facts]]:
    found: defaultdict[tuple[str, ...], list[Facts]] = defaultdict(list)
    for each in facts:
        found[key(each)].append(each)
    return found


def _change(old: Facts | None, new: Facts | None) -> Change | None:
    facts = new or old
    assert facts is not None
    change = Change("changed", facts.resource, (facts.by,), facts.place, facts.id, facts.environments)
    if old is None or new is None:
        return change._replace(
            state="new" if old is None else "gone",
            more=new.reach if new else (),
            less=old.reach if old else (),
            gain=_gain(new.reach, ()) if new else 0,
        )
    differences = tuple(_differences(old, new))
    known, reached = {each[:2] for each in old.reach}, {each[:2] for each in new.reach}
    more = tuple(each for each in new.reach if each[:2] not in known)
    less = tuple(each for each in old.reach if each[:2] not in reached)
    if not (differences or more or less):
        return None
    return change._replace(differences=differences, more=more, less=less, gain=_gain(more, old.reach))


def _gain(more: Iterable[Reached], before: Iterable[Reached]) -> int:
    known = max((weight for kind, _, weight in before if kind == "account"), default=0)
    return max((weight for kind, _, weight in more if kind != "account" or weight > known), default=0)


def _differences(old: Facts, new: Facts) -> Iterator[Difference]:
    for what, before, after in (
        ("account", old.accounts, new.accounts),
        ("image", old.images, new.images),
        ("command", old.commands, new.commands),
        ("mount", old.mounts, new.mounts),
        ("nodes", old.nodes, new.nodes),
        ("around it", old.around, new.around),
        ("deployed by", (old.by,), (new.by,)),
        ("environment", old.environments, new.environments),
        ("approval", _approval(old, new), _approval(new, old)),
        ("not known", old.unknown, new.unknown),
    ):
        gone = tuple(each for each in before if each not in after)
        came = tuple(each for each in after if each not in before)
        if gone or came:
            yield Difference(what, gone, came)


def _approval(facts: Facts, other: Facts) -> tuple[str, ...]:
    """Nothing unless there was a list both times."""
    if facts.approved is None or other.approved is None:
        return ()
    return ("approved" if facts.approved else "not approved",)


def _joined(changes: Iterable[Change]) -> Iterator[Change]:
    """What happened alike to several deployments of a workload is told once."""
    groups: dict[object, list[Change]] = defaultdict(list)
    for change in changes:
        groups[change._replace(by=(), place="", id="", environments=())].append(change)
    for alike in groups.values():
        by = tuple(dict.fromkeys(name for change in alike for name in change.by))
        environments = tuple(dict.fromkeys(name for change in alike for name in change.environments))
        yield alike[0]._replace(by=by, environments=environments)
