"""Pictures at the real console and in the real web view, from the media store to the screen."""

import asyncio
import threading
from pathlib import Path

import pytest
from playwright.sync_api import expect

from api.attachments import service
from api.attachments.fetcher import MediaUnavailable
from api.channels.join import links
from tests.api import pictures_made as made
from tests.e2e.desk import PASSWORD, Caller, RunningDesk
from tests.e2e.test_network import wait_until
from tests.e2e.widget import Widget

AUDIT = Path(__file__).with_name("audit.js").read_text("utf-8")
LAPTOP = {"width": 1280, "height": 720}


class Store:
    """A media store that gives a file once it is let go."""

    def __init__(self):
        self.held = {}
        self.open = threading.Event()

    async def fetch(self, media_id):
        await asyncio.to_thread(self.open.wait, 10)
        if media_id not in self.held:
            raise MediaUnavailable("errcode -1")
        yield self.held[media_id]


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    running = RunningDesk(tmp_path_factory.mktemp("desk"))
    yield running
    running.close()


@pytest.fixture
def store(desk):
    store = Store()
    desk.app.state.attachments.sources["wechat"] = store.fetch
    yield store
    store.open.set()


@pytest.fixture
def customer(desk):
    desk.bot.learn("我在缅甸没信号", "report_no_signal", service="signal", location="MM")
    caller = Caller(desk)
    caller.say("我在缅甸没信号")
    yield caller
    caller.http.close()


@pytest.fixture
def send_picture(desk, customer):
    """The customer sends one, as WeChat tells of it: a message now, the file by its id."""

    def send(media_id):
        customer.say("〔图片〕")
        message = [m for m in customer.messages() if m["sender"] == "customer"][-1]

        async def expect_it():
            state = desk.app.state
            async with state.database.transaction() as session:
                row = await service.expect(
                    session, state.broker, customer.id, message["id"], media_id
                )
            return row.id

        return asyncio.run_coroutine_threadsafe(expect_it(), desk.loop).result(10)

    return send


@pytest.fixture
def sit_down(desk, new_context):
    def seat(role="agent", name="林青", **options):
        page = new_context(**({"viewport": LAPTOP} | options)).new_page()
        page.goto(desk.url + "/console")
        page.get_by_label("用户名").fill(desk.hire(role, name))
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.locator(".rd-queue").wait_for(timeout=15_000)
        return page

    return seat


def opened(page, customer):
    page.locator(f'.rd-row[data-id="{customer.id}"]').click()
    expect(page.locator(".rd-said").first).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_picture_comes_to_the_console_opens_large_and_is_audited(
    desk, customer, store, send_picture, sit_down, scheme
):
    store.held = {"good": made.photo(6), "bad": made.HTML_NAMED_PNG}
    lin = sit_down(color_scheme=scheme)
    send_picture("bad")
    picture = send_picture("good")
    opened(lin, customer)
    lines = lin.locator(".rd-lines")
    expect(lines.locator(".rd-picture-said")).to_have_text(["取图中", "取图中"])
    store.open.set()
    thumb = lines.locator(".rd-picture img")
    expect(thumb).to_have_js_property("naturalWidth", 120)
    expect(lines.locator(".rd-picture-said")).to_contain_text("没有收下：这个文件不是")
    expect(lines).to_contain_text("请重新发一张，或者直接用文字告诉我们")
    expect(lin.locator(".rd-ticket .rd-picture")).to_have_count(1)
    found = lin.evaluate(AUDIT)
    lin.keyboard.press("c")
    expect(lin.locator(".rd-suggestion").first).to_be_visible()
    thumb.click()
    dialog = lin.get_by_role("dialog", name="客户发来的图片")
    expect(dialog.locator("img")).to_have_js_property("naturalWidth", 300)
    before = customer.heard()
    lin.keyboard.press("1")
    found += lin.evaluate(AUDIT)
    lin.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    lin.wait_for_timeout(300)
    assert customer.heard() == before, "the keys behind the picture are off"
    assert sorted(set(found)) == []
    seen = desk.admin.get("/v1/audit", params={"conversation": customer.id}).json()
    assert [f"picture:{picture}"] in [entry["fields"] for entry in seen]


def test_who_answers_no_customer_is_told_that_there_is_one(customer, store, send_picture, sit_down):
    store.held = {"good": made.photo()}
    store.open.set()
    send_picture("good")
    su = sit_down("trainer", "苏训")
    opened(su, customer)
    expect(su.locator(".rd-lines .rd-picture-said")).to_have_text("图片（您的角色不能查看）")
    assert su.locator(".rd-picture").count() == 0


def test_the_link_of_a_ticket_shows_the_same_conversation_with_its_picture(
    desk, customer, store, send_picture, new_context
):
    store.held = {"good": made.photo()}
    store.open.set()
    send_picture("good")
    page = new_context().new_page()
    page.goto(links.url(desk.url, customer.id, desk.app.state.link_key))
    chat = Widget(page)
    chat.shows("这是您在微信里的对话", "system")
    button = page.get_by_role("button", name="看大图")
    expect(button.locator("img")).to_have_js_property("naturalWidth", 120)
    expect(chat.bubble("customer", "〔图片〕")).to_be_hidden()
    button.click()
    large = page.get_by_role("dialog", name="您发的图片").locator("img")
    expect(large).to_have_js_property("naturalHeight", 400)
    page.keyboard.press("Escape")
    desk.bot.learn("网页上接着说", "request_human")
    chat.write("网页上接着说")
    wait_until(lambda: "网页上接着说" in [m["text"] for m in customer.messages()])
