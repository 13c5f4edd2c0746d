"""The shapes of the diagnostic data: facts, outcomes, citations, tables, trees, and their library.

Everything is frozen and holds no code: what a tree does is all in `walk`.
"""

import re
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

UNSURE = "unsure"
"""A customer's 不知道: a value of every fact that a customer can say."""

UNKNOWN = "unknown"
"""What a table or a record says when it has no answer."""

ELSE = "else"
"""The answer of a node that stands for every value it does not name."""

FORMAT = 1
"""Version of the documents' format, see docs/tree-format.md."""

Kind = Literal["choice", "yes_no", "digits", "count", "place", "operator"]
Trust = Literal["guide", "operator", "dated", "press", "project", "sample"]
Comparison = Literal["at_least", "at_most"]

_DIGITS = re.compile(r"[0-9]+")
_PLACE = re.compile(r"[A-Z]{2}")


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One value of a fact: `label` is the button, `said` how it is read back, `words` what
    people write for it outside any question, `answers` regular expressions (over the normalised
    message) that mean it only as an answer to the fact's own question."""

    value: str
    label: str
    said: str = ""
    words: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()


class Fact(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One thing to know: who can say it, how it is asked, or which table it is read from.

    `affirm` and `deny` are the values that a bare 是的 and 没有 mean as an answer to `question`.
    A fact that is not `of_case` is asked about the conversation (来意); no node may switch on it.
    """

    id: str
    title: str
    kind: Kind
    said_by: tuple[str, ...]
    cites: tuple[str, ...]
    why: str = ""
    question: str = ""
    choices: tuple[Choice, ...] = ()
    help: str = ""
    help_source: str = ""
    unsure: str = ""
    unsure_label: str = "不知道"
    unsure_answers: tuple[str, ...] = ()
    affirm: str | None = None
    deny: str | None = None
    needs: tuple[str, ...] = ()
    values_from: str | None = None
    min_digits: int = 1
    max_digits: int = 32
    personal: bool = False
    table: str | None = None
    key: str | None = None
    column: str = "value"
    measure: str | None = None
    compare: Comparison | None = None
    holds: str = "ok"
    fails: str = ""
    of_case: bool = True

    @property
    def is_derived(self) -> bool:
        """Whether a table says it."""
        return self.table is not None

    @property
    def asks_customer(self) -> bool:
        return "customer" in self.said_by

    @property
    def offered(self) -> tuple[Choice, ...]:
        """The buttons of the question: its choices and, for a customer, 不知道."""
        if not self.asks_customer:
            return self.choices
        unsure = Choice(value=UNSURE, label=self.unsure_label, answers=self.unsure_answers)
        return (*self.choices, unsure)

    def label(self, value: str) -> str:
        """Return the words of a value for people: 有, 双模国际卡, 不知道."""
        for choice in self.choices:
            if choice.value == value:
                return choice.said or choice.label
        return {UNSURE: self.unsure_label, UNKNOWN: "未知", ELSE: "其他"}.get(value, value)


class Outcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An end: the most likely cause, what the customer does, what we do."""

    id: str
    title: str
    cause: str
    steps: tuple[str, ...]
    we_do: str
    clock: Literal["first_answer", "result"]
    cites: tuple[str, ...]
    resolves_alone: bool = False
    notify: str | None = None
    inferred: bool = False
    priority: Literal["urgent", "high", "normal", "low"] = "normal"


class Citation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A rule of the guide or a public source, in our own words."""

    id: str
    title: str
    heading: str
    text: str
    url: str = ""
    as_of: str = ""


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A row of a table with where it is from, as of when, and how far to trust it."""

    id: str
    source: str
    as_of: str
    trust: Trust
    note: str = ""
    columns: Mapping[str, Any] = {}


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Rows by id. `default` answers for every id that has no row of its own."""

    id: str
    title: str
    rows: Mapping[str, Row]
    default: Row | None = None

    def row(self, key: str) -> Row | None:
        return self.rows.get(key, self.default)


class Node(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A switch on one fact. A target is a node of the tree, `tree:<id>` or `outcome:<id>`."""

    id: str
    fact: str
    cites: tuple[str, ...]
    answers: Mapping[str, str]
    inferred: bool = False
    note: str = ""


class Tree(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Nodes by id, and the one to start at."""

    id: str
    title: str
    start: str
    cites: tuple[str, ...]
    nodes: Mapping[str, Node]


class Library(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything of one revision. Made by `load`, never changed."""

    revision: str
    facts: Mapping[str, Fact]
    outcomes: Mapping[str, Outcome]
    citations: Mapping[str, Citation]
    tables: Mapping[str, Table]
    trees: Mapping[str, Tree]
    root: str = "triage"

    def values(self, fact: str) -> tuple[str, ...] | None:
        """Return every value of a fact but `unsure`, or None where they cannot be listed."""
        declared = self.facts[fact]
        if declared.choices:
            return tuple(choice.value for choice in declared.choices)
        table = self.tables.get(declared.values_from or "")
        return tuple(table.rows) if table else None

    def accepts(self, fact: str, value: str) -> bool:
        """Whether `value` is one of this fact's, `unsure` included where a customer can say it."""
        if fact not in self.facts:
            return False
        return self._is_value(self.facts[fact], value) or (
            value == UNSURE and self.facts[fact].asks_customer
        )

    def settled(self, fact: str, value: str | None) -> str | None:
        """Return the value to walk by: rubbish counts as 不知道, or where nobody may say that,
        as never said."""
        if value is None or self.accepts(fact, value):
            return value
        declared = self.facts[fact]
        if declared.asks_customer:
            return UNSURE
        return UNKNOWN if self._is_value(declared, UNKNOWN) else None

    def _is_value(self, fact: Fact, value: str) -> bool:
        listed = self.values(fact.id)
        if listed is not None:
            return value in listed
        if fact.kind == "place":
            return _PLACE.fullmatch(value) is not None
        in_bounds = fact.min_digits <= len(value) <= fact.max_digits
        return in_bounds and _DIGITS.fullmatch(value) is not None
