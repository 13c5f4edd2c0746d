"""What may come in, and what must be refused with a clear error."""

import uuid

import pytest

from api.conversations.text import MAX_TEXT, clean, for_bot
from api.errors import Invalid
from api.limits import MESSAGES_PER_CONVERSATION, Limits


async def test_a_conversation_begins_with_a_greeting_that_asks_for_the_trouble(customer):
    assert customer.greeting[0]["sender"] == "bot"
    assert customer.greeting[0]["asks"] == "service"
    assert {"voice", "sms", "data", "signal", "unsure"} == {
        choice["value"] for choice in customer.greeting[0]["choices"]
    }


async def test_the_same_client_id_again_changes_nothing(customer, bot):
    bot.learn("我打不了电话", "report_call_failure")
    body = {"client_id": str(uuid.uuid4()), "text": "我打不了电话"}
    first = await customer.post(body)
    again = await customer.post({**body, "text": "别的话"})
    assert again.status_code == 200
    assert again.json() == first.json()
    assert len(bot.turns) == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"text": ""}, "empty_text"),
        ({"text": " \n\t "}, "empty_text"),
        ({"text": "\x00\x07\x1b"}, "empty_text"),
        ({"text": "\ud800"}, "empty_text"),
        ({"text": "长" * (MAX_TEXT + 1)}, "text_too_long"),
        ({"text": "长" * 100_000}, "text_too_long"),
        ({"text": 7}, "invalid"),
        ({"text": None}, "invalid"),
        ({"text": "好", "choice": {"fact": "service", "value": "voice"}}, "invalid"),
        ({"choice": {"fact": "service", "value": "telepathy"}}, "choice_not_valid"),
        ({"choice": {"fact": "ild_open", "value": "yes"}}, "choice_not_valid"),
        ({"choice": {"fact": "location", "value": "ZZ"}}, "choice_not_valid"),
        ({"choice": {"fact": "no_such_fact", "value": "1"}}, "choice_not_valid"),
        ({"choice": ["service", "voice"]}, "invalid"),
        ({"text": "好", "client_id": ""}, "invalid"),
        ({"text": "好", "client_id": "x" * 101}, "invalid"),
        ({"text": "好", "client_id": "\ud800"}, "invalid"),
        ({"text": "好", "client_id": {"a": 1}}, "invalid"),
    ],
)
async def test_what_does_not_fit_is_refused_in_the_contracts_shape(customer, body, code):
    import json

    full = {"client_id": str(uuid.uuid4()), **body}
    response = await customer.http.post(
        f"/v1/conversations/{customer.id}/messages",
        content=json.dumps(full),
        headers={**customer.headers, "content-type": "application/json"},
    )
    assert response.status_code == 422
    error = response.json()["error"]
    assert error["code"] == code
    assert error["message"]
    assert isinstance(error["details"], dict)
    assert len(await customer.messages()) == len(customer.greeting)


async def test_a_body_past_all_bounds_is_refused_before_it_is_read(customer):
    response = await customer.post({"text": "长" * 400_000})
    assert response.status_code == 413
    assert response.json()["error"]["code"] == "too_large"


async def test_an_unannounced_flood_is_cut_off(customer):
    async def flood():
        for _ in range(64):
            yield b"x" * 65_536

    response = await customer.http.post(
        f"/v1/conversations/{customer.id}/messages", content=flood(), headers=customer.headers
    )
    assert response.status_code == 413
    assert response.json()["error"]["code"] == "too_large"


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"\xff\xfe", b'"text"'])
async def test_a_body_that_is_no_json_object_is_422(customer, raw):
    response = await customer.http.post(
        f"/v1/conversations/{customer.id}/messages",
        content=raw,
        headers={**customer.headers, "content-type": "application/json"},
    )
    assert response.status_code == 422
    assert response.json()["error"]["code"] == "invalid"


async def test_only_the_bearer_of_its_token_gets_into_a_conversation(new_customer):
    mine, other = await new_customer(), await new_customer()
    url = f"/v1/conversations/{mine.id}/messages"
    for headers, status in [
        ({}, 401),
        ({"Authorization": "Bearer rubbish"}, 401),
        ({"Authorization": f"Basic {mine.token}"}, 401),
        ({"Authorization": f"Bearer {mine.token[:-2]}xx"}, 401),
        (other.headers, 403),
    ]:
        response = await mine.http.get(url, headers=headers)
        assert response.status_code == status
        assert response.json()["error"]["message"]


async def test_an_unknown_conversation_is_not_found_for_its_own_token(app, customer):
    from api.conversations import tokens

    token = tokens.issue("gone", app.state.token_key)
    response = await customer.http.get(
        "/v1/conversations/gone/messages", headers={"Authorization": f"Bearer {token}"}
    )
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "conversation_not_found"


async def test_an_unknown_address_has_the_same_shape(http):
    response = await http.get("/v1/nothing/here")
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "not_found"


async def test_html_is_stored_as_it_was_typed(customer, bot):
    await customer.says("<img src=x onerror=alert(1)>")
    stored = [m for m in await customer.messages() if m["sender"] == "customer"]
    assert stored[0]["text"] == "<img src=x onerror=alert(1)>"


def test_the_original_words_are_stored_and_the_bot_reads_them_folded():
    assert clean("  ＰＲＬ １２３\x00 ") == "ＰＲＬ １２３"
    assert for_bot("ＰＲＬ １２３\n第二行") == "PRL 123 第二行"


@pytest.mark.parametrize("text", ["/restart", "／restart", " / /restart", "//inform{}", "/"])
def test_the_bot_is_never_handed_a_command(text):
    assert not for_bot(clean(text)).startswith("/")


def test_nothing_readable_is_an_error():
    with pytest.raises(Invalid):
        clean("\x00\ud800")


async def test_messages_are_listed_after_a_seq(customer, bot):
    await customer.says("随便说说")
    everything = await customer.messages()
    assert [m["seq"] for m in everything] == list(range(1, len(everything) + 1))
    assert await customer.messages(after=everything[0]["seq"]) == everything[1:]


async def test_a_rating_is_kept(customer, admin):
    url = f"/v1/conversations/{customer.id}/rating"
    good = await customer.http.post(
        url, json={"score": 5, "comment": "很快"}, headers=customer.headers
    )
    assert good.status_code == 200
    bad = await customer.http.post(url, json={"score": 6}, headers=customer.headers)
    assert bad.status_code == 422
    seen = await admin.get(f"/v1/conversations/{customer.id}")
    assert seen.json()["score"] == 5


async def test_a_loop_gone_wild_is_told_when_to_come_again(app, customer):
    app.state.limits = Limits(on=True)
    for _ in range(MESSAGES_PER_CONVERSATION.amount):
        await app.state.limits.message(customer.id)
    response = await customer.post({"text": "在吗"})
    assert response.status_code == 429
    assert response.json()["error"]["code"] == "too_many_requests"
    assert 1 <= int(response.headers["retry-after"]) <= 60
    assert len(await customer.messages()) == len(customer.greeting)


async def test_a_hundred_customers_behind_one_address_notice_no_limit(app, new_customer):
    app.state.limits = Limits(on=True)
    for _ in range(100):
        await new_customer()
