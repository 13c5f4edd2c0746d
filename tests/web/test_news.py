"""The queue that all pages of the staff's process share: what of it is read, and what pages get."""

import asyncio

import pytest

from web import news as news_module
from web.news import QUEUE, Queue


def row(key, text=""):
    return {"id": key, "last": text}


def read(order, *rows):
    return {"now": "2026-11-25T09:00:00+00:00", "order": list(order), "rows": list(rows)}


def follow(shown, patch):
    """What the page makes of a patch (`queue.js`): its order."""
    return [*patch["head"], *(shown[-patch["tail"] :] if patch["tail"] else [])]


def test_a_row_that_moves_up_sends_the_head_of_the_order_alone():
    queue = Queue()
    queue.take(read("abcdef", *map(row, "abcdef")))
    before, shown = queue.version, queue.order
    queue.take(read("cabdef", row("c", "在吗")))
    patch = queue.since(before)
    assert patch["head"] == ["c", "a", "b"]
    assert [each["id"] for each in patch["rows"]] == ["c"]
    assert follow(shown, patch) == list("cabdef")


def test_a_page_that_missed_versions_is_given_everything_since():
    queue = Queue()
    queue.take(read("ab", row("a"), row("b")))
    first, shown = queue.version, queue.order
    queue.take(read("cab", row("c")))
    queue.take(read("ca", row("a", "新")))
    patch = queue.since(first)
    assert follow(shown, patch) == ["c", "a"]
    assert [each["id"] for each in patch["rows"]] == ["c", "a"]
    assert follow([], queue.since(0)) == ["c", "a"]


def test_a_page_that_was_away_for_long_is_given_the_whole_order():
    queue = Queue()
    queue.take(read("ab", row("a"), row("b")))
    first = queue.version
    for number in range(news_module.ORDERS_KEPT + 1):
        queue.take(read("ab", row("a", str(number))))
    assert (queue.since(first)["head"], queue.since(first)["tail"]) == (["a", "b"], 0)


def test_a_row_that_nobody_was_told_of_is_missed():
    queue = Queue()
    queue.take(read("a", row("a")))
    assert queue.holds(["a", "b"], [row("b")])
    assert not queue.holds(["a", "b"], [])


@pytest.fixture
async def quick(monkeypatch):
    monkeypatch.setattr(news_module, "QUEUE_SECONDS", 0.01)


async def test_nothing_is_read_while_nobody_looks(quick, agent, fake):
    before = len(fake.queue_asked)
    agent.news._tell("conversations")
    await asyncio.sleep(0.1)
    assert len(fake.queue_asked) == before
    with agent.news.listen(QUEUE, lambda _: None):
        await asyncio.sleep(0.1)
        assert fake.queue_asked[before:] == [None]


async def test_news_of_one_conversation_reads_its_row_alone(quick, agent, fake):
    with agent.news.listen(QUEUE, lambda _: None):
        await asyncio.sleep(0.1)
        before = len(fake.queue_asked)
        for topic in ("conversation:c3", "conversations"):
            agent.news._tell(topic)
        await asyncio.sleep(0.1)
        assert fake.queue_asked[before:] == [["c3"]]


async def test_when_something_was_missed_all_is_read(quick, agent, fake):
    with agent.news.listen(QUEUE, lambda _: None):
        await asyncio.sleep(0.1)
        before = len(fake.queue_asked)
        agent.news._tell("conversation:c3")
        agent.news._tell("*")
        await asyncio.sleep(0.1)
        assert fake.queue_asked[before:] == [None]
