"""What staff see of personal data: masked on every route, in the clear only for a reason."""

import json

import pytest

PHONE = "18911112222"
CARD = "89860326900100000016"
WORDS = f"我叫王小明，号码{PHONE}，卡号 {CARD}"


@pytest.fixture
async def agent(new_staff):
    return await new_staff("agent")


@pytest.fixture
async def told(customer, bot):
    """A customer who wrote down name, number and card; the number is a fact of the case."""
    bot.learn("我在法国上不了网", "report_data_failure", location="FR", service="data")
    await customer.says("我在法国上不了网")
    bot.learn(WORDS, "inform", msisdn=PHONE)
    await customer.says(WORDS)
    return customer


def hides_everything(body):
    text = json.dumps(body, ensure_ascii=False)
    return not [secret for secret in (PHONE, CARD, "王小明") if secret in text]


async def test_every_staff_route_masks_texts_and_facts(agent, told):
    number = (await told.ticket())["number"]
    said = {"fact": "msisdn", "value": PHONE, "note": f"客户来电 {PHONE}"}
    answer = await agent.post(f"/v1/tickets/{number}/facts", json=said)
    url = f"/v1/conversations/{told.id}"
    await agent.put(f"{url}/mode", json={"mode": "agent"})
    await told.says(WORDS)
    await agent.put(f"{url}/mode", json={"mode": "auto", "memo": f"回拨 {PHONE}"})
    assert hides_everything(answer.json())
    for path in (
        url,
        "/v1/conversations",
        f"/v1/tickets/{number}",
        f"/v1/desk/conversations/{told.id}",
        "/v1/desk/queue",
        "/v1/desk/back-office",
    ):
        read = await agent.get(path)
        assert read.status_code == 200
        assert hides_everything(read.json()), path
    facts = (await agent.get(f"/v1/tickets/{number}")).json()["facts"]
    assert facts["msisdn"]["value"].endswith("2222")
    assert facts["msisdn"]["said_by"] == "customer"


async def test_the_customer_still_reads_their_own_words(told):
    assert WORDS in [m["text"] for m in await told.messages()]


async def test_a_complaint_in_the_tickets_events_is_masked(agent, customer, bot):
    words = f"我要投诉，号码 {PHONE}，态度太差"
    bot.teach(words, "complain_service", category="service_attitude")
    await customer.says(words)
    ticket = (await agent.get(f"/v1/tickets/{(await customer.ticket())['number']}")).json()
    (complaint,) = [e for e in ticket["events"] if e["kind"] == "complaint"]
    assert "态度太差" in complaint["note"]
    assert hides_everything(ticket)


async def test_revealing_gives_what_was_asked_for_and_nothing_else(agent, told):
    url = f"/v1/desk/conversations/{told.id}/reveal"
    body = {"fields": ["msisdn", "iccid"], "reason": "核对客户身份"}
    shown = await agent.post(url, json=body)
    assert shown.status_code == 200
    assert shown.json() == {"facts": {"msisdn": PHONE}, "messages": {}}
    texts = (await agent.post(url, json={"fields": ["text"], "reason": "核对客户身份"})).json()
    assert texts["facts"] == {}
    (seq,) = [str(m["seq"]) for m in await told.messages() if m["text"] == WORDS]
    assert texts["messages"][seq] == WORDS
    assert "1" not in texts["messages"]


@pytest.mark.parametrize(
    "body",
    [
        {"fields": ["msisdn"], "reason": "看"},
        {"fields": ["msisdn"], "reason": "    "},
        {"fields": ["msisdn"]},
        {"fields": [], "reason": "核对客户身份"},
        {"fields": ["location"], "reason": "核对客户身份"},
        {"fields": ["password"], "reason": "核对客户身份"},
    ],
)
async def test_revealing_without_a_reason_or_a_personal_field_is_refused(agent, told, body):
    refused = await agent.post(f"/v1/desk/conversations/{told.id}/reveal", json=body)
    assert refused.status_code == 422
    assert hides_everything(refused.json())


async def test_who_may_not_answer_customers_may_not_reveal(new_staff, http, told):
    url = f"/v1/desk/conversations/{told.id}/reveal"
    body = {"fields": ["msisdn"], "reason": "核对客户身份"}
    assert (await (await new_staff("trainer")).post(url, json=body)).status_code == 403
    assert (await http.post(url, json=body, headers=told.headers)).status_code == 401


async def test_an_unknown_conversation_reveals_nothing(agent):
    body = {"fields": ["msisdn"], "reason": "核对客户身份"}
    refused = await agent.post("/v1/desk/conversations/nowhere/reveal", json=body)
    assert refused.status_code == 404
