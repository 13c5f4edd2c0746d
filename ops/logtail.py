"""Shows on the terminal the lines of a child's log that a person should see."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

from ops.child import keep_log_small

POLL_SECONDS = 0.2
BURST_LINES = 12
BURST_SECONDS = 10.0

_NOTABLE = re.compile(
    r"\b(ERROR|CRITICAL|FATAL|error|critical)\b|^\w*(Error|Exception)\b|密码|[Pp]assword"
)
_PROGRESS = re.compile(r"\d+(\.\d+)? s\b|training |roamdesk-|epoch ")
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def notable(line: str) -> bool:
    """True for a line that says something failed, or tells the first password."""
    return bool(_NOTABLE.search(line))


def progress(line: str) -> bool:
    """True for what a training says of itself; Rasa's own chatter stays in the log."""
    return bool(_PROGRESS.match(line)) or notable(line)


def everything(line: str) -> bool:
    return bool(line)


def last_lines(log: Path, count: int = 3) -> list[str]:
    """The end of a log, for a child that died young: its reason is seldom marked as an error."""
    try:
        text = log.read_bytes()[-4000:].decode("utf-8", "replace")
    except OSError:
        return []
    return [_ANSI.sub("", line).strip() for line in text.splitlines() if line.strip()][-count:]


class LogTail:
    """Follows one log from its present end. A burst is cut short with a pointer to the file."""

    def __init__(
        self, log: Path, show: Callable[[str, str], None], wanted: Callable[[str], bool] = notable
    ) -> None:
        self._log = log
        self._show = show
        self._wanted = wanted
        self._offset = log.stat().st_size if log.exists() else 0
        self._rest = b""
        self._burst_ends = 0.0
        self._burst_lines = 0

    async def follow(self) -> None:
        while True:
            self.read_on()
            await asyncio.sleep(POLL_SECONDS)

    def read_on(self) -> None:
        """Show what has come since the last call."""
        try:
            size = self._log.stat().st_size
        except FileNotFoundError:
            return
        if size < self._offset:
            self._offset = 0
        if size == self._offset:
            return
        with self._log.open("rb") as file:
            file.seek(self._offset)
            news = file.read(1_000_000)
        self._offset += len(news)
        *lines, self._rest = (self._rest + news).replace(b"\r", b"\n").split(b"\n")
        for raw in lines:
            line = _ANSI.sub("", raw.decode("utf-8", "replace")).strip()
            if line and self._wanted(line):
                self._show_sparingly(line)
        if self._offset == size:
            keep_log_small(self._log)

    def _show_sparingly(self, line: str) -> None:
        now = asyncio.get_running_loop().time()
        if now > self._burst_ends:
            self._burst_ends, self._burst_lines = now + BURST_SECONDS, 0
        self._burst_lines += 1
        if self._wanted is not notable or self._burst_lines <= BURST_LINES:
            self._show(line, "")
        elif self._burst_lines == BURST_LINES + 1:
            self._show(f"…… 还有更多，见 {self._log}", "dim")
