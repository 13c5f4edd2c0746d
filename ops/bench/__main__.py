"""`python -m ops.bench`: drives the product and a stock Rasa bot in turns."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console

from ops.bench import report, scripts
from ops.bench.customers import Round, drive_peer, drive_product
from ops.bench.processes import cpu_by_part, memory_by_part
from ops.bench.servers import BenchError, Server, peer, product
from ops.settings import ROOT
from ops.terminal import Terminal

WARM_UP_SECONDS = 5.0
SHOWN_FAILURES = 5


class Side:
    """One of the two systems and what its rounds gave."""

    def __init__(self, name: str, server: Server) -> None:
        self.name = name
        self.server = server
        self.rounds: list[Round] = []
        self.spent: list[dict[str, float]] = []

    def used(self) -> dict[str, float]:
        return cpu_by_part(*self.server.pids)

    def summary(self) -> report.Summary:
        memory = memory_by_part(*self.server.pids)
        return report.summarise(self.rounds, self.spent, memory, self.server.start_seconds)


async def bench(
    terminal: Terminal, *, rounds: int, customers: int, seconds: float, with_peer: bool
) -> tuple[Side, Side | None]:
    said = scripts.load()
    async with AsyncExitStack() as stack:
        rival = None
        if with_peer:
            rival = Side("stock Rasa", await stack.enter_async_context(peer(terminal)))
        ours = Side("RoamDesk", await stack.enter_async_context(product(terminal)))
        terminal.line("bench", f"预热，再跑 {rounds} 轮，每轮 {customers} 位客户 {seconds:g} 秒……")
        warm = await drive_product(ours.server.port, said, customers, WARM_UP_SECONDS)
        words = warm.transcripts
        if rival and words:
            await drive_peer(rival.server.port, words, customers, WARM_UP_SECONDS)
        for number in range(1, rounds + 1):
            used = ours.used()
            result = await drive_product(ours.server.port, said, customers, seconds)
            _note(terminal, ours, result, used, number)
            words = result.transcripts or words
            if rival and words:
                used = rival.used()
                result = await drive_peer(rival.server.port, words, customers, seconds)
                _note(terminal, rival, result, used, number)
        _say_ends(terminal, ours)
        ours_summary = ours.summary()
        rival_summary = rival.summary() if rival else None
    console = Console()
    report.show(console, ours_summary, rival_summary)
    path = ROOT / "results" / "bench.json"
    options = {"rounds": rounds, "customers": customers, "seconds": seconds}
    details = {
        side.name: [_without_bulk(each) for each in side.rounds] for side in (ours, rival) if side
    }
    report.write(path, ours_summary, rival_summary, details, options)
    console.print(f"{path.relative_to(ROOT)}")
    return ours, rival


def _note(
    terminal: Terminal, side: Side, result: Round, used: dict[str, float], number: int
) -> None:
    now = side.used()
    side.rounds.append(result)
    side.spent.append({part: now[part] - used.get(part, 0.0) for part in now})
    p95 = report.percentile(result.turn_ms, 95)
    terminal.line(
        "bench",
        f"第 {number} 轮 {side.name}：{result.turns_per_second:.1f} 轮次/秒，"
        f"p95 {p95:.0f} ms，失败 {len(result.failures)}",
        "bad" if result.failures else "",
    )
    for failure in result.failures[:SHOWN_FAILURES]:
        terminal.line("bench", f"  {failure}", "dim")


def _say_ends(terminal: Terminal, ours: Side) -> None:
    """Speed with wrong answers would be no speed."""
    whole = sum(each.conversations for each in ours.rounds)
    meant = sum(each.as_meant for each in ours.rounds)
    terminal.line("bench", f"{whole} 个完整会话中 {meant} 个得出剧本所写的结论")
    ends: dict[str, int] = {}
    for each in ours.rounds:
        for end, times in each.other_ends.items():
            ends[end] = ends.get(end, 0) + times
    for end, times in sorted(ends.items(), key=lambda item: -item[1]):
        terminal.line("bench", f"  {times} × {end}", "warn")


def _without_bulk(result: Round) -> dict[str, object]:
    bulk = ("turn_ms", "transcripts")
    return {key: value for key, value in asdict(result).items() if key not in bulk}


def main(
    rounds: Annotated[int, typer.Option(min=1, help="Rounds of each side, in turns.")] = 3,
    customers: Annotated[int, typer.Option(min=1, help="Customers at once.")] = 10,
    seconds: Annotated[float, typer.Option(min=1, help="Length of one round.")] = 20,
    with_peer: Annotated[
        bool, typer.Option("--peer/--no-peer", help="Train and drive the stock bot too.")
    ] = True,
) -> None:
    """Turns a second, latency, CPU and memory, beside a stock Rasa bot on the same words."""
    terminal = Terminal()
    try:
        ours, _ = asyncio.run(
            bench(
                terminal, rounds=rounds, customers=customers, seconds=seconds, with_peer=with_peer
            )
        )
    except BenchError as error:
        terminal.line("bench", str(error), "bad")
        raise typer.Exit(1) from None
    if any(each.failures for each in ours.rounds):
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
