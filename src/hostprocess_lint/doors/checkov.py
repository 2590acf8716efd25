"""Rules become checkov checks: the only importer of checkov."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import Any, NoReturn

from checkov.common.bridgecrew.integration_features.base_integration_feature import BaseIntegrationFeature
from checkov.common.bridgecrew.platform_integration import bc_integration
from checkov.common.bridgecrew.severities import BcSeverities, Severities
from checkov.common.checks.base_check_registry import BaseCheckRegistry
from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.common.util.consts import END_LINE, START_LINE
from checkov.kubernetes.checks.resource.base_spec_check import BaseK8Check
from checkov.version import version as checkov_version

from ..config.nearest import nearest_config
from ..errors import HOME, UsageError
from ..finding import Consequence, Level, Verdict
from ..report.inert import visible
from ..rules.rule import Rule
from ..scanner import Scanner

SUPPORTED = ((3, 2), (4, 0))
"""The versions of checkov from the first on and below the second; the same as in pyproject.toml."""

BLIND = ("HPC112", "HPC113", "HPC415")
"""Rules that checkov gives nothing to judge by (what other documents say; keys that stand twice): neither passed nor
failed there, because a check that can only pass would be taken for one that did."""

UNREAD = ("HPC001", "HPC005")
"""Rules about the scan itself that an entity can break: a manifest in a string of it that cannot be looked into."""

Stop = Callable[[object], NoReturn]
"""Ends the whole of checkov with a message; nothing that a check raises is sure to."""


def register(stop: Stop) -> None:
    """Adds a check for every rule that has one to the registry of the frameworks kubernetes, helm and kustomize.

    checkov calls it once or twice for each of its processes; from the second time on it does nothing. Raises
    UsageError for a checkov, a configuration or a policy that it cannot work with.
    """
    _refuse_other_versions()
    # By the configuration of the directory that checkov is started in. No engine is asked for, so none is to be closed.
    scanner = Scanner(nearest_config(".")._replace(select=()))  # which checks run is checkov's to say
    taken = {check.id: check for check in BaseCheckRegistry.get_all_registered_checks()}
    if any(isinstance(check, _Check) for check in taken.values()):
        return
    judge = _Judge(scanner, stop)
    for rule in scanner.rules:
        if rule.subject == "analysis" and rule.id not in UNREAD:
            continue
        known = taken.get(check_id(rule.id))
        if known is not None:
            raise UsageError(
                f"{rule.path}: {rule.id} would be {known.id} in checkov, which is the id of {known.name!r}: rename it"
            )
        taken[check_id(rule.id)] = _Check(rule._replace(level=scanner.level(rule) or rule.level), judge)
    _Details()


def _refuse_other_versions() -> None:
    least, below = SUPPORTED
    found = tuple(int(part) for part in re.findall(r"\d+", checkov_version)[:2])
    if not least <= found < below:
        wanted = f">={least[0]}.{least[1]},<{below[0]}"
        raise UsageError(f"checkov {checkov_version} is none that the plugin works with: install checkov{wanted}")


def check_id(rule: str) -> str:
    """A rule's id in checkov's form: CKV_HPC_101 for HPC101."""
    words = re.findall(r"[A-Z]+|[0-9]+", rule.upper())
    return "_".join(("CKV", *words))


def severity(rule: Rule) -> Any:
    """checkov's word for a security severity, by GitHub's bands, or else for the level."""
    if rule.security_severity is None:
        return Severities[_BY_LEVEL[rule.level]]
    score = float(rule.security_severity)
    return Severities[next(name for least, name in _BY_SCORE if score >= least)]


_BY_LEVEL = {Level.ERROR: BcSeverities.HIGH, Level.WARNING: BcSeverities.MEDIUM, Level.NOTE: BcSeverities.LOW}
_BY_SCORE = (
    (9.0, BcSeverities.CRITICAL),
    (7.0, BcSeverities.HIGH),
    (4.0, BcSeverities.MEDIUM),
    (0.0, BcSeverities.LOW),
)


class _Check(BaseK8Check):
    """One rule. checkov keeps its checks in a registry to which its base class adds them.

    It is for every kind, because pods are in custom resources, too. Where the rule has nothing to judge, the result is
    unknown, which leaves no record.
    """

    def __init__(self, rule: Rule, judge: _Judge) -> None:
        security = rule.consequence is Consequence.SECURITY
        super().__init__(
            name=rule.title,
            id=check_id(rule.id),
            categories=[CheckCategories.GENERAL_SECURITY if security else CheckCategories.KUBERNETES],
            supported_entities=["*"],
            guideline=rule.url,
        )
        self.severity = severity(rule)
        self._rule = rule.id
        self._judge = judge

    def scan_spec_conf(self, conf: dict[str, Any]) -> Any:
        return self._result(conf, "")["result"]

    def run(
        self, scanned_file: str, entity_configuration: Any, entity_name: str, entity_type: str, skip_info: Any
    ) -> Any:
        """The whole result at once. checkov's own would put it together from attributes of the check, of which another
        thread may be the owner by then; it makes nothing of details for Kubernetes (see _Details); and it logs each
        verdict through a filter for every check of a module, which with all of ours in one takes longer than all else.
        """
        if skip_info:
            return {"result": CheckResult.SKIPPED, "suppress_comment": skip_info["suppress_comment"]}
        return self._result(entity_configuration, scanned_file.lstrip("/"))

    def _result(self, conf: dict[str, Any], path: str) -> dict[str, Any]:
        found = self._judge(conf, path).get(self._rule) if self._rule not in BLIND else None
        if not found:
            return {"result": CheckResult.UNKNOWN if found is None else CheckResult.PASSED, "evaluated_keys": []}
        return {
            "result": CheckResult.FAILED,
            "evaluated_keys": list(dict.fromkeys(map(_key_of, found))),
            "details": list(map(_detail_of, found)),
        }


class _Details(BaseIntegrationFeature):
    """Brings the details of our results into the reports, from the process or the threads that all frameworks run in.

    Under several processes (several frameworks, on Linux) the one that reports does not know of the plugin; the details
    are in the JSON only then.
    """

    def __init__(self) -> None:
        super().__init__(bc_integration=bc_integration, order=100)

    def is_valid(self) -> bool:
        return True

    def pre_scan(self) -> None: ...

    def pre_runner(self, runner: Any) -> None: ...

    def post_runner(self, scan_report: Any) -> None:
        for record in scan_report.failed_checks:
            record.details = record.details or record.check_result.get("details", [])

    def post_scan(self, scan_reports: Any) -> None: ...


class _Judge:
    """What every rule finds in an entity of checkov's. The checks ask one after the other about the same one."""

    def __init__(self, scanner: Scanner, stop: Stop) -> None:
        self._scanner = scanner
        self._stop = stop
        self._last: tuple[object, dict[str, tuple[Verdict, ...]]] = (None, {})

    def __call__(self, conf: dict[str, Any], path: str) -> dict[str, tuple[Verdict, ...]]:
        """By rule; one that had nothing to judge is not in it."""
        entity, found = self._last
        if entity is not conf:
            try:
                found = self._scanner.verdicts(_read(conf), path)
            except Exception as error:  # checkov would go on without the entity, or without the framework
                self._stop(f"a check broke on {_named(conf)}: {error!r}: please report it at {HOME}/issues")
            self._last = (conf, found)
        return found


def _named(conf: dict[str, Any]) -> str:
    metadata = conf.get("metadata")
    return visible(f"{conf.get('kind')} {metadata.get('name') if isinstance(metadata, dict) else None}")


def _read(conf: dict[str, Any]) -> dict[str, Any]:
    """An entity as the file has it."""
    data: dict[str, Any] = plain_data(conf)
    metadata = data.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    if isinstance(annotations, list) and len(annotations) == 1 and isinstance(annotations[0], dict):
        data["metadata"]["annotations"] = annotations[0]  # checkov wraps them in a list when it looks for its skips
    return data


def plain_data(value: Any) -> Any:
    """What checkov read, as `document` would have: string keys, no line marks, and nothing but plain types."""
    if isinstance(value, dict):
        return {_key(key): plain_data(item) for key, item in value.items() if key not in (START_LINE, END_LINE)}
    if isinstance(value, (list, tuple)):
        return [plain_data(item) for item in value]
    if isinstance(value, set):
        return {_key(key): None for key in value}
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()
    return str(value)


def _key(key: Any) -> str:
    if isinstance(key, bool):
        return "true" if key else "false"
    return f"{key:g}" if isinstance(key, float) else str(plain_data(key))


def _key_of(verdict: Verdict) -> str:
    """The field in checkov's spelling."""
    return "/".join(f"[{step}]" if isinstance(step, int) else step for step in verdict.route)


def _detail_of(verdict: Verdict) -> str:
    """A line for people."""
    container = f" (container {verdict.container!r})" if verdict.container is not None else ""
    return visible(f"{verdict.field}: {verdict.message}{container}; {verdict.hint}")
