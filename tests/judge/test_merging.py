"""One finding for each line that somebody has to change, whatever the order is in which it is come to."""

from __future__ import annotations

from itertools import permutations

from scanning import manifest

from hostprocess_lint.finding import Finding, Origin
from hostprocess_lint.judge.judging import judge
from hostprocess_lint.location import Location, Part, Precision, Route, Span, Trace
from hostprocess_lint.rendered import Rendered
from hostprocess_lint.rules.catalogue import builtin
from hostprocess_lint.rules.context import Context
from hostprocess_lint.sourcefile import SourceFile

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: %s, namespace: ops}
spec:
  hostNetwork: %s
  securityContext: {windowsOptions: {hostProcess: true}}
  nodeSelector: {kubernetes.io/os: windows}
  containers:
  - {name: agent, image: a.example/b:1}
"""
VALUES = {name: SourceFile(f"values-{name}.yaml", "net: false\n") for name in ("dev", "prod")}
TEMPLATE = SourceFile("templates/pod.yaml", "hostNetwork: {{ .Values.net }}\n")


class From:
    """A provenance that knows one place for everything."""

    def __init__(self, file: SourceFile, precision: Precision = Precision.EXACT, start: int = 0) -> None:
        self._location = Location(file, Span(start, len(file.text) - 1), precision)

    def locate(self, document: int, route: Route, part: Part, span: Span) -> Trace:
        return Trace(self._location)


def profile(name: str, provenance: From, text: str = POD % ("agent", "false")) -> Rendered:
    return Rendered(Origin("chart", "agent", name), SourceFile("templates/pod.yaml", text), provenance)


def found(*items: Rendered) -> tuple[Finding, ...]:
    findings = judge(items, builtin, Context()).findings
    return tuple(finding for finding in findings if finding.rule == "HPC101")


def test_profiles_that_render_alike_from_different_files_are_different_findings() -> None:
    findings = found(*(profile(name, From(file)) for name, file in VALUES.items()))
    assert [finding.location.path for finding in findings] == ["values-dev.yaml", "values-prod.yaml"]
    assert [finding.source.variant for finding in findings] == ["dev", "prod"]


def test_one_line_of_several_profiles_is_one_finding_with_all_of_them() -> None:
    [finding] = found(*(profile(name, From(TEMPLATE)) for name in ("prod", "default", "dev")))
    assert finding.source.variant == "default, dev, prod"


def test_a_line_is_one_finding_however_well_it_is_known() -> None:
    coarse, exact = From(TEMPLATE, Precision.LINE), From(TEMPLATE, start=13)
    [finding] = found(profile("dev", coarse), profile("prod", exact))
    assert (finding.location.precision, finding.source.variant) == (Precision.EXACT, "dev, prod")


def test_other_fields_at_a_coarse_place_are_other_findings() -> None:
    text = POD % ("agent", "true")
    text = text.replace("nodeSelector", "os: {name: windows}\n  hostPID: true\n  hostIPC: true\n  nodeSelector")
    items = [profile("default", From(TEMPLATE, Precision.LINE), text)]
    fields = [finding.field for finding in judge(items, builtin, Context()).findings if finding.rule == "HPC105"]
    assert fields == ["spec.hostIPC", "spec.hostPID"]


def test_the_order_of_profiles_changes_nothing() -> None:
    items = [
        profile("dev", From(VALUES["dev"])),
        profile("prod", From(TEMPLATE), POD % ("other", "false")),
        profile("test", From(TEMPLATE, Precision.LINE)),
        profile("more", From(TEMPLATE), POD % ("agent", "null")),
    ]
    scans = [judge(order, builtin, Context()) for order in permutations(items)]
    assert len({each.findings for each in scans}) == 1


def test_several_reasons_at_one_place_are_all_said() -> None:
    items = [
        manifest(
            "".join(
                f"---\napiVersion: v1\nkind: Pod\n{each}\n"
                for each in ("hostProcess: [", "hostProcess: {", "hostProcess: !x 1")
            )
        )
    ]
    reasons = [finding.message for finding in judge(items, builtin, Context()).findings]
    assert len(reasons) == 3
