"""The hand-over in one glance: who, where, what, tried, found, still open. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from api.decision_tree import Ask, Conclude, Library, Step
from api.desk import titles
from api.diagnosis.models import CaseFact
from api.diagnosis.service import RunningCase
from api.interview.local_time import spoken
from api.tickets.notices import Notice

ABOUT_WHOM = ("msisdn", "iccid", "imsi", "card_type", "card_type_on_record")
ABOUT_WHERE = ("location", "operator", "network")
ABOUT_WHAT = ("service",)
NOT_TRIED = frozenset({*ABOUT_WHOM, *ABOUT_WHERE, *ABOUT_WHAT})
BY_US = ("crm", "noc", "hlr", "agent")

NOT_KNOWN = "还不知道"


@dataclass(frozen=True)
class Summary:
    """Short Chinese clauses, personal numbers masked."""

    who: str
    where: str
    what: str
    tried: list[str]
    found: list[str]
    open: list[str]
    memo: str | None


@dataclass(frozen=True)
class Standing:
    """What is summed up besides the case: the ticket's part of it."""

    channel: str
    category: str | None = None
    notices: Sequence[Notice] = ()
    next_clock: tuple[str, datetime] | None = None
    """Title and instant of the first unmet deadline."""
    contradictions: Sequence[str] = ()
    memo: str | None = None


def summary(case: RunningCase | None, standing: Standing) -> Summary:
    """Return the summary of a conversation's case and ticket; `case` is None before a trouble."""
    latest = case.latest if case else {}
    known = {fact: row for fact, row in latest.items() if row.value != "unsure"}
    channel = titles.CHANNELS.get(standing.channel, standing.channel)
    what = _labels(case, known, ABOUT_WHAT)
    category = titles.category(standing.category)
    if category is not None and (standing.category != "network_quality" or not what):
        what.append(f"投诉：{category}")
    return Summary(
        who=" · ".join([*_labels(case, known, ABOUT_WHOM), f"{channel}客户"]),
        where=" · ".join(_labels(case, known, ABOUT_WHERE)) or NOT_KNOWN,
        what="；".join(what) or NOT_KNOWN,
        tried=_tried(case, latest),
        found=_found(case, known),
        open=_open(case, standing),
        memo=standing.memo,
    )


def _labels(
    case: RunningCase | None, known: dict[str, CaseFact], names: Sequence[str]
) -> list[str]:
    if case is None:
        return []
    said = [titles.label(case.library, name, known[name].value) for name in names if name in known]
    return list(dict.fromkeys(said))


def _tried(case: RunningCase | None, latest: dict[str, CaseFact]) -> list[str]:
    """What the customer answered about card and phone; what they could not say is said so."""
    if case is None:
        return []
    return [
        _clause(case.library, row)
        for row in latest.values()
        if row.said_by == "customer" and row.fact not in NOT_TRIED
    ]


def _found(case: RunningCase | None, known: dict[str, CaseFact]) -> list[str]:
    """What staff and systems stated, what tables say on the way, and the end if there is one."""
    if case is None:
        return []
    library, explained = case.library, case.explanation()
    found = [
        f"{_clause(library, row)}（{titles.SAID_BY[row.said_by]}）"
        for row in known.values()
        if row.said_by in BY_US and row.fact not in NOT_TRIED
    ]
    by_table = {
        visited.fact: visited.answer
        for visited in explained.path
        if visited.derived is not None and visited.fact != "region"
    }
    found += [
        f"{library.facts[fact].title}：{titles.label(library, fact, answer)}"
        for fact, answer in by_table.items()
    ]
    if isinstance(explained.step, Conclude):
        found.append(f"结论：{titles.outcome(library, explained.step.outcome)}")
    return found


def _open(case: RunningCase | None, standing: Standing) -> list[str]:
    still = []
    if case is not None and "service" in case.facts:
        still += _next(case.library, case.step())
    still += [f"通知{n.title}：{n.reason}" for n in standing.notices if n.done_at is None]
    still += [f"核对：{text.rstrip('。')}" for text in standing.contradictions]
    if standing.next_clock is not None:
        title, due_at = standing.next_clock
        still.append(f"{title}，最晚 {spoken(due_at, None)}")
    return still


def _next(library: Library, step: Step) -> list[str]:
    if isinstance(step, Conclude):
        outcome = library.outcomes[step.outcome]
        return [] if outcome.resolves_alone else [f"已答应客户：{outcome.we_do.rstrip('。')}"]
    title = titles.fact(library, step.fact)
    if isinstance(step, Ask):
        return [f"问客户：{title}"]
    return [f"等{titles.who(step.who)}查：{title}"]


def _clause(library: Library, row: CaseFact) -> str:
    title = library.facts[row.fact].title if row.fact in library.facts else row.fact
    return f"{title}：{titles.label(library, row.fact, row.value)}"
