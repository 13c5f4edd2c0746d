"""The numbers of a card, part by part, by rules G1.2-G1.5 of the guide."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from stdnum import luhn

from api import cards
from api.interview import places

DATA = Path(__file__).parents[2] / "data"
TABLES = cards.Tables.load(
    YAML(typ="safe").load((DATA / "cards" / "tables.yml").read_text(encoding="utf-8")), places.name
)
ICCID = "8986031281002112345" + luhn.calc_check_digit("8986031281002112345")


def decode(value):
    return cards.decode(value, TABLES)


def values(decoded):
    return {part.name: part.value for part in decoded.parts}


def meaning(decoded, name):
    return next(part for part in decoded.parts if part.name == name)


def test_an_iccid_falls_into_the_guides_parts():
    read = decode(ICCID)
    assert (read.kind, read.valid, read.warnings) == ("iccid", True, ())
    assert list(values(read).values()) == [
        "89", "86", "03", "12", "8", "1", "002", "112345", ICCID[-1],
    ]  # fmt: skip
    assert meaning(read, "网络号").meaning == "中国电信"
    assert meaning(read, "生产年份").meaning == "2012 年"
    assert meaning(read, "号段").meaning == "153 号段"
    assert {part.rule for part in read.parts} == {"G1.3"}


@pytest.mark.parametrize(("padded", "said"), [("010", "010"), ("021", "021"), ("571", "0571")])
def test_the_area_code_is_the_long_distance_code(padded, said):
    assert said in meaning(decode(f"8986031281{padded}1234567"), "地区代码").meaning


@pytest.mark.parametrize("last", [str((int(ICCID[-1]) + 1) % 10), "D"])
def test_a_vendor_code_in_place_of_the_check_digit_is_a_hint(last):
    read = decode(ICCID[:-1] + last)
    assert read.valid
    (hint,) = read.warnings
    assert "厂商代码" in hint
    assert f"是 {ICCID[-1]}，" in hint


def test_nineteen_digits_lack_the_check_digit():
    read = decode(ICCID[:-1])
    assert (read.kind, read.valid) == ("iccid", False)
    assert "19 位" in read.warnings[0]


@pytest.mark.parametrize(("code", "operator"), [("00", "中国移动"), ("01", "中国联通")])
def test_another_operators_card_is_not_read_by_china_telecoms_table(code, operator):
    read = decode(f"8986{code}12345678901234")
    assert operator in read.warnings[0]
    assert "号段" not in values(read)


def test_a_card_from_abroad_is_said_to_be_one():
    assert "不是中国发行" in decode("8944110068123456789").warnings[0]


def test_an_imsi_of_china_telecom():
    read = decode("460030912345678")
    assert (read.kind, read.valid, read.warnings) == ("imsi", True, ())
    assert values(read) == {"MCC": "460", "MNC": "03", "MIN": "0912345678"}
    assert {part.rule for part in read.parts} == {"G1.2"}


def test_an_addition_to_the_guide_is_marked_and_names_its_origin():
    network = meaning(decode("460110912345678"), "MNC")
    assert network.rule == "public"
    assert network.meaning.startswith("中国电信（公开资料，2026-11")
    segment = meaning(decode("19912345678"), "NDC")
    assert segment.rule == "public"


def test_the_g_side_imsi_is_the_dual_mode_cards():
    read = decode("204040912345678")
    assert {part.rule for part in read.parts} == {"G2.2"}
    assert (read.parts[0].meaning, read.valid, read.warnings) == ("荷兰", True, ())


def test_a_foreign_imsi_names_place_and_network():
    read = decode("454001234567890")
    assert read.kind == "imsi"
    assert read.parts[0].meaning.startswith("中国香港（公开资料")
    assert read.warnings


def test_fifteen_digits_of_no_country_are_no_imsi():
    read = decode("861234567890123")
    assert read.kind == "unknown"
    assert "IMEI" in read.warnings[0]


@pytest.mark.parametrize(
    "written",
    [
        "+86 189-1234-5678",
        "8618912345678",
        "0086 189 1234 5678",
        "＋８６ １８９１２３４５６７８",
        "手机号：+86（189）12345678",
    ],
)
def test_a_number_with_its_country_code(written):
    assert values(decode(written)) == {
        "CC": "86", "NDC": "189", "H0H1H2H3": "1234", "ABCD": "5678",
    }  # fmt: skip


def test_a_number_without_country_code_has_eleven_digits():
    read = decode("133 0000 0000")
    assert read.kind == "mdn"
    assert [part.rule for part in read.parts] == ["G1.4"] * 3


def test_a_segment_of_nobody_on_the_list_is_a_warning():
    read = decode("13812345678")
    assert read.valid
    assert "号段不在" in read.warnings[0]


@pytest.mark.parametrize("written", ["80 a1 b2 c3", "80A1B2C3", "0x80a1b2c3", "pUIMID: 80A1B2C3"])
def test_a_uimid_in_any_writing(written):
    read = decode(written)
    assert (read.kind, read.valid) == ("uimid", True)
    assert values(read) == {"前缀": "80", "散列值": "A1B2C3"}
    assert [part.rule for part in read.parts] == ["public", "G1.5"]


def test_eight_decimal_digits_may_be_something_else():
    assert decode("20261122").warnings


@pytest.mark.parametrize(
    "rubbish",
    [
        "",
        " \n",
        "你好",
        "1" * 10_240,
        "8" * 16,
        "<script>",
        "\x00",
        "²³¹⁴",
        "٣" * 15,
        "+85266667777",
    ],
)
def test_rubbish_is_unknown_with_a_warning(rubbish):
    read = decode(rubbish)
    assert (read.kind, read.valid, read.parts) == ("unknown", False, ())
    assert len(read.warnings) == 1


@given(st.text(max_size=80))
def test_any_text_has_an_answer(text):
    read = decode(text)
    assert read.parts or read.warnings


@given(st.from_regex(r"\A(89[0-9]{17,18}|[0-9]{15}|(86)?1[3-9][0-9]{9}|[0-9A-F]{8})\Z"))
def test_the_parts_put_together_are_the_number(number):
    read = decode(number)
    if read.kind != "unknown":
        assert "".join(part.value for part in read.parts) == number
        assert read.digits == number


def test_every_row_of_the_tables_says_where_it_is_from():
    for table in (TABLES.mnc, TABLES.iccid_network, TABLES.iccid_segment, TABLES.ndc):
        for code in table.values():
            assert code.rule == "public" or code.rule.startswith("G1.")
