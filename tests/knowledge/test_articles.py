"""The articles themselves: sourced, short, in the house's Chinese, and without invented numbers."""

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from api.knowledge import Article, read_articles
from api.settings import DATA

ARTICLES = read_articles(DATA / "knowledge")
CITATIONS = DATA / "diagnosis" / "citations.yml"

every_article = pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.id)


def _shown(article: Article) -> str:
    return "\n".join(filter(None, (article.title, article.text, article.more, article.source)))


def test_there_are_enough() -> None:
    assert len(ARTICLES) >= 18


@every_article
def test_the_words_are_well_set(article: Article) -> None:
    shown = _shown(article)
    joined = re.findall(r"[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9][\u4e00-\u9fff]", shown)
    assert joined == [], "a half-width space stands between Chinese and Latin"
    assert not re.search(r"[\u4e00-\u9fff][,.;:?!()]|[,;:?!()][\u4e00-\u9fff]", shown)
    assert not re.search(r"[！!亲]|[\U0001f300-\U0001faff]|[ \t]{2}", shown)
    assert article.text.endswith("。")
    assert article.more is None or article.more.endswith("。")


@every_article
def test_no_number_is_given_that_the_operator_has_to_set(article: Article) -> None:
    assert not re.search(r"\d{6,}", _shown(article))


@every_article
def test_what_is_dated_says_of_when(article: Article) -> None:
    if article.trust in {"dated", "press", "regulation", "inferred", "product"}:
        assert article.as_of
    else:
        assert article.as_of is None, "the guide and the complaint rules carry no date"
    if article.trust == "guide":
        assert article.cites
    if article.trust == "inferred":
        assert "推断" in article.source


@every_article
def test_every_citation_is_known(article: Article) -> None:
    if not CITATIONS.exists():
        pytest.skip("data/diagnosis/citations.yml is not there")
    known = YAML(typ="safe").load(CITATIONS)["citations"]
    assert set(article.cites) <= set(known)


def test_no_question_stands_in_two_articles() -> None:
    questions = [question for article in ARTICLES for question in article.questions]
    assert len(set(questions)) == len(questions)


@pytest.mark.parametrize(
    "change",
    [
        ("text: ", "txt: "),
        ("trust: guide", "trust: rumour"),
        ("id: prl", "id: other"),
        ("as_of: null", "as_of: recently"),
        ("text: PRL", "text: " + "长" * 120 + "PRL"),
        ("questions:", "questions: ["),
    ],
)
def test_an_article_that_does_not_fit_is_named(tmp_path: Path, change: tuple[str, str]) -> None:
    text = (DATA / "knowledge" / "prl.yml").read_text(encoding="utf-8")
    assert change[0] in text
    (tmp_path / "prl.yml").write_text(text.replace(*change, 1), encoding="utf-8")
    with pytest.raises(ValueError, match=r"prl\.yml"):
        read_articles(tmp_path)
