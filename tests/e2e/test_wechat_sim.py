"""The phone page of `make wechat-sim` in a real Chromium, with the real API behind it: a customer
in WeChat is served."""

import asyncio
import io
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from api.main import create_app
from api.settings import Settings
from ops.ports import free_port
from ops.wechat_sim.account import Account
from ops.wechat_sim.app import served_aside
from ops.wechat_sim.sim import Sim
from tests.api.fakes import FakeBot
from tests.ops.conftest import until

AUDIT = Path(__file__).with_name("audit.js").read_text("utf-8")
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
MENU = {
    "button": [
        {
            "name": "我要报障",
            "sub_button": [{"type": "click", "name": "没有信号", "key": "no_signal"}],
        },
        {"type": "click", "name": "转人工", "key": "person"},
    ]
}


@dataclass
class World:
    """The stand-in, the API that it pushes to, and the bot at the API's seam."""

    sim: Sim
    url: str
    api_url: str
    bot: FakeBot


@pytest.fixture
def world(tmp_path: Path, migrated_sqlite: Path) -> Iterator[World]:
    port = free_port()
    api_url = f"http://127.0.0.1:{port}"
    account = Account.made_up()
    sim = Sim(f"{api_url}/v1/channels/wechat", account=account)
    shutil.copy(migrated_sqlite, tmp_path / "test.db")
    with served_aside(sim, product_url=api_url) as url:
        bot = FakeBot()
        settings = Settings(
            port=port,
            data=tmp_path / "data",
            database_url=f"sqlite:///{tmp_path / 'test.db'}",
            rate_limits="off",
            public_url=api_url,
            wechat_token=account.token,
            wechat_app_id=account.app_id,
            wechat_app_secret=account.secret,
            wechat_aes_key=account.aes_key,
            wechat_api_base=url,
        )
        bot.app = create_app(settings, bot)
        config = uvicorn.Config(bot.app, port=port, log_level="warning", access_log=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
        thread.start()
        until(lambda: server.started or not thread.is_alive(), "the API is up", 30)
        httpx2.post(f"{url}/sim/users", json={"name": "王女士"})
        yield World(sim, url, api_url, bot)
        server.should_exit = True
        thread.join(20)


class Phone:
    """The page as the person before it uses it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.chat = page.get_by_role("log", name="对话内容")

    def writes(self, text: str) -> None:
        self.page.get_by_label("输入消息").fill(text)
        self.page.get_by_role("button", name="发送", exact=True).click()

    def from_account(self) -> Locator:
        return self.chat.locator(".theirs")

    def shows(self, text: str) -> None:
        expect(self.from_account().filter(has_text=text).last).to_be_visible()

    def more(self) -> None:
        self.page.get_by_label("图片、位置、语音等").click()

    def log(self) -> Locator:
        return self.page.locator("#entries li")


@pytest.fixture
def phone(world: World, new_context: Callable[..., Any]) -> Callable[..., Phone]:
    def opened(**options: Any) -> Phone:
        page = new_context(**options).new_page()
        page.goto(world.url)
        expect(page.locator("#below")).to_contain_text("王女士")
        return Phone(page)

    return opened


def test_a_customer_is_asked_and_answers_by_pressing(
    world: World, phone: Callable[..., Phone]
) -> None:
    said = world.bot.learn(
        "我在台湾打不了电话", "report_call_failure", service="voice", location="TW"
    )
    customer = phone()
    customer.writes(said)
    question = customer.from_account().filter(has_text="卡").last
    expect(question).to_be_visible()
    question.get_by_role("button", name="没有").click()
    expect(customer.chat.locator(".mine").last).to_have_text("客没有")
    expect(customer.from_account()).not_to_have_count(1)
    pushed = customer.log().filter(has_text="微信 → 产品")
    expect(pushed).to_have_count(2)
    expect(customer.page.locator(".budget")).to_contain_text("窗口剩 47 小时")


def test_three_pushes_of_one_message_are_one_turn(
    world: World, phone: Callable[..., Phone]
) -> None:
    said = world.bot.learn("谢谢", "thank")
    customer = phone()
    customer.page.get_by_role("switch", name="每条消息推送三次").click()
    expect(customer.page.get_by_role("switch", name="每条消息推送三次")).to_be_checked()
    customer.writes(said)
    expect(customer.log().filter(has_text="微信 → 产品")).to_have_count(3)
    customer.shows("不客气")
    assert len(world.bot.turns) == 1


def test_who_follows_is_greeted_and_who_leaves_cannot_write(phone: Callable[..., Phone]) -> None:
    customer = phone()
    customer.page.get_by_role("button", name="取消关注").click()
    expect(customer.page.locator("#below")).to_have_text("王女士 没有关注")
    expect(customer.chat).to_contain_text("你已取消关注该公众号")
    customer.page.get_by_role("button", name="关注公众号").click()
    customer.shows("您好")
    expect(customer.page.locator("#below")).to_have_text("公众号 · 王女士")


def test_a_picture_a_place_a_voice_and_a_menu_reach_the_product(
    world: World, phone: Callable[..., Phone]
) -> None:
    world.sim.menu = MENU
    world.bot.learn("我的手机没有信号", "report_no_signal", service="signal")
    customer = phone()
    page = customer.page
    page.get_by_text("我要报障").click()
    page.get_by_role("button", name="没有信号").click()
    customer.shows("国家")
    page.get_by_label("换成输入框").click()
    picture = io.BytesIO()
    Image.new("RGB", (60, 40), "navy").save(picture, "PNG")
    customer.more()
    page.locator("#picture").set_input_files(
        {"name": "screen.png", "mimeType": "image/png", "buffer": picture.getvalue()}
    )
    expect(customer.chat.locator(".mine img")).to_be_visible()
    customer.shows("图片收到了")
    customer.more()
    page.get_by_role("button", name="发位置").click()
    expect(customer.chat.locator(".mine").last).to_contain_text("台北市信义区")
    customer.more()
    page.get_by_label("语音", exact=True).fill("打不了电话")
    page.get_by_role("button", name="发语音").click()
    expect(customer.chat.locator(".mine").last).to_contain_text("打不了电话")
    expect(customer.log().filter(has_text="微信 → 产品").filter(has_text="成功")).to_have_count(4)


def test_a_lost_answer_is_seen_on_the_phone_and_in_the_log(
    world: World, phone: Callable[..., Phone]
) -> None:
    said = world.bot.learn("谢谢", "thank")
    customer = phone()
    page = customer.page
    page.get_by_label("产品发消息时").select_option("drop")
    page.get_by_label("客户其实已收到，只是应答丢了").check()
    page.get_by_role("button", name="设定", exact=True).last.click()
    expect(page.locator(".ordered")).to_have_text("还有 1 次：连接中断，客户已收到")
    customer.writes(said)
    customer.shows("不客气")
    expect(customer.log().filter(has_text="断开（按设定，消息已收下）")).to_have_count(1)
    expect(page.locator(".ordered")).to_have_text("产品发消息时一切正常。")


def test_the_address_check_and_the_state_of_the_product_are_shown(
    world: World, phone: Callable[..., Phone]
) -> None:
    page = phone().page
    page.get_by_role("button", name="检查服务器地址").click()
    expect(page.locator("#checks")).to_contain_text("通过，用时")
    expect(page.locator("#product")).to_have_text("产品已就绪")
    console = page.get_by_role("link", name="坐席页面")
    expect(console).to_have_attribute("href", f"{world.api_url}/console")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_reads_well_at_any_width(
    world: World, phone: Callable[..., Phone], scheme: str
) -> None:
    said = world.bot.learn(
        "我在台湾打不了电话", "report_call_failure", service="voice", location="TW"
    )
    world.sim.menu = MENU
    customer = phone(color_scheme=scheme)
    customer.page.get_by_label("换成输入框").click()
    customer.writes(said)
    customer.shows("卡")
    customer.more()
    customer.log().first.locator("summary").click()
    found = customer.page.evaluate(AUDIT)
    small = phone(color_scheme=scheme, **PHONE).page
    for view in ("手机", "设定", "往来记录"):
        small.locator(".views").get_by_role("button", name=view).click()
        found += small.evaluate(AUDIT)
        assert small.evaluate("document.documentElement.scrollWidth") <= 390
    assert sorted(set(found)) == []
