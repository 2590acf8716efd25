"""Waiting for several programs at once, with results in the order in which they were asked for."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Generic, TypeVar

from .budget import Budget

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

_Result = TypeVar("_Result")

_AHEAD = 4
"""How many jobs for each processor are begun before the first is done: one that takes long holds up none of these."""


class Ready(Generic[_Result]):
    """A job that takes no program, as its result is known already."""

    def __init__(self, result: _Result) -> None:
        self._result = result

    def __call__(self) -> _Result:
        return self._result


class SideBySide:
    """As many threads as there are processors, begun when they are first needed. Close it; then none is left.

    What runs in them runs under a `budget` of this, so that closing ends it at once.
    """

    def __init__(self) -> None:
        self._threads: ThreadPoolExecutor | None = None
        self._budgets: list[Budget] = []
        self._closed = False
        self._workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

    def budget(self, seconds: float) -> Budget:
        budget = Budget(seconds)
        self._budgets.append(budget)
        if self._closed:
            budget.end()
        return budget

    def results(self, jobs: Iterable[Callable[[], _Result]]) -> Iterator[Callable[[], _Result]]:
        """For each job what waits for its result, and raises what it raised. Not many more are begun than are taken;
        those whose results are known are not among them, or few of the others would run side by side.
        """
        waiting: deque[Callable[[], _Result]] = deque()
        more, begun = iter(jobs), 0
        while True:
            while begun < _AHEAD * self._workers and (job := next(more, None)) is not None:
                begun += not isinstance(job, Ready)
                waiting.append(job if isinstance(job, Ready) else self._begin(job))
            if not waiting:
                return
            first = waiting.popleft()
            begun -= not isinstance(first, Ready)
            yield first

    def _begin(self, job: Callable[[], _Result]) -> Callable[[], _Result]:
        if self._threads is None:
            from concurrent.futures import ThreadPoolExecutor

            self._threads = ThreadPoolExecutor(self._workers, "hostprocess-lint")
        return self._threads.submit(job).result

    def close(self) -> None:
        self._closed = True
        while self._budgets:
            self._budgets.pop().end()
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)
            self._threads = None
