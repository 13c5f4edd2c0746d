"""Puts the parts together: settings in, a FastAPI application out."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import FileResponse, Response
from fastapi.staticfiles import StaticFiles

from api import backoffice, clock, errors, health
from api.assist import endpoints as assist
from api.assist.service import Assist
from api.attachments import endpoints as attachments
from api.attachments.fetcher import Attachments
from api.audit import endpoints as audit
from api.audit.service import Looks
from api.bot_gateway import BotGateway
from api.cards import Tables
from api.cards import endpoints as cards
from api.channels import pictures, web
from api.channels.join import endpoints as join
from api.channels.join import links
from api.channels.wechat import endpoints as wechat
from api.channels.wechat.media import Media
from api.channels.wechat.service import WeChat, reaches_by
from api.conversations import endpoints as conversations
from api.conversations.claims import ClaimWatch
from api.conversations.turn import Turns
from api.database import Database
from api.desk import endpoints as desk_routes
from api.desk import feed
from api.diagnosis.library import read_document
from api.events import Broker
from api.events_postgres import PostgresRelay
from api.interview import endpoints as interview
from api.interview import places
from api.interview.replies import Desk
from api.interview.service import Interview
from api.limits import Limits
from api.people import endpoints as people
from api.people import service as people_service
from api.phrases import endpoints as phrases
from api.phrases import service as phrases_service
from api.phrases.schemas import NewPhrase
from api.settings import DATA, ROOT, Settings
from api.staff_pages import LOGIN, PassThrough, StaffPages
from api.tickets import endpoints as tickets
from api.tickets.calendar import WorkCalendar, load_calendar
from api.training import workbench
from api.training.drafts.live import LiveTexts
from api.training.practice import endpoints as practice
from api.training.practice.candidate import Candidate
from api.training.practice.service import Practice
from api.training.runs import endpoints as training_runs
from api.training.runs.replay import put_right
from api.training.runs.runner import Runner
from api.training.runs.service import Trainings
from api.training.runs.workshop import Workshop

log = structlog.get_logger()

MAX_BODY_BYTES = 1024 * 1024
WATCH_SECONDS = 2.0
DRAIN_SECONDS = 5.0
COCKPITS_AT_ONCE = 2
"""Thirty consoles that open at once stand in line here, and a customer's turn not behind them."""
WIDGET = ROOT / "web" / "widget"
STAFF = ROOT / "web" / "staff"


def create_app(
    settings: Settings | None = None,
    gateway: BotGateway | None = None,
    workshop: Workshop | None = None,
) -> FastAPI:
    """Return the application; what it needs is opened when it starts, not at import.

    `gateway` is the seam at which a test puts a bot of its own, `workshop` that of training.
    """
    settings = settings or Settings()
    clock.start_at(settings.clock)
    app = FastAPI(
        title="RoamDesk",
        version="0.1.0",
        description="国际漫游客服：对话、诊断、工单。",
        lifespan=_lifespan,
        separate_input_output_schemas=False,
    )
    app.state.settings = settings
    app.state.gateway = gateway
    app.state.workshop = workshop or Workshop(settings.project)
    app.state.limits = Limits(settings.rate_limits == "on")
    errors.install(app, MAX_BODY_BYTES)
    # The widget may stand on any site of the operator's. Its token is no cookie, and the staff's
    # cookie is never sent along: credentials stay disallowed.
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.embed_origins.split(),
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type", "Last-Event-ID"],
        expose_headers=["Retry-After"],
    )
    parts = (health, people, assist, conversations, tickets, interview, phrases, web, feed)
    training = (training_runs, practice)
    for part in (*parts, audit, desk_routes, cards, attachments, pictures, join, wechat, *training):
        app.include_router(part.router)
    for router in workbench.ROUTERS:
        app.include_router(router)
    _pages(app, WIDGET)
    _staff_pages(app, settings.staff_url)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    state, settings = app.state, app.state.settings
    state.database = Database(settings.database)
    state.broker = Broker()
    state.token_key = settings.secret("token")
    state.link_key = settings.secret("link")
    state.internal_key = settings.secret("internal", settings.internal_key)
    state.gateway = state.gateway or BotGateway(
        settings.bot_url, settings.actions_url, settings.bot_timeout_seconds
    )
    state.live = LiveTexts(state.database, state.broker, settings.project / "data")
    await state.live.open()
    state.shelf = state.live.shelf
    state.card_tables = _card_tables()
    back_office = backoffice.build(settings.backoffice)
    desk = Desk(state.live.knowledge, _calendar(), settings.smsc_number)
    state.interview = Interview(
        database=state.database,
        broker=state.broker,
        shelf=state.shelf,
        back_office=back_office,
        desk=desk,
    )
    state.assist = Assist(
        database=state.database,
        broker=state.broker,
        shelf=state.shelf,
        desk=desk,
        cut=desk.knowledge.cut,
    )
    state.looks = Looks(state.database)
    state.cockpits = asyncio.Semaphore(COCKPITS_AT_ONCE)
    workbench.open_for(state, settings)
    state.turns = Turns(state.database, state.gateway, state.broker)
    state.claims = ClaimWatch(state.database, state.broker, state.interview.claim_lost)
    state.wechat = _wechat(app) if settings.wechat else None
    state.reaches = reaches_by(state.wechat)
    state.attachments = Attachments(state.database, state.broker, settings.data / "attachments", {})
    state.readiness = health.Readiness(
        state.database, state.gateway, state.wechat.state if state.wechat else None
    )
    async with state.database.transaction() as session:
        made_up = await people_service.ensure_admin(session, settings.admin_password, settings.data)
    await phrases_service.seed(state.database, _phrases())
    if made_up:
        # The supervisor shows this line; it is said once and kept in the data folder.
        print(f"管理员账号 admin，初始密码 {made_up}（只显示这一次）", flush=True)
    relay = None
    if not state.database.is_sqlite:
        # SQLite is for one process; PostgreSQL may have several, and each wakes the others.
        relay = PostgresRelay(settings.database, state.broker)
        await relay.start()
    # Dictionaries and calendars take seconds to load: beside the start of the bot, which takes
    # longer, and not while the first customer waits.
    warming = asyncio.gather(
        asyncio.to_thread(state.live.knowledge.warm),
        asyncio.to_thread(_calendar().warm),
    )
    watch = asyncio.create_task(_watch(state.readiness, state.turns, state.claims))
    assisting = asyncio.create_task(state.assist.follow())
    scanning = asyncio.create_task(state.scanner.run())
    publishing = asyncio.create_task(state.live.follow())
    channels = contextlib.AsyncExitStack()
    state.trainings = _trainings(app)
    state.practice = _practice(app, desk)
    await channels.enter_async_context(state.trainings.runner.at_work())
    await channels.enter_async_context(state.practice.open())
    if state.wechat is not None:
        await channels.enter_async_context(state.wechat.running())
        media = Media(settings.wechat_api_base, state.wechat.tokens.current)
        channels.push_async_callback(media.close)
        state.attachments.sources["wechat"] = media.fetch
    fetching = asyncio.create_task(state.attachments.run())
    try:
        yield
    finally:
        await warming
        watch.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watch
        await state.turns.drain(DRAIN_SECONDS)
        await channels.aclose()
        for task in (assisting, scanning, publishing, fetching):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await workbench.close(state)
        if relay is not None:
            await relay.close()
        await state.staff_pages.close()
        await state.gateway.close()
        await back_office.close()
        await state.database.close()


def _wechat(app: FastAPI) -> WeChat:
    state, settings = app.state, app.state.settings

    def link(conversation_id: str) -> str | None:
        if not settings.public_url:
            return None
        return links.url(settings.public_url, conversation_id, state.link_key)

    return WeChat(settings, state.database, state.broker, state.interview, state.turns, link)


def _trainings(app: FastAPI) -> Trainings:
    state, folder = app.state, app.state.settings.data / "training"
    replay = partial(put_right, state.database)
    runner = Runner(state.database, state.broker, state.shelf, state.workshop, folder, replay)
    bot_url = state.settings.bot_url
    return Trainings(state.database, state.broker, state.gateway, runner, folder, bot_url)


def _practice(app: FastAPI, desk: Desk) -> Practice:
    state, settings = app.state, app.state.settings
    folder = settings.data / "practice"
    # A real back office is not asked about customers that a trainer makes up.
    sample = "sample" if settings.backoffice == "sample" else "none"
    candidate = Candidate(
        state.workshop, folder, settings.actions_url, settings.bot_timeout_seconds
    )
    return Practice(folder, state.shelf, desk, backoffice.build(sample), state.gateway, candidate)


# Files of the release: read once a process, however many applications a test makes.
@cache
def _card_tables() -> Tables:
    return Tables.load(read_document(DATA / "cards" / "tables.yml"), places.name)


@cache
def _calendar() -> WorkCalendar:
    return load_calendar(DATA / "calendar")


@cache
def _phrases() -> list[NewPhrase]:
    return phrases_service.read_phrases(DATA / "replies" / "common.yml")


async def _watch(readiness: health.Readiness, turns: Turns, claims: ClaimWatch) -> None:
    """Release lost claims; when a customer can be served (again), take up the turns that were
    cut off or failed."""
    was_ready = False
    while True:
        try:
            ready = (await readiness.look())["ready"]
            if ready and not was_ready:
                resumed, retried = await turns.resume(), await turns.retry_failed()
                log.info("ready", resumed=resumed, retried=retried)
            was_ready = ready
            await claims.look()
        except Exception as error:  # the watch outlives a database that is away for a while
            log.warning("watch_failed", error=type(error).__name__)
            was_ready = False
        await asyncio.sleep(WATCH_SECONDS)


class _OwnFiles(StaticFiles):
    """Compressed by the mount, and asked for anew: an upgrade must not mix module versions."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["cache-control"] = "no-cache"
        return response


def _pages(app: FastAPI, widget: Path) -> None:
    @app.get("/", include_in_schema=False)
    async def demo() -> FileResponse:
        return FileResponse(widget / "index.html", headers={"cache-control": "no-cache"})

    # Only files are compressed: a turn's JSON is small, and every customer would pay in CPU.
    app.mount("/widget", GZipMiddleware(_OwnFiles(directory=widget)), name="widget")


def _staff_pages(app: FastAPI, url: str) -> None:
    @app.get(LOGIN, include_in_schema=False)
    async def login() -> FileResponse:
        return FileResponse(STAFF / "login.html", headers={"cache-control": "no-cache"})

    app.mount("/staff", GZipMiddleware(_OwnFiles(directory=STAFF)), name="staff")
    app.state.staff_pages = StaffPages(url)
    app.add_middleware(PassThrough, pages=app.state.staff_pages)
