"""Why the walk is where it is: the way so far with its sources, and what is still possible."""

from collections.abc import Mapping
from dataclasses import dataclass

from api.decision_tree.model import Library
from api.decision_tree.walk import Conclude, Step, Visited, follow, known, target_of, trace


@dataclass(frozen=True)
class Explanation:
    """The way to `step`, and the outcomes that the facts leave open (one when it is an end)."""

    path: tuple[Visited, ...]
    step: Step
    open_causes: tuple[str, ...]

    @property
    def inferred(self) -> bool:
        """Whether a node on the way is not in the guide."""
        return any(visited.inferred for visited in self.path)


def explain(library: Library, facts: Mapping[str, str]) -> Explanation:
    """Return path, step and open causes of `facts`."""
    path, step = trace(library, facts)
    if isinstance(step, Conclude):
        return Explanation(path, step, (step.outcome,))
    return Explanation(path, step, open_causes(library, facts, step.tree, step.node))


def open_causes(
    library: Library, facts: Mapping[str, str], tree: str, node: str
) -> tuple[str, ...]:
    """Return the outcomes that can still be reached from a node, in the order of the library."""
    reached: set[str] = set()
    seen: set[tuple[str, str]] = set()
    ahead = [(tree, node)]
    while ahead:
        here = ahead.pop()
        if here in seen:
            continue
        seen.add(here)
        switch = library.trees[here[0]].nodes[here[1]]
        answer = known(library, switch.fact, facts)[0]
        only = None if answer is None else target_of(switch, answer)
        for target in [only] if only else switch.answers.values():
            if target.startswith("outcome:"):
                reached.add(target.removeprefix("outcome:"))
            else:
                there, next_node = follow(library, here[0], target)
                ahead.append((there, next_node.id))
    return tuple(outcome for outcome in library.outcomes if outcome in reached)
