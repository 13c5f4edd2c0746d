"""Signatures, envelopes and hostile bodies: refused before anything is parsed or stored."""

import time

import pytest
from sqlalchemy import func, select

from api import clock
from api.channels.wechat.crypto import Opener, Query, signature
from api.channels.wechat.models import WeChatCustomer, WeChatReceipt
from api.channels.wechat.pushed import read
from api.conversations.models import Conversation
from api.errors import ApiError, Forbidden, Invalid
from ops.wechat_sim.faults import Order, PushFaults
from ops.wechat_sim.push import package, xml
from tests.api.wechat.phone import CALLBACK, TROUBLE

TOKEN, KEY, APP_ID = (
    "pamtest",
    "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    "wxb11529c136998cb6",
)
SEALED = "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg=="
"""`我是中文abcd123` of Tencent's Java sample, nonce xxxxxx, timestamp 1409304348."""


# ---- the published vectors -----------------------------------------------------------------


def test_the_published_signature_of_plain_mode():
    assert signature("test", "1410685589", "test") == "f21891de399b4e33a1a93c9a7b8a8fffb5a443ff"


def test_the_published_cipher_of_safe_mode():
    from wechatpy.crypto import PrpCrypto

    opener = Opener(TOKEN, APP_ID, KEY, 300)
    assert PrpCrypto(opener._crypto.key).decrypt(SEALED, APP_ID) == "我是中文abcd123"


def test_the_published_envelope_is_opened_and_what_is_no_xml_inside_is_refused():
    opener = Opener(TOKEN, APP_ID, KEY, 300)
    signed = signature(TOKEN, "1409304348", "xxxxxx", SEALED)
    query = Query("", "1409304348", "xxxxxx", signed)
    body = xml({"ToUserName": "gh", "Encrypt": SEALED}).encode()
    with pytest.raises(Invalid):
        opener.open(body, query)
    with pytest.raises(Forbidden):
        opener.open(body, Query("", "1409304349", "xxxxxx", signed))


def test_an_envelope_for_another_account_is_refused():
    opener = Opener(TOKEN, "wx_another", KEY, 300)
    query = Query("", "1", "x", signature(TOKEN, "1", "x", SEALED))
    with pytest.raises(Forbidden):
        opener.open(xml({"Encrypt": SEALED}).encode(), query)


# ---- over the wire -------------------------------------------------------------------------


def signed(sim, **more):
    stamp = str(int(time.time()))
    return {
        "timestamp": stamp,
        "nonce": "n",
        "signature": sim.account.sign(stamp, "n"),
        **more,
    }


@pytest.fixture
def stored(connected):
    """How many rows there are that a push could have made."""

    async def count():
        async with connected.state.database.reading() as session:
            tables = (WeChatReceipt, WeChatCustomer, Conversation)
            return [await session.scalar(select(func.count()).select_from(t)) for t in tables]

    return count


async def test_the_echo_check(http, connected, sim):
    query = signed(sim, echostr="5837397576500011341")
    good = await http.get(CALLBACK, params=query)
    assert (good.status_code, good.text) == (200, "5837397576500011341")
    assert good.headers["content-type"].startswith("text/plain")
    for wrong in (
        {**query, "signature": "0" * 40},
        {**query, "signature": "签名"},
        {**query, "nonce": "m"},
        {**query, "timestamp": ""},
        {"echostr": "1"},
    ):
        refused = await http.get(CALLBACK, params=wrong)
        assert refused.status_code == 403
        assert refused.json()["error"]["code"] == "wechat_signature"


@pytest.mark.parametrize("offset", [-400, 400, -10_000_000])
async def test_an_old_or_future_timestamp_is_refused(phone, sim, stored, offset):
    sim.order(Order(push=PushFaults(timestamp_offset_seconds=offset)))
    sent = await phone.says(TROUBLE)
    assert [one.status for one in sent.tries] == [403] * 3
    assert await stored() == [0, 0, 0]


async def test_a_rehearsals_clock_does_not_make_messages_stale(phone, later):
    from datetime import timedelta

    later(timedelta(days=3))
    assert (await phone.says(TROUBLE)).arrived


async def test_a_bad_signature_is_refused_and_nothing_is_kept(phone, sim, stored):
    sim.order(Order(push=PushFaults(bad_signature=True)))
    sent = await phone.says(TROUBLE)
    assert [one.status for one in sent.tries] == [403] * 3
    assert await stored() == [0, 0, 0]


def fields(sim, **more):
    return {
        "ToUserName": sim.account.original_id,
        "FromUserName": "o" * 28,
        "CreateTime": int(time.time()),
        "MsgType": "text",
        "Content": "在吗",
        "MsgId": "1",
        **more,
    }


async def test_plain_messages_are_refused_in_safe_mode(http, connected, sim, stored):
    query, body = package(sim.account, "plain", fields(sim), int(time.time()))
    refused = await http.post(CALLBACK, params=query, content=body)
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "wechat_not_encrypted"
    assert await stored() == [0, 0, 0]


async def test_an_envelope_changed_on_the_way_is_refused(http, connected, sim, stored):
    query, body = package(sim.account, "safe", fields(sim), int(time.time()))
    at = body.index(b"<Encrypt><![CDATA[") + 40
    changed = body[:at] + (b"A" if body[at : at + 1] != b"A" else b"B") + body[at + 1 :]
    refused = await http.post(CALLBACK, params=query, content=changed)
    assert refused.status_code == 403
    assert await stored() == [0, 0, 0]


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE xml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    b"<xml><MsgType>text</MsgType><Content>&b;</Content></xml>"
)
HOSTILE = [
    BOMB,
    b'<!DOCTYPE xml SYSTEM "file:///etc/passwd"><xml><Content>1</Content></xml>',
    b"<!-- <xml> --><!DOCTYPE xml><xml></xml>",
    b"",
    b"<xml>",
    b"<xml></xml>",
    b"<xml>text</xml>",
    b"<html></html>",
    b"\xff\xfe<\x00x\x00m\x00l\x00>\x00",
    b"<xml><MsgType>text</MsgType><Content>\x07</Content></xml>",
    b"<xml><MsgType>text</MsgType><Content>1</Content></xml>",
    b"<xml><MsgType><a/></MsgType><FromUserName>o</FromUserName></xml>",
    b"<xml><MsgType>text</MsgType><FromUserName><a>1</a></FromUserName></xml>",
    b"<xml><MsgType>location</MsgType><FromUserName>o</FromUserName><MsgId>1</MsgId>"
    b"<Location_X>north</Location_X><Location_Y>1</Location_Y></xml>",
    b"<xml><MsgType>text</MsgType><FromUserName>" + b"o" * 100 + b"</FromUserName></xml>",
    b"<xml>" * 5_000 + b"</xml>" * 5_000,
]


@pytest.mark.parametrize("mode", ["plain"])
@pytest.mark.parametrize("body", HOSTILE)
async def test_hostile_bodies_are_refused_in_one_shape(http, connected, sim, stored, mode, body):
    refused = await http.post(CALLBACK, params=signed(sim), content=body)
    assert refused.status_code == 422
    assert refused.json()["error"]["code"] == "wechat_unreadable"
    assert await stored() == [0, 0, 0]


@pytest.mark.parametrize("body", [BOMB, b"<xml>", b""])
async def test_hostile_bodies_inside_an_envelope_are_refused_too(
    http, connected, sim, stored, body
):
    sealed = sim.account.encrypt(body.decode())
    query = signed(sim)
    query["msg_signature"] = sim.account.sign(query["timestamp"], "n", sealed)
    refused = await http.post(CALLBACK, params=query, content=xml({"Encrypt": sealed}).encode())
    assert refused.status_code == 422
    assert await stored() == [0, 0, 0]


@pytest.mark.parametrize("sealed", ["", "AAAA", "不是", "=", "A" * 64])
async def test_rubbish_that_is_signed_is_refused(http, connected, sim, sealed):
    query = signed(sim)
    query["msg_signature"] = sim.account.sign(query["timestamp"], "n", sealed)
    refused = await http.post(CALLBACK, params=query, content=xml({"Encrypt": sealed}).encode())
    assert refused.status_code in (403, 422)


async def test_a_body_past_the_limit_is_refused_announced_or_not(http, connected, sim):
    async def flood():
        for _ in range(20):
            yield b"x" * 8_192

    for content in (b"x" * 70_000, flood()):
        refused = await http.post(CALLBACK, params=signed(sim), content=content)
        assert refused.status_code == 413
        assert refused.json()["error"]["code"] == "too_large"


async def test_the_signature_is_looked_at_before_the_body(http, connected, sim):
    query = {**signed(sim), "signature": "0" * 40}
    refused = await http.post(CALLBACK, params=query, content=b"x" * 70_000)
    assert refused.status_code == 403


@pytest.mark.parametrize("mode", ["plain", "safe"])
@pytest.mark.parametrize("text", ["a]]>b", "<!DOCTYPE x>", "&amp; <b>", '{"a": 1}', "/restart"])
async def test_any_text_of_a_customer_arrives_as_it_was_typed(phone, connected, admin, mode, text):
    from tests.api.wechat.phone import conversation_of

    await phone.says(text)
    await phone.gets(1)
    conversation = await conversation_of(connected, phone.openid)
    seen = (await admin.get(f"/v1/conversations/{conversation}")).json()
    assert seen["messages"][0]["text"] == text


def test_the_key_of_a_push_is_its_own():
    def key(**more):
        head = {"FromUserName": "o1", "CreateTime": 12, "MsgType": "event"}
        return read(xml({**head, **more})).key

    events = [
        key(Event="CLICK", EventKey="a"),
        key(Event="CLICK", EventKey="b"),
        key(Event="subscribe"),
        key(Event="VIEW", EventKey="https://example.com/" + "x" * 900),
        key(Event="VIEW", EventKey="https://example.com/" + "x" * 901),
        key(MsgType="text", MsgId="7", Content="1"),
    ]
    assert len(set(events)) == len(events)
    assert max(map(len, events)) <= 200
    assert key(MsgType="text", MsgId="7", Content="1", FromUserName="o2") == "msg:7"


@pytest.mark.parametrize("stamp", ["", "-1", "1e9", "９", "9" * 200, "0"])
def test_odd_timestamps_are_stale_or_unsigned_never_an_accident(stamp):
    opener = Opener("t", "a", "", 300)
    query = Query(signature("t", stamp, "n"), stamp, "n")
    with pytest.raises(ApiError) as refused:
        opener.check(query, clock.real())
    assert refused.value.code == "wechat_stale"
