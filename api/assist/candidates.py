"""What could be said now, of each source, and which of it is offered.

Scores of all sources share one scale, 0 to 1. Each source has a range of its own on it: what
the bot drafted and what the tree asks next are made for this case, an article answers a
question that was asked, phrases and colleagues' replies are of general use.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from api.assist.likeness import alike, bare
from api.conversations.service import Utterance
from api.decision_tree import Ask, Conclude, Library, Wait
from api.diagnosis.service import RunningCase
from api.interview import wording
from api.knowledge import Hit
from api.phrases.search import PhraseHit
from api.tickets import service as tickets
from api.tickets.models import Ticket, TicketClock

MOST = 8
MOST_OF_ONE = {"bot": 2, "tree": 1, "knowledge": 2, "phrase": 3, "history": 2}

TREE_SCORE = 0.86
MOST_SENDERS = 4
"""More colleagues who said the same do not make it better."""


@dataclass(frozen=True)
class Candidate:
    """A reply that may be offered; `key` is what it was made from."""

    source: str
    text: str
    score: float
    key: str
    asks: str | None = None
    choices: Sequence[Any] = ()
    citations: Sequence[Any] = ()


def bot_score(sure: float | None) -> float:
    """Return what a draft of the bot's counts, by how sure it was of what it understood."""
    return round(0.55 + 0.4 * (0.75 if sure is None else min(max(sure, 0.0), 1.0)), 4)


def of_tree(
    case: RunningCase, ticket: Ticket | None, clocks: Sequence[TicketClock], smsc: str
) -> list[Candidate]:
    """Return the tree's next question or advice, worded as the bot words it for the customer.

    Waiting and advice name the ticket and its deadline, so they need a ticket.
    """
    step, library, facts = case.step(), case.library, case.facts
    if isinstance(step, Ask):
        words = wording.question(library, step, facts, "", smsc)
        key = step.fact
    elif ticket is None:
        return []
    elif isinstance(step, Wait):
        card, due = tickets.card(ticket, clocks), tickets.due(clocks, "first_answer")
        words = wording.waiting(library, step, facts, card, due)
        key = step.fact
    else:
        words = _advice(case, step, ticket, clocks)
        key = step.outcome
    return [
        Candidate("tree", words.text, TREE_SCORE, key, words.asks, words.choices, words.citations)
    ]


def _advice(
    case: RunningCase, step: Conclude, ticket: Ticket, clocks: Sequence[TicketClock]
) -> Utterance:
    outcome = case.library.outcomes[step.outcome]
    due = tickets.due(clocks, "result" if outcome.resolves_alone else outcome.clock)
    decided = case.latest.get(case.library.trees[step.tree].nodes[step.node].fact)
    by_system = decided is not None and decided.said_by in ("crm", "noc", "hlr")
    remarks = [decided.note] if decided is not None and by_system and decided.note else []
    card = tickets.card(ticket, clocks)
    return wording.conclusion(case.library, step, case.facts, card, due, remarks=remarks)


def of_knowledge(library: Library, hits: Iterable[Hit]) -> list[Candidate]:
    """Return the articles that answer what was asked; a hit starts at 0.25 to 0.35."""
    return [
        Candidate(
            "knowledge",
            hit.article.text,
            round(0.4 + 0.5 * min(hit.score, 1.0), 4),
            hit.article.id,
            citations=wording.citations(library, hit.article.cites)
            or [
                {
                    "id": hit.article.id,
                    "title": hit.article.title,
                    "text": hit.article.text,
                    "source": hit.article.source,
                }
            ],
        )
        for hit in hits
    ]


def of_phrases(hits: Iterable[PhraseHit]) -> list[Candidate]:
    """Return the phrases found; one of the case's own step is before every other phrase."""
    return [
        Candidate(
            "phrase",
            hit.phrase.text,
            round((0.6 if hit.here else 0.3) + 0.25 * min(hit.likeness, 1.0), 4),
            hit.phrase.id,
        )
        for hit in hits
    ]


def of_history(replies: Iterable[tuple[str, str]]) -> list[Candidate]:
    """Return what colleagues said at this step, each once, by how many of them said it.

    `replies`: id and text of their messages, the latest first.
    """
    groups: dict[str, list[tuple[str, str]]] = {}
    for message_id, text in replies:
        groups.setdefault(bare(text), []).append((message_id, text))
    return [
        Candidate(
            "history",
            group[0][1],
            round(0.4 + 0.1 * min(len(group), MOST_SENDERS), 4),
            f"{len(group)}:{group[0][0]}",
        )
        for group in groups.values()
    ]


def choose(
    drafts: Iterable[str], candidates: Iterable[Candidate], told: Iterable[str]
) -> list[Candidate]:
    """Return what is offered beside the bot's `drafts`, best first.

    Left out: what says the same as something better, or as what was `told` already; what is
    beyond a source's share or beyond `MOST` in all.
    """
    kept = [bare(text) for text in drafts]
    room = MOST - len(kept)
    taken = [bare(text) for text in told] + kept
    share = dict(MOST_OF_ONE)
    chosen = []
    for candidate in sorted(candidates, key=lambda each: -each.score):
        said = bare(candidate.text)
        if room < 1:
            break
        if not said or share[candidate.source] < 1 or any(alike(said, one) for one in taken):
            continue
        room -= 1
        share[candidate.source] -= 1
        taken.append(said)
        chosen.append(candidate)
    return chosen
