"""Intents: the words that decide a conversation, and how sure the classifier is of them."""

from pathlib import Path

import pytest

from bot.understanding.intents import TextClassifier
from bot.understanding.reader import Reader
from bot.understanding.sentences import encode

SURE = 0.85
SHORT = {
    "affirm": ["是的", "是", "对", "嗯", "有", "可以", "没错", "正常", "好的", "能用"],
    "deny": ["没有", "不是", "没", "不", "不行", "没有的", "从来没有", "不正常"],
    "unsure": ["不知道", "不清楚", "不确定", "不太清楚", "不懂", "忘了"],
}
PERSON = [
    "转人工",
    "轉人工",
    "人工",
    "人工客服",
    "我要人工",
    "给我转人工！！！",
    "人工人工人工人工人工",
    "转人工转人工转人工",
    "垃圾机器人，转人工",
    "你他妈给我转人工",
    "别废话了赶紧给我找个真人",
    "有没有活人啊",
    "我不要跟机器说话，叫客服来",
    "让你们经理接电话",
    "能帮我接一下人工客服吗，谢谢",
    "转  人 工",
    "zhuan人工",
    "麻烦转接人工坐席",
    "我在日本，没信号，给我转人工",
]


def first(classifier: TextClassifier, reader: Reader, text: str) -> tuple[str, float]:
    return classifier.ranking(reader.features(text), encode([reader.plain(text)])[0])[0]


@pytest.mark.parametrize(("intent", "texts"), SHORT.items())
def test_short_answers_are_sure(
    classifier: TextClassifier, reader: Reader, intent: str, texts: list[str]
) -> None:
    for text in texts:
        name, confidence = first(classifier, reader, text)
        assert (name, confidence >= SURE) == (intent, True), (text, name, confidence)


@pytest.mark.parametrize("text", PERSON)
def test_a_person_is_asked_for_in_any_wording(
    classifier: TextClassifier, reader: Reader, text: str
) -> None:
    name, confidence = first(classifier, reader, text)
    assert (name, confidence >= 0.5) == ("request_human", True), (name, confidence)


@pytest.mark.parametrize(
    "text", ["日本", "双模的", "30012", "沃达丰", "在泰国", "G网", "卡二", "第二个", "手动选的"]
)
def test_bare_values_inform(classifier: TextClassifier, reader: Reader, text: str) -> None:
    name, confidence = first(classifier, reader, text)
    assert (name, confidence >= 0.5) == ("inform", True), (name, confidence)


def test_a_saved_model_answers_the_same(
    classifier: TextClassifier, reader: Reader, tmp_path: Path
) -> None:
    classifier.save(tmp_path, "intents")
    loaded = TextClassifier.load(tmp_path, "intents")
    for text in ("我在台湾打不了电话", "没有", "", "?????", "x" * 3000):
        seen = reader.features(text), encode([reader.plain(text)])[0]
        assert loaded.ranking(*seen) == classifier.ranking(*seen)
