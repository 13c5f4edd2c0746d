"""Ordering a run, deciding on its candidate, going back."""

import asyncio
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.audit import service as audit
from api.bot_gateway import BotGateway
from api.database import Database, after_commit
from api.errors import ApiError, Conflict, NotFound, Unavailable
from api.events import Broker
from api.people.models import Staff
from api.training.runs import repository
from api.training.runs.child import Child, as_json
from api.training.runs.models import TrainingRun
from api.training.runs.runner import CANCELLED, TOPIC, Runner
from api.training.runs.schemas import ModelsOut, Promoted

log = structlog.get_logger()

PROMOTION_SECONDS = 180.0
MAY_OVERRIDE = frozenset({"supervisor", "admin"})
WORSE = "这个模型不如正在使用的，不能启用：{}。要启用它，请班长写明原因。"


@dataclass
class Trainings:
    """The runs and what is decided on them."""

    database: Database
    broker: Broker
    gateway: BotGateway
    runner: Runner
    folder: Path
    bot_url: str

    def __post_init__(self) -> None:
        self._deciding = asyncio.Lock()

    async def order(self, person: Staff) -> str:
        """Queue a run and return its id; where one waits already, it takes all changes along."""
        async with self.database.transaction() as session:
            waiting = await repository.in_state(session, "queued")
            if waiting:
                return waiting[0].id
            run = TrainingRun(
                id=str(uuid.uuid4()),
                author=person.name,
                state="queued",
                phase="queued",
                progress=0.0,
                text="排队中",
                log="",
                created_at=clock.now(),
            )
            session.add(run)
            after_commit(session, self._tell)
        self.runner.wake()
        return run.id

    async def cancel(self, run_id: str, person: Staff) -> None:
        """Take a run back that waits or is at work.

        Raises:
            NotFound: there is no such run.
            Conflict: it is over.
        """
        async with self.database.transaction() as session:
            run = await _find(session, run_id, for_update=True)
            if run.state not in ("queued", "running"):
                raise Conflict("这次训练已经结束。", code="run_over")
            was_running = run.state == "running"
            run.state, run.slot, run.ended_at = "failed", None, clock.now()
            run.error = run.text = f"{CANCELLED}（{person.name}）"
            after_commit(session, self._tell)
        if was_running:
            await self.runner.stop_child(run_id)

    async def promote(self, run_id: str, person: Staff, reason: str) -> Promoted:
        """Put a run's candidate to use.

        Raises:
            NotFound: there is no such run.
            Conflict: it is not done, or its model is worse (a supervisor's reason overrides), was
                compared with another model, is damaged, or Rasa did not load it.
        """
        async with self._deciding:
            run = await self._done(run_id)
            assert run.candidate is not None
            override = person.role in MAY_OVERRIDE and bool(reason.strip())
            if run.verdict == "worse" and not override:
                lost = "；".join((run.details or {}).get("lost") or [])
                raise Conflict(WORSE.format(lost[:300]), code="worse_model", needs="supervisor")
            done = await self._promote(run.candidate, person, reason.strip(), override=override)
            await self._decided(run.candidate, "promoted", person, reason, run_id)
            restart = bool((run.details or {}).get("code_changed"))
            return Promoted(**done, restart=restart)

    async def roll_back(self, person: Staff, reason: str) -> Promoted:
        """Put the model to use that was before the one in use.

        Raises:
            Conflict: there is none, or it can't be loaded any more.
        """
        async with self._deciding:
            left = self.runner.workshop.in_use()
            done = await self._promote("--back", person, reason.strip(), override=True)
            if left is not None:
                await self._decided(left, "rolled_back", person, reason)
            return Promoted(**done, restart=False)

    async def refuse(self, run_id: str, person: Staff, reason: str) -> None:
        """Keep a run's candidate from being served, by the next start too.

        Raises:
            NotFound: there is no such run.
            Conflict: it is not done, or its model is in use.
        """
        async with self._deciding:
            run = await self._done(run_id)
            assert run.candidate is not None
            workshop = self.runner.workshop
            await self._call(workshop.refuse(run.candidate, person.username, reason.strip()))
            await self._decided(run.candidate, "refused", person, reason, run_id)

    async def models(self) -> ModelsOut:
        """Return the models that there are, and which of them serves."""
        workshop = self.runner.workshop
        found = await asyncio.to_thread(workshop.list)
        serving = await self.gateway.model()
        return ModelsOut(
            in_use=workshop.in_use(),
            serving=serving,
            before=workshop.one_before(),
            models=found,
        )

    async def _done(self, run_id: str) -> TrainingRun:
        async with self.database.reading() as session:
            run = await _find(session, run_id)
        if run.state != "done" or run.candidate is None:
            raise Conflict("这次训练还没有做完，或没有做成。", code="run_not_done")
        return run

    async def _promote(
        self, what: str, person: Staff, reason: str, *, override: bool
    ) -> dict[str, Any]:
        command = self.runner.workshop.promote(
            what, person.username, reason, self.bot_url, override=override
        )
        done = await self._call(command)
        # From here on turns say the new model's name.
        await self.gateway.model()
        names = ("model", "before", "served", "message")
        return {**{name: done.get(name) for name in names}, "served": bool(done.get("served"))}

    async def _call(self, command: list[str]) -> dict[str, Any]:
        """Let the bot's environment do it. No transaction is open meanwhile."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        child = await Child.start(command, self.folder / "promote.pid", self.runner.workshop.root)
        said: dict[str, Any] | None = None
        try:
            async for line in child.lines(PROMOTION_SECONDS):
                told = as_json(line)
                if told is None and line:
                    log.warning("promote_said", line=line[:300])
                said = told or said
            await child.wait()
        except TimeoutError as silence:
            raise Unavailable("换模型没有响应，请看一下现在用的是哪个模型。") from silence
        finally:
            await child.stop()
        if said is None:
            raise Unavailable(
                "换模型的命令没有做成，正在使用的模型不受影响。", code="promote_failed"
            )
        if not said.get("ok"):
            raise _refusal(said)
        return said

    async def _decided(
        self, model: str, decision: str, person: Staff, reason: str, run_id: str | None = None
    ) -> None:
        async with self.database.transaction() as session:
            run = (
                await repository.find(session, run_id, for_update=True)
                if run_id
                else await repository.of_candidate(session, model)
            )
            if run is not None:
                run.decision, run.decided_by, run.decided_at = (
                    decision,
                    person.name,
                    clock.now(),
                )
                run.reason = reason.strip() or None
            audit.record(
                session, person.username, "changed", fields=[decision, model], reason=reason or None
            )
            after_commit(session, self._tell)
        log.info("model_decided", model=model, decision=decision)

    def _tell(self) -> None:
        with suppress(RuntimeError):
            self.broker.publish(TOPIC)


async def _find(session: AsyncSession, run_id: str, *, for_update: bool = False) -> TrainingRun:
    run = await repository.find(session, run_id, for_update=for_update)
    if run is None:
        raise NotFound("没有这次训练。", code="run_not_found")
    return run


async def run(session: AsyncSession, run_id: str) -> TrainingRun:
    """Return a run.

    Raises:
        NotFound: there is none of this id.
    """
    return await _find(session, run_id)


def _refusal(said: dict[str, Any]) -> ApiError:
    code, message = str(said.get("code")), str(said.get("message"))
    kind = NotFound if code == "model_not_found" else Conflict
    return kind(message, code=code)
