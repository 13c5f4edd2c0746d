"""Which messages teach, and how much."""

import pytest

from api.training.review.signals import REASONS, Fate, Line, bits, lessons, named


class Talk:
    """A conversation written down line by line."""

    def __init__(self):
        self.lines = []

    def customer(self, text, intent="inform", confidence=0.99, second=0.0, **more):
        ranking = [{"name": intent, "confidence": confidence}]
        ranking.append({"name": "unsure", "confidence": second})
        trace = {"intent": intent, "confidence": confidence, "ranking": ranking}
        trace |= {"taken_as": more.pop("taken_as", intent)}
        given = {"choice": None, "turn": "done", "trace": trace} | more
        return self._add("customer", text, **given)

    def bot(self, text, asks=None):
        return self._add("bot", text, asks=asks)

    def agent(self, text):
        return self._add("agent", text)

    def _add(self, sender, text, asks=None, choice=None, turn=None, trace=None):
        key = f"m{len(self.lines)}"
        self.lines.append(Line(key, sender, text, asks, None, choice, turn, trace or {}))
        return key

    def teach(self, **more):
        return {found.line.id: found for found in lessons(self.lines, **more)}


@pytest.fixture
def talk():
    return Talk()


def test_a_sure_message_teaches_nothing(talk):
    talk.customer("我在台湾打不了电话", "report_call_failure", 0.97)
    talk.bot("您的卡是哪种", asks="card_type")
    assert talk.teach() == {}


@pytest.mark.parametrize(("confidence", "weight"), [(0.89, 0.0067), (0.45, 0.3), (0.1, 0.5333)])
def test_the_less_sure_the_more_it_teaches(talk, confidence, weight):
    said = talk.customer("那个啥", confidence=confidence)
    assert talk.teach()[said].reasons["low_confidence"] == weight


def test_a_near_tie_names_the_other_intent(talk):
    said = talk.customer("上不了", "report_data_failure", 0.48, second=0.43)
    found = talk.teach()[said]
    assert found.runner_up == "unsure"
    assert found.margin == 0.05
    assert found.reasons["near_tie"] == 0.375


def test_what_was_not_understood_is_told_whatever_the_confidence(talk):
    first = talk.customer("呃呃", "nlu_fallback", 0.95)
    talk.bot("您是想问什么")
    second = talk.customer("哼", "affirm", 0.95, taken_as="nlu_fallback")
    found = talk.teach()
    assert "fallback" in found[first].reasons
    assert "fallback" in found[second].reasons


def test_what_the_customer_chose_then_is_the_hint(talk):
    said = talk.customer("电话那个", "nlu_fallback", 0.3)
    talk.bot("您是想……", asks="wish")
    talk.customer("报障：打不了电话", choice={"fact": "wish", "value": "report_call_failure"})
    assert talk.teach()[said].hint == "report_call_failure"


def test_the_message_before_a_takeover_teaches(talk):
    talk.customer("在日本没信号", "report_no_signal")
    last = talk.customer("不是这个", "deny")
    talk.customer("转人工", "request_human")
    talk.agent("您好")
    talk.customer("谢谢", "thank")
    found = talk.teach()
    assert list(found) == [last]
    assert found[last].reasons == {"taken_over": 0.4}


def test_a_conversation_held_by_a_person_counts_as_taken_over(talk):
    said = talk.customer("在日本没信号", "report_no_signal")
    assert talk.teach() == {}
    assert list(talk.teach(taken=True)) == [said]


def test_a_correction_points_at_what_was_wrong(talk):
    wrong = talk.customer("在韩国")
    talk.bot("您在韩国")
    talk.customer("不对，是日本", "correct")
    assert list(talk.teach()) == [wrong]


def test_what_is_said_again_was_not_understood_the_first_time(talk):
    first = talk.customer("我的卡没有信号啊")
    talk.bot("您在哪里", asks="location")
    talk.customer("我的卡没有信号")
    assert list(talk.teach()) == [first]


def test_a_question_asked_again_points_at_the_answer_between(talk):
    talk.bot("您在哪里", asks="location")
    answer = talk.customer("那边")
    talk.bot("您在哪个国家", asks="location")
    talk.customer("日本")
    talk.bot("哪种卡", asks="card_type")
    assert list(talk.teach()) == [answer]


@pytest.mark.parametrize("state", ["edited", "rejected"])
def test_what_an_agent_made_of_the_draft_counts(talk, state):
    said = talk.customer("国内好的")
    assert list(talk.teach(fates=[Fate(said, "bot", state)])) == [said]
    assert talk.teach(fates=[Fate(said, "knowledge", state)]) == {}
    assert talk.teach(fates=[Fate(said, "bot", "sent")]) == {}


def test_a_bad_rating_looks_at_the_least_sure_three(talk):
    keys = [talk.customer(f"第{n}句话", confidence=0.99 - n / 100) for n in range(5)]
    assert talk.teach(score=3) == {}
    assert set(talk.teach(score=2)) == set(keys[2:])


def test_a_failed_turn_and_a_pressed_choice(talk):
    failed = talk._add("customer", "喂", turn="failed", trace={"failed": True})
    talk.customer("双模", choice={"fact": "card_type", "value": "ctog"}, confidence=0.2)
    talk._add("customer", "人工在吗", turn="skipped")
    assert list(talk.teach()) == [failed]


def test_reasons_add_up_and_the_score_stays_below_one(talk):
    said = talk.customer("呃", "nlu_fallback", 0.2, second=0.19)
    talk.customer("不对", "correct")
    found = talk.teach(fates=[Fate(said, "bot", "rejected")])[said]
    assert {"fallback", "low_confidence", "corrected", "rejected"} <= set(found.reasons)
    missed = 1.0
    for weight in found.reasons.values():
        missed *= 1 - weight
    assert found.score == round(1 - missed, 4) < 1


def test_reasons_are_numbered_and_named_again():
    for reason in REASONS:
        assert named(bits([reason])) == [reason]
    assert named(bits(REASONS)) == list(REASONS)
