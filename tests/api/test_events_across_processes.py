"""News between two API processes on one PostgreSQL database, and what the staff's pages follow."""

import asyncio

import psycopg
import pytest
from sqlalchemy import update

from api import clock
from api.channels import stream
from api.conversations.models import Message
from api.conversations.turn import COMPOSES_FOR
from api.desk.feed import follow
from api.events import EVERYTHING, MOST_UNREAD, QUEUE, Broker
from api.events_postgres import PAYLOAD_BYTES, PostgresRelay
from api.main import create_app
from tests.api.conftest import client
from tests.api.fakes import FakeBot

on_postgres = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
async def other_app(app, settings):
    """A second process's application on the same database."""
    bot = FakeBot()
    bot.app = second = create_app(settings, bot)
    async with second.router.lifespan_context(second):
        yield second


async def take_until(events, name):
    """Give the events of a stream up to the first of this name, and end it."""
    async for event in events:
        yield event
        if event.event == name:
            break
    await events.aclose()


async def heard(reader, topic):
    """Wait for a topic; return all that was published until then."""
    seen = []
    async with asyncio.timeout(10):
        while topic not in seen:
            await reader.wait()
            seen += reader.take()
    return seen


@on_postgres
async def test_a_message_at_one_process_wakes_the_stream_at_the_other(app, other_app, customer):
    topic = f"conversation:{customer.id}"
    with other_app.state.broker.listen(topic) as flag, app.state.broker.listen(topic) as own:
        await customer.says("在吗")
        async with asyncio.timeout(10):
            await flag.wait()
        assert own.is_set()
    async with client(other_app) as http:
        url = f"/v1/conversations/{customer.id}/messages"
        there = (await http.get(url, headers=customer.headers)).json()
    assert there[-1]["sender"] == "bot"


@on_postgres
async def test_that_the_bot_composes_is_known_to_every_process(
    app, other_app, customer, bot, new_staff
):
    agent = await new_staff("agent")
    bot.pause = asyncio.Event()
    path = f"/v1/desk/conversations/{customer.id}"
    async with client(other_app) as there:
        there.cookies = agent.cookies

        async def thinking():
            return [
                (await each.get(path)).json()["conversation"]["thinking"] for each in (agent, there)
            ]

        with other_app.state.broker.listen(f"conversation:{customer.id}") as flag:
            post = asyncio.create_task(customer.post({"text": "在吗"}))
            async with asyncio.timeout(10):
                await flag.wait()
                flag.clear()
            assert await thinking() == [True, True]
            events = stream.follow(other_app.state, customer.id, 0)
            states = [e.data async for e in take_until(events, "state")]
            assert states[-1]["typing"] is True
            bot.pause.set()
            assert (await post).status_code == 200
            async with asyncio.timeout(10):
                await flag.wait()
        assert await thinking() == [False, False]


@on_postgres
async def test_a_turn_whose_process_died_is_not_composed_for_ever(app, other_app, customer, bot):
    bot.pause = asyncio.Event()
    post = asyncio.create_task(customer.post({"text": "在吗"}))
    async with asyncio.timeout(10):
        while not bot.turns:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    async with other_app.state.database.transaction() as session:
        await session.execute(
            update(Message)
            .where(Message.conversation_id == customer.id, Message.turn == "queued")
            .values(created_at=clock.now() - COMPOSES_FOR)
        )
        assert await other_app.state.turns.thinking(session, customer.id) is False
    bot.pause.set()
    await post


@on_postgres
async def test_a_claim_at_one_process_has_suggestions_made_at_the_other(
    app, other_app, customer, new_staff
):
    agent = await new_staff("agent")
    await agent.put(f"/v1/conversations/{customer.id}/mode", json={"mode": "agent"})
    async with asyncio.timeout(10):
        while customer.id not in other_app.state.assist.held:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        await agent.put(f"/v1/conversations/{customer.id}/mode", json={"mode": "auto"})
        while customer.id in other_app.state.assist.held:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


@on_postgres
async def test_what_is_published_here_does_not_come_back_as_an_echo(app, other_app):
    with (
        app.state.broker.subscribe_all() as here,
        other_app.state.broker.subscribe_all() as there,
    ):
        app.state.broker.publish("conversation:a")
        assert set(here.take()) == {"conversation:a", QUEUE}
        assert set(await heard(there, "conversation:a")) == {"conversation:a", QUEUE}
        # The answer comes after the echo would have: one channel keeps its order.
        other_app.state.broker.publish("typing:b")
        assert await heard(here, "typing:b") == ["typing:b"]


@on_postgres
async def test_news_of_one_tick_goes_out_in_one_notification(app, database_url):
    url = database_url.replace("+psycopg", "")
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as listener:
        await listener.execute("listen roamdesk")
        for number in range(50):
            app.state.broker.publish(f"conversation:{number % 10}")
        notices = [n async for n in listener.notifies(timeout=10, stop_after=1)]
        notices += [n async for n in listener.notifies(timeout=0.3)]
    assert len(notices) == 1
    assert notices[0].payload.split("\n")[1:] == [f"conversation:{n}" for n in range(10)]


def test_news_that_is_too_long_for_one_notification_is_cut_between_topics():
    relay = PostgresRelay("postgresql://nowhere", Broker())
    topics = [f"conversation:{'号' * 40}{number}" for number in range(300)]
    payloads = list(relay._payloads(topics))
    assert len(payloads) > 1
    assert max(len(payload.encode()) for payload in payloads) <= PAYLOAD_BYTES
    assert [topic for payload in payloads for topic in payload.split("\n")[1:]] == topics


@on_postgres
async def test_after_a_lost_connection_everybody_is_woken_and_news_flow_again(
    app, other_app, database_url
):
    broker = app.state.broker
    with broker.subscribe_all() as reader, broker.listen("conversation:quiet") as flag:
        async with await psycopg.AsyncConnection.connect(
            database_url.replace("+psycopg", ""), autocommit=True
        ) as killer:
            await killer.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where application_name = 'roamdesk-events' and datname = current_database()"
            )
        async with asyncio.timeout(20):
            await flag.wait()
        assert EVERYTHING in await heard(reader, EVERYTHING)
        # The sender finds out only when it sends; what it had to say is not lost.
        other_app.state.broker.publish("conversation:after")
        await heard(reader, "conversation:after")


async def test_each_conversations_news_is_the_queues_too(app, customer):
    with app.state.broker.listen(QUEUE) as queue:
        await customer.says("在吗")
        assert queue.is_set()


def test_a_reader_that_never_comes_is_told_to_read_everything():
    broker = Broker()
    with broker.subscribe_all() as reader:
        for number in range(MOST_UNREAD * 2):
            broker.publish(f"typing:{number}")
        assert reader.take() == [EVERYTHING]
        broker.publish("typing:1")
        assert reader.take() == ["typing:1"]


async def test_the_news_feed_batches_topics_and_begins_with_everything():
    broker = Broker()
    feed = follow(broker)
    assert (await anext(feed)).data == {"topics": [EVERYTHING]}
    for topic in ("conversation:a", "typing:a", "conversation:a"):
        broker.publish(topic)
    event = await anext(feed)
    assert event.event == "news"
    assert event.data == {"topics": ["conversation:a", QUEUE, "typing:a"]}
    await feed.aclose()


@pytest.mark.parametrize("key", ["", "wrong"])
async def test_the_news_are_for_the_products_own_processes(http, key):
    refused = await http.get("/internal/news", headers={"X-RoamDesk-Key": key})
    assert refused.status_code == 401
    assert refused.json()["error"]["code"] == "internal_only"
