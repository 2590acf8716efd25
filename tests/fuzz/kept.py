"""What all rounds of a run use, because it takes long to start; closed behind the last of them."""

from __future__ import annotations

from contextlib import ExitStack
from functools import cache
from tempfile import TemporaryDirectory

from hostprocess_lint.render.helm.engine.worker import HelmWorker
from hostprocess_lint.scanner import Scanner

_OPEN = ExitStack()


@cache
def scanner() -> Scanner:
    return _OPEN.enter_context(Scanner())


@cache
def worker() -> HelmWorker:
    started = HelmWorker()
    _OPEN.callback(started.close)
    return started


@cache
def folder() -> str:
    return _OPEN.enter_context(TemporaryDirectory())


def close() -> None:
    _OPEN.close()
    for kept in (scanner, worker, folder):
        kept.cache_clear()
