"""Who writes in WeChat, what was taken from there, what is sent there, and the access token."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.database import Base


class WeChatCustomer(Base):
    """A follower of the Official Account, their one conversation, and what may be sent to them."""

    __tablename__ = "wechat_customers"

    openid: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"), unique=True)
    subscribed: Mapped[bool]
    planned_seq: Mapped[int]
    """The message of the conversation up to which it is settled what is sent."""
    message_at: Mapped[datetime | None]
    """The customer's last message: it opens the window."""
    message_sent: Mapped[int]
    """Bubbles planned since then."""
    event_at: Mapped[datetime | None]
    """The last menu click, follow or scan: it opens a short window of its own."""
    event_sent: Mapped[int]
    noted_at: Mapped[datetime | None]
    """When the case got a note that nothing reaches the customer; null once they wrote again."""


class WeChatReceipt(Base):
    """One message or event that was taken: WeChat sends up to three times what it thinks lost."""

    __tablename__ = "wechat_receipts"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    openid: Mapped[str] = mapped_column(String(64))
    message_id: Mapped[str | None] = mapped_column(String(36))
    at: Mapped[datetime] = mapped_column(index=True)


class WeChatDelivery(Base):
    """One bubble on its way."""

    __tablename__ = "wechat_deliveries"
    __table_args__ = (
        Index("ix_wechat_deliveries_state", "state", "next_at"),
        Index("ix_wechat_deliveries_openid", "openid", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    openid: Mapped[str] = mapped_column(String(64))
    body: Mapped[dict[str, Any]]
    """What the API takes, without the recipient: msgtype and its part."""
    seqs: Mapped[list[Any]]
    """The messages of the conversation that this bubble says, or a part of."""
    state: Mapped[str] = mapped_column(String(8))
    """pending, sending, sent; failed (it was not taken), refused (a limit of WeChat's forbids it),
    unsure (nobody knows whether it was taken: never sent again by itself)."""
    attempts: Mapped[int]
    next_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    errcode: Mapped[int | None]
    reason: Mapped[str | None] = mapped_column(Text)
    """A word for the log and for what an agent reads: timeout, errcode, stopped, …"""
    repeats: Mapped[int | None]
    """The delivery that an agent sent again by this one."""
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class WeChatToken(Base):
    """The access token that all processes share, and who refreshes it now."""

    __tablename__ = "wechat_tokens"

    app_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    token: Mapped[str | None] = mapped_column(Text)
    expires_at: Mapped[datetime | None]
    leased_by: Mapped[str | None] = mapped_column(String(36))
    leased_until: Mapped[datetime | None]
