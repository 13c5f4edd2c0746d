"""How many messages WeChat lets us send to a customer now. Pure.

What a customer does allows so many within so long: a message 5 within 48 hours, a menu click,
follow or scan 3 within a minute. The figures are settings (ADR 10 has their sources).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from api.settings import Settings


@dataclass(frozen=True)
class Rules:
    """WeChat's figures, as this operator set them."""

    window: timedelta
    per_message: int
    event_window: timedelta
    per_event: int

    @classmethod
    def of(cls, settings: Settings) -> "Rules":
        return cls(
            window=timedelta(hours=settings.wechat_window_hours),
            per_message=settings.wechat_messages_per_turn,
            event_window=timedelta(seconds=settings.wechat_event_seconds),
            per_event=settings.wechat_messages_after_event,
        )


class Counted(Protocol):
    """What is counted of a customer."""

    message_at: datetime | None
    message_sent: int
    event_at: datetime | None
    event_sent: int


@dataclass(frozen=True)
class Budget:
    """What may be sent now."""

    by_event: int
    by_message: int
    closes_at: datetime | None
    """When the window of the last message closes; None when it is closed."""
    open: bool

    @property
    def left(self) -> int:
        return self.by_event + self.by_message


def budget(customer: Counted, rules: Rules, now: datetime) -> Budget:
    """Return what may be sent to a customer at `now`."""
    by_event = by_message = 0
    closes_at = None
    is_open = False
    if customer.event_at is not None and now < customer.event_at + rules.event_window:
        by_event = max(0, rules.per_event - customer.event_sent)
        is_open = True
    if customer.message_at is not None and now < customer.message_at + rules.window:
        by_message = max(0, rules.per_message - customer.message_sent)
        closes_at = customer.message_at + rules.window
        is_open = True
    return Budget(by_event, by_message, closes_at, is_open)


def spend(customer: Counted, rules: Rules, now: datetime, bubbles: int) -> None:
    """Count bubbles as sent; what an event allows runs out first, so it is used first."""
    by_event = min(bubbles, budget(customer, rules, now).by_event)
    customer.event_sent += by_event
    customer.message_sent += bubbles - by_event
