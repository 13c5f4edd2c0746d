"""Codes that carry a web conversation into WeChat, and who guessed at them."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base


class JoinCode(Base):
    """A conversation's code; a new one takes the place of the one before."""

    __tablename__ = "join_codes"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(8), unique=True)
    expires_at: Mapped[datetime]


class JoinTries(Base):
    """How often somebody gave a wrong code in the current spell."""

    __tablename__ = "join_tries"

    who: Mapped[str] = mapped_column(String(64), primary_key=True)
    since: Mapped[datetime]
    wrong: Mapped[int]
