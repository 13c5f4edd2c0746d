"""Keyboard, input method, screen reader: nothing needs a mouse, nothing is sent by accident."""

from playwright.sync_api import expect


def compose(chat, text):
    """Type as an input method does: the words stand in the field, underlined, not yet chosen."""
    session = chat.page.context.new_cdp_session(chat.page)
    place = {"selectionStart": len(text), "selectionEnd": len(text)}
    session.send("Input.imeSetComposition", {"text": text, **place})
    return session


def test_enter_sends_and_shift_enter_breaks_the_line(chat, api):
    chat.field.fill("第一行")
    chat.field.press("Shift+Enter")
    chat.page.keyboard.type("第二行")
    assert api.texts() == []
    chat.field.press("Enter")
    chat.shows("收到：")
    assert api.texts() == ["第一行\n第二行"]
    expect(chat.field).to_have_value("")


def test_enter_that_chooses_a_word_in_the_input_method_does_not_send(chat, api):
    chat.field.focus()
    session = compose(chat, "tai wan")
    chat.page.keyboard.press("Enter")
    chat.page.wait_for_timeout(200)
    assert api.texts() == []
    session.send("Input.insertText", {"text": "台湾打不了电话"})
    chat.page.keyboard.press("Enter")
    chat.shows("先确认用的是哪种卡")
    assert api.texts()[-1].endswith("台湾打不了电话")


def test_the_late_enter_of_older_safari_does_not_send(chat, api):
    chat.field.fill("选词")
    chat.field.evaluate(
        """field => {
            field.dispatchEvent(new CompositionEvent("compositionstart", {bubbles: true}));
            field.dispatchEvent(new CompositionEvent("compositionend", {bubbles: true}));
            const late = {key: "Enter", keyCode: 229, bubbles: true};
            field.dispatchEvent(new KeyboardEvent("keydown", late));
        }"""
    )
    chat.page.wait_for_timeout(200)
    assert api.texts() == []
    expect(chat.field).to_have_value("选词")


def test_an_empty_message_cannot_be_sent(chat, api):
    chat.write("  \n ")
    expect(chat.send_button).to_be_disabled()
    assert api.posts == []


def test_too_long_is_told_before_sending_and_nothing_is_lost(chat, api):
    chat.field.fill("字" * 1990)
    expect(chat.page.locator(".limit")).to_have_text("还可以写 10 字")
    chat.field.fill("😀" * 2001)
    expect(chat.page.locator(".limit")).to_contain_text("最多 2000 字，现在有 2001 字")
    expect(chat.send_button).to_be_disabled()
    chat.field.press("Enter")
    assert api.posts == []
    chat.field.fill("😀" * 2000)
    chat.field.press("Enter")
    expect(chat.bubble("customer")).to_have_count(1)


def embedded(open_chat, **options):
    chat = open_chat("/host", wait=False, **options)
    chat.page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.type = "module";
            script.src = "/widget/roamdesk.js";
            document.body.append(script, document.createElement("roamdesk-chat"));
        }"""
    )
    return chat


def test_the_panel_opens_with_focus_in_the_field_and_escape_gives_it_back(open_chat):
    chat = embedded(open_chat)
    launcher = chat.page.get_by_role("button", name="打开漫游助手")
    launcher.focus()
    chat.page.keyboard.press("Enter")
    expect(chat.page.get_by_role("dialog", name="漫游助手")).to_be_visible()
    expect(launcher).to_have_attribute("aria-expanded", "true")
    expect(chat.field).to_be_focused()
    chat.page.keyboard.press("Escape")
    expect(chat.page.get_by_role("dialog")).to_be_hidden()
    expect(launcher).to_be_focused()
    expect(launcher).to_have_attribute("aria-expanded", "false")


def test_an_answer_that_comes_while_closed_is_counted_on_the_launcher(open_chat, api):
    chat = embedded(open_chat)
    assert api.conversations == {}  # nothing is opened before the customer does
    chat.page.get_by_role("button", name="打开漫游助手").click()
    chat.shows("您好")
    chat.page.keyboard.press("Escape")
    api.say(api.only, "agent", "您在吗？")
    launcher = chat.page.get_by_role("button", name="打开漫游助手，1 条新消息")
    launcher.click()
    chat.shows("您在吗？", "agent")
    expect(chat.page.locator(".badge")).to_be_hidden()


def test_full_screen_on_a_phone_keeps_the_tab_key_inside(open_chat):
    chat = open_chat(viewport={"width": 375, "height": 667})
    expect(chat.page.get_by_role("dialog", name="漫游助手")).to_have_attribute("aria-modal", "true")
    chat.field.focus()
    inside = []
    for _ in range(8):
        chat.page.keyboard.press("Tab")
        inside.append(chat.page.evaluate("document.activeElement.tagName"))
    assert set(inside) == {"ROAMDESK-CHAT"}
    chat.page.keyboard.press("Escape")
    expect(chat.page.get_by_role("button", name="开始对话")).to_be_visible()


def test_a_whole_conversation_needs_no_mouse(chat, api):
    chat.field.focus()
    chat.page.keyboard.type("我在台湾打不了电话")
    chat.page.keyboard.press("Enter")
    chat.shows("先确认用的是哪种卡")
    wanted = chat.page.get_by_role("button", name="没有")
    for _ in range(20):
        if wanted.evaluate("node => node.getRootNode().activeElement === node"):
            break
        chat.page.keyboard.press("Shift+Tab")
    chat.page.keyboard.press("Enter")
    chat.shows("那是单模国际卡")
    expect(chat.field).to_be_focused()
    assert api.texts()[-1] == "没有"


def test_news_is_read_aloud_and_history_is_not(chat):
    expect(chat.log).to_have_attribute("aria-live", "polite")
    chat.write("你好")
    chat.shows("收到：你好")
    chat.page.reload()
    chat.shows("收到：你好")
    expect(chat.log).to_have_attribute("aria-live", "off")
    expect(chat.log).to_have_attribute("aria-live", "polite")
