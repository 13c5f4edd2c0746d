"""Whether what an agent says reaches the customer in WeChat: shown before, and refused in time."""

from collections.abc import Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Literal

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.channels.wechat import customers, repository, unreachable
from api.channels.wechat.budget import Budget, Rules, budget
from api.channels.wechat.models import WeChatCustomer, WeChatDelivery
from api.channels.wechat.outbox import for_wechat, is_wechats
from api.channels.wechat.wording import needs
from api.conversations import service as conversations
from api.conversations.models import Conversation
from api.conversations.service import Utterance
from api.errors import Conflict

Why = Literal["wechat_window_closed", "wechat_limit_reached", "wechat_unsubscribed"]
State = Literal["waiting", "pending", "sending", "sent", "failed", "refused", "unsure"]

WHY: dict[Why, str] = {
    "wechat_window_closed": "客户 {hours:g} 小时内没有写过字，微信不允许再发消息。",
    "wechat_limit_reached": "客户上次来信后可发的条数不够（还剩 {left} 条），客户再来信就能发。",
    "wechat_unsubscribed": "客户取消关注了公众号，微信消息送不到。",
}
TITLES: dict[State, str] = {
    "waiting": "等客户下次来信时发出",
    "pending": "待发送",
    "sending": "发送中",
    "sent": "已发到微信",
    "failed": "没有发出去",
    "refused": "微信没有接收",
    "unsure": "不确定是否发到",
}
REASONS = {
    45015: "超过可发消息的时限，或客户取消了关注",
    45047: "可发的条数已经用完",
    43004: "客户取消了关注",
    48001: "公众号没有客服消息的权限",
    40003: "微信不认识这位客户",
}
NO_ANSWER = "微信没有确认，可能已经发到；再发一次，客户可能收到两条"


class Reach(BaseModel):
    """How a customer in WeChat can be reached now."""

    here: bool
    """Whether what is said now goes to WeChat; False: they wrote in the web page last."""
    subscribed: bool
    open: bool
    closes_at: datetime | None
    messages_left: int
    why_not: Why | None
    sentence: str
    """One line for the agent."""
    instead: str | None
    """How else to reach the customer, where WeChat does not."""


class DeliveryOut(BaseModel):
    """What became of one message in WeChat; of several bubbles the worst counts."""

    id: int | None
    state: State
    title: str
    reason: str | None
    again: bool
    """Whether an agent may send it again."""


async def check(
    session: AsyncSession, rules: Rules, conversation: Conversation, words: Utterance
) -> None:
    """Let pass what can be sent; a conversation that is not in WeChat always can.

    Raises:
        Conflict: WeChat would not take it; nothing is stored.
    """
    found = await _standing(session, rules, conversation)
    if found is None or not found.here:
        return
    said = SimpleNamespace(
        seq=0,
        text=words.text,
        asks=words.asks,
        choices=list(words.choices),
        citations=list(words.citations),
        ticket=words.ticket,
    )
    why = found.why_not(needs([said]))
    if why is not None:
        raise Conflict(
            found.sentence(rules, why) + await _instead(session, conversation),
            code=why,
            messages_left=found.left,
        )


async def reach(session: AsyncSession, rules: Rules, conversation: Conversation) -> Reach | None:
    """Return how the customer can be reached; None when the conversation is not in WeChat."""
    found = await _standing(session, rules, conversation)
    if found is None:
        return None
    why = found.why_not(1)
    return Reach(
        here=found.here,
        subscribed=found.customer.subscribed,
        open=found.budget.open,
        closes_at=found.budget.closes_at,
        messages_left=found.left,
        why_not=why,
        sentence=found.sentence(rules, why),
        instead=await _instead(session, conversation) if why else None,
    )


async def _instead(session: AsyncSession, conversation: Conversation) -> str:
    return await unreachable.instead(session, conversation.id, unreachable.WAIT_TO_WRITE)


async def states(
    session: AsyncSession, conversation: Conversation, seqs: Sequence[int]
) -> dict[int, DeliveryOut]:
    """Return what became of messages, by their numbers; those not for WeChat are left out."""
    customer = await customers.of_conversation(session, conversation.id)
    rows = await repository.of_conversation(session, conversation.id)
    found: dict[int, DeliveryOut] = {}
    for row in rows:
        for seq in row.seqs:
            before = found.get(seq)
            # What was sent again counts in place of what it repeats.
            if before is None or row.repeats == before.id or _worse(row.state, before.state):
                found[seq] = delivery_out(row)
    if customer is not None and any(seq > customer.planned_seq for seq in seqs):
        new = await conversations.transcript(session, conversation.id, after=customer.planned_seq)
        for message in await for_wechat(session, conversation.id, new):
            found[message.seq] = DeliveryOut(
                id=None, state="waiting", title=TITLES["waiting"], reason=None, again=False
            )
    return {seq: found[seq] for seq in seqs if seq in found}


_WORSE = ("sent", "waiting", "pending", "sending", "unsure", "refused", "failed")


def _worse(state: str, than: str) -> bool:
    return _WORSE.index(state) > _WORSE.index(than)


def delivery_out(row: WeChatDelivery) -> DeliveryOut:
    state: State = row.state  # type: ignore[assignment]
    reason = REASONS.get(row.errcode or 0)
    if state == "unsure":
        reason = NO_ANSWER
    elif state in ("failed", "refused") and reason is None:
        reason = f"微信返回错误 {row.errcode}" if row.errcode else "连不上微信"
    return DeliveryOut(
        id=row.id,
        state=state,
        title=TITLES[state],
        reason=reason if state in ("failed", "refused", "unsure") else None,
        again=state in ("failed", "refused", "unsure"),
    )


class _Standing:
    """What is known of a customer in WeChat at this moment."""

    def __init__(self, customer: WeChatCustomer, now: Budget, unplanned: int, here: bool) -> None:
        self.customer = customer
        self.budget = now
        self.left = max(0, now.left - unplanned)
        self.here = here

    def why_not(self, bubbles: int) -> Why | None:
        if not self.customer.subscribed:
            return "wechat_unsubscribed"
        if not self.budget.open:
            return "wechat_window_closed"
        return "wechat_limit_reached" if self.left < bubbles else None

    def sentence(self, rules: Rules, why: Why | None) -> str:
        if why is not None:
            hours = rules.window.total_seconds() / 3600
            return WHY[why].format(hours=hours, left=self.left)
        if not self.here:
            return "客户上次是在网页上说的，回复在网页上看到。"
        if self.budget.closes_at is None:
            until = f"{rules.event_window.total_seconds():g} 秒"
        else:
            hours = (self.budget.closes_at - clock.now()).total_seconds() / 3600
            until = f"{int(hours)} 小时" if hours >= 1 else "不到 1 小时"
        return f"还能发 {self.left} 条，{until}内有效"


async def _standing(
    session: AsyncSession, rules: Rules, conversation: Conversation
) -> _Standing | None:
    customer = await customers.of_conversation(session, conversation.id)
    if customer is None:
        return None
    new = await conversations.transcript(session, conversation.id, after=customer.planned_seq)
    waiting = await for_wechat(session, conversation.id, new)
    last = await repository.last_of_customer(session, conversation.id, conversation.last_seq)
    here = last is None or is_wechats(last.client_id)
    return _Standing(customer, budget(customer, rules, clock.now()), len(waiting), here)
