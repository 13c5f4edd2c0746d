"""One conversation in WeChat and on the web page: the link, the code, the pictures."""

import pytest
from playwright.sync_api import expect

from tests.api import pictures_made as made
from tests.e2e.test_looks import AUDIT, PHONE


@pytest.fixture
def in_wechat(api):
    """A conversation that goes on in WeChat."""
    found = api.begin()
    api.say(found, "customer", "我在台湾打不了电话", client_id="wechat:1")
    api.say(found, "bot", "请问手机上能看到信号吗？")
    return found


def test_a_link_opens_the_conversation_from_wechat(open_chat, api, in_wechat):
    chat = open_chat(f"/#join={in_wechat.id}")
    chat.shows("请问手机上能看到信号吗")
    chat.shows("这是您在微信里的对话", "system")
    assert chat.said("customer") == ["我在台湾打不了电话"]
    assert chat.page.url == api.url + "/", "a copied address must not open it"
    expect(chat.page.get_by_role("button", name="回到之前的对话")).to_be_hidden()
    chat.write("能看到")
    chat.shows("收到：能看到")
    assert len(api.conversations) == 1
    chat.page.reload()
    chat.shows("收到：能看到")


def test_the_conversation_before_stays_and_can_be_gone_back_to(chat, api, in_wechat):
    chat.write("网页上说的")
    chat.shows("收到：网页上说的")
    # As from another page of the phone: the address changes, the page stays.
    chat.page.goto(f"{api.url}/#join={in_wechat.id}")
    chat.shows("请问手机上能看到信号吗")
    chat.shows("您之前在这个网页上的对话还在", "system")
    assert chat.said("customer") == ["我在台湾打不了电话"]
    back = chat.page.get_by_role("button", name="回到之前的对话")
    chat.page.reload()
    chat.shows("请问手机上能看到信号吗")
    back.click()
    chat.shows("收到：网页上说的")
    assert chat.said("customer") == ["网页上说的"]
    chat.write("再说一句")
    chat.shows("收到：再说一句")
    back.click()
    chat.shows("请问手机上能看到信号吗")
    assert len(api.conversations) == 2
    assert [m["text"] for m in in_wechat.messages if m["sender"] == "customer"] == [
        "我在台湾打不了电话"
    ]


def test_what_was_not_sent_yet_goes_where_it_was_written(chat, api, in_wechat):
    (own,) = api.conversations.keys() - {in_wechat.id}
    api.switches.refuse = [(503, "数据库正忙。", {})]
    chat.write("断断续续")
    chat.page.goto(f"{api.url}/#join={in_wechat.id}")
    chat.shows("请问手机上能看到信号吗")
    said = {c.id: [m["text"] for m in c.messages] for c in api.conversations.values()}
    assert [key for key, texts in said.items() if "断断续续" in texts] == [own]


def test_a_link_that_is_no_good_says_so_and_the_chat_goes_on(open_chat, api):
    api.switches.refuse_join = (403, "这个链接已经过期（7 天内有效）。")
    chat = open_chat("/#join=old.link.here")
    chat.shows("这个链接已经过期", "system")
    chat.shows("您好，这里是漫游助手")
    chat.write("你好")
    chat.shows("收到：你好")
    assert chat.page.url == api.url + "/"


def test_a_link_waits_for_a_server_that_starts(open_chat, api, in_wechat):
    api.switches.refuse_join = (503, "服务正在启动。")
    chat = open_chat(f"/#join={in_wechat.id}", wait=False)
    expect(chat.strip).to_be_visible()
    assert f"#join={in_wechat.id}" in chat.page.url, "a reload tries again"
    api.switches.refuse_join = None
    chat.shows("请问手机上能看到信号吗")
    assert len(api.conversations) == 1


def test_a_code_carries_the_conversation_into_wechat(open_chat, api):
    chat = open_chat(timezone_id="Asia/Shanghai", permissions=["clipboard-read", "clipboard-write"])
    go = chat.page.get_by_role("button", name="在微信里继续")
    expect(go).to_be_hidden()
    api.set_state(api.only, wechat=True)
    go.click()
    card = chat.page.get_by_role("group", name="在微信里继续")
    expect(card).to_contain_text("绑定 012345")
    expect(card).to_contain_text("18:20 前有效，只能用一次")
    card.get_by_role("button", name="复制").click()
    expect(card.get_by_role("status")).to_have_text("已复制")
    assert chat.page.evaluate("navigator.clipboard.readText()") == "绑定 012345"
    card.get_by_role("button", name="关闭").click()
    expect(card).to_be_hidden()
    expect(go).to_be_focused()


@pytest.fixture
def with_pictures(api, in_wechat):
    """Three pictures: one kept, one on its way, one refused."""
    told = [api.say(in_wechat, "customer", "〔图片〕") for _ in range(3)]
    states = ("kept", "pending", "refused")
    shown = [
        {"id": f"p{n}", "message_id": m["id"], "state": state, "width": 300, "height": 400}
        for n, (m, state) in enumerate(zip(told, states, strict=True))
    ]
    small = made.encoded(made.halves(120, 160), "WEBP")
    api.files |= {"p0/small": small, "p0/large": made.webp(), "p1/small": small}
    api.set_state(in_wechat, pictures=shown)
    return shown


def test_pictures_are_shown_as_they_come_and_open_large(open_chat, api, in_wechat, with_pictures):
    chat = open_chat(f"/#join={in_wechat.id}")
    picture = chat.page.get_by_role("button", name="看大图")
    expect(picture).to_have_count(1)
    loaded = "node => node.complete && node.naturalWidth"
    expect(picture.locator("img")).to_have_js_property("complete", True)
    assert picture.locator("img").evaluate(loaded) == 120
    expect(chat.page.locator(".picture-said")).to_have_text(["正在接收图片", "这张图片没能保存"])
    api.set_state(in_wechat, pictures=[with_pictures[0], {**with_pictures[1], "state": "kept"}])
    expect(picture).to_have_count(2)
    assert api.asked_files.count("p0/small") == 1, "what has not changed is not asked for again"
    picture.first.click()
    dialog = chat.page.get_by_role("dialog", name="您发的图片")
    expect(dialog.locator("img")).to_have_js_property("naturalWidth", 300)
    chat.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(picture.first).to_be_focused()
    expect(chat.page.locator(".panel")).to_be_visible()


def test_a_picture_that_cannot_be_loaded_says_so(open_chat, api, in_wechat, with_pictures):
    api.files.clear()
    chat = open_chat(f"/#join={in_wechat.id}")
    expect(chat.page.get_by_role("button", name="看大图")).to_have_text(
        "图片没有打开，请稍后再试。"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", [{}, PHONE], ids=["desk", "phone"])
def test_all_of_it_reads_well(open_chat, api, in_wechat, with_pictures, scheme, screen):
    chat = open_chat(f"/#join={in_wechat.id}", color_scheme=scheme, **screen)
    expect(chat.page.get_by_role("button", name="看大图")).to_be_visible()
    api.set_state(in_wechat, wechat=True)
    chat.page.get_by_role("button", name="在微信里继续").click()
    expect(chat.page.locator(".code")).to_be_visible()
    found = chat.page.evaluate(AUDIT)
    assert chat.page.evaluate("document.documentElement.scrollWidth") <= (375 if screen else 1280)
    chat.page.get_by_role("button", name="看大图").click()
    expect(chat.page.get_by_role("dialog", name="您发的图片").locator("img")).to_be_visible()
    found += chat.page.evaluate(AUDIT)
    assert sorted(set(found)) == []
