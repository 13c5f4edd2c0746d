"""Whole conversations on the real trees, one per outcome family, and what breaks into them."""

from datetime import datetime

import pytest

from api.interview.local_time import at_latest, spoken

HOME_FINE = {"works_at_home": "yes", "prl_updated": "yes"}


@pytest.fixture
async def in_taiwan(customer, bot):
    bot.learn("我在台湾打不了电话", "report_call_failure", location="TW")
    await customer.says("我在台湾打不了电话")
    return customer


async def tell(customer, bot, service, **facts):
    intent = {
        "voice": "report_call_failure",
        "sms": "report_sms_failure",
        "data": "report_data_failure",
        "signal": "report_no_signal",
    }[service]
    bot.learn("出问题了", intent, **facts)
    return await customer.says("出问题了")


async def test_the_first_trouble_opens_a_ticket_and_tells_its_number_at_once(in_taiwan):
    messages = await in_taiwan.messages()
    told, question = messages[-2:]
    ticket = await in_taiwan.ticket()
    assert ticket["number"] in told["text"]
    assert "中国台湾" in told["text"]
    assert told["ticket"]["number"] == ticket["number"]
    assert question["asks"] == "card_type"
    assert question["choices"][-1]["value"] == "unsure"
    assert question["citations"]
    assert ticket["status"] == "acknowledged"
    states = {clock["name"]: clock["state"] for clock in ticket["clocks"]}
    assert states == {
        "acknowledge": "met",
        "first_check": "running",
        "first_answer": "running",
        "result": "running",
        "result_legal": "running",
    }


@pytest.mark.parametrize(
    ("service", "facts", "outcome"),
    [
        ("voice", {"location": "MM", "card_type": "ctoc"}, "no_c_coverage"),
        (
            "voice",
            {"location": "JP", "card_type": "ctoc", "works_at_home": "no"},
            "card_or_phone_fault",
        ),
        ("signal", {"location": "GB", "card_type": "ctoc"}, "no_c_coverage"),
        (
            "voice",
            {"location": "MN", "card_type": "ctoc", **HOME_FINE, "prl_updated": "no"},
            "prl_outdated",
        ),
        (
            "voice",
            {"location": "GB", "card_type": "ctog", "network": "g", "card_slot": "c"},
            "wrong_slot",
        ),
        (
            "voice",
            {
                "location": "GB",
                "card_type": "ctog",
                "network": "g",
                "card_slot": "g",
                "selected_by_hand": "no",
            },
            "wrong_operator",
        ),
        (
            "sms",
            {
                "location": "GB",
                "card_type": "ctog",
                "network": "g",
                "card_slot": "g",
                "sms_centre_ok": "no",
            },
            "sms_centre_wrong",
        ),
        ("voice", {"location": "KR", "card_reissued_after_korea": "yes"}, "skt_reissue"),
        (
            "voice",
            {"location": "US", "operator": "sprint", "dialled_digits": "17"},
            "number_too_long",
        ),
    ],
)
async def test_a_customer_is_diagnosed(customer, bot, service, facts, outcome):
    await tell(customer, bot, service, location=facts["location"])
    replies, asked = await customer.answers(facts)
    assert len(asked) == len(set(asked)), "nothing is asked twice"
    ticket = await customer.ticket()
    assert ticket["outcome"] == outcome
    assert ticket["outcome_title"]
    end = replies[-1]
    assert ticket["number"] in end["text"]
    assert "最可能的原因" in end["text"]
    assert "最晚" in end["text"]
    assert end["citations"]
    assert end["asks"] is None
    answered = {"wrong_slot", "wrong_operator", "number_too_long", "skt_reissue"}
    assert ticket["status"] == ("answered" if outcome in answered else "investigating")
    # The deadline that was told is one that a clock still runs for.
    due = datetime.fromisoformat(ticket["next_clock"]["due_at"])
    assert spoken(due, facts["location"]) in end["text"]


async def test_what_only_the_back_office_knows_waits_and_says_so(customer, bot, admin, app):
    await tell(customer, bot, "voice", location="JP")
    replies, _ = await customer.answers({"card_type": "ctoc", **HOME_FINE, "msisdn": "unsure"})
    ticket = await customer.ticket()
    assert ticket["outcome"] == "waiting_back_office"
    assert "人工" in replies[-1]["text"]
    seen = (await admin.get(f"/v1/conversations/{customer.id}")).json()
    assert seen["waiting"] is True


async def test_the_back_office_answers_and_says_that_it_is_a_sample(customer, bot):
    await tell(customer, bot, "voice", location="JP")
    facts = {"card_type": "ctoc", **HOME_FINE, "msisdn": "18900000001"}
    replies, _ = await customer.answers(facts)
    assert (await customer.ticket())["outcome"] == "ild_not_open"
    assert "样例数据" in replies[-1]["text"]


async def test_an_agents_fact_moves_the_case_on_and_the_customer_is_told(customer, bot, admin):
    await tell(customer, bot, "voice", location="JP")
    await customer.answers({"card_type": "ctoc", **HOME_FINE})
    number = (await customer.ticket())["number"]
    for fact, value in [("ild_open", "yes"), ("home_config_ok", "yes"), ("vpn_open", "no")]:
        response = await admin.post(
            f"/v1/tickets/{number}/facts", json={"fact": fact, "value": value, "note": "CRM 已查"}
        )
        assert response.status_code == 200, response.text
    ticket = response.json()
    assert ticket["outcome"] == "foreign_c_coverage"
    assert ticket["facts"]["vpn_open"]["said_by"] == "agent"
    assert ticket["facts"]["location"] == {
        "value": "JP",
        "said_by": "customer",
        "at": ticket["facts"]["location"]["at"],
        "note": None,
    }
    assert [row["citation"] for row in ticket["path"]][-1].startswith("G3.1/")
    assert ticket["tree"]["revision"]
    assert "最可能的原因" in (await customer.messages())[-1]["text"]


async def test_a_result_is_only_drafted_where_an_agent_speaks(customer, bot, admin):
    await tell(customer, bot, "voice", location="JP")
    await customer.answers({"card_type": "ctoc", **HOME_FINE})
    number = (await customer.ticket())["number"]
    url = f"/v1/conversations/{customer.id}"
    await admin.put(f"{url}/mode", json={"mode": "agent"})
    before = await customer.messages()
    set_ = await admin.post(f"/v1/tickets/{number}/facts", json={"fact": "ild_open", "value": "no"})
    assert set_.json()["outcome"] == "ild_not_open"
    assert await customer.messages() == before
    drafts = (await admin.get(f"{url}/suggestions")).json()
    assert "最可能的原因" in drafts[0]["text"]


@pytest.mark.parametrize(
    ("fact", "value"), [("nonsense", "yes"), ("ild_open", "perhaps"), ("location", "ZZ")]
)
async def test_an_agent_cannot_state_what_does_not_exist(in_taiwan, admin, fact, value):
    number = (await in_taiwan.ticket())["number"]
    response = await admin.post(f"/v1/tickets/{number}/facts", json={"fact": fact, "value": value})
    assert response.status_code == 422
    assert response.json()["error"]["code"] == "fact_not_valid"


async def test_a_customers_word_does_not_override_an_agents(in_taiwan, admin):
    number = (await in_taiwan.ticket())["number"]
    await admin.post(f"/v1/tickets/{number}/facts", json={"fact": "card_type", "value": "ctog"})
    await in_taiwan.chooses("card_type", "ctoc")
    ticket = (await admin.get(f"/v1/tickets/{number}")).json()
    assert ticket["facts"]["card_type"]["value"] == "ctog"


async def test_a_correction_replaces_what_was_said(in_taiwan, bot):
    await in_taiwan.chooses("card_type", "ctoc")
    bot.learn("不对，是缅甸", "correct", location="MM")
    replies = await in_taiwan.says("不对，是缅甸")
    assert (await in_taiwan.ticket())["outcome"] == "no_c_coverage"
    assert "改成" in replies[-1]["text"]
    assert "缅甸" in replies[-1]["text"]


async def test_a_digression_is_answered_and_the_question_asked_again(in_taiwan, bot):
    bot.learn("PRL 是什么", "ask_knowledge")
    replies = await in_taiwan.says("PRL 是什么")
    assert "漫游" in replies[0]["text"]
    assert replies[0]["citations"]
    assert replies[-1]["asks"] == "card_type"


async def test_a_question_without_an_article_is_not_answered_from_thin_air(in_taiwan, bot):
    bot.learn("今天天气怎么样", "ask_knowledge")
    replies = await in_taiwan.says("今天天气怎么样")
    assert "没有可靠的资料" in replies[0]["text"]
    assert replies[-1]["asks"] == "card_type"


async def test_whoever_asks_for_a_person_gets_one_in_that_turn(customer, bot, admin):
    bot.learn("转人工", "request_human")
    replies = await customer.says("转人工")
    assert "人工" in replies[-1]["text"]
    assert (await customer.ticket())["number"] in replies[-1]["text"]
    seen = (await admin.get(f"/v1/conversations/{customer.id}")).json()
    assert seen["waiting"] is True
    assert seen["waiting_since"]


async def test_a_complaint_about_money_is_taken_down_for_a_person(customer, bot, admin):
    bot.learn("乱扣我漫游费", "ask_billing")
    replies = await customer.says("乱扣我漫游费")
    number = (await customer.ticket())["number"]
    assert number in replies[0]["text"]
    ticket = (await admin.get(f"/v1/tickets/{number}")).json()
    assert ticket["category"] == "billing"
    assert ticket["events"][-1]["note"] == "乱扣我漫游费"


@pytest.mark.parametrize(
    ("asks", "text", "intent", "value"),
    [
        ("card_type", "没有", "deny", "ctoc"),
        ("card_type", "有的", "affirm", "ctog"),
        ("card_type", "不清楚", "unsure", "unsure"),
        ("works_at_home", "是的", "affirm", "yes"),
        ("works_at_home", "国内也不行", "nlu_fallback", "no"),
        ("works_at_home", "没试过", "report_call_failure", "unsure"),
        ("prl_version", "30012", "inform", "30012"),
    ],
)
async def test_a_short_answer_means_what_the_question_makes_it_mean(
    in_taiwan, bot, admin, asks, text, intent, value
):
    order = ["card_type", "works_at_home", "prl_version"]
    for fact in order[: order.index(asks)]:
        await in_taiwan.chooses(fact, {"card_type": "ctoc", "works_at_home": "yes"}[fact])
    assert (await in_taiwan.messages())[-1]["asks"] == asks
    bot.learn(text, intent)
    await in_taiwan.says(text)
    ticket = (await admin.get(f"/v1/tickets/{(await in_taiwan.ticket())['number']}")).json()
    assert ticket["facts"][asks]["value"] == value


async def test_an_ordinal_picks_the_choice_that_was_shown(in_taiwan, bot, admin):
    bot.learn("第二个", "inform")
    bot.lessons["第二个"].ordinal = 2
    await in_taiwan.says("第二个")
    ticket = (await admin.get(f"/v1/tickets/{(await in_taiwan.ticket())['number']}")).json()
    assert ticket["facts"]["card_type"]["value"] == "ctoc"


async def test_what_is_not_understood_twice_calls_a_person(in_taiwan, admin):
    first = await in_taiwan.says("呜啦呜啦")
    assert first[-1]["asks"] == "card_type"
    again = await in_taiwan.says("叽里咕噜")
    assert "人工" in again[-1]["text"]
    seen = (await admin.get(f"/v1/conversations/{in_taiwan.id}")).json()
    assert seen["waiting"] is True


async def test_progress_is_told_at_any_time(in_taiwan, bot):
    bot.learn("我的投诉到哪一步了", "ask_progress")
    replies = await in_taiwan.says("我的投诉到哪一步了")
    assert (await in_taiwan.ticket())["number"] in replies[0]["text"]
    assert "最晚" in replies[0]["text"]
    assert replies[-1]["asks"] == "card_type"


async def test_advice_that_did_not_help_goes_to_a_person(customer, bot, admin):
    await tell(customer, bot, "voice", location="MM")
    await customer.answers({"card_type": "ctoc"})
    bot.learn("还是不行", "deny")
    replies = await customer.says("还是不行")
    assert "人工" in replies[-1]["text"]
    ticket = await customer.ticket()
    assert ticket["status"] == "investigating"


async def test_a_number_is_read_back_masked(customer, bot):
    await tell(customer, bot, "voice", location="JP", msisdn="18912345678")
    told = (await customer.messages())[-2]["text"]
    assert "189****5678" in told
    assert "18912345678" not in told


async def test_two_conversations_get_two_numbers_of_the_day(new_customer, bot):
    numbers = []
    for _ in range(3):
        customer = await new_customer()
        await tell(customer, bot, "voice", location="TW")
        numbers.append((await customer.ticket())["number"])
    assert len(set(numbers)) == 3
    assert [int(n.split("-")[1]) for n in numbers] == [1, 2, 3]


async def test_what_does_not_change_the_end_does_not_repeat_it(customer, bot):
    bot.learn("单模卡在仰光没信号", "report_no_signal", location="MM", card_type="ctoc")
    end = (await customer.says("单模卡在仰光没信号"))[-1]
    assert "最可能的原因" in end["text"]
    bot.learn("国内好好的", "inform", works_at_home="yes")
    (short,) = await customer.says("国内好好的")
    assert "国内使用正常" in short["text"]
    assert "最可能的原因" not in short["text"]
    assert (await customer.ticket())["number"] in short["text"]


async def test_who_does_not_know_where_to_look_is_told_and_asked_again(customer, bot):
    bot.learn("在韩国没信号", "report_no_signal", location="KR", card_type="ctoc")
    bot.learn("没补过", "deny", card_reissued_after_korea="no")
    bot.learn("国内正常", "inform", works_at_home="yes")
    bot.learn("不清楚在哪看", "unsure")
    await customer.says("在韩国没信号")
    await customer.says("没补过")
    await customer.says("国内正常")
    told = (await customer.says("不清楚在哪看"))[-1]
    assert told["asks"] == "prl_version"
    assert "关于手机" in told["text"]
    assert (await customer.says("不清楚在哪看"))[-1]["asks"] != "prl_version"


async def test_a_trouble_that_is_over_is_not_asked_about_any_more(customer, bot, admin):
    bot.learn("在韩国没信号", "report_no_signal", location="KR")
    bot.learn("重启以后好了", "affirm")
    await customer.says("在韩国没信号")
    (reply,) = await customer.says("重启以后好了")
    assert "恢复了就好" in reply["text"]
    assert reply["asks"] is None
    number = (await customer.ticket())["number"]
    events = (await admin.get(f"/v1/tickets/{number}")).json()["events"]
    assert "customer_says_solved" in [event["kind"] for event in events]


async def test_the_phone_that_somebody_names_is_no_misunderstanding(customer, bot, admin):
    bot.learn("在韩国没信号", "report_no_signal", location="KR")
    bot.learn("我用的是苹果15", "out_of_scope")
    asked = (await customer.says("在韩国没信号"))[-1]["asks"]
    for _ in range(3):
        (reply,) = await customer.says("我用的是苹果15")
        assert reply["text"].startswith("手机型号看到了。")
        assert reply["asks"] == asked


async def test_a_greeting_in_another_language_is_explained(customer, bot):
    bot.learn("こんにちは", "greet")
    replies = await customer.says("こんにちは")
    assert any("このチャット" in reply["text"] for reply in replies)


@pytest.mark.parametrize(
    ("words", "place", "taken"),
    [
        ("我在西班牙，昨天刚换的卡，没信号", "ES", False),
        ("我在首尔，卡补过，没信号", "KR", True),
        ("从韩国回来补过卡，没信号", "CN", True),
    ],
)
async def test_a_new_card_counts_as_reissued_after_korea_only_where_korea_is_told_of(
    customer, admin, bot, words, place, taken
):
    bot.learn(words, "report_no_signal", location=place, card_reissued_after_korea="yes")
    await customer.says(words)
    number = (await customer.ticket())["number"]
    facts = (await admin.get(f"/v1/tickets/{number}")).json()["facts"]
    assert ("card_reissued_after_korea" in facts) is taken


@pytest.mark.parametrize(
    ("words", "taken"),
    [("我回来了，接着说", False), ("我又回来了，还是收不到", False), ("我回来了，刚到家", True)],
)
async def test_who_comes_back_to_the_chat_is_not_taken_to_be_back_in_china(
    in_taiwan, admin, bot, words, taken
):
    bot.learn(words, "inform", back_in_china="yes")
    await in_taiwan.says(words)
    number = (await in_taiwan.ticket())["number"]
    facts = (await admin.get(f"/v1/tickets/{number}")).json()["facts"]
    assert ("back_in_china" in facts) is taken


def test_a_time_is_followed_by_a_space_only_after_digits():
    due = datetime.fromisoformat("2026-10-09T10:00:00+00:00")
    assert at_latest(due, None, "答复您") == "最晚 10月9日 18:00 答复您"
    assert at_latest(due, "MM", "答复您") == "最晚 10月9日 18:00（当地 16:30）答复您"
