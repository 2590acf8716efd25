"""Flux: `Kustomization`.

What is read is that of kustomize-controller: `spec.patches`, `components`, `images`, `targetNamespace` and the like are
added to the kustomization of the path, which is generated where there is none (fluxcd/pkg/kustomize, generator.go), and
`postBuild` replaces variables in what is built, if there is one or if it says so (`SubstituteVariables`, varsub.go).
"""

from __future__ import annotations

from collections.abc import Iterator

from ....pods.view import View
from ..customized import customized
from ..elsewhere import git_ref, path_elsewhere
from ..helddata import Held, held
from ..homes import InObject
from ..objects import ObjectInFile, Objects, text
from ..release import Release, Substitution, Unknowable
from ..repository import Repository
from . import artifact
from .commonmetadata import common_labels


def kustomization(found: ObjectInFile, objects: Objects, repository: Repository) -> Release:
    """The release of a Flux Kustomization."""
    spec = found.spec
    reference = View(spec.data.get("sourceRef"), ())
    named = objects.named(
        reference.text("kind") or "", reference.text("namespace") or found.namespace, reference.text("name") or ""
    )
    url = named.spec.text("url") or "" if named else ""
    path = text(spec.data.get("path")) or "."
    if reference.text("kind") == artifact.KIND:
        namespace = reference.text("namespace") or found.namespace
        path = artifact.original(objects, namespace, reference.text("name") or "", path)
    # The root of an OCI artifact is no root of a repository; another path may be that of what it was made of.
    is_root = reference.text("kind") == "OCIRepository" and not path.strip("./")
    is_here = repository.is_this(url) and not is_root
    here = repository.holding(path, found.file.path).path(path.lstrip("/")) if is_here else None
    unknown: list[Unknowable] = []
    substitute = tuple(_substitutions(found, objects, unknown))
    fills_in = bool(substitute) or View(spec.data.get("postBuild"), ()).text("substituteStrategy") == "Always"
    changed = customized(InObject(found.view.data, found), spec, spec.text("targetNamespace"))
    return Release(
        title=found.title,
        location=found.at((*spec.route, "path") if spec.data.get("path") else (*spec.route, "sourceRef")),
        deploys=here or path_elsewhere(path, url, reference.text("name") or "", git_ref(named.spec) if named else ""),
        name=found.name,
        namespace=spec.text("targetNamespace"),
        customized=changed._replace(
            fields=(*changed.fields, *common_labels(found)),
            substitute=substitute,
            fills_in=fills_in,
            is_all=not unknown,
            may_miss=spec.data.get("ignoreMissingComponents") is True,
        ),
        unknown=tuple(unknown),
        generates=True,
        is_literal=not unknown and (fills_in or not _may_be_given(found, objects)),
        cluster=View(spec.data.get("kubeConfig"), ()).text("secretRef", "name"),
    )


def _substitutions(found: ObjectInFile, objects: Objects, unknown: list[Unknowable]) -> Iterator[Substitution]:
    """The variables of `postBuild`; of equal names the later one holds, and `substitute` over all."""
    build = View(found.spec.data.get("postBuild"), (*found.spec.route, "postBuild"))
    for source in build.items("substituteFrom"):
        kind, name = source.text("kind") or "", source.text("name") or ""
        known = held(objects, kind, found.namespace, name)
        if known is not None:
            yield from _variables(known, source, found, unknown)
        elif not (source.data.get("optional") is True and kind == "ConfigMap"):
            unknown.append(Unknowable(f"values from {kind} `{name}`, which is not in the scan", found.at(source.route)))
    for name, value in View(build.data.get("substitute"), ()).data.items():
        yield Substitution(name, _on_one_line(text(value)), found.entry((*build.route, "substitute", name)))


def _may_be_given(found: ObjectInFile, objects: Objects) -> bool:
    """Whether the cluster may hold variables that are optional, and not in the scan."""
    listed = View(found.spec.data.get("postBuild"), ()).items("substituteFrom")
    named = ((source.text("kind") or "", source.text("name") or "") for source in listed)
    return any(held(objects, kind, found.namespace, name) is None for kind, name in named)


def _variables(known: Held, source: View, found: ObjectInFile, unknown: list[Unknowable]) -> Iterator[Substitution]:
    for name, value in known.all():
        if value is not None:
            yield Substitution(name, _on_one_line(value.text), value.entry)
        else:
            reason = f"the variable `{name}` of {known.title}, which is encrypted"
            unknown.append(Unknowable(reason, found.at(source.route)))


def _on_one_line(value: str) -> str:
    """As Flux takes it: without the ends of lines."""
    return value.replace("\n", "")
