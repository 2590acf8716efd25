"""The pictures of a review: the tree of one workload, and the bands of all."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from reviewing import bound, card, container, pod, reviewed, role, rule

from hostprocess_lint.report.review.flow import flow
from hostprocess_lint.report.review.picture import picture

WINDOWS = [{"name": "v", "hostPath": {"path": "C:\\Windows"}}]
MOUNTED = [{"name": "v", "mountPath": "C:\\v"}]


def tree(**spec: Any) -> list[tuple[int, str]]:
    """The rows with their depths."""
    drawn = unescape(picture(card(pod(**spec))).text)
    return [(int(depth), text) for depth, text in re.findall(r'class="t d(\d)">([^<]*)<', drawn)]


def running_as(name: str, account: str, **fields: Any) -> dict[str, Any]:
    return container(**{"name": name, "securityContext": {"windowsOptions": {"runAsUserName": account}}, **fields})


def above(rows: list[tuple[int, str]], text: str) -> str:
    """The row that another one hangs on."""
    at = next(number for number, row in enumerate(rows) if row[1] == text)
    return next(row[1] for row in reversed(rows[:at]) if row[0] < rows[at][0])


def test_a_directory_hangs_on_the_node_and_on_no_account() -> None:
    rows = tree(
        containers=[
            running_as("a", "NT AUTHORITY\\LocalService", volumeMounts=MOUNTED),
            running_as("b", "NT AUTHORITY\\SYSTEM"),
        ],
        volumes=WINDOWS,
    )
    assert {above(rows, text) for text in ("C:\\Windows", "the node's network")} == {"the node"}
    assert [text for depth, text in rows if depth == 1] == [
        "NT AUTHORITY\\SYSTEM",
        "NT AUTHORITY\\LocalService",
        "the node",
        "service account agent",
    ]


def test_more_accounts_than_there_is_room_for() -> None:
    rows = tree(
        containers=[running_as(f"c{n}", f"group-{n:02}", volumeMounts=MOUNTED) for n in range(12)], volumes=WINDOWS
    )
    assert (1, "and 5 more") in rows
    assert above(rows, "C:\\Windows") == "the node"


def test_no_account_at_all() -> None:
    unknown = {"windowsOptions": {"hostProcess": "${HP}"}}
    rows = tree(securityContext=unknown, containers=[container(volumeMounts=MOUNTED)], volumes=WINDOWS)
    assert [text for depth, text in rows if depth == 1] == ["the node", "service account agent"]
    assert above(rows, "C:\\Windows") == "the node"


def test_what_is_written_about_a_power_is_not_taken_apart() -> None:
    named = rule("secrets", resourceNames=["a in b named c"])
    found = reviewed(pod(), role("r", rule("pods/exec", "create"), named), bound("r"))
    drawn = flow(found.cards).text
    assert re.findall(r">(run commands[^<]*|read secrets[^<]*)<tspan", drawn) == [
        "read secrets",
        "run commands in pods",
    ]
