"""Facts that a table says: read by the facts they need, with the row's source beside the value."""

from collections.abc import Mapping
from dataclasses import dataclass

from api.decision_tree.model import UNKNOWN, UNSURE, Fact, Library, Row


@dataclass(frozen=True)
class Derived:
    """What a table says of a fact, and which row says so. `row` is None where none does."""

    fact: str
    value: str
    table: str
    row: Row | None

    @property
    def source(self) -> str | None:
        """The id of the citation the row rests on."""
        return self.row.source if self.row else None

    @property
    def as_of(self) -> str | None:
        return self.row.as_of if self.row else None

    @property
    def trust(self) -> str | None:
        return self.row.trust if self.row else None

    @property
    def note(self) -> str:
        return self.row.note if self.row else ""


def derive(library: Library, facts: Mapping[str, str]) -> dict[str, Derived]:
    """Return every table fact whose needs are known and that nobody has stated directly."""
    found = {}
    for fact in library.facts.values():
        if fact.is_derived and library.settled(fact.id, facts.get(fact.id)) is None:
            derived = derive_one(library, fact, facts)
            if derived is not None:
                found[fact.id] = derived
    return found


def derive_one(library: Library, fact: Fact, facts: Mapping[str, str]) -> Derived | None:
    """Return what the table says, `unknown` where it has no answer, None while a need is open."""
    needs = [library.settled(need, facts.get(need)) for need in fact.needs]
    if fact.table is None or fact.key is None or None in needs:
        return None
    table = library.tables[fact.table]
    key = library.settled(fact.key, facts.get(fact.key))
    row = None if key is None or key == UNSURE else table.row(key)
    value = UNKNOWN if row is None else _read(library, fact, row, facts)
    listed = library.values(fact.id)
    return Derived(fact.id, value if listed and value in listed else UNKNOWN, table.id, row)


def _read(library: Library, fact: Fact, row: Row, facts: Mapping[str, str]) -> str:
    cell = row.columns.get(fact.column)
    if fact.compare is None:
        return UNKNOWN if cell is None else str(cell)
    measured = library.settled(fact.measure or "", facts.get(fact.measure or ""))
    if measured is None or measured == UNSURE or not isinstance(cell, int):
        return UNKNOWN
    within = int(measured) >= cell if fact.compare == "at_least" else int(measured) <= cell
    return fact.holds if within else fact.fails
