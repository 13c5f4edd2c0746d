"""Puts the review side of the workbench together: its routes, and what they share."""

from typing import Any

from fastapi import APIRouter

from api.settings import Settings
from api.training.changes import endpoints as changes
from api.training.changes.files import Files
from api.training.corpus import Corpus
from api.training.coverage import endpoints as coverage
from api.training.coverage.service import OnDisk
from api.training.drafts import endpoints as drafts
from api.training.drafts.publishing import Publisher
from api.training.drafts.service import Drafts
from api.training.labels import Domain, Locator
from api.training.review import endpoints as review
from api.training.review.scanner import Scanner
from api.training.review.service import Review
from api.training.stories import endpoints as stories
from api.training.stories.service import Stories

ROUTERS: tuple[APIRouter, ...] = (
    review.router,
    changes.router,
    stories.router,
    coverage.router,
    drafts.router,
)


def open_for(state: Any, settings: Settings) -> None:
    """Make what the routes find in the application's state; the database and `live` are open."""
    root = settings.project
    state.files = Files(root)
    state.corpus = Corpus(root)
    domain = Domain(root)
    locator = Locator(root, state.shelf.current)
    state.review = Review(state.database, state.corpus, domain, locator)
    state.scanner = Scanner(state.database, state.shelf)
    state.coverage = OnDisk(root)
    state.drafts = Drafts(state.database, state.files, state.live)
    state.publisher = Publisher(state.database, state.drafts, state.live)
    state.stories = Stories(state.database, root, state.corpus, domain, locator)


async def close(state: Any) -> None:
    """End what runs beside the routes."""
    await state.stories.validator.close()
    await state.drafts.close()
