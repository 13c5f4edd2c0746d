"""The back-office desk: cases that wait for a system's people, and who has still to be told."""

import pytest


@pytest.fixture
async def agent(new_staff):
    return await new_staff("agent")


async def desk(http):
    response = await http.get("/v1/desk/back-office")
    assert response.status_code == 200, response.text
    return response.json()


@pytest.fixture
async def waiting(customer, bot):
    """A customer whose number no system knows: the case waits for the CRM's people."""
    bot.learn("我在法国上不了网", "report_data_failure", location="FR", service="data")
    await customer.says("我在法国上不了网")
    await customer.answers({"data_roaming_on": "yes", "msisdn": "18911112222"})
    return customer


@pytest.fixture
async def reissued(customer, bot):
    """A customer in Korea whose card was re-issued after an earlier stay there."""
    bot.learn("我在韩国没信号", "report_no_signal", location="KR", service="signal")
    await customer.says("我在韩国没信号")
    await customer.chooses("card_reissued_after_korea", "yes")
    return customer


async def test_a_case_that_waits_is_listed_with_its_answers(agent, waiting):
    (row,) = await desk(agent)
    assert row["number"] == (await waiting.ticket())["number"]
    assert row["conversation_id"] == waiting.id
    assert (row["fact"], row["kind"]) == ("card_type_on_record", "answer")
    assert (row["who"], row["who_title"]) == ("crm", "客户资料系统")
    assert row["country_name"] == "法国"
    assert row["facts_short"].startswith("上不了网")
    assert row["facts_short"].endswith("2222")
    assert "18911112222" not in row["facts_short"]
    assert {o["value"] for o in row["options"]} == {"ctog", "ctoc", "unknown"}
    assert row["cites"]
    assert row["due_at"] > row["since"]


async def test_an_answer_moves_the_case_on_and_off_the_desk(agent, waiting):
    (row,) = await desk(agent)
    said = {"fact": row["fact"], "value": "ctoc"}
    answered = await agent.post(f"/v1/tickets/{row['number']}/facts", json=said)
    assert answered.status_code == 200
    assert answered.json()["outcome"] == "no_c_coverage"
    assert await desk(agent) == []
    assert "最可能的原因" in (await waiting.messages())[-1]["text"]


async def test_the_next_fact_that_is_waited_for_follows_on_the_desk(agent, waiting):
    (row,) = await desk(agent)
    said = {"fact": row["fact"], "value": "ctog"}
    await agent.post(f"/v1/tickets/{row['number']}/facts", json=said)
    facts = {"network": "g", "operator": "vodafone", "selected_by_hand": "yes"}
    await waiting.answers({**facts, "card_slot": "g", "works_at_home": "yes"})
    (row,) = await desk(agent)
    assert row["fact"] != "card_type_on_record"
    assert row["since"] > (await waiting.messages())[0]["created_at"]


async def test_korea_is_raised_by_itself_and_once(agent, reissued, admin):
    number = (await reissued.ticket())["number"]
    await reissued.says("还有吗")
    again = {"fact": "card_reissued_after_korea", "value": "no"}
    await agent.post(f"/v1/tickets/{number}/facts", json=again)
    await agent.post(f"/v1/tickets/{number}/facts", json={**again, "value": "yes"})
    ticket = (await admin.get(f"/v1/tickets/{number}")).json()
    raised = [e for e in ticket["events"] if e["data"].get("to") == "noc_group"]
    assert [(e["kind"], e["actor"]) for e in raised] == [("notify", "system")]
    (notice,) = ticket["notifications"]
    assert notice["to"] == "noc_group"
    assert notice["title"] == "集团网运"
    assert notice["cites"] == ["G4.E"]
    assert notice["done_at"] is None


async def test_korea_is_raised_when_an_agent_says_it(agent, customer, bot):
    bot.learn("我在韩国没信号", "report_no_signal", location="KR", service="signal")
    await customer.says("我在韩国没信号")
    number = (await customer.ticket())["number"]
    said = {"fact": "card_reissued_after_korea", "value": "yes"}
    ticket = (await agent.post(f"/v1/tickets/{number}/facts", json=said)).json()
    assert [n["to"] for n in ticket["notifications"]] == ["noc_group"]


async def test_nothing_is_raised_for_a_card_that_was_not_reissued(agent, customer, bot):
    bot.learn("我在韩国没信号", "report_no_signal", location="KR", service="signal")
    await customer.says("我在韩国没信号")
    await customer.chooses("card_reissued_after_korea", "no")
    number = (await customer.ticket())["number"]
    ticket = (await agent.get(f"/v1/tickets/{number}")).json()
    assert ticket["notifications"] == []


async def test_a_notice_is_on_the_desk_until_somebody_was_told(agent, reissued):
    (row,) = await desk(agent)
    assert (row["kind"], row["fact"], row["who_title"]) == ("notify", "noc_group", "集团网运")
    assert row["cites"] == ["G4.E"]
    url = f"/v1/tickets/{row['number']}/notifications/noc_group/done"
    done = await agent.post(url, json={"note": "已电话通知"})
    assert done.status_code == 200, done.text
    (notice,) = done.json()["notifications"]
    assert notice["done_by"] == (await agent.get("/v1/me")).json()["username"]
    assert done.json()["events"][-1]["note"] == "已电话通知"
    assert await desk(agent) == []
    twice = await agent.post(url)
    assert twice.status_code == 409
    assert twice.json()["error"]["code"] == "notification_done"
    other = await agent.post(f"/v1/tickets/{row['number']}/notifications/nobody/done")
    assert other.status_code == 404


async def test_a_trainer_sees_the_desk_but_answers_nothing(new_staff, reissued):
    trainer = await new_staff("trainer")
    (row,) = await desk(trainer)
    url = f"/v1/tickets/{row['number']}/notifications/noc_group/done"
    assert (await trainer.post(url, json={})).status_code == 403
