"""Every place of the data is found wherever it stands in a sentence."""

import pytest

from bot.understanding import lexicon
from bot.understanding.reader import Reader

CARRIERS = ("{}", "我在{}打不了电话", "人在{}，手机没信号", "刚到{}上不了网", "到了{}以后用不了")


@pytest.fixture(scope="module")
def places() -> dict[str, str]:
    names = lexicon.names(lexicon.documents())
    return {name.text: name.value for name in names if name.fact == "location"}


def test_there_are_all_countries_and_many_cities(places: dict[str, str]) -> None:
    assert len(set(places.values())) >= 240
    assert len(places) >= 900


@pytest.mark.parametrize("carrier", CARRIERS)
def test_every_place_is_found(reader: Reader, places: dict[str, str], carrier: str) -> None:
    missed = {
        place: value
        for place, value in places.items()
        if reader.facts(carrier.format(place)).get("location") != value
    }
    assert not missed


def test_china_is_never_abroad(reader: Reader, places: dict[str, str]) -> None:
    assert "CN" not in places.values()
    for text in ("中国电信", "国内", "中国", "大陆的号码", "国内的朋友打不通我"):
        assert "location" not in reader.facts(text)


def test_display_names_are_understood(reader: Reader) -> None:
    display = lexicon.documents()["places.yml"]["display"]
    assert display == {"TW": "中国台湾", "HK": "中国香港", "MO": "中国澳门"}
    for code, name in display.items():
        assert reader.facts(name) == {"location": code}
