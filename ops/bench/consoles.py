"""`python -m ops.bench.consoles`: what thirty open consoles cost, and how fast they are told.

A console here is what a browser is to the staff's process: it fetches the page, opens its socket,
picks a conversation, and notes when news of it arrives. Customers' turns are measured without any
console, while all of them open at once, and with all of them open, round after round.
"""

import asyncio
import dataclasses
import json
import os
import re
import time
import uuid
from dataclasses import dataclass, field
from statistics import median
from typing import Annotated, Any

import httpx2
import socketio  # type: ignore[import-untyped]
import typer

from ops.bench import scripts
from ops.bench.customers import drive_product
from ops.bench.processes import cpu_by_part, memory_by_part, of_part
from ops.bench.report import percentile
from ops.bench.servers import Server, product
from ops.settings import ROOT
from ops.terminal import Terminal

PASSWORD = "a password of the bench"  # noqa: S105
NEWS_WAIT_SECONDS = 10.0
SETTLE_SECONDS = 3.0
CUSTOMERS = 4
"""Talking in a closed loop: more than two cores can serve at once."""
MEMORY_PART = "staff"


@dataclass
class Console:
    """One open console; `arrived` notes when the transcript was given each text."""

    http: httpx2.AsyncClient
    url: str
    conversation: str
    open_seconds: float = 0.0
    arrived: dict[str, float] = field(default_factory=dict)
    suggested: list[tuple[float, int]] = field(default_factory=list)
    socket: socketio.AsyncClient | None = None

    async def open(self) -> None:
        began = time.perf_counter()
        page = await self.http.get("/console", params={"c": self.conversation})
        page.raise_for_status()
        found = re.search(r"'client_id': '([0-9a-f-]+)'", page.text)
        assert found is not None, page.text[:300]
        query = {
            "client_id": found.group(1),
            "next_message_id": 0,
            "implicit_handshake": "true",
            "document_id": str(uuid.uuid4()),
            "tab_id": str(uuid.uuid4()),
            "old_tab_id": "null",
        }
        socket = self.socket = socketio.AsyncClient()
        ready = asyncio.Event()

        @socket.on("*")  # type: ignore[untyped-decorator]
        def heard(event: str, data: Any) -> None:
            now, told = time.perf_counter(), json.dumps(data, ensure_ascii=False)
            if event == "run_javascript" and "runMethod" in told and "begin" in told:
                ready.set()
            if event == "run_javascript" and "take" in told:
                for text in re.findall(r"Q[0-9a-f]{12}", told):
                    self.arrived.setdefault(text, now)
            if event == "update" and '"items"' in told:
                self.suggested.append((now, told.count('"source_title"')))

        cookie = "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())
        await socket.connect(
            f"{self.url}?{'&'.join(f'{k}={v}' for k, v in query.items())}",
            socketio_path="/_nicegui_ws/socket.io",
            transports=["websocket"],
            headers={"Cookie": cookie},
        )
        async with asyncio.timeout(60):
            await ready.wait()
        self.open_seconds = time.perf_counter() - began

    async def close(self) -> None:
        if self.socket is not None:
            await self.socket.disconnect()
            if self.socket.eio.http is not None:  # its own session is left open otherwise
                await self.socket.eio.http.close()


class Talk:
    """One live conversation of the bench's own."""

    def __init__(self, http: httpx2.AsyncClient, opened: dict[str, Any]) -> None:
        self.id = str(opened["id"])
        self._http = http
        self._headers = {"Authorization": f"Bearer {opened['token']}"}

    async def say(self, text: str, wait: int = 0) -> None:
        body = {"client_id": str(uuid.uuid4()), "text": text}
        url = f"/v1/conversations/{self.id}/messages"
        answer = await self._http.post(
            url, params={"wait": wait} if wait else None, json=body, headers=self._headers
        )
        answer.raise_for_status()


async def measure(
    server: Server,
    terminal: Terminal,
    *,
    consoles: int,
    conversations: int,
    rounds: int,
    seconds: float,
) -> dict[str, Any]:
    url = f"http://127.0.0.1:{server.port}"
    said = scripts.load()
    async with httpx2.AsyncClient(base_url=url, timeout=60) as customers:
        talks = []
        for _ in range(conversations):
            answer = await customers.post("/v1/conversations", json={"channel": "web"})
            talks.append(Talk(customers, answer.json()))
        for talk in talks:
            await talk.say("我在台湾打不了电话", wait=20)
        await drive_product(server.port, said, CUSTOMERS, 5.0)  # warm
        people = [await _person(url, number) for number in range(consoles)]
        loads: list[dict[str, Load]] = []
        open_seconds: list[float] = []
        agents: list[Console] = []
        for number in range(rounds):
            # A round is compared within itself: a shared machine is not as fast a minute later.
            await _close(agents)
            await _fresh_staff_process(server, url)
            terminal.line("bench", f"第 {number + 1} 轮：{consoles} 个坐席台同时打开……")
            load = {"alone": await _load(server, said, seconds)}
            memory_before = _staff_memory(server)
            agents = [
                Console(person, url, talks[place % len(talks)].id)
                for place, person in enumerate(people)
            ]
            opening = asyncio.create_task(_load(server, said, seconds))
            await asyncio.gather(*(agent.open() for agent in agents))
            open_seconds += [agent.open_seconds for agent in agents]
            load["while they open"] = await opening
            await asyncio.sleep(SETTLE_SECONDS)
            memory_after = _staff_memory(server)
            load["with them open"] = await _load(server, said, seconds)
            loads.append(load)
        for agent in agents:
            body = {"mode": "copilot"}
            await agent.http.put(f"/v1/conversations/{agent.conversation}/mode", json=body)
        told, suggested = await _news(agents, {talk.id: talk for talk in talks}, seconds)
        await _close(agents)
        for person in people:
            await person.aclose()
    return {
        "consoles": consoles,
        "conversations": conversations,
        "rounds": [
            {part: dataclasses.asdict(figures) for part, figures in load.items()} for load in loads
        ],
        "ratio_while_they_open": _ratios(loads, "while they open"),
        "ratio_with_them_open": _ratios(loads, "with them open"),
        "open_seconds_p50": round(percentile(open_seconds, 50), 2),
        "message_in_console_ms": _figures(told),
        "suggestions_after_turn_ms": _figures(suggested),
        "memory_per_console_mb": round((memory_after - memory_before) / consoles, 2),
        "memory_staff_process_mb": round(memory_after, 1),
    }


@dataclass(frozen=True)
class Load:
    """What customers in a closed loop were given, and what each part used of one core."""

    turn_p95_ms: int
    turns_per_second: float
    failed: int
    cores: dict[str, float]

    @property
    def cpu_ms_a_turn(self) -> float:
        """CPU of the whole product for each turn."""
        return 1000 * sum(self.cores.values()) / self.turns_per_second


async def _load(server: Server, said: list[scripts.Script], seconds: float) -> Load:
    before = cpu_by_part(*server.pids)
    load = await drive_product(server.port, said, CUSTOMERS, seconds)
    used = {part: cpu - before.get(part, 0.0) for part, cpu in cpu_by_part(*server.pids).items()}
    return Load(
        round(percentile(load.turn_ms, 95)),
        round(load.turns_per_second, 1),
        len(load.failures),
        {part: round(cpu / load.seconds, 2) for part, cpu in used.items()},
    )


def _ratios(loads: list[dict[str, Load]], part: str) -> dict[str, Any]:
    """How much slower than alone in the same round: p95 of turns, and CPU for each of them."""
    p95 = [load[part].turn_p95_ms / load["alone"].turn_p95_ms for load in loads]
    cpu = [load[part].cpu_ms_a_turn / load["alone"].cpu_ms_a_turn for load in loads]
    return {
        "turn_p95": round(median(p95), 2),
        "turn_p95_rounds": [round(each, 2) for each in p95],
        "cpu_a_turn": round(median(cpu), 2),
    }


def _staff_memory(server: Server) -> float:
    return memory_by_part(*server.pids)[MEMORY_PART].pss_mb


async def _close(agents: list[Console]) -> None:
    for agent in agents:
        await agent.close()


async def _fresh_staff_process(server: Server, url: str) -> None:
    """Let the supervisor start the staff's process anew: closed pages live on there for a while."""
    for process in of_part(MEMORY_PART, *server.pids):
        process.terminate()
    async with httpx2.AsyncClient(base_url=url, timeout=60) as http, asyncio.timeout(60):
        await asyncio.sleep(1)
        while (await http.get("/console")).status_code == 503:  # noqa: ASYNC110
            await asyncio.sleep(0.2)


async def _person(url: str, number: int) -> httpx2.AsyncClient:
    """Make an account as the admin, and log in as it."""
    async with httpx2.AsyncClient(base_url=url, timeout=60) as admin:
        password = os.environ["ROAMDESK_ADMIN_PASSWORD"]
        login = {"username": "admin", "password": password}
        (await admin.post("/v1/auth/login", json=login)).raise_for_status()
        name = f"bench-{number}-{uuid.uuid4().hex[:4]}"
        body = {"username": name, "password": PASSWORD, "name": name, "role": "agent"}
        (await admin.post("/v1/staff", json=body)).raise_for_status()
    http = httpx2.AsyncClient(base_url=url, timeout=60)
    login = {"username": name, "password": PASSWORD}
    (await http.post("/v1/auth/login", json=login)).raise_for_status()
    return http


async def _news(
    agents: list[Console], talks: dict[str, Talk], seconds: float
) -> tuple[list[float], list[float]]:
    """Customers speak one after another; when is it in the console, when are the suggestions?"""
    told: list[float] = []
    suggested: list[float] = []
    deadline = time.perf_counter() + seconds
    turn = 0
    while time.perf_counter() < deadline:
        agent = agents[turn % len(agents)]
        turn += 1
        mark = f"Q{uuid.uuid4().hex[:12]}"
        began = time.perf_counter()
        seen = len(agent.suggested)
        await talks[agent.conversation].say(f"{mark} PRL 是什么", wait=20)
        done = time.perf_counter()  # the bot's turn is over
        while mark not in agent.arrived and time.perf_counter() - began < NEWS_WAIT_SECONDS:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        told.append((agent.arrived.get(mark, began + NEWS_WAIT_SECONDS) - began) * 1000)
        while not _fresh(agent, seen, began):
            if time.perf_counter() - done > NEWS_WAIT_SECONDS:
                break
            await asyncio.sleep(0.005)
        at = [when for when, count in agent.suggested[seen:] if count]
        suggested.append(max(0.0, (at[-1] if at else done + NEWS_WAIT_SECONDS) - done) * 1000)
        await asyncio.sleep(0.05)
    return told, suggested


def _fresh(agent: Console, seen: int, began: float) -> bool:
    return any(count and when > began for when, count in agent.suggested[seen:])


def _figures(ms: list[float]) -> dict[str, Any]:
    return {"n": len(ms), "p50": round(percentile(ms, 50)), "p95": round(percentile(ms, 95))}


async def bench(**sizes: Any) -> dict[str, Any]:
    os.environ.setdefault("ROAMDESK_ADMIN_PASSWORD", PASSWORD)
    terminal = Terminal()
    async with product(terminal) as server:
        return await measure(server, terminal, **sizes)


def main(
    consoles: Annotated[int, typer.Option(min=1, help="Consoles open at once.")] = 30,
    conversations: Annotated[int, typer.Option(min=1, help="Live conversations.")] = 100,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds of alone, opening and open.")] = 3,
    seconds: Annotated[float, typer.Option(min=5, help="Length of each part.")] = 15,
) -> None:
    """Latency of news and suggestions, memory a console, and what consoles cost customers."""
    sizes = {"consoles": consoles, "conversations": conversations, "rounds": rounds}
    found = asyncio.run(bench(**sizes, seconds=seconds))
    path = ROOT / "results" / "bench-consoles.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    typer.run(main)
