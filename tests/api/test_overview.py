"""What supervisors see: who handles what, how long customers wait, how suggestions fare."""

from datetime import UTC, datetime, timedelta

from api import clock
from api.desk.overview import by_hour, percentile


async def test_supervisors_see_who_holds_what_and_how_long_customers_waited(
    new_staff, customer, bot
):
    agent, supervisor = await new_staff("agent", "lin.qing"), await new_staff("supervisor")
    bot.learn("转人工", "request_human")
    await customer.says("转人工")
    clock.start_at(clock.now() + timedelta(seconds=90))
    waits = (await supervisor.get("/v1/desk/overview")).json()["waiting"]
    assert waits["now"] == 1
    assert 90 <= waits["longest_seconds"] <= 150
    assert waits["p50_seconds_24h"] is None
    url = f"/v1/conversations/{customer.id}"
    await agent.put(f"{url}/mode", json={"mode": "agent"})
    await agent.post(f"{url}/replies", json={"client_id": "1", "text": "您好"})
    seen = (await supervisor.get("/v1/desk/overview")).json()
    assert seen["waiting"]["now"] == 0
    assert 90 <= seen["waiting"]["p50_seconds_24h"] <= 150
    assert seen["waiting"]["p95_seconds_24h"] == seen["waiting"]["p50_seconds_24h"]
    lin = next(a for a in seen["agents"] if a["name"] == "lin.qing")
    assert [(h["id"], h["mode"]) for h in lin["holding"]] == [(customer.id, "agent")]
    assert lin["last_reply_at"] == lin["holding"][0]["since"]
    assert sum(hour["began"] for hour in seen["by_hour"]) == 1
    assert sum(hour["asked_person"] for hour in seen["by_hour"]) == 1
    assert len(seen["by_hour"]) == 24
    assert {row["source"] for row in seen["suggestions"]["by_source"]} >= {"bot", "tree"}


async def test_agents_do_not_see_the_overview(new_staff):
    assert (await (await new_staff("agent")).get("/v1/desk/overview")).status_code == 403


def test_hours_are_beijings_and_end_with_the_present_one():
    now = datetime(2026, 11, 25, 16, 30, tzinfo=UTC)
    began = [now, now - timedelta(hours=1), now - timedelta(hours=30)]
    hours = by_hour(now, began, [])
    assert (hours[-1].hour, hours[-1].began) == ("00:00", 1)
    assert (hours[-2].hour, hours[-2].began) == ("23:00", 1)
    assert sum(hour.began for hour in hours) == 2


def test_a_percentile_is_a_value_that_was_seen():
    waits = [float(n) for n in range(1, 21)]
    assert percentile(waits, 50) == 10
    assert percentile(waits, 95) == 19
    assert percentile([7.4], 95) == 7
    assert percentile([], 50) is None
