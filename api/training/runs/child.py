"""A process of the bot's environment on a leash: it goes when we go, and is read line by line."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from api.settings import ROOT

LEASH = ROOT / "ops" / "leash.py"
GRACE_SECONDS = 3.0
LONGEST_LINE = 1024 * 1024

QUIET = {
    "PYTHONUTF8": "1",
    "PYTHONUNBUFFERED": "1",
    "PYTHONDONTWRITEBYTECODE": "",
    "PYTHONWARNINGS": "ignore",
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
}


class Child:
    """A started command. Its exit code is 128 + N where signal N ended it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(
        cls,
        command: Sequence[str],
        pid_file: Path,
        cwd: Path = ROOT,
        env: Mapping[str, str] | None = None,
        output: int | None = None,
    ) -> "Child":
        """Start it; `output` is an open file that takes what it prints, else `lines` gives it."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", str(LEASH), str(GRACE_SECONDS), str(pid_file)),
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE if output is None else output,
            stderr=asyncio.subprocess.STDOUT,
            cwd=cwd,
            env={**os.environ, **QUIET, **(env or {})},
            start_new_session=True,
            limit=LONGEST_LINE,
        )
        return cls(process)

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    async def lines(self, patience_seconds: float) -> AsyncIterator[str]:
        """Yield what it prints until it ends.

        Raises:
            TimeoutError: it said nothing for so long.
        """
        assert self._process.stdout is not None
        while True:
            try:
                async with asyncio.timeout(patience_seconds):
                    line = await self._process.stdout.readline()
            except ValueError:
                continue  # longer than anybody reads: dropped
            if not line:
                return
            yield line.decode("utf-8", "replace").rstrip()

    async def wait(self) -> int:
        return await self._process.wait()

    async def stop(self) -> None:
        """End it and all that it started."""
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GRACE_SECONDS + 1):
                await self._process.wait()
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()


def as_json(line: str) -> dict[str, Any] | None:
    """Return a line that is one JSON object."""
    if not line.startswith("{"):
        return None
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
