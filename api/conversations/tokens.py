"""The widget's token: a signed statement that its bearer began this conversation."""

import jwt

from api.errors import Forbidden, Unauthorised

_ALGORITHM = "HS256"


def issue(conversation_id: str, key: str) -> str:
    return jwt.encode({"sub": conversation_id}, key, algorithm=_ALGORITHM)


def check(token: str | None, conversation_id: str, key: str) -> None:
    """Let the bearer pass to this conversation only.

    Raises:
        Unauthorised: there is no token, or we did not sign it.
        Forbidden: it opens another conversation.
    """
    if not token:
        raise Unauthorised("缺少会话凭证，请重新打开对话。", code="token_missing")
    try:
        claims = jwt.decode(token, key, algorithms=[_ALGORITHM], options={"require": ["sub"]})
    except jwt.InvalidTokenError as error:
        raise Unauthorised("会话凭证无效，请重新打开对话。", code="token_invalid") from error
    if claims["sub"] != conversation_id:
        raise Forbidden("这个凭证打不开这段对话。", code="token_of_another_conversation")
