"""A second Rasa that serves a candidate: there while somebody practises with it."""

import asyncio
import contextlib
import os
import tarfile
import zlib
from pathlib import Path
from typing import Literal

import structlog
from ruamel.yaml import YAML

from api.bot_gateway import BotGateway
from api.training.runs.child import Child
from api.training.runs.workshop import Workshop
from ops.ports import free_port

log = structlog.get_logger()

START_SECONDS = 180.0
LOOK_SECONDS = 0.5

DAMAGED = "模型文件已损坏，不能练习。"
NOT_STARTED = "候选模型没有启动成功，请稍后再试。"


class Candidate:
    """The one candidate that is served for practice, if any."""

    def __init__(
        self, workshop: Workshop, folder: Path, actions_url: str, timeout_seconds: float
    ) -> None:
        self.model: str | None = None
        self.state: Literal["starting", "ready", "failed"] = "failed"
        self.error: str | None = None
        self.gateway: BotGateway | None = None
        self._workshop = workshop
        self._folder = folder
        self._actions_url = actions_url
        self._timeout_seconds = timeout_seconds
        self._child: Child | None = None
        self._starting: asyncio.Task[None] | None = None

    def exists(self, model: str) -> bool:
        return self._workshop.archive(model).is_file()

    async def serve(self, model: str) -> None:
        """Begin to serve a model; `state` says how far it is."""
        if self.model == model and self.state != "failed":
            return
        await self.stop()
        self.model, self.state, self.error = model, "starting", None
        self._starting = asyncio.create_task(self._start(model))

    async def stop(self) -> None:
        """End the process."""
        if self._starting is not None:
            self._starting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._starting
        if self._child is not None:
            await self._child.stop()
        if self.gateway is not None:
            await self.gateway.close()
        self.model = self._starting = self._child = self.gateway = None
        self.state = "failed"

    async def _start(self, model: str) -> None:
        try:
            if not await asyncio.to_thread(_readable, self._workshop.archive(model)):
                self.state, self.error = "failed", DAMAGED
                return
            port = free_port()
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            endpoints = self._endpoints()
            with (self._folder / "rasa.log").open("w") as output:
                os.chmod(output.name, 0o600)
                self._child = await Child.start(
                    self._workshop.serve(model, port, endpoints),
                    self._folder / "rasa.pid",
                    self._workshop.root,
                    {"SANIC_KEEP_ALIVE_TIMEOUT": "120"},
                    output.fileno(),
                )
            self.gateway = BotGateway(
                f"http://127.0.0.1:{port}", self._actions_url, self._timeout_seconds
            )
            async with asyncio.timeout(START_SECONDS):
                while await self.gateway.model() != model:
                    if not self._child.alive:
                        raise ChildProcessError(NOT_STARTED)
                    await asyncio.sleep(LOOK_SECONDS)
            self.state = "ready"
        except (OSError, TimeoutError) as error:
            log.warning("candidate_not_started", model=model, error=type(error).__name__)
            self.state, self.error = "failed", NOT_STARTED
            if self._child is not None:
                await self._child.stop()

    def _endpoints(self) -> Path:
        """The project's endpoints with this product's action server in them."""
        yaml = YAML()
        found = yaml.load((self._workshop.root / "endpoints.yml").read_text("utf-8"))
        found["action_endpoint"]["url"] = f"{self._actions_url}/webhook"
        path = self._folder / "endpoints.yml"
        with path.open("w", encoding="utf-8") as file:
            yaml.dump(found, file)
        return path


def _readable(archive: Path) -> bool:
    try:
        with tarfile.open(archive, "r:gz") as opened:
            return any(True for _ in opened.getmembers())
    except (OSError, EOFError, tarfile.TarError, zlib.error, ValueError):
        return False
