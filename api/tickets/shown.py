"""What staff see of a ticket's words and facts: personal data stay hidden until revealed (P11)."""

from functools import lru_cache
from typing import Any

from api import privacy
from api.decision_tree import UNSURE, Library
from api.tickets import lifecycle
from api.tickets.models import TicketEvent

REMEMBERED = 2_048
"""Texts whose masked form is kept: 300 rows of a queue and the transcripts of open consoles."""

EVENTS = {
    "opened": "登记",
    "status": "状态变更",
    "category": "分类变更",
    "priority": "优先级变更",
    "fact": "填写事实",
    "outcome": "得出结论",
    "waits_for": "等后台核查",
    "complaint": "客户投诉",
    "advice_did_not_help": "客户说办法没有用",
    "customer_says_solved": "客户说已经恢复",
    "note": "内部备注",
    "notify": "需要通知",
    "notified": "已经通知",
    "handed_back": "交还机器人",
    "connection_lost": "坐席连接中断",
    "unreachable": "微信送不到",
}


def value(library: Library, fact: str, stated: str) -> str:
    """Return a fact's value, a personal one masked."""
    declared = library.facts.get(fact)
    if declared is None or not declared.personal or stated == UNSURE:
        return stated
    return privacy.mask_number(fact, stated)


@lru_cache(maxsize=REMEMBERED)
def masked(text: str) -> str:
    """Return a text masked. Consoles read the same words again and again: the last are kept."""
    return privacy.mask(text)


def words(text: str | None) -> str | None:
    return None if text is None else masked(text)


def event(library: Library, happened: TicketEvent) -> dict[str, Any]:
    """Return an event with its title; personal data in it are masked."""
    data = dict(happened.data)
    if "fact" in data and "value" in data:
        data["value"] = value(library, str(data["fact"]), str(data["value"]))
    return {
        "kind": happened.kind,
        "title": _title(happened),
        "actor": happened.actor,
        "note": words(happened.note),
        "data": data,
        "at": happened.at,
    }


def _title(happened: TicketEvent) -> str:
    title = EVENTS.get(happened.kind, happened.kind)
    to = lifecycle.TITLES.get(str(happened.data.get("to"))) if happened.kind == "status" else None
    return f"{title}：{to}" if to else title
