"""Messages as bubbles: few enough, short enough, in order, nothing lost."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.channels.wechat.wording import MAX_BYTES, bubbles, needs, split

YES_NO = [{"label": "有", "value": "yes"}, {"label": "没有", "value": "no"}]
CARD = {
    "number": "RD20261122-0031",
    "status_title": "已受理",
    "next_clock": {"title": "首次答复", "due_at": "2026-11-25T10:00:00+00:00"},
}


def said(seq, text, choices=(), asks=None, citations=(), ticket=None):
    return SimpleNamespace(
        seq=seq,
        text=text,
        asks=asks,
        choices=list(choices),
        citations=list(citations),
        ticket=ticket,
    )


def texts(made):
    return [b.body["text"]["content"] if "text" in b.body else b.body["msgmenu"] for b in made]


def test_each_message_is_a_bubble_where_there_is_room():
    made = bubbles([said(3, "一。"), said(4, "二。")], 5)
    assert texts(made) == ["一。", "二。"]
    assert [b.seqs for b in made] == [(3,), (4,)]


def test_messages_are_merged_to_fit_and_the_choices_stay_in_the_last_one():
    messages = [said(n, f"第 {n} 句。") for n in range(1, 6)]
    messages.append(said(6, "有吗？", YES_NO, "card_type"))
    (one,) = bubbles(messages, 1)
    assert one.seqs == (1, 2, 3, 4, 5, 6)
    menu = one.body["msgmenu"]
    assert menu["head_content"].startswith("第 1 句。\n\n第 2 句。")
    assert menu["list"] == [{"id": "601", "content": "有"}, {"id": "602", "content": "没有"}]
    assert [len(bubbles(messages, most)) for most in (2, 3, 6, 9)] == [2, 3, 6, 6]


def test_many_or_long_choices_are_numbered_lines():
    many = [{"label": f"运营商 {n}", "value": str(n)} for n in range(1, 8)]
    (text,) = texts(bubbles([said(1, "哪一家？", many, "operator")], 1))
    assert "\n7. 运营商 7\n请回复数字，也可以直接打字。" in text
    long = [{"label": "在境外更换过手机或者卡槽的情况", "value": "a"}, *YES_NO]
    (text,) = texts(bubbles([said(1, "哪一种？", long, "x")], 1))
    assert text.startswith("哪一种？\n1. 在境外")


def test_choices_are_numbered_lines_where_the_customer_shall_write():
    made = bubbles([said(1, "有吗？", YES_NO, "card_type")], 1, menus=False)
    assert texts(made) == ["有吗？\n1. 有\n2. 没有\n请回复数字，也可以直接打字。"]


def test_where_the_answer_is_digits_the_choices_are_words():
    unsure = [{"label": "不知道", "value": "unsure"}, {"label": "看不到", "value": "x"}]
    made = bubbles([said(1, "版本是多少？", unsure, "prl_version")], 1, numbered=lambda _: False)
    assert texts(made) == ["版本是多少？\n也可以回复“不知道”、“看不到”。"]
    assert texts(bubbles([said(1, "哪里？", unsure[:1], "location")], 1)) == [
        "哪里？\n也可以回复“不知道”。"
    ]


def test_only_the_last_question_offers_choices():
    made = bubbles([said(1, "甲？", YES_NO, "a"), said(2, "乙？", YES_NO, "b")], 5)
    assert texts(made)[0] == "甲？"
    assert texts(made)[1]["list"][0]["id"] == "201"


def test_rules_and_the_ticket_become_words_and_the_page_a_link():
    cites = [
        {"id": "G3.1/8", "title": "单模卡判断流程 第 8 步"},
        {"id": "G4.E", "title": "韩国"},
        {"id": "P5", "title": "答复"},
        {"id": "public.gsma", "title": "GSMA 资料（2012 年）"},
    ]
    link = "https://chat.example.com/#join=abc"
    (text,) = texts(bubbles([said(1, "结论。", citations=cites, ticket=CARD)], 1, link))
    assert text.split("\n") == [
        "结论。",
        "（依据：处理指南 G3.1/8、G4.E；投诉处理流程 P5；GSMA 资料（2012 年））",
        "工单 RD20261122-0031：已受理，下一步首次答复，最晚 11月25日 18:00。",
        f"查看完整对话和工单：{link}",
    ]


def test_a_ticket_that_stands_in_the_chat_already_is_not_shown_again():
    line = "工单 RD20261122-0031：已受理，下一步首次答复，最晚 11月25日 18:00。"
    message = said(1, "记下了。", ticket=CARD)
    assert texts(bubbles([message], 1, "https://x", told=lambda one: one == line)) == ["记下了。"]
    assert line in texts(bubbles([message], 1, "https://x", told=lambda one: one != line))[0]


def test_what_does_not_fit_is_left_for_later_a_message_whole_or_not_at_all():
    long = "长" * 600 + "。"
    messages = [said(1, "短。"), said(2, long), said(3, long), said(4, long)]
    made = bubbles(messages, 2)
    assert [b.seqs for b in made] == [(1, 2), (3,)]
    assert bubbles([said(1, long * 2)], 1) == []
    assert needs([said(1, long * 2)]) == 2


@given(st.text(max_size=3000), st.integers(min_value=8, max_value=500))
def test_a_split_loses_nothing_but_line_ends_and_keeps_the_limit(text, limit):
    parts = split(text, limit)
    assert "".join(parts).replace("\n", "") == text.replace("\n", "") or not text.strip("\n")
    assert all(len(part.encode()) <= limit for part in parts) or len(text.encode()) <= limit


@given(
    st.lists(st.text(min_size=1, max_size=900), min_size=1, max_size=8),
    st.integers(min_value=1, max_value=5),
    st.booleans(),
)
def test_bubbles_keep_every_limit_and_the_order(words, most, asks):
    messages = [said(n, text) for n, text in enumerate(words, 1)]
    if asks:
        messages[-1].choices, messages[-1].asks = YES_NO, "card_type"
    made = bubbles(messages, most)
    assert len(made) <= most
    order = [seq for bubble in made for seq in bubble.seqs]
    assert order == sorted(order)
    assert sorted(set(order)) == list(range(1, len(set(order)) + 1))
    for shown in texts(made):
        whole = shown if isinstance(shown, str) else shown["head_content"]
        assert len(whole.encode()) <= MAX_BYTES


@pytest.mark.parametrize("text", ["", "\n\n", "。"])
def test_odd_texts_still_make_one_bubble(text):
    assert len(bubbles([said(1, text)], 1)) == 1
