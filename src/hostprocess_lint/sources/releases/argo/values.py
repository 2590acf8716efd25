"""Argo CD: the values that a source of an Application gives to its chart.

In which order they win is that of argo-cd's reposerver (`helmTemplate` in reposerver/repository/repository.go).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ....limits import FILE_BYTES, GIVEN_ENTRIES, SOURCE_BYTES
from ....location import Route
from ....pods.view import View
from ....sourcefile import SourceFile
from ...paths import display
from ..homes import Stack
from ..objects import text
from ..patterns import TOO_MUCH, Matches, is_pattern, of_each, paths_meant
from ..places import WholeFile
from ..release import Flag, Given, Unknowable
from ..repository import Repository, text_of

_UNESCAPED_COMMA = re.compile(r"(?<!\\),")
_VARIABLE = re.compile(r"\$(?:\$|\{(?P<inside>\w+)\}|(?P<bare>[A-Za-z_]\w*))")
_REVISIONS = ("ARGOCD_APP_REVISION", "ARGOCD_APP_REVISION_SHORT", "ARGOCD_APP_REVISION_SHORT_8")
"""What is known when it is deployed."""


@dataclass(frozen=True, slots=True)
class HelmValues:
    """A source's `helm`, of which `home` knows where the entries are written, and what it may refer to.

    Files are looked for in `directory`, and in the roots of other sources by their `references`; in a value stand
    `variables`.
    """

    helm: View
    home: Stack
    repository: Repository
    directory: Path | None
    references: Mapping[str, Path | None]
    variables: Mapping[str, str]

    def given(self) -> Iterator[Given | Unknowable]:
        """The values, later ones over earlier ones, and what of them nobody can know here."""
        yield from self._value_files()
        inline, route = self.helm.data.get("valuesObject"), (*self.helm.route, "valuesObject")
        if isinstance(inline, dict):  # then `values` is not read (ValuesYAML)
            yield Given("`valuesObject`", self.home.mapping(route), values=inline)
        elif text(self.helm.data.get("values")):
            route = (*self.helm.route, "values")
            yield Given("`values`", self.home.string(route), text=text(self.helm.data["values"]))
        yield from self._parameters()
        yield from self._file_parameters()

    def _value_files(self) -> Iterator[Given | Unknowable]:
        """Each file once: where it is named itself, else where the first pattern has it (`getResolvedValueFiles`)."""
        names = [self._filled_path(text(each)) for each in self.helm.listed("valueFiles")[: GIVEN_ENTRIES + 1]]
        every = list(of_each(enumerate(names), lambda entry: self._meant(entry[1])))
        named = {path for (_, name), found in every if not is_pattern(name) for path in found.paths}
        seen: set[Path] = set()
        for (index, name), found in every:
            paths = [path for path in found.paths if path not in seen and not (is_pattern(name) and path in named)]
            seen.update(paths)
            yield from self._files(name, found, paths, (*self.helm.route, "valueFiles", index))

    def _parameters(self) -> Iterator[Given]:
        """As `--set`, then as `--set-string`: of equal names the last counts."""
        settings: dict[tuple[bool, str], Given] = {}
        for parameter in self.helm.items("parameters"):
            name, value = text(parameter.data.get("name")), self._filled(text(parameter.data.get("value")))
            forced = parameter.data.get("forceString") is True
            place = self.home.entry((*parameter.route, "value"))
            setting = f"{name}={_escaped(value)}"
            flag: Flag = "set-string" if forced else "set"
            settings[forced, name] = Given("`parameters`", place, setting=setting, flag=flag)
        for forced in (False, True):
            yield from (given for (is_forced, _), given in settings.items() if is_forced is forced)

    def _file_parameters(self) -> Iterator[Given | Unknowable]:
        """As `--set-file`: the value is all the text of a file."""
        texts: dict[Path, str | None] = {}
        size = 0
        for number, parameter in enumerate(self.helm.items("fileParameters")):
            if number == GIVEN_ENTRIES or size > SOURCE_BYTES:
                yield self._too_much(parameter.route)
                return
            name, path = text(parameter.data.get("name")), self._filled_path(text(parameter.data.get("path")))
            base, asked = self._from(path)
            file = self.repository.path(asked, base) if base else None
            if file is None or not file.is_file():
                yield self._not_known(f"the file `{path}` is not in this repository", parameter.route)
                continue
            if file not in texts:
                texts[file] = text_of(file, errors="replace")  # a certificate's bytes are a text to Helm, too
            content = texts[file]
            size += len(content or "")
            if content is None:
                reason = f"the file `{path}` cannot be read, or is larger than {FILE_BYTES // 2**20} MiB"
                yield Unknowable(reason, self.home.at(parameter.route), "HPC005")
                continue
            place = WholeFile(SourceFile(display(str(file)), content))
            yield Given(f"`{path}`", place, setting=f"{name}={content}", flag="set-file")

    def _meant(self, name: str) -> Matches:
        """A values file, or those that its pattern means: below the source's path, the root, or another source."""
        base, asked = self._from(name)
        found = paths_meant(asked, base, self.repository) if base else Matches([])
        return found._replace(paths=[path for path in found.paths if path.is_file()])

    def _from(self, name: str) -> tuple[Path | None, str]:
        """The directory that a file is named from, another source's root where it begins so, and its name there."""
        first, _, rest = name.partition("/")
        return (self.references[first], rest) if first in self.references else (self.directory, name)

    def _files(self, name: str, found: Matches, paths: list[Path], route: Route) -> Iterator[Given | Unknowable]:
        if not found.is_all:
            yield self._too_much(route)
        for file in paths:
            yield Given(f"`{name}`", self.home.entry(route), file=file)
        may_miss = self.helm.data.get("ignoreMissingValueFiles") is True and "${" not in name
        if not found.paths and found.is_all and not may_miss:
            yield self._not_known(f"the values file `{name}` is not in this repository", route)

    def _filled_path(self, name: str) -> str:
        """The name of a file filled in, but for another source that it begins with."""
        first, slash, rest = name.partition("/")
        return f"{first}{slash}{self._filled(rest)}" if first in self.references else self._filled(name)

    def _filled(self, value: str) -> str:
        """With the variables that Argo CD has while it renders (`Envsubst`); any other is empty.

        One in braces stays: it may be what nobody knows here.
        """
        return _VARIABLE.sub(self._variable, value)

    def _variable(self, match: re.Match[str]) -> str:
        if match[0] == "$$":
            return "$"
        name = match["inside"] or match["bare"]
        unknown = f"${{{name}}}" if match["inside"] or name in _REVISIONS else ""
        return self.variables.get(name, unknown)

    def _not_known(self, reason: str, route: Route) -> Unknowable:
        return Unknowable(reason, self.home.at(route))

    def _too_much(self, route: Route) -> Unknowable:
        return Unknowable(TOO_MUCH, self.home.at(route), "HPC005")


def _escaped(value: str) -> str:
    """A value as `helm --set` is given it (cleanSetParameters): commas are no separators, but in a list in braces."""
    return value if value.startswith("{") and value.endswith("}") else _UNESCAPED_COMMA.sub(r"\\,", value)
