"""A case: taking in facts, and deriving where it stands by replaying them."""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.decision_tree import UNSURE, Explanation, Library, Step, explain, walk
from api.diagnosis import repository
from api.diagnosis.library import Shelf
from api.diagnosis.models import Case, CaseFact


@dataclass(frozen=True)
class Said:
    """A statement of a fact."""

    fact: str
    value: str
    by: str
    message_id: str | None = None
    staff_id: str | None = None
    note: str | None = None


@dataclass
class RunningCase:
    """A case with the library it began with and what has been said so far."""

    case: Case
    library: Library
    statements: list[CaseFact]

    @property
    def facts(self) -> dict[str, str]:
        """The facts as they stand: of each, what was said last."""
        return {statement.fact: statement.value for statement in self.statements}

    @property
    def latest(self) -> dict[str, CaseFact]:
        return {statement.fact: statement for statement in self.statements}

    def step(self) -> Step:
        return walk(self.library, self.facts)

    def explanation(self) -> Explanation:
        return explain(self.library, self.facts)

    def take(self, session: AsyncSession, statements: Iterable[Said]) -> dict[str, str]:
        """Add what is new among the statements; return it by fact.

        What was said already is not said again, and a customer's word never overrides
        what an agent or a back-office system has stated.
        """
        added: dict[str, str] = {}
        for said in statements:
            known = self.latest.get(said.fact)
            if known is not None and (
                known.value == said.value or (said.by == "customer" and known.said_by != "customer")
            ):
                continue
            row = CaseFact(
                case_id=self.case.id,
                fact=said.fact,
                value=said.value,
                said_by=said.by,
                staff_id=said.staff_id,
                message_id=said.message_id,
                note=said.note,
                at=clock.now(),
            )
            session.add(row)
            self.statements.append(row)
            added[said.fact] = said.value
        return added


async def running(session: AsyncSession, shelf: Shelf, conversation_id: str) -> RunningCase | None:
    """Return the conversation's case, or None before anything was said about a trouble."""
    found = await repository.case_with_facts(session, conversation_id)
    if found is None:
        return None
    case, statements = found
    return RunningCase(case, await shelf.revision(session, case.revision), statements)


async def running_many(
    session: AsyncSession, shelf: Shelf, conversation_ids: Collection[str]
) -> dict[str, RunningCase]:
    """Return the cases of several conversations, by conversation."""
    found: dict[str, RunningCase] = {}
    for case, statement in await repository.cases_with_facts(session, conversation_ids):
        running = found.get(case.conversation_id)
        if running is None:
            library = await shelf.revision(session, case.revision)
            running = found[case.conversation_id] = RunningCase(case, library, [])
        if statement is not None:
            running.statements.append(statement)
    return found


async def stated(session: AsyncSession, conversation_id: str, fact: str) -> str | None:
    """Return what was said last of a fact in the conversation's case; None for nothing certain."""
    found = await repository.case_with_facts(session, conversation_id)
    values = [row.value for row in found[1] if row.fact == fact] if found else []
    return values[-1] if values and values[-1] != UNSURE else None


def open_case(session: AsyncSession, shelf: Shelf, conversation_id: str) -> RunningCase:
    """Open a case on the current revision; it keeps that revision."""
    case = Case(
        id=str(uuid.uuid4()),
        conversation_id=conversation_id,
        revision=shelf.current.revision,
        opened_at=clock.now(),
    )
    session.add(case)
    return RunningCase(case, shelf.current, [])
