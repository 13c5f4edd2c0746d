"""Rasa's own validation of a story, in the bot's environment, on a copy of the project.

It takes Rasa half a minute to start and read everything, so it runs beside the page, one at a time
and at low priority, and the page asks how it went.
"""

import asyncio
import contextlib
import json
import os
import shutil
import tempfile
import uuid
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from api.settings import ROOT

log = structlog.get_logger()

SECONDS = 300.0
"""Half a minute on a quiet machine; it must not give up on a busy one."""
POLITENESS = 10
MOST_REMEMBERED = 50
COMMAND = (str(ROOT / "bot" / ".venv" / "bin" / "python"), "-m", "bot.validate")
COPIED = ("config.yml", "domain.yml", "data", "bot", "endpoints.yml")
NOT_COPIED = shutil.ignore_patterns(".venv", "__pycache__", "*.part")
CANDIDATES = {
    "story": "data/stories/candidate.yml",
    "test_story": "tests/conversations/candidate/test_candidate.yml",
}


@dataclass
class Validation:
    """One run: `running`, then `done`, or `failed` with a sentence."""

    id: str
    kind: str
    text: str
    state: str = "running"
    told: list[dict[str, Any]] = field(default_factory=list)
    why: str | None = None


class Validator:
    """Runs validations; `command` is given the folder as its last word."""

    def __init__(self, root: Path, command: Sequence[str] = COMMAND) -> None:
        self._root = root
        self._command = command
        self._one = asyncio.Semaphore(1)
        self._runs: OrderedDict[str, Validation] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, kind: str, text: str) -> Validation:
        """Start a validation; ask `get` how it goes."""
        run = Validation(str(uuid.uuid4()), kind, text)
        self._runs[run.id] = run
        while len(self._runs) > MOST_REMEMBERED:
            self._runs.popitem(last=False)
        task = asyncio.create_task(self._run(run))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return run

    def get(self, run_id: str) -> Validation | None:
        return self._runs.get(run_id)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self, run: Validation) -> None:
        async with self._one:
            folder = Path(tempfile.mkdtemp(prefix="roamdesk-story-"))
            try:
                await asyncio.to_thread(self._lay_out, folder, run)
                run.told = await self._ask(folder)
                run.state = "done"
            except (OSError, ValueError, TimeoutError, RuntimeError) as error:
                log.warning("story_validation_failed", why=repr(error)[:300])
                run.state, run.why = "failed", "Rasa 的校验没有跑完，请稍后再试。"
            finally:
                await asyncio.to_thread(shutil.rmtree, folder, True)

    def _lay_out(self, folder: Path, run: Validation) -> None:
        for name in COPIED:
            source = self._root / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=NOT_COPIED)
            elif source.exists():
                shutil.copy2(source, folder / name)
        path = folder / CANDIDATES[run.kind]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(run.text, encoding="utf-8")

    async def _ask(self, folder: Path) -> list[dict[str, Any]]:
        process = await asyncio.create_subprocess_exec(
            *self._command,
            str(folder),
            cwd=ROOT,
            env={**os.environ, "PYTHONUTF8": "1", "PYTHONWARNINGS": "ignore"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process.pid, POLITENESS)
        try:
            async with asyncio.timeout(SECONDS):
                out, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            raise RuntimeError(f"validation ended with {process.returncode}")
        last = out.decode("utf-8", "replace").strip().rsplit("\n", 1)[-1]
        answer = json.loads(last)
        return [dict(each) for each in answer["problems"]]
