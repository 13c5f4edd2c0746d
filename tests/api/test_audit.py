"""Who looked, revealed and changed is written down and can't be unmade."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from api import clock
from api.audit.service import Looks


@pytest.fixture
async def agent(new_staff):
    return await new_staff("agent", "lin.qing")


@pytest.fixture
async def number(customer, bot):
    bot.learn("我在台湾打不了电话", "report_call_failure", location="TW", service="voice")
    await customer.says("我在台湾打不了电话")
    return (await customer.ticket())["number"]


async def entries(http, **params):
    response = await http.get("/v1/audit", params=params)
    assert response.status_code == 200, response.text
    return response.json()


async def test_opening_is_written_down_once_a_person_and_hour(
    app, admin, agent, new_staff, customer
):
    url = f"/v1/desk/conversations/{customer.id}"
    await asyncio.gather(*(agent.get(url) for _ in range(4)))
    await agent.get(f"/v1/conversations/{customer.id}")
    await (await new_staff("agent", "zhao")).get(url)
    seen = await entries(admin, conversation=customer.id)
    assert [(e["username"], e["action"]) for e in seen] == [
        ("zhao", "viewed"),
        ("lin.qing", "viewed"),
    ]
    # Another process, or this one after a restart, knows of the look as well.
    await Looks(app.state.database).note("lin.qing", customer.id)
    clock.start_at(clock.now() + timedelta(minutes=59))
    await agent.get(url)
    assert len(await entries(admin, conversation=customer.id)) == 2
    clock.start_at(clock.now() + timedelta(minutes=2))
    await agent.get(url)
    assert len(await entries(admin, conversation=customer.id)) == 3


async def test_opening_a_ticket_counts_as_a_look(admin, agent, customer, number):
    await agent.get(f"/v1/tickets/{number}")
    (look,) = await entries(admin, ticket=number)
    assert (look["username"], look["conversation_id"]) == ("lin.qing", customer.id)


async def test_what_is_not_there_was_not_looked_at(admin, agent):
    assert (await agent.get("/v1/desk/conversations/nowhere")).status_code == 404
    assert (await agent.get("/v1/conversations/nowhere")).status_code == 404
    assert await entries(admin) == []


async def test_revealing_says_which_fields_and_why(admin, agent, customer, number):
    url = f"/v1/desk/conversations/{customer.id}/reveal"
    await agent.post(url, json={"fields": ["msisdn", "text"], "reason": "核对客户身份"})
    await agent.post(url, json={"fields": ["location"], "reason": "核对客户身份"})
    (entry,) = await entries(admin, ticket=number)
    assert entry["action"] == "revealed"
    assert entry["fields"] == ["msisdn", "text"]
    assert entry["reason"] == "核对客户身份"


async def test_a_change_is_in_the_audit_and_among_the_events(admin, agent, number):
    body = {"priority": "urgent", "category": "billing", "reason": "客户在机场"}
    changed = await agent.patch(f"/v1/tickets/{number}", json=body)
    assert changed.status_code == 200, changed.text
    assert (changed.json()["priority"], changed.json()["category"]) == ("urgent", "billing")
    events = [e for e in changed.json()["events"] if e["actor"] == "lin.qing"]
    assert [(e["kind"], e["data"], e["note"]) for e in events] == [
        ("category", {"from": "network_quality", "to": "billing"}, "客户在机场"),
        ("priority", {"from": "normal", "to": "urgent"}, "客户在机场"),
    ]
    (entry,) = await entries(admin, ticket=number)
    assert (entry["action"], entry["fields"]) == ("changed", ["category", "priority"])
    same = await agent.patch(f"/v1/tickets/{number}", json={**body, "reason": "再说一次"})
    assert len(same.json()["events"]) == len(changed.json()["events"])
    assert len(await entries(admin, ticket=number)) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"priority": "urgent"},
        {"priority": "urgent", "reason": " "},
        {"reason": "没有写改什么"},
        {"priority": "most", "reason": "原因"},
        {"category": "odd", "reason": "原因"},
    ],
)
async def test_a_change_needs_a_value_and_a_reason(agent, number, body):
    assert (await agent.patch(f"/v1/tickets/{number}", json=body)).status_code == 422


async def test_a_note_is_for_staff_alone(agent, customer, number):
    before = await customer.messages()
    noted = await agent.post(f"/v1/tickets/{number}/notes", json={"text": "已联系网运"})
    assert noted.status_code == 201
    last = noted.json()["events"][-1]
    assert (last["kind"], last["title"], last["note"]) == ("note", "内部备注", "已联系网运")
    assert last["actor"] == "lin.qing"
    assert await customer.messages() == before
    empty = await agent.post(f"/v1/tickets/{number}/notes", json={"text": "  "})
    assert empty.status_code == 422


async def test_only_supervisors_read_the_audit(new_staff, agent):
    assert (await agent.get("/v1/audit")).status_code == 403
    assert (await (await new_staff("trainer")).get("/v1/audit")).status_code == 403
    assert await entries(await new_staff("supervisor")) == []


async def test_the_audit_cannot_be_changed_or_deleted(app, agent, customer):
    await agent.get(f"/v1/desk/conversations/{customer.id}")
    for statement in ("update audit_entries set reason = 'x'", "delete from audit_entries"):
        with pytest.raises(DBAPIError, match="append-only"):
            async with app.state.database.transaction() as session:
                await session.execute(text(statement))


async def test_a_trainer_changes_nothing(new_staff, number):
    trainer = await new_staff("trainer")
    body = {"priority": "urgent", "reason": "原因"}
    assert (await trainer.patch(f"/v1/tickets/{number}", json=body)).status_code == 403
    note = await trainer.post(f"/v1/tickets/{number}/notes", json={"text": "x"})
    assert note.status_code == 403
