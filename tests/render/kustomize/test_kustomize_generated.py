"""Generated overlays against the real engine: the same text, and nothing in it that the proof of irrelevance denies."""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "fuzz"))

from kustomizations import generated, same_as_the_engine
from scanning import write

from hostprocess_lint.sources.overlays.gather import gather


@pytest.mark.parametrize("seed", range(24))
def test_the_build_is_the_engine_s_own(seed: int) -> None:
    same_as_the_engine(generated(Random(seed)))


PREFIX = '"{kind: Pod, spec: {windowsO"'
JOINED = {
    "a configuration": {
        "prod/kustomization.yaml": f"resources: [a.yaml]\nnamePrefix: {PREFIX}\nconfigurations: [c.yaml]\n",
        "prod/c.yaml": "namePrefix: [{path: data/text, kind: ConfigMap}]\n",
    },
    "a middle": {
        "prod/kustomization.yaml": (
            "resources: [low]\nnamePrefix: '{kind: Pod, spec: {windowsOp'\nconfigurations: [c.yaml]\n"
        ),
        "prod/c.yaml": "namePrefix: [{path: data/text, kind: ConfigMap}]\n",
        "prod/low/kustomization.yaml": "resources: [a.yaml]\nnamePrefix: ti\nconfigurations: [c.yaml]\n",
        "prod/low/c.yaml": "namePrefix: [{path: data/text, kind: ConfigMap}]\n",
        "prod/low/a.yaml": 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {text: "ons: {}}}"}\n',
    },
    "a suffix": {
        "prod/kustomization.yaml": "resources: [a.yaml]\nnameSuffix: 'ns: {}}}'\nconfigurations: [c.yaml]\n",
        "prod/c.yaml": "nameSuffix: [{path: data/text, kind: ConfigMap}]\n",
        "prod/a.yaml": (
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {text: '{kind: Pod, spec: {windowsOptio'}\n"
        ),
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
    built = same_as_the_engine({"prod/a.yaml": text, **JOINED[how]})
    assert built is None or "windowsOptions" in built


@pytest.mark.parametrize("fields", ["namePrefix: operator-\n", "vars:\n", "vars: []\n", "nameSuffix: -v2\n", ""])
def test_what_no_word_begins_or_ends_with_joins_none(fields: str, tmp_path: Path) -> None:
    """A project of kubebuilder's has a prefix and a configuration that tells of more fields."""
    files = {
        "prod/kustomization.yaml": f"resources: [a.yaml]\nconfigurations: [c.yaml]\n{fields}",
        "prod/c.yaml": "nameReference: [{kind: Service, fieldSpecs: [{kind: X, path: spec/service/name}]}]\n",
        "prod/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
    }
    root = write(tmp_path, files)
    assert not gather(root / "prod", root).may_concern
