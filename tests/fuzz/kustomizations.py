"""Kustomizations made at random: builds are the engine's own, and hold nothing that the proof of irrelevance denies."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from helm_charts import host_process_pods
from kept import folder, scanner
from overlays import results, told
from scanning import write
from spelling import SPELLINGS

from hostprocess_lint.documents.firstlook import may_concern
from hostprocess_lint.outcome import Scan
from hostprocess_lint.render.kustomize.engine.kustomize import find_engine
from hostprocess_lint.rendered import Rendered
from hostprocess_lint.sources.overlays.gather import gather

SECONDS = 20.0
"""What no overlay of a few files may take of the scanner's own time."""

OPTIONS = ("other", "type", "hostProcess", '"host\\x50rocess"', '"hostPro\\\n          cess"', "hostQrocess", "other")
COMPONENT = "kustomize.config.k8s.io/v1alpha1"
KEYS = ("windowsOptions", "seccompProfile")


def workload(random: Random, name: str) -> str:
    return f"""\
apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: {name}, labels: {{app: {name}}}}}
spec:
  template:
    spec:
      securityContext:
        {random.choice(KEYS)}:
          {random.choice(OPTIONS)}: true
      containers:
      - {{name: agent, image: 'r.example/agent:1.0', args: [$(VALUE)]}}
"""


def settings(random: Random) -> str:
    text = random.choice(("kind: Pod, hostQrocess: true", "P", "ab", "hostProcess: true"))
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: settings}}\ndata: {{text: '{text}', letter: P}}\n"


def fields(random: Random) -> list[str]:
    """Fields of a kustomization, of which some are taken."""
    word = random.choice(("hostProcess", "hostNetwork", "priority"))
    every = [
        "namePrefix: p-\n",
        "namespace: ops\n",
        "labels: [{pairs: {team: a}, includeTemplates: true}]\n",
        "images: [{name: r.example/agent, newTag: '2.0'}]\n",
        f"configMapGenerator: [{{name: made, literals: ['{word}=true'], files: [k=data.txt]}}]\n",
        (
            "patches:\n- target: {kind: DaemonSet}\n  patch: |-\n    - op: add\n"
            f"      path: /spec/template/spec/{word}\n      value: true\n"
        ),
        "patches: [{path: smp.yaml}]\n",
        "components: [../part]\n",
        (
            "vars: [{name: VALUE, objref: {kind: ConfigMap, name: settings, apiVersion: v1}, fieldref: "
            "{fieldpath: data.letter}}]\n"
        ),
        (
            "replacements:\n- source: {kind: ConfigMap, name: settings, fieldPath: data.letter}\n  targets:\n"
            "  - select: {kind: ConfigMap, name: settings}\n    fieldPaths: [data.text]\n"
            "    options: {delimiter: Q, index: 1}\n"
        ),
    ]
    taken = [each for each in every if random.random() < 0.3]
    names = [each.partition(":")[0] for each in taken]
    return [each for number, each in enumerate(taken) if names.index(each.partition(":")[0]) == number]


def generated(random: Random) -> dict[str, str]:
    patch = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: agent}\nspec: {template: {spec: {"
    return {
        "base/kustomization.yaml": "resources: [ds.yaml, settings.yaml]\n" + random.choice(("", "nameSuffix: -s\n")),
        "base/ds.yaml": workload(random, "agent"),
        "base/settings.yaml": settings(random),
        "part/kustomization.yaml": f"apiVersion: {COMPONENT}\nkind: Component\nresources: [more.yaml]\n",
        "part/more.yaml": workload(random, "more"),
        "prod/kustomization.yaml": "resources: [../base]\n" + "".join(fields(random)),
        "prod/smp.yaml": patch + random.choice(("hostNetwork: true}}}\n", "priorityClassName: high}}}\n")),
        "prod/data.txt": random.choice(("kind: Pod\nspec: {hostProcess: true}\n", "nothing\n")),
    }


def same_as_the_engine(files: dict[str, str]) -> str | None:
    """What the engine itself builds, if it does: the same is built here, and none of it is denied."""
    with TemporaryDirectory(dir=folder()) as directory:
        root = write(Path(directory), files)
        engine = find_engine(None, root)
        assert engine is not None
        run = subprocess.run([*engine.command, str(root / "prod")], capture_output=True, text=True, check=False)
        found = results(root, "prod")
        if run.returncode != 0:
            assert told(found), "what the engine refuses is told"
            return None
        assert told(found) == []
        (rendered,) = (each for each in found if isinstance(each, Rendered))
        assert rendered.text.text == run.stdout
        if may_concern(run.stdout.encode()):
            assert gather(root / "prod", root).may_concern, "no proof where there is something to judge"
        return run.stdout


def scanned(files: dict[str, str]) -> Scan:
    with TemporaryDirectory(dir=folder()) as directory:
        root = write(Path(directory), {".git/HEAD": "", **files})
        started = time.process_time()
        found = scanner().scan(root)
        assert time.process_time() - started < SECONDS, files
        return found


def spelt(files: dict[str, str], random: Random) -> dict[str, str]:
    """The same files, with other spellings of what is YAML."""

    def again(text: str) -> str:
        try:
            data: list[Any] = list(yaml.safe_load_all(text))
        except yaml.YAMLError:  # a key on two lines, which Go reads
            return text
        names = [name for name in SPELLINGS if name != "quoted"]  # its tags are refused in a kustomization
        return SPELLINGS[random.choice(names)](data[0]) if len(data) == 1 else text

    return {name: again(text) if name.endswith(".yaml") else text for name, text in files.items()}


def verdict(found: Scan) -> frozenset[tuple[str, ...]]:
    """What is found of whom: those who share an anchor share a finding."""
    return frozenset(
        (each.rule, each.level.value, *who.identity[1:6]) for each in found.findings for who in each.subjects
    )


def run(random: Random) -> int:
    """One overlay as it is, and in another spelling."""
    files = generated(random)
    built = same_as_the_engine(files)
    found = scanned(files)
    if built is not None:
        pods = sum(workload.source.kind == "overlay" for workload in found.workloads)
        assert pods >= host_process_pods(built), (files, built)
    other = spelt(files, random)
    assert verdict(found) == verdict(scanned(other)), (files, other)
    return 2
