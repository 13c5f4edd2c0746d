"""What the case says when WeChat brings nothing to the customer any more."""

from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.channels.wechat.models import WeChatCustomer
from api.conversations import service as conversations
from api.diagnosis import service as cases
from api.tickets import service as tickets

CLOSED = "微信消息现在送不到：客户超过时限没有来信。"
USED_UP = "微信消息现在送不到：客户上次来信后可发的条数已经用完。"
UNFOLLOWED = "微信消息现在送不到：客户取消关注了公众号。"
BY_PHONE = "客户留过手机号，请改打电话。"
WAIT = "客户没有留手机号，等客户下次来信时自动补发。"
"""For what was stored and waits; what an agent would write now is not kept: `WAIT_TO_WRITE`."""
WAIT_TO_WRITE = "客户没有留手机号，请等客户下次来信再回复。"


async def note_unreachable(
    session: AsyncSession, customer: WeChatCustomer, *, open_window: bool
) -> None:
    """Note on the case, once until the customer writes again, how they will be reached instead."""
    if customer.noted_at is not None or customer.conversation_id is None:
        return
    customer.noted_at = clock.now()
    why = UNFOLLOWED if not customer.subscribed else USED_UP if open_window else CLOSED
    ticket = await tickets.of_conversation(session, customer.conversation_id)
    if ticket is not None:
        note = why + await instead(session, customer.conversation_id)
        tickets.record(session, ticket, "unreachable", "system", note)
    if not open_window or not customer.subscribed:
        conversation = await conversations.find(session, customer.conversation_id, for_update=True)
        conversations.wait_for_person(conversation)


async def instead(session: AsyncSession, conversation_id: str, wait: str = WAIT) -> str:
    """Return the other way to a customer: by the phone number of their case, or to `wait`."""
    return BY_PHONE if await cases.stated(session, conversation_id, "msisdn") else wait
