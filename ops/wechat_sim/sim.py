"""The stand-in itself: users act here, the product's calls are judged here, all in memory."""

import asyncio
import contextlib
import itertools
import mimetypes
import secrets
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from ops.wechat_sim import rules
from ops.wechat_sim.account import Account, Mode, made_up_openid
from ops.wechat_sim.faults import Faults, Order
from ops.wechat_sim.journal import WAITING, Journal
from ops.wechat_sim.people import Shown, User
from ops.wechat_sim.push import Deliver, Field, Pusher, Try, package
from ops.wechat_sim.rules import ApiError
from ops.wechat_sim.tokens import Tokens

TROUBLE = "该公众号提供的服务出现故障，请稍后再试"
FOLLOWED = "你已关注该公众号"
UNFOLLOWED = "你已取消关注该公众号"
OUTCOMES = {"timeout": "超时", "refused": "连不上", "broken": "连接中断", "wrong": "应答不对"}


class UnknownUserError(Exception):
    """Nobody has this openid."""


class NotFollowingError(Exception):
    """Who does not follow the account cannot write to it."""


@dataclass
class Medium:
    data: bytes
    mime: str
    until: float


@dataclass
class Sent:
    """What became of something that a user did."""

    msg_id: str | None
    """None for events: WeChat gives those no id."""
    create_time: int
    tries: list[Try]

    @property
    def arrived(self) -> bool:
        return any(one.good for one in self.tries)


class Sim:
    """One Official Account and its followers.

    `base` is the time that pushes carry; `age` moves only the windows, tokens and media on.
    """

    def __init__(
        self,
        callback: str,
        *,
        account: Account | None = None,
        mode: Mode = "safe",
        deliver: Deliver | None = None,
        push_timeout_seconds: float = rules.PUSH_TIMEOUT_SECONDS,
        base: Callable[[], float] = time.time,
    ) -> None:
        self.account = account or Account.made_up()
        self.mode: Mode = mode
        self.pusher = Pusher(callback, deliver, push_timeout_seconds)
        self.base = base
        self.journal = Journal()
        self.closing = asyncio.Event()
        self._changed = asyncio.Event()
        self.version = 0
        # Receipts outlive a sim in the product's database, so ids must not come again.
        self._ids = itertools.count(int(time.time() * 1_000_000))
        self._under_way: set[asyncio.Task[None]] = set()
        self._start_empty()

    def _start_empty(self) -> None:
        self.users: dict[str, User] = {}
        self.media: dict[str, Medium] = {}
        self.menu: dict[str, Any] | None = None
        self.faults = Faults()
        self.aged_seconds = 0.0
        self.tokens = Tokens(self.now)

    def now(self) -> float:
        return self.base() + self.aged_seconds

    def reset(self) -> None:
        """As when newly started, with the same credentials and callback."""
        self._start_empty()
        self.journal.clear()
        self.tell()

    def age(self, seconds: float) -> None:
        """So much time passes for windows, tokens and media."""
        self.aged_seconds += seconds
        self.tell()

    def order(self, order: Order) -> None:
        self.faults.set(order)
        if order.expire_token is not None:
            self.tokens.end_all(42001 if order.expire_token is True else order.expire_token)
        self.tell()

    # Who waits for changes: the phone page.

    def tell(self) -> None:
        self.version += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def changes(self, after: int, seconds: float) -> int:
        """Return the version, once it is newer than `after` or the time is over."""
        if self.version <= after and not self.closing.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), seconds)
        return self.version

    def open(self) -> None:
        """Begin to be served, in whichever event loop; again after `close`."""
        self.closing = asyncio.Event()
        self._changed = asyncio.Event()

    def wake_all(self) -> None:
        """The end is near: calls that are held and pages that wait get their answer now."""
        self.closing.set()
        self.tell()

    async def close(self) -> None:
        self.wake_all()
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await self.pusher.close()

    # What users do.

    def add_user(self, name: str = "", openid: str = "", following: bool = True) -> User:
        openid = openid or made_up_openid()
        user = self.users.get(openid)
        if user is None:
            user = User(openid, name or f"客户 {len(self.users) + 1}", following)
            self.users[openid] = user
            self.tell()
        return user

    def user(self, openid: str) -> User:
        """Raises: UnknownUserError."""
        try:
            return self.users[openid]
        except KeyError:
            raise UnknownUserError(openid) from None

    async def say(self, openid: str, text: str, menu_id: str | None = None) -> Sent:
        """Text, or (with `menu_id`) an entry pressed in a msgmenu."""
        more: dict[str, Field] = {} if menu_id is None else {"bizmsgmenuid": menu_id}
        return await self._message(openid, "text", {"Content": text, **more}, {"text": text})

    async def speak(self, openid: str, recognition: str | None) -> Sent:
        """A voice message; without recognition WeChat sends no words along."""
        media_id = self.keep(b"#!AMR\n" + secrets.token_bytes(64), "audio/amr")
        fields: dict[str, Field] = {"MediaId": media_id, "Format": "amr"}
        if recognition is not None:
            fields["Recognition"] = recognition
        return await self._message(openid, "voice", fields, {"text": recognition or ""})

    async def send_image(self, openid: str, data: bytes, mime: str, url: str) -> Sent:
        """`url` is where this stand-in serves media; PicUrl lies below it."""
        media_id = self.keep(data, mime)
        fields: dict[str, Field] = {"PicUrl": f"{url}/{media_id}", "MediaId": media_id}
        return await self._message(openid, "image", fields, {"media_id": media_id})

    async def send_location(
        self, openid: str, latitude: float, longitude: float, label: str, scale: int
    ) -> Sent:
        fields: dict[str, Field] = {
            "Location_X": latitude,
            "Location_Y": longitude,
            "Scale": scale,
            "Label": label,
        }
        return await self._message(openid, "location", fields, {"text": label})

    async def send_other(self, openid: str, kind: str) -> Sent:
        """video, shortvideo, link or file: kinds that the product need not understand."""
        fields: dict[str, Field] = {"MediaId": self.keep(secrets.token_bytes(64), "video/mp4")}
        if kind == "link":
            fields = {"Title": "链接", "Description": "", "Url": "https://example.com/"}
        elif kind == "file":
            fields = {"Title": "说明.pdf", "Description": "", "FileKey": secrets.token_hex(8)}
        return await self._message(openid, kind, fields, {"text": ""})

    async def act(self, openid: str, event: str, key: str = "") -> Sent:
        """An event: subscribe, unsubscribe, SCAN, CLICK, VIEW, LOCATION, …"""
        user = self.add_user(openid=openid)
        now = self.now()
        if event == "subscribe":
            user.following = True
            self._note(user, FOLLOWED)
        elif event == "unsubscribe":
            user.following = False
            self._note(user, UNFOLLOWED)
        elif not user.following:
            raise NotFollowingError(openid)
        if event in rules.EVENTS_THAT_ALLOW:
            user.has_acted(now)
        fields: dict[str, Field] = {"Event": event, "EventKey": key}
        created = int(self.base())
        tries = await self._push(user, "event", fields, created, f"{event} {key}".strip())
        return Sent(None, created, tries)

    def start(self, doing: Coroutine[Any, Any, Sent]) -> None:
        """Let a user's act go on by itself: the page does not wait for the product."""
        task = asyncio.get_running_loop().create_task(_quietly(doing))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    def keep(self, data: bytes, mime: str) -> str:
        """Store a file as WeChat does, for three days; returns its media id."""
        media_id = secrets.token_urlsafe(32)
        self.media[media_id] = Medium(data, mime, self.now() + rules.MEDIA_SECONDS)
        return media_id

    async def _message(
        self, openid: str, kind: str, fields: dict[str, Field], body: dict[str, Any]
    ) -> Sent:
        user = self.add_user(openid=openid)
        if not user.following:
            raise NotFollowingError(openid)
        msg_id = str(next(self._ids))
        shown = self._show(user, "customer", kind, body)
        shown.push = "sending"
        if "bizmsgmenuid" in fields:
            user.has_acted(self.now())
        else:
            user.has_spoken(self.now())
        self.tell()
        created = int(self.base())
        numbered: dict[str, Field] = {**fields, "MsgId": int(msg_id)}
        tries = await self._push(user, kind, numbered, created, str(body.get("text", "")))
        sent = Sent(msg_id, created, tries)
        shown.push = "sent" if sent.arrived else "failed"
        self.tell()
        return sent

    async def _push(
        self, user: User, kind: str, fields: dict[str, Field], created: int, summary: str
    ) -> list[Try]:
        whole: dict[str, Field] = {
            "ToUserName": self.account.original_id,
            "FromUserName": user.openid,
            "CreateTime": created,
            "MsgType": kind,
            **fields,
        }
        faults = self.faults.push

        def make() -> tuple[dict[str, str], bytes]:
            return package(
                self.account,
                self.mode,
                whole,
                int(self.base()) + faults.timestamp_offset_seconds,
                bad_signature=faults.bad_signature,
            )

        def begun(number: int) -> Callable[[Try], None]:
            detail = {"try": number, "fields": whole}
            what = f"{kind} {summary}".strip()
            entry = self.journal.add(
                self.base(), "push", what, openid=user.openid, status=WAITING, detail=detail
            )
            self.tell()

            def ended(one: Try) -> None:
                entry.status = str(one.status or OUTCOMES[one.outcome])
                entry.seconds = one.seconds
                entry.detail["outcome"] = one.outcome
                self.tell()

            return ended

        tries = await self.pusher.push(make, faults, begun)
        if not any(one.good for one in tries) and kind != "event":
            self._note(user, TROUBLE)
        self.tell()
        return tries

    # What the product calls; each raises ApiError.

    def deliver(self, message: dict[str, Any]) -> None:
        """A customer-service message: checked as WeChat does, then shown on the phone."""
        user = self._addressee(message)
        shown = self._body(message)
        user.spend(self.now())
        user.typing_until = 0.0
        self._show(user, "account", message["msgtype"], shown)
        self.tell()

    def type(self, body: dict[str, Any]) -> None:
        user, now = self._addressee(body), self.now()
        if body.get("command") not in ("Typing", "CancelTyping"):
            raise ApiError(45072)
        if body["command"] == "CancelTyping":
            user.typing_until = 0.0
        elif user.spoke_at is None or now - user.spoke_at > rules.TYPING_NEEDS_WITHIN_SECONDS:
            raise ApiError(45080)
        elif user.typing_until > now:
            raise ApiError(45081)
        else:
            user.typing_until = now + rules.TYPING_SECONDS
        self.tell()

    def medium(self, media_id: str) -> Medium:
        medium = self.media.get(media_id)
        if medium is None or medium.until <= self.now():
            raise ApiError(40007)
        return medium

    def set_menu(self, menu: dict[str, Any]) -> None:
        buttons = menu.get("button")
        if not isinstance(buttons, list) or not 1 <= len(buttons) <= rules.MENU_BUTTONS:
            raise ApiError(40016)
        if any(len(one.get("sub_button", ())) > rules.MENU_SUB_BUTTONS for one in buttons):
            raise ApiError(40023)
        self.menu = menu
        self.tell()

    def _addressee(self, body: dict[str, Any]) -> User:
        user = self.users.get(str(body.get("touser")))
        if user is None:
            raise ApiError(40003)
        if not user.following:
            raise ApiError(43004)
        return user

    def _body(self, message: dict[str, Any]) -> dict[str, Any]:
        kind = message.get("msgtype")
        content = message.get(str(kind))
        if kind not in ("text", "image", "msgmenu"):
            raise ApiError(40008)
        if not isinstance(content, dict):
            raise ApiError(44002)
        if kind == "image":
            media_id = str(content.get("media_id"))
            self.medium(media_id)
            return {"media_id": media_id}
        if kind == "text":
            return {"text": _text(content.get("content"))}
        items = content.get("list")
        if not isinstance(items, list) or not items:
            raise ApiError(44004)
        return {
            "head": str(content.get("head_content") or ""),
            "items": [_entry(item, number) for number, item in enumerate(items)],
            "tail": str(content.get("tail_content") or ""),
        }

    def _note(self, user: User, text: str) -> None:
        self._show(user, "note", "note", {"text": text})

    def _show(self, user: User, side: str, kind: str, body: dict[str, Any]) -> Shown:
        shown = Shown(next(self._ids), side, kind, self.base(), body)
        user.phone.append(shown)
        return shown


def extension(mime: str) -> str:
    return mimetypes.guess_extension(mime) or ""


def _entry(item: dict[str, Any], number: int) -> dict[str, str]:
    given = str(item.get("id"))
    digits = given.isascii() and given.isdigit()
    entry_id = given if digits else str(rules.FIRST_ENTRY_ID + number)
    return {"id": entry_id, "content": _text(item.get("content"))}


def _text(content: object) -> str:
    if not isinstance(content, str) or not content:
        raise ApiError(44004)
    if len(content.encode()) > rules.TEXT_BYTES:
        raise ApiError(45002)
    return content


async def _quietly(doing: Coroutine[Any, Any, Sent]) -> None:
    with contextlib.suppress(NotFollowingError, asyncio.CancelledError):
        await doing
