"""Personal data in texts: what is masked, what is left alone, and that no text breaks it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.cn import ric

from api import privacy
from api.privacy import mask

ID_CARD = "11010519491231002X"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("我的号码18911112222", "我的号码189****2222"),
        ("189 1111 2222", "189****2222"),
        ("189-1111-2222", "189****2222"),
        ("1 8 9 1 1 1 1 2 2 2 2", "189****2222"),
        ("+86 189 1111 2222", "+86 189****2222"),
        ("+8618911112222", "+86 189****2222"),
        ("0086-18911112222", "0086-189****2222"),
        ("８６１８９１１１１２２２２", "86 189****2222"),
        ("幺八九一一一一二二二二", "189****2222"),
        ("**189 1111 2222**", "**189****2222**"),
        ("\u202d189\u00a01111 2222\u202c", "\u202d189****2222\u202c"),
        ("tel18911112222", "tel189****2222"),
        ("18911112222 18933334444", "189****2222 189****4444"),
        ("010-62345678", "010****5678"),
        ("+852 6666 7777", "+852****7777"),
        ("+1 (415) 555-0100", "+141****0100"),
        (f"身份证{ID_CARD}。", "身份证110***********002X。"),
        ("110105 19491231 002x", "110***********002X"),
        ("卡号 8986 0326 9001 0000 0016", "卡号 898*************0016"),
        ("460 03 0912345678", "460********5678"),
        ("20404 0912345678", "204********5678"),
        ("35-209900-176148-1", "352********1481"),
        ("4111 1111 1111 1111", "411*********1111"),
        ("a.b@163.com，18911112222@189.cn", "a***@163.com，1***@189.cn"),
    ],
)
def test_numbers_and_addresses_are_masked(text, shown):
    assert mask(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("我叫王小明，在法国", "我叫王*，在法国"),
        ("我叫王明在法国", "我叫王*在法国"),
        ("我的名字是李想", "我的名字是李*"),
        ("我是张小明先生", "我是张*先生"),
        ("姓名：欧阳小红 电话", "姓名：欧阳* 电话"),
        ("本人李四，投诉", "本人李*，投诉"),
        ("机主是王五。户主 赵六六", "机主是王*。户主 赵*"),
        ("我姓张，叫小明。", "我姓张，叫*。"),
        ("我姓陈小红", "我姓陈*"),
        ("我叫阿不都·热依木", "我叫阿*"),
        ("我叫Tom Smith，在法国", "我叫T*，在法国"),
    ],
)
def test_names_are_masked_behind_their_surname(text, shown):
    assert mask(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "PRL 版本 10000，要 30000",
        "工单号 RD20261122-0031 现在是“处理中”",
        "2026-11-22 10:30 到 2026-11-25 18:00",
        "2026年11月22日 20261122103000",
        "花了 1500.00 元，2000 3000 4001 5000",
        "拨的号码有 16 位，IMSI 以 20404 开头",
        "请拨 10000",
        "我叫不到车，帮我叫人工",
        "我是张先生，我姓张",
        "本人没有收到短信，本人于昨天到的，本人曾经投诉过",
        "姓名和号码都给过了，户主是我爸",
        "联系人不方便接电话",
        "",
    ],
)
def test_other_words_and_numbers_stay(text):
    assert mask(text) == text


BETWEEN = st.sampled_from(["", " ", "-", "\u00a0", "  "])
WORDS = st.text(alphabet="在法国用不了电话请，。 \n", max_size=20)


@st.composite
def numbers(draw):
    def digits(count):
        return draw(st.text("0123456789", min_size=count, max_size=count))

    kind = draw(st.sampled_from(["mobile", "iccid", "imsi", "g_imsi", "bank", "id"]))
    if kind == "mobile":
        return "1" + draw(st.sampled_from("3456789")) + digits(9)
    if kind == "iccid":
        return "898603" + digits(14)
    if kind == "imsi":
        return "46003" + digits(10)
    if kind == "g_imsi":
        return "20404" + digits(10)
    if kind == "bank":
        body = "62" + digits(17)
        return body[:18] + luhn.calc_check_digit(body[:18])
    day = draw(st.dates()).strftime("%m%d")
    body = f"110105{draw(st.integers(1940, 2020))}{day}{digits(3)}"
    return body + ric.calc_check_digit(body + "0")


@given(WORDS, numbers(), BETWEEN, WORDS)
def test_a_number_is_never_readable_whatever_stands_between_its_groups(before, number, gap, after):
    groups = [number[:3], *re.findall("....|.+", number[3:])]
    if gap:
        groups = re.findall(".{1,4}", number) if len(number) > 11 else groups
    shown = mask(before + gap.join(groups) + after)
    assert len(re.findall(r"\d", shown)) <= 7


@given(st.text(alphabet="0123456789 -+()X*@.a王我叫本人是李四,RD", max_size=60))
def test_masking_twice_changes_nothing_more(text):
    once = mask(text)
    assert mask(once) == once


@given(st.text(max_size=200))
def test_text_without_digits_addresses_or_names_is_left_alone(text):
    plain = re.sub(r"[\d@零〇○一二三四五六七八九幺名叫人主姓是]|(?i:name)", "", text)
    assert mask(plain) == plain


@given(st.text())
def test_any_text_has_an_answer(text):
    assert isinstance(mask(text), str)


@pytest.mark.parametrize(
    ("fact", "value", "shown"),
    [
        ("msisdn", "18911112222", "189****2222"),
        ("msisdn", "12345", "***45"),
        ("iccid", "89860326900100000016", "898*************0016"),
        ("imsi", "204040912345678", "204********5678"),
        ("msisdn", "unsure", "unsure"),
        ("location", "FR", "FR"),
        ("prl_version", "10000", "10000"),
        ("operator", "18911112222", "189****2222"),
    ],
)
def test_a_fact_is_masked_when_it_is_personal(fact, value, shown):
    assert privacy.mask_number(fact, value) == shown
