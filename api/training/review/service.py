"""Labelling messages: what a trainer says becomes a label, and a proposal for the data.

The files are read before a transaction begins; what is written there comes later, with the change
set.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock, privacy
from api.database import Database
from api.decision_tree import Library
from api.errors import Conflict, Invalid, NotFound
from api.interview.names import CATEGORIES, INTENTS
from api.interview.understanding import FALLBACK
from api.people.models import Staff
from api.training import labels, placeholders
from api.training.changes import proposals
from api.training.changes import repository as change_sets
from api.training.changes import service as changes
from api.training.changes.models import Change
from api.training.changes.nlu_text import Span, marked
from api.training.corpus import Corpus, Near, Snapshot, folded
from api.training.labels import Domain, Locator
from api.training.review import repository, signals
from api.training.review.groups import Groups
from api.training.review.models import ReviewItem, ReviewLabel, ReviewTag
from api.training.review.schemas import ExampleIn, LabelIn, SpanIn


@dataclass(frozen=True)
class Accepted:
    """What became of an example."""

    text: str
    written: str
    change: Change | None
    unmarked: Mapping[str, str] = field(default_factory=dict)
    known: Near | None = None
    relabelled: Sequence[Near] = ()
    closed: int = 0


class Review:
    """What labelling needs, shared by all requests of this process."""

    def __init__(
        self, database: Database, corpus: Corpus, domain: Domain, locator: Locator
    ) -> None:
        self.database = database
        self.corpus = corpus
        self.domain = domain
        self.locator = locator

    async def accept(self, body: ExampleIn, library: Library, person: Staff) -> Accepted:
        """Take an example: keep the label, propose the line, close the message and those alike.

        Raises:
            Invalid: intent, category, facts or text do not fit.
            NotFound: there is no such message.
            Conflict: the data, or a draft, say otherwise of the same sentence; a file is broken.
        """
        category = self.domain.check(body.intent, body.category, CATEGORIES)
        known = await self.corpus.now()
        text, spans, unmarked = self._placed(body, library, known)
        written = marked(text, spans)
        same = [near for near in known.near(text) if near.same]
        against = [near for near in same if near.example.intent != body.intent]
        if against and body.resolve != "relabel":
            raise _contradicts(against)
        agreeing = next((n for n in same if n.example.intent == body.intent), None)
        # The same words with other marks or another category are put right when one asks for it.
        outdated = [
            near
            for near in same
            if body.resolve == "relabel"
            and near.likeness >= 100
            and near.example.intent == body.intent
            and (near.example.category != category or set(near.example.spans) != set(spans))
        ]
        keeps = agreeing is not None and not outdated and not against
        gone = against + outdated
        async with self.database.transaction() as session:
            if body.message_id is not None:
                item = await self._item(session, body.message_id)
                fresh = item.state != "accepted"
                label = LabelIn(intent=body.intent, category=category)
                await _keep_label(session, item, person, label, body.spans or [])
                if not fresh:
                    return Accepted(text, written, None, unmarked, agreeing)
            await _check_drafts(session, text, body.intent)
            change = None
            if not keeps:
                marks = "location" not in unmarked
                change = await changes.add(
                    session,
                    person,
                    kind="example",
                    file=proposals.EXAMPLES_FILE,
                    title=text,
                    payload={
                        "label": {
                            "intent": body.intent,
                            "category": category,
                            "places_marked": marks,
                        },
                        "written": written,
                        "remove": [_line_of(near) for near in gone],
                    },
                    message_id=body.message_id,
                )
            closed = 0
            if body.message_id is not None:
                closed = await _close(session, item, "accepted", alike=body.alike)
        return Accepted(text, written, change, unmarked, agreeing, gone, closed)

    async def label(self, message_id: str, body: LabelIn, library: Library, person: Staff) -> None:
        """Keep a second opinion: nothing is proposed for the data.

        Raises:
            Invalid: intent, category or spans do not fit.
            NotFound: there is no such message.
        """
        category = self.domain.check(body.intent, body.category, CATEGORIES)
        async with self.database.transaction() as session:
            item = await self._item(session, message_id)
            labels.check_spans(library, item.text, _spans(body.spans))
            label = LabelIn(intent=body.intent, category=category)
            await _keep_label(session, item, person, label, body.spans)

    async def skip(self, message_id: str) -> int:
        """Put a message and those alike aside; return how many."""
        async with self.database.transaction() as session:
            item = await self._item(session, message_id)
            if item.state != "open":
                return 0
            return await _close(session, item, "skipped", alike=True)

    async def open_again(self, message_id: str, person: Staff) -> None:
        """Undo: open the message and those closed with it, take one's label and proposal back.

        Of a second opinion only the label is taken back: what a colleague accepted stays so.

        Raises:
            Conflict: the proposal is written to the files already.
        """
        async with self.database.transaction() as session:
            item = await self._item(session, message_id)
            given = [label for label, _, _ in await repository.labels(session, [message_id])]
            own = next((label for label in given if label.staff_id == person.id), None)
            if own is not None and own is not given[0]:
                await session.delete(own)
                return
            for change, held in await change_sets.of_messages(session, [message_id]):
                if held.state not in change_sets.OPEN:
                    raise Conflict(
                        "这条例句已经写入文件，请在“修改”页撤回。", code="already_written"
                    )
                if held.author_id == person.id or person.role in ("supervisor", "admin"):
                    await session.delete(change)
            if own is not None:
                await session.delete(own)
            if item.decided_at is not None:
                await repository.open_again(session, item.group_id, item.decided_at)
            item.state, item.decided_at = "open", None

    async def set_tags(self, message_id: str, tags: Sequence[str]) -> list[str]:
        async with self.database.transaction() as session:
            item = await self._item(session, message_id)
            await session.execute(delete(ReviewTag).where(ReviewTag.message_id == item.message_id))
            kept = sorted(set(tags))
            session.add_all(ReviewTag(tag=tag, message_id=item.message_id) for tag in kept)
            return kept

    def _placed(
        self, body: ExampleIn, library: Library, known: Snapshot
    ) -> tuple[str, list[Span], dict[str, str]]:
        """Return the sentence with placeholders, its marks, and the facts found nowhere."""
        text = labels.one_line(placeholders.fill(privacy.mask(body.text)))
        if body.spans is None:
            wanted = [
                (fact, labels.as_written(fact, value, text)) for fact, value in body.facts.items()
            ]
            for fact, value in wanted:
                labels.check_fact(library, fact, value)
            spans, unmarked = self.locator.locate(known, text, wanted)
        else:
            spans, unmarked = _moved(body.text, text, body.spans), {}
        labels.check_spans(library, text, spans)
        return text, spans, unmarked

    async def _item(self, session: AsyncSession, message_id: str) -> ReviewItem:
        """Return the message's item; a message nobody had doubts about gets one now."""
        await repository.one_at_a_time(session)
        item = await repository.item(session, message_id, for_update=True)
        if item is not None:
            return item
        found = await repository.message(session, message_id)
        if found is None or found[0].sender != "customer":
            raise NotFound("没有这条客户消息。", code="message_not_found")
        message, channel = found
        trace = message.trace or {}
        text = privacy.mask(message.text)
        groups = Groups()
        await groups.read(session)
        group, made = groups.of(text)
        if made is not None:
            new = {"id": group, "key": made, "created_at": clock.now()}
            await repository.put_groups(session, [new])
        # The scanner may be faster: what it knows of the message stands.
        await repository.add_item(
            session,
            {
                "message_id": message.id,
                "conversation_id": message.conversation_id,
                "channel": channel,
                "text": text,
                "group_id": group,
                "intent": str(trace.get("intent") or FALLBACK),
                "confidence": float(trace.get("confidence") or 0.0),
                "facts": {},
                "bits": 0,
                "score": 0.0,
                "state": "open",
                "model": trace.get("model"),
                "created_at": message.created_at,
            },
        )
        item = await repository.item(session, message_id, for_update=True)
        assert item is not None
        return item


def reasons(item: ReviewItem) -> list[str]:
    return signals.named(item.bits)


def title(intent: str) -> str:
    return INTENTS.get(intent, intent)


async def _close(session: AsyncSession, item: ReviewItem, state: str, *, alike: bool) -> int:
    now = clock.now()
    item.state, item.decided_at = state, now
    if not alike:
        return 1
    await session.flush()
    others = await repository.close_group(session, item.group_id, item.message_id, state, now)
    return 1 + len(others)


async def _keep_label(
    session: AsyncSession,
    item: ReviewItem,
    person: Staff,
    given: LabelIn,
    spans: Sequence[SpanIn],
) -> None:
    label = await repository.label(session, item.message_id, person.id)
    if label is None:
        label = ReviewLabel(item_id=item.message_id, staff_id=person.id)
        session.add(label)
    label.intent, label.category, label.at = given.intent, given.category, clock.now()
    label.spans = [span.model_dump() for span in spans]
    await session.flush()


async def _check_drafts(session: AsyncSession, text: str, intent: str) -> None:
    """Refuse what another proposal that is not written yet says otherwise."""
    wanted = folded(text)
    for change, author in await change_sets.proposed(session, "example"):
        label = change.payload["label"]["intent"]
        if label != intent and folded(change.title) == wanted:
            raise Conflict(
                f"{author}的草稿里，同一句话标成了“{title(label)}”。",
                code="contradicts_draft",
                intent=label,
                author=author,
            )


def _contradicts(against: Sequence[Near]) -> Conflict:
    first = against[0].example
    return Conflict(
        f"训练数据里，同一句话标的是“{title(first.intent)}”（{first.file} 第 {first.line} 行）。",
        code="contradicts_data",
        examples=[
            {
                "text": near.example.text,
                "intent": near.example.intent,
                "file": near.example.file,
                "line": near.example.line,
                "likeness": near.likeness,
            }
            for near in against
        ],
    )


def _line_of(near: Near) -> dict[str, str]:
    example = near.example
    return {"file": example.file, "intent": example.intent, "written": example.written}


def _spans(spans: Iterable[SpanIn]) -> list[Span]:
    return [Span(span.start, span.end, span.fact, span.value) for span in spans]


def _moved(seen: str, text: str, spans: Sequence[SpanIn]) -> list[Span]:
    """Return the spans of the text that was shown as spans of the one that is kept: the same
    words, and where they are said more than once the same time.

    Raises:
        Invalid: a span lies outside the text.
    """
    moved: list[Span] = []
    for span in sorted(spans, key=lambda each: each.start):
        if not span.start < span.end <= len(seen):
            raise Invalid("标出的词不在句子里，或者重叠了。", code="span_not_fitting")
        words = seen[span.start : span.end]
        kept = placeholders.fill(privacy.mask(words))
        times = seen[: span.start].count(words)
        at = -1
        for _ in range(times + 1):
            at = text.find(kept, at + 1)
        if at < 0:
            raise Invalid("标出的词不在句子里，或者重叠了。", code="span_not_fitting")
        value = span.value
        if span.fact in privacy.PERSONAL_FACTS:
            value = labels.digits_of(kept)
        moved.append(Span(at, at + len(kept), span.fact, value))
    return moved


def label_rows(rows: Iterable[Any], person: Staff) -> tuple[list[Any], int]:
    """Return the labels that a person may see, and how many others have labelled: whoever has
    not labelled yet must not be led by others."""
    held = list(rows)
    mine = any(label.staff_id == person.id for label, _, _ in held)
    others = sum(label.staff_id != person.id for label, _, _ in held)
    return (held if mine else []), others
