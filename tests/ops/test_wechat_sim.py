"""The stand-in for WeChat beside wechatpy: what a library that knows WeChat from elsewhere reads in
its pushes, and what it may send."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest
from wechatpy.exceptions import WeChatClientException

from ops.wechat_sim.account import Account
from tests.ops.wechat_world import IMPATIENT_SECONDS, World, opened

HOUR = 3600


@pytest.fixture(params=["safe"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    with opened(request.param) as world:
        yield world


each_mode = pytest.mark.parametrize("world", ["plain", "compat", "safe"], indirect=True)


# Pushes.


@each_mode
def test_wechatpy_reads_what_each_mode_pushes(world: World) -> None:
    sent = world.says("台湾]]>没信号&<b>")
    got = world.product.got[0]
    assert sent["arrived"]
    assert (got.message.type, got.message.content) == ("text", "台湾]]>没信号&<b>")
    assert got.message.source == world.openid
    assert (str(got.message.id), got.message.time) == (sent["msg_id"], sent["create_time"])
    assert ("Encrypt" in got.body) == (world.sim.mode != "plain")
    assert ("没信号" in got.body) == (world.sim.mode != "safe")


def test_wechatpy_reads_every_kind(world: World) -> None:
    world.does("voice", {"recognition": "电话打不通"})
    world.does("voice", {"recognition": None})
    world.does("location", {"latitude": 25.03, "longitude": 121.56, "label": "台北市"})
    world.does("event", {"event": "subscribe"})
    world.does("menu", {"key": "no_signal"})
    world.does("event", {"event": "VIEW", "key": "https://example.com/"})
    world.does("other", {"kind": "video"})
    world.does("other", {"kind": "link"})
    voice, silent, place, follow, click, view, video, link = [m.message for m in world.product.got]
    assert (voice.type, voice.recognition) == ("voice", "电话打不通")
    assert silent.recognition is None
    assert (place.type, place.label, place.location) == ("location", "台北市", ("25.03", "121.56"))
    assert (follow.type, follow.event) == ("event", "subscribe")
    assert (click.event, click.key) == ("click", "no_signal")
    assert (view.event, view.url) == ("view", "https://example.com/")
    assert (video.type, link.type) == ("video", "link")


def test_a_pressed_menu_entry_carries_its_id(world: World) -> None:
    world.says("没有", menu_id="602")
    assert world.product.got[0].message._data["bizmsgmenuid"] == "602"
    assert world.phone() == [("customer", "没有")]


def test_an_entry_keeps_its_id_only_where_that_is_digits(world: World) -> None:
    world.says("您好")
    entries = [{"id": "602", "content": "有"}, {"id": "card=c", "content": "没有"}]
    menu = {"head_content": "选", "list": entries, "tail_content": ""}
    body = {"touser": world.openid, "msgtype": "msgmenu", "msgmenu": menu}
    world.client.post("message/custom/send", data=body)
    shown = world.http.get(f"/sim/users/{world.openid}/messages").json()[-1]
    assert [item["id"] for item in shown["items"]] == ["602", "102"]


def test_a_pressed_entry_allows_what_an_event_allows(world: World) -> None:
    world.says("没有", menu_id="602")
    assert [world.send() for _ in range(4)] == [0, 0, 0, 45047]
    world.says("没有", menu_id="602")
    world.advance(60)
    assert world.send() == 45015


def test_a_picture_is_fetched_from_the_store_for_three_days(world: World) -> None:
    picture = b"\x89PNG not really"
    url = f"/sim/users/{world.openid}/image"
    world.http.post(url, files={"file": ("screen.png", picture, "image/png")})
    message = world.product.got[0].message
    assert httpx2.get(message.image).content == picture
    assert world.client.media.download(message.media_id).content == picture
    world.advance(3 * 24 * HOUR - 60)
    world.client.fetch_access_token()
    assert world.client.media.download(message.media_id).content == picture
    world.advance(60)
    with pytest.raises(WeChatClientException) as gone:
        world.client.media.download(message.media_id)
    assert gone.value.errcode == 40007


def test_three_tries_where_the_answer_does_not_come_in_time() -> None:
    with opened("safe", IMPATIENT_SECONDS) as world:
        world.product.answers = [IMPATIENT_SECONDS * 3] * 3
        sent = world.says("有人吗")
        assert [one["outcome"] for one in sent["tries"]] == ["timeout"] * 3
        assert {str(got.message.id) for got in world.product.got} == {sent["msg_id"]}
        assert len({got.query["nonce"] for got in world.product.got}) == 3
        assert world.phone()[-1] == ("note", "该公众号提供的服务出现故障，请稍后再试")


def test_a_second_try_is_enough_where_the_first_failed(world: World) -> None:
    world.product.answers = [503]
    sent = world.says("有人吗")
    assert [one["outcome"] for one in sent["tries"]] == ["wrong", "success"]
    assert world.phone() == [("customer", "有人吗")]


def test_a_product_that_is_away_is_told_on_the_phone(world: World) -> None:
    world.product.close()
    sent = world.says("有人吗")
    assert [one["outcome"] for one in sent["tries"]] == ["refused"] * 3
    assert world.phone()[-1][0] == "note"


def test_copies_are_sent_however_good_the_answer(world: World) -> None:
    world.order(push={"times": 3})
    sent = world.says("一条")
    world.order(push={"at_once": True})
    again = world.says("又一条")
    ids = [str(got.message.id) for got in world.product.got]
    assert ids == [sent["msg_id"]] * 3 + [again["msg_id"]] * 3
    assert world.phone() == [("customer", "一条"), ("customer", "又一条")]


def test_a_forged_push_and_an_old_one_can_be_ordered(world: World) -> None:
    world.order(push={"bad_signature": True})
    assert not world.says("假的")["arrived"]
    assert world.product.got == []
    world.order(push={"bad_signature": False, "timestamp_offset_seconds": -3600})
    assert world.says("旧的")["arrived"]
    assert int(world.product.got[0].query["timestamp"]) < time.time() - 3500


def test_fifty_users_at_once_are_fifty_pushes(world: World) -> None:
    openids = [world.http.post("/sim/users", json={}).json()["openid"] for _ in range(50)]
    with ThreadPoolExecutor(50) as pool:
        pushes = [
            pool.submit(world.http.post, f"/sim/users/{openid}/text", json={"text": openid})
            for openid in openids
        ]
    assert {push.result().status_code for push in pushes} == {200}
    assert sorted(got.message.content for got in world.product.got) == sorted(openids)


def test_the_address_check_needs_the_same_token(world: World) -> None:
    assert world.http.post("/sim/echo-check").json()["good"]
    world.product.account = Account.made_up()
    assert not world.http.post("/sim/echo-check").json()["good"]


# What may be sent.


def test_five_texts_follow_a_message_and_none_comes_unasked(world: World) -> None:
    assert world.send() == 45015
    world.says("您好")
    assert [world.send() for _ in range(6)] == [0] * 5 + [45047]
    world.says("还在吗")
    assert world.send() == 0
    assert world.phone().count(("account", "您好")) == 6


def test_the_window_closes_after_48_hours(world: World) -> None:
    world.says("您好")
    world.advance(48 * HOUR - 60)
    world.client.fetch_access_token()
    assert world.send() == 0
    world.advance(60)
    assert world.send() == 45015


def test_an_event_allows_three_within_a_minute(world: World) -> None:
    world.does("event", {"event": "subscribe"})
    assert [world.send() for _ in range(4)] == [0, 0, 0, 45047]
    world.does("menu", {"key": "ticket"})
    world.advance(60)
    assert world.send() == 45015
    world.does("event", {"event": "VIEW", "key": "https://example.com/"})
    assert world.send() == 45015


def test_who_does_not_follow_is_not_reached_and_cannot_write(world: World) -> None:
    world.says("您好")
    world.does("event", {"event": "unsubscribe"})
    assert world.send() == 43004
    refused = world.http.post(f"/sim/users/{world.openid}/text", json={"text": "喂"})
    assert (refused.status_code, refused.json()["detail"]) == (
        409,
        "这位用户没有关注公众号，不能发消息。",
    )


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        ({"touser": "o" * 28, "msgtype": "text", "text": {"content": "a"}}, 40003),
        ({"msgtype": "text", "text": {"content": ""}}, 44004),
        ({"msgtype": "text", "text": {"content": "漫" * 683}}, 45002),
        ({"msgtype": "text", "text": {"content": "漫" * 682}}, 0),
        ({"msgtype": "text"}, 44002),
        ({"msgtype": "news", "news": {}}, 40008),
        ({"msgtype": "image", "image": {"media_id": "none"}}, 40007),
        ({"msgtype": "msgmenu", "msgmenu": {"head_content": "选", "list": []}}, 44004),
    ],
)
def test_what_wechat_refuses_is_refused_and_costs_nothing(
    world: World, body: dict[str, Any], errcode: int
) -> None:
    world.says("您好")
    query = {"access_token": world.client.access_token}
    url = "/cgi-bin/message/custom/send"
    answer = world.http.post(url, params=query, json={"touser": world.openid, **body})
    assert answer.json()["errcode"] == errcode
    assert world.http.get("/sim/users").json()[0]["left"] == (4 if errcode == 0 else 5)
    assert world.http.post(url, params=query, content=b"{").json()["errcode"] == 47001


def test_typing_shows_until_a_message_comes(world: World) -> None:
    def typing(command: str = "Typing") -> int:
        query = {"access_token": world.client.access_token}
        body = {"touser": world.openid, "command": command}
        answer = world.http.post("/cgi-bin/message/custom/typing", params=query, json=body)
        return int(answer.json()["errcode"])

    assert typing() == 45080
    world.says("您好")
    assert (typing(), typing(), typing("Wait")) == (0, 45081, 45072)
    assert world.http.get("/sim/users").json()[0]["typing"]
    assert world.send() == 0
    assert not world.http.get("/sim/users").json()[0]["typing"]
    assert world.http.get("/sim/users").json()[0]["left"] == 4


def test_a_menu_is_kept_within_wechats_limits(world: World) -> None:
    one = {"type": "click", "name": "自查", "key": "a"}
    world.client.menu.create({"button": [one, {"name": "更多", "sub_button": [one] * 5}]})
    assert world.http.get("/sim/state").json()["menu"]["button"][0] == one
    for wrong, errcode in (([one] * 4, 40016), ([{"name": "多", "sub_button": [one] * 6}], 40023)):
        with pytest.raises(WeChatClientException) as refused:
            world.client.menu.create({"button": wrong})
        assert refused.value.errcode == errcode
