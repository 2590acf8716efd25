"""Flux Operator: the objects that a ResourceSet makes of its inputs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from overlays import DAEMONSET
from releasing import CHART, found
from scanning import POD

from hostprocess_lint.render.engines import Engines
from hostprocess_lint.render.expanding import Expander
from hostprocess_lint.sources.releases.flux.templated import Filler

pytest.importorskip("helm_python")

REFUSED = object()
INPUTS = {
    "s": "abc",
    "t": "true",
    "b": True,
    "c": False,
    "n": 7,
    "e": "",
    "sp": "a: b",
    "num": "012",
    "l": ["x", "y", 3],
    "m": {"a": 1, "deep": {"k": "v"}},
}


@pytest.mark.parametrize(
    ("template", "value"),
    [
        # What Go's templates with slim-sprig 3.0.0 make of them, as the operator asks them.
        ("<< inputs.s >>", "abc"),
        ("<< inputs.t >>", True),
        ("<< inputs.t | quote >>", "true"),
        ("<< inputs.num >>", 10),
        ("<< inputs.num | quote >>", "012"),
        ("p-<< inputs.n >>", "p-7"),
        ("0<< inputs.n >>", 7),
        ("<< inputs.b >>-s", "true-s"),
        ("<< inputs.s | upper >>", "ABC"),
        ('<< inputs.e | default "d" >>', "d"),
        ("<< inputs.c | default true >>", True),
        ("<< if inputs.c >>x<< else >>y<< end >>", True),
        ('<< ternary "yes" "no" inputs.b >>', True),
        ("<< inputs.m | toJson >>", {"a": 1, "deep": {"k": "v"}}),
        ("<< toYaml inputs.m | nindent 4 >>", {"a": 1, "deep": {"k": "v"}}),
        ("<< inputs.m | toYaml >>", REFUSED),
        ("<< range inputs.l >><< . >>,<< end >>", "x,y,3,"),
        ("<< index inputs.l 1 >>", True),
        ('<< dig "deep" "k" "no" inputs.m >>', "v"),
        ('<< get inputs.m "a" >>', 1),
        ('<< hasKey inputs "zz" >>', False),
        ("<< inputs.zz >>", REFUSED),
        ("<< inputs.zz | default 1 >>", REFUSED),
        ("<< if inputs.zz >>a<< end >>", REFUSED),
        ("<< inputs.m.none >>", REFUSED),
        ("<< inputs.sp >>", REFUSED),
        ("a: << inputs.s >>", "a: abc"),
        ("[<< inputs.s >>]", "[abc]"),
        ("# << inputs.s >>", "# abc"),
        ("x{{y}}<< inputs.s >>", "x{{y}}abc"),
        ('<< "inputs.s" >>', "inputs.s"),
        ('<< inputs.s | replace "b" "inputs.n" >>', "ainputs.nc"),
        ("<< $x := inputs.s >><< $x >>", "abc"),
        ("<< /* no */ >>x", REFUSED),
        ('<< join "-" inputs.l >>', "x-y-3"),
        ('<< eq inputs.s "abc" >>', True),
        ("<<inputs.s>>", "abc"),
        ("line\n<< inputs.n >>\n", "line\n7\n"),
    ],
)
def test_what_a_template_becomes(template: str, value: Any, tmp_path: Path) -> None:
    engines = Engines()
    try:
        filler = Filler(Expander(engines, str(tmp_path)), INPUTS)
        made = filler.data({"v": template}, ())
    finally:
        engines.close()
    assert REFUSED if filler.unfilled else made["v"] == value
    assert bool(filler.unfilled) is (value is REFUSED)


PROVIDER = """\
apiVersion: fluxcd.controlplane.io/v1
kind: ResourceSetInputProvider
metadata: {name: nets, namespace: ops, labels: {of: agents}}
spec: {type: %s, defaultValues: {name: third, net: false, user: LocalService}}
"""
GIVEN = """\
  inputs:
  - {name: first, net: true, user: LocalService}
  - {name: second, net: false, user: LocalService}
"""


@pytest.mark.parametrize(
    ("inputs", "kind", "expected"),
    [
        ("  inputsFrom: [{name: nets}]\n", "Static", ["HPC101"]),
        ("  inputsFrom: [{selector: {matchLabels: {of: agents}}}]\n", "Static", ["HPC101"]),
        ("  inputsFrom: [{selector: {matchLabels: {of: others}}}]\n", "Static", ["HPC006"]),
        ("  inputsFrom: [{name: nowhere}]\n", "Static", ["HPC006"]),
        ("  inputsFrom: [{name: nets}]\n", "GitHubBranch", ["HPC006"]),
        ("  inputStrategy: {name: Permute}\n  inputsFrom: [{name: nets}]\n", "Static", ["HPC101"]),
    ],
)
def test_inputs_of_a_provider(inputs: str, kind: str, expected: list[str], tmp_path: Path) -> None:
    text = RESOURCES.replace(GIVEN, inputs)
    text = text.replace("inputs.", "inputs.nets.") if "Permute" in inputs else text
    files = {**CHART, "set.yaml": text, "provider.yaml": PROVIDER % kind}
    assert [rule for rule, _ in found(tmp_path, files, notes=True)] == expected


def test_what_is_not_reconciled_is_not_made(tmp_path: Path) -> None:
    switch = 'annotations: {fluxcd.controlplane.io/reconcile: << ternary "enabled" "disabled" inputs.net >>}'
    text = RESOURCES.replace("namespace: ops}\n    spec", f"namespace: ops, {switch}}}\n    spec")
    assert found(tmp_path, {**CHART, "set.yaml": text}) == []


POD_OF_SET = "  - " + POD.replace("\n", "\n    ")
DAEMONSET_OF_SET = "  - " + DAEMONSET.replace("\n", "\n    ")


@pytest.mark.parametrize("workload", [POD_OF_SET, DAEMONSET_OF_SET])
@pytest.mark.parametrize(
    ("network", "process", "expected"),
    [
        ("<< inputs.net >>", "true", ["HPC101"]),
        ("<< inputs.net | quote >>", "true", ["HPC101", "HPC110"]),
        ("<< inputs.user >>", "true", ["HPC101", "HPC110"]),
        ("true", "<< inputs.net >>", ["HPC311"]),
        ("false", "<< inputs.net >>", ["HPC101"]),
        ("<< inputs.net | toString | trim >>", "true", []),
    ],
)
def test_workloads_of_a_resource_set_are_judged_as_its_inputs_make_them(
    workload: str, network: str, process: str, expected: list[str], tmp_path: Path
) -> None:
    text = workload.replace("hostNetwork: true", f"hostNetwork: {network}")
    text = RESOURCES.partition("  - apiVersion")[0] + text.replace("hostProcess: true", f"hostProcess: {process}")
    assert sorted({rule for rule, _ in found(tmp_path, {"set.yaml": text})}) == expected


@pytest.mark.parametrize(("count", "expected"), [(999, {"HPC101"}), (1001, {"HPC005"})])
def test_the_last_of_many_inputs_is_judged_or_told(count: int, expected: set[str], tmp_path: Path) -> None:
    many = "".join(f"  - {{name: n{number}, net: true, user: LocalService}}\n" for number in range(count))
    last = "  - {name: last, net: false, user: LocalService}\n"
    text = RESOURCES.partition("  - apiVersion")[0].replace(GIVEN, f"  inputs:\n{many}{last}")
    text += POD_OF_SET.replace("hostNetwork: true", "hostNetwork: << inputs.net >>")
    assert {rule for rule, _ in found(tmp_path, {"set.yaml": text})} == expected


RESOURCES = """\
apiVersion: fluxcd.controlplane.io/v1
kind: ResourceSet
metadata: {name: apps, namespace: ops}
spec:
  inputs:
  - {name: first, net: true, user: LocalService}
  - {name: second, net: false, user: LocalService}
  resources:
  - apiVersion: helm.toolkit.fluxcd.io/v2
    kind: HelmRelease
    metadata: {name: << inputs.name >>, namespace: ops}
    spec:
      chart: {spec: {chart: ./charts/agent, sourceRef: {kind: GitRepository, name: fleet}}}
      values:
        windows:
          hostNetwork: << inputs.net >>
          account: NT AUTHORITY\\<< inputs.user >>
"""


@pytest.mark.parametrize(
    ("old", "new", "rules"),
    [
        ("net: false", "net: false", ["HPC101"]),
        ("net: false", "net: true", []),
        ("<< inputs.net >>", "false", ["HPC101"]),
        ("<< inputs.net >>", "<< inputs.net | quote >>", ["HPC101"]),
        ("<< inputs.net >>", "<< inputs.nowhere >>", []),
        ("<< inputs.net >>", "<< if inputs.net >>false<< else >>true<< end >>", ["HPC101"]),
        ("<< inputs.net >>", '<< ternary false true (eq inputs.name "second") >>', ["HPC101"]),
        ("<< inputs.net >>", "<< not inputs.net >>", ["HPC101"]),
        ("  inputs:\n", "  inputsFrom: [{kind: ResourceSetInputProvider, name: x}]\n  inputs:\n", ["HPC101"]),
        ("  resources:\n", "  steps:\n  - name: all\n    resources:\n", ["HPC101"]),
    ],
)
def test_the_releases_that_a_resource_set_makes_of_its_inputs(
    old: str, new: str, rules: list[str], tmp_path: Path
) -> None:
    text = RESOURCES.replace(old, new)
    if "steps:" in new:
        before, _, after = text.partition("    resources:\n")
        text = before + "    resources:\n" + "".join(f"  {line}\n" for line in after.splitlines())
    known = [rule for rule, _ in found(tmp_path, {**CHART, "set.yaml": text}) if rule != "HPC002"]
    assert sorted(set(known)) == rules


def test_a_resource_set_that_grows_is_told(tmp_path: Path) -> None:
    grown = RESOURCES.replace("<< inputs.user >>", "<< inputs.user >>" * 100)
    grown = grown.replace("user: LocalService", f"user: {'a' * 2**20}")
    assert ("HPC005", "set.yaml:4") in found(tmp_path / "grown", {**CHART, "set.yaml": grown})
    opened = RESOURCES.replace("<< inputs.user >>", "<< inputs.user >>" + "<" * 2**20)
    assert "HPC005" not in {rule for rule, _ in found(tmp_path / "opened", {**CHART, "set.yaml": opened})}


@pytest.mark.parametrize(
    ("value", "expected"),
    [("<< inputs.net >>", "HPC101"), ("<< inputs.none >>", "HPC002"), ("<< nofunction inputs.net >>", "HPC006")],
)
def test_the_releases_of_a_template_that_is_a_string(value: str, expected: str, tmp_path: Path) -> None:
    before, _, resources = RESOURCES.replace("<< inputs.net >>", value).partition("  resources:\n")
    text = f"{before}  resourcesTemplate: |\n" + resources.replace("  - api", "    api", 1)
    line = 1 + next(
        n
        for n, each in enumerate(text.split("\n"))
        if ("hostNetwork" if expected == "HPC101" else "resourcesT") in each
    )
    assert found(tmp_path, {**CHART, "set.yaml": text}, notes=True) == [(expected, f"set.yaml:{line}")]


@pytest.mark.parametrize(("network", "rules"), [("<< inputs.net >>", []), ("<< net >>", ["HPC101", "HPC110"])])
def test_an_action_that_prints_inputs_is_unknown_in_a_manifest(network: str, rules: list[str], tmp_path: Path) -> None:
    pod = POD.replace("hostNetwork: true", f"hostNetwork: {network}")
    assert sorted(rule for rule, _ in found(tmp_path, {"pod.yaml": pod})) == rules
