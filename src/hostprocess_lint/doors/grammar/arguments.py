"""What each command takes: its options and their help."""

from __future__ import annotations

import argparse

from ...config.settings import MODES
from ...finding import Level
from ...report import REPORTERS
from ...report.review import FORMATS as REVIEWS
from ...rules.targets import NEWEST_KUBERNETES, shown, usual_containerd
from ...sources.landmarks import CONFIGURATION

NEWEST, RUNTIME = shown(NEWEST_KUBERNETES), shown(usual_containerd(NEWEST_KUBERNETES))
NAMING = (
    *("paths", "changed_since", "config", "policies", "output", "report", "values", "charts", "helm", "kustomize"),
    *("select", "baseline", "write_baseline", "since", "compare", "write_approvals", "live", "word"),
)
"""The arguments that name something, which an empty text does not."""

SHELLS = ("bash", "zsh", "fish")
OF_POLICIES = ("test",)

_PATH = "a file, a directory, or `-` for standard input"


def scan_options(scan: argparse.ArgumentParser) -> None:
    scan.add_argument("paths", nargs="*", metavar="PATH", help=_PATH)
    change = scan.add_argument_group("what a change affects")
    way = change.add_mutually_exclusive_group()
    way.add_argument("--changed", action="store_true", help="the PATHs are changed files: scan what they belong to")
    way.add_argument("--changed-since", metavar="REV", help="ask git for the changed files; PATHs narrow them down")
    change.add_argument("--deleted", action="store_true", help="with --changed: and the files that the commit deletes")
    change.add_argument("--only-manifests", action="store_true", help="no charts and overlays: no engine is needed")
    _configuration(scan)
    output = scan.add_argument_group("output")
    output.add_argument("--format", choices=sorted(REPORTERS), default="text", help="default: text")
    output.add_argument("--output", default="-", metavar="FILE", help="write the report to a file instead")
    more = "one more report, `-` for standard output; repeat"
    output.add_argument("--report", action="append", default=[], metavar="FORMAT=FILE", help=more)
    color = "auto heeds NO_COLOR and FORCE_COLOR"
    output.add_argument("--color", choices=("auto", "always", "never"), default="auto", help=color)
    loud = output.add_mutually_exclusive_group()
    loud.add_argument("-v", "--verbose", action="store_true", help="show every note instead of a sum of them")
    loud.add_argument("-q", "--quiet", action="store_true", help="show findings and nothing else")
    output.add_argument("--statistics", action="store_true", help="count the findings by rule, at the end")
    output.add_argument("--show-suppressed", action="store_true", help="show findings that are suppressed, too")
    output.add_argument("--sarif-include-suppressed", action="store_true", help="put suppressed findings into SARIF")
    output.add_argument("--sarif-category", metavar="NAME", help="write the category of the analysis into SARIF")
    _rendering(scan)
    choice = scan.add_argument_group("rules")
    choice.add_argument("--select", action="append", default=[], metavar="RULES", help="only these: HPC101,HPC2,…")
    choice.add_argument("--ignore", action="append", default=[], metavar="RULES", help="all but these")
    choice.add_argument("--fail-on", choices=(*(level.value for level in Level), "never"), help="default: warning")
    choice.add_argument("--kubernetes-version", metavar="X.Y", help=f"the version aimed at (default: {NEWEST})")
    usual = f"what goes with the Kubernetes aimed at; {RUNTIME} with {NEWEST}"
    choice.add_argument("--containerd-version", metavar="X.Y", help=f"the version aimed at (default: {usual})")
    known = _suppressions(scan)
    known.add_argument("--write-baseline", metavar="FILE", help="write the findings that count into a file")


def inventory_options(inventory: argparse.ArgumentParser) -> None:
    inventory.add_argument("paths", nargs="+", metavar="PATH", help=_PATH)
    inventory.add_argument("--format", choices=("table", "json", "csv"), default="table", help="default: table")
    inventory.add_argument("--output", default="-", metavar="FILE", help="write the list to a file instead")
    _rendering(inventory)
    _configuration(inventory)


def review_options(review: argparse.ArgumentParser) -> None:
    review.add_argument("paths", nargs="+", metavar="PATH", help=_PATH)
    output = review.add_argument_group("output")
    output.add_argument("--format", choices=tuple(REVIEWS), help="default: by the file's name, else markdown")
    output.add_argument("--output", default="-", metavar="FILE", help="write the review to a file: `review.html`")
    output.add_argument("--report", action="append", default=[], metavar="FORMAT=FILE", help="one more; repeat")
    first = "write a first list of approved workloads: all that there are"
    output.add_argument("--write-approvals", metavar="FILE", help=first)
    live = "compare with a cluster: what `kubectl get pods,nodes,namespaces -A -o json` has printed"
    review.add_argument("--live", metavar="FILE", help=live)
    change = review.add_argument_group("what has changed").add_mutually_exclusive_group()
    change.add_argument("--since", metavar="REV", help="compare with where this revision and HEAD parted, by git")
    earlier = "compare with an earlier review as JSON; the PATH may be another one"
    change.add_argument("--compare", metavar="OLD.json", help=earlier)
    _rendering(review)
    _configuration(review)
    _suppressions(review)


def triage_options(triage: argparse.ArgumentParser) -> None:
    triage.add_argument("word", metavar="FILE.sarif", help="the report of another scanner")
    triage.add_argument("paths", nargs="*", default=["."], metavar="PATH", help="what it is about (default: .)")
    triage.add_argument("--output", default="-", metavar="FILE", help="write the report to a file instead")
    _rendering(triage)
    _configuration(triage)


def coverage_options(coverage: argparse.ArgumentParser) -> None:
    coverage.add_argument("paths", nargs="+", metavar="PATH", help=_PATH)
    coverage.add_argument("--format", choices=("table", "json"), default="table", help="default: table")
    coverage.add_argument("--output", default="-", metavar="FILE", help="write the list to a file instead")
    _rendering(coverage)
    _configuration(coverage)


def _rendering(command: argparse.ArgumentParser) -> None:
    charts = command.add_argument_group("charts and overlays")
    charts.add_argument(
        "--values", action="append", default=[], metavar="FILE", help="judge charts with these values; repeat"
    )
    charts.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="and with this one; repeat")
    charts.add_argument("--charts", metavar="DIR", help="where charts are that were pulled from elsewhere")
    asked = "one of .Capabilities.APIVersions, as monitoring.coreos.com/v1; repeat"
    charts.add_argument("--api-versions", action="append", default=[], metavar="API", help=asked)
    charts.add_argument("--namespace", metavar="NAME", help="of the release, and of what names none (default: default)")
    charts.add_argument("--release-name", default="release-name", metavar="NAME", help="what .Release.Name is")
    charts.add_argument("--helm", metavar="FILE", help="the helm program to use")
    charts.add_argument("--kustomize", metavar="FILE", help="the kustomize or kubectl program to use")


def _configuration(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("configuration")
    group.add_argument("--config", metavar="FILE", help=f"instead of the nearest {CONFIGURATION}")
    group.add_argument("--policies", action="append", default=[], metavar="DIR", help="a directory of rules; repeat")


def _suppressions(command: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    known = command.add_argument_group("known findings")
    modes = "whose suppressions count: all, those of the configuration and the baseline, none (default: all)"
    known.add_argument("--suppressions", choices=MODES, default="all", help=modes)
    known.add_argument("--baseline", metavar="FILE", help="findings in this file do not count")
    return known


def explain_options(explain: argparse.ArgumentParser) -> None:
    explain.add_argument("word", metavar="RULE", help="an id or a name, as HPC101 or missing-host-network")
    _configuration(explain)


def rules_options(rules: argparse.ArgumentParser) -> None:
    rules.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    _configuration(rules)


def checkov_plugin_options(checkov: argparse.ArgumentParser) -> None:
    checkov.add_argument(
        "--verify",
        action="store_const",
        const="verify",
        dest="word",
        help="run the checkov on PATH over a bad manifest; fail unless it reports that",
    )


def policies_options(policies: argparse.ArgumentParser) -> None:
    policies.add_argument("word", choices=OF_POLICIES, metavar="test", help="run the examples of the pages")
    policies.add_argument("policies", nargs="+", metavar="DIR", help="a directory of rules")


def init_options(init: argparse.ArgumentParser) -> None:
    init.add_argument("word", nargs="?", default=".", metavar="DIR", help="default: the working directory")


def completion_options(completion: argparse.ArgumentParser) -> None:
    completion.add_argument("word", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))
