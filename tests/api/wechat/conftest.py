"""The stand-in for WeChat's servers on a socket, the product behind its callback, and phones."""

import pytest

from api import clock
from ops.wechat_sim.account import made_up_openid
from ops.wechat_sim.app import serving
from ops.wechat_sim.sim import Sim
from tests.api.wechat.phone import CALLBACK, TROUBLE, Phone, connect, hasten


@pytest.fixture
async def sim():
    sim = Sim(CALLBACK)
    async with serving(sim) as url:
        sim.url = url
        yield sim


@pytest.fixture
def mode():
    return "safe"


@pytest.fixture
def settings(settings, sim, mode):
    sim.mode = mode
    return settings.model_copy(
        update={
            "public_url": "https://chat.example.com",
            "wechat_token": sim.account.token,
            "wechat_app_id": sim.account.app_id,
            "wechat_app_secret": sim.account.secret,
            "wechat_aes_key": "" if mode == "plain" else sim.account.aes_key,
            "wechat_api_base": sim.url,
        }
    )


@pytest.fixture
def connected(app, sim, bot):
    """The product behind the callback."""
    hasten(app)
    connect(sim, app)
    bot.learn(TROUBLE, "report_call_failure", location="TW")
    bot.learn("转人工", "request_human")
    return app


@pytest.fixture
def new_phone(connected, sim):
    def make():
        openid = made_up_openid()
        sim.add_user(openid=openid)
        return Phone(sim, openid)

    return make


@pytest.fixture
def phone(new_phone):
    return new_phone()


@pytest.fixture
def later(sim):
    """Move the product's clock and WeChat's windows on; what is pushed keeps the real time."""

    def move(by):
        clock.start_at(clock.now() + by)
        sim.age(by.total_seconds())

    yield move
    clock.start_at(None)
