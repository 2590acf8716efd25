"""Charts made at random: what Helm renders of one is judged or told, whatever makes the words and hides them."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from helm_charts import CHART, host_process_pods
from kept import folder, scanner, worker
from spelling import SPELLINGS

from hostprocess_lint.outcome import Outcome, Scan
from hostprocess_lint.render.helm.engine.contract import EngineError, Installation
from hostprocess_lint.sources.charts.archive import Package, pack_files

SECONDS = 20.0
"""What no chart of a few files may take of the scanner's own time."""

_SAYS = re.compile(r"(?i)\bhostProcess\b")

KEYS = (
    *(
        "hostProcess",
        '"hostProcess"',
        '{{ "hostProcess" }}',
        '{{ printf "host%s" "Process" }}',
        "host{{ .Values.end }}",
    ),
    *(
        '{{ include "key" . }}',
        "{{ .Values.key }}",
        '{{ list "host" "Process" | join "" }}',
        '{{ tpl "hostProcess" . }}',
    ),
    *('{{ b64dec "' + base64.b64encode(b"hostProcess").decode() + '" }}', '{{ replace "X" "" "hostXProcess" }}'),
    *('{{ .Files.Get "key.txt" | trim }}', '{{ $k := "host" }}{{ $k }}Process', '{{ "HOSTPROCESS" | lower }}'),
    *('{{ regexReplaceAll "-(.)" "host-Process" "${1}" }}', '{{ cat "host" "Process" | nospace }}', "hostNetwork"),
)
VALUES = ("true", "{{ .Values.on }}", "{{ not .Values.off }}", "{{ .Values.deep.on }}", "false")
GATES = (
    *("", "", "if .Values.on", "if .Values.off", "if not .Values.on", 'if eq .Values.mode "host"', "with .Values.deep"),
    *(
        "if .Values.deep.off",
        "range .Values.many",
        'if .Capabilities.APIVersions.Has "x.io/v1"',
        "if and .Values.on true",
    ),
    *("if .Release.IsInstall", "if (.Values.none).on", "if hasKey .Values `off`"),
)
HELPERS = ("hostProcess", "host{{ .Values.end }}", '{{ "hostProcess" }}', "nothing")
OPTIONS = (
    "{KEY}: {VALUE}",
    "{{- toYaml $.Values.options | nindent 10 }}",
    '{{- toYaml (dict "hostProcess" true) | nindent 10 }}',
    '{{- $.Files.Get "options.yaml" | nindent 10 }}',
    "{{- tpl $.Values.text $ | nindent 10 }}",
)
POD = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: NAME}
spec:
  template:
    spec:
      hostNetwork: true
      securityContext:
        windowsOptions:
          OPTIONS
      containers:
      - {name: agent, image: 'r.example/agent:1.0'}
"""


def values(random: Random) -> dict[str, Any]:
    return {
        "on": random.random() < 0.5,
        "off": random.random() < 0.3,
        "end": random.choice(("Process", "Network")),
        "key": random.choice(("hostProcess", "hostNetwork")),
        "mode": random.choice(("host", "none")),
        "deep": {"on": True, "off": random.random() < 0.3},
        "many": random.choice(([], [1])),
        "options": random.choice(({"hostProcess": True}, {"runAsUserName": "SYSTEM"})),
        "text": random.choice(("hostProcess: true", 'host{{ "Process" }}: true', "runAsUserName: SYSTEM")),
    }


def template(random: Random, name: str) -> str:
    option = random.choice(OPTIONS).replace("{KEY}", random.choice(KEYS)).replace("{VALUE}", random.choice(VALUES))
    gate = random.choice(GATES)
    text = POD.replace("NAME", name).replace("OPTIONS", option)
    if gate.startswith(("with", "range")):
        text = text.replace(".Values", "$.Values").replace("$$", "$")
        text = text.replace('"key" .', '"key" $').replace(".Files", "$.Files").replace("$$", "$")
    return f"{{{{- {gate} }}}}\n{text}{{{{- end }}}}\n" if gate else text


def generated(random: Random) -> tuple[dict[str, str], dict[str, Any]]:
    """The files of a chart but `values.yaml`, and its values."""
    end = random.choice(("Process", "Network"))
    files = {
        "Chart.yaml": CHART,
        "templates/a.yaml": template(random, "a"),
        "templates/_key.tpl": f'{{{{- define "key" }}}}{random.choice(HELPERS)}{{{{ end }}}}',
        "key.txt": f"host{end}\n",
        "options.yaml": f"host{end}: true\n",
    }
    own = values(random)
    if random.random() < 0.3:
        files["templates/b.yaml"] = template(random, "b")
    if random.random() < 0.3:
        files["charts/sub/Chart.yaml"] = CHART.replace("agent", "sub")
        files["charts/sub/templates/_key.tpl"] = files["templates/_key.tpl"]
        files["charts/sub/templates/c.yaml"] = template(random, "c")
        own["sub"] = values(random)
        if random.random() < 0.5:
            files["Chart.yaml"] += "dependencies: [{name: sub, version: 0.1.0, condition: sub.on}]\n"
    return files, own


def switched(own: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The values as they are, and each with one of the switches the other way."""
    yield dict(own)
    for name in ("on", "off"):
        yield {**own, name: not own[name]}
    yield {**own, "mode": "host"}
    yield {**own, "deep": {**own["deep"], "off": True}}


def scanned(files: Mapping[str, str], own: str) -> Scan:
    """The scan of a chart in a folder of its own."""
    with TemporaryDirectory(dir=folder()) as directory:
        Path(directory, ".git").mkdir()
        for name, text in {**files, "values.yaml": own}.items():
            path = Path(directory, "chart", name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        started = time.process_time()
        found = scanner().scan(directory)
        assert time.process_time() - started < SECONDS, files
        return found


def rendered(files: Mapping[str, str], own: str, given: dict[str, Any]) -> str | None:
    every = {name: text.encode() for name, text in {**files, "values.yaml": own}.items()}
    try:
        texts = worker().render(Package(pack_files(every), lasting=False), given, Installation())
    except EngineError:
        return None
    return "\n---\n".join(texts.values())


def has_host_process_pod(text: str) -> bool:
    """Whether there is one, as far as can be read."""
    try:
        return bool(host_process_pods(text))
    except yaml.YAMLError:
        return bool(_SAYS.search(text))


def verdict(found: Scan) -> frozenset[tuple[str, ...]]:
    """What is found of whom: those who share an anchor share a finding."""
    return frozenset(
        (each.rule, each.level.value, *who.identity[1:6]) for each in found.findings for who in each.subjects
    )


def run(random: Random) -> int:
    """One chart in two spellings of its values, against what Helm renders of it with switches either way."""
    files, own = generated(random)
    first, second = (SPELLINGS[name](own) for name in random.sample(list(SPELLINGS), 2))
    found = scanned(files, first)
    said = (files, first)
    assert verdict(found) == verdict(scanned(files, second)), (said, second)
    told = bool(found.workloads or found.skipped or found.not_judged)
    for number, each in enumerate(switched(own)):
        text = rendered(files, first, each) or ""
        if number == 0 and has_host_process_pod(text):
            assert told, said
        if _SAYS.search(text):
            outcomes = {entry.outcome for entry in found.coverage.entries if entry.kind == "chart"}
            assert Outcome.IRRELEVANT not in outcomes, said
    return 2
