"""The API as a page sees it: JSON in the name of one person, or of the staff process itself."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2

COOKIE = "roamdesk_session"
SECONDS = 10.0
SILENCE_SECONDS = 45.0
"""The API pings its streams every 15 s: three missed pings mean a dead line."""


class ApiError(Exception):
    """The API said no: `code`, a Chinese sentence to show, and what else it told."""

    def __init__(
        self, status: int, code: str, message: str, details: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details or {}


class Unreachable(ApiError):
    """No answer came: nothing is known of what was asked."""

    def __init__(self) -> None:
        super().__init__(0, "unreachable", "服务没有响应，请稍后再试；您写的内容还在。")


class SessionEnded(ApiError):
    """Nobody is logged in any more."""


class Api:
    """One pool of connections for all pages of this process."""

    def __init__(
        self, url: str, internal_key: str, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        self._http = httpx2.AsyncClient(
            base_url=url,
            transport=transport,
            timeout=SECONDS,
            limits=httpx2.Limits(max_connections=200, max_keepalive_connections=50),
        )
        self._key = {"X-RoamDesk-Key": internal_key}

    async def internal(self, path: str, **params: Any) -> Any:
        """Read one of the feeds that all pages share."""
        return await self._call("GET", path, self._key, None, _given(params))

    async def news(self) -> AsyncIterator[str]:
        """Yield the data lines of the API's news until the line breaks."""
        timeout = httpx2.Timeout(SECONDS, read=SILENCE_SECONDS)
        async with self._http.stream(
            "GET", "/internal/news", headers=self._key, timeout=timeout
        ) as response:
            response.raise_for_status()
            async for line in response.aiter_lines():
                if line.startswith("data:"):
                    yield line.removeprefix("data:").strip()

    def as_person(self, secret: str) -> "Person":
        return Person(self, secret)

    async def _call(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        body: Any,
        params: Any,
        seconds: float | None = None,
    ) -> Any:
        try:
            response = await self._http.request(
                method,
                path,
                headers=headers,
                json=body,
                params=params,
                timeout=seconds or SECONDS,
            )
        except httpx2.HTTPError as error:
            raise Unreachable from error
        if response.is_success:
            return response.json() if response.content else None
        raise _refusal(response)

    async def close(self) -> None:
        await self._http.aclose()


class Person:
    """The API in the name of whoever holds the session `secret`."""

    def __init__(self, api: Api, secret: str) -> None:
        self._api = api
        self.secret = secret

    async def get(self, path: str, **params: Any) -> Any:
        return await self._call("GET", path, None, _given(params))

    async def post(self, path: str, body: Any = None, seconds: float | None = None) -> Any:
        """Send `body`; wait `seconds` for what takes longer than usual."""
        return await self._call("POST", path, body, seconds=seconds)

    async def put(self, path: str, body: Any) -> Any:
        return await self._call("PUT", path, body)

    async def patch(self, path: str, body: Any) -> Any:
        return await self._call("PATCH", path, body)

    async def delete(self, path: str) -> Any:
        return await self._call("DELETE", path)

    async def _call(
        self,
        method: str,
        path: str,
        body: Any = None,
        params: Any = None,
        seconds: float | None = None,
    ) -> Any:
        headers = {"Cookie": f"{COOKIE}={self.secret}"}
        return await self._api._call(method, path, headers, body, params, seconds)


def _given(params: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if value is not None}


def _refusal(response: httpx2.Response) -> ApiError:
    try:
        error = response.json()["error"]
        code, message = str(error["code"]), str(error["message"])
        details = dict(error.get("details") or {})
    except (ValueError, KeyError, TypeError):
        code, message = "unknown", f"服务出错（{response.status_code}），请稍后再试。"
        details = {}
    kind = SessionEnded if response.status_code == 401 else ApiError
    return kind(response.status_code, code, message, details)
