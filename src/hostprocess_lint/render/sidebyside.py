"""Waiting for several programs at once, with results in the order in which they were asked for."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from .budget import Budget

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

_Result = TypeVar("_Result")


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
        """For each job what waits for its result, and raises what it raised. Not many more are begun than are taken."""
        waiting: deque[Callable[[], _Result]] = deque()
        more = iter(jobs)
        while True:
            waiting.extend(map(self._begin, islice(more, 2 * self._workers - len(waiting))))
            if not waiting:
                return
            yield waiting.popleft()

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
