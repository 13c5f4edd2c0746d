"""Not understood: asked what was meant, then a person; and what is not even words."""

import pytest

from api.interview import wording
from api.interview.language import LINES, foreign


async def waiting(admin, customer):
    return (await admin.get(f"/v1/conversations/{customer.id}")).json()["waiting"]


@pytest.fixture
async def in_taiwan(customer, bot):
    bot.learn("我在台湾打不了电话", "report_call_failure", location="TW")
    await customer.says("我在台湾打不了电话")
    return customer


RANKING = [("ask_billing", 0.31), ("complain_service", 0.27), ("greet", 0.2), ("thank", 0.02)]


async def test_the_first_time_it_is_asked_what_was_meant(customer, bot, admin):
    bot.teach("搞什么名堂", "nlu_fallback", confidence=0.3, ranking=RANKING)
    (asked,) = await customer.says("搞什么名堂")
    assert asked["asks"] == "wish"
    assert "没有听懂" in asked["text"]
    assert [c["value"] for c in asked["choices"]] == ["ask_billing", "complain_service", "unsure"]
    assert asked["choices"][-1]["label"] == "都不是"
    assert not await waiting(admin, customer)
    assert await customer.ticket() is None


async def test_an_unsure_intent_is_asked_about_as_well(customer, bot):
    bot.teach("那个怎么弄", "report_no_signal", confidence=0.45, ranking=RANKING)
    assert (await customer.says("那个怎么弄"))[-1]["asks"] == "wish"


async def test_without_a_ranking_the_likeliest_wishes_are_offered(customer):
    (asked,) = await customer.says("呜啦呜啦")
    labels = [choice["label"] for choice in asked["choices"]]
    assert labels == ["手机没信号", "打不了电话", "找人工", "都不是"]


@pytest.mark.parametrize("typed", [False, True])
async def test_a_chosen_wish_is_taken_as_said(customer, bot, admin, typed):
    await customer.says("呜啦呜啦")
    if typed:
        replies = await customer.says("手机没信号")
    else:
        replies = await customer.chooses("wish", "report_no_signal")
    assert (await customer.ticket())["number"] in replies[0]["text"]
    assert replies[-1]["asks"] == "location"
    number = (await customer.ticket())["number"]
    assert set((await admin.get(f"/v1/tickets/{number}")).json()["facts"]) == {"service"}


async def test_a_wish_is_named_by_its_place_among_those_offered(customer, bot, admin):
    bot.teach("搞什么名堂", "nlu_fallback", confidence=0.3, ranking=RANKING)
    bot.teach("第二个", "inform", ordinal=2)
    await customer.says("搞什么名堂")
    await customer.says("第二个")
    assert (await customer.ticket())["category"] == "service_attitude"


@pytest.mark.parametrize(
    ("wish", "part"), [("ask_knowledge", "PRL"), ("ask_progress", "还没有工单")]
)
async def test_a_wish_that_is_no_trouble_begins_no_interview(customer, wish, part):
    await customer.says("呜啦呜啦")
    (reply,) = await customer.chooses("wish", wish)
    assert part in reply["text"]
    assert reply["asks"] is None


async def test_the_transcript_and_the_complaint_keep_words_not_codes(customer, admin):
    await customer.says("呜啦呜啦")
    await customer.chooses("wish", "complain_service")
    number = (await customer.ticket())["number"]
    events = (await admin.get(f"/v1/tickets/{number}")).json()["events"]
    assert [e["note"] for e in events if e["kind"] == "complaint"] == ["投诉服务"]


@pytest.mark.parametrize("again", ["叽里咕噜", "都不是", "press"])
async def test_the_second_miss_calls_a_person_in_the_same_turn(customer, admin, again):
    await customer.says("呜啦呜啦")
    if again == "press":
        replies = await customer.chooses("wish", "unsure")
    else:
        replies = await customer.says(again)
    assert "转人工" in replies[-1]["text"]
    assert replies[-1]["asks"] is None
    assert await waiting(admin, customer)


async def test_nonsense_without_end_is_no_loop(customer, admin):
    texts = [(await customer.says(f"呜啦{'啦' * n}"))[-1]["text"] for n in range(4)]
    assert await waiting(admin, customer)
    assert "人工" in texts[2]
    assert len(texts[3]) < 40


async def test_an_open_question_is_offered_again(in_taiwan):
    replies = await in_taiwan.says("呜啦呜啦")
    assert replies[-1]["asks"] == "card_type"
    assert "没有听懂" in replies[-1]["text"]
    assert "芯片旁边" in replies[-1]["text"], "with how to find out"
    assert replies[-1]["choices"]


async def test_an_open_question_gives_way_to_what_the_ranking_clearly_says(in_taiwan, bot):
    bot.teach("你们这帮", "nlu_fallback", confidence=0.4, ranking=[("complain_service", 0.4)])
    assert (await in_taiwan.says("你们这帮"))[-1]["asks"] == "wish"
    await in_taiwan.chooses("wish", "report_call_failure")
    bot.teach("电话啊", "nlu_fallback", confidence=0.4, ranking=[("report_call_failure", 0.4)])
    assert (await in_taiwan.says("电话啊"))[-1]["asks"] == "card_type"


async def test_whatever_was_understood_ends_the_row_of_misses(in_taiwan, bot, admin):
    await in_taiwan.says("呜啦呜啦")
    await in_taiwan.chooses("card_type", "ctoc")
    await in_taiwan.says("叽里咕噜")
    assert not await waiting(admin, in_taiwan)


async def test_a_second_miss_in_an_interview_calls_a_person_and_lets_it_go_on(in_taiwan, admin):
    await in_taiwan.says("呜啦呜啦")
    (reply,) = await in_taiwan.says("叽里咕噜")
    assert "转人工" in reply["text"]
    assert reply["asks"] == "card_type"
    assert await waiting(admin, in_taiwan)


async def test_yes_to_a_question_that_wants_a_choice_asks_it_again(customer, bot):
    bot.learn("出问题了", "report_call_failure", location="GB", card_type="ctog")
    await customer.says("出问题了")
    bot.learn("是的", "affirm")
    replies = await customer.says("是的")
    assert replies[-1]["asks"] == "network"
    assert "再具体一点" in replies[-1]["text"]


async def test_what_was_said_before_is_known_and_no_miss(in_taiwan, bot, admin):
    bot.learn("我在台湾啊", "inform", location="TW")
    for _ in range(3):
        replies = await in_taiwan.says("我在台湾啊")
    assert "已经记下" in replies[-1]["text"]
    assert replies[-1]["asks"] == "card_type"
    assert not await waiting(admin, in_taiwan)


async def test_nothing_else_after_the_end_is_a_goodbye_and_no_failure(customer, bot, admin):
    bot.learn("出问题了", "report_call_failure", location="MM", card_type="ctoc")
    await customer.says("出问题了")
    events = len((await _ticket(customer, admin))["events"])
    bot.learn("没有了，谢谢", "deny")
    (reply,) = await customer.says("没有了，谢谢")
    assert reply["text"] == "utter_goodbye"
    assert len((await _ticket(customer, admin))["events"]) == events


async def _ticket(customer, admin):
    number = (await customer.ticket())["number"]
    return (await admin.get(f"/v1/tickets/{number}")).json()


async def test_a_wish_is_never_part_of_a_case(in_taiwan, admin):
    number = (await in_taiwan.ticket())["number"]
    body = {"fact": "wish", "value": "ask_billing"}
    response = await admin.post(f"/v1/tickets/{number}/facts", json=body)
    assert response.status_code == 422


async def test_a_choice_that_is_no_wish_is_refused(customer):
    response = await customer.post({"choice": {"fact": "wish", "value": "greet"}})
    assert response.status_code == 422


# ---- what is not even words -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("my phone has no service please help", "LATIN"),
        ("電話がつながりません", "HIRAGANA"),
        ("전화가 안 돼요", "HANGUL"),
        ("телефон не работает", "CYRILLIC"),
        ("โทรศัพท์ใช้ไม่ได้", "THAI"),
        ("الهاتف لا يعمل", "LATIN"),
    ],
)
async def test_another_language_is_answered_in_it_and_a_person_is_near(
    customer, admin, text, script
):
    (reply,) = await customer.says(text)
    assert "中文" in reply["text"]
    assert LINES[script].how in reply["text"]
    assert reply["choices"]
    assert await customer.ticket() is None
    (again,) = await customer.says(text)
    assert LINES[script].called in again["text"]
    assert await waiting(admin, customer)


@pytest.mark.parametrize(
    "text", ["我的 iPhone 用不了 roaming", "没信号", "👍", "30012", "", "PRL 是什么啊", "在哪儿"]
)
def test_chinese_with_other_words_in_it_is_chinese(text):
    assert foreign(text) is None


@pytest.mark.parametrize("text", ["/restart", " ／help me please", "//inform{}"])
def test_a_command_is_in_no_language(text):
    assert foreign(text) is None


async def test_english_that_is_understood_is_handled_like_any_message(customer, bot):
    text = "I am in Tokyo and cannot make calls"
    bot.teach(text, "report_call_failure", facts={"location": "JP", "service": "voice"})
    replies = await customer.says(text)
    assert replies[-1]["asks"] == "card_type"
    assert (await customer.ticket()) is not None


async def test_a_fact_found_in_an_unsure_english_message_is_enough(customer, bot):
    bot.teach("now in Tokyo", "nlu_fallback", confidence=0.3, facts={"location": "JP"})
    assert (await customer.says("now in Tokyo"))[-1]["asks"] == "service"


@pytest.mark.parametrize("text", ["agent", "Agent", "转人工", "人工"])
async def test_what_we_tell_people_to_type_gets_a_person(customer, admin, text):
    await customer.says(text)
    assert await waiting(admin, customer)


@pytest.mark.parametrize("text", ["😭😭😭", "？？？", "……", "❤️"])
async def test_signs_alone_are_asked_for_words(customer, admin, text):
    (reply,) = await customer.says(text)
    assert "文字" in reply["text"]
    assert reply["asks"] == "wish"
    await customer.says(text)
    assert await waiting(admin, customer)
    assert await customer.ticket() is None


async def test_signs_in_an_interview_are_asked_for_words_and_the_question_again(in_taiwan):
    replies = await in_taiwan.says("😭")
    assert "文字" in replies[-1]["text"]
    assert replies[-1]["asks"] == "card_type"


async def test_digits_that_nobody_asked_for_are_asked_about(customer, bot, in_taiwan):
    bot.learn("30012", "inform")
    replies = await customer.says("30012")
    assert "PRL 版本" in replies[-1]["text"]
    assert replies[-1]["asks"] == "card_type"
    ticket = await customer.ticket()
    assert ticket["outcome"] is None


async def test_digits_that_do_not_fit_the_question_are_not_taken(customer, bot, admin):
    bot.learn("出问题了", "report_call_failure", location="JP", card_type="ctoc")
    await customer.says("出问题了")
    for fact in ("works_at_home", "prl_version", "prl_updated"):
        replies = await customer.chooses(fact, "unsure")
    assert replies[-1]["asks"] == "msisdn"
    bot.learn("12345", "inform")
    replies = await customer.says("12345")
    assert "位数不对" in replies[-1]["text"]
    assert replies[-1]["asks"] == "msisdn"


async def test_a_pasted_story_is_handled_like_any_message(customer, bot):
    story = "我们一家人到日本旅游，" * 180 + "手机打不了电话。"
    assert 1_900 < len(story) <= 2_000
    bot.learn(story, "report_call_failure", location="JP", service="voice")
    replies = await customer.says(story)
    assert replies[-1]["asks"] == "card_type"


# ---- out of scope, and a person asked for again and again ------------------------------------


async def test_out_of_scope_is_said_kindly_and_never_diagnosed(customer, bot):
    facts = {"service": "signal", "location": "JP"}
    bot.learn("东京塔的电视信号好吗", "out_of_scope", **facts)
    (reply,) = await customer.says("东京塔的电视信号好吗")
    assert reply["text"] == "utter_out_of_scope"
    assert reply["asks"] is None
    assert await customer.ticket() is None


async def test_a_person_asked_for_again_and_again(customer, bot, admin):
    texts = []
    for text in ("转人工", "人呢", "叫个活人来"):
        bot.learn(text, "request_human")
        (reply,) = await customer.says(text)
        texts.append(reply["text"])
        assert await waiting(admin, customer)
    number = (await customer.ticket())["number"]
    assert number in texts[0]
    assert all(len(text) < 30 and text != texts[0] for text in texts[1:])
    assert texts[1] != texts[2]
    tickets = (await admin.get("/v1/tickets")).json()
    assert tickets["total"] == 1


async def test_whoever_may_want_a_person_gets_one(customer, bot, admin):
    bot.teach("喊个会说话的来", "request_human", confidence=0.42)
    await customer.says("喊个会说话的来")
    assert await waiting(admin, customer)


async def test_understood_english_is_handled_and_explained_once(customer, bot):
    how = LINES["LATIN"].how
    bot.learn("My phone has no signal in Tokyo", "report_no_signal", location="JP")
    bot.learn("no it is not a dual card", "deny", card_type="ctoc")
    first = await customer.says("My phone has no signal in Tokyo")
    assert first[-1]["asks"] == "card_type"
    assert sum(how in message["text"] for message in first) == 1
    second = await customer.says("no it is not a dual card")
    assert not any(how in message["text"] for message in second)


@pytest.mark.parametrize(
    ("text", "line"),
    [("안녕하세요 도와주세요", "HANGUL"), ("please book me a nice hotel", "LATIN")],
)
async def test_small_talk_in_another_language_is_answered_in_it(customer, bot, line, text):
    bot.learn(text, "out_of_scope")
    (asked,) = await customer.says(text)
    assert LINES[line].how in asked["text"]
    assert asked["choices"]


async def test_a_bare_number_is_asked_about_whatever_it_was_taken_for(customer, bot):
    bot.learn("8613800001111222", "chitchat")
    (asked,) = await customer.says("8613800001111222")
    assert "PRL 版本" in asked["text"]


@pytest.mark.parametrize("text", ["4G", "ok", "G", "APN", "LTE 5G"])
def test_a_few_latin_letters_are_no_language(text):
    assert (foreign(text) is None) == (text != "LTE 5G")


async def test_an_old_button_of_another_trouble_is_taken_as_a_change_of_mind(in_taiwan, admin):
    (reply,) = await in_taiwan.chooses("service", "data")
    assert "只看到符号" not in reply["text"]
    assert reply["asks"] != "service"
    number = (await in_taiwan.ticket())["number"]
    ticket = (await admin.get(f"/v1/tickets/{number}")).json()
    assert ticket["facts"]["service"]["value"] == "data"


async def test_who_looks_for_the_person_called_is_not_greeted_anew(in_taiwan, bot):
    bot.learn("转人工", "request_human")
    bot.learn("有人吗", "greet")
    await in_taiwan.says("转人工")
    first, again = await in_taiwan.says("有人吗"), await in_taiwan.says("有人吗")
    assert first[0]["text"] in wording.PERSON_AGAIN
    assert again[0]["text"] in wording.PERSON_AGAIN
    assert again[0]["text"] != first[0]["text"]


async def test_who_asked_for_a_person_only_is_not_asked_about_roaming_by_a_greeting(customer, bot):
    bot.learn("喂", "greet")
    bot.learn("人工", "request_human")
    await customer.says("人工")
    assert [reply["asks"] for reply in await customer.says("喂")] == [None]


async def test_a_greeting_in_the_middle_is_answered_shortly(in_taiwan, bot):
    bot.learn("在吗", "greet")
    here, question = await in_taiwan.says("在吗")
    assert here["text"] == wording.STILL_HERE
    assert question["asks"] == "card_type"
