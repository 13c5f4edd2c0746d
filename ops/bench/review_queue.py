"""`python -m ops.bench.review_queue`: the review page's queries with 100,000 messages stored.

Fills a fresh SQLite file, and a database of its own on PostgreSQL where one answers, lets the real
scanner read everything, and asks the real route as the page does. Nothing of the product's own data
is touched.
"""

import asyncio
import json
import os
import tempfile
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import httpx2
import psycopg
import typer

from api.main import create_app
from api.migrations.run import upgrade
from api.settings import Settings
from ops.bench.history import fill
from ops.bench.report import percentile
from ops.settings import ROOT

PASSWORD = "a password of the bench"  # noqa: S105
POSTGRES = os.environ.get("ROAMDESK_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
PAGES: dict[str, dict[str, Any]] = {
    "first page": {},
    "one reason": {"reason": "near_tie"},
    "two reasons": {"reason": ["fallback", "corrected"]},
    "one intent": {"intent": "ask_billing"},
    "unsure ones": {"most_sure": 0.4},
    "last week": {"since": "week"},
    "by words": {"words": "缅甸上不了网"},
    "not grouped": {"grouped": False},
}
TIMES = 15
WARMING = 5
"""Pages that are not counted: a product that has just started reads its dictionaries."""


async def _measure(url: str, folder: Path, messages: int) -> dict[str, Any]:
    settings = Settings(
        data=folder, database_url=url, admin_password=PASSWORD, rate_limits="off", clock=None
    )
    upgrade(settings.database)
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        began = time.perf_counter()
        await fill(app.state.database, messages)
        # The product's scanner reads along from the beginning.
        await app.state.scanner.catch_up()
        ready = time.perf_counter() - began
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://bench") as http:
            login = {"username": "admin", "password": PASSWORD}
            (await http.post("/v1/auth/login", json=login)).raise_for_status()
            for _ in range(WARMING):
                await http.get("/v1/training/queue")
            pages = {name: await _timed(http, dict(params)) for name, params in PAGES.items()}
            pages["tenth page"] = await _tenth(http)
            summary = await _timed(http, {}, "/v1/training/queue/summary")
            states = (await http.get("/v1/training/queue/summary")).json()["states"]
    return {
        "messages": messages,
        "items_open": states["open"],
        "stored_and_scanned_seconds": round(ready, 1),
        "page_ms": pages,
        "summary_ms": summary,
    }


async def _timed(
    http: httpx2.AsyncClient, params: dict[str, Any], path: str = "/v1/training/queue"
) -> dict[str, int]:
    if params.get("since") == "week":
        params["since"] = (datetime.now(UTC) - timedelta(days=7)).isoformat()
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        (await http.get(path, params=params)).raise_for_status()
        took.append((time.perf_counter() - began) * 1000)
    return {"p50": round(percentile(took, 50)), "p95": round(percentile(took, 95))}


async def _tenth(http: httpx2.AsyncClient) -> dict[str, int]:
    after: str | None = None
    for _ in range(9):
        given: dict[str, str] = {"after": after} if after else {}
        rows = (await http.get("/v1/training/queue", params=given)).json()
        after = rows[-1]["cursor"]
    return await _timed(http, {"after": after})


async def bench(messages: int) -> dict[str, Any]:
    found = {}
    with tempfile.TemporaryDirectory(prefix="roamdesk-bench-") as folder:
        path = Path(folder)
        found["sqlite"] = await _measure(f"sqlite:///{path / 'bench.db'}", path, messages)
        name = f"roamdesk_bench_{uuid.uuid4().hex[:8]}"
        try:
            admin = await psycopg.AsyncConnection.connect(
                POSTGRES, autocommit=True, connect_timeout=2
            )
        except psycopg.OperationalError as error:
            print(f"no PostgreSQL: {error}")
            return found
        async with admin:
            await admin.execute(f"create database {name}")
            try:
                url = POSTGRES.rsplit("/", 1)[0] + "/" + name
                found["postgresql"] = await _measure(url, path, messages)
            finally:
                await admin.execute(f"drop database {name} with (force)")
    return found


def main(
    messages: Annotated[int, typer.Option(min=1_000, help="Messages stored.")] = 100_000,
) -> None:
    """Milliseconds of a page of the review queue, and how fast the scanner fills it."""
    found = asyncio.run(bench(messages))
    path = ROOT / "results" / "bench-review-queue.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    typer.run(main)
