"""A customer in WeChat at the real console: what may be sent, what has arrived, sending again."""

import time
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import expect

from ops.wechat_sim.app import served_aside
from ops.wechat_sim.sim import Sim
from tests.e2e.desk import PASSWORD, RunningDesk

AUDIT = Path(__file__).with_name("audit.js").read_text("utf-8")
LAPTOP = {"width": 1280, "height": 720}
TROUBLE = "我在缅甸没信号"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """The stand-in for WeChat's servers, and the product behind its callback."""
    sim = Sim("http://127.0.0.1:9/nowhere")
    with served_aside(sim) as url:
        given = sim.account.settings(url)
        more = {name.removeprefix("ROAMDESK_").lower(): value for name, value in given.items()}
        desk = RunningDesk(tmp_path_factory.mktemp("wechat"), **more)
        desk.bot.learn(TROUBLE, "report_no_signal", service="signal", location="MM")
        sim.pusher.callback = f"{desk.url}/v1/channels/wechat"
        desk.sim = httpx2.Client(base_url=url, timeout=20)
        yield desk
        desk.sim.close()
        desk.close()


@pytest.fixture
def customer(world):
    """A new customer who has told of a trouble; the bot has answered."""
    openid = world.sim.post("/sim/users", json={}).json()["openid"]
    said = world.sim.post(f"/sim/users/{openid}/text", json={"text": TROUBLE}).json()
    assert said["arrived"]
    deadline = time.monotonic() + 10
    while len(shown(world, openid)) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return openid


def shown(world, openid):
    phone = world.sim.get(f"/sim/users/{openid}/messages").json()
    return [entry for entry in phone if entry["from"] == "account"]


@pytest.fixture
def lin(world, new_context, customer):
    page = new_context(viewport=LAPTOP).new_page()
    page.goto(world.url + "/console")
    page.get_by_label("用户名").fill(world.hire("agent", "林青"))
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    row = page.locator(".rd-row").filter(has_text="微信").first
    row.click(timeout=15_000)
    page.get_by_role("button", name="接手").click()
    expect(page.locator(".rd-composer textarea")).to_be_enabled()
    return page


def replies(page, text):
    page.locator(".rd-composer textarea").fill(text)
    page.locator(".rd-composer").get_by_role("button", name="发送").click()


def test_an_agent_sees_what_is_left_and_sends_again_what_did_not_arrive(world, customer, lin):
    reach = lin.locator(".rd-reach")
    expect(reach).to_have_text("微信：还能发 3 条，47 小时内有效")
    replies(lin, "您好，我来帮您。")
    expect(lin.locator(".rd-delivery").last).to_have_text("已发到微信")
    expect(reach).to_contain_text("还能发 2 条")
    assert shown(world, customer)[-1]["text"] == "您好，我来帮您。"
    world.sim.post("/sim/faults", json={"send": {"kind": "drop"}})
    replies(lin, "请重启手机。")
    unsure = lin.locator(".rd-delivery.unsure")
    expect(unsure).to_contain_text("不确定是否发到：微信没有确认，可能已经发到")
    assert len(shown(world, customer)) == 3
    assert lin.evaluate(AUDIT) == []
    unsure.get_by_role("button", name="再发一次").click()
    expect(lin.locator(".rd-delivery.unsure")).to_have_count(0)
    expect(lin.locator(".rd-delivery").last).to_have_text("已发到微信")
    assert shown(world, customer)[-1]["text"] == "请重启手机。"
    expect(reach).to_contain_text("没有留手机号")
    expect(lin.locator(".rd-composer textarea")).to_be_disabled()
    assert lin.evaluate(AUDIT) == []
    world.sim.post(f"/sim/users/{customer}/text", json={"text": "好的"})
    expect(lin.locator(".rd-composer textarea")).to_be_enabled()
    expect(reach).to_contain_text("还能发 5 条")
