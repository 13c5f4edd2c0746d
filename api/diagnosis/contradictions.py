"""What in a case's facts can't all be true, or doesn't go together, by a rule or a table's row.

For people to check: nothing here changes a case or where it stands. Only what the guide or a row of
data supports is said, with the row's own note where it is dated.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from api.cards.decode import G_SIDE
from api.decision_tree import UNKNOWN, UNSURE, Library, Row, derive

C_SIDE = "46003"
"""How China Telecom's C-side IMSI begins (G1.2)."""

CLOSED = "closed"


@dataclass(frozen=True)
class Contradiction:
    """One thing to check: said in Chinese, the facts concerned, the citations it rests on."""

    text: str
    facts: tuple[str, ...]
    cites: tuple[str, ...]


class _Facts:
    """What is known: only settled answers, 不知道 and 未知 count as nothing."""

    def __init__(self, library: Library, facts: Mapping[str, str]) -> None:
        self.library = library
        self._said = {
            fact: value
            for fact, value in facts.items()
            if library.accepts(fact, value) and value not in (UNSURE, UNKNOWN)
        }
        self._derived = derive(library, self._said)

    def __getitem__(self, fact: str) -> str:
        """Return the value, a table's where nobody has said it, or an empty string."""
        derived = self._derived.get(fact)
        value = self._said.get(fact) or (derived.value if derived else "")
        return "" if value == UNKNOWN else value

    def row(self, fact: str) -> Row | None:
        """Return the row that says a table's fact, None where a person has said it."""
        derived = self._derived.get(fact)
        return derived.row if derived else None

    @property
    def card(self) -> tuple[str, str]:
        """Which card it is, and the fact that says so: the record before the customer's word."""
        for fact in ("card_type_on_record", "card_type"):
            if self[fact]:
                return self[fact], fact
        return "", ""


def contradictions(library: Library, facts: Mapping[str, str]) -> list[Contradiction]:
    """Return what does not go together in `facts`; values that are none of a fact's are ignored."""
    known = _Facts(library, facts)
    found = [each for look in _LOOKS for each in look(known)]
    # An older revision of the data may lack a citation: nobody can open what is not there.
    return [
        Contradiction(each.text, each.facts, tuple(c for c in each.cites if c in library.citations))
        for each in found
    ]


def _card_on_record(known: _Facts) -> Iterator[Contradiction]:
    said, record = known["card_type"], known["card_type_on_record"]
    if said and record and said != record:
        yield Contradiction(
            "客户说的国际卡种类与系统登记的不一致，以系统登记为准。",
            ("card_type", "card_type_on_record"),
            ("G2.1", "G2.2"),
        )


def _no_c_network(known: _Facts) -> Iterator[Contradiction]:
    """A card or phone on C where the table has no C network, or one that has been closed."""
    card, by = known.card
    if card == "ctoc":
        who, concerned, rule = "单模国际卡只能用 C 网", by, "G2.1"
    elif known["network"] == "c":
        who, concerned, rule = "手机用的是 C 网", "network", "G2.2"
    else:
        return
    row, coverage = known.row("coverage"), known["coverage"]
    note = f"（{row.note}）" if row and row.note else ""
    cites = (rule, "G3.1/1")
    if coverage == "no":
        text = f"{who}，而资料里当地没有可漫游的 C 网{note}。"
        yield Contradiction(text, (concerned, "location"), (*cites, *_sources(row)))
    elif row and row.columns.get("status") == CLOSED:
        text = f"{who}，而资料里当地的 C 网已经关停{note}。"
        yield Contradiction(text, (concerned, "location"), (*cites, *_sources(row)))


def _slot(known: _Facts) -> Iterator[Contradiction]:
    card, by = known.card
    network, slot = known["network"], known["card_slot"]
    if network == "g" and slot == "c" and card != "ctoc":
        text = "手机用的是 G 网，卡却插在 C 网卡槽，用 G 网要插 G 网卡槽。"
        yield Contradiction(text, ("network", "card_slot"), ("G3.2/1",))
    if slot == "g" and card == "ctoc":
        text = "单模国际卡只能用 C 网，卡却插在 G 网卡槽（指南没有直接写，按 C 网推断）。"
        yield Contradiction(text, (by, "card_slot"), ("G2.1", "project.inferred"))
    elif slot == "g" and network == "c":
        text = "手机用的是 C 网，卡却插在 G 网卡槽（指南只写了用 G 网要插 G 网卡槽）。"
        yield Contradiction(text, ("network", "card_slot"), ("G3.2/1", "project.inferred"))


def _single_mode_on_g(known: _Facts) -> Iterator[Contradiction]:
    card, by = known.card
    if card != "ctoc":
        return
    if known["network"] == "g":
        text = "单模国际卡只能用 C 网，而手机用的是 G 网，请核对卡的种类。"
        yield Contradiction(text, (by, "network"), ("G2.1",))
    row = known.library.tables["operators"].rows.get(known["operator"])
    if row and row.columns.get("network") == "g":
        text = f"单模国际卡只能用 C 网，而资料里{_operator(row)}是 G 网运营商，请核对卡的种类。"
        yield Contradiction(text, (by, "operator"), ("G2.1", *_sources(row)))


def _imsi(known: _Facts) -> Iterator[Contradiction]:
    card, by = known.card
    imsi, network = known["imsi"], known["network"]
    if imsi.startswith(G_SIDE):
        if card == "ctoc":
            text = "IMSI 以 20404 开头，是双模国际卡的 G 网侧，而卡被说成单模国际卡。"
            yield Contradiction(text, ("imsi", by), ("G2.2",))
        if network == "c":
            text = "IMSI 以 20404 开头，手机读的是 G 网侧，而网络被说成 C 网。"
            yield Contradiction(text, ("imsi", "network"), ("G2.2",))
    elif imsi.startswith(C_SIDE) and network == "g" and card == "ctog":
        text = "IMSI 以 46003 开头，手机读的是 C 网侧，而网络被说成 G 网。"
        yield Contradiction(text, ("imsi", "network"), ("G1.2", "G2.2"))


def _prl(known: _Facts) -> Iterator[Contradiction]:
    row = known.row("prl_status")
    if row is None or known["prl_status"] != "outdated":
        return
    note = f"（{row.note}）" if row.note else ""
    text = f"PRL 版本 {known['prl_version']} 低于当地所需的 {row.columns['minimum']}{note}。"
    concerned: tuple[str, ...] = ("prl_version", "location")
    if known["prl_updated"] == "yes":
        text += "客户又说出国前更新过，请核对版本。"
        concerned += ("prl_updated",)
    yield Contradiction(text, concerned, ("G4.B", *_sources(row)))


def _operator_elsewhere(known: _Facts) -> Iterator[Contradiction]:
    row = known.library.tables["operators"].rows.get(known["operator"])
    here = known["location"]
    if row and here and here not in (row.columns.get("countries") or (here,)):
        text = f"资料里{_operator(row)}不在客户所在的国家或地区，请核对地点和手机显示的运营商。"
        yield Contradiction(text, ("operator", "location"), _sources(row))


def _too_long_a_number(known: _Facts) -> Iterator[Contradiction]:
    row = known.row("number_length")
    if row and known["number_length"] == "too_long":
        text = (
            f"拨的号码有 {known['dialled_digits']} 位，{_operator(row)}"
            f"拨不了超过 {row.columns['max_digits']} 位的号码。"
        )
        yield Contradiction(text, ("dialled_digits", "operator"), ("G4.F",))


def _home_and_away(known: _Facts) -> Iterator[Contradiction]:
    if known["location"] == "CN" and known["back_in_china"] == "no":
        text = "地点是中国内地，又说还在境外，请核对客户现在在哪里。"
        yield Contradiction(text, ("location", "back_in_china"), ("G3.2/7",))


_LOOKS: tuple[Callable[[_Facts], Iterator[Contradiction]], ...] = (
    _card_on_record,
    _no_c_network,
    _slot,
    _single_mode_on_g,
    _imsi,
    _prl,
    _operator_elsewhere,
    _too_long_a_number,
    _home_and_away,
)


def _operator(row: Row) -> str:
    return f" {row.columns['names'][0]} "


def _sources(row: Row | None) -> tuple[str, ...]:
    if row is None:
        return ()
    own, status = row.source, row.columns.get("status_source")
    return tuple(dict.fromkeys([own, str(status)] if status else [own]))
