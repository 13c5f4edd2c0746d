"""What a short message means as an answer: to its own question, and to no other."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.interview import wording
from api.interview.understanding import Intent, Mention, Report, meaning
from tests.api.fakes import normalised
from tests.decision_tree.conftest import LIBRARY

ASKED = [fact.id for fact in LIBRARY.facts.values() if fact.asks_customer and fact.of_case]
YES_NO = [fact for fact in ASKED if LIBRARY.facts[fact].kind == "yes_no"]
KNOWN = {"location": "US"}


def read(asks, text, intent="nlu_fallback", ordinal=None, known=KNOWN, facts=(), confidence=0.99):
    report = Report(
        conversation_id="c",
        text=text,
        normalised=normalised(text),
        intent=Intent(name=intent, confidence=confidence),
        numbers=re.findall(r"\d+", text),
        ordinal=ordinal,
        facts=[Mention(fact=fact, value=value) for fact, value in facts],
    )
    fact = LIBRARY.facts.get(asks or "")
    shown = wording.choices(fact, LIBRARY, known) if fact else None
    return meaning(report, LIBRARY, asks, known, shown)


def value(asks, *args, **more):
    return read(asks, *args, **more).facts.get(asks)


ANSWERS = {
    "service": {
        "voice": ["电话", "打电话", "就是电话不行", "有信号，就是电话不行"],
        "sms": ["短信", "收验证码"],
        "data": ["网", "上网", "流量不行"],
        "signal": ["都不行", "电话和短信都不行", "全部", "信号"],
    },
    "card_type": {
        "ctog": ["印着呢", "有个 V", "有新字", "看到 V 了"],
        "ctoc": ["啥也没印", "空白的", "没印着", "没看到有字", "好像没印", "上面啥都没有"],
        "unsure": ["拿不出来", "是 eSIM", "没有卡针"],
    },
    "network": {
        "c": ["C", "应该是电信", "不是G"],
        "g": ["G", "不是C是G", "移动的", "WCDMA"],
        "unsure": ["4G"],
    },
    "card_slot": {
        "c": ["上面那个", "第一个", "主的", "卡1"],
        "g": ["下面那个", "第二个卡槽", "副卡槽", "卡2"],
        "unsure": ["只有一个"],
    },
    "works_at_home": {
        "yes": ["好好的", "没问题", "没啥问题", "没有任何问题", "一直都好", "能打"],
        "no": ["不行", "不正常", "也不能打", "不太好使", "有问题", "用不了"],
        "unsure": ["没用过", "刚办的"],
    },
    "prl_version": {"unsure": ["没有这一行", "找不到"], "30012": ["30012", "好像是30012"]},
    "prl_updated": {
        "yes": ["更新过", "办过", "最新的"],
        "no": ["没更新", "没有更新过", "没更新了", "没弄", "从来没有"],
        "unsure": ["没听说过"],
    },
    "operator": {"unsure": ["没显示", "啥也没有"], "other": ["其他", "其他运营商"]},
    "selected_by_hand": {
        "yes": ["选过", "手动的", "不是自动", "关了自动", "自己选的"],
        "no": ["自动的", "没弄过", "没手动选过", "不会选", "默认的"],
    },
    "sms_centre_ok": {
        "yes": ["对的", "没错", "按要求设的"],
        "no": ["不对的", "空的", "改过", "没设过", "没按要求", "不是对的"],
        "unsure": ["没改过", "默认的"],
    },
    "back_in_china": {
        "yes": ["回来了", "到家了", "在国内"],
        "no": ["还没", "没回来", "还在外面", "不在国内", "下周回", "我要回国的时候"],
    },
    "card_reissued_after_korea": {
        "yes": ["换过", "丢过补的", "新卡"],
        "no": ["没补过卡", "第一次来", "还是原来那张", "不是新卡"],
    },
    "dialled_digits": {"unsure": ["没数"], "17": ["17"], "18": ["001189012345678901"]},
    "data_roaming_on": {
        "yes": ["开了", "打开了", "一直开着", "应该开了吧", "没关", "关了又开了"],
        "no": ["没开", "关着", "忘了开", "没打开", "没有打开过", "打不开", "没开着", "开了又关了"],
        "unsure": ["不知道开没开"],
    },
    "msisdn": {"unsure": ["不方便", "不想说"]},
    "iccid": {"unsure": ["磨掉了"]},
    "imsi": {"unsure": ["没有这一行"]},
    "location": {"unsure": ["不方便说"]},
}


@pytest.mark.parametrize(
    ("asks", "means", "text"),
    [
        (asks, means, text)
        for asks, said in ANSWERS.items()
        for means, texts in said.items()
        for text in texts
    ],
)
def test_an_answer_in_other_words(asks, means, text):
    assert value(asks, text) == means


def test_every_question_has_answers_that_are_tried_here():
    assert set(ANSWERS) == set(ASKED)


@pytest.mark.parametrize("asks", ASKED)
def test_yes_no_and_dont_know_mean_something_or_the_question_is_asked_again(asks):
    fact = LIBRARY.facts[asks]
    for text in ("是的", "好像是", "对的呀"):
        assert value(asks, text, "affirm") == fact.affirm
    for text in ("没有", "好像没有"):
        assert value(asks, text, "deny") == fact.deny
    for text in ("不清楚", "说不好"):
        assert value(asks, text, "unsure") == "unsure"


@pytest.mark.parametrize("asks", YES_NO)
def test_a_guess_is_an_answer(asks):
    assert value(asks, "应该开了吧", "affirm") == "yes"


@pytest.mark.parametrize(
    ("asks", "second"),
    [("service", "sms"), ("card_type", "ctoc"), ("card_slot", "g"), ("operator", "verizon")]
    + [("msisdn", None), ("location", None), ("prl_version", None)]
    + [(fact, "no") for fact in YES_NO],
)
def test_the_second_is_the_second_button_shown(asks, second):
    assert value(asks, "第二个", "inform", ordinal=2) == second


@pytest.mark.parametrize(
    ("asks", "text", "intent"),
    [
        ("data_roaming_on", "你们客服态度太差了，我手机一直开着", "complain_service"),
        ("data_roaming_on", "怎么打开数据漫游", "ask_knowledge"),
        ("data_roaming_on", "怎么打开", "nlu_fallback"),
        ("data_roaming_on", "要打开吗", "nlu_fallback"),
        ("prl_version", "乱扣我30块", "ask_billing"),
        ("dialled_digits", "帮我订3张机票", "out_of_scope"),
        ("works_at_home", "打不通", "report_call_failure"),
        ("works_at_home", "没信号", "report_no_signal"),
        ("works_at_home", "可以了谢谢", "thank"),
        ("card_type", "叫个有本事的人来", "request_human"),
    ],
)
def test_what_wants_something_else_is_no_answer(asks, text, intent):
    meant = read(asks, text, intent)
    assert asks not in meant.facts
    assert meant.intent == intent


@pytest.mark.parametrize(
    ("asks", "text", "intent", "means"),
    [
        ("data_roaming_on", "没开，叫人来", "request_human", "no"),
        ("data_roaming_on", "没开 叫人来", "request_human", "no"),
        ("data_roaming_on", "已经打开了还是上不了网", "report_data_failure", "yes"),
        ("data_roaming_on", "忘了开", "unsure", "no"),
        ("works_at_home", "好好的，谢谢", "thank", "yes"),
        ("card_type", "啥也没印", "complain_service", "ctoc"),
    ],
)
def test_an_answer_that_stands_alone_or_first_is_taken_whatever_follows(asks, text, intent, means):
    assert value(asks, text, intent) == means


def test_a_long_story_is_not_searched_for_an_answer():
    story = "我昨天晚上到的酒店" + "，然后试了很多办法" * 5 + "，开了又关了"
    assert value("data_roaming_on", story) is None


PATTERNED = [
    text for said in ANSWERS.values() for texts in said.values() for text in texts if len(text) < 20
]


@given(st.sampled_from([None, *ASKED, "wish"]), st.sampled_from(PATTERNED))
def test_answers_are_never_applied_to_a_fact_that_is_not_asked(asks, text):
    # 您是想……？ is answered by a trouble, which tells the service.
    assert set(read(asks, text).facts) <= {"service" if asks == "wish" else asks}


@given(st.sampled_from([None, *ASKED, "wish"]), st.text(max_size=60))
def test_any_text_is_read_without_a_fault_and_gives_only_what_was_asked(asks, text):
    facts = read(asks, text, known={}).facts
    assert set(facts) <= {"service" if asks == "wish" else asks}
    assert all(LIBRARY.accepts(fact, found) for fact, found in facts.items())


# ---- the operator tells the network ---------------------------------------------------------


def test_an_operator_answers_the_question_for_the_network():
    meant = read("network", "Vodafone", "inform", facts=[("operator", "vodafone")])
    assert meant.implied == {"network": "g"}
    assert meant.answers_question


@pytest.mark.parametrize(
    ("known", "operator", "network"),
    [
        ({}, "vodafone", "g"),
        ({}, "verizon", "c"),
        ({}, "other", None),
        ({"network": "c"}, "vodafone", None),  # the customer said so
        ({"network": "unsure"}, "vodafone", "g"),
        ({"operator": "sprint", "network": "c"}, "tmobile_us", "g"),  # followed from the operator
    ],
)
def test_the_network_follows_from_the_operator_unless_it_was_told(known, operator, network):
    meant = read(None, "x", "inform", known=known, facts=[("operator", operator)])
    assert meant.implied.get("network") == network


def test_what_is_said_of_both_wins_over_the_table():
    facts = [("operator", "vodafone"), ("network", "c")]
    meant = read(None, "x", "inform", facts=facts)
    assert meant.facts["network"] == "c"
    assert meant.implied == {}


@pytest.mark.parametrize("words", ["还是不行", "现在好了", "重启过了", "昨天还好好的", "又断了"])
@pytest.mark.parametrize("asks", ["card_type", *YES_NO])
def test_what_is_told_of_the_trouble_answers_no_other_question(asks, words):
    assert value(asks, words, "deny") is None or asks == "works_at_home"
    assert value(asks, words, "affirm") is None or asks == "works_at_home"


@pytest.mark.parametrize("words", ["开了", "开通了", "没重启过"])
def test_only_a_bare_yes_or_no_tells_the_card(words):
    intent = "affirm" if words.startswith("开") else "deny"
    assert value("card_type", words, intent) is None


def test_picking_the_network_by_hand_changes_no_sms_centre():
    assert value("sms_centre_ok", "手动了") is None
    assert value("sms_centre_ok", "改过") == "no"


def test_the_number_in_a_district_picks_no_button():
    assert value("service", "我在越南胡志明市第一郡", "inform", ordinal=1) is None
    assert value("service", "我选第一", "inform", ordinal=1) is not None
