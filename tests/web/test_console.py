"""The console's logic, as somebody at it would meet it."""

import pytest

from tests.web.conftest import settle
from web.console.back_office import WaitingCases
from web.console.elements import (
    CasePanel,
    Composer,
    Decoder,
    QueueList,
    Suggestions,
    TicketPanel,
    Transcript,
)

pytestmark = pytest.mark.filterwarnings("default")  # the page library's own


@pytest.fixture
async def at_case(agent):
    await agent.user.open("/console?c=c1")
    await settle()
    return agent


async def take_over(agent):
    await agent.presses("接手")
    assert agent.api.cases["c1"]["conversation"]["mode"] == "agent"


async def test_the_queue_is_sent_once_and_then_only_what_changed(at_case):
    queue = at_case.panel(QueueList)
    (first,) = [args[0] for name, args in at_case.calls(queue) if name == "patch"]
    assert (first["head"], first["tail"]) == (["c1", "c2", "c3", "c4"], 0)
    at_case.api.say("c3", "customer", "还在吗")
    at_case.news.queue.take(at_case.api.queue())
    await at_case.hears("queue")
    *_, last = [args[0] for name, args in at_case.calls(queue) if name == "patch"]
    assert [row["id"] for row in last["rows"]] == ["c3"]
    assert (last["head"], last["tail"]) == ([], 4)


async def test_a_conversation_opens_with_its_case_and_suggestions(at_case):
    (begun,) = [args for name, args in at_case.calls(at_case.panel(Transcript)) if name == "begin"]
    assert [m["seq"] for m in begun[0]] == [1, 2, 3, 4]
    assert at_case.panel(CasePanel).props["data"]["next"]["citation"] == "G3.1/2"
    assert at_case.panel(TicketPanel).props["data"]["number"] == "RD20261125-0001"
    assert len(at_case.panel(Suggestions).props["items"]) == 3


async def test_nothing_can_be_sent_while_the_bot_speaks(at_case):
    assert at_case.panel(Composer).props["can"] is False
    assert "机器人正在接待" in at_case.panel(Composer).props["why"]
    await take_over(at_case)
    assert at_case.panel(Composer).props["can"] is True


async def test_a_new_message_is_added_without_building_the_transcript_anew(at_case):
    at_case.api.say("c1", "customer", "喂")
    await at_case.hears("conversation:c1")
    calls = at_case.calls(at_case.panel(Transcript))
    assert [name for name, _ in calls].count("begin") == 1
    assert calls[-1][0] == "take"
    assert [m["text"] for m in calls[-1][1][0]] == ["喂"]


async def test_what_the_bot_still_reads_is_asked_for_again(at_case):
    at_case.api.say("c1", "customer", "喂")
    at_case.api.cases["c1"]["messages"][-1]["turn"] = "queued"
    await at_case.hears("conversation:c1")
    at_case.api.cases["c1"]["messages"][-1]["turn"] = "done"
    await at_case.hears("conversation:c1")
    name, (messages,) = at_case.calls(at_case.panel(Transcript))[-1]
    assert (name, [m["turn"] for m in messages]) == ("take", ["done"])


async def test_another_conversation_s_news_changes_nothing_here(at_case):
    before = len(at_case.calls(at_case.panel(Transcript)))
    at_case.api.say("c2", "customer", "喂")
    await at_case.hears("conversation:c2")
    assert len(at_case.calls(at_case.panel(Transcript))) == before


async def test_the_customer_s_typing_is_shown(at_case):
    await at_case.hears("typing:c1")
    assert at_case.calls(at_case.panel(Transcript))[-1][0] == "types"


async def test_a_suggestion_is_sent_as_it_stands_under_its_own_id(at_case):
    await take_over(at_case)
    item = at_case.panel(Suggestions).props["items"][1]
    await at_case.does(Suggestions, "send", {"id": item["id"], "client_id": "k1"})
    assert (
        "POST",
        "/v1/conversations/c1/replies",
        {"client_id": "k1", "text": item["text"], "suggestion_id": item["id"]},
    ) in at_case.api.done


async def test_an_edited_suggestion_goes_into_the_composer(at_case):
    item = at_case.panel(Suggestions).props["items"][0]
    await at_case.does(Suggestions, "edit", item)
    assert at_case.calls(at_case.panel(Composer))[-1] == ("edit", [item])


async def test_a_rejection_takes_its_reason_along(at_case):
    await at_case.does(Suggestions, "reject", {"id": "s1-1", "reason": "不对题"})
    assert ("POST", "/v1/suggestions/s1-1/reject", {"reason": "不对题"}) in at_case.api.done


async def test_a_stale_suggestion_keeps_the_words_and_says_why(at_case):
    await take_over(at_case)
    path = "/v1/conversations/c1/replies"
    at_case.api.refuse[path] = (409, "suggestion_outdated", "客户又说了新的话，这条建议已经过时。")
    words = {"client_id": "k2", "text": "改过的话", "suggestion_id": "s1-1"}
    await at_case.does(Composer, "send", words)
    assert ("failed", ["k2", True]) in at_case.calls(at_case.panel(Composer))
    assert "客户又说了新的话，这条建议已经过时。" in at_case.user.notify.messages


async def test_words_are_let_go_only_when_the_api_has_them(at_case):
    await take_over(at_case)
    await at_case.does(Composer, "send", {"client_id": "k3", "text": "好", "suggestion_id": None})
    assert ("sent", ["c1", "k3"]) in at_case.calls(at_case.panel(Composer))


async def test_a_session_that_ended_asks_to_log_in_and_keeps_the_words(at_case):
    await take_over(at_case)
    at_case.api.logged_in = False
    await at_case.does(Composer, "send", {"client_id": "k4", "text": "好", "suggestion_id": None})
    assert ("failed", ["k4", False]) in at_case.calls(at_case.panel(Composer))
    (seat,) = [s for s in at_case.user_seats.values() if s.asking]
    assert seat.who["username"] == "lin"


async def test_handing_back_takes_a_memo_along(at_case):
    await take_over(at_case)
    await at_case.presses("交还机器人")
    at_case.user.find("备注（可不填）").type("客户晚上八点后方便")
    await at_case.presses("确定交还")
    assert (
        "PUT",
        "/v1/conversations/c1/mode",
        {"mode": "auto", "memo": "客户晚上八点后方便"},
    ) in at_case.api.done


async def test_a_fact_that_is_set_goes_to_the_ticket(at_case):
    await at_case.does(CasePanel, "fact", {"fact": "works_at_home", "value": "yes"})
    assert (
        "POST",
        "/v1/tickets/RD20261125-0001/facts",
        {"fact": "works_at_home", "value": "yes"},
    ) in at_case.api.done


async def test_revealing_needs_a_reason_and_shows_the_number(at_case):
    await at_case.does(CasePanel, "reveal", "msisdn")
    at_case.user.find("例如：核对客户身份").type("核对身份")
    await at_case.presses("查看")
    await at_case.user.should_see("18900001234")
    assert at_case.api.done[-1][2] == {"fields": ["msisdn"], "reason": "核对身份"}


async def test_a_number_is_read_part_by_part(at_case):
    await at_case.does(Decoder, "decode", "460030912345678")
    assert at_case.panel(Decoder).props["data"]["kind"] == "imsi"


async def test_a_trainer_sees_and_may_not_act(agent):
    agent.api.role = "trainer"
    await agent.user.open("/console?c=c1")
    await settle()
    assert agent.panel(Suggestions).props["allowed"] is False
    assert "只能查看" in agent.panel(Composer).props["why"]
    await agent.presses("接手")
    assert agent.api.done == []


@pytest.mark.parametrize("path", ["/console/overview", "/console/back-office"])
async def test_a_page_says_to_whom_it_belongs(agent, path):
    agent.api.role = "trainer"
    await agent.user.open(path)
    await agent.user.should_see("您的角色不能打开")


async def test_a_back_office_answer_is_one_click(agent):
    await agent.user.open("/console/back-office")
    await settle()
    given = {"number": "RD20261125-0001", "fact": "ild_open", "value": "no", "kind": "answer"}
    await agent.does(WaitingCases, "answer", given)
    assert (
        "POST",
        "/v1/tickets/RD20261125-0001/facts",
        {"fact": "ild_open", "value": "no", "note": None},
    ) in agent.api.done
