"""A keep-alive HTTP/1.1 client of few instructions: the load must not eat the cores it measures."""

import asyncio
import json
from typing import Any

CONNECT_SECONDS = 10.0


class HttpError(Exception):
    """The server closed the line, or answered something that is not plain HTTP with a length."""


class Connection:
    """One customer's line to one server; opened at the first request and again when closed."""

    def __init__(self, port: int, timeout_seconds: float = 30.0) -> None:
        self._port = port
        self._timeout = timeout_seconds
        self._line: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, body: dict[str, Any], headers: str = "") -> tuple[int, Any]:
        """Status and JSON. A line that the server closed while idle is opened anew once."""
        return await self.request("POST", path, json.dumps(body).encode(), headers)

    async def get(self, path: str, headers: str = "") -> tuple[int, Any]:
        return await self.request("GET", path, b"", headers)

    async def request(
        self, method: str, path: str, payload: bytes, headers: str = ""
    ) -> tuple[int, Any]:
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\n{headers}"
        if payload:
            head += f"Content-Type: application/json\r\nContent-Length: {len(payload)}\r\n"
        async with asyncio.timeout(self._timeout):
            fresh = self._line is None
            try:
                return await self._exchange(f"{head}\r\n".encode() + payload)
            except (OSError, asyncio.IncompleteReadError, HttpError):
                self.close()
                if fresh:
                    raise
                return await self._exchange(f"{head}\r\n".encode() + payload)

    def close(self) -> None:
        if self._line:
            self._line[1].close()
        self._line = None

    async def _exchange(self, request: bytes) -> tuple[int, Any]:
        if self._line is None:
            opening = asyncio.open_connection("127.0.0.1", self._port)
            self._line = await asyncio.wait_for(opening, CONNECT_SECONDS)
        reader, writer = self._line
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        status = int(head.split(" ", 2)[1])
        fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        if "content-length" not in fields:
            raise HttpError(f"no content-length in the answer to {request[:60]!r}")
        body = await reader.readexactly(int(fields["content-length"]))
        if fields.get("connection") == "close":
            self.close()
        return status, json.loads(body) if body else None
