"""`/console/overview`: who handles what, waiting times, and how suggestions fare."""

from typing import Any

from fastapi import Request
from nicegui import Client, ui

from web import shell
from web.panel import Panel
from web.shell import Desk, Seat

HERE = "/console/overview"
REREAD_SECONDS = 15.0
SOURCES = {
    "bot": "机器人",
    "tree": "诊断步骤",
    "knowledge": "知识",
    "phrase": "常用语",
    "history": "同事",
}
FATES = {"sent": "原样发出", "edited": "修改后发出", "rejected": "不采用", "ignored": "没有用"}


class Agents(Panel, component="agents.js"):
    """Who handles what."""


def install(desk: Desk) -> None:
    """Add the page to the staff's application."""

    @ui.page(HERE, title="现场概况 · RoamDesk")
    async def overview(request: Request, client: Client) -> None:
        seat = await shell.seat(desk, request, client, HERE)
        if seat is None:
            return
        shell.frame(seat, HERE, desk.news.queue.rehearsing)
        if not seat.may_supervise:
            shell.refuse("现场概况给班长使用，您的角色不能打开。")
            return
        _build(seat)


def _build(seat: Seat) -> None:
    with ui.element("main").classes("rd-page"):
        agents = Agents()
        with ui.element("div").classes("rd-plots"):
            hours = ui.echart(_plot("最近 24 小时：新会话与要人工", [], {})).classes("rd-plot")
            fates = ui.echart(_plot("最近 30 天：建议的去向", [], {})).classes("rd-plot")
    agents.on("pick", lambda e: ui.navigate.to(f"/console?c={e.args}"))

    async def read() -> None:
        seen = await seat.call(seat.person.get("/v1/desk/overview"))
        if seen is None:
            return
        agents.show(agents=seen["agents"], waiting=seen["waiting"], loaded=True)
        by_hour = seen["by_hour"]
        _replot(
            hours,
            "最近 24 小时：新会话与要人工",
            [row["hour"] for row in by_hour],
            {
                "新会话": [row["began"] for row in by_hour],
                "要人工": [row["asked_person"] for row in by_hour],
            },
        )
        by_source = {row["source"]: row for row in seen["suggestions"]["by_source"]}
        shown = [source for source in SOURCES if source in by_source]
        _replot(
            fates,
            "最近 30 天：建议的去向",
            [SOURCES[source] for source in shown],
            {title: [by_source[s][fate] for s in shown] for fate, title in FATES.items()},
            stacked=True,
        )

    seat.renewed = read
    ui.timer(REREAD_SECONDS, read)


def _replot(
    chart: ui.echart, title: str, names: list[str], rows: dict[str, Any], *, stacked: bool = False
) -> None:
    chart.options.clear()
    chart.options.update(_plot(title, names, rows, stacked=stacked))
    chart.update()


def _plot(
    title: str, names: list[str], rows: dict[str, Any], *, stacked: bool = False
) -> dict[str, Any]:
    return {
        "title": {"text": title, "textStyle": {"fontSize": 14, "fontWeight": "normal"}},
        "tooltip": {"trigger": "axis"},
        "legend": {"bottom": 0},
        "grid": {"left": 40, "right": 16, "top": 40, "bottom": 48},
        "xAxis": {"type": "category", "data": names},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [
            {"name": name, "type": "bar", "data": data, "stack": "all" if stacked else None}
            for name, data in rows.items()
        ],
    }
