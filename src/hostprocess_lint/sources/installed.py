"""Folders that tools fill, and that no repository deploys from: named as such, and with what the tool puts there."""

import os
from collections.abc import Callable

_VERSIONS = {
    ".git": ("HEAD",),
    ".hg": ("requires", "store"),
    ".svn": ("entries", "wc.db"),
}
"""Where systems of version control keep what is theirs, and what stands in it."""

REASON = "packages that a tool has installed: no repository deploys from there"


def is_kept_by_versions(path: str) -> bool:
    """Whether a folder is where a system of version control keeps its own files."""
    wanted = _VERSIONS.get(os.path.basename(path))
    return wanted is not None and any(os.path.exists(os.path.join(path, name)) for name in wanted)


def is_installed(path: str) -> bool:
    """Whether a folder holds packages that a tool has installed. A name alone hides nothing."""
    looks = _INSTALLED.get(os.path.basename(path))
    if looks is None:
        return False
    try:
        return looks(path, os.listdir(path))
    except OSError:
        return False  # which the search of it tells


def _by_npm(path: str, names: list[str]) -> bool:
    """npm, Yarn and pnpm leave a file of theirs; without one each package, or each of a scope, has a `package.json`."""
    if not {".package-lock.json", ".yarn-integrity", ".yarn-state.yml", ".modules.yaml"}.isdisjoint(names):
        return True
    packages = [name for name in names if not name.startswith(".")]
    return bool(packages) and all(_is_package(path, name) for name in packages)


def _is_package(path: str, name: str) -> bool:
    return name.startswith("@") or os.path.isfile(os.path.join(path, name, "package.json"))


def _by_pip(_: str, names: list[str]) -> bool:
    return any(name.endswith((".dist-info", ".egg-info", ".egg-link")) for name in names)


def _by_terraform(_: str, names: list[str]) -> bool:
    return not {"modules", "providers", "plugins", "terraform.tfstate"}.isdisjoint(names)


_INSTALLED: dict[str, Callable[[str, list[str]], bool]] = {
    "node_modules": _by_npm,
    "site-packages": _by_pip,
    ".terraform": _by_terraform,
}
