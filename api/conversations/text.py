"""What a customer typed, made safe to store and to hand to the bot."""

import unicodedata

from api.errors import Invalid

MAX_TEXT = 2_000
"""Characters in one message; a long complaint has about 500."""

_KEPT_CONTROLS = "\n\t"


def clean(text: str, limit: int = MAX_TEXT) -> str:
    """Return the text as it is stored: the customer's own words, less what no one can read.

    Raises:
        Invalid: nothing is left, or it is longer than `limit` characters.
    """
    kept = "".join(c for c in text if c in _KEPT_CONTROLS or _readable(c)).strip()
    if not kept:
        raise Invalid("请输入文字后再发送。", code="empty_text")
    if len(kept) > limit:
        raise Invalid(
            f"一条消息最多 {limit} 个字，请分几条发送。",
            code="text_too_long",
            limit=limit,
            length=len(kept),
        )
    return kept


def for_bot(text: str) -> str:
    """Return the text as the bot may read it: NFKC, on one line, never a command.

    Rasa obeys `/restart` or `/inform{...}` wherever a message begins with a slash.
    """
    line = " ".join(unicodedata.normalize("NFKC", text).split())
    return line.lstrip("/ ") or "？"


def _readable(character: str) -> bool:
    # Cc: controls (PostgreSQL refuses NUL). Cs: half a surrogate pair, which no encoder takes.
    return unicodedata.category(character) not in ("Cc", "Cs")
