"""Whether the product answers, and whether a customer can be served."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api.backoffice import sample_subscribers
from api.bot_gateway import BotGateway
from api.database import Database

router = APIRouter(tags=["operations"])

FRESH_SECONDS = 0.5


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(request: Request, response: Response) -> dict[str, Any]:
    """200 only when a customer can be served; each part says how it is."""
    readiness: Readiness = request.app.state.readiness
    seen = await readiness.look()
    response.status_code = 200 if seen["ready"] else 503
    return seen


@router.get("/metrics", include_in_schema=False)
async def metrics() -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@router.get("/v1/demo/samples")
async def samples(request: Request) -> list[dict[str, str]]:
    """Sample subscribers for trying the product; none where a real back office is connected."""
    if request.app.state.settings.backoffice != "sample":
        return []
    return [{"msisdn": row.msisdn, "what": row.shows} for row in sample_subscribers()]


class Readiness:
    """Looks at the parts, at most twice a second however often it is asked."""

    def __init__(
        self,
        database: Database,
        gateway: BotGateway,
        wechat: Callable[[], str] | None = None,
    ) -> None:
        """`wechat` says how that channel is, where there is one; the web is served without it."""
        self._database = database
        self._gateway = gateway
        self._wechat = wechat
        self._seen: dict[str, Any] = {}
        self._looked_at = 0.0
        self._one_look = asyncio.Lock()

    async def look(self) -> dict[str, Any]:
        async with self._one_look:
            if time.monotonic() - self._looked_at > FRESH_SECONDS:
                database, model, actions = await asyncio.gather(
                    self._database.answers(), self._gateway.model(), self._gateway.actions_answer()
                )
                parts = {
                    "database": _word(database),
                    "bot": _word(model is not None),
                    "actions": _word(actions),
                }
                ready = all(word == "ready" for word in parts.values())
                channels = {"wechat": self._wechat()} if self._wechat else {}
                self._seen = {"ready": ready, **parts, **channels, "model": model}
                self._looked_at = time.monotonic()
            return self._seen


def _word(up: bool) -> str:
    return "ready" if up else "starting"
