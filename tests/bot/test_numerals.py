"""Chinese numerals as people type versions and counts."""

import pytest

from bot.understanding.numerals import to_digits


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("30012", "30012"),
        ("三零零一二", "30012"),
        ("三〇〇幺二", "30012"),
        ("三万零一十二", "30012"),
        ("十五", "15"),
        ("二十", "20"),
        ("十", "10"),
        ("一百零五", "105"),
        ("两万", "20000"),
        ("万一", None),
        ("二三十", None),
        ("千万", None),
        ("abc", None),
        ("", None),
    ],
)
def test_values(text: str, digits: str) -> None:
    assert to_digits(text) == digits
