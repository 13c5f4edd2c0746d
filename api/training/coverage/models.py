"""Which nodes each real conversation passed, kept so that nobody replays them all."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base


class NodeVisit(Base):
    __tablename__ = "node_visits"
    __table_args__ = (Index("ix_node_visits_node", "node", "outcome"),)

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    node: Mapped[str] = mapped_column(String(64), primary_key=True)
    """tree/node."""
    outcome: Mapped[str | None] = mapped_column(String(40))
    """Where the conversation's case ended; null while it goes on."""
    at: Mapped[datetime]
