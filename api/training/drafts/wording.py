"""Checks the texts of articles and common replies: shape, sources, and that questions still find
the article they found before."""

from collections.abc import Collection
from pathlib import Path

from api.decision_tree import Library
from api.knowledge import Article, KnowledgeBase
from api.knowledge.search import ASKED_FOR
from api.phrases.schemas import NewPhrase
from api.training.drafts import fields, yaml_places
from api.training.drafts.judging import Problem

ARTICLES = "data/knowledge"

NEW_ARTICLE = """\
id: {name}
title: 标题
text: 聊天里说的一段话，不超过 120 个字，要写明依据，拿不准的要说明。
cites: []
source: 出处
as_of: null
trust: inferred
questions:
  - 客户怎么问（一）
  - 客户怎么问（二）
  - 客户怎么问（三）
"""

NEW_PHRASE = """\
title: 标题
text: 发给客户的话。
keywords: []
node: null
active: true
"""


def article(
    file: str, text: str, citations: Collection[str]
) -> tuple[Article | None, list[Problem]]:
    """Return the article that a text holds, and what is wrong with it by itself."""
    found, problems = fields.read(Article, text, file)
    if found is None:
        return None, problems
    name = Path(file).stem
    if found.id != name:
        said = f"id 要和文件名相同，是 {name}。"
        problems.append(fields.problem(file, text, "id", "wrong_id", said))
    for cite in found.cites:
        if cite not in citations:
            said = f"没有 {cite} 这条依据。"
            problems.append(fields.problem(file, text, "cites", "unknown_citation", said))
    return found, problems


def searched(
    before: KnowledgeBase, after: KnowledgeBase, changed: Article, file: str, text: str
) -> list[Problem]:
    """Return the questions that do not find their article any more.

    Blocking: about a second, for the index.
    """
    problems: list[Problem] = []
    for each in after.articles:
        for question in each.questions:
            now = _first(after, question)
            if now == each.id:
                continue
            was = before.get(each.id)
            if was and question in was.questions and _first(before, question) != each.id:
                continue  # it did not find it before either
            other = after.get(now or "")
            found = f"现在找到的是《{other.title}》" if other else "现在什么也找不到"
            whose = "" if each.id == changed.id else f"《{each.title}》的"
            said = f"{whose}问法“{question}”{found}。"
            problems.append(fields.problem(file, text, "questions", "not_found", said))
    return problems


def articles_with(
    found: tuple[Article, ...], changed: Article | None, name: str
) -> tuple[Article, ...]:
    """Return the articles with one changed, added, or (None) taken out, in the files' order."""
    kept = {article.id: article for article in found if article.id != name}
    if changed is not None:
        kept[changed.id] = changed
    return tuple(kept[key] for key in sorted(kept))


def phrase(file: str, text: str, library: Library) -> tuple[NewPhrase | None, list[Problem]]:
    """Return the phrase that a text holds, and what is wrong with it."""
    found, problems = fields.read(NewPhrase, text, file)
    if found is not None and found.node is not None and not has_node(library, found.node):
        said = f"诊断树里没有 {found.node} 这一步。"
        problems.append(fields.problem(file, text, "node", "unknown_node", said))
    if found is not None:
        unknown = set(yaml_places.parse(text)) - set(NewPhrase.model_fields)
        problems += [
            fields.problem(file, text, key, "shape", f"没有 {key} 这一项，请检查拼写。")
            for key in sorted(unknown)
        ]
    return found, problems


def has_node(library: Library, node: str) -> bool:
    tree, _, name = node.partition("/")
    return tree in library.trees and name in library.trees[tree].nodes


def _first(base: KnowledgeBase, question: str) -> str | None:
    hits = base.search(question, limit=1, at_least=ASKED_FOR)
    return hits[0].article.id if hits else None
