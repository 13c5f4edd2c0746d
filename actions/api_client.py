"""The one call to the API. Whatever goes wrong is None, and nothing else to handle."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp

logger = logging.getLogger(__name__)

DEFAULT_URL = "http://127.0.0.1:8000"
TIMEOUT_SECONDS = 8.0
KEY_HEADER = "X-RoamDesk-Key"


class ApiClient:
    """One session for the life of the process: a connection a turn costs more than the call."""

    def __init__(self, url: str, key_file: Path, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._url = f"{url.rstrip('/')}/internal/turns"
        self._key_file = key_file
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)
        self._session: aiohttp.ClientSession | None = None
        self._key: str | None = None

    @classmethod
    def from_environment(cls) -> ApiClient:
        """ROAMDESK_API_URL; the key from ROAMDESK_INTERNAL_KEY or the data folder."""
        client = cls(
            os.environ.get("ROAMDESK_API_URL", DEFAULT_URL),
            Path(os.environ.get("ROAMDESK_DATA", "var")) / "internal.key",
        )
        client._key = os.environ.get("ROAMDESK_INTERNAL_KEY") or None
        return client

    async def turn(self, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """The API's answer, or None when there is none that can be used."""
        try:
            async with self._open().post(
                self._url, json=body, headers={KEY_HEADER: self.secret()}
            ) as answer:
                if answer.status != 200:
                    logger.error("the API answered %s", answer.status)
                    return None
                found = await answer.json()
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError) as error:
            logger.error("the API did not answer: %s", type(error).__name__)
            return None
        return found if isinstance(found, dict) else None

    async def close(self) -> None:
        """For tests; the server keeps it open."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def secret(self) -> str:
        """Read when first needed: the key file may be made after this process has started."""
        if self._key is None:
            self._key = self._key_file.read_text("ascii").strip()
        return self._key

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(timeout=self._timeout)
        return self._session
