"""A conversation that goes well: words, buttons, sources, the ticket, a person."""

from playwright.sync_api import expect

from tests.e2e.fake_bot import TICKET


def test_a_conversation_goes_from_the_first_words_to_the_ticket(chat, api):
    chat.to_the_ticket()
    assert api.texts() == ["我在台湾打不了电话", "没有", "国内正常"]
    card = chat.page.locator(".message .ticket")
    expect(card).to_contain_text(TICKET["number"])
    expect(card).to_contain_text("已登记")
    # A clock of days ends with its last day, and says so: 24:00, not 00:00 of the day after.
    expect(card).to_contain_text("北京时间 11月25日 24:00 前")
    assert "当地" not in card.inner_text()


def test_a_customer_elsewhere_sees_the_deadline_in_local_time_too(open_chat):
    chat = open_chat(timezone_id="America/New_York")
    chat.to_the_ticket()
    expect(chat.page.locator(".message .ticket")).to_contain_text("（当地 11:00）")


def test_the_ticket_stays_at_the_top_and_can_be_asked_for_news(chat, api):
    chat.to_the_ticket()
    api.only.state["ticket"] = TICKET | {"status": "investigating"}
    bar = chat.page.locator(".ticket-bar")
    bar.locator("summary").click()
    bar.get_by_role("button", name="查看最新进度").click()
    expect(bar.locator("summary")).to_contain_text("处理中")
    expect(bar.locator(".ticket")).to_contain_text("处理中")


def test_a_pressed_choice_goes_as_a_fact_and_can_be_pressed_once(chat, api):
    chat.write("我在台湾打不了电话")
    with chat.page.expect_request(lambda request: request.method == "POST") as sent:
        chat.choose("没有")
    assert sent.value.post_data_json["choice"] == {"fact": "card_type", "value": "ctoc"}
    chat.shows("那是单模国际卡")
    first = chat.page.locator(".choices").first
    expect(first.locator(".choice:enabled")).to_have_count(0)
    expect(first.get_by_role("button", name="没有（已选）")).to_be_visible()
    assert api.texts() == ["我在台湾打不了电话", "没有"]


def test_buttons_of_an_answered_question_stay_closed_after_a_reload(chat):
    chat.write("我在台湾打不了电话")
    chat.choose("没有")
    chat.shows("那是单模国际卡")
    chat.page.reload()
    chat.shows("那是单模国际卡")
    expect(chat.page.locator(".choices").first.locator(".choice:enabled")).to_have_count(0)
    expect(chat.page.locator(".choices").last.locator(".choice:enabled")).to_have_count(3)


def test_after_a_digression_only_the_question_asked_again_is_open(chat):
    chat.write("我在台湾打不了电话")
    chat.shows("先确认用的是哪种卡")
    chat.write("PRL 是什么")
    chat.shows("优先漫游列表")
    expect(chat.page.locator(".choices")).to_have_count(2)
    expect(chat.page.locator(".choices").first.locator(".choice:enabled")).to_have_count(0)
    expect(chat.page.locator(".choices").last.locator(".choice:enabled")).to_have_count(3)


def test_a_failed_turn_is_a_system_line_and_leaves_the_question_open(chat):
    chat.write("我在台湾打不了电话")
    chat.shows("先确认用的是哪种卡")
    chat.write("出错")
    chat.shows("机器人这会儿没有答上来", "system")
    expect(chat.page.locator(".choice:enabled")).to_have_count(3)


def test_a_source_opens_to_its_text_and_where_it_stands(chat):
    chat.to_the_ticket()
    source = chat.page.locator(".cite", has_text="单模卡判断流程 第 3 步")
    text = source.get_by_text("先问清 PRL 的版本")
    expect(text).to_be_hidden()
    source.locator("summary").focus()
    chat.page.keyboard.press("Enter")
    expect(text).to_be_visible()
    expect(source).to_contain_text("G3.1/3 · 《中国电信国际卡常见投诉问题处理》，2012 年")


def test_markup_is_shown_as_words_whoever_sends_it(chat, api):
    nasty = '<img src=x onerror="window.hurt=1"><b>粗</b> https://example.com'
    chat.write(nasty)
    chat.shows("收到：")
    api.say(api.only, "agent", nasty, citations=[{"id": nasty, "title": nasty, "text": nasty}])
    api.say(api.only, "bot", "选一个", asks="card_type", choices=[{"label": nasty, "value": "x"}])
    chat.shows("选一个")
    assert chat.said("customer") == [nasty]
    assert chat.said("agent") == [nasty]
    inside = chat.page.locator("roamdesk-chat")
    assert inside.locator("img, b:not(.score b), a").count() == 0
    assert chat.page.evaluate("window.hurt") is None


def test_who_speaks_is_told_by_name_and_place_not_by_colour_alone(chat, api):
    chat.write("你好")
    chat.shows("收到：你好")
    api.say(api.only, "agent", "我是客服。")
    api.say(api.only, "system", "人工客服已接入。")
    chat.shows("人工客服已接入", "system")
    names = {}
    for sender in ("bot", "customer", "agent", "system"):
        names[sender] = chat.page.locator(f".message.{sender} .who").first.text_content()
    assert names == {"bot": "机器人", "customer": "您", "agent": "人工客服", "system": "系统提示"}
    left = chat.bubble("bot").first.bounding_box()["x"]
    assert chat.bubble("customer").first.bounding_box()["x"] > left + 100


def test_typing_shows_while_the_bot_works_and_goes_with_its_answer(chat, api):
    api.switches.bot_latency = 0.6
    chat.write("你好")
    expect(chat.page.locator(".typing")).to_have_text("机器人正在输入")
    chat.shows("收到：你好")
    expect(chat.page.locator(".typing")).to_be_hidden()


def test_a_person_is_one_press_away_and_the_wait_is_shown(chat, api):
    chat.page.get_by_role("button", name="转人工").click()
    chat.shows("已为您转人工", "system")
    expect(chat.page.locator(".served")).to_have_text("正在等人工客服接入")
    expect(chat.page.get_by_role("button", name="已转人工")).to_be_disabled()
    api.set_state(api.only, mode="agent", waiting=False)
    api.say(api.only, "agent", "您好，我来帮您。")
    chat.shows("我来帮您", "agent")
    expect(chat.page.locator(".served")).to_have_text("人工客服为您服务")


def test_the_end_can_be_rated_once_and_left_for_a_new_conversation(chat, api):
    chat.to_the_ticket()
    chat.page.get_by_role("radio", name="很满意").check()
    chat.page.get_by_label("还想说什么").fill("问得清楚")
    chat.page.get_by_role("button", name="提交评价").click()
    chat.page.get_by_text("已记下您的评价").wait_for()
    assert api.only.rating == {"score": 5, "comment": "问得清楚"}
    chat.page.reload()
    chat.page.get_by_role("button", name="开始新的会话").click()
    expect(chat.bubble("customer")).to_have_count(0)
    chat.shows("您好，这里是漫游助手")
    assert len(api.conversations) == 2


def test_the_newest_message_is_in_sight_and_a_long_one_from_its_beginning(chat, api):
    for turn in range(12):
        chat.write(f"第 {turn} 句")
    chat.shows("收到：第 11 句")
    expect(chat.bubble("bot", "收到：第 11 句")).to_be_in_viewport()
    api.say(api.only, "bot", "很长的说明。\n" * 60)
    chat.shows("很长的说明")
    chat.page.wait_for_timeout(100)
    top = chat.bubble("bot", "很长的说明").bounding_box()["y"]
    assert top >= chat.page.locator(".scroll").bounding_box()["y"]
    chat.page.wait_for_timeout(1600)
    api.say(api.only, "agent", "过一会儿说的")
    expect(chat.bubble("agent", "过一会儿说的")).to_be_in_viewport()


def test_a_question_is_in_sight_whatever_led_to_it(open_chat, api):
    chat = open_chat(viewport={"width": 375, "height": 667})
    chat.write("请登记")
    chat.shows("先确认用的是哪种卡")
    brief = chat.page.locator(".message .ticket")
    expect(brief).to_contain_text("已登记，北京时间 11月25日 24:00 前给出首次答复")
    expect(chat.page.get_by_role("button", name="不知道")).to_be_in_viewport(ratio=1)


def test_reading_back_is_not_disturbed_by_what_arrives(chat, api):
    for turn in range(12):
        chat.write(f"第 {turn} 句")
    chat.shows("收到：第 11 句")
    scroll = chat.page.locator(".scroll")
    scroll.evaluate("node => (node.scrollTop = 0)")
    api.say(api.only, "agent", "新来的一句")
    chat.shows("新来的一句", "agent")
    assert scroll.evaluate("node => node.scrollTop") == 0
    chat.page.get_by_role("button", name="去看最新的").click()
    expect(chat.bubble("agent", "新来的一句")).to_be_in_viewport()


def test_who_watches_is_told_that_the_customer_types_but_not_at_every_key(chat, api):
    with chat.page.expect_response(lambda response: response.url.endswith("/typing")) as told:
        chat.field.press_sequentially("我在台湾打不了电话")
    assert told.value.status == 204
    assert api.only.typed == 1
    chat.field.press("Enter")
    chat.shows("先确认用的是哪种卡")
