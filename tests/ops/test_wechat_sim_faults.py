"""The stand-in for WeChat beside wechatpy: tokens, faults to order, and what it shows of itself."""

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest
import requests
from wechatpy.exceptions import WeChatClientException

from ops.wechat_sim.app import serving
from ops.wechat_sim.sim import Sim
from tests.ops.conftest import until
from tests.ops.wechat_product import Client
from tests.ops.wechat_world import World, opened


@pytest.fixture
def world() -> Iterator[World]:
    with opened() as world:
        yield world


# Tokens.


def stable(world: World, **more: Any) -> dict[str, Any]:
    account = world.sim.account
    body = {"grant_type": "client_credential", "appid": account.app_id, "secret": account.secret}
    result: dict[str, Any] = world.http.post("/cgi-bin/stable_token", json={**body, **more}).json()
    return result


def works(world: World, token: str) -> int:
    answer = world.http.get("/cgi-bin/menu/get", params={"access_token": token})
    return int(answer.json()["errcode"])


def test_a_stable_token_stays_and_is_renewed_before_its_end(world: World) -> None:
    first = stable(world)
    assert stable(world)["access_token"] == first["access_token"]
    assert (works(world, first["access_token"]), first["expires_in"]) == (46003, 7200)
    world.advance(7200 - 300)
    second = stable(world)
    assert second["access_token"] != first["access_token"]
    assert works(world, first["access_token"]) == works(world, second["access_token"]) == 46003
    world.advance(300)
    assert works(world, first["access_token"]) == 42001
    assert works(world, second["access_token"]) == 46003


def test_a_forced_token_ends_the_one_before(world: World) -> None:
    first = stable(world)["access_token"]
    second = stable(world, force_refresh=True)["access_token"]
    assert (works(world, first), works(world, second)) == (40001, 46003)
    assert stable(world, force_refresh=True)["access_token"] == second


def test_wrong_credentials_get_no_token(world: World) -> None:
    assert stable(world, secret="no")["errcode"] == 40125
    assert stable(world, appid="no")["errcode"] == 40013
    assert stable(world, grant_type="no")["errcode"] == 40002
    assert (works(world, ""), works(world, "made up")) == (41001, 40001)


def test_tokens_can_be_ended_in_mid_burst(world: World) -> None:
    world.says("您好")
    assert world.send() == 0
    world.order(expire_token=True)
    assert world.send() == 42001
    world.order(expire_token=40001)
    renewing = Client(world.sim.account, world.url)
    renewing.message.send_text(world.openid, "换了凭证")
    world.order(expire_token=40014)
    renewing.message.send_text(world.openid, "又换了")
    assert [text for who, text in world.phone() if who == "account"][1:] == ["换了凭证", "又换了"]


# Faults.


@pytest.mark.parametrize("after_accept", [False, True])
@pytest.mark.parametrize(
    ("kind", "raised"),
    [
        ("drop", requests.ConnectionError),
        ("timeout", requests.ConnectionError),
        ("http500", WeChatClientException),
        ("error", WeChatClientException),
    ],
)
def test_a_call_fails_as_ordered_and_only_so_often(
    world: World, kind: str, raised: type[Exception], after_accept: bool
) -> None:
    world.says("您好")
    world.client.fetch_access_token()
    world.order(send={"kind": kind, "times": 1, "after_accept": after_accept, "seconds": 0.1})
    with pytest.raises(raised):
        world.client.message.send_text(world.openid, "第一条")
    assert world.send("第二条") == 0
    arrived = [text for who, text in world.phone() if who == "account"]
    assert arrived == (["第一条", "第二条"] if after_accept else ["第二条"])


def test_a_timeout_outlasts_the_caller(world: World) -> None:
    world.says("您好")
    world.client.fetch_access_token()
    world.client.timeout = 0.2
    world.order(send={"kind": "timeout", "after_accept": True})
    with pytest.raises(requests.ReadTimeout):
        world.client.message.send_text(world.openid, "收到了吗")
    assert ("account", "收到了吗") in world.phone()


def test_answers_can_be_slow_and_errcodes_chosen(world: World) -> None:
    world.says("您好")
    world.client.fetch_access_token()
    world.order(slow_seconds=0.3, send={"kind": "errcode", "errcode": 45009, "times": 2})
    began = time.monotonic()
    assert world.send() == 45009
    assert time.monotonic() - began >= 0.3
    world.order(slow_seconds=0, send={"kind": "error", "times": 0})
    assert world.send() == 0


# What the stand-in shows of itself.


def test_the_log_tells_all_and_no_secret(world: World) -> None:
    world.says("您好")
    token = stable(world)["access_token"]
    assert world.send("您好，请讲") == 0
    log = world.http.get("/sim/log")
    assert [(one["direction"], one["what"]) for one in log.json()] == [
        ("push", "text 您好"),
        ("call", "stable_token"),
        ("call", "token"),
        ("call", "message/custom/send"),
    ]
    for secret in (world.sim.account.secret, world.sim.account.token, token):
        assert secret not in log.text


def test_reset_forgets_all_but_the_credentials(world: World) -> None:
    world.says("您好")
    token = stable(world)["access_token"]
    world.order(slow_seconds=0.1)
    before = world.http.get("/sim/state").json()
    world.http.post("/sim/reset")
    after = world.http.get("/sim/state").json()
    assert after["users"] == []
    assert world.http.get("/sim/log").json() == []
    assert after["faults"]["slow_seconds"] == 0
    assert (after["app_id"], after["callback"]) == (before["app_id"], before["callback"])
    assert works(world, token) == 40001


def test_a_waiting_page_hears_at_once_what_is_new(world: World) -> None:
    version = world.http.get("/sim/state").json()["version"]
    with ThreadPoolExecutor(1) as pool:
        query = {"after": version, "seconds": 10}
        waiting = pool.submit(world.http.get, "/sim/state", params=query, timeout=20)
        until(lambda: waiting.running(), "the page waits")
        began = time.monotonic()
        world.says("您好")
        assert waiting.result().json()["version"] > version
        assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/sim/faults", {"send": {"kind": "flood"}}),
        ("/sim/faults", {"sned": None}),
        ("/sim/clock", {"advance_seconds": -1}),
        ("/sim/users", {"openid": "short"}),
        ("/sim/users/x/text", {"text": ""}),
        ("/sim/users/x/location", {"latitude": 91, "longitude": 0}),
    ],
)
def test_an_order_that_does_not_fit_is_refused(world: World, path: str, body: Any) -> None:
    assert world.http.post(path, json=body).status_code == 422


async def test_in_one_process_pushes_can_go_by_hand_and_the_port_comes_back() -> None:
    got: list[dict[str, str]] = []

    async def deliver(query: dict[str, str], body: bytes) -> tuple[int, str]:
        got.append(query)
        return 200, "success"

    sim = Sim("http://product.test/", deliver=deliver, mode="plain")
    async with serving(sim) as url:
        sent = await sim.say(sim.add_user().openid, "您好")
    assert sent.arrived
    assert got[0]["openid"] in sim.users
    port = int(url.rsplit(":", 1)[1])
    async with serving(sim, port) as again, httpx2.AsyncClient(base_url=again) as http:
        assert len((await http.get("/sim/users")).json()) == 1
        with pytest.raises(OSError):
            async with serving(Sim(""), port):
                await asyncio.sleep(0)
