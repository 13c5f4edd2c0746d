"""A picture from the customer's phone to the console, and one conversation in two channels."""

import io
import re
from datetime import timedelta

from PIL import Image

from api.attachments import pictures
from ops.wechat_sim.faults import Fault, Order
from tests.api import pictures_made as made
from tests.api.conftest import Customer
from tests.api.wechat.phone import TROUBLE, conversation_of, until


async def pictures_of(admin, conversation_id, state):
    """Wait until the last picture of a conversation is in this state; return all."""

    async def there():
        asked = await admin.get("/v1/attachments", params={"conversation": conversation_id})
        found = asked.json()
        return found if found and found[-1]["state"] == state else None

    return await until(there)


async def sends(sim, phone, content, mime="image/jpeg"):
    return await sim.send_image(phone.openid, content, mime, f"{sim.url}/sim/media")


async def test_a_screenshot_from_the_phone_is_kept_with_the_ticket(
    connected, sim, phone, admin, new_staff
):
    await phone.says(TROUBLE)
    await phone.gets(1)
    await sends(sim, phone, made.photo(6))
    conversation_id = await conversation_of(connected, phone.openid)
    (kept,) = await pictures_of(admin, conversation_id, "kept")
    agent = await new_staff("agent")
    seen = (await agent.get(f"/v1/desk/conversations/{conversation_id}")).json()
    assert [each["id"] for each in seen["ticket"]["pictures"]] == [kept["id"]]
    line = next(line for line in seen["messages"] if line["attachments"])
    assert (line["text"], line["seq"]) == ("〔图片〕", kept["seq"])
    large = await agent.get(f"/v1/attachments/{kept['id']}")
    image = Image.open(io.BytesIO(large.content))
    assert (image.size, dict(image.getexif())) == ((300, 400), {})


async def test_the_store_fails_and_the_token_ends_and_the_picture_comes_all_the_same(
    connected, sim, phone, admin, later
):
    await phone.says(TROUBLE)
    await phone.gets(1)
    sim.order(Order(media=Fault(kind="http500"), expire_token=True))
    await sends(sim, phone, made.webp(), "image/webp")
    conversation_id = await conversation_of(connected, phone.openid)

    async def put_off():
        (row,) = await pictures_of(admin, conversation_id, "pending")
        return sim.faults.ordered["media"].times == 0 and row

    await until(put_off)
    later(timedelta(seconds=10))
    connected.state.broker.publish("attachments")
    (kept,) = await pictures_of(admin, conversation_id, "kept")
    assert kept["mime"] == "image/webp"


async def test_what_is_no_picture_is_said_to_the_phone(connected, sim, phone, admin):
    await phone.says(TROUBLE)
    await phone.gets(1)
    await sends(sim, phone, made.HTML_NAMED_PNG, "image/png")
    conversation_id = await conversation_of(connected, phone.openid)
    (refused,) = await pictures_of(admin, conversation_id, "refused")
    assert refused["reason"] == pictures.NOT_A_PICTURE

    async def said():
        return any(pictures.NOT_A_PICTURE in text for text in phone.texts)

    await until(said)


async def test_the_link_in_a_message_opens_the_same_conversation(connected, http, phone):
    await phone.says(TROUBLE)
    texts = await phone.gets(1)
    found = re.search(r"https://chat\.example\.com/#join=([\w.-]+)", "\n".join(texts))
    assert found, texts
    joined = (await http.post("/v1/conversations/join", json={"link": found[1]})).json()
    assert joined["id"] == await conversation_of(connected, phone.openid)
    assert joined["messages"][0]["text"] == TROUBLE


async def test_a_code_carries_a_web_conversation_into_wechat(connected, http, bot, phone, sim):
    begun = (await http.post("/v1/conversations", json={"channel": "web"})).json()
    web = Customer(http, begun["id"], begun["token"], begun["messages"])
    await web.says(TROUBLE)
    number = (await web.ticket())["number"]
    made_code = await http.post(f"/v1/conversations/{web.id}/code", headers=web.headers)
    code = made_code.json()["code"]
    await phone.says(f"绑定 {code}")
    await phone.gets(1)
    assert "已接上" in phone.texts[-1]
    assert await conversation_of(connected, phone.openid) == web.id
    await phone.says("转人工")
    texts = await phone.gets(2)
    assert number in "\n".join(texts)
    assert (await web.ticket())["number"] == number
    assert "转人工" in [m["text"] for m in await web.messages()]


async def test_the_conversation_before_a_code_is_kept_and_says_that_its_customer_left(
    connected, http, phone, admin
):
    await phone.says(TROUBLE)
    await phone.gets(1)
    before = await conversation_of(connected, phone.openid)
    begun = (await http.post("/v1/conversations", json={"channel": "web"})).json()
    mine = {"Authorization": f"Bearer {begun['token']}"}
    answer = await http.post(f"/v1/conversations/{begun['id']}/code", headers=mine)
    shown = len(phone.texts)
    await phone.says(f"绑定 {answer.json()['code']}")
    texts = await phone.gets(shown + 1)
    assert await conversation_of(connected, phone.openid) == begun["id"]
    assert not any("另一段对话" in text for text in texts), "that is for those who read it there"
    kept = (await admin.get(f"/v1/desk/conversations/{before}")).json()
    assert "另一段对话" in kept["messages"][-1]["text"]
    assert "另一段对话" in [e["note"] or "" for e in kept["ticket"]["events"]][-1]
