"""Understanding as it is made from the data files, once for all tests."""

import pytest

from bot.environment import prepare

prepare()

from bot.understanding.examples import examples  # noqa: E402
from bot.understanding.intent_training import train  # noqa: E402
from bot.understanding.intents import IntentModel  # noqa: E402
from bot.understanding.reader import Reader  # noqa: E402


@pytest.fixture(scope="session")
def reader() -> Reader:
    return Reader()


@pytest.fixture(scope="session")
def classifier(reader: Reader) -> IntentModel:
    labels, texts = zip(*examples(), strict=False)
    return train([reader.features(text) for text in texts], labels)
