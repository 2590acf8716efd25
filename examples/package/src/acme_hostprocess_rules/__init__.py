"""ACME's rules: the entry point of this package names `rules`, which gives one for each page."""

from collections.abc import Iterator
from pathlib import Path

from hostprocess_lint import Context, Label, Pod, Rule, Violation, rule_page

_PAGES = Path(__file__).parent / "pages"


def rules() -> Iterator[Rule]:
    yield rule_page(_PAGES / "system-with-token.md", system_with_token)


def system_with_token(pod: Pod, context: Context) -> Iterator[Violation]:
    """Two conditions at once, which a declarative rule cannot say."""
    token = pod.written("automountServiceAccountToken")
    if token is not None and token.value is False:
        return
    for container in pod.host_process_containers:
        account = container.account
        if account.value == "NT AUTHORITY\\SYSTEM":
            yield Violation(Label(account.route), container=container.name)
