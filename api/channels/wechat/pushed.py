"""One message or event as WeChat pushed it, read into what we act on. wechatpy parses."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from xml.parsers.expat import ExpatError

from wechatpy.messages import BaseMessage
from wechatpy.parser import parse_message

from api.errors import Invalid

LONGEST_KEY = 190
"""Characters of a receipt's key; a longer one (the address of a menu's link) is hashed."""

UNSHOWABLE = "【收到不支持的消息类型"
"""How the text of a sticker from the shop begins (inferred from what WeChat sends)."""


@dataclass(frozen=True)
class Pushed:
    """`kind`: text, voice, image, location, click, follow, scan, unfollow, other (a message that
    we can't read: film, file, …) or ignored (an event that calls for nothing)."""

    key: str
    """The same for each time that WeChat sends it."""
    openid: str
    kind: str
    text: str = ""
    """The words, the recognised voice, or the label of a place."""
    ref: str = ""
    """The pressed entry of a msgmenu, a picture's media id, a menu's EventKey, a message's type."""
    coordinates: tuple[float, float] | None = None
    """Latitude and longitude in degrees, rounded to about a kilometre: all that coverage needs."""

    @property
    def client_id(self) -> str:
        """Return the id under which the message is stored; those of WeChat begin so."""
        return CLIENT_PREFIX + hashlib.sha256(self.key.encode()).hexdigest()[:40]

    @property
    def is_event(self) -> bool:
        return self.kind in ("click", "follow", "scan", "unfollow", "ignored")

    @property
    def counts_as_event(self) -> bool:
        """Whether it allows only as many messages as a menu's click: an entry pressed in a msgmenu
        does too (doc/subscription/guide/product/kf/intro, 特别说明, 2026-11)."""
        return self.is_event or (self.kind == "text" and bool(self.ref))


CLIENT_PREFIX = "wechat:"


def read(xml: str) -> Pushed:
    """Return what a checked XML text says.

    Raises:
        Invalid: it is no message of WeChat's.
    """
    try:
        message = parse_message(xml)
        openid = _word(message._data.get("FromUserName"))
        kind, more = _event(message) if message.type == "event" else _message(message)
        key = _key(message, openid)
    except (ExpatError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise _unreadable() from error
    if not openid or len(openid) > 64:
        raise _unreadable()
    return Pushed(key=key, openid=openid, kind=kind, **more)


def _key(message: BaseMessage, openid: str) -> str:
    if message.type != "event" and message._data.get("MsgId"):
        key = f"msg:{_word(message._data['MsgId'])}"
    else:
        event, event_key = _word(message._data.get("Event")), _word(message._data.get("EventKey"))
        key = ":".join(("event", openid, _word(message._data.get("CreateTime")), event, event_key))
    if len(key) <= LONGEST_KEY:
        return key
    return f"{key[:100]}:{hashlib.sha256(key.encode()).hexdigest()}"


def _message(message: BaseMessage) -> tuple[str, dict[str, Any]]:
    data = message._data
    kind = _word(data.get("MsgType")).lower()
    reader: Callable[[dict[str, Any]], tuple[str, dict[str, Any]]] | None = {
        "text": _text,
        "voice": lambda d: ("voice", {"text": _word(d.get("Recognition"))}),
        "image": lambda d: ("image", {"ref": _word(d.get("MediaId"))}),
        "location": _location,
    }.get(kind)
    return reader(data) if reader else ("other", {"ref": kind})


def _text(data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    text = _word(data.get("Content"))
    if text.startswith(UNSHOWABLE):
        return "other", {"ref": "sticker"}
    return "text", {"text": text, "ref": _word(data.get("bizmsgmenuid"))}


def _location(data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    where = (round(float(data["Location_X"]), 2), round(float(data["Location_Y"]), 2))
    return "location", {"text": _word(data.get("Label")), "coordinates": where}


def _event(message: BaseMessage) -> tuple[str, dict[str, Any]]:
    kind = {
        "subscribe": "follow",
        "subscribe_scan": "follow",
        "scan": "scan",
        "unsubscribe": "unfollow",
        "click": "click",
    }.get(_word(message.event).lower(), "ignored")
    return kind, {"ref": _word(message._data.get("EventKey"))}


def _word(value: object) -> str:
    """Return an element's text; one with elements of its own is none of WeChat's."""
    if value is None:
        return ""
    if not isinstance(value, str | int):
        raise ValueError("not a word")
    return str(value)


def _unreadable() -> Invalid:
    return Invalid("无法读懂这条推送的内容。", code="wechat_unreadable")
