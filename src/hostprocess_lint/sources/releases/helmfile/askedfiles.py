"""What helmfile's templates ask of files: `readFile`, `isFile` and `isDir` (pkg/tmpl/context_funcs.go of helmfile).

Helm's engine is given no files. A template that asks for one ends with what it asks, and is filled in again with the
answer, until nothing more is asked.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..filled import Expand
from ..functions import OF_FILES
from ..repository import Repository

_ASKED = re.compile(r"asks (?P<function>\w+) of (?P<name>\"(?:\\.|[^\"\\])*\")")
_MOST = 50
_DEFINED = """\
{{- define "%s" }}{{ $known := dict %s }}{{ if hasKey $known . }}{{ get $known . }}{{ else }}\
{{ fail (printf "asks %s of %%q" .) }}{{ end }}{{ end }}
"""


@dataclass(frozen=True, slots=True)
class Asking:
    """Fills in templates that name files from a `directory`, and `read`s what these ask for.

    Each path that is asked for is `noted`, there or not: what it becomes later changes the answer.
    """

    expand: Expand
    directory: Path
    repository: Repository
    read: Callable[[Path], str]
    noted: dict[Path, None]

    def __call__(self, template: str, parameters: Mapping[str, Any], definitions: str = "") -> str:
        """What a template becomes. Raises ValueError where nobody here can say."""
        if not any(f'include "{name}"' in template for name in OF_FILES):
            return self.expand(template, parameters, definitions)
        known: dict[tuple[str, str], str] = {}
        for _ in range(_MOST):
            try:
                return self.expand(template, parameters, definitions + _definitions(known))
            except ValueError as error:
                asked = _ASKED.search(str(error))
                if asked is None:
                    raise
                function, name = asked["function"], json.loads(asked["name"])
            known[function, name] = self._answer(function, name)
        raise ValueError(f"it asks for more than {_MOST} files")

    def _answer(self, function: str, name: str) -> str:
        """A file's text, or whether there is one: a text that is empty for no. Raises ValueError."""
        path = Path(os.path.normpath(self.directory / name))
        if not path.is_relative_to(self.repository.root):
            raise ValueError(f"it asks for `{name}`, outside of the repository")
        self.noted[path] = None
        found = self.repository.path(name, self.directory) if not os.path.isabs(name) else None
        if function == "isDir":
            return "true" if found and found.is_dir() else ""
        if function == "isFile":
            return "true" if found and found.is_file() else ""
        if found is None or not found.is_file():
            raise ValueError(f"it reads `{name}`, which is not in this repository")
        return self.read(found)


def _definitions(known: Mapping[tuple[str, str], str]) -> str:
    """The functions as templates that know some answers."""
    return "".join(_DEFINED % (name, " ".join(_pairs(known, name)), name) for name in OF_FILES)


def _pairs(known: Mapping[tuple[str, str], str], function: str) -> list[str]:
    texts = (text for (asked, name), answer in known.items() if asked == function for text in (name, answer))
    return [json.dumps(text, ensure_ascii=False) for text in texts]
