"""The link that opens a conversation in the web page: signed, for this purpose only, for 7 days.

It stands behind the `#` of the address, which browsers send to no server.
"""

from datetime import timedelta

import jwt

from api import clock
from api.errors import Forbidden, Invalid

LASTS = timedelta(days=7)
_ALGORITHM = "HS256"
_PURPOSE = "join"


def sign(conversation_id: str, key: str) -> str:
    """Return the token of a link that is good from now on for `LASTS`."""
    claims = {
        "sub": conversation_id,
        # A conversation's own token has none and is signed with another key: neither is the other.
        "aud": _PURPOSE,
        "exp": int((clock.now() + LASTS).timestamp()),
    }
    return jwt.encode(claims, key, algorithm=_ALGORITHM)


def url(public_url: str, conversation_id: str, key: str) -> str:
    """Return the whole address for a message."""
    return f"{public_url.rstrip('/')}/#join={sign(conversation_id, key)}"


def read(token: str, key: str) -> str:
    """Return the id of the conversation that a link opens.

    Raises:
        Invalid: we did not sign it, or not for this.
        Forbidden: it was good once.
    """
    try:
        claims = jwt.decode(
            token,
            key,
            algorithms=[_ALGORITHM],
            audience=_PURPOSE,
            # The product has a clock of its own.
            options={"require": ["sub", "aud", "exp"], "verify_exp": False},
        )
    except jwt.InvalidTokenError as error:
        raise Invalid("这个链接不完整，请从微信里重新打开。", code="link_invalid") from error
    if claims["exp"] <= clock.now().timestamp():
        raise Forbidden(
            "这个链接已经过期（7 天内有效）。请在微信里再发一句话，我们给您新的链接。",
            code="link_expired",
        )
    return str(claims["sub"])
