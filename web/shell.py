"""What every staff page has: who is logged in, the bar on top, and logging in again in place.

The browser logs in at the API itself (web/staff/login.html); a page only learns the session's
secret from its own request, and anew through `/console/session` when it was renewed meanwhile.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Request, Response
from nicegui import Client, ui

from web.api_client import COOKIE, Api, ApiError, Person, SessionEnded
from web.news import News

FAVICON = (
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'><rect width='32' height='32' "
    "rx='8' fill='#0b5fbd'/><path d='M8 9h16v11H15l-5 4v-4H8z' fill='#fff'/></svg>"
)
HEAD = (
    '<link rel="stylesheet" href="/widget/tokens.css">'
    '<link rel="stylesheet" href="/staff/staff.css">'
    '<script src="/staff/staff.js"></script>'
)
NO_SUCH_PAGE = (
    '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>RoamDesk</title>'
    f'{HEAD}<body class="rd-login-page"><main><p>没有这个页面，请回到'
    '<a class="rd-tab" href="/console">会话</a></p></main></body></html>'
)
ROLES = {"agent": "坐席", "trainer": "训练师", "supervisor": "班长", "admin": "管理员"}
AGENTS = frozenset({"agent", "supervisor", "admin"})
SUPERVISORS = frozenset({"supervisor", "admin"})
TRAINERS = frozenset({"trainer", "supervisor", "admin"})

LINKS = (
    ("/console", "会话", AGENTS | {"trainer"}),
    ("/console/back-office", "后台核查", AGENTS),
    ("/console/phrases", "常用语", AGENTS),
    ("/console/overview", "现场概况", SUPERVISORS),
    ("/workbench", "审核", TRAINERS),
    ("/workbench/changes", "修改", TRAINERS),
    ("/workbench/stories", "故事", TRAINERS),
    ("/workbench/trees", "诊断树", TRAINERS),
    ("/workbench/articles", "文章与常用语", TRAINERS),
    ("/workbench/coverage", "覆盖", TRAINERS),
    ("/workbench/runs", "训练", TRAINERS),
    ("/workbench/practice", "练习", TRAINERS),
)


@dataclass
class Desk:
    """What all pages share, and who sits at each."""

    api: Api
    news: News
    seats: dict[str, "Seat"] = field(default_factory=dict)
    """By NiceGUI's client id."""


@dataclass
class Seat:
    """One open page: the person at it, and the API in their name."""

    desk: Desk
    person: Person
    who: dict[str, Any]
    asking: bool = False
    """The dialog to log in again is open."""
    renewed: Callable[[], Awaitable[None]] | None = None
    """What the page does when its person has logged in again."""

    @property
    def role(self) -> str:
        return str(self.who["role"])

    @property
    def may_answer(self) -> bool:
        return self.role in AGENTS

    @property
    def may_supervise(self) -> bool:
        return self.role in SUPERVISORS

    async def call(self, asked: Awaitable[Any]) -> Any:
        """Return what the API answers; None, with a word to the person, where it says no."""
        try:
            return await asked
        except SessionEnded:
            self.ask_to_log_in()
        except ApiError as error:
            ui.notify(error.message, type="warning", position="top", timeout=6000)
        return None

    def ask_to_log_in(self) -> None:
        """Ask in place: what was typed stays where it is."""
        if not self.asking:
            self.asking = True
            ui.run_javascript(f"rdStaff.logInAgain({str(self.who['username'])!r})")


async def seat(desk: Desk, request: Request, client: Client, path: str) -> Seat | None:
    """Return the seat of whoever opens a page; None (and off to the log-in) for nobody."""
    person = desk.api.as_person(request.cookies.get(COOKIE, ""))
    try:
        who = await person.get("/v1/me")
    except SessionEnded:
        ui.navigate.to(f"/console/login?next={path}")
        return None
    except ApiError as error:
        _blank(error.message)
        return None
    taken = Seat(desk, person, who)
    desk.seats[client.id] = taken
    client.on_delete(lambda: desk.seats.pop(client.id, None))
    return taken


def frame(taken: Seat, here: str, rehearsing: bool = False) -> None:
    """Draw the bar on top: where one can go, who one is, the keys, the way out."""
    ui.add_head_html(HEAD)
    with ui.element("header").classes("rd-bar"):
        ui.label("RoamDesk").classes("rd-brand")
        with ui.element("nav").props('aria-label="页面"'):
            for path, title, roles in LINKS:
                if taken.role in roles:
                    link = ui.link(title, path).classes("rd-tab")
                    if path == here:
                        link.props('aria-current="page"')
        if rehearsing:
            ui.label("演练").classes("rd-rehearsal").tooltip("产品时钟已被移动，不是真实时间")
        ui.element("span").classes("rd-spring")
        ui.label(f"{taken.who['name']} · {ROLES.get(taken.role, taken.role)}").classes("rd-who")
        ui.link("退出", "#").classes("rd-tab").on(
            "click.prevent", js_handler="() => rdStaff.logOut()"
        )


async def trainers_seat(
    desk: Desk, request: Request, client: Client, path: str, what: str
) -> Seat | None:
    """Return the seat of a trainer on a framed page; None where the page said why not.

    `what` names the page in that sentence: 审核, 诊断树.
    """
    taken = await seat(desk, request, client, path)
    if taken is None:
        return None
    frame(taken, path, desk.news.queue.rehearsing)
    if taken.role in TRAINERS:
        return taken
    refuse(f"{what}给训练师使用，您的角色不能打开。")
    return None


def refuse(sentence: str) -> None:
    """Say why there is nothing here for this person."""
    with ui.element("main").classes("rd-empty-page"):
        ui.label(sentence)


def _blank(sentence: str) -> None:
    ui.add_head_html(HEAD)
    refuse(sentence)
    ui.timer(3.0, lambda: ui.run_javascript("location.reload()"), once=True)


def router(desk: Desk) -> APIRouter:
    """The one route of the staff process beside its pages."""
    routes = APIRouter()

    @routes.post("/console/session/{client_id}", status_code=204)
    async def renew(client_id: str, request: Request) -> Response:
        """Take the new session's secret from the browser's cookie for a page that is open."""
        taken = desk.seats.get(client_id)
        secret = request.cookies.get(COOKIE, "")
        if taken is None or not secret:
            return Response(status_code=404)
        person = desk.api.as_person(secret)
        try:
            who = await person.get("/v1/me")
        except ApiError:
            return Response(status_code=401)
        if who["id"] != taken.who["id"]:
            return Response(status_code=409)  # somebody else: the page must not act for them
        taken.person, taken.asking = person, False
        if taken.renewed is not None:
            await taken.renewed()
        return Response(status_code=204)

    return routes
