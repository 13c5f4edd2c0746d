"""Clauses: where they are cut, which topic they have, and what is learned of them."""

import numpy as np

from bot.understanding import learned, lexicon
from bot.understanding.intents import TextClassifier
from bot.understanding.mentions import Mention

TOPICS = learned.compiled_topics(lexicon.topics(lexicon.documents()))
CUES = learned.compiled_topics(lexicon.cues(lexicon.documents()))


def _parts(text: str) -> list[str]:
    return [text[start:end] for start, end in learned.clauses(text)]


def test_clauses_end_at_marks_and_at_spaces_between_long_parts() -> None:
    assert _parts("在曼谷,漫游开关灰的。急") == ["在曼谷", "漫游开关灰的", "急"]
    assert _parts("数据漫游 没开") == ["数据漫游 没开"]
    assert _parts("数据漫游开着呢 手动选过网") == ["数据漫游开着呢", "手动选过网"]
    assert _parts("") == []
    assert _parts("。。。") == []


def test_a_short_clause_may_finish_what_the_one_before_it_began() -> None:
    found = learned.candidates("数据漫游开关,没开", TOPICS)
    assert [("数据漫游开关,没开"[c.start : c.end]) for c in found] == [
        "数据漫游开关",
        "数据漫游开关,没开",
    ]


def test_a_clause_is_seen_with_what_turns_it_one_way_or_the_other() -> None:
    def cues(text: str) -> set[str]:
        clause = learned.candidates(text, TOPICS)[0]
        seen = learned.clause_features(text, [], clause, CUES)
        return {feature for feature in seen if feature.startswith("q:sms_centre_ok ")}

    assert "q:sms_centre_ok fits" in cues("短信中心号一位不差")
    assert "q:sms_centre_ok misfits" in cues("短信中心那格空着")
    assert cues("短信中心") == {"q:sms_centre_ok of_text"}


def test_who_asks_or_complains_tells_little_of_the_case() -> None:
    assert learned.told_of_the_case("report_no_signal", 0.9) == learned.FACTS
    assert learned.told_of_the_case("ask_billing", 0.9) == {"back_in_china"}
    assert learned.told_of_the_case("ask_billing", 0.3) == learned.FACTS
    assert learned.told_of_the_case("out_of_scope", 0.9) == frozenset()


def test_a_clause_without_a_topic_is_not_read() -> None:
    assert learned.candidates("今天天气不错", TOPICS) == []


def test_a_marked_clause_is_labelled_by_what_it_states() -> None:
    text = "国内正常,漫游开关灰的"
    marked = [Mention(0, 4, "works_at_home", "yes"), Mention(5, 11, "data_roaming_on", "no")]
    labels = [learned.labels(clause, marked) for clause in learned.candidates(text, TOPICS)]
    assert ["works_at_home=yes"] in labels
    assert ["data_roaming_on=no"] in labels
    assert learned.labels(learned.candidates("数据漫游的开关在哪", TOPICS)[0], []) == [learned.NONE]


class _SureOfRoaming(TextClassifier):
    """Finds the same in every clause: at the seam, so that only `read` is tested."""

    def __init__(self) -> None:
        pass

    def ranking(self, features: object, vector: object) -> list[tuple[str, float]]:
        return [("data_roaming_on=yes", 0.99)]


def test_what_the_rules_refused_in_a_clause_is_not_learned_of_it_again() -> None:
    text = "同学数据漫游是开的"
    found = learned.candidates(text, TOPICS)
    refused = [Mention(2, 8, "data_roaming_on", "yes")]

    def said(text: str, refused: list[Mention]) -> set[str]:
        found = learned.candidates(text, TOPICS)
        vectors = np.zeros((len(found), 1))
        read = learned.read(text, [], found, vectors, _SureOfRoaming(), CUES, refused=refused)
        return {mention.fact for mention in read}

    assert found
    assert said(text, []) == {"data_roaming_on"}
    assert said(text, refused) == set()
    assert said(text + ",数据漫游我也开了", refused) == {"data_roaming_on"}
    assert said(text, [Mention(2, 8, "prl_updated", "yes")]) == {"data_roaming_on"}
