"""A program is killed for what it works, not for what it waits: a machine that is busy turns no scan red."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from hostprocess_lint.render.budget import Budget, processor_seconds

WAITS = "import time; time.sleep(0.6)"
WORKS = "while True: pass"


def run(program: str, budget: Budget) -> int:
    return budget.wait(subprocess.Popen([sys.executable, "-I", "-S", "-c", program], stderr=subprocess.DEVNULL))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what another process had of the processors")
def test_waiting_is_no_work() -> None:
    budget = Budget(0.3)
    assert (run(WAITS, budget), budget.is_spent) == (0, False)
    assert 0 < budget.spent < 0.3


def test_what_works_too_long_is_killed() -> None:
    budget = Budget(0.3)
    started = time.monotonic()
    assert run(WORKS, budget) != 0
    assert budget.is_spent
    assert time.monotonic() - started < 3


def test_what_waits_for_ever_is_killed() -> None:
    budget = Budget(0.05)
    assert run("import time; time.sleep(60)", budget) != 0
    assert budget.is_spent


def test_runs_share_their_seconds() -> None:
    budget = Budget(5)
    assert run("pass", budget) == 0
    first = budget.spent
    assert run("pass", budget) == 0
    assert 0 < first < budget.spent < 5


def test_nothing_is_known_of_a_process_that_is_not_there() -> None:
    gone = subprocess.Popen([sys.executable, "-I", "-S", "-c", ""])
    gone.wait()
    assert processor_seconds(gone.pid) == float("inf")
