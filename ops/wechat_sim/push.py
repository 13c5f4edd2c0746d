"""Pushes to the product as WeChat makes them: signed XML, five seconds, three tries."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from xml.sax.saxutils import escape

import httpx2

from ops.wechat_sim import rules
from ops.wechat_sim.account import Account, Mode
from ops.wechat_sim.faults import PushFaults

Field = str | int | float
Deliver = Callable[[dict[str, str], bytes], Awaitable[tuple[int, str]]]
"""Query and body in, status and text out; a test may hand the push to the product directly."""
Make = Callable[[], tuple[dict[str, str], bytes]]
"""Sign anew: each try has its own time and nonce, as WeChat's have."""


@dataclass
class Try:
    """One attempt to push: the status is empty where nothing was answered."""

    outcome: str
    status: int | None
    seconds: float

    @property
    def good(self) -> bool:
        return self.outcome == "success"


def xml(fields: dict[str, Field]) -> str:
    """`<xml>…</xml>`, texts in CDATA as WeChat writes them."""
    return "<xml>" + "".join(_element(*item) for item in fields.items()) + "</xml>"


def package(
    account: Account,
    mode: Mode,
    fields: dict[str, Field],
    timestamp: int,
    *,
    bad_signature: bool = False,
) -> tuple[dict[str, str], bytes]:
    """The query and the body of one push.

    `fields` are the message's own elements. In safe mode they go encrypted, beside ToUserName only;
    in compat mode both forms are in the body.
    """
    nonce, stamp = secrets.token_hex(5), str(timestamp)
    query = {
        "signature": account.sign(stamp, nonce),
        "timestamp": stamp,
        "nonce": nonce,
        "openid": str(fields.get("FromUserName", "")),
    }
    body = xml(fields)
    if mode != "plain":
        sealed = account.encrypt(body)
        shown = {"ToUserName": account.original_id} if mode == "safe" else fields
        query |= {"encrypt_type": "aes", "msg_signature": account.sign(stamp, nonce, sealed)}
        body = xml({**shown, "Encrypt": sealed})
    if bad_signature:
        for name in query.keys() & {"signature", "msg_signature"}:
            query[name] = "0" * 40
    return query, body.encode()


class Pusher:
    """Sends pushes to one callback; `deliver` takes the place of HTTP where it is given."""

    def __init__(
        self,
        callback: str,
        deliver: Deliver | None = None,
        timeout_seconds: float = rules.PUSH_TIMEOUT_SECONDS,
    ) -> None:
        self.callback = callback
        self._deliver = deliver or self._post
        self._timeout = timeout_seconds
        self._client: httpx2.AsyncClient | None = None

    async def push(
        self, make: Make, faults: PushFaults, begun: Callable[[int], Callable[[Try], None]]
    ) -> list[Try]:
        """All tries of all copies; `begun` hears each one's number, and what it returns its end."""
        if faults.at_once:
            runs = await asyncio.gather(*(self._once(make, begun) for _ in range(faults.times)))
            return [one for run in runs for one in run]
        tries: list[Try] = []
        for _ in range(faults.times):
            tries += await self._once(make, begun)
        return tries

    async def echo(self, account: Account) -> bool:
        """WeChat's check of the address: whether the product gives back the random words."""
        stamp, nonce, words = str(int(time.time())), secrets.token_hex(5), secrets.token_hex(10)
        query = {"timestamp": stamp, "nonce": nonce, "echostr": words}
        query["signature"] = account.sign(stamp, nonce)
        try:
            answer = await self._http().get(self.callback, params=query, timeout=self._timeout)
        except httpx2.HTTPError:
            return False
        return answer.status_code == 200 and answer.text == words

    async def status(self, url: str) -> int | None:
        """The product's HTTP status there; None where nobody answers."""
        try:
            return (await self._http().get(url, timeout=self._timeout)).status_code
        except (httpx2.HTTPError, httpx2.InvalidURL):
            return None

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _once(self, make: Make, begun: Callable[[int], Callable[[Try], None]]) -> list[Try]:
        tries: list[Try] = []
        while len(tries) < rules.PUSH_TRIES:
            ended = begun(len(tries) + 1)
            tries.append(await self._try(*make()))
            ended(tries[-1])
            if tries[-1].good:
                break
        return tries

    async def _try(self, query: dict[str, str], body: bytes) -> Try:
        began = time.monotonic()
        status: int | None = None
        try:
            async with asyncio.timeout(self._timeout):
                status, text = await self._deliver(query, body)
            good = status == 200 and text.strip() in ("", "success")
            outcome = "success" if good else "wrong"
        except TimeoutError:
            outcome = "timeout"
        except httpx2.ConnectError:
            outcome = "refused"
        except httpx2.HTTPError:
            outcome = "broken"
        return Try(outcome, status, time.monotonic() - began)

    async def _post(self, query: dict[str, str], body: bytes) -> tuple[int, str]:
        answer = await self._http().post(
            self.callback, params=query, content=body, headers={"Content-Type": "text/xml"}
        )
        return answer.status_code, answer.text

    def _http(self) -> httpx2.AsyncClient:
        if self._client is None:
            # Each push on a connection of its own: a restarted product must not be missed once.
            limits = httpx2.Limits(max_keepalive_connections=0)
            self._client = httpx2.AsyncClient(timeout=None, trust_env=False, limits=limits)
        return self._client


def _element(name: str, value: Field) -> str:
    if isinstance(value, str):
        inside = "<![CDATA[" + value.replace("]]>", "]]]]><![CDATA[>") + "]]>"
    else:
        inside = escape(str(value))
    return f"<{name}>{inside}</{name}>"
