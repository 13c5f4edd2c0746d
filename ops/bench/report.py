"""The bench's figures: medians of the rounds, beside what was aimed at, as a table and as JSON."""

import json
import os
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from ops.bench.customers import Round
from ops.bench.processes import Memory


@dataclass(frozen=True)
class Summary:
    """One side over all its rounds: medians of the rounds, sums of what must not happen."""

    turns_per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    turns: int
    failed: int
    conversations: int
    cpu_ms_per_turn: dict[str, float]
    client_cpu_ms_per_turn: float
    rss_mb: dict[str, float]
    pss_mb: dict[str, float]
    start_seconds: float


@dataclass(frozen=True)
class Target:
    name: str
    aim: str
    figure: str
    met: bool


def summarise(
    rounds: Sequence[Round],
    spent: Sequence[dict[str, float]],
    memory: dict[str, Memory],
    start_seconds: float,
) -> Summary:
    def middle(of: Callable[[Round], float]) -> float:
        return round(statistics.median([of(each) for each in rounds]), 1)

    turns = sum(len(each.turn_ms) for each in rounds)
    parts = sorted({part for each in spent for part in each})
    return Summary(
        turns_per_second=middle(lambda each: each.turns_per_second),
        p50_ms=middle(lambda each: percentile(each.turn_ms, 50)),
        p95_ms=middle(lambda each: percentile(each.turn_ms, 95)),
        p99_ms=middle(lambda each: percentile(each.turn_ms, 99)),
        turns=turns,
        failed=sum(len(each.failures) for each in rounds),
        conversations=sum(each.conversations for each in rounds),
        cpu_ms_per_turn={
            part: round(sum(each.get(part, 0.0) for each in spent) * 1000 / max(turns, 1), 2)
            for part in parts
        },
        client_cpu_ms_per_turn=round(
            sum(each.client_cpu_seconds for each in rounds) * 1000 / max(turns, 1), 2
        ),
        rss_mb={part: round(use.rss_mb) for part, use in memory.items()},
        pss_mb={part: round(use.pss_mb) for part, use in memory.items()},
        start_seconds=round(start_seconds, 1),
    )


def percentile(values: Sequence[float], percent: float) -> float:
    """Nearest rank; 0 of nothing."""
    ordered = sorted(values)
    if not ordered:
        return 0.0
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def targets(ours: Summary, peer: Summary | None) -> list[Target]:
    """What the product is to reach on two cores with ten customers at once."""
    memory_gb = sum(ours.pss_mb.values()) / 1000
    found = [
        Target("turns/s", "≥ 25", f"{ours.turns_per_second:.1f}", ours.turns_per_second >= 25),
        Target("p95", "≤ 500 ms", f"{ours.p95_ms:.0f} ms", ours.p95_ms <= 500),
        Target("failed turns", "0", str(ours.failed), ours.failed == 0),
        Target("memory, all processes (PSS)", "≤ 1.6 GB", f"{memory_gb:.2f} GB", memory_gb <= 1.6),
    ]
    if peer and peer.turns_per_second:
        ratio = ours.turns_per_second / peer.turns_per_second
        found.append(Target("× stock peer", "≥ 6", f"{ratio:.1f}", ratio >= 6))
    return found


def show(console: Console, ours: Summary, peer: Summary | None) -> None:
    sides = {"RoamDesk": ours} | ({"stock Rasa": peer} if peer else {})
    table = Table("", *sides, title="medians of the rounds", title_justify="left")
    rows: dict[str, Callable[[Summary], str]] = {
        "turns/s": lambda side: f"{side.turns_per_second:.1f}",
        "p50 / p95 / p99 ms": lambda side: (
            f"{side.p50_ms:.0f} / {side.p95_ms:.0f} / {side.p99_ms:.0f}"
        ),
        "failed / turns": lambda side: f"{side.failed} / {side.turns}",
        "whole conversations": lambda side: str(side.conversations),
        "start to served, s": lambda side: f"{side.start_seconds:.1f}",
    }
    for name, cell in rows.items():
        table.add_row(name, *(cell(side) for side in sides.values()))
    for part in sorted({part for side in sides.values() for part in side.cpu_ms_per_turn}):
        table.add_row(
            f"CPU ms a turn: {part}",
            *(f"{side.cpu_ms_per_turn.get(part, 0):.1f}" for side in sides.values()),
        )
    table.add_row(
        "CPU ms a turn: the client", *(f"{s.client_cpu_ms_per_turn:.1f}" for s in sides.values())
    )
    for part in sorted({part for side in sides.values() for part in side.rss_mb}):
        table.add_row(
            f"memory MB, RSS (PSS): {part}",
            *(f"{s.rss_mb.get(part, 0):.0f} ({s.pss_mb.get(part, 0):.0f})" for s in sides.values()),
        )
    console.print(table)
    aims = Table("target", "aim", "reached", "")
    for target in targets(ours, peer):
        style = "green" if target.met else "bold red"
        aims.add_row(
            target.name, target.aim, target.figure, "yes" if target.met else "NO", style=style
        )
    console.print(aims)


def write(
    path: Path, ours: Summary, peer: Summary | None, rounds: dict[str, Any], options: dict[str, Any]
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {
        "options": options,
        "cores": os.cpu_count(),
        "roamdesk": asdict(ours),
        "stock_rasa": asdict(peer) if peer else None,
        "targets": [asdict(target) for target in targets(ours, peer)],
        "rounds": rounds,
    }
    path.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
