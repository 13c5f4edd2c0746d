"""What counts as better, same and worse: one thing lost is worse, whatever was gained."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.evaluation import examine
from bot.evaluation.examine import Examined
from bot.evaluation.prove import is_right, prove
from bot.evaluation.scores import Prediction
from bot.evaluation.testset import BadTestSet, Case

TALKS = {"a customer leaves with an answer": True, "a place is corrected": False}
CASES = [
    *(
        Case(f"没信号{n}", "report_no_signal", {"location": "JP"}, source=f"a/{n}")
        for n in range(40)
    ),
    *(Case(f"扣费{n}", "ask_billing", source=f"b/{n}") for n in range(40)),
    *(Case(f"天气{n}", "out_of_scope", source=f"c/{n}") for n in range(40)),
]
REPLAY = [Case("变砖了", "report_no_signal", source="m1")]


def examined(model: str, wrong: dict[str, Prediction], talks: dict | None = None, cpu: float = 8.0):
    answers = {
        case.text: Prediction(case.intent, 0.9, dict(case.facts), case.category, 10.0)
        for case in [*CASES, *REPLAY]
    }
    answers.update(wrong)
    times = dict.fromkeys(answers, cpu)
    return Examined(model, answers, dict(TALKS if talks is None else talks), times)


def said(intent: str, **facts: str) -> Prediction:
    return Prediction(intent, 0.8, facts)


MISSED = {f"扣费{n}": said("out_of_scope") for n in range(4)}
BEFORE = examined("old", MISSED)


def test_what_is_equal_is_the_same() -> None:
    proof = prove(BEFORE, examined("new", MISSED), CASES)
    assert (proof["verdict"], proof["lost"], proof["gained"]) == ("same", [], [])
    assert proof["messages"] == {"better": [], "worse": [], "other": 0}


def test_better_is_told_by_score_label_and_message() -> None:
    proof = prove(BEFORE, examined("new", {}), CASES)
    assert proof["verdict"] == "better"
    assert any("意图“问费用”从" in line for line in proof["gained"])
    assert [row["text"] for row in proof["messages"]["better"]] == list(MISSED)
    (row,) = [row for row in proof["labels"]["intents"] if row["name"] == "ask_billing"]
    assert (row["title"], row["count"], row["after"]) == ("问费用", 40, 1.0)
    assert row["before"] == pytest.approx(72 / 76)


def test_one_intent_lost_is_worse_though_more_was_gained_elsewhere() -> None:
    lost = {f"天气{n}": said("ask_billing") for n in range(3)}
    proof = prove(BEFORE, examined("new", lost), CASES)
    assert proof["verdict"] == "worse"
    assert any("范围之外" in line for line in proof["lost"])
    assert proof["gained"]
    assert [row["text"] for row in proof["messages"]["worse"]] == list(lost)


def test_one_message_more_or_less_is_no_loss() -> None:
    many = [Case(f"您好{n}", case.intent, source=f"d/{n}") for n, case in enumerate(CASES * 5)]
    right = {case.text: Prediction(case.intent, 0.9) for case in many}
    wrong = {**right, "您好1": said("ask_billing")}
    proof = prove(examined("old", right), examined("new", wrong), many)
    assert (proof["verdict"], proof["lost"]) == ("same", [])
    assert [row["text"] for row in proof["messages"]["worse"]] == ["您好1"]


def test_a_fact_lost_is_worse() -> None:
    lost = {f"没信号{n}": said("report_no_signal") for n in range(4)}
    proof = prove(BEFORE, examined("new", {**MISSED, **lost}), CASES)
    assert any("地点 F1" in line for line in proof["lost"])
    assert any("事实“location”" in line for line in proof["lost"])


@pytest.mark.parametrize(
    ("talks", "verdict"),
    [
        ({**TALKS, "a place is corrected": True}, "better"),
        ({**TALKS, "a customer leaves with an answer": False}, "worse"),
        ({**TALKS, "new and failing": False}, "worse"),
        ({**TALKS, "new and passing": True}, "same"),
    ],
)
def test_test_conversations_count_one_by_one(talks: dict, verdict: str) -> None:
    assert prove(BEFORE, examined("new", MISSED, talks), CASES)["verdict"] == verdict


def test_a_message_put_right_counts_by_itself() -> None:
    wrong = {**MISSED, "变砖了": said("out_of_scope")}
    gained = prove(examined("old", wrong), examined("new", MISSED), CASES, REPLAY)
    assert (gained["verdict"], gained["replay"]) == (
        "better",
        {"total": 1, "before": 0, "after": 1},
    )
    lost = prove(examined("old", MISSED), examined("new", wrong), CASES, REPLAY)
    assert lost["verdict"] == "worse"
    assert lost["messages"]["worse"][0]["replay"] is True


def test_slower_is_worse_by_the_processors_time() -> None:
    assert prove(BEFORE, examined("new", MISSED, cpu=20.0), CASES)["verdict"] == "worse"
    assert prove(BEFORE, examined("new", MISSED, cpu=10.0), CASES)["verdict"] == "same"


def test_without_a_model_before_it_is_the_first_or_compared_by_the_manifest() -> None:
    assert prove(None, BEFORE, CASES)["verdict"] == "worse"  # a test conversation fails
    passing = examined("new", MISSED, {"a customer leaves with an answer": True})
    assert prove(None, passing, CASES)["verdict"] == "first"
    known = {"intent_macro_f1": 0.999, "place_f1": 1.0}
    assert prove(None, passing, CASES, figures_before=known)["verdict"] == "worse"


def test_a_replayed_message_is_judged_by_what_was_put_right_only() -> None:
    case = Case("我在东京没信号", "report_no_signal", {"location": "JP"})
    more = said("report_no_signal", location="JP", operator="docomo")
    assert not is_right(case, more)
    assert is_right(case, more, is_replay=True)
    assert not is_right(case, said("report_no_signal", location="KR"), is_replay=True)


def test_messages_to_replay_are_read_and_the_later_word_counts(tmp_path: Path) -> None:
    file = tmp_path / "replay.json"
    rows = [
        {"text": "变砖了", "intent": "chitchat", "id": "m1"},
        {"text": "变砖了", "intent": "report_no_signal", "facts": {"location": "MM"}, "id": "m1"},
    ]
    file.write_text(json.dumps(rows), "utf-8")
    (case,) = examine.replayed(file)
    assert (case.intent, case.facts) == ("report_no_signal", {"location": "MM"})
    file.write_text(json.dumps([{"text": "没有意图"}]), "utf-8")
    with pytest.raises(BadTestSet):
        examine.replayed(file)
    assert examine.replayed(None) == []


def test_answers_that_are_known_are_not_asked_again(tmp_path: Path, monkeypatch) -> None:
    """Without an archive: whoever asked a model again would fail."""
    monkeypatch.setattr(examine, "KEPT", tmp_path)
    monkeypatch.setattr(examine.testset, "load", lambda: CASES[:1])
    answer = {
        "intent": "report_no_signal",
        "confidence": 0.9,
        "facts": {"location": "JP"},
        "category": None,
        "milliseconds": 9.0,
        "cpu_ms": 7.0,
    }
    kept = {"answers": {"没信号0": answer}, "conversations": {examine.conversations_hash(): TALKS}}
    (tmp_path / "roamdesk-000000000000.json").write_text(json.dumps(kept), "utf-8")
    found = examine.examine("roamdesk-000000000000")
    assert found.of(["没信号0"])[0].facts == {"location": "JP"}
    assert (found.conversations, found.cpu_ms) == (TALKS, {"没信号0": 7.0})
