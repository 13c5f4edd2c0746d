"""What an agent at the console sees of a customer in WeChat."""

import pytest

from tests.web.conftest import settle
from web.console.elements import Composer, Suggestions, Transcript

pytestmark = pytest.mark.filterwarnings("default")  # the page library's own

OPEN = {
    "here": True,
    "subscribed": True,
    "open": True,
    "closes_at": "2026-11-27T10:00:00+00:00",
    "messages_left": 3,
    "why_not": None,
    "sentence": "还能发 3 条，47 小时内有效",
    "instead": None,
}
CLOSED = OPEN | {
    "open": False,
    "why_not": "wechat_window_closed",
    "messages_left": 0,
    "sentence": "客户超过 48 小时没有来信，微信不允许再发消息。",
    "instead": "客户留过手机号，请改打电话。",
}


async def opened(agent, reach):
    agent.api.cases["c1"]["conversation"]["reach"] = reach
    await agent.user.open("/console?c=c1")
    await settle()
    await agent.presses("接手")
    return agent


async def test_hours_and_messages_left_are_shown_and_replies_can_be_sent(agent):
    at_case = await opened(agent, OPEN)
    await at_case.user.should_see("微信：还能发 3 条，47 小时内有效")
    assert at_case.panel(Composer).props["can"] is True
    assert at_case.panel(Suggestions).props["blocked"] is False


async def test_a_closed_window_says_how_else_and_stops_the_composer(agent):
    at_case = await opened(agent, CLOSED)
    await at_case.user.should_see(CLOSED["sentence"] + CLOSED["instead"])
    composer = at_case.panel(Composer).props
    assert (composer["can"], composer["why"]) == (False, CLOSED["sentence"])
    suggestions = at_case.panel(Suggestions).props
    assert (suggestions["can"], suggestions["blocked"]) == (False, True)


async def test_where_the_customer_is_on_the_web_page_the_window_does_not_matter(agent):
    at_case = await opened(agent, CLOSED | {"here": False, "instead": None})
    assert at_case.panel(Composer).props["can"] is True


async def test_a_conversation_that_is_not_in_wechat_shows_nothing_of_it(agent):
    at_case = await opened(agent, None)
    await at_case.user.should_not_see("微信：")


async def test_what_is_being_sent_is_asked_for_again_until_it_has_arrived(agent):
    at_case = await opened(agent, OPEN)
    at_case.api.say("c1", "agent", "您好")
    sent = {"id": 7, "title": "发送中", "reason": None, "again": False}
    at_case.api.cases["c1"]["messages"][-1]["delivery"] = sent | {"state": "sending"}
    await at_case.hears("conversation:c1")
    at_case.api.cases["c1"]["messages"][-1]["delivery"] = sent | {"state": "sent"}
    await at_case.hears("conversation:c1")
    name, (messages,) = at_case.calls(at_case.panel(Transcript))[-1]
    assert (name, [m["delivery"]["state"] for m in messages]) == ("take", ["sent"])


async def test_a_message_that_may_not_have_arrived_is_sent_again_by_hand(agent):
    at_case = await opened(agent, OPEN)
    await at_case.does(Transcript, "again", {"id": 7, "seq": 4})
    assert ("POST", "/v1/wechat/deliveries/7/again", None) in at_case.api.done
