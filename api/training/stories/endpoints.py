"""The routes of stories."""

from fastapi import APIRouter, Request, Response

from api.errors import NotFound
from api.people.access import Trainer, Transaction
from api.privacy import mask
from api.training.changes.models import Change
from api.training.review import repository
from api.training.review.service import title
from api.training.stories import build, checks
from api.training.stories.checks import Problem
from api.training.stories.closest import Existing
from api.training.stories.schemas import (
    Candidate,
    CheckIn,
    CheckOut,
    ClosestOut,
    Kind,
    ProblemOut,
    StoryIn,
    StoryOut,
    TurnOut,
)
from api.training.stories.service import Stories
from api.training.stories.validation import CANDIDATES, Validation

router = APIRouter(prefix="/v1/training/stories", tags=["training"])

MOST_CANDIDATES = 50
LONGEST_TEXT = 80


@router.get("/candidates")
async def candidates(session: Transaction, _: Trainer) -> list[Candidate]:
    """Return conversations that trainers labelled messages of, the latest first."""
    rows = await repository.labelled_conversations(session, MOST_CANDIDATES)
    return [
        Candidate(
            conversation_id=key, text=mask(words)[:LONGEST_TEXT], turns=n, corrected=labelled, at=at
        )
        for key, labelled, at, words, n in rows
    ]


@router.post("", status_code=201)
async def make(body: StoryIn, request: Request, response: Response, person: Trainer) -> StoryOut:
    """Make a story or a test conversation of a conversation; it goes into your draft.

    With `preview` it is only shown, beside the story that is most like it and with what clashes.
    """
    stories: Stories = request.app.state.stories
    kind = _kind(body.kind)
    turns = await stories.turns(body.conversation_id, request.app.state.gateway)
    make_text = build.story if kind == "story" else build.test_story
    text = body.text or make_text(body.name, turns)
    problems, closest = await stories.look(text, kind)
    change: Change | None = None
    if body.preview:
        response.status_code = 200
    else:
        change = await stories.propose(body, kind, text, person)
    return StoryOut(
        id=change.id if change else None,
        change_set=change.set_id if change else None,
        kind=kind,
        name=body.name,
        file=stories.file(body, kind),
        text=text,
        turns=[
            TurnOut(
                text=turn.text,
                intent=turn.intent,
                intent_title=title(turn.intent),
                corrected=turn.corrected,
            )
            for turn in turns
        ],
        closest=_closest(closest),
        problems=[_problem(each) for each in problems],
    )


@router.post("/check", status_code=202)
async def begin_check(body: CheckIn, request: Request, _: Trainer) -> CheckOut:
    """Let Rasa itself judge a story, beside everything there is; ask for the result by its id."""
    stories: Stories = request.app.state.stories
    run = stories.validator.begin(_kind(body.kind), body.text)
    return await _checked(stories, run)


@router.get("/check/{run_id}")
async def check(run_id: str, request: Request, _: Trainer) -> CheckOut:
    """Return what Rasa says of a story, with the lines that clash and a proposed repair."""
    stories: Stories = request.app.state.stories
    run = stories.validator.get(run_id)
    if run is None:
        raise NotFound("没有这次校验，请重新开始。", code="check_not_found")
    return await _checked(stories, run)


async def _checked(stories: Stories, run: Validation) -> CheckOut:
    found: list[Problem] = []
    if run.state == "done":
        known = await stories.known()
        found = checks.of_validation(run.text, run.told, CANDIDATES[run.kind], known)
    return CheckOut(
        id=run.id,
        state=run.state,
        problems=[_problem(each) for each in found],
        why=run.why,
    )


def _kind(given: str) -> Kind:
    return "story" if given == "story" else "test_story"


def _closest(found: tuple[Existing, float] | None) -> ClosestOut | None:
    if found is None:
        return None
    story, likeness = found
    return ClosestOut(
        name=story.name,
        file=story.file,
        line=story.line,
        text=story.text,
        likeness=round(likeness, 3),
    )


def _problem(found: Problem) -> ProblemOut:
    return ProblemOut(
        line=found.line,
        message=found.message,
        code=found.code,
        severity=found.severity,
        repair=found.repair,
        repair_title=found.repair_title,
    )
