"""What the page promises is so: run it with pytest where the package is installed."""

from hostprocess_lint import check, rules
from hostprocess_lint.pagetest import broken_promises

RULE = next(rule for rule in rules() if rule.id == "ACME101")

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: agent}
spec:
  containers:
    - name: agent
      image: registry.example.com/agent:1.0.0
      securityContext:
        windowsOptions:
          hostProcess: true
          runAsUserName: 'NT AUTHORITY\\SYSTEM'
"""


def test_the_page() -> None:
    assert list(broken_promises(RULE)) == []


def test_each_container_by_its_own_account() -> None:
    [finding] = check(RULE, POD)
    assert (finding.container, finding.location.start) == ("agent", (11, 11))
