"""The request to the API: facts, numbers, ordinal and correction, told apart."""

from typing import Any

import pytest

from actions.understood import turn


def _turn(text: str, *entities: tuple[str, str, int, int], **more: Any) -> dict[str, Any]:
    message = {
        "text": text,
        "intent": {"name": "inform", "confidence": 0.9},
        "entities": [
            {"entity": entity, "value": value, "start": start, "end": end}
            for entity, value, start, end in entities
        ],
        **more,
    }
    return turn("c-1", "rest", message, "model-1")


def test_facts_keep_the_customers_own_words() -> None:
    body = _turn("我在臺灣", ("location", "TW", 2, 4))
    assert body["facts"] == [
        {"fact": "location", "value": "TW", "text": "臺灣", "start": 2, "end": 4}
    ]
    assert (body["numbers"], body["ordinal"], body["correction"]) == ([], None, False)
    assert body["model"] == "model-1"


def test_numbers_ordinal_and_correction_are_no_facts() -> None:
    body = _turn("不对，第2个，30012", ("correction", "true", 0, 2), ("ordinal", "2", 3, 6),
                 ("number", "30012", 7, 12))  # fmt: skip
    assert body["facts"] == []
    assert (body["numbers"], body["ordinal"], body["correction"]) == (["30012"], 2, True)


@pytest.mark.parametrize(("text", "numbers"), [("2", ["2"]), (" ２ ", ["2"]), ("二", [])])
def test_a_bare_digit_may_be_a_place_or_a_number(text: str, numbers: list[str]) -> None:
    start = len(text) - len(text.lstrip())
    body = _turn(text, ("ordinal", "2", start, start + 1))
    assert (body["ordinal"], body["numbers"]) == (2, numbers)


def test_a_pressed_choice_has_no_place_in_a_text() -> None:
    body = _turn('/inform{"card_type": "ctog"}', ("card_type", "ctog", 7, 28))
    assert body["facts"] == [
        {"fact": "card_type", "value": "ctog", "text": "", "start": None, "end": None}
    ]


def test_the_ranking_is_short_and_without_the_fallback() -> None:
    ranking = [{"name": n, "confidence": 0.3} for n in ("nlu_fallback", "a", "b", "c", "d")]
    body = _turn("嗯？", intent_ranking=ranking)
    assert [one["name"] for one in body["ranking"]] == ["a", "b", "c"]


def test_a_message_without_anything_is_still_a_turn() -> None:
    body = turn("c-1", "cmdline", {}, None)
    assert body["text"] == ""
    assert body["intent"] == {"name": None, "confidence": 0.0}
    assert body["message_id"] is None
