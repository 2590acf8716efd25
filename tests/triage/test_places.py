"""Which regions of a file belong to HostProcess workloads alone, however many there are."""

from __future__ import annotations

import random
import time

import pytest

from hostprocess_lint.triage.places import Place, PlacesInFile, covers


def one_by_one(places: list[Place], first: int, last: int) -> bool:
    touched = [place.ours for place in places if place.first <= last and first <= place.last]
    return bool(touched) and all(touched)


@pytest.mark.parametrize("seed", range(20))
def test_ranges_that_overlap_or_not(seed: int) -> None:
    chance = random.Random(seed)
    firsts = [chance.randint(1, 60) for _ in range(chance.randint(0, 12))]
    places = [Place(first, first + chance.randint(0, 15), chance.random() < 0.8) for first in firsts]
    covered = PlacesInFile(places)
    for first in range(2, 80):
        for last in range(first, 80):
            assert covers(covered, first, last) is one_by_one(places, first, last)


def test_a_result_without_a_line_is_about_the_whole_file() -> None:
    places = [Place(3, 4, True), Place(9, 12, False)]
    for given in ((None, None), (1, 1), (1, None)):
        assert covers(PlacesInFile(places), *given) is False
        assert covers(PlacesInFile(places[:1]), *given) is True
    assert covers(None, 3, 3) is covers(PlacesInFile([]), None, None) is False


def test_many_results_in_a_file_of_many_objects_take_no_time() -> None:
    count = 50_000
    covered = PlacesInFile([Place(3 * number + 2, 3 * number + 3, True) for number in range(count)])
    before = time.process_time()
    assert all(covers(covered, 3 * number + 2, None) for number in range(count))
    assert not any(covers(covered, 3 * number + 4, None) for number in range(count))
    assert time.process_time() - before < 5
