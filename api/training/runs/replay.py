"""Messages that trainers have put right: every run asks both models for them again."""

from typing import Any

from sqlalchemy import select

from api.database import Database
from api.training.review.models import ReviewItem, ReviewLabel

MOST = 2_000
"""The latest; each costs about 10 ms a model, and what was asked before is not asked again."""


async def put_right(database: Database) -> list[dict[str, Any]]:
    """Return `{id, text, intent, facts, category}` by the last word on each accepted message.

    Texts are masked; facts are those that were marked.
    """
    asked = (
        select(ReviewItem.message_id, ReviewItem.text, ReviewLabel)
        .join(ReviewLabel, ReviewLabel.item_id == ReviewItem.message_id)
        .where(ReviewItem.state == "accepted")
        .order_by(ReviewLabel.at.desc(), ReviewLabel.id.desc())
        .limit(MOST)
    )
    async with database.reading() as session:
        rows = (await session.execute(asked)).all()
    found: dict[str, dict[str, Any]] = {}
    for message_id, text, label in rows:
        found.setdefault(
            message_id,
            {
                "id": message_id,
                "text": text,
                "intent": label.intent,
                "facts": {str(s["fact"]): str(s["value"]) for s in label.spans if "fact" in s},
                "category": label.category,
            },
        )
    return list(found.values())
