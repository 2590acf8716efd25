"""Labels that Flux puts on every object of a release (`commonMetadata`), over what these say themselves.

Only those of Pod Security decide anything: what a Namespace says of the pods in it.
"""

from __future__ import annotations

from collections.abc import Iterator

from ....documents.nodes import MappingNode, ScalarNode, SequenceNode
from ..objects import ObjectInFile
from ..release import KustomizedField

_DECIDES = "pod-security.kubernetes.io/"


def common_labels(found: ObjectInFile) -> Iterator[KustomizedField]:
    """The labels of an object's `spec.commonMetadata`, as Kustomize has them; none where they decide nothing."""
    node = found.document.node((*found.spec.route, "commonMetadata", "labels"))
    if not isinstance(node, MappingNode):
        return
    pairs = [
        (key, value) for key, value in node.pairs if isinstance(key, ScalarNode) and key.value.startswith(_DECIDES)
    ]
    if pairs:
        labels = MappingNode(list(pairs), node.start, node.end)
        entry = MappingNode([(ScalarNode("pairs", None, node.start, node.start), labels)], node.start, node.end)
        yield KustomizedField("labels", found, SequenceNode([entry], node.start, node.end))
