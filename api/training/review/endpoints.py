"""The routes of the review queue."""

from collections import Counter
from datetime import datetime
from functools import cache
from typing import Annotated

from babel import Locale
from fastapi import APIRouter, Query, Request

from api.conversations.models import Message
from api.decision_tree import Library
from api.errors import Invalid, NotFound
from api.interview import places
from api.interview.names import CATEGORIES
from api.people.access import Trainer, Transaction
from api.privacy import mask
from api.training.changes.nlu_text import Span
from api.training.corpus import Near
from api.training.review import agreement, repository, service, signals
from api.training.review.models import ReviewItem
from api.training.review.repository import Filters
from api.training.review.scanner import Scanner
from api.training.review.schemas import (
    AgreementOut,
    Around,
    Contradiction,
    Counted,
    Disagreement,
    ExampleIn,
    ExampleOut,
    FactChoice,
    FactOut,
    IntentOut,
    ItemOut,
    LabelIn,
    LabelOut,
    NearOut,
    Pair,
    QueueItem,
    Reason,
    SpanOut,
    State,
    Summary,
    TagsIn,
    Vocabulary,
)
from api.training.review.service import Review

router = APIRouter(prefix="/v1/training", tags=["training"])

CATCH_UP_SECONDS = 0.1
"""A page may wait this long so that it shows what was just said."""
BEFORE, AFTER = 4, 2
"""Messages around one."""
MOST_COMPARED = 2_000
"""Items that two trainers labelled, of which their agreement is told: the latest."""

REASONS = {
    "fallback": "没有听懂",
    "low_confidence": "把握不大",
    "near_tie": "两个意图相近",
    "corrected": "客户更正",
    "taken_over": "人工接手",
    "rejected": "坐席不采用",
    "edited": "坐席改写",
    "repeated": "重复说或重复问",
    "bad_rating": "评价差",
    "failed": "机器人没有响应",
}


@router.get("/queue")
async def queue(
    request: Request,
    person: Trainer,
    state: State = "open",
    reason: Annotated[list[str] | None, Query(max_length=10)] = None,
    intent: Annotated[str | None, Query(max_length=64)] = None,
    least_sure: Annotated[float | None, Query(ge=0, le=1)] = None,
    most_sure: Annotated[float | None, Query(ge=0, le=1)] = None,
    tag: Annotated[str | None, Query(max_length=32)] = None,
    channel: Annotated[str | None, Query(max_length=16)] = None,
    since: datetime | None = None,
    until: datetime | None = None,
    words: Annotated[str | None, Query(max_length=100)] = None,
    second: bool = False,
    grouped: bool = True,
    after: Annotated[str | None, Query(max_length=80)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[QueueItem]:
    """Return messages, those that teach most first.

    `grouped`: messages that are nearly the same are one, with their number. `second`: those that
    another trainer has labelled and you have not. `after`: the `cursor` of the last one seen.
    """
    unknown = [name for name in reason or () if name not in signals.REASONS]
    if unknown:
        raise Invalid("没有这种理由。", code="reason_not_known", reason=unknown[0])
    filters = Filters(
        state=state,
        bits=signals.bits(reason) if reason else None,
        intent=intent,
        least_sure=least_sure,
        most_sure=most_sure,
        tag=tag,
        channel=channel,
        since=_aware(since),
        until=_aware(until),
        words=words,
        not_labelled_by=person.id if second else None,
    )
    scanner: Scanner = request.app.state.scanner
    await scanner.catch_up(CATCH_UP_SECONDS)
    async with request.app.state.database.reading() as session:
        rows = await repository.page(
            session, filters, after=_cursor(after), limit=limit, grouped=grouped
        )
        groups = {row.group_id for row in rows}
        sizes = await repository.sizes(session, groups, state) if grouped else {}
        tags = await repository.tags(session, [row.message_id for row in rows])
    return [_row(row, sizes.get(row.group_id, 1), tags.get(row.message_id, [])) for row in rows]


@router.get("/queue/summary")
async def summary(session: Transaction, _: Trainer) -> Summary:
    """Return how many messages there are, by state and by reason."""
    states: Counter[State] = Counter({"open": 0, "accepted": 0, "skipped": 0})
    by_reason: Counter[str] = Counter()
    for state, bits, count in await repository.counts(session):
        states[state] += count  # type: ignore[index]
        if state == "open":
            for name in signals.named(bits):
                by_reason[name] += count
    return Summary(
        states=dict(states),
        reasons=[
            Counted(name=name, title=REASONS[name], count=by_reason[name])
            for name in signals.REASONS
        ],
        tags=list(await repository.all_tags(session)),
    )


@router.get("/vocabulary")
async def vocabulary(request: Request, _: Trainer) -> Vocabulary:
    """Return the intents, categories and facts that one can choose from."""
    review: Review = request.app.state.review
    known = await review.corpus.now()
    library: Library = request.app.state.shelf.current
    count = Counter(example.intent for example in known.examples)
    return Vocabulary(
        intents=[
            IntentOut(name=name, title=service.title(name), examples=count[name])
            for name in review.domain.intents()
        ],
        categories=[
            Counted(name=name, title=title, count=0)
            for name, title in CATEGORIES.items()
            if name != "billing"
        ],
        facts=[
            FactOut(
                name=fact.id,
                title=fact.title,
                kind=fact.kind,
                choices=[
                    FactChoice(value=c.value, label=fact.label(c.value)) for c in fact.choices
                ],
            )
            for fact in library.facts.values()
            if fact.asks_customer and fact.of_case
        ],
        places=_places(),
        operators=[
            FactChoice(value=row.id, label=str((row.columns["names"] or (row.id,))[0]))
            for row in library.tables["operators"].rows.values()
        ],
    )


@router.get("/items/{message_id}")
async def item(message_id: str, request: Request, person: Trainer) -> ItemOut:
    """Return one message with what was said around it, its labels, and examples like it."""
    review: Review = request.app.state.review
    async with request.app.state.database.reading() as session:
        found = await repository.item(session, message_id)
        if found is None:
            raise NotFound("这条消息不在审核队列里。", code="item_not_found")
        message = await session.get_one(Message, message_id)
        around = await repository.around(session, message, BEFORE, AFTER)
        sizes = await repository.sizes(session, [found.group_id], found.state)
        tags = await repository.tags(session, [message_id])
        shown, others = service.label_rows(await repository.labels(session, [message_id]), person)
    known = await review.corpus.now()
    facts = [(fact, str(value)) for fact, value in found.facts.items()]
    spans, _ = review.locator.locate(known, found.text, facts)
    return ItemOut(
        item=_row(found, sizes.get(found.group_id, 1), tags.get(message_id, [])),
        around=[
            Around(sender=row.sender, text=mask(row.text), this=row.id == message_id)
            for row in around
        ],
        spans=[_span(span) for span in spans],
        near=[_near(near) for near in known.near(found.text)],
        labels=[
            LabelOut(
                trainer=name,
                mine=label.staff_id == person.id,
                intent=label.intent,
                intent_title=service.title(label.intent),
                category=label.category,
                spans=label.spans,
                at=label.at,
            )
            for label, name, _ in shown
        ],
        labelled_by_others=others,
    )


@router.post("/examples", status_code=201)
async def add_example(body: ExampleIn, request: Request, person: Trainer) -> ExampleOut:
    """Say what a sentence means; it goes into your draft, and from there into `data/nlu`."""
    review: Review = request.app.state.review
    done = await review.accept(body, request.app.state.shelf.current, person)
    return ExampleOut(
        id=done.change.id if done.change else None,
        change_set=done.change.set_id if done.change else None,
        added=done.change is not None,
        text=done.text,
        written=done.written,
        unmarked=dict(done.unmarked),
        known=_near(done.known) if done.known else None,
        relabelled=[_near(near) for near in done.relabelled],
        closed=done.closed,
    )


@router.post("/items/{message_id}/label", status_code=204)
async def label(message_id: str, body: LabelIn, request: Request, person: Trainer) -> None:
    """Keep a second opinion; the data stay as they are."""
    review: Review = request.app.state.review
    await review.label(message_id, body, request.app.state.shelf.current, person)


@router.post("/items/{message_id}/skip")
async def skip(message_id: str, request: Request, _: Trainer) -> dict[str, int]:
    """Put a message and those alike aside."""
    review: Review = request.app.state.review
    return {"closed": await review.skip(message_id)}


@router.post("/items/{message_id}/reopen", status_code=204)
async def reopen(message_id: str, request: Request, person: Trainer) -> None:
    """Undo what was decided of a message."""
    review: Review = request.app.state.review
    await review.open_again(message_id, person)


@router.put("/items/{message_id}/tags")
async def set_tags(message_id: str, body: TagsIn, request: Request, _: Trainer) -> list[str]:
    review: Review = request.app.state.review
    return await review.set_tags(message_id, body.tags)


@router.get("/agreement")
async def agree(session: Transaction, _: Trainer) -> AgreementOut:
    """Return how far trainers agree (Cohen's kappa) on what two of them labelled."""
    rows = await repository.labelled_by_two(session, MOST_COMPARED)
    names = {row.staff_id: row.name for row in rows}
    texts = {row.item_id: row.text for row in rows}
    by_item: dict[str, dict[str, str]] = {}
    for row in rows:
        by_item.setdefault(row.item_id, {})[row.staff_id] = row.intent
    return AgreementOut(
        items=len(by_item),
        pairs=[
            Pair(
                people=[names[each] for each in pair.people],
                items=pair.items,
                agreed=pair.agreed,
                kappa=pair.kappa,
            )
            for pair in agreement.between(by_item)
        ],
        disagreements=[
            Disagreement(
                message_id=key,
                text=texts[key],
                labels={names[who]: intent for who, intent in said.items()},
            )
            for key, said in by_item.items()
            if len(set(said.values())) > 1
        ][:100],
    )


@router.get("/contradictions")
async def contradictions(request: Request, _: Trainer) -> list[Contradiction]:
    """Return sentences that stand in the data under two intents."""
    review: Review = request.app.state.review
    known = await review.corpus.now()
    return [
        Contradiction(text=group[0].text, examples=[_near(Near(each, 100.0)) for each in group])
        for group in known.contradictions()
    ]


def _row(item: ReviewItem, alike: int, tags: list[str]) -> QueueItem:
    reasons = [Reason(name=name, title=REASONS[name]) for name in service.reasons(item)]
    return QueueItem(
        message_id=item.message_id,
        conversation_id=item.conversation_id,
        text=item.text,
        intent=item.intent,
        intent_title=service.title(item.intent),
        confidence=item.confidence,
        runner_up=item.runner_up,
        margin=item.margin,
        hint=item.hint,
        facts={fact: str(value) for fact, value in item.facts.items()},
        reason=reasons[0].name if reasons else "",
        reasons=reasons,
        score=item.score,
        alike=alike,
        channel=item.channel,
        tags=tags,
        state=item.state,
        created_at=item.created_at,
        cursor=f"{item.score!r}:{item.message_id}",
    )


def _near(near: Near) -> NearOut:
    example = near.example
    return NearOut(
        text=example.text,
        intent=example.intent,
        intent_title=service.title(example.intent),
        category=example.category,
        likeness=near.likeness,
        same=near.same,
        spans=[_span(span) for span in example.spans],
        file=example.file,
        line=example.line,
    )


def _span(span: Span) -> SpanOut:
    return SpanOut(start=span.start, end=span.end, fact=span.fact, value=span.value)


def _cursor(after: str | None) -> tuple[float, str] | None:
    if after is None:
        return None
    score, _, message_id = after.partition(":")
    try:
        return float(score), message_id
    except ValueError as error:
        raise Invalid("翻页的位置不对，请重新打开。", code="cursor_not_valid") from error


def _aware(at: datetime | None) -> datetime | None:
    if at is not None and at.tzinfo is None:
        raise Invalid("时间要带时区。", code="time_without_zone")
    return at


@cache
def _places() -> list[FactChoice]:
    codes = sorted(str(code) for code in Locale("zh").territories if places.exists(str(code)))
    return [FactChoice(value=code, label=places.name(code)) for code in codes]
