"""Keeps children alive: one that dies is started again after a growing pause; all end together."""

import asyncio
import contextlib
from collections.abc import Callable

from ops.child import Child, Spec, log_file
from ops.logtail import LogTail, everything, last_lines, notable, progress
from ops.settings import Settings
from ops.terminal import Terminal

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
HEALTHY_SECONDS = 60.0  # a child that lived so long starts again at the first pause


class Keeper:
    def __init__(
        self,
        settings: Settings,
        terminal: Terminal,
        *,
        verbose: bool = False,
        on_hopeless: Callable[[Spec], None] = lambda spec: None,
    ) -> None:
        self._settings = settings
        self._terminal = terminal
        self._verbose = verbose
        self._on_hopeless = on_hopeless
        self._keeping: dict[str, asyncio.Task[None]] = {}
        self._children: dict[str, Child] = {}
        self._tails: set[asyncio.Task[None]] = set()
        self._stopping = False

    def keep(self, spec: Spec, again: Callable[[], Spec] | None = None) -> None:
        """Start the child and start it again whenever it ends, until `stop`.

        `again` makes the Spec of a new start, where something may have changed since the first.
        """
        self._keeping[spec.name] = asyncio.create_task(self._keep(spec, again), name=spec.name)

    async def run_once(self, spec: Spec) -> int:
        """Run a child to its end with its progress on the terminal. Returns its exit code."""
        async with self._tail(spec, everything if self._verbose else progress):
            child = await self._start(spec)
            code = await child.wait()
            self._children.pop(spec.name, None)
        return code

    async def stop(self, name: str | None = None) -> None:
        """End one child or all of them, at the same time; nothing is started again afterwards."""
        if name is None:
            self._stopping = True
        names = [name] if name else [*self._keeping, *self._children]
        tasks = [
            task
            for task in (self._keeping.pop(each, None) for each in dict.fromkeys(names))
            if task
        ]
        for task in tasks:
            task.cancel()
        # A start that is under way ends first, so that no child is born behind our back.
        await asyncio.gather(*tasks, return_exceptions=True)
        children = [
            child
            for child in (self._children.pop(each, None) for each in dict.fromkeys(names))
            if child
        ]
        await asyncio.gather(*(child.stop() for child in children))
        if name is None:
            for tail in self._tails:
                tail.cancel()

    async def _keep(self, spec: Spec, again: Callable[[], Spec] | None) -> None:
        pause = FIRST_PAUSE_SECONDS
        loop = asyncio.get_running_loop()
        name = spec.title if not spec.title.isascii() else spec.title + " "
        log = log_file(spec, self._settings.logs)
        async with self._tail(spec, everything if self._verbose else notable):
            while not self._stopping:
                began = loop.time()
                child = await self._start(spec)
                code = await child.wait()
                lived = loop.time() - began
                if lived >= HEALTHY_SECONDS:
                    pause = FIRST_PAUSE_SECONDS
                elif not self._verbose:
                    for line in last_lines(log):
                        self._terminal.line(spec.name, line, "dim")
                if code in spec.hopeless_codes:
                    self._terminal.line(spec.name, f"{name}不能启动（{describe(code)}）", "bad")
                    self._on_hopeless(spec)
                    return
                self._terminal.line(
                    spec.name,
                    f"{name}意外退出（{describe(code)}），{pause:g} 秒后重新启动，"
                    f"其余照常运行。日志：{log}",
                    "bad",
                )
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
                spec = again() if again is not None else spec

    async def _start(self, spec: Spec) -> Child:
        start = asyncio.ensure_future(
            Child.start(spec, logs=self._settings.logs, run=self._settings.run)
        )
        try:
            child = await asyncio.shield(start)
        except asyncio.CancelledError:
            self._children[spec.name] = await start
            raise
        self._children[spec.name] = child
        return child

    @contextlib.asynccontextmanager
    async def _tail(self, spec: Spec, wanted: Callable[[str], bool]):  # type: ignore[no-untyped-def]
        tail = LogTail(
            log_file(spec, self._settings.logs),
            lambda line, style: self._terminal.line(spec.name, line, style),
            wanted,
        )
        task = asyncio.create_task(tail.follow())
        self._tails.add(task)
        try:
            yield
        finally:
            task.cancel()
            self._tails.discard(task)
            tail.read_on()


def describe(code: int) -> str:
    """An exit code in words: `退出码 1`, `信号 9`."""
    return f"信号 {code - 128}" if code > 128 else f"退出码 {code}"
