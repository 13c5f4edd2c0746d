"""Two agents, a supervisor and a customer at the real console, in a real browser."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.desk import PASSWORD, Caller, RunningDesk

AUDIT = Path(__file__).with_name("audit.js").read_text("utf-8")
SHOTS = os.environ.get("ROAMDESK_SCREENSHOTS")
"""A folder: the guide's pictures are made anew there."""
LAPTOP = {"width": 1280, "height": 720}
PAGE = {"width": 1440, "height": 900}
WIDE = {"width": 1920, "height": 1080}
HOSTILE = "<img src=x onerror=\"document.title='broken'\"><script>alert(1)</script>"


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    running = RunningDesk(tmp_path_factory.mktemp("desk"))
    yield running
    running.close()


@pytest.fixture
def customer(desk):
    desk.bot.learn("我在缅甸没信号", "report_no_signal", service="signal", location="MM")
    desk.bot.learn("没有", "inform", card_type="ctoc")
    desk.bot.learn("转人工", "request_human")
    caller = Caller(desk)
    yield caller
    caller.http.close()


@pytest.fixture
def sit_down(desk, new_context):
    """Log somebody in through the page and open the console."""

    def seat(role="agent", name="林青", **options):
        page = new_context(**({"viewport": LAPTOP} | options)).new_page()
        username = desk.hire(role, name)
        page.goto(desk.url + "/console")
        page.get_by_label("用户名").fill(username)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.locator(".rd-queue").wait_for(timeout=15_000)
        return page

    return seat


def row_of(page, customer):
    return page.locator(f'.rd-row[data-id="{customer.id}"]')


def opened(page, customer):
    row_of(page, customer).click()
    expect(page.locator(".rd-said").first).to_be_visible()


def picture(page, name):
    if SHOTS:
        page.wait_for_timeout(700)
        page.screenshot(path=f"{SHOTS}/{name}.png")


def test_from_the_queue_to_the_hand_back(desk, customer, sit_down):
    """Claim, suggest, edit, send, take over while the bot is composing, hand back."""
    lin = sit_down()
    customer.say("我在缅甸没信号")
    customer.say("转人工")
    row = row_of(lin, customer)
    expect(row).to_contain_text("缅甸")
    expect(row).to_contain_text("等")
    assert re.match(r"\(\d+\)", lin.title())
    opened(lin, customer)
    expect(lin.locator(".rd-understood").first).to_contain_text("把握")
    expect(lin.locator(".rd-tree svg")).to_be_visible()
    expect(lin.locator(".rd-summary")).to_contain_text("缅甸")
    picture(lin, "console-queue")

    lin.keyboard.press("c")
    expect(lin.locator(".rd-title").first).to_contain_text("协同")
    customer.say("没有", wait=0)
    expect(lin.locator(".rd-source").first).to_have_text("机器人草稿")
    before = customer.heard()
    picture(lin, "console-copilot")
    lin.keyboard.press("1")
    expect(lin.locator(".rd-line.agent")).to_have_count(1)
    assert len(customer.heard()) == len(before) + 1

    customer.say("没有", wait=0)
    expect(lin.locator(".rd-source").first).to_have_text("机器人草稿")
    lin.keyboard.press("Shift+Digit1")
    box = lin.get_by_label("回复客户")
    expect(box).not_to_be_empty()
    box.press("End")
    box.type("（请慢慢看）")
    box.press("Enter")
    expect(lin.locator(".rd-line.agent")).to_have_count(2)
    assert customer.heard()[-1].endswith("（请慢慢看）")

    lin.keyboard.press("Escape")
    desk.hold_the_bot()
    customer.say("我在缅甸没信号", wait=0)
    expect(lin.locator(".rd-typing")).to_contain_text("机器人正在组织回答")
    lin.keyboard.press("t")
    expect(lin.locator(".rd-title").first).to_contain_text("人工")
    heard = customer.heard()
    desk.let_the_bot_speak()
    expect(lin.locator(".rd-typing")).not_to_contain_text("机器人", timeout=10_000)
    assert customer.heard() == heard, "the bot's words must not leak into a taken conversation"
    expect(lin.locator(".rd-source.bot").first).to_be_visible()

    lin.keyboard.press("b")
    lin.get_by_placeholder("备注（可不填）").fill("客户说晚上方便")
    lin.get_by_role("button", name="确定交还").click()
    expect(lin.locator(".rd-title").first).to_contain_text("自动")
    expect(lin.locator(".rd-summary")).to_contain_text("客户说晚上方便")
    assert len(customer.heard()) > len(heard)


def test_two_agents_cannot_take_the_same_one(customer, sit_down):
    customer.say("转人工")
    lin, chen = sit_down(name="林青"), sit_down(name="陈默")
    opened(lin, customer)
    opened(chen, customer)
    lin.keyboard.press("t")
    expect(chen.locator(".rd-head")).to_contain_text("林青在处理")
    chen.keyboard.press("t")
    expect(chen.get_by_text("正在处理这段对话")).to_be_visible()
    expect(chen.get_by_label("回复客户")).to_be_disabled()


def test_a_supervisor_may_join_and_sees_who_handles_what(customer, sit_down):
    customer.say("转人工")
    lin, wu = sit_down(name="林青"), sit_down("supervisor", "吴敏", viewport=PAGE)
    opened(lin, customer)
    lin.keyboard.press("t")
    expect(lin.get_by_label("回复客户")).to_be_enabled()
    opened(wu, customer)
    wu.keyboard.press("t")
    expect(wu.get_by_label("回复客户")).to_be_enabled()
    expect(lin.locator(".rd-head")).to_contain_text("吴敏在处理")
    wu.get_by_role("link", name="现场概况", exact=True).click()
    expect(wu.locator(".rd-table")).to_contain_text("吴敏")
    expect(wu.locator(".rd-plot canvas, .rd-plot svg").first).to_be_visible()
    picture(wu, "overview")


def test_who_watches_the_bot_asks_for_suggestions(customer, sit_down):
    customer.say("我在缅甸没信号")
    lin = sit_down()
    opened(lin, customer)
    expect(lin.locator(".rd-suggestions")).to_contain_text("机器人正在接待")
    assert lin.locator(".rd-suggestion").count() == 0
    lin.keyboard.press("s")
    expect(lin.locator(".rd-suggestion").first).to_be_visible()
    expect(lin.locator(".rd-suggestion .rd-primary").first).to_be_disabled()
    lin.keyboard.press("c")
    expect(lin.locator(".rd-suggestion .rd-primary").first).to_be_enabled()


def test_the_latest_message_stays_in_sight_when_suggestions_come(customer, sit_down):
    for _ in range(4):
        customer.say("我在缅甸没信号")
    lin = sit_down()
    opened(lin, customer)
    lin.keyboard.press("c")
    expect(lin.locator(".rd-suggestion").nth(1)).to_be_visible()
    lin.wait_for_timeout(500)
    last = lin.locator(".rd-line").last
    expect(last).to_be_in_viewport()
    customer.say("没有", wait=0)
    expect(lin.locator(".rd-source").first).to_have_text("机器人草稿")
    expect(lin.locator(".rd-line.customer").last).to_contain_text("没有")
    expect(lin.locator(".rd-line.customer").last).to_be_in_viewport()
    assert lin.locator(".rd-unseen").count() == 0


def test_keys_do_nothing_behind_a_dialog(customer, sit_down):
    customer.say("我在缅甸没信号")
    lin = sit_down()
    opened(lin, customer)
    lin.keyboard.press("c")
    expect(lin.locator(".rd-suggestion").first).to_be_visible()
    heard = customer.heard()
    lin.keyboard.press("?")
    expect(lin.get_by_text("快捷键")).to_be_visible()
    lin.keyboard.press("1")
    lin.keyboard.press("t")
    lin.wait_for_timeout(500)
    lin.keyboard.press("Escape")
    expect(lin.locator(".rd-title").first).to_contain_text("协同")
    assert customer.heard() == heard


def test_the_back_office_answers_in_one_click(desk, customer, sit_down):
    desk.bot.learn("我在法国上不了网", "report_data_failure", service="data", location="FR")
    desk.bot.learn("我在韩国没信号", "report_no_signal", service="signal", location="KR")
    korea = Caller(desk)
    korea.say("我在韩国没信号")
    korea.answer({"card_reissued_after_korea": "yes"})
    korea.http.close()
    customer.say("我在法国上不了网")
    customer.answer({"data_roaming_on": "yes", "msisdn": "18911112222"})
    wu = sit_down("supervisor", "吴敏", viewport=PAGE)
    wu.get_by_role("link", name="后台核查", exact=True).click()
    row = wu.locator(".rd-table tr", has_text="法国")
    expect(row).to_contain_text("客户资料系统")
    expect(row).to_contain_text("24:00")
    expect(wu.locator(".rd-table tr", has_text="韩国")).to_contain_text("已通知")
    picture(wu, "back-office")
    row.get_by_role("button", name="单模国际卡").click()
    expect(wu.locator(".rd-table tr", has_text="法国")).to_have_count(0)
    assert "最可能的原因" in customer.heard()[-1]
    wu.get_by_role("link", name="常用语", exact=True).click()
    expect(wu.locator(".rd-table tr").nth(1)).to_be_visible()
    picture(wu, "phrases")


def test_what_a_customer_writes_is_never_markup(desk, customer, sit_down):
    desk.bot.learn(HOSTILE, "request_human")
    lin = sit_down()
    customer.say(HOSTILE)
    opened(lin, customer)
    expect(lin.locator(".rd-said", has_text="<script>")).to_be_visible()
    assert lin.locator("img").count() == 0
    assert "broken" not in lin.title()


def test_the_customer_is_seen_typing(customer, sit_down):
    customer.say("转人工")
    lin = sit_down()
    opened(lin, customer)
    customer.type()
    expect(lin.locator(".rd-typing")).to_have_text("客户正在输入")


def test_a_session_that_ends_in_mid_typing_loses_nothing(desk, customer, sit_down):
    customer.say("转人工")
    lin = sit_down()
    opened(lin, customer)
    lin.keyboard.press("t")
    box = lin.get_by_label("回复客户")
    expect(box).to_be_enabled()
    box.fill("写到一半的话")
    lin.evaluate("fetch('/v1/auth/logout', {method: 'POST'})")
    lin.wait_for_timeout(300)
    box.press("Enter")
    dialog = lin.locator("#rd-again")
    expect(dialog).to_be_visible()
    dialog.get_by_label("密码").fill(PASSWORD)
    dialog.get_by_role("button", name="登录").click()
    expect(dialog).to_be_hidden()
    expect(box).to_have_value("写到一半的话")
    box.press("Enter")
    expect(lin.locator(".rd-line.agent")).to_have_count(1)
    assert customer.heard()[-1] == "写到一半的话"


def test_a_draft_outlives_the_page(customer, sit_down):
    customer.say("转人工")
    lin = sit_down()
    opened(lin, customer)
    lin.keyboard.press("t")
    box = lin.get_by_label("回复客户")
    expect(box).to_be_enabled()
    box.fill("还没发的话")
    lin.reload()
    row_of(lin, customer).click()
    expect(lin.get_by_label("回复客户")).to_have_value("还没发的话")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_reads_well(customer, sit_down, scheme):
    customer.say("我在缅甸没信号")
    customer.say("转人工")
    wu = sit_down("supervisor", "吴敏", color_scheme=scheme)
    opened(wu, customer)
    wu.keyboard.press("c")
    expect(wu.locator(".rd-suggestion").first).to_be_visible()
    wu.wait_for_timeout(500)
    found = wu.evaluate(AUDIT)
    for name in ("后台核查", "常用语", "现场概况"):
        wu.get_by_role("link", name=name, exact=True).click()
        wu.locator(".rd-page h1").wait_for()
        found += wu.evaluate(AUDIT)
    assert sorted(set(found)) == []


@pytest.mark.parametrize("size", [LAPTOP, WIDE])
def test_the_cockpit_is_in_sight_without_scrolling(customer, sit_down, size):
    customer.say("我在缅甸没信号")
    customer.say("转人工")
    lin = sit_down(viewport=size)
    opened(lin, customer)
    lin.keyboard.press("c")
    expect(lin.locator(".rd-suggestion").first).to_be_visible()
    for part in (".rd-tree svg", ".rd-facts", ".rd-suggestion", ".rd-composer textarea"):
        box = lin.locator(part).first.bounding_box()
        assert box["y"] < size["height"], part
        assert box["x"] + min(box["width"], 40) <= size["width"], part
    assert lin.evaluate("document.documentElement.scrollHeight") <= size["height"]
    picture(lin, f"console-{size['width']}")
