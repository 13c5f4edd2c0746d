"""Tickets as staff see them: pages, transitions, and events that cannot be unmade."""

import asyncio
from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from api import clock
from api.main import create_app
from tests.api.conftest import client


@pytest.fixture
async def number(customer, bot):
    bot.learn("我在台湾打不了电话", "report_call_failure", location="TW")
    await customer.says("我在台湾打不了电话")
    return (await customer.ticket())["number"]


async def test_tickets_are_listed_in_pages_with_filters(admin, number):
    page = (await admin.get("/v1/tickets")).json()
    assert page["total"] == 1
    assert page["items"][0]["number"] == number
    none = (await admin.get("/v1/tickets", params={"status": "closed"})).json()
    assert none == {"items": [], "total": 0, "offset": 0, "limit": 50}
    assert (await admin.get("/v1/tickets", params={"status": "odd"})).status_code == 422
    assert (await admin.get("/v1/tickets", params={"limit": 0})).status_code == 422


async def test_an_unknown_number_is_not_found(admin):
    response = await admin.get("/v1/tickets/RD20000101-0001")
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "ticket_not_found"


async def test_status_moves_only_through_the_table(admin, number):
    url = f"/v1/tickets/{number}/transitions"
    refused = await admin.post(url, json={"to": "closed"})
    assert refused.status_code == 409
    assert refused.json()["error"]["details"]["allowed"] == ["answered", "investigating"]
    for to in ("investigating", "answered", "resolved", "closed"):
        moved = await admin.post(url, json={"to": to, "note": f"到 {to}"})
        assert moved.status_code == 200, moved.text
    ticket = moved.json()
    assert {c["state"] for c in ticket["clocks"]} == {"met"}
    moves = [e["data"]["to"] for e in ticket["events"] if e["kind"] == "status"]
    assert moves == ["acknowledged", "investigating", "answered", "resolved", "closed"]


async def test_events_and_facts_cannot_be_changed_or_deleted(app, number):
    for statement in (
        "update ticket_events set note = 'x'",
        "delete from ticket_events",
        "update case_facts set value = 'x'",
        "delete from case_facts",
    ):
        with pytest.raises(DBAPIError, match="append-only"):
            async with app.state.database.transaction() as session:
                await session.execute(text(statement))


async def test_fifty_customers_at_once_get_fifty_numbers(new_customer, bot):
    bot.learn("我在台湾打不了电话", "report_call_failure", location="TW")
    customers = [await new_customer() for _ in range(50)]
    await asyncio.gather(*(c.says("我在台湾打不了电话") for c in customers))
    numbers = {(await c.ticket())["number"] for c in customers}
    assert len(numbers) == 50


async def test_a_case_keeps_the_tree_it_began_with(app, customer, bot, number, admin):
    from api.diagnosis.library import Shelf, read_documents
    from api.settings import DATA

    documents = read_documents(DATA / "diagnosis")
    documents["outcomes"]["outcomes"]["no_c_coverage"]["title"] = "改过的标题"
    newer = Shelf(documents)
    before = app.state.shelf.current.revision
    assert newer.current.revision != before
    async with app.state.database.transaction() as session:
        await newer.publish(session)
    app.state.shelf = app.state.interview.shelf = newer
    await customer.chooses("card_type", "ctoc")
    ticket = (await admin.get(f"/v1/tickets/{number}")).json()
    assert ticket["tree"]["revision"] == before


async def test_clocks_count_mainland_working_days_with_shifted_holidays(settings, bot):
    # 2025: 1-8 October off, Saturday 11 October worked instead.
    settings.clock = datetime(2025, 9, 30, 10, 0, tzinfo=clock.BEIJING)
    app = create_app(settings, bot)
    bot.app = app
    bot.learn("我在台湾打不了电话", "report_call_failure", location="TW")
    try:
        async with app.router.lifespan_context(app), client(app) as http:
            begun = (await http.post("/v1/conversations", json={})).json()
            headers = {"Authorization": f"Bearer {begun['token']}"}
            url = f"/v1/conversations/{begun['id']}"
            body = {"client_id": "1", "text": "我在台湾打不了电话"}
            await http.post(f"{url}/messages?wait=10", json=body, headers=headers)
            ticket = (await http.get(f"{url}/ticket", headers=headers)).json()
    finally:
        clock.start_at(None)
    due = {c["name"]: datetime.fromisoformat(c["due_at"]) for c in ticket["clocks"]}
    assert ticket["number"] == "RD20250930-0001"
    assert due["first_answer"] == datetime(2025, 10, 12, tzinfo=clock.BEIJING)
    assert due["result_legal"] == datetime(2025, 10, 16, tzinfo=clock.BEIJING)
    assert due["acknowledge"].astimezone(clock.BEIJING).date().isoformat() == "2025-10-01"
