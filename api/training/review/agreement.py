"""How far two trainers agree, beyond what chance alone would give: Cohen's kappa. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations


@dataclass(frozen=True)
class Agreement:
    """Two people and the items that both labelled."""

    people: tuple[str, str]
    items: int
    agreed: float
    """The part of the items with the same label, 0 to 1."""
    kappa: float | None
    """1: always; 0: as chance would; None where both used one and the same label only."""


def kappa(pairs: Iterable[tuple[str, str]]) -> tuple[int, float, float | None]:
    """Return (how many, part that agreed, kappa) of pairs of labels; kappa is None where it is
    not defined.

    J. Cohen, A coefficient of agreement for nominal scales, 1960.
    """
    seen = list(pairs)
    if not seen:
        return 0, 0.0, None
    n = len(seen)
    observed = sum(a == b for a, b in seen) / n
    first, second = Counter(a for a, _ in seen), Counter(b for _, b in seen)
    expected = sum(first[label] * second[label] for label in first) / n**2
    if expected == 1:
        return n, observed, None
    return n, observed, (observed - expected) / (1 - expected)


def between(labels: Mapping[str, Mapping[str, str]]) -> list[Agreement]:
    """Return the agreement of every two people who labelled the same items; `labels` is label by
    person by item. Those with most items in common come first."""
    pairs: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for by_person in labels.values():
        for one, other in combinations(sorted(by_person), 2):
            pairs[one, other].append((by_person[one], by_person[other]))
    found = []
    for people, both in pairs.items():
        n, observed, value = kappa(both)
        rounded = None if value is None else round(value, 3)
        found.append(Agreement(people, n, round(observed, 3), rounded))
    return sorted(found, key=lambda each: (-each.items, each.people))
