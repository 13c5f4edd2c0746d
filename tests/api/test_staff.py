"""Accounts, roles, and who speaks in a conversation."""

import asyncio
import stat
import uuid

import pytest

from api.main import create_app


async def test_staff_routes_need_a_session(http):
    for method, url in [
        ("GET", "/v1/me"),
        ("GET", "/v1/conversations"),
        ("GET", "/v1/tickets"),
        ("PUT", "/v1/conversations/x/mode"),
        ("POST", "/v1/tickets/x/facts"),
        ("POST", "/v1/parse"),
        ("POST", "/v1/staff"),
    ]:
        response = await http.request(method, url, json={"mode": "auto"})
        assert response.status_code in (401, 422), url
        if response.status_code == 401:
            assert response.json()["error"]["code"] == "not_logged_in"


async def test_a_wrong_password_and_an_unknown_name_look_alike(http, admin):
    answers = [
        await http.post("/v1/auth/login", json={"username": name, "password": "wrong"})
        for name in ("admin", "nobody")
    ]
    assert [a.status_code for a in answers] == [401, 401]
    assert answers[0].json() == answers[1].json()


async def test_logging_out_ends_the_session(admin):
    assert (await admin.get("/v1/me")).json()["username"] == "admin"
    cookie = dict(admin.cookies)
    assert (await admin.post("/v1/auth/logout")).status_code == 204
    admin.cookies.update(cookie)
    assert (await admin.get("/v1/me")).status_code == 401


async def test_another_sites_page_cannot_act_with_the_session(admin):
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        response = await admin.post("/v1/auth/logout", headers=headers)
        assert response.status_code == 403
    assert (await admin.get("/v1/me")).status_code == 200


async def test_only_an_admin_makes_accounts_and_names_are_unique(admin, new_staff):
    agent = await new_staff("agent", "li.lei")
    body = {"username": "new.one", "password": "long enough", "name": "新人", "role": "agent"}
    assert (await agent.post("/v1/staff", json=body)).status_code == 403
    again = await admin.post("/v1/staff", json={**body, "username": "li.lei"})
    assert again.status_code == 409


async def test_a_trainer_reads_but_does_not_speak_to_customers(new_staff, customer):
    trainer = await new_staff("trainer")
    assert (await trainer.get(f"/v1/conversations/{customer.id}")).status_code == 200
    put = await trainer.put(f"/v1/conversations/{customer.id}/mode", json={"mode": "agent"})
    assert put.status_code == 403


async def test_the_first_password_is_made_up_once_and_kept_privately(
    settings, bot, tmp_path, capsys
):
    settings.admin_password = ""
    for _ in range(2):
        app = create_app(settings, bot)
        async with app.router.lifespan_context(app):
            pass
    shown = [line for line in capsys.readouterr().out.splitlines() if "初始密码" in line]
    assert len(shown) == 1
    kept = settings.data / "admin.password"
    assert kept.read_text().strip() in shown[0]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


async def test_a_taken_conversation_hears_no_bot(new_staff, customer, bot):
    agent = await new_staff("agent")
    url = f"/v1/conversations/{customer.id}"
    early = await agent.post(f"{url}/replies", json={"client_id": "a", "text": "您好"})
    assert early.status_code == 409
    taken = await agent.put(f"{url}/mode", json={"mode": "agent"})
    assert taken.json()["mode"] == "agent"
    assert taken.json()["waiting"] is False
    assert await customer.says("有人吗") == []
    assert bot.turns == []
    reply = {"client_id": str(uuid.uuid4()), "text": "我是人工，请讲。"}
    first = await agent.post(f"{url}/replies", json=reply)
    again = await agent.post(f"{url}/replies", json=reply)
    assert first.status_code == 201
    assert first.json() == again.json()
    assert (await customer.messages())[-1]["sender"] == "agent"


async def test_bot_text_still_on_its_way_at_a_takeover_is_not_said(new_staff, customer, bot, app):
    agent = await new_staff("agent")
    bot.learn("我在台湾打不了电话", "report_call_failure", location="TW")
    bot.pause = asyncio.Event()
    post = asyncio.create_task(customer.post({"text": "我在台湾打不了电话"}))
    await asyncio.sleep(0.2)
    await agent.put(f"/v1/conversations/{customer.id}/mode", json={"mode": "agent"})
    bot.pause.set()
    assert (await post).json()["replies"] == []
    held = (await agent.get(f"/v1/conversations/{customer.id}/suggestions")).json()
    assert held
    assert [s["asks"] for s in held if s["source"] == "bot"] == ["card_type"]
    assert [m["sender"] for m in await customer.messages()] == ["bot", "customer"]


async def test_a_copilot_drafts_and_the_agent_sends(new_staff, customer, bot):
    agent = await new_staff("agent")
    url = f"/v1/conversations/{customer.id}"
    await agent.put(f"{url}/mode", json={"mode": "copilot"})
    bot.learn("我在台湾打不了电话", "report_call_failure", location="TW")
    assert await customer.says("我在台湾打不了电话") == []
    drafts = (await agent.get(f"{url}/suggestions")).json()
    asking = next(d for d in drafts if d["asks"])
    sent = await agent.post(
        f"{url}/replies",
        json={"client_id": "1", "text": asking["text"], "suggestion_id": asking["id"]},
    )
    assert sent.json()["asks"] == "card_type"
    assert sent.json()["choices"]
    left = (await agent.get(f"{url}/suggestions")).json()
    assert asking["id"] not in {d["id"] for d in left}
    twice = await agent.post(f"/v1/suggestions/{asking['id']}/reject", json={"reason": "迟了"})
    assert twice.status_code == 409


async def test_two_agents_cannot_take_the_same_conversation(new_staff, customer):
    one, two = await new_staff("agent"), await new_staff("agent")
    url = f"/v1/conversations/{customer.id}/mode"
    assert (await one.put(url, json={"mode": "agent"})).status_code == 200
    refused = await two.put(url, json={"mode": "agent"})
    assert refused.status_code == 409
    assert refused.json()["error"]["code"] == "taken_by_another"


async def test_the_queue_puts_those_who_wait_first(new_customer, admin, bot):
    calm, angry = await new_customer(), await new_customer()
    bot.learn("转人工", "request_human")
    await angry.says("转人工")
    await calm.says("在吗")
    rows = (await admin.get("/v1/conversations")).json()
    assert rows[0]["id"] == angry.id
    waiting = (await admin.get("/v1/conversations", params={"waiting": True})).json()
    assert [row["id"] for row in waiting] == [angry.id]


async def test_parse_shows_what_the_bot_understands(admin, bot):
    bot.learn("日本", "inform", location="JP", number="3")
    seen = (await admin.post("/v1/parse", json={"text": "日本"})).json()
    assert seen["intent"]["name"] == "inform"
    assert seen["facts"] == {"location": "JP"}
    bot.silent = True
    assert (await admin.post("/v1/parse", json={"text": "日本"})).status_code == 503


@pytest.mark.parametrize("key", ["", "wrong"])
async def test_only_the_bot_may_report_a_turn(http, key):
    body = {"conversation_id": "x", "intent": {"name": "greet", "confidence": 1}}
    response = await http.post("/internal/turns", json=body, headers={"X-RoamDesk-Key": key})
    assert response.status_code == 401
