"""What trainers read for the names that trees and tables use."""

from api.decision_tree import Library
from api.interview.names import citation, label
from api.interview.wording import BACK_OFFICE

__all__ = ["citation", "label", "node", "who"]


def who(names: tuple[str, ...]) -> str:
    """Return who can say a fact, a person only where nobody else can."""
    others = [name for name in names if name != "agent"] or list(names)
    return "、".join(BACK_OFFICE.get(name, name) for name in others)


def node(library: Library, place: str) -> str:
    """Return `tree/node` in words; itself where the library lacks it."""
    tree, _, name = place.partition("/")
    found = library.trees[tree].nodes.get(name) if tree in library.trees else None
    if found is None or found.fact not in library.facts:
        return place
    return f"{library.trees[tree].title} · {library.facts[found.fact].title}"
