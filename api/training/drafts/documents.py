"""Which documents can be drafted, in which files they stand, and their texts as they are now."""

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from api.decision_tree import Library
from api.errors import Conflict, Invalid
from api.knowledge import KnowledgeBase
from api.phrases import service as phrases_service
from api.phrases.models import Phrase
from api.training.changes.files import Files
from api.training.drafts import judging, splice, wording

Kind = Literal["tree", "article", "phrase"]

PHRASE = "phrase.yml"
"""The one text of a phrase's draft; the phrase itself lives in the database."""
PHRASES = "data/replies/common.yml"

NEW = {"tree": "新的诊断树", "article": "新的文章", "phrase": "新的常用语"}
EMPTY = "format: 1\n"
"""What a file of the trees' data begins as when it is not there yet."""

TITLES = {
    "facts": "事实与问法",
    "outcomes": "结论与建议",
    "citations": "依据",
}
_NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")


@dataclass(frozen=True)
class Document:
    kind: Kind
    name: str
    title: str
    is_tree: bool = False
    """It has steps; other documents of the kind `tree` hold facts, ends, sources or a table."""


@dataclass(frozen=True)
class Beside:
    """What is published beside a draft."""

    root: Path
    library: Library
    knowledge: KnowledgeBase


def files_of(kind: Kind, name: str) -> list[str]:
    """Return the files that a draft of a document begins with."""
    if kind == "phrase":
        return [PHRASE]
    if kind == "article":
        return [f"{wording.ARTICLES}/{name}.yml"]
    return [f"{judging.FOLDER}/{name}.yml", f"{judging.FOLDER}/{name}{judging.CASES}.yml"]


def check_name(name: str) -> str:
    """Return the name of a new document.

    Raises:
        Invalid: it cannot be one.
    """
    if not _NAME.fullmatch(name):
        raise Invalid("名称用小写字母、数字和下划线，以字母开头。", code="name_not_fitting")
    return name


def check_file(kind: Kind, file: str) -> None:
    """Let pass a file that may be added to a draft: any of the trees' data.

    Raises:
        Invalid: it may not.
    """
    folder, _, name = file.rpartition("/")
    stem = name.removesuffix(".yml").removesuffix(judging.CASES)
    ours = name.endswith(".yml") and folder == judging.FOLDER and _NAME.fullmatch(stem)
    if kind != "tree" or not ours:
        raise Invalid("这个文件不能加进这份草稿。", code="file_not_allowed", file=file)


def begun(kind: Kind, name: str) -> dict[str, str]:
    """Return the first texts of a document that is not there yet."""
    if kind == "phrase":
        return {PHRASE: wording.NEW_PHRASE}
    if kind == "article":
        return {files_of(kind, name)[0]: wording.NEW_ARTICLE.format(name=name)}
    tree, cases = files_of(kind, name)
    return {
        tree: (
            "format: 1\ntree:\n  title: 新的诊断树\n  start: first\n  cites: []\nnodes:\n"
            "  - id: first\n    fact: service\n    cites: []\n"
            '    answers: {else: "outcome:foreign_operator"}\n'
        ),
        cases: "format: 1\ncases:\n  - name: 写一句话说明\n    facts: {service: voice}\n"
        "    then: {ask: location}\n",
    }


async def texts(
    session: AsyncSession, files: Files, kind: Kind, name: str, wanted: Iterable[str]
) -> dict[str, str | None]:
    """Return the published texts of files as they are now; None where there is none.

    Raises:
        Conflict: a file cannot be read.
    """
    if kind == "phrase":
        phrase = await phrases_service.known(session, name)
        return {PHRASE: phrase_text(phrase) if phrase is not None else None}
    return await asyncio.to_thread(lambda: {file: files.read(file) for file in wanted})


async def documents(session: AsyncSession, beside: Beside, kind: Kind) -> list[Document]:
    """Return all documents of a kind, trees first; one that nobody could read yet is listed by its
    name."""
    if kind == "phrase":
        rows = await phrases_service.every(session)
        return [Document("phrase", row.id, row.title) for row in rows]
    return await asyncio.to_thread(_listed, beside, kind)


async def title_of(session: AsyncSession, beside: Beside, kind: Kind, name: str) -> str:
    """Return a document's title, its name where it has none."""
    found = await documents(session, beside, kind)
    return next((each.title for each in found if each.name == name), name)


def phrase_text(phrase: Phrase) -> str:
    """Return a phrase as the YAML that is edited."""
    node = splice.flow(phrase.node) if phrase.node else "null"
    return (
        f"title: {splice.flow(phrase.title)}\n"
        f"text: {splice.flow(phrase.text)}\n"
        f"keywords: {splice.flow(list(phrase.keywords))}\n"
        f"node: {node}\n"
        f"active: {splice.flow(phrase.active)}\n"
    )


def _listed(beside: Beside, kind: Kind) -> list[Document]:
    # Titles are those that are live: parsing every file would take seconds.
    titles = {article.id: article.title for article in beside.knowledge.articles}
    trees: set[str] = set()
    folder = beside.root / wording.ARTICLES
    if kind == "tree":
        library, folder = beside.library, beside.root / judging.FOLDER
        trees = set(library.trees)
        titles = {**TITLES, **{t.id: t.title for t in library.tables.values()}}
        titles |= {tree.id: tree.title for tree in library.trees.values()}
    names = [path.stem for path in sorted(folder.glob("*.yml"))]
    found = [
        Document(kind, name, titles.get(name, name), name in trees)
        for name in names
        if not name.endswith(judging.CASES)
    ]
    return sorted(found, key=lambda each: not each.is_tree)


def unreadable(file: str, error: Exception) -> Conflict:
    return Conflict(
        f"{file} 读不出来，请先改好这个文件。", code="file_broken", file=file, why=str(error)[:200]
    )
