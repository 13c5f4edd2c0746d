"""The decode box's route: who may use it, what it answers, and a case it is held against."""

import pytest


@pytest.fixture
async def agent(new_staff):
    return await new_staff("agent")


async def test_a_number_is_taken_apart(agent):
    answer = await agent.post("/v1/decode", json={"value": "46003 0912345678"})
    assert answer.status_code == 200
    read = answer.json()
    assert (read["kind"], read["valid"], read["warnings"]) == ("imsi", True, [])
    assert read["parts"][0] == {"name": "MCC", "value": "460", "meaning": "中国", "rule": "G1.2"}
    assert read["contradictions"] == []


@pytest.mark.parametrize("value", ["", "你好", "1" * 10_240, "\x00"])
async def test_rubbish_is_no_error(agent, value):
    answer = await agent.post("/v1/decode", json={"value": value})
    assert answer.status_code == 200
    assert answer.json()["kind"] == "unknown"
    assert answer.json()["warnings"]


async def test_a_pasted_number_is_held_against_the_conversations_case(agent, customer, bot):
    words = "我在香港打不了电话，单模卡"
    bot.learn(words, "report_call_failure", location="HK", service="voice", card_type="ctoc")
    await customer.says(words)
    body = {"value": "20404 0912345678", "conversation_id": customer.id}
    read = (await agent.post("/v1/decode", json=body)).json()
    (odd,) = read["contradictions"]
    assert odd["facts"] == ["imsi", "card_type"]
    assert odd["cites"] == ["G2.2"]
    seen = (await agent.get(f"/v1/desk/conversations/{customer.id}")).json()
    assert "imsi" not in [fact["fact"] for fact in seen["case"]["facts"]]


async def test_a_conversation_without_a_case_contradicts_nothing(agent):
    body = {"value": "204040912345678", "conversation_id": "nowhere"}
    answer = await agent.post("/v1/decode", json=body)
    assert (answer.status_code, answer.json()["contradictions"]) == (200, [])


async def test_only_staff_decode(http, customer):
    refused = await http.post("/v1/decode", json={"value": "1"}, headers=customer.headers)
    assert refused.status_code == 401
