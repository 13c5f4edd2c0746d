"""One turn at a time, nothing lost: bot gone, bot slow, process stopped in mid-turn."""

import asyncio
import uuid

import pytest

from api.main import create_app
from tests.api.conftest import client


async def test_a_failed_turn_says_one_honest_sentence_and_queues_for_a_person(customer, bot, admin):
    bot.silent = True
    replies = await customer.says("我在台湾打不了电话")
    assert [r["sender"] for r in replies] == ["system"]
    assert "人工" in replies[0]["text"]
    seen = (await admin.get(f"/v1/conversations/{customer.id}")).json()
    assert seen["waiting"] is True
    assert [m["turn"] for m in seen["messages"] if m["sender"] == "customer"] == ["failed"]


async def test_a_failed_turn_is_taken_up_when_the_bot_is_back(app, customer, bot):
    bot.learn("我在台湾打不了电话", "report_call_failure", location="TW")
    bot.silent = True
    await customer.says("我在台湾打不了电话")
    bot.silent = False
    assert await app.state.turns.retry_failed() == 1
    await app.state.turns.drain(10)
    replies = [m for m in await customer.messages() if m["sender"] == "bot"]
    assert replies[-1]["asks"] == "card_type"
    # What was said while the bot was away is known now and not asked again.
    assert (await customer.ticket())["number"]


async def test_the_second_failure_does_not_apologise_again(customer, bot):
    bot.silent = True
    first, second = await customer.says("在吗"), await customer.says("有人吗")
    assert "抱歉" in first[0]["text"]
    assert "抱歉" not in second[0]["text"]


async def test_each_bot_message_carries_its_model_and_tree_revision(customer, bot, admin):
    bot.learn("我在台湾打不了电话", "report_call_failure", location="TW")
    await customer.says("我在台湾打不了电话")
    seen = (await admin.get(f"/v1/conversations/{customer.id}")).json()["messages"]
    trace = seen[-1]["trace"]
    assert trace["model"] == "fake"
    assert trace["revision"]
    assert trace["node"] == "card_type"


async def test_what_was_known_before_a_failure_is_not_asked_again(customer, bot):
    bot.learn("我在台湾打不了电话", "report_call_failure", location="TW")
    await customer.says("我在台湾打不了电话")
    bot.silent = True
    await customer.says("没有那个标")
    bot.silent = False
    replies = await customer.chooses("card_type", "ctoc")
    assert replies[-1]["asks"] == "works_at_home"


async def test_turns_of_one_conversation_run_one_after_the_other(customer, bot):
    bot.pause = asyncio.Event()
    posts = [asyncio.create_task(customer.post({"text": f"第{n}句"})) for n in range(5)]
    await asyncio.sleep(0.3)
    assert len(bot.turns) == 1
    bot.pause.set()
    answered = await asyncio.gather(*posts)
    assert [a.status_code for a in answered] == [200] * 5
    assert len(bot.turns) == 5
    messages = await customer.messages()
    order = [m["id"] for m in messages if m["sender"] == "customer"]
    assert bot.turns == order


async def test_without_wait_the_answer_comes_later(customer, bot):
    body = {"client_id": str(uuid.uuid4()), "text": "在吗"}
    response = await customer.http.post(
        f"/v1/conversations/{customer.id}/messages", json=body, headers=customer.headers
    )
    assert response.status_code == 202
    assert response.json()["message"]["text"] == "在吗"


async def test_a_wait_that_is_too_short_is_202_and_a_resend_gets_the_replies(customer, bot):
    bot.pause = asyncio.Event()
    body = {"client_id": str(uuid.uuid4()), "text": "在吗"}
    early = await customer.post(body, wait=0.1)
    assert early.status_code == 202
    bot.pause.set()
    late = await customer.post(body)
    assert late.status_code == 200
    assert late.json()["replies"]
    assert len(bot.turns) == 1


async def test_a_turn_cut_off_by_a_stop_is_finished_after_the_start(settings, bot):
    bot.learn("我在台湾打不了电话", "report_call_failure", location="TW")
    first = create_app(settings, bot)
    bot.app = first
    bot.pause = asyncio.Event()
    async with first.router.lifespan_context(first), client(first) as http:
        begun = (await http.post("/v1/conversations", json={})).json()
        headers = {"Authorization": f"Bearer {begun['token']}"}
        url = f"/v1/conversations/{begun['id']}/messages"
        body = {"client_id": "c-1", "text": "我在台湾打不了电话"}
        assert (await http.post(url, json=body, headers=headers)).status_code == 202
        await asyncio.sleep(0.1)
        for task in list(first.state.turns._last.values()):
            task.cancel()  # as a kill would
    bot.pause = None
    second = create_app(settings, bot)
    bot.app = second
    async with second.router.lifespan_context(second), client(second) as http:
        async with asyncio.timeout(10):
            while True:
                messages = (await http.get(url, headers=headers)).json()
                if messages[-1]["sender"] == "bot" and len(messages) > 2:
                    break
                await asyncio.sleep(0.1)
        assert messages[-1]["asks"] == "card_type"
        ticket = await http.get(f"/v1/conversations/{begun['id']}/ticket", headers=headers)
        assert ticket.status_code == 200


async def test_the_same_report_twice_gives_the_same_step_and_one_ticket(app, customer, bot):
    bot.learn("我在台湾打不了电话", "report_call_failure", location="TW")
    await customer.says("我在台湾打不了电话")
    number = (await customer.ticket())["number"]
    message = next(m for m in await customer.messages() if m["sender"] == "customer")
    again = await bot.turn(customer.id, message["id"], "我在台湾打不了电话")
    shown = [m["text"] for m in await customer.messages() if m["sender"] == "bot"][1:]
    assert [a.text for a in again] == shown
    assert (await customer.ticket())["number"] == number


@pytest.mark.parametrize("after", [0, 1])
async def test_the_stream_resumes_after_the_last_event(app, customer, bot, after):
    from api.channels.stream import follow

    await customer.says("在吗")
    events = []
    async with asyncio.timeout(5):
        async for event in follow(app.state, customer.id, after):
            events.append(event)
            if event.event == "state":
                break
    seqs = [int(e.id) for e in events if e.event == "message"]
    total = len(await customer.messages())
    assert seqs == list(range(after + 1, total + 1))
    assert events[-1].data["mode"] == "auto"


async def test_the_stream_brings_new_messages_as_they_come(app, customer, bot):
    from api.channels.stream import follow

    seen = []

    async def read():
        async for event in follow(app.state, customer.id, 1):
            if event.event == "message":
                seen.append(event.data["sender"])
                if len(seen) >= 2:
                    return

    reader = asyncio.create_task(read())
    await asyncio.sleep(0.05)
    await customer.says("在吗")
    async with asyncio.timeout(5):
        await reader
    assert seen[0] == "customer"
    assert seen[1] == "bot"
