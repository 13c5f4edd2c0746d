"""The review queue: what comes into it, in which order, and who may see it."""

import asyncio

import pytest

from api.training.review.models import ReviewItem
from api.training.review.scanner import Scanner


@pytest.fixture
async def trainer(new_staff):
    return await new_staff("trainer", "lin")


@pytest.fixture
def say(bot, new_customer):
    """Let a new customer say something of which the bot is more or less sure."""

    async def said(text, intent="inform", confidence=0.5, customer=None, **more):
        customer = customer or await new_customer()
        bot.teach(text, intent, confidence=confidence, **more)
        await customer.says(text)
        return customer

    return said


async def queue(trainer, **params):
    answer = await trainer.get("/v1/training/queue", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_contract_s_shape(trainer, say):
    customer = await say("那个啥来着", confidence=0.45, ranking=[("inform", 0.45), ("deny", 0.4)])
    (row,) = await queue(trainer)
    messages = await customer.messages()
    said = next(m for m in messages if m["sender"] == "customer")
    assert row["message_id"] == said["id"]
    assert row["text"] == "那个啥来着"
    assert row["intent"] == "inform"
    assert row["confidence"] == 0.45
    assert row["reason"] == "fallback"
    assert [r["name"] for r in row["reasons"]] == ["fallback", "low_confidence", "near_tie"]
    assert row["runner_up"] == "deny"


async def test_what_teaches_most_comes_first(trainer, say):
    await say("有点没把握", confidence=0.8)
    await say("完全没听懂啊", "nlu_fallback", 0.1)
    await say("十分有把握的", confidence=0.99)
    await say("一半的把握吧", confidence=0.6)
    assert [row["text"] for row in await queue(trainer)] == [
        "完全没听懂啊",
        "一半的把握吧",
        "有点没把握",
    ]


async def test_personal_data_are_masked(trainer, say, app):
    await say("我是李雷，号码18912345678，怎么办", confidence=0.4)
    (row,) = await queue(trainer)
    assert "18912345678" not in row["text"]
    assert "189****5678" in row["text"]
    item = (await trainer.get(f"/v1/training/items/{row['message_id']}")).json()
    assert "18912345678" not in str(item)
    assert any(line["this"] for line in item["around"])
    async with app.state.database.reading() as session:
        kept = await session.get(ReviewItem, row["message_id"])
    assert "18912345678" not in kept.text


async def test_alike_messages_are_one_row_with_their_number(trainer, say):
    for text in ("这个卡到底咋整的呀", "这个卡到底咋整的呀！", "这个卡到底咋整的", "别的事情"):
        await say(text, confidence=0.5)
    rows = await queue(trainer)
    assert sorted(row["alike"] for row in rows) == [1, 3]
    flat = await queue(trainer, grouped=False)
    assert len(flat) == 4


async def test_pages_follow_by_cursor_without_gap_or_double(trainer, say):
    texts = [f"第{n}件{'乙丙丁戊己庚辛'[n] * 6}" for n in range(7)]
    for n, text in enumerate(texts):
        await say(text, confidence=0.5 if n % 2 else 0.6)
    seen, after = [], None
    while True:
        page = await queue(trainer, limit=2, **({"after": after} if after else {}))
        if not page:
            break
        seen += [row["text"] for row in page]
        after = page[-1]["cursor"]
    assert sorted(seen) == sorted(texts)
    assert seen == [row["text"] for row in await queue(trainer)]


async def test_filters(trainer, say):
    await say("没听懂的那句话", "nlu_fallback", 0.3)
    await say("关于话费的问题", "ask_billing", 0.7)
    assert [r["text"] for r in await queue(trainer, intent="ask_billing")] == ["关于话费的问题"]
    assert [r["text"] for r in await queue(trainer, reason="fallback")] == ["没听懂的那句话"]
    assert len(await queue(trainer, reason=["fallback", "low_confidence"])) == 2
    assert [r["text"] for r in await queue(trainer, least_sure=0.6)] == ["关于话费的问题"]
    assert [r["text"] for r in await queue(trainer, most_sure=0.6)] == ["没听懂的那句话"]
    assert [r["text"] for r in await queue(trainer, words="话费")] == ["关于话费的问题"]
    assert len(await queue(trainer, channel="web")) == 2
    assert await queue(trainer, channel="wechat") == []
    assert await queue(trainer, since="2999-01-01T00:00:00Z") == []
    assert len(await queue(trainer, until="2999-01-01T00:00:00Z")) == 2
    refused = await trainer.get("/v1/training/queue", params={"reason": "nonsense"})
    assert refused.json()["error"]["code"] == "reason_not_known"
    refused = await trainer.get("/v1/training/queue", params={"after": "nonsense"})
    assert refused.json()["error"]["code"] == "cursor_not_valid"


async def test_a_group_is_found_by_any_of_its_members(trainer, say):
    await say("怎么会这样子呢", confidence=0.3)
    await say("怎么会这样子呢。", "ask_billing", 0.7)
    (row,) = await queue(trainer, intent="ask_billing")
    assert row["confidence"] == 0.7


async def test_tags(trainer, say):
    await say("没听懂的那句话", "nlu_fallback", 0.3)
    await say("关于话费的问题", "ask_billing", 0.7)
    row = (await queue(trainer))[0]
    put = await trainer.put(
        f"/v1/training/items/{row['message_id']}/tags", json={"tags": ["方言", "要讨论"]}
    )
    assert put.json() == ["方言", "要讨论"]
    (found,) = await queue(trainer, tag="方言")
    assert found["tags"] == ["方言", "要讨论"]
    summary = (await trainer.get("/v1/training/queue/summary")).json()
    assert summary["tags"] == ["方言", "要讨论"]
    await trainer.put(f"/v1/training/items/{row['message_id']}/tags", json={"tags": []})
    assert await queue(trainer, tag="方言") == []


async def test_the_summary_counts(trainer, say):
    await say("没听懂的那句话", "nlu_fallback", 0.3)
    await say("关于话费的问题", "ask_billing", 0.7)
    await queue(trainer)
    summary = (await trainer.get("/v1/training/queue/summary")).json()
    assert summary["states"] == {"open": 2, "accepted": 0, "skipped": 0}
    count = {row["name"]: row["count"] for row in summary["reasons"]}
    assert (count["fallback"], count["low_confidence"], count["failed"]) == (1, 2, 0)


async def test_what_comes_later_is_seen_too(trainer, say, new_customer, http):
    customer = await say("我要说的是这个", confidence=0.95)
    assert await queue(trainer) == []
    await http.post(
        f"/v1/conversations/{customer.id}/rating", json={"score": 1}, headers=customer.headers
    )
    (row,) = await queue(trainer)
    assert [r["name"] for r in row["reasons"]] == ["bad_rating"]


async def test_a_takeover_and_a_rejected_draft_come_later(trainer, say, new_staff, customer, bot):
    agent = await new_staff("agent")
    await say("在国外没有信号", "report_no_signal", 0.97, customer=customer)
    assert await queue(trainer) == []
    await agent.put(f"/v1/conversations/{customer.id}/mode", json={"mode": "copilot"})
    (row,) = await queue(trainer)
    assert [r["name"] for r in row["reasons"]] == ["taken_over"]

    bot.teach("您说哪一种", "inform", confidence=0.97)
    await customer.post({"text": "您说哪一种"})
    drafts = (await agent.get(f"/v1/conversations/{customer.id}/suggestions")).json()
    draft = next(each for each in drafts if each["source"] in ("bot", "tree"))
    await agent.post(f"/v1/suggestions/{draft['id']}/reject", json={"reason": "答非所问"})
    texts = {r["text"]: [x["name"] for x in r["reasons"]] for r in await queue(trainer)}
    assert texts["您说哪一种"] == ["taken_over", "rejected"]


async def test_a_turn_that_failed_is_there(trainer, customer, bot):
    bot.silent = True
    await customer.post({"text": "有人吗在不在"})
    bot.silent = False
    (row,) = await queue(trainer)
    assert (row["reason"], row["intent"]) == ("failed", "nlu_fallback")


async def test_nothing_is_doubled_by_scanning_again(trainer, say, app):
    await say("有点没把握", confidence=0.8)
    await queue(trainer)
    app.state.scanner._seen.clear()
    assert await app.state.scanner.catch_up()
    assert len(await queue(trainer)) == 1


async def test_two_processes_may_scan_at_once(trainer, say, app):
    for n in range(8):
        await say(f"第{'甲乙丙丁戊己庚辛'[n] * 8}件事情", confidence=0.5)
    state = app.state
    scanners = [Scanner(state.database, state.shelf) for _ in range(4)]
    assert await asyncio.gather(*(each.catch_up() for each in scanners)) == [True] * 4
    assert len(await queue(trainer)) == 8


async def test_what_was_decided_stays_decided_when_it_is_scanned_again(trainer, say, app, customer):
    await say("有点没把握", confidence=0.8, customer=customer)
    (row,) = await queue(trainer)
    await trainer.post(f"/v1/training/items/{row['message_id']}/skip")
    await say("又说了一句新的", confidence=0.99, customer=customer)
    assert await queue(trainer) == []
    assert len(await queue(trainer, state="skipped")) == 1


@pytest.mark.parametrize(
    ("role", "status"), [("agent", 403), ("supervisor", 200), ("trainer", 200)]
)
async def test_who_may(new_staff, role, status):
    person = await new_staff(role)
    for path in ("queue", "queue/summary", "vocabulary", "agreement", "coverage", "changes"):
        assert (await person.get(f"/v1/training/{path}")).status_code == status, path


async def test_nobody_without_logging_in(http):
    assert (await http.get("/v1/training/queue")).status_code == 401
    assert (await http.post("/v1/training/examples", json={})).status_code in (401, 422)
