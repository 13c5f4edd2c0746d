"""Complaints by category, beside a fault that is looked into."""

import pytest

from api.interview.complaints import SENTENCES
from api.tickets.service import CATEGORIES


async def seen(customer, admin):
    number = (await customer.ticket())["number"]
    return (await admin.get(f"/v1/tickets/{number}")).json()


def test_every_category_of_the_contract_has_its_sentence():
    assert set(SENTENCES) == set(CATEGORIES)
    for sentence in SENTENCES.values():
        assert sentence.endswith("。")
        assert len(sentence) <= 50
        assert "！" not in sentence


@pytest.mark.parametrize("category", CATEGORIES)
async def test_a_complaint_is_taken_down_by_category_for_a_person(customer, bot, admin, category):
    bot.teach("我要投诉这件事", "complain_service", category=category)
    (reply,) = await customer.says("我要投诉这件事")
    ticket = await seen(customer, admin)
    assert ticket["category"] == category
    assert ticket["events"][-1]["note"] == "我要投诉这件事"
    assert SENTENCES[category] in reply["text"]
    assert ticket["number"] in reply["text"]
    assert "最晚" in reply["text"]
    assert reply["asks"] is None, "no trouble was told"
    conversation = (await admin.get(f"/v1/conversations/{customer.id}")).json()
    assert conversation["waiting"] is True


@pytest.mark.parametrize("category", [None, "rubbish"])
async def test_a_complaint_about_nothing_in_particular_is_about_service(
    customer, bot, admin, category
):
    bot.teach("我要投诉", "complain_service", category=category)
    await customer.says("我要投诉")
    assert (await seen(customer, admin))["category"] == "service_attitude"


async def test_what_a_complaint_is_about_may_come_later(customer, bot, admin):
    bot.teach("我要投诉", "complain_service")
    bot.teach("天天打推销电话", "complain_service", category="marketing")
    await customer.says("我要投诉")
    await customer.says("天天打推销电话")
    ticket = await seen(customer, admin)
    assert ticket["category"] == "marketing"
    assert [e["kind"] for e in ticket["events"]].count("complaint") == 2


async def test_a_fault_stays_one_and_goes_on_being_asked(customer, bot, admin):
    bot.learn("在日本打不了电话", "report_call_failure", location="JP")
    await customer.says("在日本打不了电话")
    bot.teach("你们客服态度太差", "complain_service", category="service_attitude")
    complained, question = await customer.says("你们客服态度太差")
    assert "记下" in complained["text"]
    assert question["asks"] == "card_type"
    ticket = await seen(customer, admin)
    assert ticket["category"] == "network_quality"
    assert ticket["events"][-1]["data"]["category"] == "service_attitude"


async def test_broken_things_at_home_are_no_roaming_fault(customer, bot, admin):
    text = "家里宽带上不了网"
    bot.teach(text, "complain_service", category="technical_fault", facts={"service": "data"})
    (reply,) = await customer.says(text)
    assert "宽带" in reply["text"]
    ticket = await seen(customer, admin)
    assert ticket["category"] == "technical_fault"
    assert ticket["facts"] == {}


async def test_the_same_complaint_again_is_answered_shortly(customer, bot):
    bot.teach("态度太差", "complain_service")
    first = (await customer.says("态度太差"))[0]["text"]
    again = (await customer.says("态度太差"))[0]["text"]
    assert again != first
    assert (await customer.ticket())["number"] in again


@pytest.mark.parametrize(
    ("text", "intent", "more", "facts", "category"),
    [
        ("没信号", "report_no_signal", {}, {"service": "signal"}, None),
        ("乱扣费", "ask_billing", {}, {}, "billing"),
        ("天天推销", "complain_service", {"category": "marketing"}, {}, "marketing"),
        ("我要投诉", "complain_service", {}, {}, "service_attitude"),
        ("电视没信号", "out_of_scope", {"facts": {"service": "signal"}}, {}, None),
        ("Singtel", "inform", {"facts": {"operator": "singtel"}}, {"operator": "singtel"}, None),
        ("在圣何塞", "inform", {"facts": {"ambiguous_place": "US,CR", "number": "7"}}, {}, None),
    ],
)
async def test_the_try_out_box_says_what_a_message_means(
    admin, bot, text, intent, more, facts, category
):
    bot.teach(text, intent, **more)
    seen = (await admin.post("/v1/parse", json={"text": text})).json()
    assert seen["facts"] == facts
    assert seen["category"] == category
    assert seen["intent"]["name"] == intent
    assert set(seen) == {"intent", "ranking", "facts", "category", "model"}
