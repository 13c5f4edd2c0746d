"""Calling WeChat's servers, by wechatpy, in threads of its own: it blocks.

What went wrong is sorted by one question: may the message have been taken? WeChat knows no key by
which a second sending is recognised, so only what was surely not taken may be sent again.

    CallError
    ├── NotTaken       surely not taken, and may be next time: refused connection, busy, a quota
    ├── TokenRefused   the access token is not good (any more)
    ├── Rejected       surely not taken, nor will it ever be: `errcode` says why
    └── Unsure         the request was written and nothing usable came back

No message, no exception and no log line here carries an address: the token stands in it.
"""

import asyncio
import logging
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException

# At its own level it writes every address it asks, and the access token is a part of ours.
logging.getLogger("urllib3").setLevel(logging.WARNING)

CONNECT_SECONDS = 3.0
READ_SECONDS = 6.0
THREADS = 8

TOKEN_CODES = frozenset({40001, 40014, 41001, 42001})
BUSY_CODES = frozenset({-1, 45009, 45011})
"""System busy; the daily quota; the quota of a minute."""


class CallError(Exception):
    """A call that did not succeed."""

    def __init__(self, reason: str, errcode: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.errcode = errcode


class NotTaken(CallError):
    """Surely not taken; it may be sent again."""


class TokenRefused(CallError):
    """The token is not good; nothing was taken."""


class Rejected(CallError):
    """Surely not taken, and sending it again changes nothing."""


class Unsure(CallError):
    """Nobody knows whether it was taken."""


class Client:
    """WeChat's calls for one Official Account; safe to share between tasks."""

    def __init__(self, api_base: str, app_id: str, secret: str) -> None:
        self._base = f"{api_base}/cgi-bin/"
        self._app_id = app_id
        self._secret = secret
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="wechat")
        self._own = threading.local()

    async def token(self, *, force: bool) -> tuple[str, float]:
        """Fetch the stable access token; return it with the seconds it lives.

        `force` makes the one before invalid; WeChat allows that 20 times a day.

        Raises:
            CallError: there is none.
        """
        body = {
            "grant_type": "client_credential",
            "appid": self._app_id,
            "secret": self._secret,
            "force_refresh": force,
        }
        got = await self._post("stable_token", body, {"access_token": None})
        token, seconds = got.get("access_token"), got.get("expires_in")
        if not isinstance(token, str) or not isinstance(seconds, int | float):
            raise Unsure("no_token_in_answer")
        return token, float(seconds)

    async def send(self, token: str, openid: str, body: dict[str, Any]) -> None:
        """Send one customer-service message.

        Raises:
            CallError: of the kind that fits.
        """
        await self._post("message/custom/send", {"touser": openid, **body}, _with(token))

    async def typing(self, token: str, openid: str) -> None:
        """Let the customer see that an answer is being written, for up to 15 s."""
        body = {"touser": openid, "command": "Typing"}
        await self._post("message/custom/typing", body, _with(token))

    async def menu(self, token: str, menu: dict[str, Any]) -> None:
        """Put the menu up."""
        await self._post("menu/create", menu, _with(token))

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _post(self, path: str, body: dict[str, Any], params: dict[str, str | None]) -> Any:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, self._call, path, body, params)

    def _call(self, path: str, body: dict[str, Any], params: dict[str, str | None]) -> Any:
        """Post and return the answer's JSON, or raise what the answer or its absence means."""
        try:
            answer = self._wechat().post(path, data=body, params=params, allow_redirects=False)
        except WeChatClientException as error:
            # A copy: the exception holds the request with its address, and must not get out.
            meaning = _meaning(error)
        except requests.RequestException as error:
            meaning = _not_answered(error)
        else:
            if isinstance(answer, dict):
                return answer
            meaning = Unsure("not_json")
        raise meaning

    def _wechat(self) -> WeChatClient:
        """Return this thread's client: a session of requests is not for several threads."""
        client = getattr(self._own, "client", None)
        if client is None:
            client = WeChatClient(
                self._app_id, "", timeout=(CONNECT_SECONDS, READ_SECONDS), auto_retry=False
            )
            client.API_BASE_URL = self._base
            # A fresh connection a call: one that WeChat closed while it was idle breaks like one
            # that it closed after taking the message.
            client._http.headers["Connection"] = "close"
            self._own.client = client
        return client


def _with(token: str) -> dict[str, str | None]:
    return {"access_token": token}


def _meaning(error: WeChatClientException) -> CallError:
    code, response = error.errcode, error.response
    if code is None and response is not None:
        code = _errcode(response)
        if code is None:
            kind = NotTaken if 400 <= response.status_code < 500 else Unsure
            return kind(f"http_{response.status_code}")
        if response.status_code >= 500 and code not in TOKEN_CODES:
            return NotTaken(f"errcode_{code}", code)
    if code in TOKEN_CODES:
        return TokenRefused(f"errcode_{code}", code)
    if code in BUSY_CODES:
        return NotTaken(f"errcode_{code}", code)
    return Rejected(f"errcode_{code}", code)


def _errcode(response: requests.Response) -> int | None:
    try:
        code = response.json().get("errcode")
    except (ValueError, AttributeError):
        return None
    return code if isinstance(code, int) else None


def _not_answered(error: requests.RequestException) -> CallError:
    """Tell a connection that never stood from one that broke after the request was written."""
    cause = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(cause, NewConnectionError | ConnectTimeoutError):
        return NotTaken("no_connection")
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.ProxyError):
        return NotTaken("no_connection")
    if cause is not None and any(isinstance(a, ssl.SSLCertVerificationError) for a in cause.args):
        return NotTaken("certificate")
    if isinstance(error, requests.Timeout):
        return Unsure("timeout")
    return Unsure("connection_broken")
