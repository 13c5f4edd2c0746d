"""The graph of all trees: what leads where, what is reached, and where it runs in a ring."""

from collections.abc import Iterator
from dataclasses import dataclass

from api.decision_tree.model import Library

Place = tuple[str, str]
"""A node of the graph: tree and node."""


@dataclass(frozen=True)
class Target:
    """An arrow that ends in an outcome."""

    outcome: str


def where(place: Place) -> str:
    """Return a place as findings name it."""
    return "/".join(place)


def arrows(library: Library, place: Place) -> Iterator[Place | Target | None]:
    """Give the target of each answer of a node; None for one that names nothing there is."""
    for target in library.trees[place[0]].nodes[place[1]].answers.values():
        yield resolve(library, place[0], target)


def resolve(library: Library, tree: str, target: str) -> Place | Target | None:
    """Return what a target text names, seen from a tree."""
    kind, _, name = target.rpartition(":")
    if kind == "outcome":
        return Target(name)
    here = name if kind == "tree" else tree
    if kind not in ("", "tree") or here not in library.trees:
        return None
    node = library.trees[here].start if kind == "tree" else target
    return (here, node) if node in library.trees[here].nodes else None


def reachable(library: Library) -> set[Place]:
    """Return every node that a walk from the root can come to."""
    reached: set[Place] = set()
    ahead = [resolve(library, library.root, f"tree:{library.root}")]
    while ahead:
        place = ahead.pop()
        if isinstance(place, tuple) and place not in reached:
            reached.add(place)
            ahead.extend(arrows(library, place))
    return reached


def ends(library: Library, start: Place) -> bool:
    """Whether an outcome can be reached from a node."""
    seen: set[Place] = set()
    ahead = [start]
    while ahead:
        place = ahead.pop()
        if place in seen:
            continue
        seen.add(place)
        for arrow in arrows(library, place):
            if isinstance(arrow, Target):
                return True
            if arrow is not None:
                ahead.append(arrow)
    return False


def rings(library: Library) -> list[list[Place]]:
    """Return the cycles, each once, as the places on the way round back to the first."""
    found: dict[frozenset[Place], list[Place]] = {}
    done: set[Place] = set()
    for tree in library.trees.values():
        for node in tree.nodes:
            _search(library, (tree.id, node), [], done, found)
    return list(found.values())


def _search(
    library: Library,
    place: Place,
    path: list[Place],
    done: set[Place],
    found: dict[frozenset[Place], list[Place]],
) -> None:
    if place in path:
        ring = path[path.index(place) :]
        found.setdefault(frozenset(ring), [*ring, place])
        return
    if place in done:
        return
    for arrow in arrows(library, place):
        if isinstance(arrow, tuple):
            _search(library, arrow, [*path, place], done, found)
    done.add(place)
