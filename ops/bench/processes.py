"""CPU and memory of a tree of processes, by the part each process plays."""

from dataclasses import dataclass

import psutil  # type: ignore[import-untyped]

# The first mark found in a command line names the part; the leashes count with the supervisor.
PARTS = (
    ("leash.py", "supervisor"),
    ("-m api", "api"),
    ("rasa_sdk", "actions"),
    ("rasa run", "rasa"),
    ("bot.serve", "rasa"),
    ("-m ops", "supervisor"),
)
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Use:
    cpu_seconds: float
    rss_mb: float
    pss_mb: float


def use_by_part(*roots: int) -> dict[str, Use]:
    """What the given processes and all their children have used so far."""
    total: dict[str, Use] = {}
    for process in _family(roots):
        try:
            with process.oneshot():
                part = _part(" ".join(process.cmdline()))
                times, memory = process.cpu_times(), process.memory_full_info()
        except psutil.Error:
            continue
        before = total.get(part, Use(0, 0, 0))
        total[part] = Use(
            before.cpu_seconds + times.user + times.system,
            before.rss_mb + memory.rss / MEGABYTE,
            before.pss_mb + memory.pss / MEGABYTE,
        )
    return total


def _family(roots: tuple[int, ...]) -> list[psutil.Process]:
    found: dict[int, psutil.Process] = {}
    for root in roots:
        try:
            process = psutil.Process(root)
            found |= {each.pid: each for each in [process, *process.children(recursive=True)]}
        except psutil.Error:
            continue
    return list(found.values())


def _part(command: str) -> str:
    return next((part for mark, part in PARTS if mark in command), "other")
