"""Who writes in WeChat: finding them, what their acts allow, which conversation is theirs."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.channels.wechat.models import WeChatCustomer
from api.conversations.models import Conversation


async def take(session: AsyncSession, openid: str) -> WeChatCustomer:
    """Return the customer of `openid`, locked; a new one is added."""
    dialect = session.get_bind().dialect.name
    insert = sqlite_insert if dialect == "sqlite" else postgresql_insert
    await session.execute(
        insert(WeChatCustomer)
        .values(openid=openid, subscribed=True, planned_seq=0, message_sent=0, event_sent=0)
        .on_conflict_do_nothing(index_elements=["openid"])
    )
    return await session.get_one(WeChatCustomer, openid, with_for_update=True)


async def of_conversation(
    session: AsyncSession, conversation_id: str, *, for_update: bool = False
) -> WeChatCustomer | None:
    """Return whose conversation this is in WeChat, if anybody's."""
    query = select(WeChatCustomer).where(WeChatCustomer.conversation_id == conversation_id)
    return await session.scalar(query.with_for_update() if for_update else query)


def wrote(customer: WeChatCustomer) -> None:
    """Count anew from a message of theirs."""
    customer.subscribed = True
    customer.message_at, customer.message_sent, customer.noted_at = clock.now(), 0, None


def acted(customer: WeChatCustomer) -> None:
    """Count anew from a menu click, a follow or a scan."""
    customer.subscribed = True
    customer.event_at, customer.event_sent, customer.noted_at = clock.now(), 0, None


async def move(session: AsyncSession, customer: WeChatCustomer, conversation: Conversation) -> None:
    """Make a conversation this customer's; what was said in it until now is not sent again.

    Whoever had it in WeChat before has it no more: a conversation is one person's.
    """
    before = await of_conversation(session, conversation.id)
    if before is not None and before is not customer:
        before.conversation_id = None
        await session.flush()
    customer.conversation_id = conversation.id
    customer.planned_seq = conversation.last_seq
