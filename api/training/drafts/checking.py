"""Checks a draft against everything that is published beside it. Blocking: called in a thread."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from api.knowledge import KnowledgeBase
from api.phrases.schemas import NewPhrase
from api.training.drafts import documents, judging, wording
from api.training.drafts.documents import Beside
from api.training.drafts.impact import MODEL_FILES
from api.training.drafts.judging import CaseResult, Judged, Problem
from api.training.drafts.models import DraftFile

Texts = Mapping[str, str | None]


@dataclass(frozen=True)
class Checked:
    """What is wrong, what the cases give, and what the draft would make live."""

    problems: Sequence[Problem] = ()
    cases: Sequence[CaseResult] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    judged: Judged | None = None
    """Of a tree's draft."""
    knowledge: KnowledgeBase | None = None
    """Of an article's draft that fits: the warm index with it."""
    phrase: NewPhrase | None = None

    @property
    def green(self) -> bool:
        return not self.problems and all(case.ok for case in self.cases)


def check(kind: str, files: Sequence[DraftFile], beside: Beside, *, fully: bool = True) -> Checked:
    """Return the check of a draft. Not `fully`: without a search through the articles (1 s)."""
    if kind == "tree":
        return _tree(files, beside)
    if kind == "article":
        return _article(files[0], beside, fully=fully)
    text = files[0].text or ""
    found, problems = wording.phrase(documents.PHRASE, text, beside.library)
    return Checked(problems, texts={documents.PHRASE: text}, phrase=found)


def needs_training(files: Sequence[DraftFile]) -> bool:
    """Whether the bot's words change: a new model is to be trained then."""
    return any(row.file in MODEL_FILES and row.text != row.base for row in files)


def behind(files: Sequence[DraftFile], current: Texts) -> list[str]:
    """Return the files that were published, or changed by hand, since the draft began."""
    return [row.file for row in files if current.get(row.file) not in (row.base, row.text)]


def _tree(files: Sequence[DraftFile], beside: Beside) -> Checked:
    try:
        texts = judging.read(beside.root)
    except (OSError, UnicodeDecodeError) as error:
        raise documents.unreadable(judging.FOLDER, error) from error
    for row in files:
        if row.text is None:
            texts.pop(row.file, None)
        else:
            texts[row.file] = row.text
    judged = judging.judge(texts)
    own = {row.file for row in files}
    problems = sorted(
        judged.problems, key=lambda each: (each.file not in own, each.file, each.line)
    )
    return Checked(problems, judged.cases, texts, judged)


def _article(row: DraftFile, beside: Beside, *, fully: bool) -> Checked:
    name = Path(row.file).stem
    before = beside.knowledge
    if row.text is None:
        base = before.with_articles(wording.articles_with(before.articles, None, name))
        return Checked(knowledge=base)
    found, problems = wording.article(row.file, row.text, beside.library.citations)
    texts = {row.file: row.text}
    if found is None or problems or not fully:
        return Checked(problems, texts=texts)
    base = before.with_articles(wording.articles_with(before.articles, found, name))
    problems = wording.searched(before, base, found, row.file, row.text)
    return Checked(problems, texts=texts, knowledge=base)
