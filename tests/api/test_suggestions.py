"""What an agent is offered to say: of which source, when it is made anew, how it fares."""

import asyncio

import pytest
from sqlalchemy import func, select

from api.suggestions.models import Suggestion

TROUBLE = "我在台湾打不了电话"


@pytest.fixture
async def agent(new_staff):
    return await new_staff("agent")


@pytest.fixture
def desk(agent, customer, bot):
    bot.learn(TROUBLE, "report_call_failure", location="TW")
    return At(agent, customer)


class At:
    """An agent at one conversation."""

    def __init__(self, http, customer):
        self.http = http
        self.customer = customer
        self.url = f"/v1/conversations/{customer.id}"
        self.sent = 0

    async def takes(self, mode):
        assert (await self.http.put(f"{self.url}/mode", json={"mode": mode})).status_code == 200

    async def sees(self):
        response = await self.http.get(f"{self.url}/suggestions")
        assert response.status_code == 200, response.text
        return response.json()

    async def sees_of(self, source):
        return [each for each in await self.sees() if each["source"] == source]

    async def sends(self, text, suggestion=None):
        self.sent += 1
        body = {"client_id": f"{self.customer.id}-{self.sent}", "text": text}
        if suggestion is not None:
            body["suggestion_id"] = suggestion["id"]
        response = await self.http.post(f"{self.url}/replies", json=body)
        assert response.status_code == 201, response.text


async def rows_kept(app):
    async with app.state.database.reading() as session:
        return await session.scalar(select(func.count(Suggestion.id)))


async def test_the_draft_comes_first_and_its_question_is_not_there_twice(desk):
    await desk.takes("copilot")
    await desk.customer.says(TROUBLE)
    seen = await desk.sees()
    assert seen[0]["source"] == "bot"
    assert seen[0]["asks"] == "card_type"
    assert [each["asks"] for each in seen if each["asks"]] == ["card_type"]
    assert seen == sorted(seen, key=lambda each: -each["score"])
    assert len(seen) <= 8
    for each in seen:
        assert 0 < each["score"] < 1
        assert each["reason"]
        assert each["source_title"]
    assert "怎样看卡的种类" in " ".join(each["reason"] for each in seen)


async def test_without_the_bot_the_tree_says_what_to_ask_next(desk):
    await desk.customer.says(TROUBLE)
    await desk.takes("agent")
    await desk.customer.says("在吗")
    (asks,) = await desk.sees_of("tree")
    assert asks["asks"] == "card_type"
    assert asks["choices"]
    assert asks["citations"]
    assert asks["node"] == "triage/card_type"
    assert asks["reason"] == "诊断树接着要问：国际卡种类"


async def test_what_was_just_asked_is_not_offered_until_the_customer_has_spoken(desk):
    await desk.takes("agent")
    await desk.customer.says("在吗")
    (asks,) = await desk.sees_of("tree")
    await desk.sends(asks["text"], asks)
    assert await desk.sees_of("tree") == []
    await desk.customer.says("什么意思")
    assert [each["text"] for each in await desk.sees_of("tree")] == [asks["text"]]


async def test_an_article_that_answers_is_offered_with_its_source(desk):
    await desk.takes("agent")
    await desk.customer.says("PRL 是什么")
    article, *_ = await desk.sees_of("knowledge")
    assert article["key"] == "prl"
    assert article["citations"]
    assert "PRL" in article["reason"]


async def test_what_colleagues_said_at_the_same_step_is_offered(desk, new_customer, bot):
    for text in ("看一下芯片旁边就行。", "看一下芯片旁边就行", "您的号码 18900001234 对吗？"):
        other = At(desk.http, await new_customer())
        await other.customer.says(TROUBLE)
        await other.takes("agent")
        await other.sends(text)
    await desk.customer.says(TROUBLE)
    await desk.takes("agent")
    await desk.customer.says("在吗")
    (offered,) = await desk.sees_of("history")
    assert offered["text"].startswith("看一下芯片旁边就行")
    assert offered["reason"] == "同事在同一步这样回复过 2 次"


async def test_a_list_is_made_once_for_each_state(desk, app):
    await desk.takes("agent")
    await desk.customer.says("在吗")
    both = await asyncio.gather(*(desk.sees() for _ in range(4)))
    assert all(each == both[0] for each in both)
    kept = await rows_kept(app)
    assert kept == len(both[0])
    assert await app.state.assist.ensure(desk.customer.id) is False
    assert await rows_kept(app) == kept


async def test_a_held_conversation_has_its_list_before_anybody_asks(desk, app):
    await desk.takes("copilot")
    await desk.customer.says(TROUBLE)
    for _ in range(100):
        if await rows_kept(app) > 1:
            break
        await asyncio.sleep(0.05)
    assert await rows_kept(app) == len(await desk.sees())


async def test_a_conversation_of_the_bot_alone_gets_no_list_unasked(desk, app):
    await desk.customer.says(TROUBLE)
    await asyncio.sleep(0.2)
    assert await rows_kept(app) == 0
    assert await desk.sees()


async def test_a_fact_of_the_staff_that_moves_the_case_renews_the_list(desk):
    await desk.takes("copilot")
    await desk.customer.says(TROUBLE)
    before = await desk.sees()
    number = (await desk.customer.ticket())["number"]
    fact = {"fact": "card_type", "value": "ctoc"}
    assert (await desk.http.post(f"/v1/tickets/{number}/facts", json=fact)).status_code == 200
    after = await desk.sees()
    assert [each["asks"] for each in after if each["asks"]] == ["works_at_home"]
    assert after[0]["reason"] == "案情有了新进展，机器人据此起草"
    old = {each["id"] for each in before if "怎样看卡的种类" in each["reason"]}
    assert old
    assert not old & {each["id"] for each in after}


async def test_a_rejected_reply_does_not_come_back_for_the_same_message(desk):
    await desk.takes("agent")
    await desk.customer.says("在吗")
    refused, *_ = await desk.sees()
    url = f"/v1/suggestions/{refused['id']}/reject"
    assert (await desk.http.post(url, json={"reason": "不合适"})).status_code == 204
    await desk.sends("我看一下您的记录。")
    assert refused["text"] not in [each["text"] for each in await desk.sees()]


async def test_a_phrase_that_is_off_is_not_offered(desk, admin):
    await desk.takes("agent")
    await desk.customer.says("在吗")
    offered, *_ = await desk.sees_of("phrase")
    await admin.patch(f"/v1/phrases/{offered['key']}", json={"active": False})
    await desk.customer.says("在吗")
    assert offered["key"] not in [each["key"] for each in await desk.sees()]


async def test_supervisors_see_how_suggestions_fare(desk, new_staff):
    await desk.takes("agent")
    await desk.customer.says("在吗")
    first, _, third, *_ = await desk.sees()
    url = f"/v1/suggestions/{third['id']}/reject"
    await desk.http.post(url, json={"reason": "不合适"})
    await desk.sends(first["text"] + "我的电话 18900001234。", first)
    supervisor = await new_staff("supervisor")
    figures = (await supervisor.get("/v1/suggestions/figures", params={"days": 1})).json()
    total = figures["total"]
    assert (total["sent"], total["edited"], total["rejected"]) == (0, 1, 1)
    assert total["shown"] == sum(
        total[state] for state in ("open", "sent", "edited", "rejected", "ignored")
    )
    assert sum(row["shown"] for row in figures["by_source"]) == total["shown"]
    assert sum(row["shown"] for row in figures["by_node"]) == total["shown"]
    assert figures["reasons"] == [{"reason": "不合适", "count": 1}]
    (edit,) = figures["edits"]
    assert edit["text"] == first["text"]
    assert "18900001234" not in edit["sent_text"]
    assert (await desk.http.get("/v1/suggestions/figures")).status_code == 403


async def test_suggestions_are_for_staff_and_for_conversations_that_exist(http, agent, customer):
    assert (await http.get(f"/v1/conversations/{customer.id}/suggestions")).status_code == 401
    missing = await agent.get("/v1/conversations/nowhere/suggestions")
    assert missing.json()["error"]["code"] == "conversation_not_found"
