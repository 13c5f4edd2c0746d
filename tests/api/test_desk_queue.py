"""The queue of the agents' desk: who is in it, in which order, and what it costs to read."""

from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import event, update

from api import clock
from api.conversations.models import Conversation
from api.desk import queue as queue_service
from api.desk import repository

REPORT = "我在台湾打不了电话，号码 18900001234"


@contextmanager
def statements(session):
    """Collect what this session executes while inside; other work of the process is not in it."""
    sent = []

    def note(executed):
        sent.append(executed)

    event.listen(session.sync_session, "do_orm_execute", note)
    yield sent
    event.remove(session.sync_session, "do_orm_execute", note)


async def queue(http, **params):
    response = await http.get("/v1/desk/queue", params=params)
    assert response.status_code == 200, response.text
    return response.json()


async def set_row(app, conversation_id, **values):
    async with app.state.database.transaction() as session:
        await session.execute(
            update(Conversation).where(Conversation.id == conversation_id).values(**values)
        )


async def test_a_row_says_what_an_agent_needs_to_choose(admin, customer, bot):
    bot.teach(
        REPORT, "report_call_failure", facts={"location": "TW", "service": "voice"}, confidence=0.8
    )
    await customer.says(REPORT)
    read = await queue(admin)
    (row,) = read["rows"]
    assert row["id"] == customer.id
    assert (row["mode"], row["waiting"], row["wants_person"]) == ("auto", False, False)
    assert (row["country"], row["country_name"]) == ("TW", "中国台湾")
    assert (row["service"], row["service_title"]) == ("voice", "打不了电话")
    assert (row["asks"], row["asks_title"]) == ("card_type", "国际卡种类")
    assert row["sure"] == 0.8
    assert row["taken_by"] is None
    number = (await customer.ticket())["number"]
    assert row["ticket"]["number"] == number
    assert row["ticket"]["status_title"] == "已受理"
    assert row["ticket"]["clock"]["name"] == "first_check"
    assert row["ticket"]["clock"]["state"] == "running"
    last = (await customer.messages())[-1]
    assert (row["last"]["seq"], row["last"]["sender"]) == (last["seq"], "bot")
    assert read["rehearsing"] is False


async def test_the_last_words_are_masked_and_short(new_staff, customer, bot):
    agent = await new_staff("agent")
    await agent.put(f"/v1/conversations/{customer.id}/mode", json={"mode": "agent"})
    await customer.says("我的号码是18900001234\n" + "打不了电话" * 30)
    (row,) = (await queue(agent))["rows"]
    assert "18900001234" not in row["last"]["text"]
    assert "1234 打不了电话" in row["last"]["text"]
    assert len(row["last"]["text"]) == 80


async def test_who_asked_for_a_person_is_on_top_and_the_longest_wait_first(
    app, admin, new_customer
):
    now = clock.now()
    names = ("talks", "talked", "waits", "asked", "asked_before")
    made = {name: await new_customer() for name in names}
    for name, values in {
        "talks": {"updated_at": now},
        "talked": {"updated_at": now - timedelta(minutes=1)},
        "waits": {"waiting": True, "waiting_since": now - timedelta(hours=2)},
        "asked": {"waiting": True, "wants_person": True, "waiting_since": now},
        "asked_before": {
            "waiting": True,
            "wants_person": True,
            "waiting_since": now - timedelta(minutes=5),
        },
    }.items():
        await set_row(app, made[name].id, **values)
    by_id = {customer.id: name for name, customer in made.items()}
    read = await queue(admin)
    order = [by_id[row["id"]] for row in read["rows"]]
    assert order == ["asked_before", "asked", "waits", "talks", "talked"]
    assert read["counts"] == {"waiting": 3, "auto": 5, "copilot": 0, "agent": 0}


async def test_filters_narrow_the_rows_and_not_the_counts(new_staff, new_customer, app):
    agent, other = await new_staff("agent"), await new_staff("agent")
    mine, theirs, free = [await new_customer() for _ in range(3)]
    await agent.put(f"/v1/conversations/{mine.id}/mode", json={"mode": "copilot"})
    await other.put(f"/v1/conversations/{theirs.id}/mode", json={"mode": "agent"})
    await set_row(app, free.id, waiting=True, waiting_since=clock.now(), country="JP")

    async def found(**params):
        read = await queue(agent, **params)
        assert read["counts"] == {"waiting": 1, "auto": 1, "copilot": 1, "agent": 1}
        return {row["id"] for row in read["rows"]}

    assert await found() == {mine.id, theirs.id, free.id}
    assert await found(mode="agent") == {theirs.id}
    assert await found(mine=True) == {mine.id}
    assert await found(waiting=True) == {free.id}
    assert await found(waiting=False) == {mine.id, theirs.id}
    assert await found(country="JP") == {free.id}
    assert await found(channel="wechat") == set()
    assert (await agent.get("/v1/desk/queue", params={"mode": "odd"})).status_code == 422


async def test_a_claimed_row_names_who_holds_it(new_staff, customer):
    agent = await new_staff("agent", "lin.qing")
    await agent.put(f"/v1/conversations/{customer.id}/mode", json={"mode": "agent"})
    (row,) = (await queue(agent))["rows"]
    assert row["taken_by"]["name"] == "lin.qing"
    assert row["taken_by"]["id"] == (await agent.get("/v1/me")).json()["id"]


async def test_what_is_old_is_left_out_unless_it_is_open(app, admin, new_customer):
    old, waiting = await new_customer(), await new_customer()
    long_ago = clock.now() - timedelta(days=8)
    await set_row(app, old.id, updated_at=long_ago)
    await set_row(app, waiting.id, updated_at=long_ago, waiting=True, waiting_since=long_ago)
    read = await queue(admin)
    assert [row["id"] for row in read["rows"]] == [waiting.id]
    assert read["counts"]["auto"] == 1


async def test_a_long_queue_costs_no_more_statements_than_a_short_one(app, new_customer, bot):
    bot.learn(REPORT, "report_call_failure", location="TW", service="voice")
    counted = []
    for more in (1, 11):
        for _ in range(more):
            await (await new_customer()).says(REPORT)
        async with app.state.database.reading() as session:
            with statements(session) as sent:
                read = await queue_service.read(session, app.state.shelf.current)
        counted.append(len(sent))
    assert len(read.rows) == 12
    assert counted == [2, 2]


async def test_the_shared_queue_is_for_the_products_own_processes(http, app):
    key = {"X-RoamDesk-Key": app.state.internal_key}
    read = await http.get("/internal/queue", headers=key)
    assert read.status_code == 200
    assert read.json()["rows"] == []
    assert (await http.get("/internal/queue")).status_code == 401
    wrong = await http.get("/internal/queue", headers={"X-RoamDesk-Key": "guess"})
    assert wrong.status_code == 401
    assert (await http.get("/v1/desk/queue")).status_code == 401


async def test_the_shared_queue_gives_its_order_and_only_the_rows_asked_for(
    app, http, admin, new_customer, bot
):
    bot.learn(REPORT, "report_call_failure", location="TW", service="voice")
    made = [await new_customer() for _ in range(4)]
    await made[1].says(REPORT)
    key = {"X-RoamDesk-Key": app.state.internal_key}
    whole = (await http.get("/internal/queue", headers=key)).json()
    assert whole["order"] == [row["id"] for row in (await queue(admin))["rows"]]
    assert {row["id"] for row in whole["rows"]} == {each.id for each in made}
    of = {"of": [made[1].id, made[3].id, "gone"]}
    some = (await http.get("/internal/queue", headers=key, params=of)).json()
    assert some["order"] == whole["order"]
    by_id = {row["id"]: row for row in whole["rows"]}
    assert {row["id"] for row in some["rows"]} == {made[1].id, made[3].id}
    assert all(row == by_id[row["id"]] for row in some["rows"])
    too_many = {"of": [str(number) for number in range(101)]}
    assert (await http.get("/internal/queue", headers=key, params=too_many)).status_code == 422


async def test_the_queue_is_cut_behind_the_open_and_the_latest(app, new_customer):
    now = clock.now()
    made = [await new_customer() for _ in range(5)]
    for age, customer in enumerate(made):
        await set_row(app, customer.id, updated_at=now - timedelta(minutes=age))
    await set_row(app, made[4].id, waiting=True, waiting_since=now)
    since = now - timedelta(days=7)
    async with app.state.database.reading() as session:
        order = await repository.queue_order(session, since=since, limit=3)
        rows = await repository.queue(session, since=since, limit=3)
    assert list(order) == [made[4].id, made[0].id, made[1].id]
    assert [row.Conversation.id for row in rows] == list(order)
