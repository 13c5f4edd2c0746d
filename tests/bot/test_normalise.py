"""One spelling for many, and the way back to the customer's own text."""

import pytest

from bot.understanding.normalise import normalise


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我在臺灣打不了電話", "我在台湾打不了电话"),
        ("ＰＲＬ是３００１２", "prl是30012"),
        ("没信号！！！！！！！！", "没信号!!!"),
        ("急急急急急急急", "急急急"),
        ("没信号😭😭😭 怎么办🙏", "没信号 怎么办"),
        ("  在 \t\n 日本  ", "在 日本"),
        ("10000000号", "10000000号"),
        ("三零零零零一", "三零零零零一"),
        ("\x00\x1b[31m你好", "[31m你好"),
        ("😀😀", ""),
        ("👌", "好的"),
        ("😭❌", "不是"),
        ("没信号👌", "没信号"),
        ("", ""),
    ],
)
def test_spellings(text: str, expected: str) -> None:
    assert normalise(text).text == expected


def test_every_character_remembers_its_place() -> None:
    text = "😭😭我在臺灣！！！！ＰＲＬ"
    found = normalise(text)
    start = found.text.index("台湾")
    assert text[slice(*found.original_span(start, start + 2))] == "臺灣"
    start = found.text.index("prl")
    assert text[slice(*found.original_span(start, start + 3))] == "ＰＲＬ"


def test_offsets_and_text_are_of_one_length() -> None:
    for text in ("㍿ﬁ½", "ａ" * 500, "一" * 3000, "a\u0301e\u0301", "\u200b\ufeff隐形"):
        found = normalise(text)
        assert len(found.text) == len(found.offsets)
        assert all(0 <= offset < len(text) for offset in found.offsets)
