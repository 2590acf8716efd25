"""Kustomize's plugins: builtin ones are built with, wherever their configuration is; what others make is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from overlays import DAEMONSET
from scanning import write

from hostprocess_lint.outcome import Scan
from hostprocess_lint.scanner import Scanner

CM = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\n"
OTHER = "apiVersion: viaduct.ai/v1\nkind: {kind}\nmetadata: {{name: s{more}}}\nfiles: [made.txt]\n"
CONTAINER = ", annotations: {config.kubernetes.io/function: 'container: {image: r.example/f:1}'}"
PROGRAM = ", annotations: {config.kubernetes.io/function: 'exec: {path: ./make.sh}'}"
IMAGES = """\
apiVersion: builtin
kind: ImageTagTransformer
metadata: {name: agent}
imageTag: {name: registry.example/agent, newTag: 9.9.9}
---
apiVersion: builtin
kind: PatchTransformer
metadata: {name: patch}
path: patch.yaml
target: {kind: DaemonSet}
"""
PATCH = "- {op: replace, path: /spec/template/spec/hostNetwork, value: false}\n"


def scanned(root: Path, files: dict[str, str]) -> Scan:
    with Scanner() as scanner:
        return scanner.scan(write(root, {".git/HEAD": "", **files}))


def told(found: Scan) -> list[tuple[str, str, int]]:
    rules = ("HPC002", "HPC006")
    return [(each.rule, each.level.value, each.location.start[0]) for each in found.findings if each.rule in rules]


@pytest.mark.parametrize("field", ["generators", "transformers"])
@pytest.mark.parametrize("more", ["", CONTAINER, PROGRAM])
def test_what_a_program_makes_lies_elsewhere_where_nothing_else_matters(tmp_path: Path, field: str, more: str) -> None:
    plugin = OTHER.format(kind="ksops", more=more)
    files = {"o/kustomization.yaml": f"resources: [cm.yaml]\n{field}:\n- s.yaml\n", "o/cm.yaml": CM, "o/s.yaml": plugin}
    found = scanned(tmp_path, files)
    assert (told(found), found.skipped) == ([("HPC006", "note", 3)], ())


@pytest.mark.parametrize(("more", "file"), [("", "made.txt"), (PROGRAM, "make.sh"), (CONTAINER, "made.txt")])
def test_what_a_program_makes_of_a_file_that_says_host_process_is_not_looked_at(
    tmp_path: Path, more: str, file: str
) -> None:
    files = {
        "o/kustomization.yaml": "resources: [cm.yaml]\ngenerators:\n- s.yaml\n",
        "o/cm.yaml": CM,
        "o/s.yaml": OTHER.format(kind="Maker", more=more),
        f"o/{file}": DAEMONSET,
    }
    found = scanned(tmp_path, files)
    assert (told(found), len(found.skipped)) == ([("HPC002", "error", 3)], 1)


@pytest.mark.parametrize("resource", ["cm.yaml", "ds.yaml"])
def test_a_validator_makes_nothing(tmp_path: Path, resource: str) -> None:
    files = {
        "o/kustomization.yaml": f"resources: [{resource}]\nvalidators:\n- s.yaml\n- gone.yaml\n",
        "o/cm.yaml": CM,
        "o/ds.yaml": DAEMONSET,
        "o/s.yaml": OTHER.format(kind="Validator", more=CONTAINER),
    }
    found = scanned(tmp_path, files)
    assert (told(found), found.skipped) == ([], ())
    assert [each.source.kind for each in found.workloads] == ["overlay" if resource == "ds.yaml" else "manifest"]


@pytest.mark.parametrize("own", ["resources: [images.yaml]\n", "namespace: ops\nresources:\n- images.yaml\n"])
def test_the_configuration_of_plugins_may_be_listed_in_a_directory(tmp_path: Path, own: str) -> None:
    files = {
        "o/kustomization.yaml": "resources: [ds.yaml]\ntransformers:\n- ../images\n",
        "o/ds.yaml": DAEMONSET,
        "o/patch.yaml": PATCH,
        "images/kustomization.yaml": own,
        "images/images.yaml": IMAGES,
    }
    found = scanned(tmp_path, files)
    assert (told(found), [each.containers[0].image for each in found.workloads]) == (
        [],
        ["registry.example/agent:9.9.9"],
    )
    assert [each.location.path for each in found.findings if each.rule == "HPC101"] == [str(tmp_path / "o/patch.yaml")]


@pytest.mark.parametrize(
    ("own", "images"),
    [
        ("namePrefix: a-\nresources: [images.yaml]\n", IMAGES),
        ("resources: [images.yaml, ../more]\n", IMAGES),
        ("resources: [images.yaml]\n", OTHER.format(kind="Maker", more="")),
        ("resources: [images.yaml]\n", IMAGES.replace("path: patch.yaml", "path: /etc/hostname")),
        ("resources: [images.yaml]\n", IMAGES.replace("path: patch.yaml", "path: ../../outside")),
    ],
)
def test_what_computes_the_configuration_of_plugins_or_leads_out_is_refused(
    tmp_path: Path, own: str, images: str
) -> None:
    files = {
        "o/kustomization.yaml": "resources: [ds.yaml]\ntransformers:\n- ../images\n",
        "o/ds.yaml": DAEMONSET,
        "o/patch.yaml": PATCH,
        "images/kustomization.yaml": own,
        "images/images.yaml": images,
        "more/kustomization.yaml": "resources: [more.yaml]\n",
        "more/more.yaml": IMAGES.replace("name: agent", "name: more"),
    }
    found = scanned(tmp_path / "repository", files)
    assert (told(found), len(found.workloads)) == ([("HPC002", "error", 3)], 1)


def test_a_plugin_that_may_name_any_file_is_not_looked_at(tmp_path: Path) -> None:
    words = ", ".join(f"a{number}" for number in range(1_000))
    plugin = OTHER.format(kind="Maker", more="").replace("[made.txt]", f"[{words}, zmade.txt]")
    files = {
        "o/kustomization.yaml": "resources: [cm.yaml]\ngenerators:\n- s.yaml\n",
        "o/cm.yaml": CM,
        "o/s.yaml": plugin,
    }
    found = scanned(tmp_path, {**files, "o/zmade.txt": DAEMONSET})
    assert (told(found), len(found.skipped)) == ([("HPC002", "error", 3)], 1)


def test_files_that_plugins_name_count_as_what_a_build_reads(tmp_path: Path) -> None:
    plugins = "".join(
        f"- |\n  apiVersion: example.com/v1\n  kind: Maker\n  metadata: {{name: s{number}}}\n  file: large.txt\n"
        for number in range(30)
    )
    files = {
        "o/kustomization.yaml": f"resources: [cm.yaml]\ngenerators:\n{plugins}",
        "o/cm.yaml": CM,
        "o/large.txt": "x" * 4 * 2**20,
    }
    found = scanned(tmp_path, files)
    assert [(each.rule, each.reason) for each in found.skipped] == [("HPC005", "the build reads more than 100 MiB")]
