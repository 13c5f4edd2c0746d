"""Carries out the runs, one at a time however many processes there are, and follows each.

The database holds where a run stands; its process is on a leash and ends with this one. A run whose
process is gone is `failed` with a sentence, so nobody waits for a bar that will not move again.
"""

import asyncio
import contextlib
import json
import os
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.exc import IntegrityError

from api import clock
from api.database import Database, after_commit
from api.diagnosis.library import Shelf
from api.events import Broker
from api.training.runs import cases, repository
from api.training.runs.child import Child, as_json
from api.training.runs.models import RUNNING_SLOT, TrainingRun
from api.training.runs.verdict import whole
from api.training.runs.workshop import Workshop

log = structlog.get_logger()

TOPIC = "training"
"""Published whenever a run has moved or a model was decided on."""

LOOK_SECONDS = 10.0
SAVE_SECONDS = 1.0
GONE_AFTER = timedelta(seconds=60)
"""A run of another machine's process that has not been heard of for so long is over."""
PATIENCE_SECONDS = 600.0
"""A training says something every few seconds; one that is silent for so long hangs."""
LOG_LINES = 200
LONGEST_TEXT = 300
KEPT_FOLDERS = 20

RESTARTED = "服务重新启动，训练没有做完；正在使用的模型不受影响。请重新开始。"
CANCELLED = "训练被取消；正在使用的模型不受影响。"
HANGS = "训练十分钟没有动静，已经停掉；正在使用的模型不受影响。"
UNREADABLE = "训练做完了，但是结果读不出来；正在使用的模型不受影响。"

Replay = Callable[[], Awaitable[list[dict[str, Any]]]]
"""Messages that trainers have put right: `{text, intent, facts, category, id}`, masked."""


class Failed(Exception):
    """A run came to nothing; the message is one Chinese sentence."""


class Runner:
    """The runs of this process."""

    def __init__(
        self,
        database: Database,
        broker: Broker,
        shelf: Shelf,
        workshop: Workshop,
        folder: Path,
        replay: Replay,
    ) -> None:
        self.workshop = workshop
        self._database = database
        self._broker = broker
        self._shelf = shelf
        self._folder = folder
        self._replay = replay
        self._wake = asyncio.Event()
        self._owner = f"{socket.gethostname()}:{os.getpid()}"
        self._child: Child | None = None
        self._running: str | None = None
        self._cancelled: set[str] = set()

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Carry out runs while inside; what is running at the end is failed with a sentence."""
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def wake(self) -> None:
        """There is a new run to carry out."""
        self._wake.set()

    async def stop_child(self, run_id: str) -> None:
        """End the process of a run of this process; the run then fails as cancelled."""
        if self._running != run_id:
            return  # another process follows it, and sees that it was taken back
        self._cancelled.add(run_id)
        if self._child is not None:
            await self._child.stop()

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                await self._bury()
                while (run_id := await self._claim()) is not None:
                    await self._carry_out(run_id)
            except Exception as error:  # outlives a database that is away for a while
                log.warning("training_runs_look_failed", error=type(error).__name__)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._wake.wait()

    async def _bury(self) -> None:
        """Fail the runs whose process is gone."""
        async with self._database.reading() as session:
            running = await repository.in_state(session, "running")
        for run in running:
            if run.id != self._running and self._is_gone(run):
                await self._fail(run.id, RESTARTED)

    def _is_gone(self, run: TrainingRun) -> bool:
        host, _, pid = (run.owner or "").rpartition(":")
        if host == socket.gethostname() and pid.isdigit():
            # Our own number, and we do not run it: it was a process before us that had it.
            return int(pid) == os.getpid() or not Path(f"/proc/{pid}").exists()
        return run.heartbeat is None or abs(clock.now() - run.heartbeat) > GONE_AFTER

    async def _claim(self) -> str | None:
        """Take the oldest run that waits, unless one is at work somewhere."""
        try:
            async with self._database.transaction() as session:
                queued = await repository.in_state(session, "queued")
                if not queued or await repository.in_state(session, "running"):
                    return None
                run = await repository.find(session, queued[0].id, for_update=True)
                if run is None or run.state != "queued":
                    return None
                run.state, run.slot, run.owner = "running", RUNNING_SLOT, self._owner
                run.phase, run.text = "start", "准备训练"
                run.started_at = run.heartbeat = clock.now()
                run.current = self.workshop.in_use()
                after_commit(session, self._tell)
                return run.id
        except IntegrityError:
            return None  # another process was faster: the slot is taken

    async def _carry_out(self, run_id: str) -> None:
        self._running = run_id
        try:
            proof = await self._work(run_id)
            library = self._shelf.current
            folder = self.workshop.root / "data" / "diagnosis"
            checked = await asyncio.to_thread(cases.compare, library, folder)
            await self._finish(run_id, proof, checked)
        except Failed as failure:
            await self._fail(run_id, str(failure))
        except asyncio.CancelledError:
            if self._child is not None:
                await self._child.stop()
            await asyncio.shield(self._fail(run_id, RESTARTED))
            raise
        except Exception as error:
            log.error("training_run_broke", run=run_id, exc_info=error)
            await self._fail(run_id, f"训练出了意外（{type(error).__name__}），详见日志。")
        finally:
            self._running, self._child = None, None
            self._cancelled.discard(run_id)

    async def _work(self, run_id: str) -> dict[str, Any]:
        """Let the child train and prove; return the proof.

        Raises:
            Failed: it did not come to its end.
        """
        place = self._folder / run_id
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._tidy()
        replay, out = place / "replay.json", place / "proof.json"
        rows = await self._replay()
        replay.write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
        command = self.workshop.candidate(replay, out)
        self._child = await Child.start(command, place / "run.pid", self.workshop.root)
        if run_id in self._cancelled:
            await self._child.stop()
        said: list[str] = []
        with (place / "run.log").open("w", encoding="utf-8") as whole_log:
            async with self._saving(run_id, said) as state:
                try:
                    async for line in self._child.lines(PATIENCE_SECONDS):
                        _take(line, state, said)
                        whole_log.write(line + "\n")
                        whole_log.flush()
                except TimeoutError as silence:
                    await self._child.stop()
                    raise Failed(HANGS) from silence
                code = await self._child.wait()
        if run_id in self._cancelled:
            raise Failed(CANCELLED)
        if state.get("phase") == "failed":
            raise Failed(str(state["text"]))
        if code > 128:
            raise Failed(f"训练进程被中止（信号 {code - 128}）；正在使用的模型不受影响。")
        return _proof(out, code)

    @asynccontextmanager
    async def _saving(self, run_id: str, said: list[str]) -> AsyncIterator[dict[str, Any]]:
        """Write down once a second how far the run is."""
        state: dict[str, Any] = {}
        stopping: list[asyncio.Task[None]] = []

        async def save() -> None:
            async with self._database.transaction() as session:
                run = await repository.find(session, run_id, for_update=True)
                if run is None or run.state != "running":
                    if self._child is not None:  # taken back through another process
                        stopping.append(asyncio.create_task(self._child.stop()))
                    return
                run.phase = str(state.get("phase", run.phase))[:16]
                run.text = str(state.get("text", run.text))[:LONGEST_TEXT]
                run.progress = max(run.progress, min(1.0, float(state.get("progress", 0.0))))
                run.log = "\n".join(said[-LOG_LINES:])
                run.heartbeat = clock.now()
                after_commit(session, self._tell)

        async def keep_saving() -> None:
            while True:
                await asyncio.sleep(SAVE_SECONDS)
                try:
                    await save()
                except Exception as error:  # the run goes on while the database is away
                    log.warning("training_run_not_saved", error=type(error).__name__)

        task = asyncio.create_task(keep_saving())
        try:
            yield state
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            with contextlib.suppress(Exception):
                await save()

    async def _finish(self, run_id: str, proof: dict[str, Any], checked: dict[str, Any]) -> None:
        verdict, details = whole(proof, checked)
        async with self._database.transaction() as session:
            run = await repository.find(session, run_id, for_update=True)
            if run is None:
                return
            run.state, run.slot, run.progress, run.phase = "done", None, 1.0, "done"
            run.text, run.ended_at = "完成", clock.now()
            run.candidate, run.current = proof["model"], proof.get("against")
            run.before, run.after = proof["figures"]["before"], proof["figures"]["after"]
            run.verdict, run.details = verdict, details
            after_commit(session, self._tell)

    async def _fail(self, run_id: str, why: str) -> None:
        async with self._database.transaction() as session:
            run = await repository.find(session, run_id, for_update=True)
            if run is None or run.state in ("done", "failed"):
                return
            run.state, run.slot, run.error, run.ended_at = "failed", None, why, clock.now()
            run.text = why[:LONGEST_TEXT]
            after_commit(session, self._tell)

    def _tell(self) -> None:
        self._broker.publish(TOPIC)

    def _tidy(self) -> None:
        """The last runs keep their logs."""
        folders = [each for each in self._folder.iterdir() if each.is_dir()]
        folders.sort(key=lambda each: each.stat().st_mtime)
        for old in folders[:-KEPT_FOLDERS]:
            for file in old.iterdir():
                file.unlink(missing_ok=True)
            old.rmdir()


def _take(line: str, state: dict[str, Any], said: list[str]) -> None:
    """A JSON line says how far it is; everything that is no debug line goes to the log."""
    told = as_json(line)
    if told is None:
        if line.strip():
            said.append(line[:LONGEST_TEXT])
        return
    state.update(told)
    said.append(f"{time.strftime('%H:%M:%S')}  {told.get('text', '')}")


def _proof(out: Path, code: int) -> dict[str, Any]:
    try:
        proof = json.loads(out.read_text("utf-8"))
        if {"model", "verdict", "figures", "lost", "gained"} <= proof.keys():
            return dict(proof)
    except (OSError, ValueError, AttributeError):
        pass
    raise Failed(UNREADABLE if code in (0, 4) else f"训练没有做完（退出码 {code}），详见日志。")
