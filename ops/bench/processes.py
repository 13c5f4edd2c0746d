"""CPU and memory of a tree of processes, by the part each process plays."""

from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass

import psutil  # type: ignore[import-untyped]

# The first mark found in a command line names the part; the leashes count with the supervisor.
PARTS = (
    ("leash.py", "supervisor"),
    ("-m api", "api"),
    ("-m web", "staff"),
    ("rasa_sdk", "actions"),
    ("rasa run", "rasa"),
    ("bot.serve", "rasa"),
    ("-m ops", "supervisor"),
)
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Memory:
    rss_mb: float
    pss_mb: float


def cpu_by_part(*roots: int) -> dict[str, float]:
    """CPU seconds of the given processes and all their children so far."""
    total: dict[str, float] = defaultdict(float)
    for process in _family(roots):
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total[_part(process)] += times.user + times.system
    return dict(total)


def memory_by_part(*roots: int) -> dict[str, Memory]:
    """Resident memory, and its proportional share where pages are shared. Slow: reads all maps."""
    total: dict[str, Memory] = {}
    for process in _family(roots):
        with suppress(psutil.NoSuchProcess):
            part, memory = _part(process), process.memory_full_info()
            before = total.get(part, Memory(0, 0))
            total[part] = Memory(
                before.rss_mb + memory.rss / MEGABYTE, before.pss_mb + memory.pss / MEGABYTE
            )
    return total


def of_part(part: str, *roots: int) -> list[psutil.Process]:
    """Return the processes that play a part."""
    return [process for process in _family(roots) if _part(process) == part]


def _family(roots: tuple[int, ...]) -> list[psutil.Process]:
    found: dict[int, psutil.Process] = {}
    for root in roots:
        try:
            process = psutil.Process(root)
            found |= {each.pid: each for each in [process, *process.children(recursive=True)]}
        except psutil.Error:
            continue
    return list(found.values())


def _part(process: psutil.Process) -> str:
    command = " ".join(process.cmdline())
    return next((part for mark, part in PARTS if mark in command), "other")
