"""The two things measured, each started as its users start it, on ports of its own."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from ops.bench.http import Connection, HttpError
from ops.bench.peer_data import lay_out
from ops.child import Child, Spec
from ops.ports import free_port
from ops.product import BOT_PYTHON, QUIET
from ops.readiness import probe
from ops.settings import ROOT
from ops.terminal import Terminal

START_SECONDS = 600.0  # a first start trains
STOP_SECONDS = 12.0


class BenchError(Exception):
    """Something that was to be measured did not come up."""


@dataclass(frozen=True)
class Server:
    port: int
    pids: tuple[int, ...]
    start_seconds: float


@asynccontextmanager
async def product(terminal: Terminal) -> AsyncIterator[Server]:
    """`python -m ops run` on a free port with an empty data folder and no rate limits."""
    port, began = free_port(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="roamdesk-bench-") as data:
        environment = {
            "ROAMDESK_PORT": str(port),
            "ROAMDESK_DATA": data,
            "ROAMDESK_RATE_LIMITS": "off",
            "ROAMDESK_BACKOFFICE": "sample",
        }
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "ops", "run", "--with-parent"),
            cwd=ROOT,
            env={**os.environ, **environment},
            start_new_session=True,
        )
        try:
            while (await probe(port))[0] != 200:
                if process.returncode is not None:
                    raise BenchError(f"the product ended with code {process.returncode}")
                if time.monotonic() - began > START_SECONDS:
                    raise BenchError("the product did not become ready")
                await asyncio.sleep(0.2)
            yield Server(port, (process.pid,), time.monotonic() - began)
        finally:
            if process.returncode is None:
                process.terminate()
                try:
                    await asyncio.wait_for(process.wait(), STOP_SECONDS)
                except TimeoutError:
                    process.kill()
                    terminal.line("bench", "the product did not end in time", "bad")


@asynccontextmanager
async def peer(terminal: Terminal) -> AsyncIterator[Server]:
    """The stock Rasa bot: `rasa run` and an action server, its trackers in memory as by default."""
    project = lay_out()
    model = await asyncio.to_thread(_trained, project, terminal)
    began, port, actions_port = time.monotonic(), free_port(), free_port()
    run = project / "run"
    run.mkdir(exist_ok=True)
    endpoints = run / "endpoints.yml"
    endpoints.write_text(
        f'action_endpoint:\n  url: "http://127.0.0.1:{actions_port}/webhook"\n', encoding="utf-8"
    )
    # The longer keep-alive spares the peer the lost events of the default one: speed is compared.
    loopback = {**QUIET, "SANIC_HOST": "127.0.0.1", "SANIC_KEEP_ALIVE_TIMEOUT": "120"}
    python = str(BOT_PYTHON)
    specs = [
        Spec(
            "peer-actions",
            "peer's actions",
            [*(python, "-m", "rasa_sdk", "--actions", "actions", "-p", str(actions_port))],
            project,
            loopback,
        ),
        Spec(
            "peer-rasa",
            "peer's Rasa",
            [
                *(python, "-m", "rasa", "run", "--enable-api", "-i", "127.0.0.1"),
                *("-p", str(port), "-m", str(model), "--endpoints", str(endpoints)),
            ],
            project,
            QUIET,
        ),
    ]
    children = [await Child.start(spec, logs=run, run=run) for spec in specs]
    try:
        await _until_answers(port, children, began)
        pids = tuple(int((run / f"{spec.name}.pid").read_text()) for spec in specs)
        yield Server(port, pids, time.monotonic() - began)
    finally:
        await asyncio.gather(*(child.stop() for child in children))


def _trained(project: Path, terminal: Terminal) -> Path:
    model = project / "models" / "peer.tar.gz"
    if model.exists():
        terminal.line("peer", f"已训练过（{project.name}）", "dim")
        return model
    terminal.line("peer", "训练对照机器人（DIET + TED；数据不变则只此一次，需要几分钟）……")
    began = time.monotonic()
    with (project / "train.log").open("wb") as log:
        process = subprocess.Popen(
            [
                *(str(BOT_PYTHON), "-m", "rasa", "train", "--domain", "domain"),
                *("--fixed-model-name", "peer-draft"),
            ],
            cwd=project,
            env={**os.environ, **QUIET},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        while process.poll() is None:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                terminal.line("peer", f"训练中，已 {time.monotonic() - began:.0f} 秒", "dim")
    draft = project / "models" / "peer-draft.tar.gz"
    if process.returncode or not draft.exists():
        raise BenchError(
            f"the peer's training ended with {process.returncode}, see {project / 'train.log'}"
        )
    draft.rename(model)
    seconds = time.monotonic() - began
    (project / "train_seconds").write_text(f"{seconds:.1f}\n", encoding="ascii")
    terminal.line("peer", f"训练完成（用时 {seconds:.0f} 秒）", "good")
    return model


async def _until_answers(port: int, children: list[Child], began: float) -> None:
    line = Connection(port, timeout_seconds=5)
    while True:
        try:
            status, document = await line.get("/status")
            if status == 200 and document.get("model_file"):
                break
        except (OSError, TimeoutError, HttpError, asyncio.IncompleteReadError):
            pass
        if not all(child.alive for child in children):
            raise BenchError("the peer's servers ended while they started; see its logs")
        if time.monotonic() - began > START_SECONDS:
            raise BenchError("the peer did not become ready")
        await asyncio.sleep(0.5)
    line.close()
