"""Who speaks: exclusive and lost claims, drafts, and suggestions that came too late."""

import asyncio
import uuid
from datetime import timedelta

import pytest

from api import clock
from api.conversations.claims import CLAIM_LASTS, CONNECTION_LOST
from api.events import Broker, customer_types

TROUBLE = "我在台湾打不了电话"


@pytest.fixture
def desk(new_staff, customer, bot):
    """Things an agent does in the one conversation."""
    bot.learn(TROUBLE, "report_call_failure", location="TW")
    bot.learn("转人工", "request_human")
    url = f"/v1/conversations/{customer.id}"

    class Desk:
        async def agent(self, role="agent", username=None):
            return await new_staff(role, username)

        async def mode(self, person, mode, **more):
            return await person.put(f"{url}/mode", json={"mode": mode, **more})

        async def seen(self, person):
            return (await person.get(url)).json()

        async def drafts(self, person):
            proposed = (await person.get(f"{url}/suggestions")).json()
            return [one for one in proposed if one["source"] == "bot"]

        async def reply(self, person, text, suggestion=None):
            body = {"client_id": str(uuid.uuid4()), "text": text, "suggestion_id": suggestion}
            return await person.post(f"{url}/replies", json=body)

        async def hold(self, person):
            assert (await person.post("/v1/conversations/hold")).status_code == 204

    return Desk()


@pytest.fixture
def later():
    """Move the product's clock on."""

    def move(by):
        clock.start_at(clock.now() + by)

    yield move
    clock.start_at(None)


async def events_of(person, customer):
    number = (await customer.ticket())["number"]
    return (await person.get(f"/v1/tickets/{number}")).json()["events"]


async def test_of_two_agents_at_once_one_wins_and_the_other_hears_who(desk):
    one, two = await desk.agent(username="li.lei"), await desk.agent(username="han.meimei")
    answers = await asyncio.gather(desk.mode(one, "agent"), desk.mode(two, "copilot"))
    assert sorted(a.status_code for a in answers) == [200, 409]
    winner = "li.lei" if answers[0].status_code == 200 else "han.meimei"
    refused = next(a for a in answers if a.status_code == 409).json()["error"]
    assert refused["code"] == "taken_by_another"
    assert refused["details"]["name"] == winner
    assert winner in refused["message"]


@pytest.mark.parametrize("role", ["supervisor", "admin"])
async def test_a_supervisor_may_take_over_and_the_agent_is_then_refused(desk, role):
    agent, above = await desk.agent(), await desk.agent(role)
    await desk.mode(agent, "agent")
    assert (await desk.mode(above, "agent")).status_code == 200
    for answer in (await desk.reply(agent, "我还在"), await desk.mode(agent, "auto")):
        assert answer.status_code == 409
        assert answer.json()["error"]["code"] == "taken_by_another"
    assert (await desk.reply(above, "我来处理")).status_code == 201


async def test_a_claim_ends_the_wait_for_a_person(desk, customer):
    agent = await desk.agent()
    await customer.says("转人工")
    asked = await desk.seen(agent)
    assert (asked["waiting"], asked["wants_person"]) == (True, True)
    await desk.mode(agent, "copilot")
    claimed = await desk.seen(agent)
    assert (claimed["waiting"], claimed["wants_person"]) == (False, False)
    # A person is here already: asking again does not queue the conversation a second time.
    await customer.says("转人工")
    still = await desk.seen(agent)
    assert (still["waiting"], still["wants_person"]) == (False, False)


async def test_a_heartbeat_renews_every_claim_of_a_person_and_nobody_elses(
    desk, new_customer, customer, app
):
    agent, other = await desk.agent(), await desk.agent()
    second, third = await new_customer(), await new_customer()
    for person, mine in ((agent, customer), (agent, second), (other, third)):
        url = f"/v1/conversations/{mine.id}/mode"
        assert (await person.put(url, json={"mode": "agent"})).json()["held_until"] is None
    await desk.hold(agent)
    held = {
        c.id: (await agent.get(f"/v1/conversations/{c.id}")).json()["held_until"]
        for c in (customer, second, third)
    }
    assert held[customer.id] == held[second.id] is not None
    assert held[third.id] is None


async def test_a_lost_claim_is_released_and_the_customer_is_told(desk, customer, app, later):
    agent = await desk.agent(username="li.lei")
    await customer.says(TROUBLE)
    await desk.mode(agent, "agent")
    await desk.hold(agent)
    assert await app.state.claims.release_lost() == 0
    later(CLAIM_LASTS + timedelta(seconds=1))
    assert await app.state.claims.release_lost() == 1
    assert await app.state.claims.release_lost() == 0
    seen = await desk.seen(agent)
    assert (seen["mode"], seen["taken_by"], seen["held_until"]) == ("auto", None, None)
    assert seen["waiting"] is True
    last = (await customer.messages())[-1]
    assert (last["sender"], last["text"]) == ("system", CONNECTION_LOST)
    event = (await events_of(agent, customer))[-1]
    assert (event["kind"], event["data"]) == ("connection_lost", {"agent": "li.lei"})
    # What the agent typed in the meantime does not run over the bot.
    late = await desk.reply(agent, "我回来了")
    assert late.json()["error"]["code"] == "bot_speaks"


async def test_a_renewed_claim_and_one_without_a_console_are_kept(
    desk, customer, new_customer, app, later
):
    agent, by_script = await desk.agent(), await desk.agent()
    other = await new_customer()
    await desk.mode(agent, "agent")
    await by_script.put(f"/v1/conversations/{other.id}/mode", json={"mode": "agent"})
    await desk.hold(agent)
    later(CLAIM_LASTS - timedelta(seconds=10))
    await desk.hold(agent)
    later(timedelta(seconds=30))
    assert await app.state.claims.release_lost() == 0
    assert (await desk.seen(agent))["mode"] == "agent"


async def test_a_fresh_process_hears_consoles_before_it_judges_them(desk, app, later, monkeypatch):
    agent = await desk.agent()
    await desk.mode(agent, "agent")
    await desk.hold(agent)
    later(CLAIM_LASTS * 2)  # the API was away that long, not the agent
    await app.state.claims.look()
    assert (await desk.seen(agent))["mode"] == "agent"
    monkeypatch.setattr("api.conversations.claims.HEAR_FIRST_SECONDS", 0.0)
    await app.state.claims.look()
    assert (await desk.seen(agent))["mode"] == "auto"


@pytest.mark.parametrize("mode", ["copilot", "agent"])
async def test_the_bots_words_at_a_takeover_become_one_open_draft(desk, customer, bot, mode):
    agent = await desk.agent()
    bot.pause = asyncio.Event()
    post = asyncio.create_task(customer.post({"text": TROUBLE}))
    async with asyncio.timeout(10):
        while not bot.turns:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    await desk.mode(agent, mode)
    bot.pause.set()
    assert (await post).json()["replies"] == []
    (draft,) = await desk.drafts(agent)
    assert (draft["source"], draft["asks"]) == ("bot", "card_type")
    # Of the turn's two messages neither is lost: the ticket's number is in it, too.
    assert (await customer.ticket())["number"] in draft["text"]
    assert [m["sender"] for m in await customer.messages()] == ["bot", "customer"]
    sent = await desk.reply(agent, draft["text"], draft["id"])
    assert sent.json()["asks"] == "card_type"


async def test_a_copilots_failed_turn_is_not_told_while_a_person_is_there(desk, customer, bot):
    agent = await desk.agent()
    await desk.mode(agent, "copilot")
    bot.silent = True
    assert await customer.says("在吗") == []
    seen = await desk.seen(agent)
    assert seen["waiting"] is False
    assert seen["messages"][-1]["turn"] == "failed"


async def test_what_two_processes_answered_is_said_once(app, customer, bot, settings):
    await customer.says("在吗")
    before = await customer.messages()
    message = next(m for m in before if m["sender"] == "customer")
    async with app.state.database.reading() as session:
        from api.conversations.models import Message

        stored = await session.get(Message, message["id"])
    again = await app.state.turns.begin(stored)
    assert [m.id for m in again] == [before[-1]["id"]]
    assert await customer.messages() == before


async def test_the_queues_columns_follow_the_case(desk, customer, app):
    agent = await desk.agent()
    await customer.says(TROUBLE)
    async with app.state.database.reading() as session:
        from api.conversations.service import find

        now = await find(session, customer.id)
    assert now.country == "TW"
    assert now.node.endswith("/card_type")
    assert now.sure == pytest.approx(0.99)
    number = (await customer.ticket())["number"]
    fact = {"fact": "card_type", "value": "ctoc"}
    assert (await agent.post(f"/v1/tickets/{number}/facts", json=fact)).status_code == 200
    async with app.state.database.reading() as session:
        assert (await find(session, customer.id)).node.endswith("/works_at_home")


async def test_a_suggestion_from_before_the_customers_last_words_is_refused(desk, customer):
    agent = await desk.agent()
    await desk.mode(agent, "copilot")
    await customer.says(TROUBLE)
    (old,) = await desk.drafts(agent)
    await customer.chooses("card_type", "ctoc")
    refused = await desk.reply(agent, old["text"], old["id"])
    assert refused.status_code == 409
    assert refused.json()["error"]["code"] == "suggestion_outdated"
    assert "客户又说了新的话" in refused.json()["error"]["message"]
    assert (await customer.messages())[-1]["sender"] == "customer"
    assert [d["asks"] for d in await desk.drafts(agent)] == ["works_at_home"]


async def test_a_reply_closes_the_other_suggestions(desk, customer):
    agent = await desk.agent()
    await desk.mode(agent, "copilot")
    await customer.says(TROUBLE)
    (draft,) = await desk.drafts(agent)
    await desk.reply(agent, "我先看一下。")
    assert await desk.drafts(agent) == []
    refused = await desk.reply(agent, draft["text"], draft["id"])
    assert refused.json()["error"]["code"] == "suggestion_outdated"
    assert "别的回复" in refused.json()["error"]["message"]


async def test_an_edited_suggestion_keeps_what_was_sent_and_is_not_sent_twice(desk, customer, app):
    agent = await desk.agent()
    await desk.mode(agent, "agent")
    await desk.mode(agent, "copilot")
    await customer.says(TROUBLE)
    (draft,) = await desk.drafts(agent)
    assert (await desk.reply(agent, "请问是哪种卡？", draft["id"])).status_code == 201
    again = await desk.reply(agent, draft["text"], draft["id"])
    assert again.json()["error"]["code"] == "suggestion_decided"
    async with app.state.database.reading() as session:
        from api.conversations.models import Message
        from api.suggestions.models import Suggestion

        kept = await session.get(Suggestion, draft["id"])
        said = await session.get(Message, (await customer.messages())[-1]["id"])
    assert (kept.state, kept.sent_text) == ("edited", "请问是哪种卡？")
    assert kept.text == draft["text"]
    assert said.node == kept.node
    assert said.node.endswith("/card_type")


async def test_typing_needs_the_customers_token_and_reaches_who_watches(app, customer, http):
    url = f"/v1/conversations/{customer.id}/typing"
    assert (await http.post(url)).status_code == 401
    broker: Broker = app.state.broker
    with broker.listen(customer_types(customer.id)) as heard:
        assert (await http.post(url, headers=customer.headers)).status_code == 204
        assert heard.is_set()


async def test_only_staff_who_answer_customers_hold_conversations(desk, http):
    trainer = await desk.agent("trainer")
    assert (await trainer.post("/v1/conversations/hold")).status_code == 403
    assert (await http.post("/v1/conversations/hold")).status_code == 401
