"""A short code shown in the web page; sent in WeChat, it makes the conversation theirs there.

Six digits are few, so a code lives ten minutes, works once, and whoever guesses wrong five times
waits; that is counted in the database, for all processes.
"""

import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.channels.join import repository

LASTS = timedelta(minutes=10)
DIGITS = 6
MOST_WRONG = 5
SPELL = timedelta(minutes=10)
"""So long wrong guesses are remembered."""

_SAID = re.compile(rf"\W*绑定\W*(\d{{{DIGITS}}})\W*", re.ASCII)
"""\\W is whatever is no Latin letter or digit: spaces, colons, 码是."""

_ASKED = re.compile(r"(?:我?要|怎么)?[\s【\[]*绑定码?[\s:】\]]*(?:\d[\d ]*)?[\s.。!?]*")

BOUND = "已接上您在网页上的这段对话，可以在这里继续说。"
NOT_GOOD = "这个绑定码不对，或者已经过期（10 分钟内有效，只能用一次）。请在网页上重新取一个。"
NO_CODE = (
    "要在这里接着网页上的对话，请在网页点“在微信里继续”，把显示的“绑定”和 6 位数字一起发过来。"
)
TOO_OFTEN = "绑定码输错的次数太多，请 10 分钟后再试。"


@dataclass(frozen=True)
class Code:
    code: str
    expires_at: datetime


@dataclass(frozen=True)
class Redeemed:
    """The conversation that a code opened, or the sentence that says why none."""

    conversation_id: str | None
    refusal: str = ""


async def issue(session: AsyncSession, conversation_id: str) -> Code:
    """Return a new code for a conversation; the one before is not good any more."""
    now = clock.now()
    until = now + LASTS
    await repository.forget_expired(session, now)
    while True:
        await repository.drop(session, conversation_id)
        code = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
        if await repository.put(session, conversation_id, code, until):
            return Code(code, until)


def code_in(text: str) -> str | None:
    """Return the code in 绑定 123456, however it is spaced and wherever its digits come from."""
    found = _SAID.fullmatch(unicodedata.normalize("NFKC", text).strip())
    return found[1] if found else None


def lacks_code(text: str) -> bool:
    """Tell whether this asks to be bound, with no code or one of another length."""
    folded = unicodedata.normalize("NFKC", text).strip()
    return code_in(text) is None and _ASKED.fullmatch(folded) is not None


async def redeem(session: AsyncSession, code: str, who: str) -> Redeemed:
    """Use a code up in the name of `who` (an openid)."""
    now = clock.now()
    tries = await repository.tries(session, who)
    if tries is not None and now - tries.since >= SPELL:
        await repository.forgive(session, who)
        tries = None
    if tries is not None and tries.wrong >= MOST_WRONG:
        return Redeemed(None, TOO_OFTEN)
    conversation_id = await repository.use(session, code, now)
    if conversation_id is not None:
        return Redeemed(conversation_id)
    await repository.count_wrong(session, who, now)
    return Redeemed(None, NOT_GOOD)
