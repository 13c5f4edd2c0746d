"""What comes in from WeChat: each kind once, answered by a customer-service message."""

import asyncio
from datetime import timedelta

import pytest

from api.channels.join import codes
from api.channels.wechat import sentences
from api.channels.wechat.incoming import _area
from api.channels.wechat.outbox import Outbox
from ops.wechat_sim.faults import Order, PushFaults
from tests.api import pictures_made
from tests.api.wechat.phone import TROUBLE, Phone, connect, conversation_of, running, until

on_postgres = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


async def transcript(admin, app, phone):
    conversation = await conversation_of(app, phone.openid)
    return (await admin.get(f"/v1/conversations/{conversation}")).json()


@pytest.mark.parametrize("mode", ["plain", "compat", "safe"])
async def test_a_customer_is_answered_by_customer_service_messages(app, phone, admin, mode):
    sent = await phone.says(TROUBLE)
    assert [one.outcome for one in sent.tries] == ["success"]
    texts = await phone.gets(2)
    assert "工单号" in texts[0]
    assert phone.shown[-1].kind == "msgmenu"
    seen = await transcript(admin, app, phone)
    assert seen["channel"] == "wechat"
    assert [m["sender"] for m in seen["messages"]] == ["customer", "bot", "bot"]
    await phone.gets_nothing_more()


async def test_the_same_message_three_times_is_one_turn_and_one_answer(app, phone, bot, sim, admin):
    sim.order(Order(push=PushFaults(times=3)))
    sent = await phone.says(TROUBLE)
    assert [one.outcome for one in sent.tries] == ["success"] * 3
    await phone.gets(2)
    await phone.gets_nothing_more()
    assert len(bot.turns) == 1
    assert len((await transcript(admin, app, phone))["messages"]) == 3


async def test_three_at_the_same_time_are_one(app, phone, bot, sim):
    sim.order(Order(push=PushFaults(times=3, at_once=True)))
    await phone.says(TROUBLE)
    await phone.gets(2)
    await phone.gets_nothing_more()
    assert len(bot.turns) == 1


async def test_the_same_event_twice_greets_once(app, phone, sim):
    sim.order(Order(push=PushFaults(times=3)))
    await phone.does("subscribe")
    assert "国际漫游服务" in (await phone.gets(1))[0]
    await phone.gets_nothing_more()


async def test_the_answer_to_a_push_does_not_wait_for_the_bot(app, phone, bot):
    bot.pause = asyncio.Event()
    sent = await phone.says(TROUBLE)
    assert sent.tries[0].outcome == "success"
    assert sent.tries[0].seconds < 2
    assert phone.texts == []
    bot.pause.set()
    await phone.gets(2)


async def test_a_turn_waits_for_what_is_being_received_but_not_long(app, phone, bot, monkeypatch):
    longest = "api.channels.wechat.arrivals.LONGEST_WAIT_SECONDS"
    monkeypatch.setattr(longest, 60.0)

    async def nothing_to_resume():
        return 0

    # The look at the start takes up what is queued, whoever queued it.
    monkeypatch.setattr(app.state.turns, "resume", nothing_to_resume)
    arrivals = app.state.wechat._arrivals
    with arrivals.one():  # another push is being stored
        await phone.says(TROUBLE)
        await asyncio.sleep(0.5)
        assert bot.turns == []
    await phone.gets(2)
    monkeypatch.setattr(longest, 0.2)
    with arrivals.one():
        await phone.says("在吗")
        await phone.gets(3)


@on_postgres
async def test_the_same_message_in_two_processes_is_one_turn(app, settings, bot, phone, sim):
    async with running(settings, bot) as second:
        connect(sim, app, second)
        sim.order(Order(push=PushFaults(times=6, at_once=True)))
        await phone.says(TROUBLE)
        await phone.gets(2)
        await phone.gets_nothing_more(1.0)
        assert len(bot.turns) == 1


async def test_a_stop_between_receiving_and_answering_loses_nothing(settings, bot, sim):
    bot.learn(TROUBLE, "report_call_failure", location="TW")
    bot.pause = asyncio.Event()
    user = sim.add_user()
    customer = Phone(sim, user.openid)
    async with running(settings, bot) as first:
        connect(sim, first)
        await customer.says(TROUBLE)
        await asyncio.sleep(0.1)
        for task in list(first.state.turns._last.values()):
            task.cancel()  # as a kill would
    bot.pause = None
    async with running(settings, bot):
        assert "工单号" in (await customer.gets(2))[0]
        await customer.gets_nothing_more()


async def test_a_stop_between_answering_and_planning_loses_nothing(settings, bot, sim, monkeypatch):
    bot.learn(TROUBLE, "report_call_failure", location="TW")
    customer = Phone(sim, sim.add_user().openid)
    with monkeypatch.context() as patch:
        patch.setattr(Outbox, "plan", _stops)
        async with running(settings, bot) as first:
            connect(sim, first)
            await customer.says(TROUBLE)
            await first.state.turns.drain(10)
    assert customer.texts == []
    async with running(settings, bot):
        await customer.gets(2)
        await customer.gets_nothing_more()


async def _stops(self, conversation_id):
    raise ConnectionError("the process is gone")


# ---- what customers send -------------------------------------------------------------------


async def test_a_tapped_choice_and_a_typed_number_are_choices(app, phone, admin):
    await phone.says(TROUBLE)
    await phone.gets(2)
    await phone.taps("没有")
    await phone.gets(3)
    question = phone.shown[-1].body
    assert "国内" in question["head"]
    await phone.says("①")
    await phone.gets(4)
    messages = (await transcript(admin, app, phone))["messages"]
    said = [m["text"] for m in messages if m["sender"] == "customer"]
    assert said == [TROUBLE, "没有", "国内正常"]
    ticket = await admin.get(f"/v1/tickets/{await ticket_of(admin, app, phone)}")
    facts = ticket.json()["facts"]
    assert (facts["card_type"]["value"], facts["works_at_home"]["value"]) == ("ctoc", "yes")


async def ticket_of(admin, app, phone):
    conversation = await conversation_of(app, phone.openid)
    tickets = (await admin.get("/v1/tickets")).json()["items"]
    return next(t["number"] for t in tickets if t["conversation_id"] == conversation)


async def test_digits_that_a_question_asks_for_are_no_choice(app, phone, admin):
    await phone.says(TROUBLE)
    await phone.gets(2)
    await phone.taps("没有")
    await phone.gets(3)
    await phone.taps("国内正常")
    texts = await phone.gets(4)
    assert "PRL" in texts[-1]
    assert "也可以回复“不知道”" in texts[-1]
    await phone.says("1")
    await phone.gets(5)
    ticket = await admin.get(f"/v1/tickets/{await ticket_of(admin, app, phone)}")
    assert ticket.json()["facts"]["prl_version"]["value"] == "1"


@pytest.mark.parametrize("words", ["9", "0", "第二个", "12345"])
async def test_other_numbers_stay_words(app, phone, admin, words):
    await phone.says(TROUBLE)
    await phone.gets(2)
    await phone.says(words)
    await phone.gets(3)
    messages = (await transcript(admin, app, phone))["messages"]
    assert [m["text"] for m in messages if m["sender"] == "customer"][-1] == words


async def test_an_entry_pressed_with_another_text_is_taken_as_words(app, phone, admin):
    await phone.says(TROUBLE)
    await phone.gets(2)
    item = phone.shown[-1].body["items"][0]
    await phone.says("别的话", item["id"])
    await phone.gets(3)
    messages = (await transcript(admin, app, phone))["messages"]
    assert [m["text"] for m in messages if m["sender"] == "customer"][-1] == "别的话"


async def test_recognised_voice_is_read_and_other_voice_is_asked_for_in_writing(phone, sim, bot):
    await sim.speak(phone.openid, None)
    assert (await phone.gets(1))[0] == sentences.NO_VOICE_TEXT
    await sim.speak(phone.openid, TROUBLE)
    assert "工单号" in (await phone.gets(3))[1]
    assert len(bot.turns) == 1


async def test_a_place_is_read_by_its_name_and_kept_roughly(app, phone, sim, bot, admin):
    bot.learn("我在台湾台北市信义区", "inform", location="TW")
    await sim.send_location(phone.openid, 25.033964, 121.564468, "", 16)
    assert (await phone.gets(1))[0] == sentences.PLACE_UNNAMED
    await sim.send_location(phone.openid, 25.033964, 121.564468, "台湾台北市信义区 7 号", 16)
    await phone.gets(2)
    messages = (await transcript(admin, app, phone))["messages"]
    assert [m["text"] for m in messages if m["sender"] == "customer"] == [
        "〔位置〕纬度 25.03，经度 121.56",
        "我在台湾台北市信义区",
    ]
    kept = messages[-2]["trace"]["wechat"]
    assert kept == {"kind": "location", "latitude": 25.03, "longitude": 121.56}


async def test_a_place_in_letters_that_are_not_read_is_asked_for_in_chinese(
    app, phone, sim, bot, admin
):
    await sim.send_location(phone.openid, 37.56, 126.99, "서울특별시 중구", 16)
    assert (await phone.gets(1))[0] == sentences.PLACE_UNREADABLE
    assert not bot.turns
    (shown, *_) = (await transcript(admin, app, phone))["messages"]
    assert shown["text"] == "〔位置〕서울특별시 중구，纬度 37.56，经度 126.99"


async def test_bind_without_a_code_is_told_how(phone, bot):
    await phone.says("绑定")
    assert (await phone.gets(1))[0] == codes.NO_CODE
    await phone.says("绑定 12345")
    assert (await phone.gets(2))[1] == codes.NO_CODE
    assert not bot.turns
    await phone.says("怎么绑定银行卡")
    await phone.gets(3)
    assert len(bot.turns) == 1


async def test_the_tickets_line_and_link_are_not_repeated_until_it_changes(connected, phone, bot):
    await phone.says(TROUBLE)
    await phone.gets(2)
    bot.learn("转人工", "request_human")
    await phone.says("转人工")
    texts = await phone.gets(3)
    assert sum("#join=" in text for text in texts) == 1
    assert sum("下一步首次核查" in text for text in texts) == 1


@pytest.mark.parametrize(
    ("label", "area"),
    [
        ("日本东京都新宿区西新宿2丁目8-1", "日本东京都新宿区西新宿"),
        ("8th Ave, New York, NY 10018, United States", "Ave, New York, NY United States"),
        ("12345", "12345"),
    ],
)
def test_house_numbers_are_left_out_of_a_place(label, area):
    assert _area(label) == area


async def test_a_picture_is_expected_and_honestly_answered(app, phone, sim, admin):
    await sim.send_image(phone.openid, pictures_made.photo(), "image/jpeg", sim.url)
    assert (await phone.gets(1))[0] == sentences.PICTURE
    seen = await transcript(admin, app, phone)
    assert seen["messages"][0]["text"] == "〔图片〕"
    url = f"/v1/desk/conversations/{seen['id']}"

    async def kept():
        attached = (await admin.get(url)).json()["messages"][0]["attachments"]
        return attached and attached[0]["state"] == "kept"

    await until(kept)


@pytest.mark.parametrize("kind", ["video", "shortvideo", "link", "file"])
async def test_what_cannot_be_read_is_said_politely(phone, sim, bot, kind):
    sent = await sim.send_other(phone.openid, kind)
    assert sent.arrived
    assert "请您用文字说说情况" in (await phone.gets(1))[0]
    assert bot.turns == []


@pytest.mark.parametrize("text", ["【收到不支持的消息类型，暂无法显示】", "   "])
async def test_stickers_and_blanks_are_asked_about(phone, bot, text):
    await phone.says(text)
    assert "请您" in (await phone.gets(1))[0]


async def test_a_menu_click_speaks_for_the_customer(phone, bot, app, admin):
    bot.learn("我打不了电话", "report_call_failure")
    await phone.does("CLICK", "no_calls")
    await phone.gets(1)
    assert (await transcript(admin, app, phone))["messages"][0]["text"] == "我打不了电话"
    await phone.does("CLICK", "gone_long_ago")
    assert (await phone.gets(2))[-1] == sentences.OLD_MENU


@pytest.mark.parametrize("event", ["VIEW", "LOCATION", "TEMPLATESENDJOBFINISH", "something_new"])
async def test_other_events_change_nothing(app, phone, event):
    assert (await phone.does(event, "https://example.com/" + "x" * 500)).arrived
    await phone.gets_nothing_more(0.3)


async def test_who_follows_is_greeted_and_who_comes_back_goes_on(app, phone):
    await phone.does("subscribe", "qrscene_12")
    # A tap would allow as little as the follow itself; a number that is written opens 48 hours.
    assert "\n1. 打不了电话\n" in (await phone.gets(1))[0]
    first = await conversation_of(app, phone.openid)
    await phone.says("1")
    await phone.gets(3)
    await phone.does("unsubscribe")
    await phone.does("subscribe")
    assert (await phone.gets(4))[-1] == sentences.WELCOME_BACK
    assert await conversation_of(app, phone.openid) == first


async def test_who_left_is_marked_and_nothing_is_sent(app, phone, admin):
    await phone.says(TROUBLE)
    await phone.gets(2)
    await phone.does("unsubscribe")
    conversation = await conversation_of(app, phone.openid)
    await admin.put(f"/v1/conversations/{conversation}/mode", json={"mode": "agent"})
    body = {"client_id": "a-1", "text": "您好"}
    refused = await admin.post(f"/v1/conversations/{conversation}/replies", json=body)
    assert refused.status_code == 409
    assert refused.json()["error"]["code"] == "wechat_unsubscribed"
    events = (await admin.get(f"/v1/tickets/{await ticket_of(admin, app, phone)}")).json()["events"]
    assert "unreachable" in [event["kind"] for event in events]


async def test_after_an_ended_ticket_and_days_of_silence_a_new_conversation_begins(
    app, phone, admin, later
):
    await phone.says(TROUBLE)
    await phone.gets(2)
    first = await conversation_of(app, phone.openid)
    number = await ticket_of(admin, app, phone)
    for status in ("answered", "resolved", "closed"):
        moved = await admin.post(f"/v1/tickets/{number}/transitions", json={"to": status})
        assert moved.status_code == 200, moved.text
    await phone.says("在吗")
    await phone.gets(3)
    assert await conversation_of(app, phone.openid) == first
    later(timedelta(days=4))
    await phone.says(TROUBLE)
    await phone.gets(5)
    assert await conversation_of(app, phone.openid) != first


async def test_an_open_ticket_keeps_its_conversation_however_long(app, phone, later):
    await phone.says(TROUBLE)
    await phone.gets(2)
    first = await conversation_of(app, phone.openid)
    later(timedelta(days=40))
    await phone.says("在吗")
    await phone.gets(3)
    assert await conversation_of(app, phone.openid) == first


async def test_an_agent_who_holds_it_gets_what_is_written(app, phone, bot, admin):
    await phone.says(TROUBLE)
    await phone.gets(2)
    conversation = await conversation_of(app, phone.openid)
    await admin.put(f"/v1/conversations/{conversation}/mode", json={"mode": "agent"})
    await phone.says("有人吗")
    turns = len(bot.turns)
    body = {"client_id": "a-1", "text": "您好，我来帮您。"}
    said = await admin.post(f"/v1/conversations/{conversation}/replies", json=body)
    assert said.status_code == 201
    assert (await phone.gets(3))[-1] == "您好，我来帮您。"
    assert len(bot.turns) == turns


async def test_a_code_from_the_web_page_makes_that_conversation_theirs(
    app, phone, customer, admin, bot
):
    await customer.says(TROUBLE)
    made = await customer.http.post(
        f"/v1/conversations/{customer.id}/code", headers=customer.headers
    )
    code = made.json()["code"]
    await phone.says("绑定 000000" if code != "000000" else "绑定 111111")
    assert (await phone.gets(1))[-1] == codes.NOT_GOOD
    earlier = await conversation_of(app, phone.openid)
    await phone.says(f"绑定{code}")
    assert (await phone.gets(2))[-1] == codes.BOUND
    assert await conversation_of(app, phone.openid) == customer.id != earlier
    # What was said on the web is not said again here; the interview goes on.
    await phone.gets_nothing_more()
    await phone.says("没有")
    await phone.gets(3)


async def test_a_code_is_confirmed_also_where_an_agent_speaks(phone, customer, admin):
    url = f"/v1/conversations/{customer.id}"
    assert (await admin.put(f"{url}/mode", json={"mode": "agent"})).status_code == 200
    code = (await customer.http.post(f"{url}/code", headers=customer.headers)).json()["code"]
    await phone.says(f"绑定 {code}")
    assert await phone.gets(1) == [codes.BOUND]
    body = {"client_id": "a-1", "text": "您好，我来帮您。"}
    assert (await admin.post(f"{url}/replies", json=body)).status_code == 201
    assert (await phone.gets(2))[-1] == "您好，我来帮您。"


async def test_what_is_asked_on_the_web_page_is_answered_there_only(app, phone, customer, bot):
    made = await customer.http.post(
        f"/v1/conversations/{customer.id}/code", headers=customer.headers
    )
    await phone.says(f"绑定 {made.json()['code']}")
    await phone.gets(1)
    assert await customer.says(TROUBLE)
    await phone.gets_nothing_more()
    await phone.says("在吗")
    await phone.gets(2)
