"""Generated overlays against the real engine: the same text, and nothing in it that the proof of irrelevance denies.

`KUSTOMIZATIONS=10000 pytest tests/render/kustomize/test_kustomize_generated.py` takes longer and sees more.
"""

from __future__ import annotations

import os
import random
import subprocess
from pathlib import Path

import pytest
from overlays import results, told
from scanning import write

from hostprocess_lint.documents.firstlook import may_concern
from hostprocess_lint.render.kustomize.engine.kustomize import find_engine
from hostprocess_lint.rendered import Rendered
from hostprocess_lint.sources.overlays.gather import gather

COUNT = int(os.environ.get("KUSTOMIZATIONS", "24"))
OPTIONS = ("other", "type", "hostProcess", '"host\\x50rocess"', '"hostPro\\\n          cess"', "hostQrocess", "other")
COMPONENT = "kustomize.config.k8s.io/v1alpha1"
KEYS = ("windowsOptions", "seccompProfile")


def workload(pick: random.Random, name: str) -> str:
    return f"""\
apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: {name}, labels: {{app: {name}}}}}
spec:
  template:
    spec:
      securityContext:
        {pick.choice(KEYS)}:
          {pick.choice(OPTIONS)}: true
      containers:
      - {{name: agent, image: 'r.example/agent:1.0', args: [$(VALUE)]}}
"""


def settings(pick: random.Random) -> str:
    text = pick.choice(("kind: Pod, hostQrocess: true", "P", "ab", "hostProcess: true"))
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: settings}}\ndata: {{text: '{text}', letter: P}}\n"


def fields(pick: random.Random) -> list[str]:
    """Fields of a kustomization, of which some are taken."""
    word = pick.choice(("hostProcess", "hostNetwork", "priority"))
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
    taken = [each for each in every if pick.random() < 0.3]
    names = [each.partition(":")[0] for each in taken]
    return [each for number, each in enumerate(taken) if names.index(each.partition(":")[0]) == number]


def generated(pick: random.Random) -> dict[str, str]:
    patch = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: agent}\nspec: {template: {spec: {"
    return {
        "base/kustomization.yaml": "resources: [ds.yaml, settings.yaml]\n" + pick.choice(("", "nameSuffix: -s\n")),
        "base/ds.yaml": workload(pick, "agent"),
        "base/settings.yaml": settings(pick),
        "part/kustomization.yaml": f"apiVersion: {COMPONENT}\nkind: Component\nresources: [more.yaml]\n",
        "part/more.yaml": workload(pick, "more"),
        "prod/kustomization.yaml": "resources: [../base]\n" + "".join(fields(pick)),
        "prod/smp.yaml": patch + pick.choice(("hostNetwork: true}}}\n", "priorityClassName: high}}}\n")),
        "prod/data.txt": pick.choice(("kind: Pod\nspec: {hostProcess: true}\n", "nothing\n")),
    }


@pytest.mark.parametrize("seed", range(COUNT))
def test_the_build_is_the_engine_s_own(seed: int, tmp_path: Path) -> None:
    root = write(tmp_path, generated(random.Random(seed)))
    engine = find_engine(None, root)
    assert engine is not None
    run = subprocess.run([*engine.command, str(root / "prod")], capture_output=True, text=True, check=False)
    found = results(root, "prod")
    if run.returncode != 0:
        assert told(found), "what the engine refuses is told"
        return
    assert told(found) == []
    (rendered,) = (each for each in found if isinstance(each, Rendered))
    assert rendered.text.text == run.stdout
    if may_concern(run.stdout.encode()):
        assert gather(root / "prod", root).may_concern, "no proof where there is something to judge"
