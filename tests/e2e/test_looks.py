"""What can be measured of the looks: contrast, phone size, one set of colours, weight."""

import gzip
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

WIDGET = Path(__file__).parents[2] / "web" / "widget"
AUDIT = Path(__file__).with_name("audit.js").read_text("utf-8")
PHONE = {"viewport": {"width": 375, "height": 667}, "has_touch": True, "is_mobile": True}
BUDGET_BYTES = 60_000


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_state_reads_well(open_chat, api, scheme):
    api.switches.samples = [{"msisdn": "18900001001", "what": "国际长途没有开通"}]
    chat = open_chat(color_scheme=scheme)
    chat.write("我在台湾打不了电话")
    chat.shows("先确认用的是哪种卡")
    found = chat.page.evaluate(AUDIT)
    chat.choose("没有")
    chat.choose("国内正常")
    chat.page.locator(".message .ticket").wait_for()
    chat.page.locator(".cite summary").last.click()
    chat.page.get_by_role("radio", name="很满意").check()
    found += chat.page.evaluate(AUDIT)
    api.say(api.only, "agent", "我是客服。")
    api.say(api.only, "system", "系统说的。")
    api.switches.refuse = [(422, "不行。", {}), (503, "正忙。", {})]
    api.switches.parts["bot"] = "starting"
    chat.write("一")
    chat.write("二")
    chat.strip.wait_for()
    chat.field.fill("字" * 2001)
    found += chat.page.evaluate(AUDIT)
    assert sorted(set(found)) == []


def test_a_phone_page_fits_and_its_buttons_fit_a_thumb(open_chat):
    chat = open_chat(**PHONE)
    chat.write("我在台湾打不了电话")
    chat.shows("先确认用的是哪种卡")
    chat.choose("没有")
    chat.write("长" * 300 + "x" * 300)
    chat.shows("收到：")
    page = chat.page
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    assert page.locator(".scroll").evaluate("node => node.scrollWidth <= node.clientWidth")
    panel = page.locator(".panel").bounding_box()
    assert panel == {"x": 0, "y": 0, "width": 375, "height": 667}
    for button in page.locator(".choice, .send, .close").all():
        box = button.bounding_box()
        assert box["height"] >= 44
        assert box["width"] >= 44
    expect(page.locator(".launcher")).to_be_hidden()


def test_the_page_behind_the_chat_fits_a_phone_too(open_chat, api):
    api.switches.samples = [{"msisdn": "18900001001", "what": "归属网络配置不对，需要网管修改"}]
    chat = open_chat(**PHONE)
    chat.page.get_by_role("button", name="关闭").click()
    assert chat.page.evaluate("document.documentElement.scrollWidth") <= 375


def test_dark_follows_the_system_and_yields_to_the_attribute(open_chat):
    chat = open_chat(color_scheme="dark")
    panel = chat.page.locator(".panel")
    colour = "node => getComputedStyle(node).backgroundColor"
    dark = panel.evaluate(colour)
    chat.page.locator("roamdesk-chat").evaluate("node => node.setAttribute('theme', 'light')")
    light = panel.evaluate(colour)
    assert (dark, light) == ("rgb(20, 23, 27)", "rgb(255, 255, 255)")


def test_motion_stops_where_the_system_asks_for_none(open_chat):
    moving = "node => getComputedStyle(node).animationName"
    calm = open_chat(reduced_motion="reduce")
    assert calm.page.locator(".message").first.evaluate(moving) == "none"
    calm.page.emulate_media(reduced_motion="no-preference")
    assert calm.page.locator(".message").first.evaluate(moving) == "arrive"


def test_the_two_dark_blocks_say_the_same():
    tokens = (WIDGET / "tokens.css").read_text("utf-8")
    _, by_system, by_wish = re.split(r"@media \(prefers-color|/\* The same dark", tokens)
    declared = [re.findall(r"(--rd-[\w-]+): ([^;]+);", block) for block in (by_system, by_wish)]
    assert declared[0] == [pair for pair in declared[1] if pair[0] != "--rd-motion"]


def test_colours_stand_in_the_tokens_only():
    sheets = [path for path in WIDGET.glob("*.css") if path.name != "tokens.css"]
    for path in [*sheets, WIDGET / "index.html"]:
        assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", path.read_text("utf-8")), path


def test_nothing_is_built_from_markup():
    markup = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write")
    for path in WIDGET.glob("*.js"):
        assert not markup.search(path.read_text("utf-8")), path


def test_the_page_weighs_little():
    sizes = [len(gzip.compress(path.read_bytes(), 6)) for path in WIDGET.iterdir()]
    assert sum(sizes) <= BUDGET_BYTES
