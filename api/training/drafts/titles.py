"""What trainers read for the names that trees and tables use."""

from api.decision_tree import UNSURE, Library
from api.interview import places
from api.interview.wording import BACK_OFFICE, OTHER_OPERATOR


def citation(library: Library, name: str) -> str:
    return library.citations[name].title if name in library.citations else name


def label(library: Library, fact: str, value: str) -> str:
    """Return a value in words: 缅甸, 双模国际卡, 不知道."""
    declared = library.facts.get(fact)
    if declared is None:
        return value
    if value == UNSURE:
        return declared.unsure_label
    if declared.kind == "place":
        return places.name(value)
    if value == OTHER_OPERATOR["value"] and declared.kind == "operator":
        return OTHER_OPERATOR["label"]
    table = library.tables.get(declared.values_from or "")
    row = table.rows.get(value) if table else None
    names = row.columns.get("names") if row else None
    return str(names[0]) if names else declared.label(value)


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
