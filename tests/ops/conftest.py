"""Real processes under a real keeper, and ways to look at them from outside."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 10.0

FOREVER = "import time; time.sleep(600)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
PARENT = (
    "import subprocess, sys, time; "
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); "
    "open('grandchild.pid', 'w').write(str(child.pid)); time.sleep(600)"
)


def until[T](look: Callable[[], T], what: str, seconds: float = PATIENCE_SECONDS) -> T:
    """The first true answer of `look`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := look():
            return answer
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds:g} s: {what}")


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


class Kept:
    """A keeper in a process of its own."""

    def __init__(self, data: Path, children: dict[str, str]) -> None:
        self.data = data
        self.process = subprocess.Popen(
            [
                *(sys.executable, str(Path(__file__).with_name("keep_these.py")), str(data)),
                *(f"{name}={script}" for name, script in children.items()),
            ],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def pid(self, name: str, other_than: int | None = None) -> int:
        """The pid of a child (not of its leash), once it has one."""
        return until(lambda: self._pid(name, other_than), f"{name} has a pid")

    def _pid(self, name: str, other_than: int | None) -> int | None:
        try:
            pid = int((self.data / "run" / f"{name}.pid").read_text())
        except (OSError, ValueError):
            return None
        return pid if pid != other_than and alive(pid) else None

    def grandchild(self) -> int:
        file = self.data / "grandchild.pid"
        return until(lambda: int(file.read_text() or 0) if file.exists() else 0, "a grandchild")

    def end(self, number: int) -> str:
        """Send a signal, wait for the end, and give back all that was printed."""
        self.process.send_signal(number)
        output, _ = self.process.communicate(timeout=PATIENCE_SECONDS)
        return output


@pytest.fixture
def keep(tmp_path: Path) -> Iterator[Callable[..., Kept]]:
    started: list[Kept] = []

    def start(**children: str) -> Kept:
        started.append(Kept(tmp_path, children))
        return started[-1]

    yield start
    for kept in started:
        if kept.process.poll() is None:
            kept.end(signal.SIGKILL)
