"""Where no Official Account is connected."""

from api.conversations import service


async def test_the_address_says_that_nothing_is_connected(http):
    for answer in (await http.get("/v1/channels/wechat"), await http.post("/v1/channels/wechat")):
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "wechat_not_configured"


async def test_nothing_of_it_is_asked_of_the_product(http, app):
    assert "wechat" not in (await http.get("/readyz")).json()
    assert app.state.wechat is None


async def test_a_reply_into_a_conversation_of_wechat_is_refused(app, admin):
    async with app.state.database.transaction() as session:
        conversation, _ = service.begin(session, "wechat", [])
    url = f"/v1/conversations/{conversation.id}"
    assert (await admin.put(f"{url}/mode", json={"mode": "agent"})).status_code == 200
    body = {"client_id": "a-1", "text": "您好"}
    refused = await admin.post(f"{url}/replies", json=body)
    assert refused.status_code == 409
    assert refused.json()["error"]["code"] == "wechat_not_configured"
    assert (await admin.get(url)).json()["messages"] == []
