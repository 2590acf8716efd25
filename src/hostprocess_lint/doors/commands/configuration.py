"""The configuration that a request names, else the nearest one."""

from __future__ import annotations

import os

from ...config.config import Config
from ...config.nearest import load_config, nearest_config
from ..request import Request


def configuration(asked: Request, at: str) -> Config:
    """Patterns of one that is named are relative to the working directory: it may lie anywhere."""
    if asked.config:
        return load_config(asked.config, asked.policies, os.getcwd())
    return nearest_config(at, asked.policies)
