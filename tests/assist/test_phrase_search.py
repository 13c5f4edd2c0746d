"""Finding phrases by words and by step; the phrases that come with the product."""

import pytest

from api.assist.personal import is_general
from api.diagnosis.library import Shelf, read_documents
from api.phrases.search import Entry, PhraseIndex
from api.phrases.service import read_phrases
from api.settings import DATA

FIRST = DATA / "replies" / "common.yml"


def index(*phrases):
    entries = [Entry(title, title, text, tuple(keys), node) for title, text, keys, node in phrases]
    return PhraseIndex(entries, str.split)


def test_a_phrase_of_the_step_comes_before_one_that_is_only_alike():
    found = index(
        ("网", "重启 手机", ["没信号"], None),
        ("卡", "看 卡", [], "triage/card_type"),
        ("他", "别的", [], "data/data_roaming_on"),
    ).search(["没信号"], {"triage/card_type"}, 5)
    assert [(hit.phrase.id, hit.here) for hit in found] == [("卡", True), ("网", False)]
    assert 0 < found[1].likeness <= 1


def test_words_that_no_phrase_has_make_it_less_alike():
    others = [(sign, f"别的 {sign}", [], None) for sign in "甲乙丙丁戊己庚辛"]
    phrases = index(("重启", "重启 手机", [], None), *others)
    sure = phrases.search(["重启"], (), 1)[0].likeness
    assert sure > phrases.search(["重启 今晚"], (), 1)[0].likeness
    assert phrases.search(["重启 一 二 三 四 五"], (), 1) == []


def test_a_keyword_that_stands_in_the_words_as_it_is_is_found():
    phrases = index(("谢", "不用谢", ["谢谢您"], None), ("快", "请稍等", ["快"], None))
    found = phrases.search(["多谢谢您快"], (), 5)
    assert [hit.phrase.id for hit in found] == ["谢"]


def test_without_phrases_nothing_is_found():
    assert index().search(["没信号"], {"a/b"}, 5) == []


def test_the_first_phrases_are_good_to_send():
    library = Shelf(read_documents(DATA / "diagnosis")).current
    phrases = read_phrases(FIRST)
    assert len(phrases) >= 40
    for phrase in phrases:
        assert not set("!！~～") & set(phrase.text), phrase.title
        assert "亲" not in phrase.text
        assert phrase.text[-1] in "。？", phrase.title
        assert is_general(phrase.text), phrase.title
        if phrase.node is not None:
            tree, name = phrase.node.split("/")
            assert name in library.trees[tree].nodes, phrase.title


def test_a_file_with_a_title_twice_is_refused_by_name(tmp_path):
    path = tmp_path / "twice.yml"
    path.write_text("phrases:\n- {title: 一, text: 好的。}\n- {title: 一, text: 好。}\n", "utf-8")
    with pytest.raises(ValueError, match=r"twice\.yml"):
        read_phrases(path)
