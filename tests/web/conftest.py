"""The console's pages with NiceGUI's simulated user, and a fake API behind them in this process."""

import asyncio
import contextlib
from dataclasses import dataclass

import httpx2
import pytest
from nicegui import events
from nicegui.element import Element
from nicegui.testing import User, user_simulation

from tests.web.fake_api import FakeApi
from web import shell
from web.api_client import COOKIE, Api
from web.console import back_office, overview, page, phrases
from web.news import News


@dataclass
class Agent:
    """Somebody at a console: opens pages, does things, sees what the panels hold."""

    user: User
    api: FakeApi
    news: News
    told: list
    user_seats: dict

    def panel(self, kind: type[Element]) -> Element:
        (found,) = self.user.find(kind).elements
        return found

    async def does(self, kind: type[Element], event: str, args: object) -> None:
        self.user.find(kind).trigger(event, args)
        await settle()

    async def presses(self, text: str) -> None:
        """Press the button with this text: its label stands in it."""
        for label in self.user.find(text).elements:
            button = label if label.tag == "button" else label.parent_slot.parent
            listeners = [e for e in button._event_listeners.values() if e.type == "click"]
            for listener in listeners if "disabled" not in button.props else ():
                with self.user.client:
                    events.handle_event(
                        listener.handler,
                        events.GenericEventArguments(
                            sender=button, client=self.user.client, args=None
                        ),
                    )
        await settle()

    async def hears(self, *topics: str) -> None:
        for topic in topics:
            self.news._tell(topic)
        await asyncio.sleep(0.15)

    def calls(self, panel: Element) -> list[tuple[str, list]]:
        """What a panel was told to do in the browser."""
        return [(name, args) for element, name, args in self.told if element is panel]


async def settle() -> None:
    for _ in range(3):
        await asyncio.sleep(0.03)


@pytest.fixture
def fake():
    return FakeApi()


@contextlib.asynccontextmanager
async def at_the_pages(fake, monkeypatch, parts, sitting=Agent):
    """Yield somebody (`sitting`) in front of these pages; `fake.app` is the API."""
    told = []
    before = Element.run_method

    def run_method(self, name, *args, **more):
        told.append((self, name, list(args)))
        return before(self, name, *args, **more)

    monkeypatch.setattr(Element, "run_method", run_method)
    api = Api("http://api.test", "key", httpx2.ASGITransport(app=fake.app))
    news = News(api)
    async with user_simulation() as user:
        desk = shell.Desk(api, news)
        for part in parts:
            part.install(desk)
        user.http_client.cookies.set(COOKIE, "secret")
        yield sitting(user, fake, news, told, desk.seats)
    await api.close()


@pytest.fixture
async def agent(fake, monkeypatch):
    async with at_the_pages(fake, monkeypatch, (page, back_office, overview, phrases)) as agent:
        keeping = asyncio.create_task(agent.news._keep_queue())
        agent.news._queue_is_old.set()
        await settle()
        yield agent
        keeping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeping
