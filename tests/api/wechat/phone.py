"""A customer's phone in the WeChat tests, and what a test does to the stand-in behind it."""

import asyncio
import contextlib
from dataclasses import dataclass

import httpx2
from sqlalchemy import select

from api.channels.wechat.models import WeChatCustomer, WeChatDelivery
from api.main import create_app
from ops.wechat_sim.faults import Fault, Order
from ops.wechat_sim.sim import Sim
from tests.api.conftest import client

CALLBACK = "/v1/channels/wechat"
TROUBLE = "我在台湾打不了电话"


@dataclass
class Phone:
    """What one customer does and sees in WeChat."""

    sim: Sim
    openid: str

    async def says(self, text, menu_id=None):
        return await self.sim.say(self.openid, text, menu_id)

    async def taps(self, label):
        """Press an entry of the last menu shown."""
        menus = [s for s in self.shown if s.kind == "msgmenu"]
        item = next(item for item in menus[-1].body["items"] if item["content"] == label)
        return await self.sim.say(self.openid, label, item["id"])

    async def does(self, event, key=""):
        return await self.sim.act(self.openid, event, key)

    @property
    def shown(self):
        """What the account sent, in order."""
        return [entry for entry in self.sim.user(self.openid).phone if entry.side == "account"]

    @property
    def texts(self):
        return [entry.body.get("text") or entry.body["head"] for entry in self.shown]

    async def gets(self, count, seconds=10):
        """Wait until so many bubbles are there; return all texts."""

        async def there():
            return len(self.texts) >= count

        await until(there, seconds)
        return self.texts

    async def gets_nothing_more(self, seconds=0.6):
        before = len(self.texts)
        await asyncio.sleep(seconds)
        assert len(self.texts) == before, self.texts[before:]


def connect(sim, *apps):
    """Let pushes of the stand-in go to the applications in turn."""
    clients = [client(app) for app in apps]
    turn = iter(range(1_000_000))

    async def deliver(query, body):
        http = clients[next(turn) % len(clients)]
        try:
            answer = await http.post(CALLBACK, params=query, content=body)
        except RuntimeError as error:
            raise httpx2.ConnectError(str(error)) from error
        return answer.status_code, answer.text

    sim.pusher._deliver = deliver


def hasten(app):
    app.state.wechat.delivery._first_pause = 0.05


@contextlib.asynccontextmanager
async def running(settings, bot):
    """Another process's application on the same database."""
    app = create_app(settings, bot)
    bot.app = app
    async with app.router.lifespan_context(app):
        hasten(app)
        yield app


def fails(sim, kind, **more):
    """The next sendings fail so."""
    sim.order(Order(send=Fault(kind=kind, **more)))


async def conversation_of(app, openid):
    """Return the id of a customer's conversation."""
    async with app.state.database.reading() as session:
        return (await session.get_one(WeChatCustomer, openid)).conversation_id


async def deliveries(app, openid):
    async with app.state.database.reading() as session:
        query = select(WeChatDelivery).where(WeChatDelivery.openid == openid)
        return (await session.scalars(query.order_by(WeChatDelivery.id))).all()


async def until(condition, seconds=10):
    """Wait until an async condition holds; return what it gave."""
    async with asyncio.timeout(seconds):
        while not (seen := await condition()):  # noqa: ASYNC110, no event for it
            await asyncio.sleep(0.03)
    return seen
