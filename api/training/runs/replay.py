"""Messages that trainers have put right: every run asks both models for them again."""

from typing import Any

from sqlalchemy import func, select

from api.database import Database
from api.training.review.models import ReviewItem, ReviewLabel

MOST = 2_000
"""The latest; each costs about 10 ms a model, and what was asked before is not asked again."""


async def put_right(database: Database) -> list[dict[str, Any]]:
    """Return `{id, text, intent, facts, category}` by what each message was accepted as.

    A second opinion, which comes later, is not in the data and not asked of a model. Texts are
    masked; facts are those that were marked.
    """
    accepted_with = (
        select(func.min(ReviewLabel.id))
        .where(ReviewLabel.item_id == ReviewItem.message_id)
        .correlate(ReviewItem)
        .scalar_subquery()
    )
    asked = (
        select(ReviewItem.message_id, ReviewItem.text, ReviewLabel)
        .join(ReviewLabel, ReviewLabel.id == accepted_with)
        .where(ReviewItem.state == "accepted")
        .order_by(ReviewLabel.at.desc(), ReviewLabel.id.desc())
        .limit(MOST)
    )
    async with database.reading() as session:
        rows = (await session.execute(asked)).all()
    return [
        {
            "id": message_id,
            "text": text,
            "intent": label.intent,
            "facts": {str(s["fact"]): str(s["value"]) for s in label.spans if "fact" in s},
            "category": label.category,
        }
        for message_id, text, label in rows
    ]
