"""A history of conversations for benches: made up, but with the spread of sureness of real ones."""

import random
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert

from api.conversations.models import Conversation, Message
from api.database import Database

PER_CONVERSATION = 10
"""Messages: half of them the customer's."""
DAYS = 60
INTENTS = ("report_no_signal", "report_call_failure", "inform", "ask_billing", "affirm", "deny")
PLACES = ("日本", "韩国", "泰国", "法国", "德国", "美国", "缅甸", "越南", "埃及", "巴西")
TROUBLES = {
    "没信号": "report_no_signal",
    "打不了电话": "report_call_failure",
    "短信收不到": "report_sms_failure",
    "上不了网": "report_data_failure",
    "扣了我的钱": "ask_billing",
    "怎么设置": "ask_knowledge",
    "找人工": "request_human",
    "还是不行": "deny",
}
"""What is said, and what it means to a trainer."""
STORIES = (
    "刚下飞机",
    "开机以后",
    "昨天晚上起",
    "换了卡槽",
    "重启过了",
    "朋友的可以",
    "酒店里面",
    "火车上面",
)
TAILS = "啊呢吧哦呀嘛"


async def fill(database: Database, messages: int) -> None:
    """Store so many messages in conversations of the last DAYS days."""
    chance = random.Random(20261125)
    began = datetime.now(UTC) - timedelta(days=DAYS)
    number = messages // PER_CONVERSATION
    step = timedelta(days=DAYS) / number
    for start in range(0, number, 1_000):
        talks, said = [], []
        for n in range(start, min(start + 1_000, number)):
            key, at = str(uuid.UUID(int=chance.getrandbits(128))), began + step * n
            talks.append(
                {
                    "id": key,
                    "channel": chance.choice(("web", "wechat")),
                    "mode": "auto",
                    "waiting": False,
                    "last_seq": PER_CONVERSATION,
                    "misses": 0,
                    "wants_person": False,
                    "suggested_seq": 0,
                    "score": chance.choice((None, None, 1, 3, 5)),
                    "created_at": at,
                    "updated_at": at,
                }
            )
            for seq in range(1, PER_CONVERSATION + 1):
                said.append(_message(chance, key, seq, at))
        async with database.transaction() as session:
            await session.execute(insert(Conversation), talks)
            await session.execute(insert(Message), said)


def _message(chance: random.Random, key: str, seq: int, at: datetime) -> dict[str, Any]:
    of_customer = seq % 2 == 1
    sure = min(1.0, chance.betavariate(4, 1.2))
    first, second = chance.sample(INTENTS, 2)
    rest = (1 - sure) * chance.random()
    trace = {
        "intent": first if sure > 0.4 else "nlu_fallback",
        "confidence": round(sure, 4),
        "ranking": [{"name": first, "confidence": sure}, {"name": second, "confidence": rest}],
        "taken_as": first,
        "facts": {},
        "model": "bench",
    }
    words = f"{chance.choice(PLACES)}{chance.choice(tuple(TROUBLES))}" + chance.choice(TAILS)
    for _ in range(chance.randrange(3)):
        words = chance.choice(STORIES) + "，" + words
    return {
        "id": str(uuid.UUID(int=chance.getrandbits(128))),
        "conversation_id": key,
        "seq": seq,
        "sender": "customer" if of_customer else "bot",
        "text": words,
        "asks": None if of_customer else "location",
        "choices": [],
        "citations": [],
        "turn": "done" if of_customer else None,
        "trace": trace if of_customer else None,
        "created_at": at,
    }
