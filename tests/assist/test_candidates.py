"""Which of many candidates are offered, and when two replies say the same."""

import pytest

from api.assist.candidates import MOST, Candidate, choose, of_history
from api.assist.likeness import alike, bare
from api.assist.personal import is_general


def candidate(source, text, score):
    return Candidate(source, text, score, key=text[:8])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("请关机再开机，等几分钟。", "请关机 再开机,等几分钟"),
        (
            "好的，记下了：您在台湾。您的卡芯片上印有“V”或“新”字吗？",
            "您的卡芯片上印有“V”或“新”字吗？",
        ),
        ("请您关机再开机，等几分钟再试一次。", "请您关机再开机，等几分钟再试一下。"),
    ],
)
def test_replies_that_say_the_same_are_alike(one, other):
    assert alike(bare(one), bare(other))
    assert alike(bare(other), bare(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("请打开数据漫游。", "请关机再开机。"),
        ("好的，请稍等。", "好的，请稍等，我先看一下您这边的记录，再告诉您下一步怎么做。"),
    ],
)
def test_replies_that_say_different_things_are_kept_apart(one, other):
    assert not alike(bare(one), bare(other))


def test_the_better_of_two_alike_is_kept_and_what_was_told_is_left_out():
    better = candidate("tree", "您的卡芯片上印有“V”或“新”字吗？", 0.86)
    worse = candidate("history", "您的卡芯片上印有 V 或新字吗", 0.5)
    told = candidate("phrase", "您好，我是人工客服，由我接着为您处理。", 0.7)
    assert choose([], [worse, told, better], [told.text]) == [better]


def test_a_draft_makes_the_same_question_of_the_tree_needless():
    question = candidate("tree", "您的卡芯片上印有“V”或“新”字吗？", 0.86)
    draft = "好的，记下了：您在台湾。您的卡芯片上印有“V”或“新”字吗？"
    assert choose([draft], [question], []) == []


def many(*sources):
    return [
        candidate(source, f"{source}{sign * 6}", score / 10)
        for source in sources
        for score, sign in enumerate("甲乙丙丁戊己庚辛壬癸", 1)
    ]


def test_no_source_takes_all_the_room():
    assert len(choose([], many("phrase"), [])) == 3


def test_with_the_drafts_there_are_at_most_eight_best_first():
    chosen = choose(["机器人的草稿"], many("phrase", "knowledge", "history", "tree"), [])
    assert len(chosen) == MOST - 1
    scores = [each.score for each in chosen]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) == 0.9


def test_what_more_colleagues_said_comes_before_what_one_said():
    replies = [("1", "请换一家再试。"), ("2", "请重启手机。"), ("3", "请重启手机")]
    found = {each.text: each for each in of_history(replies)}
    assert found["请重启手机。"].score > found["请换一家再试。"].score
    assert found["请重启手机。"].key == "2:2"


@pytest.mark.parametrize(
    "text",
    [
        "您的号码是 18900001234 吗？",
        "张先生，请稍等。",
        "工单号 RD20261125-0001。",
        "最晚 11 月 27 日答复您。",
    ],
)
def test_what_belongs_to_one_customer_is_not_offered_for_another(text):
    assert not is_general(text)


def test_a_general_reply_may_be_offered_for_others():
    assert is_general("请关机再开机，等 2 到 3 分钟再试。")
