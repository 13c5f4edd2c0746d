"""Scores by hand: small sets whose figures can be counted on fingers."""

import pytest

from bot.evaluation import scores, testset
from bot.evaluation.scores import Prediction, Score
from bot.evaluation.testset import Case


def _predicted(intent: str, confidence: float = 0.9, **facts: str) -> Prediction:
    return Prediction(intent, confidence, facts)


def test_an_intent_has_precision_and_recall() -> None:
    cases = [Case("a", "x"), Case("b", "x"), Case("c", "y")]
    found = scores.by_intent(cases, [_predicted("x"), _predicted("y"), _predicted("y")])
    assert found == {"x": Score(1, 1, 0), "y": Score(1, 0, 1)}
    assert (found["x"].precision, found["x"].recall) == (1.0, 0.5)
    assert found["y"].f1 == pytest.approx(2 / 3)


def test_a_wrong_value_is_missed_and_wrongly_said() -> None:
    cases = [Case("a", "inform", {"location": "JP"}), Case("b", "inform", {"network": "c"})]
    found = scores.by_fact(cases, [_predicted("inform", location="KR"), _predicted("inform")])
    assert found == {"location": Score(0, 1, 1), "network": Score(0, 1, 0)}


def test_the_service_of_a_report_is_not_scored_twice() -> None:
    case, prediction = Case("a", "report_no_signal"), _predicted("report_no_signal", service="sms")
    assert scores.by_fact([case], [prediction]) == {}
    assert scores.differences(case, prediction) == []


def test_what_is_no_fact_is_no_error() -> None:
    prediction = _predicted("inform", number="3", ordinal="1", ambiguous_place="US,CR")
    assert scores.by_fact([Case("a", "inform")], [prediction]) == {}


def test_calibration_compares_what_is_said_with_what_is_so() -> None:
    cases = [Case(t, "x") for t in "abcd"]
    found = [_predicted("x", 0.9), _predicted("y", 0.9), _predicted("x", 0.5), _predicted("x", 0.5)]
    bins = scores.calibration(cases, found)
    assert bins == [(0.5, 1.0, 2), (0.9, 0.5, 2)]
    assert scores.calibration_error(bins) == pytest.approx(0.45)


def test_a_score_of_what_never_occurs_is_none() -> None:
    figures = scores.summary([Case("a", "x")], [_predicted("x")])
    assert figures["out_of_scope_recall"] is None
    assert figures["place_f1"] is None
    assert figures["intent_macro_f1"] == 1.0


def test_a_message_that_was_trained_on_is_left_out() -> None:
    cases = [Case("是的", "affirm"), Case("在曼谷收不到短信怎么办呢", "report_sms_failure")]
    assert testset.unseen(cases, ["是的！"]) == cases
    assert testset.unseen(cases, ["是的"]) == cases[1:]
    assert testset.unseen(cases, ["在曼谷收不到短信怎么办"]) == cases[:1]


@pytest.mark.parametrize(
    "content", ["- {text: a}", "- {text: a, intent: x}\n- {text: a, intent: y}"]
)
def test_a_bad_test_set_says_where(tmp_path, content: str) -> None:
    (tmp_path / "bad.yml").write_text(content, "utf-8")
    with pytest.raises(testset.BadTestSet, match="bad/"):
        testset.load(tmp_path)
