"""Writes a configuration in which everything is explained and nothing is switched on."""

from __future__ import annotations

import os
from contextlib import suppress

from ... import config
from ...errors import HOME, UsageError
from ...sources.landmarks import CONFIGURATION
from ..output import deliver
from ..request import Request
from . import CLEAN


def run(asked: Request) -> int:
    template = os.path.join(os.path.dirname(os.path.abspath(config.__file__)), "config.template.yaml")
    file = os.path.normpath(os.path.join(asked.word, CONFIGURATION))
    try:
        with open(template, "rb") as source, open(file, "xb") as target:
            target.write(source.read())
    except FileExistsError:
        raise UsageError(f"{file}: is there already: edit it, or remove it first") from None
    except OSError as error:
        with suppress(OSError):  # a part of it, which the next run would take for one that is there already
            os.unlink(file)
        raise UsageError(f"{file}: cannot be written: {error.strerror}") from None
    deliver(f"{file} is written. Its keys: {HOME}/blob/main/docs/configuration.md\n", "-")
    return CLEAN
