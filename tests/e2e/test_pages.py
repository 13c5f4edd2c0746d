"""The demo page, and the chat on somebody else's page."""

import time

from playwright.sync_api import expect


def test_the_page_says_what_it_is_and_the_chat_is_open(chat):
    expect(chat.page.get_by_role("heading", level=1)).to_have_text("手机在境外用不了，说给它听")
    expect(chat.page.locator(".panel")).to_be_visible()
    expect(chat.page.locator(".health")).to_contain_text("语言模型就绪")
    expect(chat.page.get_by_role("heading", name="样例号码")).to_be_hidden()


def test_an_example_goes_to_the_field_and_is_not_sent(chat, api):
    chat.page.get_by_role("button", name="我在台湾打不了电话").click()
    expect(chat.field).to_have_value("我在台湾打不了电话")
    expect(chat.field).to_be_focused()
    assert api.posts == []


def test_sample_numbers_are_listed_as_samples_and_can_be_used(open_chat, api):
    api.switches.samples = [{"msisdn": "18900001001", "what": "国际长途没有开通"}]
    chat = open_chat()
    expect(chat.page.locator("#samples")).to_contain_text("不是真实的运营商系统")
    chat.page.get_by_role("button", name="18900001001").click()
    expect(chat.field).to_have_value("18900001001")


def test_the_page_shows_what_is_still_starting(open_chat, api):
    api.switches.parts = {"database": "ready", "bot": "starting", "actions": "ready"}
    chat = open_chat()
    expect(chat.page.locator(".health")).to_contain_text("语言模型正在启动")
    api.switches.parts = {"database": "ready", "bot": "ready", "actions": "ready"}
    expect(chat.page.locator(".health")).to_contain_text("语言模型就绪")


def test_it_works_on_another_site_whose_styles_do_not_leak_in(open_chat, api):
    chat = open_chat("/host", wait=False)
    # Another name for the loopback is another origin: the browser asks for leave across sites.
    chat.page.goto(api.url.replace("127.0.0.1", "localhost") + "/host")
    chat.page.evaluate(
        """source => {
            const script = document.createElement("script");
            script.type = "module";
            script.src = source;
            document.body.append(script, document.createElement("roamdesk-chat"));
        }""",
        api.url + "/widget/roamdesk.js",
    )
    chat.page.get_by_role("button", name="打开漫游助手").click()
    chat.write("我在台湾打不了电话")
    chat.shows("先确认用的是哪种卡")
    style = "node => [getComputedStyle(node).fontSize, getComputedStyle(node).color]"
    assert chat.bubble("customer").evaluate(style) == ["16px", "rgb(27, 31, 36)"]


def test_the_first_message_leaves_within_a_second_of_opening_on_fast_3g(new_context, api):
    page = new_context().new_page()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    fast_3g = {"latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 93_750}
    session.send("Network.emulateNetworkConditions", {"offline": False, **fast_3g})
    page.goto(api.url, wait_until="commit")
    field = page.get_by_label("输入消息")
    field.wait_for()
    opened = time.monotonic()
    field.fill("我在台湾打不了电话")
    field.press("Enter")
    while not api.posts:
        page.wait_for_timeout(10)
    assert time.monotonic() - opened <= 1
