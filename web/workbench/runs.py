"""`/workbench/runs`: train, watch, read what moved, promote or refuse, go back."""

import asyncio
from typing import Any

from fastapi import Request
from nicegui import Client, background_tasks, ui

from web import shell
from web.panel import Panel
from web.shell import Desk, Seat

HERE = "/workbench/runs"
TITLE = "训练与验证"
TOPIC = "training"
"""Published by the API when a run moved or a model was decided on."""
STYLE = '<link rel="stylesheet" href="/staff/training.css">'
CHANGE_SECONDS = 190.0
"""Rasa loads the model while it goes on answering customers."""
PROMOTED = "已启用 {}。"
PROMOTED_LATER = "已启用 {}，下次启动时生效。"


class TrainingRuns(Panel, component="runs.js"):
    """The runs, and one of them in full."""


def install(desk: Desk) -> None:
    """Add the page to the staff's application."""

    @ui.page(HERE, title=f"{TITLE} · RoamDesk")
    async def runs(request: Request, client: Client, run: str | None = None) -> None:
        seat = await shell.trainers_seat(desk, request, client, HERE, "训练与验证")
        if seat is None:
            return
        _Page(seat, client, run).build()


class _Page:
    """One open page: which run it shows, and how it is kept up to date."""

    def __init__(self, seat: Seat, client: Client, run: str | None) -> None:
        self._seat = seat
        self._client = client
        self._shown = run
        self._one_reading = asyncio.Lock()
        self._words: dict[str, Any] | None = None
        """What intents and facts are called."""

    def build(self) -> None:
        ui.add_head_html(STYLE)
        with ui.element("main"):
            self._panel = panel = TrainingRuns()
        panel.show(supervises=self._seat.may_supervise)
        panel.on("begin", self._begin)
        panel.on("pick", lambda e: self._pick(e.args))
        panel.on("cancel", lambda e: self._cancel(e.args))
        panel.on("decide", lambda e: self._decide(e.args))
        self._seat.renewed = self._read
        listening = self._seat.desk.news.listen(
            TOPIC,
            lambda _: background_tasks.create_lazy(self._read(), name=f"runs {self._client.id}"),
        )
        listening.__enter__()
        self._client.on_delete(lambda: listening.__exit__(None, None, None))
        ui.timer(0.0, self._read, once=True)

    async def _read(self) -> None:
        call, person = self._seat.call, self._seat.person
        async with self._one_reading:
            with self._client:
                runs = await call(person.get("/v1/training/runs"))
                models = await call(person.get("/v1/training/models"))
                if runs is None or models is None:
                    return
                if self._shown not in [run["id"] for run in runs]:
                    self._shown = runs[0]["id"] if runs else None
                run = None
                if self._shown is not None:
                    run = await call(person.get(f"/v1/training/runs/{self._shown}"))
                if self._words is None:
                    self._words = await call(person.get("/v1/training/vocabulary"))
                self._panel.show(runs=runs, models=models, run=run, words=self._words, loaded=True)

    async def _begin(self) -> None:
        begun = await self._seat.call(self._seat.person.post("/v1/training/runs"))
        if begun is not None:
            self._shown = begun["id"]
        await self._read()

    async def _pick(self, run_id: str) -> None:
        self._shown = run_id
        await self._read()

    async def _cancel(self, run_id: str) -> None:
        await self._seat.call(self._seat.person.post(f"/v1/training/runs/{run_id}/cancel"))
        await self._read()

    async def _decide(self, given: dict[str, Any]) -> None:
        paths = {
            "promote": f"/v1/training/runs/{given['id']}/promote",
            "refuse": f"/v1/training/runs/{given['id']}/refuse",
            "rollback": "/v1/training/models/rollback",
        }
        body = {"reason": given["reason"]}
        self._panel.show(busy=True)
        call = self._seat.person.post(paths[given["what"]], body, CHANGE_SECONDS)
        done = await self._seat.call(call)
        self._panel.show(busy=False)
        if done is not None:
            said = PROMOTED if done["served"] else PROMOTED_LATER
            ui.notify(said.format(done["model"]), type="positive", position="top")
        await self._read()
