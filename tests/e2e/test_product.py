"""The same chat against the real product: ROAMDESK_URL=http://127.0.0.1:8000 says where it runs."""

import os
import re

import pytest
from playwright.sync_api import expect

from tests.e2e.widget import Widget

URL = os.environ.get("ROAMDESK_URL")
TURN_MS = 15_000
MOST_TURNS = 20
# A sample subscriber with whom all is well: the way leads on to the foreign network.
SAMPLE_NUMBER = "18900000005"
# Answers that lead on in Taiwan with a plain C card; what is not listed takes its first choice.
ANSWERS = {
    "service": "voice",
    "location": "TW",
    "card_type": "ctoc",
    "works_at_home": "yes",
    "prl_version": "unsure",
}

pytestmark = [
    pytest.mark.product,
    pytest.mark.skipif(not URL, reason="ROAMDESK_URL does not say where the product runs"),
]


def test_a_customer_in_taiwan_leaves_with_a_conclusion_and_a_ticket(new_context):
    page = new_context().new_page()
    page.goto(URL)
    chat = Widget(page)
    chat.bubble("bot").first.wait_for(timeout=TURN_MS)
    chat.write("我在台湾打不了电话")
    for _ in range(MOST_TURNS):
        turn_done(chat)
        choices = page.locator(".choices").last.locator(".choice:enabled")
        if not choices.count():
            break
        if "手机号码" in chat.said("bot")[-1]:
            chat.write(SAMPLE_NUMBER)
            continue
        asked = [choice.get_attribute("data-value") for choice in choices.all()]
        wanted = next((value for value in asked if value in ANSWERS.values()), asked[0])
        choices.nth(asked.index(wanted)).click()
    assert chat.said("system") == []
    card = page.locator(".message .ticket:not(.brief)").last
    card.wait_for()
    assert re.search(r"RD\d{8}-\d{4}", card.inner_text())
    expect(card).to_contain_text("北京时间")
    expect(page.get_by_text("这次的帮助您满意吗")).to_be_visible()
    expect(page.locator(".cite").first).to_be_visible()
    said = chat.said("bot")
    page.reload()
    card.wait_for()
    assert chat.said("bot") == said


def turn_done(chat):
    """The last word is the bot's and nobody is typing."""
    last = chat.page.locator(".message").last
    expect(last).to_have_class(re.compile("bot|system"), timeout=TURN_MS)
    expect(chat.page.locator(".typing")).to_be_hidden(timeout=TURN_MS)
    chat.page.wait_for_timeout(300)
