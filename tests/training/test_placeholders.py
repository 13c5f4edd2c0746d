"""What is exported names nobody."""

import pytest

from api import privacy
from api.training.placeholders import fill


@pytest.mark.parametrize(
    ("said", "exported"),
    [
        ("我的号码18912345678打不通", "我的号码18900000000打不通"),
        ("189 1234 5678", "18900000000"),
        ("卡号89860312345678901234", "卡号89860300000000000000"),
        ("IMSI 460031234567890", "IMSI 460030000000000"),
        ("身份证11010119900307663X", "身份证10000000000000000X"),
        ("邮箱zhang.wei@qq.com", "邮箱name@example.com"),
        ("我叫张伟，在台湾", "我叫张某，在台湾"),
        ("在台湾打不了电话", "在台湾打不了电话"),
        ("扣了30元，10月9日", "扣了30元，10月9日"),
    ],
)
def test_masked_things_become_placeholders(said, exported):
    assert fill(privacy.mask(said)) == exported
    # A placeholder goes through again as it is: files are read and written many times.
    assert fill(privacy.mask(exported)) == exported
