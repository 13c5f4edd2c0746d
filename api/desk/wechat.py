"""What the console shows of a conversation in WeChat: what may be sent, and what has arrived."""

from sqlalchemy.ext.asyncio import AsyncSession

from api.channels.wechat import reach
from api.channels.wechat.budget import Rules
from api.conversations import service as conversations
from api.desk.cockpit import Seen


async def add(session: AsyncSession, rules: Rules, seen: Seen) -> None:
    """Put in how the customer is reached, and with each message what became of it."""
    conversation = await conversations.find(session, seen.conversation.id)
    seen.conversation.reach = await reach.reach(session, rules, conversation)
    if seen.conversation.reach is None:
        return
    ours = [line.seq for line in seen.messages if line.sender != "customer"]
    states = await reach.states(session, conversation, ours)
    for line in seen.messages:
        line.delivery = states.get(line.seq)
