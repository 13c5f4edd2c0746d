"""What went over the wire, newest last; without secrets and tokens."""

import itertools
from collections import deque
from dataclasses import asdict, dataclass, field
from typing import Any

KEPT = 1000
WAITING = "等待"
HIDDEN = ("secret", "access_token")


@dataclass
class Entry:
    id: int
    at: float
    direction: str
    """`push` (WeChat to product) or `call` (product to WeChat)."""
    what: str
    openid: str = ""
    status: str = ""
    """HTTP status, or what happened instead: 等待, 超时, 断开 …"""
    errcode: int | None = None
    seconds: float = 0.0
    detail: dict[str, Any] = field(default_factory=dict)


class Journal:
    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._ids = itertools.count(1)

    def add(self, at: float, direction: str, what: str, **rest: Any) -> Entry:
        detail = rest.pop("detail", {})
        entry = Entry(next(self._ids), at, direction, what, **rest, detail=_without(detail))
        self._entries.append(entry)
        return entry

    def after(self, id: int = 0) -> list[dict[str, Any]]:
        return [asdict(entry) for entry in self._entries if entry.id > id]

    def clear(self) -> None:
        self._entries.clear()


def _without(detail: dict[str, Any]) -> dict[str, Any]:
    return {key: "（不记录）" if key in HIDDEN else value for key, value in detail.items()}
