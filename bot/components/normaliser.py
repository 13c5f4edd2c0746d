"""Puts the normalised text beside the customer's own; the own text is never changed."""

from __future__ import annotations

import re
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.understanding.normalise import Normalised, normalise

NORMALISED = "normalised_text"


_PAYLOAD = re.compile(r"/[a-z_]+(?:\{.*\})?")


def is_payload(text: str) -> bool:
    """Whether this is a pressed choice (/inform{...}) that Rasa itself takes apart."""
    return _PAYLOAD.fullmatch(text) is not None


def normalised(message: Message) -> Normalised:
    """The normalised message with its offsets (normalise() remembers the last few)."""
    return normalise(message.get(TEXT) or "")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class Normaliser(GraphComponent):
    """First in the pipeline, so that every later component reads one spelling."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Normaliser:
        """See parent class."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the normalised text."""
        for message in messages:
            if message.get(TEXT):
                message.set(NORMALISED, normalised(message).text, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """The same for training examples."""
        self.process(training_data.training_examples)
        return training_data
