"""Generated overlays against the real engine: the same text, and nothing in it that the proof of irrelevance denies."""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "fuzz"))

from kustomizations import generated, same_as_the_engine


@pytest.mark.parametrize("seed", range(24))
def test_the_build_is_the_engine_s_own(seed: int) -> None:
    same_as_the_engine(generated(Random(seed)))


PREFIX = '"{kind: Pod, spec: {windowsO"'
JOINED = {
    "a configuration": {
        "prod/kustomization.yaml": f"resources: [a.yaml]\nnamePrefix: {PREFIX}\nconfigurations: [c.yaml]\n",
        "prod/c.yaml": "namePrefix: [{path: data/text, kind: ConfigMap}]\n",
    },
    "a transformer": {
        "prod/kustomization.yaml": "resources: [a.yaml]\ntransformers: [t.yaml]\n",
        "prod/t.yaml": (
            f"apiVersion: builtin\nkind: PrefixTransformer\nmetadata: {{name: x}}\nprefix: {PREFIX}\n"
            "fieldSpecs: [{path: data/text, kind: ConfigMap}]\n"
        ),
    },
}


@pytest.mark.parametrize("how", JOINED)
def test_words_that_the_engine_joins_are_no_proof(how: str) -> None:
    text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {text: "ptions: {}}}"}\n'
    built = same_as_the_engine({**JOINED[how], "prod/a.yaml": text})
    assert built is None or "windowsOptions" in built
