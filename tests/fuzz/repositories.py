"""Repositories made at random: whatever is passed by as irrelevant, building everything finds no pod more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from chains import CHAINS, CHART, POD, REPOSITORY
from helmcharts import KEYS, values
from kept import scanner
from scanning import write

from hostprocess_lint.outcome import Scan
from hostprocess_lint.render.helm import rendering
from hostprocess_lint.render.mattering import Mattering
from hostprocess_lint.sources.overlays.closure import Closure

BLOCKS = (
    "windowsOptions",
    "windowsOptions",
    '{{ printf "windows%s" "Options" }}',
    "{{ .Values.first }}Options",
    '{{ include "block" . }}',
    '{{ trimSuffix "-" "windows-" }}{{ "Options" }}',
    '{{ .Files.Get "block.txt" | trim }}',
    "seccompProfile",
)
MORE_KEYS = (
    "{{ .Values.start }}{{ .Values.end }}",
    "host{{ .Values.end | trunc 63 }}",
    "{{ tpl .Values.inner . }}",
    '{{ .Values.start | quote | trimAll "\\"" }}Process',
    '{{ index .Values "start" }}{{- "Process" }}',
    '{{ get (dict "k" "host") "k" }}{{ "Process" }}',
    '{{ splitList "-" "host-Process" | join "" }}',
    '{{ (index (.Files.Lines "key.txt") 0) }}',
    '{{ include "key" . | replace "_" "" }}',
)
SPELT = ("hostProcess", '"host\\u0050rocess"', "hostQrocess", "hostNetwork", "runAsUserName", "${a}${b}", "host${b}")


def pieces(random: Random) -> dict[str, Any]:
    """Values that may be put together."""
    return {
        **values(random),
        "first": random.choice(("windows", "seccomp")),
        "start": random.choice(("host", "kube")),
        "inner": random.choice(("hostProcess", 'host{{ "Process" }}', "{{ .Values.start }}Process", "x")),
    }


def chart(random: Random) -> dict[str, str]:
    key, helper = random.choice((*KEYS, *MORE_KEYS)), random.choice(("hostProcess", "host_Process", "x"))
    block = random.choice(("windowsOptions", "windows{{ `Options` }}", "x"))
    library = random.random() < 0.5
    home = "charts/lib" if library else "charts/agent"
    needs = "dependencies: [{name: lib, version: 0.1.0, repository: 'file://../lib'}]\n" if library else ""
    text = POD.replace("BLOCK", random.choice(BLOCKS)).replace("KEY", key)
    files = {
        "charts/agent/Chart.yaml": CHART.format(name="agent") + needs,
        "charts/agent/values.yaml": json.dumps({**pieces(random), "on": True}),
        "charts/agent/templates/a.yaml": text
        if random.random() < 0.7
        else "{{ if .Values.on }}\n" + text + "{{ end }}",
        f"{home}/templates/_key.tpl": (
            f'{{{{- define "key" }}}}{helper}{{{{ end }}}}{{{{- define "block" }}}}{block}{{{{ end }}}}'
        ),
        "charts/agent/key.txt": random.choice(("hostProcess\n", "hostNetwork\n")),
        "charts/agent/block.txt": random.choice(("windowsOptions\n", "x\n")),
        "charts/agent/README.md": "windows options of a host process\n",
    }
    if library:
        files["charts/lib/Chart.yaml"] = CHART.format(name="lib") + "type: library\n"
    return files


def written(api: str, kind: str, name: str, spec: dict[str, Any]) -> str:
    return json.dumps({"apiVersion": api, "kind": kind, "metadata": {"name": name, "namespace": "ops"}, "spec": spec})


def application(random: Random) -> str:
    path = random.choice(("charts/agent", "plain"))
    helm = {} if path == "plain" else {"helm": {"valuesObject": pieces(random)}}
    source = {"repoURL": "https://git.example/fleet.git", "path": path, **helm}
    return written("argoproj.io/v1alpha1", "Application", "a", {"source": source})


def kustomization(random: Random) -> str:
    letters = {"a": random.choice(("host", "kube")), "b": random.choice(("Process", "Network"))}
    spec = {"path": "./plain", "sourceRef": REPOSITORY, "postBuild": {"substitute": letters}}
    return written("kustomize.toolkit.fluxcd.io/v1", "Kustomization", "agent", spec)


def release(random: Random) -> str:
    spec: dict[str, Any] = {"chart": {"spec": {"chart": "./charts/agent", "sourceRef": REPOSITORY}}}
    if random.random() < 0.5:
        spec["values"] = pieces(random)
    if random.random() < 0.4:
        spec["valuesFrom"] = [{"kind": "ConfigMap", "name": "values"}]
    return written("helm.toolkit.fluxcd.io/v2", "HelmRelease", "agent", spec)


def patched(kind: str, path: str, value: object) -> dict[str, Any]:
    return {"patches": [{"target": {"kind": kind}, "patch": json.dumps([{"op": "add", "path": path, "value": value}])}]}


def changes(random: Random) -> str:
    """What an overlay does to a release, or to a plain workload."""
    generator = {"name": "values", "namespace": "ops", "files": ["values.yaml=given.txt"]}
    source = {"kind": "ConfigMap", "name": "settings", "fieldPath": "data.start"}
    place = {"select": {"kind": "HelmRelease"}, "fieldPaths": ["spec.values.start"], "options": {"create": True}}
    pod, key = "/spec/template/spec/securityContext", random.choice(("hostProcess", "hostNetwork"))
    every: tuple[dict[str, Any], ...] = (
        patched("HelmRelease", "/spec/values", pieces(random)),
        patched("HelmRelease", "/spec/chart/spec/chart", "./charts/other"),
        patched("DaemonSet", pod, {"windowsOptions": {key: True}}),
        {"configMapGenerator": [generator], "generatorOptions": {"disableNameSuffixHash": True}},
        {"replacements": [{"source": source, "targets": [place]}]},
        {"namespace": "ops"},
    )
    taken: dict[str, Any] = {}
    for each in random.sample(every, random.choice((0, 1, 1, 2))):
        taken |= each
    text = json.dumps(taken)[1:-1]
    return text if random.random() < 0.7 else text.replace("host", "\\u0068ost")


def overlay(resource: str, change: str) -> str:
    return f'{{"resources": ["{resource}"]{", " if change else ""}{change}}}'


def generated(random: Random) -> dict[str, str]:
    plain = POD.replace("name: agent}", "name: plain}").replace(
        "BLOCK", random.choice(("windowsOptions", "${w:=windows}Options", "x"))
    )
    files = {
        **chart(random),
        **{name.replace("agent", "other"): text for name, text in chart(random).items() if "agent" in name},
        "plain/ds.yaml": plain.replace("KEY", random.choice(SPELT)),
        "apps/base/release.yaml": random.choice((release, release, application, kustomization))(random),
        "apps/base/settings.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {start: host}\n",
        "apps/base/kustomization.yaml": "resources: [release.yaml, settings.yaml]\n",
        "apps/prod/kustomization.yaml": overlay("../base", changes(random)),
        "apps/prod/given.txt": json.dumps(pieces(random)),
    }
    files["charts/other/Chart.yaml"] = files["charts/other/Chart.yaml"].replace("name: agent", "name: other")
    if random.random() < 0.5:
        files["plain/kustomization.yaml"] = overlay("ds.yaml", changes(random).replace("given.txt", "ds.yaml"))
    return files


@contextmanager
def everything() -> Iterator[None]:
    """Nothing is proved: all is built."""

    def yes(*_: object) -> bool:
        return True

    with (
        patch.object(rendering, "may_concern_profiles", yes),
        patch.object(Closure, "may_concern", property(yes)),
        patch.object(Mattering, "holds", yes),
        patch.object(Mattering, "deploys", yes),
    ):
        yield


def scanned(root: Path) -> Scan:
    return scanner().scan(root)


def workloads(found: Scan) -> set[tuple[object, ...]]:
    return {(each.source.kind, each.source.path, each.source.variant, each.resource.name) for each in found.workloads}


def differs(files: dict[str, str], has_pod: bool = False) -> set[tuple[object, ...]]:
    """What building everything finds more, which is some pod in any case where it is known that there is one."""
    with TemporaryDirectory() as directory:
        root = write(Path(directory), {".git/HEAD": "", **files})
        found = scanned(root)
        with everything():
            every = workloads(scanned(root))
        assert every or not has_pod, files
        return every - workloads(found)


def run(random: Random) -> int:
    """Two repositories, each as it is scanned, and with everything built; in one of them it is known that a pod is."""
    for files, has_pod in ((generated(random), False), (random.choice(CHAINS)(random), True)):
        more = differs(files, has_pod)
        assert not more, (more, files)
    return 4
