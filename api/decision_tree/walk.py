"""Replay: from the root, follow what is known until something is not, or an end is reached."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from api.decision_tree.derive import Derived, derive_one
from api.decision_tree.errors import Finding, TreeError
from api.decision_tree.model import ELSE, UNKNOWN, UNSURE, Library, Node

_TREE = "tree:"
_OUTCOME = "outcome:"


@dataclass(frozen=True)
class Ask:
    """The customer is asked for `fact`, so that `node` can be answered."""

    tree: str
    node: str
    fact: str
    kind: ClassVar[str] = "ask"


@dataclass(frozen=True)
class Wait:
    """Somebody else has to state `fact`: any of `who` (`crm`, `noc`, `hlr`, `agent`)."""

    tree: str
    node: str
    fact: str
    who: tuple[str, ...]
    kind: ClassVar[str] = "wait"


@dataclass(frozen=True)
class Conclude:
    """An end: `node` led to `outcome`."""

    tree: str
    node: str
    outcome: str
    kind: ClassVar[str] = "conclude"


Step = Ask | Wait | Conclude


@dataclass(frozen=True)
class Visited:
    """A node that was answered. `derived` is set where a table answered it."""

    tree: str
    node: str
    fact: str
    answer: str
    citations: tuple[str, ...]
    inferred: bool
    note: str = ""
    derived: Derived | None = None


def walk(library: Library, facts: Mapping[str, str]) -> Step:
    """Return the step that follows from `facts`: the same facts always give the same step.

    Facts that are not declared are ignored, and a value that is none of its fact's counts as
    不知道. On a library that passes `check` this never raises; else TreeError.
    """
    return trace(library, facts)[1]


def trace(library: Library, facts: Mapping[str, str]) -> tuple[tuple[Visited, ...], Step]:
    """Return the nodes answered on the way and the step they lead to."""
    path: list[Visited] = []
    tree, node = library.root, _start(library, library.root)
    seen: set[tuple[str, str]] = set()
    while (tree, node.id) not in seen:
        seen.add((tree, node.id))
        answer, derived = known(library, node.fact, facts)
        target = None if answer is None else target_of(node, answer)
        if answer is None or target is None:
            return tuple(path), _open(library, tree, node.id, node.fact, facts)
        path.append(
            Visited(tree, node.id, node.fact, answer, node.cites, node.inferred, node.note, derived)
        )
        if target.startswith(_OUTCOME):
            return tuple(path), Conclude(tree, node.id, target.removeprefix(_OUTCOME))
        tree, node = follow(library, tree, target)
    raise TreeError([Finding("cycle", f"{tree}/{node.id}", "the walk came back to this node")])


def known(
    library: Library, fact: str, facts: Mapping[str, str]
) -> tuple[str | None, Derived | None]:
    """Return the value of a fact, as stated or else as its table says; None while it is open."""
    if fact not in library.facts:
        raise TreeError([Finding("undeclared_fact", fact, "a node asks for it")])
    stated = library.settled(fact, facts.get(fact))
    if stated is not None:
        return stated, None
    derived = derive_one(library, library.facts[fact], facts)
    return (derived.value, derived) if derived else (None, None)


def way_of(node: Node, answer: str) -> str | None:
    """Return the answer of the node that a value counts as: itself, or else 不知道."""
    for way in (answer, ELSE, UNSURE, UNKNOWN):
        if way in node.answers:
            return way
    return None


def target_of(node: Node, answer: str) -> str | None:
    """Return where an answer leads."""
    way = way_of(node, answer)
    return None if way is None else node.answers[way]


def follow(library: Library, tree: str, target: str) -> tuple[str, Node]:
    """Return the tree and node that a target (not an outcome) names."""
    if target.startswith(_TREE):
        other = target.removeprefix(_TREE)
        return other, _start(library, other)
    node = library.trees[tree].nodes.get(target)
    if node is None:
        raise TreeError([Finding("unknown_target", tree, f"no node {target}")])
    return tree, node


def _start(library: Library, tree: str) -> Node:
    if tree not in library.trees or library.trees[tree].start not in library.trees[tree].nodes:
        raise TreeError([Finding("unknown_target", tree, "no such tree, or no start in it")])
    return library.trees[tree].nodes[library.trees[tree].start]


def _open(
    library: Library, tree: str, node: str, fact: str, facts: Mapping[str, str]
) -> Ask | Wait:
    """Return who is to be asked for what: what a fact needs comes before the fact itself."""
    declared = library.facts[fact]
    for need in declared.needs:
        if known(library, need, facts)[0] is None:
            return _open(library, tree, node, need, facts)
    if declared.asks_customer:
        return Ask(tree, node, fact)
    return Wait(tree, node, fact, tuple(who for who in declared.said_by if who != "table"))
