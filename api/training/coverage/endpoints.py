"""The route of the coverage."""

import asyncio
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from api.decision_tree import Library
from api.errors import Invalid
from api.people.access import Trainer
from api.training.coverage import service
from api.training.coverage.service import MOST_NAMES, Covered, OnDisk

router = APIRouter(prefix="/v1/training/coverage", tags=["training"])


class OutcomeCount(BaseModel):
    outcome: str
    title: str
    count: int


class NodeCoverage(BaseModel):
    node: str
    """tree/node."""
    title: str
    """The fact that is asked there."""
    citations: list[str]
    inferred: bool
    tests: int
    stories: int
    cases: int
    conversations: int
    outcomes: list[OutcomeCount]
    """Where real conversations that passed here ended, the most frequent first."""
    test_names: list[str]
    story_names: list[str]
    case_names: list[str]


class TreeCoverage(BaseModel):
    tree: str
    title: str
    nodes: list[NodeCoverage]


class Coverage(BaseModel):
    revision: str
    trees: list[TreeCoverage]
    untested: int
    """Nodes that real conversations meet and no test conversation does."""


@router.get("")
async def coverage(
    request: Request, _: Trainer, since: Annotated[datetime | None, Query()] = None
) -> Coverage:
    """Return what covers each node of the trees, and how often real conversations pass it."""
    if since is not None and since.tzinfo is None:
        raise Invalid("时间要带时区。", code="time_without_zone")
    state = request.app.state
    library: Library = state.shelf.current
    on_disk: OnDisk = state.coverage
    covered = await asyncio.to_thread(on_disk.read, library)
    async with state.database.reading() as session:
        met = await service.met(session, since)
    trees = []
    untested = 0
    # The root first: everything else is reached from it.
    for tree in sorted(library.trees.values(), key=lambda each: each.id != library.root):
        rows = []
        for node in tree.nodes.values():
            key = f"{tree.id}/{node.id}"
            known = covered.get(key, Covered())
            number, outcomes = met.get(key, (0, {}))
            untested += bool(number and not known.tests)
            rows.append(
                NodeCoverage(
                    node=key,
                    title=library.facts[node.fact].title,
                    citations=list(node.cites),
                    inferred=node.inferred,
                    tests=len(known.tests),
                    stories=len(known.stories),
                    cases=len(known.cases),
                    conversations=number,
                    outcomes=[
                        OutcomeCount(outcome=name, title=library.outcomes[name].title, count=count)
                        for name, count in sorted(outcomes.items(), key=lambda o: -o[1])
                        if name in library.outcomes
                    ],
                    test_names=known.tests[:MOST_NAMES],
                    story_names=known.stories[:MOST_NAMES],
                    case_names=known.cases[:MOST_NAMES],
                )
            )
        trees.append(TreeCoverage(tree=tree.id, title=tree.title, nodes=rows))
    return Coverage(revision=library.revision, trees=trees, untested=untested)
