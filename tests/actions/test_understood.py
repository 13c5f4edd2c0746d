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


def test_a_complaints_category_and_an_ambiguous_place_are_no_facts() -> None:
    body = _turn("在圣何塞被推销", ("ambiguous_place", "US,CR", 1, 4))
    assert body["facts"] == []
    assert body["ambiguous_place"] == {"value": "US,CR", "text": "圣何塞"}
    assert body["category"] is None
    entities = [{"entity": "complaint_category", "value": "marketing"}]
    body = _turn("天天推销", entities=entities)
    assert (body["facts"], body["category"], body["ambiguous_place"]) == ([], "marketing", None)


def test_a_chosen_wish_is_passed_on() -> None:
    body = _turn('/inform{"wish": "ask_billing"}', ("wish", "ask_billing", 7, 30))
    assert [(one["fact"], one["value"]) for one in body["facts"]] == [("wish", "ask_billing")]


@pytest.mark.parametrize(
    ("text", "more", "normalised"),
    [
        ("沒開", {"normalised_text": "没开"}, "没开"),
        ("😭", {"normalised_text": ""}, ""),
        ("没开", {}, "没开"),
        ("没开", {"normalised_text": None}, "没开"),
    ],
)
def test_the_normalised_text_is_passed_on(text: str, more: dict[str, Any], normalised: str) -> None:
    assert _turn(text, **more)["normalised"] == normalised


def test_the_ranking_is_short_and_without_the_fallback() -> None:
    ranking = [{"name": n, "confidence": 0.3} for n in ("nlu_fallback", "a", "b", "c", "d")]
    body = _turn("嗯？", intent_ranking=ranking)
    assert [one["name"] for one in body["ranking"]] == ["a", "b", "c"]


def test_a_message_without_anything_is_still_a_turn() -> None:
    body = turn("c-1", "cmdline", {}, None)
    assert body["text"] == ""
    assert body["intent"] == {"name": None, "confidence": 0.0}
    assert body["message_id"] is None
