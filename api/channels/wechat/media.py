"""Takes a picture out of WeChat's media store, part by part (media/get)."""

import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from typing import Protocol

import httpx2

from api.attachments.fetcher import MediaGone, MediaUnavailable

SECONDS = 20.0
LONGEST_ERROR_BYTES = 4096
TOKEN_REFUSED = frozenset({40001, 40014, 42001})
NO_SUCH_MEDIA = 40007
"""Codes of WeChat's documentation: invalid credential, invalid token, expired token; media id."""

GONE = "微信那边已经没有这张图片了（只保存三天）。"

# At its own level it writes every address it asks, and the access token is a part of ours.
logging.getLogger("httpx2").setLevel(logging.WARNING)


class Token(Protocol):
    """Returns the access token; with `refused`, one newer than the token that was refused."""

    def __call__(self, refused: str | None = None) -> Awaitable[str]: ...


class Media:
    """The media store at `api_base`, asked in the name of the account that `token` belongs to."""

    def __init__(self, api_base: str, token: Token) -> None:
        self._http = httpx2.AsyncClient(base_url=api_base, timeout=SECONDS)
        self._token = token

    async def close(self) -> None:
        await self._http.aclose()

    async def fetch(self, media_id: str) -> AsyncGenerator[bytes]:
        """Yield the parts of a media file.

        Raises:
            MediaGone: WeChat does not know it, or not any more.
            MediaUnavailable: no answer, or one that may be another one later.
        """
        refused: str | None = None
        for _ in range(2):
            token = await self._token(refused)
            query = {"access_token": token, "media_id": media_id}
            try:
                async with self._http.stream("GET", "/cgi-bin/media/get", params=query) as answer:
                    if answer.status_code != 200:
                        raise MediaUnavailable(f"status {answer.status_code}")
                    parts = answer.aiter_bytes()
                    # An error is a short JSON text under the status 200.
                    head = await _first(parts) if _may_be_error(answer) else b""
                    code = _errcode(head)
                    if code is None:
                        yield head
                        async for part in parts:
                            yield part
                        return
            except httpx2.HTTPError as error:
                raise MediaUnavailable(type(error).__name__) from None
            if code == NO_SUCH_MEDIA:
                raise MediaGone(GONE)
            if code not in TOKEN_REFUSED:
                raise MediaUnavailable(f"errcode {code}")
            refused = token
        raise MediaUnavailable("the token was refused twice")


def _may_be_error(answer: httpx2.Response) -> bool:
    return answer.headers.get("content-type", "").startswith(("application/json", "text/"))


async def _first(parts: AsyncIterator[bytes]) -> bytes:
    """Return the beginning: all of it where it is as short as an error is."""
    head = b""
    async for part in parts:
        head += part
        if len(head) > LONGEST_ERROR_BYTES:
            break
    return head


def _errcode(head: bytes) -> int | None:
    """Return WeChat's error code; None where this is the beginning of a file."""
    try:
        return int(json.loads(head)["errcode"])
    except (ValueError, KeyError, TypeError):
        return None
