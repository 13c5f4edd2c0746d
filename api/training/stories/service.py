"""Making a story of a conversation: what was said, as it should have been understood."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from api import privacy
from api.bot_gateway import BotGateway, BotSilent, Understanding
from api.conversations import service as conversations
from api.conversations.models import Message
from api.conversations.text import for_bot
from api.database import Database
from api.errors import Conflict, Invalid
from api.people.models import Staff
from api.training import labels, placeholders
from api.training.changes import proposals
from api.training.changes import service as changes
from api.training.changes.models import Change
from api.training.changes.nlu_text import Span
from api.training.changes.yaml_text import BrokenYaml
from api.training.corpus import Corpus, Snapshot
from api.training.labels import Domain, Locator
from api.training.review import repository as review
from api.training.review.models import ReviewLabel
from api.training.stories import build, checks, closest
from api.training.stories.build import Turn
from api.training.stories.checks import Known, Problem
from api.training.stories.closest import Existing
from api.training.stories.schemas import StoryIn
from api.training.stories.validation import Validator

LONGEST = 60
"""Turns of a story; a longer one teaches nothing that two shorter ones don't."""


class Stories:
    """What the stories' routes share."""

    def __init__(
        self, database: Database, root: Path, corpus: Corpus, domain: Domain, locator: Locator
    ) -> None:
        self.database = database
        self.validator = Validator(root)
        self._root = root
        self._corpus = corpus
        self._domain = domain
        self._locator = locator

    async def turns(self, conversation_id: str, gateway: BotGateway) -> list[Turn]:
        """Return what the customer said until a person took over, as it should be understood.

        Raises:
            NotFound: there is no such conversation.
            Conflict: the bot has read nothing in it.
        """
        async with self.database.reading() as session:
            await conversations.find(session, conversation_id)
            own = await review.said_by_customer(session, conversation_id)
            said: dict[str, ReviewLabel] = {}
            for label, _, _ in await review.labels(session, [m.id for m in own]):
                said.setdefault(label.item_id, label)  # what was accepted, no second opinion
        read = [m for m in own if m.choice is not None or "intent" in (m.trace or {})]
        if not read:
            raise Conflict("这段对话里没有机器人读过的话。", code="nothing_to_tell")
        known = await self._corpus.now()
        return [await self._turn(m, said.get(m.id), known, gateway) for m in read[:LONGEST]]

    async def look(
        self, text: str, kind: str
    ) -> tuple[list[Problem], tuple[Existing, float] | None]:
        """Return what is wrong with a story, and the one most like it."""
        known = await self.known()
        problems = checks.check(text, kind, known)
        try:
            (story,) = closest.of_text(text, kind, "")
        except (BrokenYaml, ValueError):
            return problems, None
        return problems, closest.closest(story.steps, kind, known.stories)

    async def known(self) -> Known:
        """Return what a story may name.

        Raises:
            Conflict: a file of stories is broken.
        """
        stories, domain = await asyncio.gather(
            asyncio.to_thread(closest.read, self._root), asyncio.to_thread(self._domain_document)
        )
        actions = {*domain.get("actions", ()), *domain.get("responses", {})}
        entities = {e if isinstance(e, str) else next(iter(e)) for e in domain.get("entities", ())}
        return Known({*self._domain.intents(), "nlu_fallback"}, actions, entities, stories)

    async def propose(self, body: StoryIn, kind: str, text: str, person: Staff) -> Change:
        """Put a story into the person's draft.

        Raises:
            Invalid: it has errors.
            Conflict: there is such a file already.
        """
        problems, _ = await self.look(text, kind)
        errors = [p for p in problems if p.severity == "error"]
        if errors:
            raise Invalid(
                errors[0].message, code="story_not_valid", line=errors[0].line, why=errors[0].code
            )
        item = build.item_of(text)
        file, payload = proposals.STORIES_FILE, {"item": item}
        if kind == "test_story":
            file, payload = self.file(body, kind), {"text": text}
            if (self._root / file).exists():
                raise Conflict(
                    "已经有同名的测试对话文件，请换一个名字。", code="file_taken", file=file
                )
        async with self.database.transaction() as session:
            return await changes.add(
                session, person, kind=kind, file=file, title=body.name, payload=payload
            )

    def file(self, body: StoryIn, kind: str) -> str:
        if kind == "story":
            return proposals.STORIES_FILE
        return f"{proposals.TESTS_FOLDER}/{body.pattern}/{build.file_name(body.name)}"

    async def _turn(
        self, message: Message, label: ReviewLabel | None, known: Snapshot, gateway: BotGateway
    ) -> Turn:
        if message.choice is not None:
            chosen = json.dumps({message.choice["fact"]: message.choice["value"]})
            return Turn(message.text, "inform", choice=f"/inform{chosen}")
        shown = privacy.mask(message.text)
        text = labels.one_line(for_bot(placeholders.fill(shown)))
        if label is not None:
            spans = [(s["fact"], s["value"], shown[s["start"] : s["end"]]) for s in label.spans]
            found = _find(text, [(f, v, placeholders.fill(words)) for f, v, words in spans])
            return Turn(text, label.intent, found, label.category, corrected=True)
        trace: dict[str, Any] = message.trace or {}
        seen = await _parsed(gateway, text)
        if seen is not None and seen.spans:
            marks = [Span(s["start"], s["end"], s["entity"], str(s["value"])) for s in seen.spans]
            apart = _apart(text, marks)
        else:
            facts = [
                (fact, labels.as_written(fact, str(value), text))
                for fact, value in (trace.get("facts") or {}).items()
            ]
            apart = tuple(self._locator.locate(known, text, facts)[0])
        category = seen.category if seen is not None else None
        return Turn(text, str(trace["intent"]), apart, category)

    def _domain_document(self) -> dict[str, Any]:
        text = (self._root / "domain.yml").read_text(encoding="utf-8")
        document: dict[str, Any] = YAML(typ="safe").load(text)
        return document


async def _parsed(gateway: BotGateway, text: str) -> Understanding | None:
    """Return how the bot reads a sentence by itself; None while it is away."""
    try:
        return await gateway.parse(text)
    except BotSilent:
        return None


def _find(text: str, wanted: Sequence[tuple[str, str, str]]) -> tuple[Span, ...]:
    found, at = [], 0
    for fact, value, words in wanted:
        start = text.find(words, at)
        if start >= 0 and words:
            at = start + len(words)
            found.append(Span(start, at, fact, value))
    return tuple(found)


def _apart(text: str, marks: Sequence[Span]) -> tuple[Span, ...]:
    """Return the marks that can be written side by side: of two that overlap, the longer; a mark
    over the whole of a sentence with others in it is left out."""
    kept: list[Span] = []
    for mark in sorted(marks, key=lambda m: m.end - m.start):
        whole = (mark.start, mark.end) == (0, len(text)) and len(marks) > 1
        free = all(mark.end <= other.start or mark.start >= other.end for other in kept)
        if free and not whole and 0 <= mark.start < mark.end <= len(text):
            kept.append(mark)
    return tuple(sorted(kept, key=lambda m: m.start))
