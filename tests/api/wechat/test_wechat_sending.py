"""What goes out: tried again where nothing was taken, never doubled, within WeChat's limits."""

import asyncio
import logging
from datetime import timedelta

import pytest

from api import clock
from api.channels.wechat import delivery as sending
from api.channels.wechat.client import Client, NotTaken
from ops.wechat_sim.faults import Order
from tests.api.conftest import ADMIN_PASSWORD
from tests.api.wechat.phone import (
    TROUBLE,
    Phone,
    connect,
    conversation_of,
    deliveries,
    fails,
    running,
    until,
)

on_postgres = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


class Desk:
    """An agent who holds the customer's conversation."""

    def __init__(self, http, conversation):
        self.http, self.conversation, self.said = http, conversation, 0

    async def says(self, text):
        self.said += 1
        url = f"/v1/conversations/{self.conversation}/replies"
        body = {"client_id": f"a-{self.said}", "text": text}
        return await self.http.post(url, json=body)

    async def sees(self):
        return (await self.http.get(f"/v1/desk/conversations/{self.conversation}")).json()

    async def states(self):
        lines = (await self.sees())["messages"]
        return [line["delivery"]["state"] for line in lines if line["delivery"]]


@pytest.fixture
async def desk(connected, phone, admin):
    """The bot has answered twice, and an agent has taken over."""
    await phone.says(TROUBLE)
    await phone.gets(2)
    conversation = await conversation_of(connected, phone.openid)
    taken = await admin.put(f"/v1/conversations/{conversation}/mode", json={"mode": "agent"})
    assert taken.status_code == 200
    return Desk(admin, conversation)


async def logs_in(http):
    """A session ends sooner than WeChat's window."""
    credentials = {"username": "admin", "password": ADMIN_PASSWORD}
    assert (await http.post("/v1/auth/login", json=credentials)).status_code == 200


async def settled(app, phone, *states):
    """Wait until the customer's deliveries are in these states."""

    async def there():
        rows = await deliveries(app, phone.openid)
        return rows if [row.state for row in rows] == list(states) else None

    return await until(there)


# ---- tried again, never doubled ------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "error", "times": 3},
        {"kind": "errcode", "errcode": 45011, "times": 2},
    ],
)
async def test_what_was_surely_not_taken_is_sent_again_in_order(connected, phone, sim, fault):
    fails(sim, **fault)
    await phone.says(TROUBLE)
    texts = await phone.gets(2)
    assert "工单号" in texts[0]
    rows = await settled(connected, phone, "sent", "sent")
    assert rows[0].attempts == fault["times"] + 1
    await phone.gets_nothing_more()


@pytest.mark.parametrize("kind", ["drop", "http500"])
@pytest.mark.parametrize("after_accept", [True, False])
async def test_what_may_have_been_taken_is_not_sent_again_and_shown(
    connected, phone, sim, admin, kind, after_accept
):
    fails(sim, kind, after_accept=after_accept)
    await phone.says(TROUBLE)
    await settled(connected, phone, "unsure", "sent")
    assert len(phone.texts) == (2 if after_accept else 1)
    await phone.gets_nothing_more()
    conversation = await conversation_of(connected, phone.openid)
    seen = (await admin.get(f"/v1/desk/conversations/{conversation}")).json()
    shown = [line["delivery"] for line in seen["messages"] if line["delivery"]]
    assert shown[0]["state"] == "unsure"
    assert "可能已经发到" in shown[0]["reason"]
    assert shown[0]["again"] is True
    assert seen["conversation"]["waiting"] is True


async def test_a_call_that_hangs_is_unsure_and_holds_no_other_customer_up(
    connected, phone, new_phone, sim, monkeypatch
):
    monkeypatch.setattr("api.channels.wechat.client.READ_SECONDS", 8.0)
    fails(sim, "timeout", after_accept=True, seconds=20)
    await phone.says(TROUBLE)
    await phone.gets(1)
    other = new_phone()
    await other.says(TROUBLE)
    await other.gets(2, seconds=7)  # the call that hangs is still open
    await settled(connected, phone, "unsure", "sent")
    assert len(phone.texts) == 2


async def test_an_agent_sends_again_what_did_not_arrive(connected, desk, phone, sim):
    fails(sim, "drop")
    assert (await desk.says("您好")).status_code == 201
    rows = await settled(connected, phone, "sent", "sent", "unsure")
    url = f"/v1/wechat/deliveries/{rows[2].id}/again"
    assert (await desk.http.post(url)).status_code == 201
    assert (await phone.gets(3))[-1] == "您好"
    await settled(connected, phone, "sent", "sent", "unsure", "sent")
    assert (await desk.states())[-1] == "sent"
    twice = await desk.http.post(url)
    assert twice.json()["error"]["code"] == "delivery_sent_again"
    done = await desk.http.post(f"/v1/wechat/deliveries/{rows[0].id}/again")
    assert done.json()["error"]["code"] == "delivery_not_failed"
    assert (await desk.http.post("/v1/wechat/deliveries/999/again")).status_code == 404


async def test_tries_are_bounded_and_then_a_person_sees_it(
    connected, phone, sim, admin, monkeypatch
):
    monkeypatch.setattr(sending, "MAX_ATTEMPTS", 3)
    fails(sim, "error", times=3)
    await phone.says(TROUBLE)
    rows = await settled(connected, phone, "failed", "sent")
    assert (rows[0].attempts, rows[0].errcode) == (3, -1)
    conversation = await conversation_of(connected, phone.openid)
    seen = (await admin.get(f"/v1/conversations/{conversation}")).json()
    assert seen["waiting"] is True


def test_pauses_grow_with_a_spread_and_have_a_bound(connected):
    pauses = [[connected.state.wechat.delivery._pause(n) for _ in range(50)] for n in range(1, 12)]
    assert max(pauses[0]) <= 0.05 * 1.25
    assert min(pauses[4]) > max(pauses[1])
    assert all(len({*row}) > 10 for row in pauses)
    assert max(map(max, pauses)) <= sending.LONGEST_PAUSE_SECONDS * 1.25


async def test_nobody_listens_at_the_address_is_surely_not_taken():
    client = Client("http://127.0.0.1:9", "wx1", "secret")
    with pytest.raises(NotTaken):
        await client.send("token", "o1", {"msgtype": "text", "text": {"content": "您好"}})
    client.close()


async def test_a_stop_between_planning_and_sending_loses_nothing(settings, bot, sim, monkeypatch):
    bot.learn(TROUBLE, "report_call_failure", location="TW")
    customer = Phone(sim, sim.add_user().openid)
    with monkeypatch.context() as patch:
        patch.setattr(sending.Delivery, "_send_due", _sends_nothing)
        async with running(settings, bot) as first:
            connect(sim, first)
            await customer.says(TROUBLE)
            await settled(first, customer, "pending", "pending")
    async with running(settings, bot) as second:
        await settled(second, customer, "sent", "sent")
        await customer.gets_nothing_more()
    assert len(customer.texts) == 2


async def _sends_nothing(self):
    pass


async def test_who_dies_while_sending_leaves_it_unsure_and_the_next_goes_on(
    settings, bot, sim, monkeypatch
):
    bot.learn(TROUBLE, "report_call_failure", location="TW")
    customer = Phone(sim, sim.add_user().openid)
    with monkeypatch.context() as patch:
        patch.setattr(sending.Delivery, "_record", _dies)
        patch.setattr(sending, "RECORD_TRIES", 1)
        async with running(settings, bot) as first:
            connect(sim, first)
            await customer.says(TROUBLE)
            await customer.gets(1)
            await settled(first, customer, "sending", "pending")
    monkeypatch.setattr(sending, "SWEEP_SECONDS", 0.1)
    async with running(settings, bot) as second:
        await asyncio.sleep(0.5)
        assert len(customer.texts) == 1
        clock.start_at(clock.now() + sending.LEASE + timedelta(seconds=1))
        await settled(second, customer, "unsure", "sent")
        await customer.gets_nothing_more()
    clock.start_at(None)
    assert len(customer.texts) == 2


async def _dies(self, delivery, outcome):
    raise ConnectionError("killed")


async def test_a_database_that_is_away_for_a_moment_after_sending_doubles_nothing(
    connected, phone, monkeypatch
):
    record, failures = sending.Delivery._record, iter(range(3))

    async def _away(self, delivery, outcome):
        if next(failures, None) is not None:
            raise ConnectionError("away")
        await record(self, delivery, outcome)

    monkeypatch.setattr(sending.Delivery, "_record", _away)
    await phone.says(TROUBLE)
    await settled(connected, phone, "sent", "sent")
    assert len(phone.texts) == 2


# ---- the token -----------------------------------------------------------------------------


@pytest.mark.parametrize("code", [40001, 40014, 42001])
async def test_a_refused_token_is_renewed_once_and_the_message_sent(connected, phone, sim, code):
    await phone.says(TROUBLE)
    await phone.gets(2)
    assert sim.tokens.fetched == 1
    sim.order(Order(expire_token=code))
    await phone.says("在吗")
    await phone.gets(3)
    rows = await deliveries(connected, phone.openid)
    assert [row.attempts for row in rows] == [1, 1, 1]
    assert sim.tokens.fetched == 2


@on_postgres
async def test_a_token_that_ends_in_mid_burst_is_fetched_by_one_of_two_processes(
    connected, settings, bot, sim, new_phone
):
    async with running(settings, bot) as second:
        connect(sim, connected, second)
        phones = [new_phone() for _ in range(12)]
        await asyncio.gather(*(phone.says(TROUBLE) for phone in phones[:2]))
        await asyncio.gather(*(phone.gets(2) for phone in phones[:2]))
        fetched = sim.tokens.fetched
        assert fetched == 1
        saying = [asyncio.create_task(phone.says(TROUBLE)) for phone in phones[2:]]
        await phones[2].gets(1)
        sim.order(Order(expire_token=42001))
        await asyncio.gather(*saying)
        await asyncio.gather(*(phone.gets(2, 20) for phone in phones))
        assert sim.tokens.fetched == fetched + 1
        for phone in phones:
            assert len(phone.texts) == 2


async def test_no_token_means_nothing_is_claimed_and_all_is_sent_when_there_is_one(
    connected, phone, sim, http, monkeypatch
):
    from ops.wechat_sim.faults import Fault

    monkeypatch.setattr(sending, "SWEEP_SECONDS", 0.2)
    sim.order(Order(token=Fault(kind="errcode", errcode=40164, times=3)))
    await phone.says(TROUBLE)
    await settled(connected, phone, "pending", "pending")
    assert all(row.attempts == 0 for row in await deliveries(connected, phone.openid))
    await phone.gets(2)
    assert (await http.get("/readyz")).json()["wechat"] == "ready"


async def test_the_product_says_that_wechat_fails_and_serves_the_web(connected, phone, sim, http):
    from ops.wechat_sim.faults import Fault

    sim.order(Order(token=Fault(kind="errcode", errcode=40125, times=1_000)))
    await phone.says(TROUBLE)

    async def failing():
        return connected.state.wechat.state() == "failing"

    await until(failing)
    await asyncio.sleep(0.6)
    ready = await http.get("/readyz")
    assert ready.status_code == 200
    assert ready.json()["wechat"] == "failing"


async def test_secrets_are_in_no_log_line(connected, phone, sim, caplog, capsys):
    caplog.set_level(logging.DEBUG)
    for kind in ("error", "drop", "http500", "errcode"):
        fails(sim, kind)
        await phone.says("在吗")
        await asyncio.sleep(0.2)
    sim.order(Order(expire_token=40001))
    await phone.says("在吗")
    await asyncio.sleep(0.5)
    out = capsys.readouterr()
    text = out.out + out.err + "\n".join(record.getMessage() for record in caplog.records)
    assert "wechat_delivery" in text
    account = sim.account
    for secret in (account.secret, account.token, account.aes_key, *sim.tokens._given):
        assert secret not in text


# ---- the limits ----------------------------------------------------------------------------


async def test_an_agent_sees_what_is_left_and_is_refused_before_anything_is_stored(desk, phone):
    reach = (await desk.sees())["conversation"]["reach"]
    assert (reach["messages_left"], reach["why_not"]) == (3, None)
    assert reach["sentence"] == "还能发 3 条，47 小时内有效"
    for n in range(3):
        assert (await desk.says(f"第 {n} 条")).status_code == 201
    await phone.gets(5)
    refused = await desk.says("第 4 条")
    assert refused.status_code == 409
    error = refused.json()["error"]
    assert error["code"] == "wechat_limit_reached"
    assert "没有留手机号" in error["message"]
    seen = await desk.sees()
    assert seen["messages"][-1]["text"] == "第 2 条"
    assert seen["conversation"]["reach"]["why_not"] == "wechat_limit_reached"
    await phone.says("好的")
    assert (await desk.says("第 4 条")).status_code == 201
    assert (await phone.gets(6))[-1] == "第 4 条"


async def test_a_reply_that_needs_more_bubbles_than_are_left_is_refused(desk, phone):
    await desk.says("一")
    await desk.says("二")
    await phone.gets(4)
    refused = await desk.says("长" * 1_500)
    assert refused.json()["error"]["code"] == "wechat_limit_reached"
    assert (await desk.says("长" * 600)).status_code == 201
    await phone.gets(5)


async def test_a_closed_window_is_refused_with_the_other_way(desk, phone, later, bot):
    bot.learn("我的号码是 18912345678", "inform", msisdn="18912345678")
    later(timedelta(hours=49))
    await logs_in(desk.http)
    refused = await desk.says("您好")
    assert refused.status_code == 409
    assert refused.json()["error"]["code"] == "wechat_window_closed"
    assert "48 小时" in refused.json()["error"]["message"]
    reach = (await desk.sees())["conversation"]["reach"]
    assert (reach["open"], reach["why_not"]) == (False, "wechat_window_closed")
    assert reach["instead"].startswith("客户没有留手机号")


async def test_what_the_bot_has_to_say_late_waits_for_the_customer_and_the_case_says_so(
    connected, phone, admin, later, bot
):
    await phone.says(TROUBLE)
    await phone.gets(2)
    conversation = await conversation_of(connected, phone.openid)
    later(timedelta(hours=50))
    await logs_in(admin)
    number = (await admin.get("/v1/tickets")).json()["items"][0]["number"]
    stated = await admin.post(
        f"/v1/tickets/{number}/facts", json={"fact": "card_type", "value": "ctoc"}
    )
    assert stated.status_code == 200

    async def noted():
        events = (await admin.get(f"/v1/tickets/{number}")).json()["events"]
        return [event["note"] for event in events if event["kind"] == "unreachable"]

    (note,) = await until(noted)
    assert "超过时限" in note
    seen = (await admin.get(f"/v1/desk/conversations/{conversation}")).json()
    assert seen["messages"][-1]["delivery"]["state"] == "waiting"
    assert seen["conversation"]["waiting"] is True
    await phone.gets_nothing_more()
    await phone.says("在吗")
    texts = await phone.gets(3)
    assert "核查有了结果" in texts[2]
    assert len(await noted()) == 1


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (45015, "wechat_window_closed"),
        (45047, "wechat_limit_reached"),
        (43004, "wechat_unsubscribed"),
    ],
)
async def test_wechats_own_limits_are_shown_and_not_tried_again(
    connected, desk, phone, sim, code, why
):
    fails(sim, "errcode", errcode=code, times=5)
    await desk.says("您好")
    rows = await settled(connected, phone, "sent", "sent", "refused")
    assert (rows[2].attempts, rows[2].errcode) == (1, code)
    seen = await desk.sees()
    assert seen["messages"][-1]["delivery"]["state"] == "refused"
    assert seen["conversation"]["reach"]["why_not"] == why
    assert (await desk.says("还在吗")).json()["error"]["code"] == why
    assert [e["kind"] for e in seen["ticket"]["events"]].count("unreachable") == 1


async def test_a_turn_of_many_messages_is_merged_and_leaves_room_for_people(
    connected, phone, admin
):
    from api.conversations import service
    from api.conversations.service import Utterance

    await phone.does("subscribe")
    await phone.gets(1)
    await phone.says("在吗")
    await phone.gets(2)
    conversation_id = await conversation_of(connected, phone.openid)
    database = connected.state.database
    async with database.transaction() as session:
        conversation = await service.find(session, conversation_id, for_update=True)
        for n in range(6):
            service.say(session, conversation, "bot", Utterance(f"第 {n} 句。"))
    connected.state.broker.publish(f"conversation:{conversation_id}")
    # Six are allowed, two of them kept for an agent.
    texts = await phone.gets(6)
    await phone.gets_nothing_more()
    assert "".join(texts[2:]).replace("\n", "") == "".join(f"第 {n} 句。" for n in range(6))


async def test_choices_can_be_tapped_only_while_enough_of_the_window_is_left(phone, later):
    await phone.says(TROUBLE)
    await phone.gets(2)
    assert phone.shown[-1].kind == "msgmenu"
    later(timedelta(hours=30))
    await phone.taps("没有")
    texts = await phone.gets(3)
    assert phone.shown[-1].kind == "text"
    assert "\n1. 国内正常\n" in texts[-1]
    await phone.says("1")
    await phone.gets(4)
    await phone.says("不知道")
    await phone.gets(5)
    assert phone.shown[-1].kind == "msgmenu"


async def test_fifty_customers_at_once_are_all_answered_once(connected, new_phone, sim, bot):
    phones = [new_phone() for _ in range(50)]
    sent = await asyncio.gather(*(phone.says(TROUBLE) for phone in phones))
    assert all(one.arrived for one in sent)
    await asyncio.gather(*(phone.gets(2, 60) for phone in phones))
    await asyncio.sleep(1)
    assert [len(phone.texts) for phone in phones] == [2] * 50
    assert len(bot.turns) == 50
    assert sim.tokens.fetched == 1


async def test_a_slow_turn_shows_that_it_is_being_written(connected, phone, sim, bot):
    bot.pause = asyncio.Event()
    await phone.says(TROUBLE)

    async def typing():
        return sim.user(phone.openid).typing_until > sim.now()

    await until(typing)
    bot.pause.set()
    await phone.gets(2)
