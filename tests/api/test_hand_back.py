"""Handing back to the bot: it goes on by itself, with what the agent found out and left."""

import pytest

from api.interview.service import HANDED_BACK
from tests.api.test_claims import events_of

TROUBLE = "我在台湾打不了电话"


@pytest.fixture
def set_mode(customer):
    async def put(person, mode, **more):
        url = f"/v1/conversations/{customer.id}/mode"
        return await person.put(url, json={"mode": mode, **more})

    return put


async def said_since(customer, seq):
    return await customer.messages(after=seq)


async def test_the_bot_goes_on_with_the_next_question_and_never_a_known_one(
    new_staff, customer, bot, set_mode
):
    agent = await new_staff("agent", "li.lei")
    bot.learn(TROUBLE, "report_call_failure", location="TW")
    await customer.says(TROUBLE)
    await set_mode(agent, "agent")
    number = (await customer.ticket())["number"]
    fact = {"fact": "card_type", "value": "ctoc"}
    await agent.post(f"/v1/tickets/{number}/facts", json=fact)
    before = (await customer.messages())[-1]["seq"]
    done = await set_mode(agent, "auto", memo="  客户的卡是单模卡，已核对。 ")
    assert (done.json()["mode"], done.json()["taken_by"]) == ("auto", None)
    assert done.json()["memo"] == "客户的卡是单模卡，已核对。"
    first, question = await said_since(customer, before)
    assert (first["sender"], first["text"]) == ("bot", HANDED_BACK)
    assert (question["sender"], question["asks"]) == ("bot", "works_at_home")
    event = (await events_of(agent, customer))[-1]
    assert event["kind"] == "handed_back"
    assert (event["actor"], event["note"]) == ("li.lei", "客户的卡是单模卡，已核对。")
    # The interview is whole: the answer to that question moves the case on.
    replies = await customer.chooses("works_at_home", "yes")
    assert replies[-1]["asks"] not in ("works_at_home", "card_type")


async def test_without_a_trouble_told_just_the_sentence_is_said(new_staff, customer, set_mode):
    agent = await new_staff("agent")
    await set_mode(agent, "agent")
    before = (await customer.messages())[-1]["seq"]
    await set_mode(agent, "auto")
    (only,) = await said_since(customer, before)
    assert (only["text"], only["asks"]) == (HANDED_BACK, None)
    assert await customer.ticket() is None


async def test_an_end_that_was_told_is_not_told_again(new_staff, customer, bot, set_mode):
    agent = await new_staff("agent")
    bot.learn(TROUBLE, "report_call_failure", location="TW")
    await customer.says(TROUBLE)
    await customer.answers({})
    end = (await customer.messages())[-1]
    assert end["asks"] is None
    await set_mode(agent, "agent")
    await set_mode(agent, "auto")
    (only,) = await said_since(customer, end["seq"])
    assert only["text"] == HANDED_BACK
    # The agent has seen it: it does not come back to the top of the queue at once.
    assert (await agent.get(f"/v1/conversations/{customer.id}")).json()["waiting"] is False


async def test_an_end_that_came_from_the_agents_facts_is_told_at_the_hand_back(
    new_staff, customer, bot, set_mode
):
    agent = await new_staff("agent")
    bot.learn(TROUBLE, "report_call_failure", location="TW")
    await customer.says(TROUBLE)
    await set_mode(agent, "agent")
    number = (await customer.ticket())["number"]
    while True:
        step = (await agent.get(f"/v1/tickets/{number}")).json()["next_step"]
        if step["kind"] != "ask":
            break
        fact = {"fact": step["fact"], "value": "unsure"}
        answer = await agent.post(f"/v1/tickets/{number}/facts", json=fact)
        assert answer.status_code == 200, answer.text
    before = (await customer.messages())[-1]["seq"]
    await set_mode(agent, "auto")
    first, told = await said_since(customer, before)
    assert first["text"] == HANDED_BACK
    assert number in told["text"]


async def test_handing_back_what_is_with_the_bot_says_nothing(new_staff, customer, set_mode):
    agent = await new_staff("agent")
    before = await customer.messages()
    assert (await set_mode(agent, "auto", memo="没有接手过")).json()["memo"] is None
    assert await customer.messages() == before


async def test_a_later_hand_back_without_a_memo_keeps_the_one_before(new_staff, set_mode):
    agent = await new_staff("agent")
    await set_mode(agent, "agent")
    await set_mode(agent, "auto", memo="第一次的备注")
    await set_mode(agent, "agent")
    assert (await set_mode(agent, "auto", memo=" ")).json()["memo"] == "第一次的备注"


async def test_open_drafts_are_closed_by_the_hand_back(new_staff, customer, bot, set_mode):
    agent = await new_staff("agent")
    bot.learn(TROUBLE, "report_call_failure", location="TW")
    await set_mode(agent, "copilot")
    await customer.says(TROUBLE)

    async def drafts():
        proposed = (await agent.get(f"/v1/conversations/{customer.id}/suggestions")).json()
        return [one for one in proposed if one["source"] == "bot"]

    assert await drafts()
    await set_mode(agent, "auto")
    assert await drafts() == []
    assert (await customer.messages())[-1]["asks"] == "card_type"
