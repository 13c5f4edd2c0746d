"""Understanding as it is made from the data files, once for all tests."""

import pytest

from bot.environment import prepare

prepare()

from bot.understanding.examples import examples  # noqa: E402
from bot.understanding.intent_training import train  # noqa: E402
from bot.understanding.intents import TextClassifier  # noqa: E402
from bot.understanding.reader import Reader  # noqa: E402
from bot.understanding.sentences import encode  # noqa: E402


@pytest.fixture(scope="session")
def reader() -> Reader:
    return Reader()


@pytest.fixture(scope="session")
def classifier(reader: Reader) -> TextClassifier:
    known = list(examples())
    vectors = encode([reader.plain(e.text) for e in known])
    return train([reader.features(e.text) for e in known], vectors, [e.intent for e in known])
