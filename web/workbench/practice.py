"""`/workbench/practice`: a trainer talks to a candidate beside the model in use."""

from typing import Any

from fastapi import Request
from nicegui import Client, ui

from web import shell
from web.panel import Panel
from web.shell import Desk, Seat
from web.workbench.runs import STYLE

HERE = "/workbench/practice"
TITLE = "练习"
LOOK_SECONDS = 2.0
TURN_SECONDS = 35.0


class TwoBots(Panel, component="practice.js"):
    """Both conversations side by side, and one field for both."""


def install(desk: Desk) -> None:
    """Add the page to the staff's application."""

    @ui.page(HERE, title=f"{TITLE} · RoamDesk")
    async def practice(request: Request, client: Client) -> None:
        seat = await shell.trainers_seat(desk, request, client, HERE, "练习")
        if seat is None:
            return
        _Page(seat, client).build()


class _Page:
    """One open page and its talk, if one has begun."""

    def __init__(self, seat: Seat, client: Client) -> None:
        self._seat = seat
        self._client = client
        self._talk: str | None = None

    def build(self) -> None:
        ui.add_head_html(STYLE)
        with ui.element("main"):
            self._panel = panel = TwoBots()
        panel.on("begin", lambda e: self._begin(e.args))
        panel.on("say", lambda e: self._say(e.args))
        panel.on("end", self._end)
        self._seat.renewed = self._read_models
        self._looking = ui.timer(LOOK_SECONDS, self._look, active=False)
        ui.timer(0.0, self._read_models, once=True)

    async def _read_models(self) -> None:
        found = await self._seat.call(self._seat.person.get("/v1/training/models"))
        if found is not None:
            others = [model for model in found["models"] if not model["in_use"]]
            self._panel.show(models=others, loaded=True)

    async def _begin(self, model: str) -> None:
        self._panel.show(busy=True)
        body = {"model": model}
        begun = await self._seat.call(self._seat.person.post("/v1/training/practice", body))
        self._panel.show(busy=False)
        if begun is None:
            return
        self._talk = begun["id"]
        self._show(begun)
        self._panel.run_method("begin", begun["before"], begun["after"])
        self._looking.activate()

    async def _look(self) -> None:
        """Until the candidate is there."""
        if self._talk is None:
            self._looking.deactivate()
            return
        path = f"/v1/training/practice/{self._talk}"
        seen = await self._seat.call(self._seat.person.get(path))
        if seen is None or seen["state"] != "starting":
            self._looking.deactivate()
        if seen is None:
            self._leave()
        else:
            self._show(seen)

    async def _say(self, words: dict[str, Any]) -> None:
        path = f"/v1/training/practice/{self._talk}/messages"
        heard = await self._seat.call(self._seat.person.post(path, words, TURN_SECONDS))
        if heard is None:
            self._panel.run_method("failed")
        else:
            self._panel.run_method("heard", heard["before"], heard["after"])

    async def _end(self) -> None:
        if self._talk is not None:
            path = f"/v1/training/practice/{self._talk}"
            await self._seat.call(self._seat.person.delete(path))
        self._leave()

    def _leave(self) -> None:
        self._talk = None
        self._panel.show(talk=None, state=None)

    def _show(self, seen: dict[str, Any]) -> None:
        self._panel.show(
            talk=seen["id"],
            state=seen["state"],
            error=seen["error"],
            before={"model": seen["before"]["model"]},
            after={"model": seen["after"]["model"]},
        )
