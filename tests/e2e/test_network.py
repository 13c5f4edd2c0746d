"""Reloads, lost lines, refusing servers: nothing twice, nothing missed, the customer told."""

import contextlib
import time

from playwright.sync_api import expect

from tests.e2e.widget import Widget


def wait_until(true, seconds=6.0):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def settled(api, texts):
    """The server comes to hold these texts of the customer."""
    wait_until(lambda: api.conversations and api.texts() == texts)


def test_a_reload_brings_back_the_whole_conversation(chat, api):
    chat.to_the_ticket()
    before = chat.said("bot")
    chat.page.reload()
    chat.page.locator(".message .ticket").wait_for()
    assert chat.said("bot") == before
    assert chat.said("customer") == ["我在台湾打不了电话", "没有", "国内正常"]
    assert len(api.conversations) == 1


def test_words_not_yet_sent_survive_a_reload(chat):
    chat.field.fill("写了一半")
    chat.page.reload()
    expect(chat.field).to_have_value("写了一半")


def test_what_is_said_while_away_is_there_on_return(chat, api):
    chat.page.goto("about:blank")
    api.say(api.only, "agent", "您不在的时候说的")
    chat.page.goto(api.url)
    chat.shows("您不在的时候说的", "agent")


def test_a_broken_stream_resumes_without_gap_or_double(chat, api):
    chat.write("一")
    chat.shows("收到：一")
    for number in range(2):
        api.cut_streams()
        api.say(api.only, "agent", f"断线后 {number}")
        chat.shows(f"断线后 {number}", "agent")
    assert chat.said("agent") == ["断线后 0", "断线后 1"]


def test_messages_written_offline_go_out_once_and_in_order(chat, api):
    context = chat.page.context
    context.set_offline(True)
    for text in ("第一句", "第二句", "第三句"):
        chat.write(text)
    expect(chat.strip).to_contain_text("网络已断开")
    expect(chat.page.locator(".state")).to_have_text(["待发送"] * 3)
    assert api.texts() == []
    context.set_offline(False)
    settled(api, ["第一句", "第二句", "第三句"])
    chat.shows("收到：第三句")
    expect(chat.page.locator(".state")).to_have_count(0)
    expect(chat.strip).to_be_hidden()
    assert chat.said("customer") == ["第一句", "第二句", "第三句"]


def test_messages_written_offline_survive_a_reload(chat, api):
    api.switches.down = True
    api.cut_streams()
    chat.write("关页面前写的")
    chat.page.reload()
    expect(chat.bubble("customer", "关页面前写的")).to_be_visible()
    api.switches.down = False
    settled(api, ["关页面前写的"])
    chat.shows("收到：关页面前写的")
    assert chat.said("customer") == ["关页面前写的"]


def test_a_lost_answer_is_asked_for_again_with_the_same_id(chat, api):
    api.switches.lose_answers = 2
    api.switches.echo_client_id = False
    chat.write("只说一次")
    chat.shows("收到：只说一次")
    settled(api, ["只说一次"])
    wait_until(lambda: len(api.posts) == 3)
    expect(chat.page.locator(".state")).to_have_count(0)
    assert len(set(api.posts)) == 1
    assert chat.said("customer") == ["只说一次"]


def test_a_server_that_keeps_client_ids_to_itself_makes_no_doubles_either(chat, api):
    api.switches.echo_client_id = False
    api.switches.lose_answers = 1
    for text in ("同一句", "同一句", "另一句"):
        chat.write(text)
    settled(api, ["同一句", "同一句", "另一句"])
    chat.shows("收到：另一句")
    expect(chat.page.locator(".state")).to_have_count(0)
    assert chat.said("customer") == ["同一句", "同一句", "另一句"]


def test_a_reload_after_a_lost_answer_shows_the_message_once(chat, api):
    api.switches.lose_answers = 1
    chat.write("存下了，回执丢了")
    settled(api, ["存下了，回执丢了"])
    chat.page.reload()
    chat.shows("收到：存下了")
    assert chat.said("customer") == ["存下了，回执丢了"]
    assert api.texts() == ["存下了，回执丢了"]


def test_a_failing_server_is_tried_again_and_its_own_words_are_shown(chat, api):
    api.switches.refuse = [(503, "数据库正忙。", {})]
    api.switches.refuse *= 2
    chat.write("再试试")
    expect(chat.page.locator(".state")).to_contain_text("数据库正忙（到时会自动重发）")
    chat.shows("收到：再试试")
    expect(chat.strip).to_be_hidden()
    assert len(set(api.posts)) == 1


def test_a_refused_message_says_why_and_goes_back_to_the_field(chat, api):
    api.switches.refuse = [(422, "这条消息里有不能显示的字符。", {})]
    chat.write("不行的")
    chat.write("下一条")
    chat.shows("收到：下一条")
    expect(chat.page.locator(".state")).to_contain_text("没有发出：这条消息里有不能显示的字符。")
    chat.page.get_by_role("button", name="修改后再发").click()
    expect(chat.field).to_have_value("不行的")
    assert api.texts() == ["下一条"]


def test_too_fast_waits_as_long_as_the_server_asks(chat, api):
    api.switches.refuse = [(429, "您发得太快了，请 1 秒后再试。", {"Retry-After": "1"})]
    start = time.monotonic()
    chat.write("快")
    chat.write("更快")
    expect(chat.page.locator(".state").first).to_contain_text("您发得太快了")
    settled(api, ["快", "更快"])
    assert time.monotonic() - start >= 1
    assert len(api.posts) == 3


def test_a_conversation_the_server_forgot_goes_on_in_a_new_one(chat, api):
    chat.write("旧的")
    chat.shows("收到：旧的")
    chat.page.goto("about:blank")
    api.conversations.clear()
    chat.page.goto(api.url)
    chat.shows("之前的会话已失效，已为您开始新的会话", "system")
    chat.shows("您好，这里是漫游助手")
    chat.write("新的")
    chat.shows("收到：新的")
    assert api.texts() == ["新的"]


def test_a_token_that_expires_in_mid_conversation_loses_no_words(chat, api):
    chat.write("旧的")
    chat.shows("收到：旧的")
    api.only.token = "changed"
    chat.write("没有发出的")
    chat.shows("没有发出的 1 条消息会在新会话里发送", "system")
    chat.shows("收到：没有发出的")
    assert chat.said("customer") == ["没有发出的"]


def test_after_five_minutes_offline_it_says_so_and_sends_when_back(new_context, api):
    page = new_context().new_page()
    page.clock.install()
    page.goto(api.url)
    chat = Widget(page)
    chat.shows("您好")
    api.switches.down = True
    api.cut_streams()
    chat.write("断网时写的")
    expect(chat.strip).to_contain_text("暂时连不上服务")
    expect(chat.bubble("system")).to_have_count(0)
    page.clock.fast_forward("05:01")
    chat.shows("断网已超过 5 分钟", "system")
    api.switches.down = False
    back = chat.bubble("system", "网络已恢复，正在发送刚才写的 1 条消息").last
    for _ in range(10):  # in small steps: a long one would also run out the request's own time
        page.clock.fast_forward("00:04")
        with contextlib.suppress(AssertionError):
            expect(back).to_be_visible(timeout=700)
            break
    expect(back).to_be_visible()
    chat.shows("收到：断网时写的")
    assert api.texts() == ["断网时写的"]


def test_while_starting_it_says_what_is_pending_and_takes_words_already(open_chat, api):
    api.switches.starting = True
    api.switches.parts = {"database": "ready", "bot": "starting", "actions": "starting"}
    chat = open_chat(wait=False)
    expect(chat.strip).to_contain_text("机器人正在启动，还在等：语言模型、应答服务")
    chat.write("我在台湾打不了电话")
    expect(chat.page.locator(".state")).to_have_text("待发送")
    api.switches.starting = False
    api.switches.parts = {"database": "ready", "bot": "ready", "actions": "ready"}
    chat.shows("先确认用的是哪种卡")
    expect(chat.strip).to_be_hidden()


def test_with_only_the_bot_down_messages_go_out_and_the_page_says_so(open_chat, api):
    api.switches.parts = {"database": "ready", "bot": "starting", "actions": "ready"}
    chat = open_chat()
    expect(chat.strip).to_contain_text("机器人正在启动，还在等：语言模型")
    chat.write("先写下")
    settled(api, ["先写下"])
    api.switches.parts = {"database": "ready", "bot": "ready", "actions": "ready"}
    expect(chat.strip).to_be_hidden()


def test_behind_a_proxy_that_holds_the_stream_answers_still_come(open_chat, api):
    api.switches.mute_stream = True
    chat = open_chat()
    chat.write("你好")
    chat.shows("收到：你好")


def test_two_tabs_share_one_conversation_and_one_queue(chat, api):
    other = chat.page.context.new_page()
    other.goto(api.url)
    second = type(chat)(other)
    second.shows("您好，这里是漫游助手")
    chat.write("甲页")
    second.write("乙页")
    for page in (chat, second):
        page.shows("收到：甲页")
        page.shows("收到：乙页")
        expect(page.bubble("customer")).to_have_count(2)
    assert len(api.conversations) == 1
