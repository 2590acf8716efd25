"""The findings in real manifests, counted by file and rule, as they were looked at one by one.

`python tests/judge/test_corpus_findings.py` writes the counts anew; look at each line that changes.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from scanning import report, shared

REVIEWED = Path(__file__).with_name("corpus_findings.tsv")
FOLDERS = ("manifests", "rendered")


def counted() -> str:
    findings = report(*FOLDERS, cwd=shared() / "corpus")["findings"]
    counts = Counter((each["location"]["path"], each["rule"], each["level"]) for each in findings)
    return "".join("\t".join((*key, str(count))) + "\n" for key, count in sorted(counts.items()))


def test_findings_are_those_that_were_reviewed() -> None:
    if not (shared() / "corpus").is_dir():
        pytest.skip(f"{shared() / 'corpus'} is not there")
    assert counted() == REVIEWED.read_text(encoding="utf-8")


if __name__ == "__main__":
    REVIEWED.write_text(counted(), encoding="utf-8")
