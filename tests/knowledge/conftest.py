"""One knowledge base for all tests: its dictionary takes a second to load."""

import pytest

from api.knowledge import KnowledgeBase
from api.settings import DATA


@pytest.fixture(scope="session")
def knowledge() -> KnowledgeBase:
    base = KnowledgeBase.load(DATA / "knowledge")
    base.warm()
    return base
