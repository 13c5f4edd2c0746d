"""The same chat against the real product: ROAMDESK_URL=http://127.0.0.1:8000 says where it runs."""

import os
import re

import pytest
from playwright.sync_api import expect

from tests.e2e.widget import Widget

URL = os.environ.get("ROAMDESK_URL")
TURN_MS = 15_000
MOST_TURNS = 20
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
        asked = [choice.get_attribute("data-value") for choice in choices.all()]
        wanted = next((value for value in asked if value in ANSWERS.values()), asked[0])
        choices.nth(asked.index(wanted)).click()
    card = page.locator(".message .ticket").last
    card.wait_for()
    assert re.search(r"RD\d{8}-\d{4}", card.inner_text())
    expect(card).to_contain_text("北京时间")
    expect(page.locator(".cite").first).to_be_visible()
    page.reload()
    expect(page.locator(".message .ticket").last).to_be_visible()


def turn_done(chat):
    """The last word is the bot's and nobody is typing."""
    last = chat.page.locator(".message").last
    expect(last).to_have_class(re.compile("bot|system"), timeout=TURN_MS)
    expect(chat.page.locator(".typing")).to_be_hidden(timeout=TURN_MS)
    chat.page.wait_for_timeout(300)
