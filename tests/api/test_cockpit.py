"""One conversation as an agent sees it: transcript, case, ticket, summary, suggestions."""

import asyncio

import pytest

from api.desk.cockpit import Page
from api.desk.cockpit import read as read_cockpit
from tests.api.test_desk_queue import statements

REPORT = "我在日本打不了电话"


@pytest.fixture
async def agent(new_staff):
    return await new_staff("agent")


@pytest.fixture
async def told(customer, bot):
    """A customer who told their trouble and answered two questions."""
    bot.learn(REPORT, "report_call_failure", location="JP", service="voice")
    await customer.says(REPORT)
    await customer.chooses("card_type", "ctoc")
    await customer.chooses("works_at_home", "yes")
    return customer


async def cockpit(http, conversation_id, **params):
    response = await http.get(f"/v1/desk/conversations/{conversation_id}", params=params)
    assert response.status_code == 200, response.text
    return response.json()


async def test_the_transcript_shows_what_the_bot_understood(agent, told):
    read = await cockpit(agent, told.id)
    said = {m["text"]: m for m in read["messages"]}
    heard = said[REPORT]["understood"]
    assert (heard["intent"], heard["intent_title"]) == ("report_call_failure", "报障：打不了电话")
    assert heard["confidence"] == 0.99
    assert heard["failed"] is False
    assert heard["model"] == "fake"
    assert heard["ms"] is not None
    facts = {f["fact"]: (f["title"], f["label"]) for f in heard["facts"]}
    assert facts["location"] == ("所在国家或地区", "日本")
    assert {m["understood"] for m in read["messages"] if m["sender"] == "bot"} == {None}
    assert read["conversation"]["country_name"] == "日本"
    assert read["conversation"]["thinking"] is False


async def test_older_messages_come_on_demand_and_newer_ones_all_at_once(agent, told):
    everything = await cockpit(agent, told.id)
    seqs = [m["seq"] for m in everything["messages"]]
    assert seqs == list(range(1, len(seqs) + 1))
    assert everything["has_older"] is False
    latest = await cockpit(agent, told.id, limit=2)
    assert [m["seq"] for m in latest["messages"]] == seqs[-2:]
    assert latest["has_older"] is True
    before = await cockpit(agent, told.id, before=seqs[-2], limit=3)
    assert [m["seq"] for m in before["messages"]] == seqs[-5:-2]
    newer = await cockpit(agent, told.id, after=2, limit=1)
    assert [m["seq"] for m in newer["messages"]] == seqs[2:]
    assert (await cockpit(agent, told.id, after=seqs[-1]))["messages"] == []


async def test_the_case_shows_the_way_with_its_sources(agent, told):
    case = (await cockpit(agent, told.id))["case"]
    walked = {step["node"]: step for step in case["path"]}
    assert walked["ctoc/works_at_home"]["citation"] == "G3.1/2"
    assert walked["ctoc/works_at_home"]["answer_label"] == "国内使用正常"
    assert walked["ctoc/coverage"]["citation_title"] == "单模卡判断流程 第 1 步"
    assert case["next"]["kind"] == "ask"
    assert case["next"]["fact"] == "prl_version"
    assert case["next"]["citation"] == "G3.1/3"
    assert "prl_outdated" in {cause["id"] for cause in case["open_causes"]}
    assert "class ctoc__prl_status here" in case["diagram"]


async def test_facts_say_who_said_them_and_what_can_be_set(agent, told):
    number = (await told.ticket())["number"]
    stated = {"fact": "prl_updated", "value": "no", "note": "电话里说的"}
    assert (await agent.post(f"/v1/tickets/{number}/facts", json=stated)).status_code == 200
    case = (await cockpit(agent, told.id))["case"]
    facts = {f["fact"]: f for f in case["facts"]}
    assert (facts["card_type"]["label"], facts["card_type"]["said_by_title"]) == (
        "单模国际卡",
        "客户",
    )
    assert {o["value"] for o in facts["card_type"]["options"]} == {"ctog", "ctoc"}
    assert (facts["prl_updated"]["said_by_title"], facts["prl_updated"]["note"]) == (
        "坐席",
        "电话里说的",
    )
    assert facts["location"]["options"] is None
    settable = {s["fact"]: s for s in case["settable"]}
    assert case["settable"][0]["fact"] == case["next"]["fact"]
    assert settable["ild_open"]["who"] == "客户资料系统"
    assert "docomo" in {o["value"] for o in settable["operator"]["options"]}
    assert "region" not in settable
    assert "wish" not in settable


async def test_what_cannot_be_true_together_is_pointed_out(agent, customer, bot):
    bot.learn(REPORT, "report_call_failure", location="JP", service="voice")
    await customer.says(REPORT)
    assert (await cockpit(agent, customer.id))["case"]["contradictions"] == []
    bot.learn("单模卡，插在G网卡槽", "inform", card_type="ctoc", card_slot="g")
    await customer.says("单模卡，插在G网卡槽")
    read = await cockpit(agent, customer.id)
    odd = next(c for c in read["case"]["contradictions"] if "card_slot" in c["facts"])
    assert "card_type" in odd["facts"]
    assert odd["cites"]
    assert f"核对：{odd['text'].rstrip('。')}" in read["summary"]["open"]


async def test_the_ticket_shows_clocks_and_the_moves_that_are_open(agent, told):
    ticket = (await cockpit(agent, told.id))["ticket"]
    assert ticket["status_title"] == "已受理"
    assert ticket["category_title"] == "网络质量"
    assert [s["status"] for s in ticket["next_statuses"]] == ["investigating", "answered"]
    states = {c["name"]: c["state"] for c in ticket["clocks"]}
    assert states["acknowledge"] == "met"
    assert states["first_answer"] == "running"
    titles = [event["title"] for event in ticket["events"]]
    assert titles[0] == "登记"
    assert "状态变更：已受理" in titles


async def test_a_turn_that_failed_is_said_to_have_failed(agent, customer, bot):
    bot.silent = True
    await customer.says("我在日本打不了电话")
    read = await cockpit(agent, customer.id)
    (asked,) = [m for m in read["messages"] if m["sender"] == "customer"]
    assert asked["turn"] == "failed"
    assert asked["understood"]["failed"] is True
    assert read["conversation"]["waiting"] is True


async def test_a_conversation_without_a_trouble_has_no_case_and_no_ticket(agent, customer):
    read = await cockpit(agent, customer.id)
    assert read["case"] is None
    assert read["ticket"] is None
    assert read["summary"]["where"] == "还不知道"
    assert read["summary"]["open"] == []
    assert len(read["messages"]) == 1


async def test_an_agents_words_bear_their_name(new_staff, customer):
    agent = await new_staff("agent", "lin.qing")
    await agent.put(f"/v1/conversations/{customer.id}/mode", json={"mode": "agent"})
    body = {"client_id": "1", "text": "您好，请讲。"}
    await agent.post(f"/v1/conversations/{customer.id}/replies", json=body)
    last = (await cockpit(agent, customer.id))["messages"][-1]
    assert (last["sender"], last["staff_name"]) == ("agent", "lin.qing")


async def test_suggestions_are_beside_the_conversation(agent, told):
    url = f"/v1/conversations/{told.id}"
    await agent.put(f"{url}/mode", json={"mode": "copilot"})
    await told.says("还有别的办法吗")
    offered = (await cockpit(agent, told.id))["suggestions"]
    assert offered
    assert offered == (await agent.get(f"{url}/suggestions")).json()


async def test_while_the_bot_speaks_suggestions_are_made_for_who_asks_for_them(agent, told):
    assert (await cockpit(agent, told.id))["suggestions"] == []
    asked_for = (await agent.get(f"/v1/conversations/{told.id}/suggestions")).json()
    assert asked_for
    assert (await cockpit(agent, told.id))["suggestions"] == asked_for
    await told.says("还有别的办法吗")
    assert (await cockpit(agent, told.id))["suggestions"] == []


async def test_many_readings_at_once_stand_in_line(app, agent, told):
    app.state.cockpits = asyncio.Semaphore(1)
    async with app.state.cockpits:
        reading = asyncio.create_task(cockpit(agent, told.id))
        await asyncio.sleep(0.1)
        assert not reading.done()
        await told.says("在吗")  # a customer's turn stands in no line
    assert (await reading)["messages"][-1]["sender"] == "bot"


async def test_the_summary_is_made_from_the_case(agent, told):
    number = (await told.ticket())["number"]
    for fact, value in (("prl_version", "30000"), ("msisdn", "18911112222"), ("ild_open", "yes")):
        await agent.post(f"/v1/tickets/{number}/facts", json={"fact": fact, "value": value})
    url = f"/v1/conversations/{told.id}/mode"
    await agent.put(url, json={"mode": "agent"})
    await agent.put(url, json={"mode": "auto", "memo": "客户下午方便接电话"})
    summary = (await cockpit(agent, told.id))["summary"]
    assert "单模国际卡" in summary["who"]
    assert "2222" in summary["who"]
    assert "18911112222" not in summary["who"]
    assert summary["where"] == "日本"
    assert summary["what"] == "打不了电话"
    assert "在国内是否正常：国内使用正常" in summary["tried"]
    assert "国际长途：国际长途已开通（坐席）" in summary["found"]
    assert "当地 C 网覆盖：有" in summary["found"]
    assert any(line.startswith("等网络运行中心查：国内网络配置") for line in summary["open"])
    assert any(line.startswith("首次答复，最晚") for line in summary["open"])
    assert summary["memo"] == "客户下午方便接电话"


async def test_a_long_conversation_costs_no_more_statements_than_a_short_one(app, told):
    counted = []
    for more in (1, 8):
        for _ in range(more):
            await told.says("在吗")
        async with app.state.database.reading() as session:
            with statements(session) as sent:
                await read_cockpit(session, app.state.shelf, told.id, Page(), thinking=False)
        counted.append(len(sent))
    assert counted == [5, 5]


async def test_an_unknown_conversation_is_not_found(agent):
    response = await agent.get("/v1/desk/conversations/nowhere")
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "conversation_not_found"
