"""The questions of a review, answered from the page of `examples/review` alone."""

from __future__ import annotations

import json
import re
import shutil
from html import unescape
from importlib.util import find_spec

import pytest
from scanning import PACKAGE, ROOT, run

from hostprocess_lint.report.review.flow import NOWHERE

pytestmark = pytest.mark.skipif(find_spec("helm_python") is None, reason="the Helm library is not installed")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a reader sees of the page: one year after the image of production was another one."""
    root = tmp_path_factory.mktemp("review") / "fleet"
    shutil.copytree(ROOT / "examples" / "review", root)
    (root / ".git").mkdir()
    values = root / "environments" / "production.yaml"
    now = values.read_text(encoding="utf-8")
    values.write_text(now.replace("1.4.2", "1.4.1").replace("LocalService", "SYSTEM"), encoding="utf-8")
    assert run("review", ".", "--output", "../old.json", cwd=root).returncode == 0
    values.write_text(now, encoding="utf-8")
    assert run("review", ".", "--compare", "../old.json", "--output", "../review.html", cwd=root).returncode == 0
    return (root.parent / "review.html").read_text(encoding="utf-8")


def text(markup: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def cards(page: str) -> dict[str, str]:
    """The cards by environment and name."""
    found = {}
    for body in re.findall(r'<details class="card".*?(?=<details class="card"|<p id="nothing")', page, re.DOTALL):
        held = dict(re.findall(r'data-(env|name)="([^"]*)"', body))
        (environment,) = json.loads(unescape(held["env"]))
        found[f"{environment.replace(NOWHERE, '')}:{held['name']}"] = text(body)
    return found


def test_which_workloads_in_which_environment(page: str) -> None:
    assert list(cards(page)) == [
        "staging:agents/node-agent",
        ":node-setup/node-repair",
        "production:agents/node-agent",
        ":/node-agent",
    ]


QUESTIONS = {
    "as which account": ("staging:agents/node-agent", r"Account NT AUTHORITY\SYSTEM"),
    "as which account there": ("production:agents/node-agent", r"Account NT AUTHORITY\LocalService"),
    "from which image": ("production:agents/node-agent", "Image registry.example/platform/node-agent:1.4.2"),
    "by whom deployed": (
        "production:agents/node-agent",
        "Application argocd/node-agent-production → production/agents",
    ),
    "what it reaches on the node": ("staging:agents/node-agent", r"\\.\pipe\containerd-containerd"),
    "what it mounts": (":node-setup/node-repair", r"Mounts C:\Windows → C:\host"),
    "what it reaches in the cluster": (
        "staging:agents/node-agent",
        "reach kubelets through the API server in the whole cluster",
    ),
    "what it may create": (":node-setup/node-repair", "create pods in namespace node-setup"),
    "what is not known": (":node-setup/node-repair", "Namespace node-setup is not in the scan"),
    "what leads to it": ("staging:agents/node-agent", "Service node-agent"),
    "what does not hold it": ("staging:agents/node-agent", "NetworkPolicy default-deny selects it, and does not hold"),
    "what admits it": ("staging:agents/node-agent", "enforce: privileged"),
    "who approved it": ("production:agents/node-agent", "approved by platform until 2027-06-30: metrics of the nodes"),
    "that nobody approved it": (":node-setup/node-repair", "not approved"),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_card_answers(question: str, page: str) -> None:
    card, answer = QUESTIONS[question]
    assert answer in cards(page)[card]


def test_what_is_new(page: str) -> None:
    found = re.search(r'<section id="changes">.*?</section>|<section [^>]*id="changes".*?</section>', page, re.S)
    assert found
    said = text(found[0])
    assert "1 changed; none reaches further" in said
    assert r"+ Accounts on the node: NT AUTHORITY\LocalService" in said
    assert "node-agent:1.4.1 → registry.example/platform/node-agent:1.4.2" in said
    assert "approval: not approved → approved" in said


def test_the_page_of_the_documentation_names_what_there_is() -> None:
    named = (ROOT / "docs" / "review.md").read_text(encoding="utf-8")
    shown = (ROOT / "examples" / "review" / "expected.md").read_text(encoding="utf-8")
    for word in ("node-agent", "node-repair", "staging", "production", "2027-06-30", "platform"):
        assert word in named
        assert word in shown
    assert (PACKAGE / "report" / "review" / "review.schema.json").is_file()
