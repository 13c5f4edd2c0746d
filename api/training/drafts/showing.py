"""What pages read: drafts and publications with people's names, and what a draft touches."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from api import privacy
from api.database import Database
from api.decision_tree import Library
from api.errors import Conflict, NotFound
from api.suggestions.models import Suggestion
from api.training.drafts import (
    checking,
    documents,
    impact,
    judging,
    outline,
    repository,
    texts,
    titles,
)
from api.training.drafts.documents import Kind
from api.training.drafts.models import Draft, DraftFile, Publication
from api.training.drafts.rules import STATES, Opened
from api.training.drafts.schemas import (
    CaseOut,
    DiffOut,
    DocumentOut,
    DocumentRow,
    DraftOut,
    DraftRow,
    FileOut,
    ImpactOut,
    OpenCase,
    ProblemOut,
    PublicationOut,
    PublicationRow,
)
from api.training.drafts.service import Drafts

MOST_CASES = 50
MOST_SUGGESTIONS = 20


async def rows(session: AsyncSession, drafts: Sequence[Draft]) -> list[DraftRow]:
    """Return drafts with the names of their people."""
    known = await repository.names(session, _people(drafts))
    return [
        DraftRow.model_validate(
            {
                **{
                    name: getattr(draft, name)
                    for name in DraftRow.model_fields
                    if hasattr(draft, name)
                },
                "state_title": STATES[draft.state],
                "author": known.get(draft.author_id, ""),
                "decided_by": known.get(draft.decided_by or ""),
            }
        )
        for draft in drafts
    ]


async def publications(session: AsyncSession, found: Sequence[Publication]) -> list[PublicationRow]:
    people = [key for each in found for key in (each.author_id, each.publisher_id)]
    known = await repository.names(session, people)
    return [
        PublicationRow(
            **{
                name: getattr(each, name)
                for name in PublicationRow.model_fields
                if hasattr(each, name)
            },
            author=known.get(each.author_id, ""),
            publisher=known.get(each.publisher_id, ""),
        )
        for each in found
    ]


async def listing(session: AsyncSession, drafts: Drafts, kind: Kind) -> list[DocumentRow]:
    """Return the documents of a kind, with how many drafts are open and when each was published."""
    found = await documents.documents(session, drafts.beside, kind)
    open_ones = await repository.drafts(session, kind=kind)
    newest: dict[str, Publication] = {}
    for each in await repository.publications(session, kind=kind, limit=1_000):
        newest.setdefault(each.document, each)
    return [
        DocumentRow(
            kind=kind,
            name=document.name,
            title=document.title,
            is_tree=document.is_tree,
            drafts=sum(draft.document == document.name for draft in open_ones),
            published_at=newest[document.name].at if document.name in newest else None,
        )
        for document in found
    ]


async def document(database: Database, drafts: Drafts, kind: Kind, name: str) -> DocumentOut:
    """Return a document as it is published.

    Raises:
        NotFound: there is no such document.
    """
    async with database.reading() as session:
        wanted = documents.files_of(kind, name)
        current = await documents.texts(session, drafts.project, kind, name, wanted)
        if current[wanted[0]] is None:
            raise NotFound("没有这份内容。", code="document_not_found", document=name)
        title = await documents.title_of(session, drafts.beside, kind, name)
        own = await rows(session, await repository.drafts(session, kind=kind, document=name))
        published = await publications(
            session, await repository.publications(session, kind=kind, document=name)
        )
    files = [DraftFile(file=file, base=text, text=text) for file, text in current.items()]
    files = [row for row in files if row.text is not None]
    checked = await asyncio.to_thread(checking.check, kind, files, drafts.beside, fully=False)
    return DocumentOut(
        kind=kind,
        name=name,
        title=title,
        files=[FileOut(file=r.file, text=r.text, changed=False, behind=False) for r in files],
        problems=[ProblemOut.model_validate(each) for each in checked.problems],
        outline=_outline(checked, name),
        diagram=checked.judged.drawing(name) if checked.judged else None,
        drafts=own,
        publications=published,
    )


async def draft(database: Database, opened: Opened) -> DraftOut:
    """Return a draft as a page shows it."""
    checked, name = opened.checked, opened.draft.document
    async with database.reading() as session:
        (row,) = await rows(session, [opened.draft])
    library = checked.judged.library if checked.judged else None
    behind = opened.behind
    own = documents.files_of(row.kind, name)
    files = sorted(opened.files, key=lambda each: (each.file not in own, own[:1] != [each.file]))
    return DraftOut(
        draft=row,
        files=[
            FileOut(
                file=each.file,
                text=each.text,
                changed=each.text != each.base,
                behind=each.file in behind,
            )
            for each in files
        ],
        green=checked.green,
        problems=[ProblemOut.model_validate(each) for each in checked.problems],
        cases=[CaseOut.model_validate(each) for each in checked.cases],
        needs_training=checking.needs_training(opened.files),
        outline=_outline(checked, name),
        choices=outline.choices(library, name) if library else None,
        diagram=checked.judged.drawing(name) if checked.judged else None,
    )


def diff(opened: Opened) -> list[DiffOut]:
    """Return what a draft changes in the published texts, file by file."""
    return [
        DiffOut(file=row.file, lines=texts.difference(row.base, row.text))
        for row in opened.files
        if row.text != row.base
    ]


async def publication(
    session: AsyncSession, publication_id: int, against: int | None = None
) -> PublicationOut:
    """Return a publication and what it changed; with `against`, what differs from that one.

    Raises:
        NotFound: there is no such publication.
        Conflict: the two are of different documents.
    """
    found = await repository.publication(session, publication_id)
    other = await repository.publication(session, against) if against is not None else None
    if found is None or (against is not None and other is None):
        raise NotFound("没有这次发布。", code="publication_not_found")
    if other is not None and (other.kind, other.document) != (found.kind, found.document):
        raise Conflict("只能比较同一份内容的两次发布。", code="not_comparable")
    files = {row.file: row for row in await repository.published_files(session, found.id)}
    compared = {file: row.before for file, row in files.items()}
    if other is not None:
        for row in await repository.published_files(session, other.id):
            compared[row.file] = row.after
    (shown,) = await publications(session, [found])
    return PublicationOut(
        publication=shown,
        diff=[
            DiffOut(file=file, lines=texts.difference(before, files[file].after))
            for file, before in sorted(compared.items())
            if file in files and before != files[file].after
        ],
    )


async def touches(database: Database, drafts: Drafts, opened: Opened) -> ImpactOut:
    """Return what publishing a draft would touch.

    Raises:
        Conflict: a tree's draft cannot be read, so nothing can be said.
    """
    if opened.draft.kind == "article":
        return await _article(database, opened)
    if opened.draft.kind == "phrase":
        return ImpactOut()
    new = opened.checked.judged.library if opened.checked.judged else None
    if new is None:
        raise Conflict("草稿还读不懂，改好后才能看影响。", code="not_readable")
    old = drafts.live.shelf.current
    change = impact.touched(old, new)
    told = await asyncio.to_thread(impact.stories, drafts.project.root, old, new, change)
    nodes = list(change.nodes)
    async with database.reading() as session:
        cases_count = await repository.count_open_cases(session, new.revision)
        cases = await repository.open_cases(session, new.revision, nodes, MOST_CASES)
        count, suggestions = await repository.open_suggestions(
            session, nodes=nodes, limit=MOST_SUGGESTIONS
        )
        phrases = await repository.phrases_at(session, nodes)
    known = {name: [titles.node(old, name), titles.node(new, name)] for name in nodes}
    return ImpactOut(
        nodes=impact.shown(change, old, new),
        open_cases_count=cases_count,
        open_cases=[
            OpenCase(
                conversation_id=row.conversation_id,
                ticket=row.number,
                node=row.node,
                node_title=titles.node(old, row.node) if row.node else None,
                touched=row.node in change,
                revision=row.revision,
                opened_at=row.opened_at,
            )
            for row in cases
        ],
        stories=[
            {
                "file": each.file,
                "name": each.name,
                "kind": each.kind,
                "nodes": [known[node][-1] for node in each.nodes],
                "before": each.before,
                "after": each.after,
            }
            for each in told
        ],
        suggestions_count=count,
        suggestions=_suggestions(suggestions, old),
        phrases=[{"title": p.title, "node": p.node} for p in phrases],
        articles=[
            {"id": a.id, "title": a.title}
            for a in impact.articles(drafts.live.knowledge.articles, change)
        ],
        needs_training=checking.needs_training(opened.files),
    )


async def _article(database: Database, opened: Opened) -> ImpactOut:
    async with database.reading() as session:
        count, found = await repository.open_suggestions(
            session, article=opened.draft.document, limit=MOST_SUGGESTIONS
        )
    return ImpactOut(suggestions_count=count, suggestions=_suggestions(found, None))


def _suggestions(
    found: Iterable[Suggestion], library: Library | None
) -> list[dict[str, str | None]]:
    return [
        {
            "conversation_id": each.conversation_id,
            "text": privacy.mask(each.text)[:120],
            "source": each.source,
            "node_title": titles.node(library, each.node) if library and each.node else None,
        }
        for each in found
    ]


def _outline(checked: checking.Checked, name: str) -> dict[str, object] | None:
    if checked.judged is None or f"{judging.FOLDER}/{name}.yml" not in checked.texts:
        return None
    return outline.outline(checked.judged, checked.texts, name)


def _people(drafts: Sequence[Draft]) -> list[str | None]:
    return [key for each in drafts for key in (each.author_id, each.decided_by)]


def _columns(row: Draft | Publication, shape: type[BaseModel]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in shape.model_fields if hasattr(row, name)}
