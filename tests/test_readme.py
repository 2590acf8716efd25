"""The README says what is true: its table of rules comes from the pages, and its links lead somewhere."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from scanning import PACKAGE, ROOT

from hostprocess_lint.rules.catalogue import builtin

README = ROOT / "README.md"
_TABLE = re.compile(r"(<!-- rules: begin .*?-->\n).*?(<!-- rules: end -->)", re.DOTALL)
_LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")
CONSEQUENCES = {
    "1": "refused by the API server",
    "2": "admitted, and does not start",
    "3": "runs, and does not do what is written",
    "4": "gives away more of the node than it must",
    "5": "depends on versions",
    "0": "could not be looked at, or a suppression is wrong",
}


def table() -> str:
    lines = []
    for digit, meaning in CONSEQUENCES.items():
        lines += ["", f"**HPC{digit}: {meaning}**", "", "| rule | | level |", "| --- | --- | --- |"]
        for rule in builtin():
            if rule.id[3] == digit:
                lines.append(f"| [{rule.id}]({rule.path}) `{rule.name}` | {rule.title} | {rule.level.value} |")
    return "\n".join([*lines[1:], "", ""])


def written() -> str:
    return _TABLE.sub(lambda match: f"{match[1]}\n{table()}{match[2]}", README.read_text(encoding="utf-8"))


def test_table_of_rules() -> None:
    assert written() == README.read_text(encoding="utf-8"), "python tests/test_readme.py brings it up to date"


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", *(str(p) for p in Path("docs").glob("*.md"))])
def test_links_lead_somewhere(page: str) -> None:
    """What is tested without the source beside it has the source's files in the installed package."""
    for target in _LINK.findall((ROOT / page).read_text(encoding="utf-8")):
        path = os.path.normpath(Path(page).parent / target)
        installed = PACKAGE.parent / path.removeprefix(f"src{os.sep}")
        assert (ROOT / path).exists() or installed.exists(), f"{page} links to {target}"


if __name__ == "__main__":
    README.write_text(written(), encoding="utf-8")
