"""Need, anger, giving up, a threat: what a message tells beside its intent is heard."""

import itertools

import pytest

from api.interview import care, complaints, wording

DANGER = care.lines("danger")[0]
WORRY = care.lines("worry")[0]
FOR_ANOTHER = care.lines("for_another")[0]


async def case_of(customer, admin):
    number = (await customer.ticket())["number"]
    return (await admin.get(f"/v1/tickets/{number}")).json()


async def waiting(customer, admin):
    return (await admin.get(f"/v1/conversations/{customer.id}")).json()["waiting"]


@pytest.fixture
async def in_taiwan(customer, bot):
    bot.learn("我在台湾打不了电话", "report_call_failure", location="TW")
    await customer.says("我在台湾打不了电话")
    return customer


@pytest.fixture
async def at_the_end(customer, bot):
    bot.learn("在仰光没信号", "report_no_signal", location="MM", card_type="ctoc")
    await customer.says("在仰光没信号")
    return customer


# ---- the words -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("danger", "老婆快生了联系不上"),
        ("danger", "我护照丢了要报警"),
        ("danger", "我们被困在山上"),
        ("danger", "孩子走丢了"),
        ("danger", "我爸心脏病犯了"),
        ("worry", "急死了"),
        ("anger", "你这个机器人真没用"),
        ("anger", "什么破机器人"),
        ("insult", "傻子"),
        ("for_another", "他不方便,我替他问的"),
        ("for_another", "手机是我妈的"),
        ("gives_up", "算了不弄了"),
        ("gives_up", "不用了,谢谢"),
        ("resumes", "继续吧"),
        ("relapse", "又断了"),
        ("relapse", "试了没用"),
        ("authority", "我能告你们吗"),
        ("authority", "我要去工信部投诉"),
        ("asks_price", "漫游一天多少钱"),
    ],
)
def test_the_words_tell_the_kind(kind, text):
    assert kind in care.told(text)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("danger", "再乱扣费我就报警"),
        ("danger", "我快要生气了"),
        ("danger", "没有人受伤"),
        ("danger", "被打了好多推销电话"),
        ("danger", "手机中毒了"),
        ("danger", "儿子手机丢了"),
        ("worry", "机场急诊在哪"),
        ("anger", "智能手机不行"),
        ("anger", "你们客服真没用"),
        ("for_another", "帮我问一下"),
        ("gives_up", "算了转人工"),
        ("gives_up", "不用"),
        ("resumes", "继续用还是不行"),
        ("authority", "我告诉你们"),
        ("authority", "怎么向工信部申诉"),
        ("authority", "工信部转下来的那件收到没"),
        ("asks_price", "多少钱都扣了"),
        ("asks_price", "漫游费怎么这么贵"),
    ],
)
def test_other_words_are_left_alone(kind, text):
    assert kind not in care.told(text)


def test_what_is_said_is_in_the_houses_voice_and_what_is_public_has_its_source():
    said = [line for kind in care.kinds() for line in care.lines(kind)]
    assert said
    for line in said:
        assert line.endswith("。")
        assert "！" not in line
    assert {source["id"] for source in care.sources("danger")} == {
        "public.3gpp-22101",
        "public.mfa-12308",
    }
    assert all(source["source"] and source["text"] for source in care.sources("danger"))


# ---- danger and worry ------------------------------------------------------------------------


@pytest.mark.parametrize("intent", ["out_of_scope", "nlu_fallback", "thank", "complain_service"])
async def test_danger_is_taken_seriously_whatever_it_was_taken_for(customer, bot, admin, intent):
    bot.learn("孩子走丢了", intent)
    first, question = await customer.says("孩子走丢了")
    assert first["text"].startswith(DANGER)
    assert "试拨 112" in first["text"]
    assert "+86-10-12308" in first["text"]
    assert len(first["citations"]) == 2
    assert question["asks"] == "service"
    ticket = await case_of(customer, admin)
    assert ticket["priority"] == "urgent"
    assert ticket["number"] in first["text"]
    assert "complaint" not in [event["kind"] for event in ticket["events"]]
    assert await waiting(customer, admin)


async def test_danger_beside_a_fault_comes_first_and_the_fault_is_asked_about(customer, bot, admin):
    bot.learn("老婆快生了打不通电话", "report_call_failure", location="TW")
    replies = await customer.says("老婆快生了打不通电话")
    assert DANGER in replies[0]["text"]
    assert replies[-1]["asks"] == "card_type"
    ticket = await case_of(customer, admin)
    assert (ticket["priority"], ticket["category"]) == ("urgent", "network_quality")


async def test_care_is_said_once_and_danger_is_never_a_miss(in_taiwan, bot, admin):
    texts = []
    for text in ("孩子走丢了", "孩子还是走丢了找不到", "急死了"):
        replies = await in_taiwan.says(text)
        texts += [reply["text"] for reply in replies]
        assert replies[-1]["asks"] == "card_type"
    assert sum(DANGER in text for text in texts) == 1
    assert not any(WORRY in text or "没有听懂" in text for text in texts)


async def test_mere_worry_gets_a_short_sentence_and_no_more(in_taiwan, bot, admin):
    bot.learn("急死了", "chitchat")
    (reply,) = await in_taiwan.says("急死了")
    assert reply["text"].startswith(WORRY)
    assert reply["asks"] == "card_type"
    assert not {"public.3gpp-22101", "public.mfa-12308"} & {c["id"] for c in reply["citations"]}
    assert not await waiting(in_taiwan, admin)
    assert (await case_of(in_taiwan, admin))["priority"] == "normal"
    (again,) = await in_taiwan.says("急死了")
    assert WORRY not in again["text"]
    assert again["asks"] == "card_type"


# ---- prices ----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["漫游一天多少钱", "在日本上网怎么收费", "查一下余额"])
async def test_a_question_for_prices_is_answered_and_no_complaint(customer, bot, admin, text):
    bot.learn(text, "ask_billing")
    (reply,) = await customer.says(text)
    assert "没有价目表" in reply["text"]
    assert "10000" in reply["text"]
    assert "转人工" in reply["text"]
    assert "推断" in reply["citations"][0]["source"]
    assert await customer.ticket() is None
    assert not await waiting(customer, admin)


@pytest.mark.parametrize("text", ["乱扣我漫游费", "收了我八百块怎么算的", "流量费太贵了"])
async def test_a_complaint_about_money_is_taken_down_still(customer, bot, text):
    bot.learn(text, "ask_billing")
    await customer.says(text)
    assert (await customer.ticket())["category"] == "billing"


# ---- anger, and whose phone it is ------------------------------------------------------------


@pytest.mark.parametrize("intent", ["chitchat", "nlu_fallback", "complain_service"])
async def test_anger_at_the_bot_is_heard_and_the_question_stays(in_taiwan, bot, admin, intent):
    texts = []
    for text in ("你这个机器人真没用", "傻子", "你是不是听不懂人话"):
        bot.learn(text, intent)
        said, question = await in_taiwan.says(text)
        assert "转人工" in said["text"]
        assert question["asks"] == "card_type"
        texts.append(said["text"])
    assert len(set(texts)) == 3
    assert not await waiting(in_taiwan, admin)


@pytest.mark.parametrize("intent", ["unsure", "deny", "nlu_fallback"])
async def test_who_asks_for_a_relative_is_welcome_and_answers_nothing_by_it(
    in_taiwan, bot, admin, intent
):
    await in_taiwan.chooses("card_type", "ctoc")
    bot.learn("他不方便，我替他问的", intent)
    (reply,) = await in_taiwan.says("他不方便，我替他问的")
    assert reply["text"].startswith(FOR_ANOTHER)
    assert reply["asks"] == "works_at_home"
    assert "works_at_home" not in (await case_of(in_taiwan, admin))["facts"]
    (again,) = await in_taiwan.says("他不方便，我替他问的")
    assert FOR_ANOTHER not in again["text"]
    assert not await waiting(in_taiwan, admin)


async def test_an_answer_beside_care_is_taken(in_taiwan, bot, admin):
    bot.learn("急死了，不清楚", "unsure")
    replies = await in_taiwan.says("急死了，不清楚")
    assert WORRY in replies[0]["text"]
    assert (await case_of(in_taiwan, admin))["facts"]["card_type"]["value"] == "unsure"


# ---- after a person was called ---------------------------------------------------------------


async def test_after_a_person_was_called_no_line_comes_twice_in_a_row(in_taiwan, admin):
    texts = [(await in_taiwan.says(f"呜啦{'啦' * n}"))[-1] for n in range(8)]
    assert texts[-1]["asks"] == "card_type"
    assert texts[-1]["choices"]
    said = [reply["text"] for reply in texts]
    assert all(one != two for one, two in itertools.pairwise(said))
    assert all(len(text) < 30 for text in said[2:])
    assert sum("转人工" in text for text in said) == 1


# ---- a threat --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("我能告你们吗", "ask_progress"),
        ("我能告你们吗", "nlu_fallback"),
        ("我要去工信部投诉", "complain_service"),
        ("不退我就去工信部告", "ask_billing"),
    ],
)
async def test_a_threat_is_a_complaint_and_the_right_is_named(customer, bot, admin, text, intent):
    bot.learn(text, intent)
    (reply,) = await customer.says(text)
    assert complaints.RIGHT in reply["text"]
    assert [cite["id"] for cite in reply["citations"]] == ["public.miit-35"]
    ticket = await case_of(customer, admin)
    assert ticket["number"] in reply["text"]
    assert ticket["events"][-1]["note"] == text
    assert await waiting(customer, admin)
    assert complaints.RIGHT not in (await customer.says(text))[0]["text"]


# ---- giving up, and coming back --------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "intent"), [("算了不弄了", "deny"), ("不用了", "deny"), ("算了", "goodbye")]
)
async def test_who_gives_up_is_not_asked_any_more(in_taiwan, bot, admin, text, intent):
    await in_taiwan.chooses("card_type", "ctoc")
    bot.learn(text, intent)
    (reply,) = await in_taiwan.says(text)
    assert reply["text"].startswith(wording.STOPPED)
    assert reply["asks"] is None
    ticket = await case_of(in_taiwan, admin)
    assert ticket["number"] in reply["text"]
    assert "works_at_home" not in ticket["facts"]
    bot.learn("好的", "affirm")
    (quiet,) = await in_taiwan.says("好的")
    assert quiet["asks"] is None
    assert "没有听懂" not in quiet["text"]
    assert (await in_taiwan.says("继续"))[-1]["asks"] == "works_at_home"


async def test_who_gives_up_before_anything_was_told_gets_no_ticket(customer):
    (reply,) = await customer.says("算了")
    assert reply["text"] == wording.STOPPED_EARLY
    assert await customer.ticket() is None


# ---- after the end ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("又断了", "report_no_signal"),
        ("又断了", "nlu_fallback"),
        ("还是不行", "deny"),
        ("又不行了", "chitchat"),
    ],
)
async def test_what_breaks_again_after_the_end_goes_to_a_person(
    at_the_end, bot, admin, text, intent
):
    number = (await at_the_end.ticket())["number"]
    for status in ("answered", "resolved"):
        moved = await admin.post(f"/v1/tickets/{number}/transitions", json={"to": status})
        assert moved.status_code == 200, moved.text
    bot.learn(text, intent)
    (reply,) = await at_the_end.says(text)
    assert "转给人工" in reply["text"]
    assert await waiting(at_the_end, admin)
    assert (await at_the_end.ticket())["status"] == "investigating"
    (again,) = await at_the_end.says(text)
    assert again["text"] != reply["text"]


async def test_what_breaks_again_after_it_was_solved_goes_to_a_person(in_taiwan, bot, admin):
    bot.learn("现在好了", "affirm")
    bot.learn("又断了", "report_no_signal")
    await in_taiwan.says("现在好了")
    told, question = await in_taiwan.says("又断了")
    assert told["text"].startswith(wording.AGAIN_BROKEN)
    assert question["asks"] == "card_type"
    kinds = [event["kind"] for event in (await case_of(in_taiwan, admin))["events"]]
    assert kinds.index("customer_says_solved") < kinds.index("advice_did_not_help")


async def test_still_broken_while_being_asked_is_no_miss(in_taiwan, bot, admin):
    bot.learn("还是不行", "deny")
    for _ in range(3):
        (reply,) = await in_taiwan.says("还是不行")
    assert reply["text"].startswith(wording.NOT_YET)
    assert reply["asks"] == "card_type"
    assert not await waiting(in_taiwan, admin)


# ---- only a complaint ------------------------------------------------------------------------


async def test_who_only_complains_is_not_asked_about_roaming(customer, bot, admin):
    bot.learn("我在日本", "inform", location="JP")
    assert (await customer.says("我在日本"))[-1]["asks"] == "service"
    bot.learn("乱扣我漫游费", "ask_billing")
    bot.learn("是在泰国扣的", "inform", location="TH")
    bot.learn("你好", "greet")
    bot.learn("你们态度太差", "complain_service")
    for text in ("乱扣我漫游费", "是在泰国扣的", "你好", "你们态度太差"):
        assert [reply["asks"] for reply in await customer.says(text)] == [None], text
    bot.learn("还打不了电话", "report_call_failure")
    assert (await customer.says("还打不了电话"))[-1]["asks"] == "card_type"


# ---- knowledge -------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["怎么开通漫游", "国际漫游怎么开通", "漫游在哪里开通"])
async def test_how_to_open_roaming_is_answered_with_its_source(customer, bot, text):
    bot.learn(text, "ask_knowledge")
    (reply,) = await customer.says(text)
    assert "营业厅" in reply["text"]
    assert "推断" in reply["citations"][0]["source"]
