"""圣何塞 is in several countries: asked, not guessed, and nothing else of the message is lost."""

import pytest

SAN_JOSE = ("圣何塞", "US,CR")


@pytest.fixture
async def in_san_jose(customer, bot):
    text = "在圣何塞用双模卡打不了电话"
    bot.teach(text, "report_call_failure", facts={"card_type": "ctog"}, place=SAN_JOSE)
    return customer, await customer.says(text)


async def test_it_is_asked_at_once_and_the_rest_is_kept(in_san_jose, admin):
    customer, (told, question) = in_san_jose
    number = (await customer.ticket())["number"]
    assert number in told["text"]
    assert question["asks"] == "location"
    assert question["text"].startswith("“圣何塞”有不止一处，请问您在哪个国家或地区？")
    assert [c["label"] for c in question["choices"]] == ["美国", "哥斯达黎加", "不方便说"]
    facts = (await admin.get(f"/v1/tickets/{number}")).json()["facts"]
    assert {fact: said["value"] for fact, said in facts.items()} == {
        "service": "voice",
        "card_type": "ctog",
    }


@pytest.mark.parametrize("how", ["press", "type", "second"])
async def test_the_answer_goes_on_with_the_interview(in_san_jose, bot, how):
    customer, _ = in_san_jose
    if how == "press":
        replies = await customer.chooses("location", "CR")
    elif how == "type":
        replies = await customer.says(bot.learn("哥斯达黎加", "inform", location="CR"))
    else:
        replies = await customer.says(bot.teach("第二个", "inform", ordinal=2))
    assert "哥斯达黎加" in replies[-1]["text"]
    assert replies[-1]["asks"] == "network"


async def test_a_place_told_besides_is_enough(customer, bot):
    text = "在美国圣何塞打不了电话"
    bot.teach(text, "report_call_failure", facts={"location": "US"}, place=SAN_JOSE)
    assert (await customer.says(text))[-1]["asks"] == "operator"


async def test_a_place_told_before_is_enough(customer, bot):
    bot.learn("在美国打不了电话", "report_call_failure", location="US")
    await customer.says("在美国打不了电话")
    bot.teach("就在圣何塞这边", "inform", place=SAN_JOSE)
    assert (await customer.says("就在圣何塞这边"))[-1]["asks"] == "operator"


async def test_a_place_alone_is_asked_about_before_any_trouble(customer, bot):
    bot.teach("圣何塞", "inform", place=SAN_JOSE)
    (question,) = await customer.says("圣何塞")
    assert question["asks"] == "location"
    assert await customer.ticket() is None
    assert (await customer.chooses("location", "US"))[-1]["asks"] == "service"


async def test_a_place_of_one_known_country_is_taken(customer, bot, admin):
    bot.teach("在那边没信号", "report_no_signal", place=("那边", "CR,XX"))
    replies = await customer.says("在那边没信号")
    assert "哥斯达黎加" in replies[0]["text"]
    assert replies[-1]["asks"] == "card_type"
