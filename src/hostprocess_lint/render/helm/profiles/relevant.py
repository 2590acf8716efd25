"""Whether a chart could say HostProcess under its profiles, and which values those have: without an engine."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ....sources.charts.chart import Chart
from ....sources.charts.relevance import may_make, texts_read
from ....sources.charts.yamlfile import load_mapping
from ....sources.layering import layered
from ....sources.releases.release import Given
from ..engine.contract import Installation, Values
from .profiles import Profile
from .values import chart_layers, merged_layers

_UNKNOWN = b"hostprocess"


def may_concern_profiles(chart: Chart, planned: Iterable[tuple[Profile, Installation]]) -> bool:
    """False is a proof: nothing that the chart is rendered from, and no value given to it, can become the words."""
    members = ((name, member.data) for name, member in chart.members.items())
    given = (text for profile, installation in planned for text in given_to(profile, installation))
    return may_make(texts_read(members, given))


def given_to(profile: Profile, installation: Installation) -> Iterator[bytes]:
    """All that a chart is rendered with under a profile."""
    told = (installation.name, installation.namespace or "", installation.kubernetes_version or "")
    yield from given_texts(profile.files, (*profile.sets, *told, *installation.api_versions), profile.given)


def given_texts(files: Iterable[Path], sets: Iterable[str], release: Iterable[Given]) -> Iterator[bytes]:
    """What values files, `--set` and a release give."""
    yield from map(_bytes, files)
    yield from (text.encode("utf-8", "surrogatepass") for text in sets)
    for given in release:
        yield from map(_bytes, (given.file,) if given.file else ())
        yield json.dumps((given.values, given.text, given.setting), default=str).encode()


def _bytes(file: Path) -> bytes:
    """What a values file says; one that cannot be read may say anything."""
    try:
        return file.read_bytes()
    except OSError:
        return _UNKNOWN


def profile_values(chart: Chart, planned: Sequence[tuple[Profile, Installation]]) -> list[Values]:
    """The values of each profile, as far as files say them."""
    own = merged_layers(chart_layers(chart))
    texts = [[_bytes(file).decode("utf-8", "replace") for file in profile.files] for profile, _ in planned]
    found = []
    for each in texts if chart.missing else ():
        values = own
        for text in each:
            values = layered(values, load_mapping(text))
        found.append(values)
    return found
