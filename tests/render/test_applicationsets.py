"""Argo CD's ApplicationSets: which applications the generators make, as its own generators and templates do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scanning import write

from hostprocess_lint.render.engines import Engines
from hostprocess_lint.render.expanding import Expander
from hostprocess_lint.sources.releases.argo.elements import said
from hostprocess_lint.sources.releases.reading import Manifests
from hostprocess_lint.sources.releases.release import Release, Unknowable
from hostprocess_lint.sources.releases.repository import Repository
from hostprocess_lint.sources.source import Source

pytest.importorskip("helm_python")

HEAD = "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: agents}\nspec:\n"
FILES = {
    "charts/agent/Chart.yaml": "apiVersion: v2\nname: agent\nversion: 0.1.0\n",
    "clusters/a/config.yaml": "cluster: {name: a, size: 2000000}\nvalues: {own: kept}\n",
    "clusters/b/config.yaml": "cluster: {name: b, size: 12}\n",
    "clusters/c/config.yaml": "",
}


@pytest.fixture(scope="module")
def engines() -> Iterator[Engines]:
    found = Engines()
    yield found
    found.close()


def made(
    engines: Engines, root: Path, generators: str, value: str, more: str = "", is_go: bool = True
) -> list[str | None]:
    """What the applications give, which the template says as one text, and why there are no more."""
    indented = "".join(f"    {line}\n" for line in generators.splitlines())
    patch = "".join(f"  {line}\n" for line in more.splitlines())
    text = f"{HEAD}  goTemplate: {str(is_go).lower()}\n{patch}  generators:\n{indented}  template:\n"
    text += (
        f"    metadata: {{name: agent}}\n    spec: {{source: {{path: charts/agent, helm: {{values: {value!r}}}}}}}\n"
    )
    return applications(engines, root, {**FILES, "set.yaml": text})


def applications(engines: Engines, root: Path, files: dict[str, str]) -> list[str | None]:
    write(root, files)
    manifests = Manifests([Source("manifest", "set.yaml", str(root / "set.yaml"))])
    found = manifests.releases(Repository(root.resolve()), Expander(engines, str(root)))
    return [each.reason if isinstance(each, Unknowable) else _text(each) for each in found]


def _text(release: Release) -> str | None:
    return release.given[-1].text if release.given else None


LIST = "- list: {elements: [{a: x, half: 1.50, big: 1234567, none: null, deep: {b: z}}]}"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("{{ .a }} {{.deep.b}}", "x z"),
        ("{{ .half }} {{ .big }}", "1.5 1.234567e+06"),
        ("{{ .gone }}", "<no value>"),
        ("{{ .none }}", "<no value>"),
        ("{{ .deep.gone }}", "<no value>"),
        ("{{ .gone.b }}", "<no value>"),
        ('{{ default "z" .gone }} {{ .a }}', "z x"),
        ('{{ "A_b.c-" | normalize }} {{ normalize "Ä/x" }} {{ "normalize" }}', "a-b.c x normalize"),
        ("{{ .a | upper | normalize }}", "x"),
        ('{{ "A b_c.d" | slugify }} {{ slugify "slugify" }}', "a-b-c-d slugify"),
        ('{{ slugify 7 true "one two three" }} {{ "one two three" | slugify 6 false }}', "one-two one-tw"),
        ('{{ slugify 2 true "one" }} {{ slugify 8 "one & two" }}', "on one-two"),
    ],
)
def test_what_a_go_template_prints(value: str, expected: str, engines: Engines, tmp_path: Path) -> None:
    assert made(engines, tmp_path, LIST, value) == [expected]


@pytest.mark.parametrize(("value", "because"), [("{{ .a.b }}", "`a.b`"), ("{{ .a | nothing }}", "nothing")])
def test_what_no_go_template_can_print_is_told(value: str, because: str, engines: Engines, tmp_path: Path) -> None:
    (reason,) = made(engines, tmp_path, LIST, value)
    assert reason is not None
    assert because in reason


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        *((0, "0"), (-1, "-1"), (8080, "8080"), (999999, "999999"), (10**6, "1e+06"), (-2500000, "-2.5e+06")),
        *((1.5, "1.5"), (123456.7, "123456.7"), (1e-4, "0.0001"), (1e-5, "1e-05"), (1e22, "1e+22"), (True, "true")),
    ],
)
def test_numbers_are_printed_as_go_prints_floats(number: float, expected: str) -> None:
    """Each of these was printed by Go 1.27.3."""
    assert said(number) == expected


FILE = "git: {files: [{path: clusters/*/config.yaml}]"


@pytest.mark.parametrize(
    ("is_go", "value", "expected"),
    [
        (True, "{{ .path.basename }}", ["a", "b", "c"]),
        (False, "{{path.basename}} {{cluster.name}}", ["a a", "b b", "c {{cluster.name}}"]),
        (False, "{{ cluster.size }}", ["2e+06", "12", "{{ cluster.size }}"]),
        (False, "{{values.own}} {{values.more}}", ["kept a", "{{values.own}} b", "{{values.own}} c"]),
        (True, '{{ default "-" .values.own }}{{ .values.more }}', ["-a", "-b", "-c"]),
    ],
)
def test_files_of_a_repository(is_go: bool, value: str, expected: list[str], engines: Engines, tmp_path: Path) -> None:
    """An empty file is an element too; `values` add to those of the file where names are flat, else replace them."""
    more = "{{ .path.basename }}" if is_go else "{{path.basename}}"
    generator = f"- {FILE}, values: {{more: '{more}'}}}}"
    assert made(engines, tmp_path, generator, value, is_go=is_go) == expected


def test_any_name_stands_between_braces(engines: Engines, tmp_path: Path) -> None:
    generator = "- list: {elements: [{'a.io/b c': x}]}"
    assert made(engines, tmp_path, generator, "{{ a.io/b c }} {{a}}", is_go=False) == ["x {{a}}"]


def test_an_entry_may_hold_several_generators(engines: Engines, tmp_path: Path) -> None:
    generator = f"{LIST}\n  {FILE}}}\n  plugin: null"
    assert made(engines, tmp_path, generator, "{{ .a }}") == ["x", "<no value>", "<no value>", "<no value>"]


def test_values_of_a_second_generator_know_both(engines: Engines, tmp_path: Path) -> None:
    """Those that the first knows are its own, and the rest is left to the second."""
    values = "values: {one: '{{ .a }}', two: '{{ .path.basename }}'}"
    generator = f"- matrix:\n    generators:\n    {LIST}\n    - {FILE}, {values}}}"
    assert made(engines, tmp_path, generator, "{{ .values.one }}{{ .values.two }}") == ["xa", "xb", "xc"]


def test_values_of_a_second_generator_behind_one_that_asks_a_server(engines: Engines, tmp_path: Path) -> None:
    values = "values: {one: '{{ .name }}', two: '{{ .path.basename }}'}"
    generator = f"- matrix:\n    generators:\n    - clusters: {{}}\n    - {FILE}, {values}}}"
    found = made(engines, tmp_path, generator, "{{ .values.one }}{{ .values.two }}")
    assert found[1:] == ["${name}a", "${name}b", "${name}c"]


@pytest.mark.parametrize("is_go", [True, False])
def test_keys_of_a_merge(is_go: bool, engines: Engines, tmp_path: Path) -> None:
    """Without Go templates they are dotted names."""
    key, value = ("name", "{{ .more }}") if is_go else ("cluster.name", "{{more}}")
    generator = f"- merge:\n    mergeKeys: [{key}]\n    generators:\n    "
    generator += "- list: {elements: [{name: a, more: v}, {name: b, more: w}]}" if is_go else f"- {FILE}}}"
    generator += f"\n    - list: {{elements: [{{{key}: b, more: z}}]}}"
    expected = ["v", "z"] if is_go else ["{{more}}", "z", "{{more}}"]
    assert made(engines, tmp_path, generator, value, is_go=is_go) == expected


@pytest.mark.parametrize(
    ("is_go", "patch", "expected"),
    [
        (True, "spec: {source: {helm: {values: '{{ .a }}!'}}}", "x!"),
        (False, "spec: {source: {helm: {values: '{{a}}!'}}}", "x!"),
        (True, "{{ if .gone }}spec: {source: {helm: {values: y}}}{{ end }}", "v"),
        (True, "# nothing", "v"),
    ],
)
def test_a_template_patch(is_go: bool, patch: str, expected: str, engines: Engines, tmp_path: Path) -> None:
    """It may become nothing, and names between braces stand in it, too."""
    assert made(engines, tmp_path, LIST, "v", f"templatePatch: |\n  {patch}", is_go) == [expected]


RECORDED = json.loads(Path(__file__).with_name("applicationsets.json").read_text(encoding="utf-8"))
"""Generated sets, and what the generators and templates of argo-cd itself, in the version named there, made of them."""


@pytest.mark.parametrize("recorded", RECORDED["sets"], ids=range(len(RECORDED["sets"])))
def test_what_argo_cd_itself_makes(recorded: dict[str, Any], engines: Engines, tmp_path: Path) -> None:
    head = {"apiVersion": "argoproj.io/v1alpha1", "kind": "ApplicationSet", "metadata": {"name": "s"}}
    files = {**RECORDED["files"], "set.yaml": json.dumps({**head, "spec": recorded["spec"]})}
    assert sorted(text or "" for text in applications(engines, tmp_path, files)) == recorded["made"]
