"""Which nodes of the trees a set of facts passes: pure."""

from collections.abc import Mapping

from api.decision_tree import Conclude, Library
from api.decision_tree.walk import trace


def visits(library: Library, facts: Mapping[str, str]) -> tuple[list[str], str | None]:
    """Return the nodes (tree/node) that the facts answer or stop at, and the outcome, if any.

    Without a service nothing was reported yet: nothing is passed.
    """
    if "service" not in facts:
        return [], None
    path, step = trace(library, facts)
    nodes = dict.fromkeys(f"{visited.tree}/{visited.node}" for visited in path)
    nodes[f"{step.tree}/{step.node}"] = None
    return list(nodes), step.outcome if isinstance(step, Conclude) else None
