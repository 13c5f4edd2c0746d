"""Queries on receipts and deliveries."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, exists, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from api.channels.wechat.models import WeChatCustomer, WeChatDelivery, WeChatReceipt
from api.conversations.models import Message

UNDER_WAY = ("pending", "sending")


async def receive(session: AsyncSession, key: str, openid: str, at: datetime) -> bool:
    """Note a receipt; False when it is known. Of two processes at once the second waits."""
    dialect = session.get_bind().dialect.name
    insert = sqlite_insert if dialect == "sqlite" else postgresql_insert
    noted = await session.execute(
        insert(WeChatReceipt)
        .values(key=key, openid=openid, at=at)
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(WeChatReceipt.key)
    )
    return noted.one_or_none() is not None


async def note_message(session: AsyncSession, key: str, message_id: str) -> None:
    await session.execute(
        update(WeChatReceipt).where(WeChatReceipt.key == key).values(message_id=message_id)
    )


async def forget_receipts(session: AsyncSession, before: datetime) -> None:
    await session.execute(delete(WeChatReceipt).where(WeChatReceipt.at < before))


_UNPLANNED = exists().where(
    Message.conversation_id == WeChatCustomer.conversation_id,
    Message.seq > WeChatCustomer.planned_seq,
    Message.sender != "customer",
)
"""Something was said in the customer's conversation that is not planned."""


async def with_news(session: AsyncSession, conversation_ids: Sequence[str]) -> Sequence[str]:
    """Return those of some conversations that are in WeChat and have something to plan."""
    found = await session.scalars(
        select(WeChatCustomer.conversation_id).where(
            WeChatCustomer.conversation_id.in_(conversation_ids), _UNPLANNED
        )
    )
    return [one for one in found if one is not None]


async def to_plan(
    session: AsyncSession, wrote_since: datetime, acted_since: datetime
) -> Sequence[str]:
    """Return all conversations that have something to plan, of customers who can be reached."""
    found = await session.scalars(
        select(WeChatCustomer.conversation_id).where(
            WeChatCustomer.conversation_id.is_not(None),
            WeChatCustomer.subscribed,
            or_(WeChatCustomer.message_at > wrote_since, WeChatCustomer.event_at > acted_since),
            _UNPLANNED,
        )
    )
    return [one for one in found if one is not None]


async def texts_since(
    session: AsyncSession, conversation_id: str, since: datetime
) -> Sequence[str]:
    """Return what the chat in WeChat shows of us since then, or will: the texts."""
    bodies = await session.scalars(
        select(WeChatDelivery.body).where(
            WeChatDelivery.conversation_id == conversation_id,
            WeChatDelivery.created_at >= since,
            WeChatDelivery.state.in_((*UNDER_WAY, "sent")),
        )
    )
    parts = (body.get("text") or body.get("msgmenu") or {} for body in bodies)
    return [part.get("content") or part.get("head_content") or "" for part in parts]


async def origins(session: AsyncSession, message_ids: Sequence[str]) -> dict[str, str | None]:
    """Return the client ids of messages."""
    if not message_ids:
        return {}
    rows = await session.execute(
        select(Message.id, Message.client_id).where(Message.id.in_(message_ids))
    )
    return {row.id: row.client_id for row in rows}


async def last_of_customer(
    session: AsyncSession, conversation_id: str, up_to: int
) -> Message | None:
    return await session.scalar(
        select(Message)
        .where(
            Message.conversation_id == conversation_id,
            Message.sender == "customer",
            Message.seq <= up_to,
        )
        .order_by(Message.seq.desc())
        .limit(1)
    )


def _turn_has_come(now: datetime) -> Any:
    """Deliveries that are due and have none before them of the same customer under way."""
    before = aliased(WeChatDelivery)
    blocked = exists().where(
        before.openid == WeChatDelivery.openid,
        before.id < WeChatDelivery.id,
        before.state.in_(UNDER_WAY),
    )
    return and_(WeChatDelivery.state == "pending", WeChatDelivery.next_at <= now, ~blocked)


async def due(session: AsyncSession, now: datetime, limit: int) -> Sequence[int]:
    """Return the deliveries whose turn has come, the oldest first."""
    return (
        await session.scalars(
            select(WeChatDelivery.id)
            .where(_turn_has_come(now))
            .order_by(WeChatDelivery.id)
            .limit(limit)
        )
    ).all()


async def claim(session: AsyncSession, delivery_id: int, until: datetime) -> WeChatDelivery | None:
    """Take a delivery for sending; None when another process was faster."""
    return await session.scalar(
        update(WeChatDelivery)
        .where(WeChatDelivery.id == delivery_id, WeChatDelivery.state == "pending")
        .values(state="sending", leased_until=until, attempts=WeChatDelivery.attempts + 1)
        .returning(WeChatDelivery)
    )


async def settle(
    session: AsyncSession, delivery_id: int, from_states: Sequence[str], **values: Any
) -> bool:
    """Record what became of a delivery, if it still is in one of `from_states`."""
    done = await session.execute(
        update(WeChatDelivery)
        .where(WeChatDelivery.id == delivery_id, WeChatDelivery.state.in_(from_states))
        .values(leased_until=None, **values)
        .returning(WeChatDelivery.id)
        .execution_options(synchronize_session=False)
    )
    return done.one_or_none() is not None


async def abandoned(session: AsyncSession, now: datetime) -> Sequence[WeChatDelivery]:
    """Return what a process was sending that has not been heard of since."""
    return (
        await session.scalars(
            select(WeChatDelivery).where(
                WeChatDelivery.state == "sending", WeChatDelivery.leased_until < now
            )
        )
    ).all()


async def get(session: AsyncSession, delivery_id: int) -> WeChatDelivery | None:
    return await session.get(WeChatDelivery, delivery_id)


async def repeated(session: AsyncSession, delivery_id: int) -> bool:
    """Tell whether a delivery was sent again already."""
    query = select(WeChatDelivery.id).where(WeChatDelivery.repeats == delivery_id).limit(1)
    return await session.scalar(query) is not None


async def of_conversation(session: AsyncSession, conversation_id: str) -> Sequence[WeChatDelivery]:
    """Return a conversation's deliveries in order."""
    return (
        await session.scalars(
            select(WeChatDelivery)
            .where(WeChatDelivery.conversation_id == conversation_id)
            .order_by(WeChatDelivery.id)
        )
    ).all()
