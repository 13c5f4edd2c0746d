"""Asks the product how far its start has come, as any monitor would: GET /readyz."""

import asyncio
import http.client
import json
from typing import Any

PROBE_TIMEOUT_SECONDS = 5.0
PARTS = {"database": "数据库", "bot": "Rasa", "actions": "动作服务"}


async def probe(port: int, path: str = "/readyz") -> tuple[int, dict[str, Any]]:
    """Status and JSON; (0, {}) while nobody answers."""
    return await asyncio.to_thread(_get, port, path)


def waiting_for(parts: dict[str, Any]) -> list[str]:
    """Names of the parts that are not ready yet."""
    return [title for key, title in PARTS.items() if not _ready(parts.get(key))]


def _ready(part: Any) -> bool:
    if isinstance(part, dict):
        return _ready(part.get("ready", part.get("status", part.get("ok"))))
    return part in (True, "ok", "ready", "up")


def _get(port: int, path: str) -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PROBE_TIMEOUT_SECONDS)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read()
        document = json.loads(body) if body else {}
        return response.status, document if isinstance(document, dict) else {}
    except (OSError, http.client.HTTPException, ValueError):
        return 0, {}
    finally:
        connection.close()
