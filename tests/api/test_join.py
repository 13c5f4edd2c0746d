"""One conversation in two channels: the signed link and the code."""

import asyncio
from datetime import timedelta

import jwt
import pytest

from api import clock
from api.channels.join import codes, links
from api.channels.join.codes import LASTS, MOST_WRONG, NOT_GOOD, SPELL, TOO_OFTEN

KEY = "the key of a test, long enough for its algorithm"


@pytest.fixture
def settings(settings):
    return settings.model_copy(
        update={"wechat_token": "token", "wechat_app_id": "wx1", "rate_limits": "on"}
    )


@pytest.fixture(autouse=True)
def real_time():
    yield
    clock.start_at(None)


def later(delta):
    clock.start_at(clock.now() + delta)


async def opened(http, link):
    return await http.post("/v1/conversations/join", json={"link": link})


# ---- the link ------------------------------------------------------------------------------


async def test_a_link_opens_the_same_conversation_and_the_same_ticket(app, http, customer, bot):
    bot.learn("我在台湾打不了电话", "report_call_failure", location="TW", service="voice")
    await customer.says("我在台湾打不了电话")
    address = links.url("https://chat.example.com/", customer.id, app.state.link_key)
    before, _, link = address.partition("#join=")
    assert before == "https://chat.example.com/"
    answer = await opened(http, link)
    assert answer.status_code == 200, answer.text
    joined = answer.json()
    assert joined["id"] == customer.id
    assert joined["messages"] == await customer.messages()
    mine = {"Authorization": f"Bearer {joined['token']}"}
    ticket = await http.get(f"/v1/conversations/{customer.id}/ticket", headers=mine)
    assert ticket.json() == await customer.ticket()


async def test_a_link_is_good_for_seven_days(app, http, customer):
    link = links.sign(customer.id, app.state.link_key)
    later(timedelta(days=7) - timedelta(minutes=1))
    assert (await opened(http, link)).status_code == 200
    later(timedelta(minutes=2))
    answer = await opened(http, link)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "link_expired")
    assert "7 天" in answer.json()["error"]["message"]


async def test_a_token_is_no_link_and_a_link_is_no_token(app, http, customer):
    answer = await opened(http, customer.token)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "link_invalid")
    link = links.sign(customer.id, app.state.link_key)
    stolen = {"Authorization": f"Bearer {link}"}
    messages = await http.get(f"/v1/conversations/{customer.id}/messages", headers=stolen)
    assert messages.status_code == 401
    # Not even one of ours that was signed with the key of the other.
    for_link = links.sign(customer.id, app.state.token_key)
    assert (await opened(http, for_link)).status_code == 422
    stolen = {"Authorization": f"Bearer {for_link}"}
    messages = await http.get(f"/v1/conversations/{customer.id}/messages", headers=stolen)
    assert messages.status_code == 401


@pytest.mark.parametrize("link", ["", "x", "a.b.c", "é", "x" * 2_000, None, 7])
async def test_what_is_no_link_is_refused(http, link):
    answer = await opened(http, link)
    assert answer.status_code == 422
    assert answer.json()["error"]["message"].endswith("。")


async def test_a_link_cannot_be_bent(app, http, customer, new_customer):
    other = await new_customer()
    link = links.sign(customer.id, app.state.link_key)
    head, _, signature = link.split(".")
    body = links.sign(other.id, KEY).split(".")[1]
    assert (await opened(http, f"{head}.{body}.{signature}")).status_code == 422
    claims = {"sub": customer.id, "aud": "join", "exp": 2**40}
    unsigned = jwt.encode(claims, None, algorithm="none")
    assert (await opened(http, unsigned)).status_code == 422
    for missing in ("sub", "aud", "exp"):
        rest = {name: value for name, value in claims.items() if name != missing}
        signed = jwt.encode(rest, app.state.link_key, algorithm="HS256")
        assert (await opened(http, signed)).status_code == 422, missing


async def test_a_link_to_what_is_not_there_says_so(app, http):
    answer = await opened(http, links.sign("nowhere", app.state.link_key))
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "conversation_not_found")


# ---- the code ------------------------------------------------------------------------------


async def code_of(customer):
    url = f"/v1/conversations/{customer.id}/code"
    answer = await customer.http.post(url, headers=customer.headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def redeem(app, code, who="o-lin"):
    async with app.state.database.transaction() as session:
        return await codes.redeem(session, code, who)


async def test_a_code_is_good_once(app, customer):
    made = await code_of(customer)
    assert len(made["code"]) == 6
    assert made["code"].isdigit()
    assert (await redeem(app, made["code"])).conversation_id == customer.id
    again = await redeem(app, made["code"])
    assert (again.conversation_id, again.refusal) == (None, NOT_GOOD)


async def test_a_code_is_good_for_ten_minutes(app, customer):
    made = await code_of(customer)
    later(LASTS - timedelta(seconds=1))
    second = await code_of(customer)
    assert (await redeem(app, made["code"])).conversation_id is None, "a new one voids the old one"
    later(LASTS)
    assert (await redeem(app, second["code"])).conversation_id is None


async def test_of_two_who_send_it_at_once_one_gets_it(app, customer):
    made = await code_of(customer)
    both = await asyncio.gather(*(redeem(app, made["code"], who) for who in ("o-lin", "o-wu")))
    assert sorted(str(each.conversation_id) for each in both) == sorted([customer.id, "None"])


async def test_guessing_ends_after_five_and_begins_anew_later(app, customer):
    made = (await code_of(customer))["code"]
    wrong = f"{(int(made) + 1) % 10**6:06}"
    await asyncio.gather(*(redeem(app, wrong, "o-bad") for _ in range(2)))
    for _ in range(MOST_WRONG - 2):
        assert (await redeem(app, wrong, "o-bad")).refusal == NOT_GOOD
    for code in (wrong, made):
        assert (await redeem(app, code, "o-bad")).refusal == TOO_OFTEN
    assert (await redeem(app, made, "o-lin")).conversation_id == customer.id, "others are free"
    later(SPELL)
    made = (await code_of(customer))["code"]
    assert (await redeem(app, made, "o-bad")).conversation_id == customer.id


async def test_two_codes_at_once_leave_one(app, customer):
    made = await asyncio.gather(*(code_of(customer) for _ in range(4)))
    found = [
        (await redeem(app, each["code"], f"o-{n}")).conversation_id for n, each in enumerate(made)
    ]
    assert found.count(customer.id) == 1


async def test_a_code_that_another_has_is_not_given_twice(app, new_customer, monkeypatch):
    drawn = iter("111111" + "111111" + "222222")
    monkeypatch.setattr(codes.secrets, "choice", lambda _: next(drawn))
    first, second = await new_customer(), await new_customer()
    assert [(await code_of(c))["code"] for c in (first, second)] == ["111111", "222222"]
    assert (await redeem(app, "111111")).conversation_id == first.id


async def test_codes_are_not_given_without_end(customer):
    url = f"/v1/conversations/{customer.id}/code"
    answers = [await customer.http.post(url, headers=customer.headers) for _ in range(8)]
    assert [a.status_code for a in answers].count(429) == 2
    assert answers[-1].headers["Retry-After"]


async def test_only_the_customer_gets_the_code(http, customer, new_customer):
    url = f"/v1/conversations/{customer.id}/code"
    assert (await http.post(url)).status_code == 401
    other = await new_customer()
    assert (await http.post(url, headers=other.headers)).status_code == 403


async def test_without_wechat_there_is_no_code(app, customer):
    app.state.settings.wechat_app_id = ""
    url = f"/v1/conversations/{customer.id}/code"
    answer = await customer.http.post(url, headers=customer.headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "wechat_not_configured")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("绑定 123456", "123456"),
        ("绑定123456", "123456"),
        ("绑定：１２３４５６。", "123456"),
        ("  绑定码是 012345  谢谢", "012345"),
        ("【绑定】123456", "123456"),
        ("绑定 12345", None),
        ("绑定 1234567", None),
        ("绑定 123 456", None),
        ("123456", None),
        ("我要绑定 123456 号", "123456"),
        ("绑定 123456 654321", None),
        ("绑定", None),
        ("", None),
    ],
)
def test_a_code_is_found_in_what_people_write(text, code):
    assert codes.code_in(text) == code
