"""Search finds the article people mean, stays silent off the subject, and never raises."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from api.knowledge import KnowledgeBase
from api.knowledge.search import ASKED_FOR, THRESHOLD
from api.settings import DATA, ROOT

FITTED = YAML(typ="safe").load(Path(__file__).with_name("paraphrases.yml"))
HELD_OUT = YAML(typ="safe").load(Path(__file__).with_name("held_out.yml"))


@pytest.mark.parametrize(
    ("query", "article"),
    [
        ("PRL 是什么", "prl"),
        ("什么是双模卡", "single_or_dual"),
        ("G网是啥意思", "c_and_g"),
        ("怎么手动选网", "manual_selection"),
        ("V标在哪看", "v_mark"),
        ("短信中心号码是多少", "sms_centre"),
        ("补卡后在韩国为什么不能用", "korea_reissue"),
        ("ＰＲＬ　是什么", "prl"),
        ("“Ｖ”标 在哪看？？", "v_mark"),
        ("prl 版本 怎么看", "prl_version"),
    ],
)
def test_the_words_that_tell_decide(knowledge: KnowledgeBase, query: str, article: str) -> None:
    assert knowledge.search(query)[0].article.id == article


@pytest.mark.parametrize("query", ["今天天气怎么样", "帮我写一首诗", "附近有什么好吃的"])
def test_off_the_subject_nothing_is_found(knowledge: KnowledgeBase, query: str) -> None:
    assert knowledge.search(query, at_least=ASKED_FOR) == []


def _tally(knowledge: KnowledgeBase, asked: dict[str, list[str]], at_least: float) -> list[float]:
    """Return the shares answered rightly, wrongly and not at all."""
    right = wrong = silent = 0
    for article, queries in asked.items():
        for query in queries:
            hits = knowledge.search(query, at_least=at_least)
            right += bool(hits) and hits[0].article.id == article
            wrong += bool(hits) and hits[0].article.id != article
            silent += not hits
    total = right + wrong + silent
    assert total >= 60
    return [count / total for count in (right, wrong, silent)]


def _answered(knowledge: KnowledgeBase, queries: list[str], at_least: float) -> float:
    found = [query for query in queries if knowledge.search(query, at_least=at_least)]
    return len(found) / len(queries)


def test_the_questions_it_was_fitted_on(knowledge: KnowledgeBase) -> None:
    right, wrong, _ = _tally(knowledge, FITTED["articles"], THRESHOLD)
    assert right >= 0.92
    assert wrong <= 0.05
    assert _answered(knowledge, FITTED["off_topic"], THRESHOLD) <= 0.05
    assert _answered(knowledge, FITTED["near_topic"], THRESHOLD) <= 0.15


@pytest.mark.parametrize(
    ("at_least", "least_right", "most_wrong", "most_off"),
    [
        (THRESHOLD, 0.78, 0.05, 0.05),
        (ASKED_FOR, 0.85, 0.07, 0.08),
    ],
)
def test_questions_kept_apart(
    knowledge: KnowledgeBase,
    at_least: float,
    least_right: float,
    most_wrong: float,
    most_off: float,
) -> None:
    right, wrong, silent = _tally(knowledge, HELD_OUT["articles"], at_least)
    off = _answered(knowledge, HELD_OUT["off_topic"], at_least)
    near = _answered(knowledge, HELD_OUT["near_topic"], at_least)
    print(
        f"held out, from {at_least}: right {right:.0%}, wrong {wrong:.0%}, silent {silent:.0%}; "
        f"answered off the subject {off:.0%}, near it {near:.0%}"
    )
    assert right >= least_right
    assert wrong <= most_wrong
    assert off <= most_off
    assert near <= 0.2


def test_each_article_is_found_by_its_own_questions(knowledge: KnowledgeBase) -> None:
    missed = [
        (article.id, question)
        for article in knowledge.articles
        for question in (article.title, *article.questions)
        if article.id not in {hit.article.id for hit in knowledge.search(question)}
    ]
    assert missed == []


def test_the_evaluation_repeats_no_question_of_the_articles(knowledge: KnowledgeBase) -> None:
    ours = {_bare(q) for article in knowledge.articles for q in article.questions}
    for lists in (FITTED, HELD_OUT):
        assert {article.id for article in knowledge.articles} == set(lists["articles"])
        asked = {_bare(query) for queries in lists["articles"].values() for query in queries}
        assert not asked & ours


def _bare(text: str) -> str:
    return "".join(text.split()).casefold()


def test_hits_come_best_first_and_no_more_than_wanted(knowledge: KnowledgeBase) -> None:
    hits = knowledge.search("PRL 版本怎么查", limit=3)
    assert hits[0].article.id == "prl_version"
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert all(0 < hit.score <= 1 for hit in hits)
    assert len(knowledge.search("PRL 版本怎么查", limit=1)) == 1
    assert len(knowledge.search("PRL", limit=1000, at_least=0.0)) <= len(knowledge.articles)
    assert knowledge.search("PRL", limit=0) == []


@pytest.mark.parametrize("query", ["", "   ", "？？？", "的", "\x00", "🙂🙂", "什么", "a" * 5000])
def test_an_empty_question_finds_nothing(knowledge: KnowledgeBase, query: str) -> None:
    assert knowledge.search(query) == []


@settings(max_examples=150, deadline=None)
@given(query=st.text(max_size=300))
def test_no_text_makes_it_raise(knowledge: KnowledgeBase, query: str) -> None:
    assert all(0 < hit.score <= 1.0001 for hit in knowledge.search(query, at_least=0.0))


def test_without_articles_there_is_nothing_to_find(tmp_path: Path) -> None:
    assert KnowledgeBase.load(tmp_path).search("PRL 是什么") == []


def test_it_answers_in_a_few_milliseconds(knowledge: KnowledgeBase) -> None:
    queries = [query for queries in HELD_OUT["articles"].values() for query in queries]
    took = []
    for query in queries:
        began = time.perf_counter()
        knowledge.search(query)
        took.append(time.perf_counter() - began)
    assert sorted(took)[len(took) // 2] < 0.01


def test_several_threads_get_the_same_answers(knowledge: KnowledgeBase) -> None:
    fresh = KnowledgeBase(knowledge.articles)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(fresh.search, ["PRL 是什么"] * 8))
    assert all(hits == found[0] for hits in found)


def test_get_returns_an_article_by_its_id(knowledge: KnowledgeBase) -> None:
    article = knowledge.get("sms_centre")
    assert article is not None
    assert article.cites[0] == "G2.3"
    assert knowledge.get("weather") is None


def test_it_loads_fast_and_then_works_without_a_word_on_stderr() -> None:
    program = f"""
import sys
from pathlib import Path
from api.knowledge import KnowledgeBase
base = KnowledgeBase.load(Path({str(DATA / "knowledge")!r}))
assert not {{"jieba", "bm25s", "numpy"}} & set(sys.modules), "loaded too early"
assert base.search("PRL 是什么")
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-B", "-c", program],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
