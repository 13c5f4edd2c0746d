"""One child process: how it is started, what it writes where, how it is ended."""

import asyncio
import contextlib
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

LEASH = Path(__file__).with_name("leash.py")
LOG_LIMIT_BYTES = 20_000_000
GRACE_SECONDS = 4.0
LEASH_MARGIN_SECONDS = 1.0


@dataclass(frozen=True)
class Spec:
    """What to run and what to call it. `name` is the log's and the pid file's name."""

    name: str
    title: str
    command: Sequence[str]
    cwd: Path
    env: Mapping[str, str] = field(default_factory=dict)
    grace_seconds: float = GRACE_SECONDS
    hopeless_codes: frozenset[int] = frozenset()  # ended so, a new start would end the same way


class Child:
    """A started Spec. It writes straight into its log file: a paused terminal never holds it up."""

    def __init__(self, spec: Spec, process: asyncio.subprocess.Process) -> None:
        self.spec = spec
        self._process = process

    @classmethod
    async def start(cls, spec: Spec, *, logs: Path, run: Path) -> "Child":
        log = log_file(spec, logs)
        with open(  # noqa: ASYNC230 (one local open, before anything is served)
            os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab", buffering=0
        ) as output:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", str(LEASH)),
                *(str(spec.grace_seconds), str(pid_file(spec.name, run)), *spec.command),
                stdin=asyncio.subprocess.PIPE,
                stdout=output,
                stderr=asyncio.subprocess.STDOUT,
                cwd=spec.cwd,
                env={**os.environ, **spec.env},
                start_new_session=True,
            )
        return cls(spec, process)

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    async def wait(self) -> int:
        """The child's exit code; 128 + N where signal N ended it."""
        return await self._process.wait()

    async def stop(self) -> None:
        """SIGTERM to the child's whole group, SIGKILL after the grace, and wait for the end."""
        if self.alive:
            self._process.terminate()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(
                self._process.wait(), self.spec.grace_seconds + LEASH_MARGIN_SECONDS
            )
        if self.alive:
            self._process.kill()  # the leash itself hangs: the kernel ends its child with it
            await self._process.wait()


def log_file(spec: Spec, logs: Path) -> Path:
    return logs / f"{spec.name}.log"


def pid_file(name: str, run: Path) -> Path:
    """Holds the pid of the child itself, not of the leash before it."""
    return run / f"{name}.pid"


def keep_log_small(log: Path) -> None:
    """Move a large log aside in place, since the child keeps its file open."""
    with contextlib.suppress(OSError):
        if log.stat().st_size > LOG_LIMIT_BYTES:
            shutil.copyfile(log, log.with_suffix(".log.1"))
            os.truncate(log, 0)
