"""Facts as entities: named as the contract names them, with canonical values, each at most once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import spacy
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from spacy.language import Language

from bot.components.normaliser import is_payload, normalised
from bot.understanding import gazetteer, lexicon
from bot.understanding.facts import phrase_finder, understand
from bot.understanding.intents import seen_as
from bot.understanding.mentions import Mention
from bot.understanding.words import frequencies, teach

FOUND = "found_mentions"
"""Message attribute: the mentions themselves, for what looks at them again."""
PIPELINE_FOLDER, PHRASES_FILE = "pipeline", "phrases.json"
MENTIONS = "mentions"
"""Message attribute for the classifiers: (start, end, name) of each in the normalised text."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class Gazetteer(GraphComponent):
    """Behind the tokenizer, before the classifier, which reads 在 <location> and not 在仰光.

    Registered as a featurizer: Rasa runs only those, and no extractors, over the training examples.
    """

    def __init__(
        self,
        model_storage: ModelStorage,
        resource: Resource,
        pipeline: Language,
        phrases: Sequence[tuple[str, str, str]],
    ) -> None:
        self._model_storage = model_storage
        self._resource = resource
        self._pipeline = pipeline
        self._phrases = phrases
        self._find_names = lambda text: gazetteer.mentions(pipeline, text)
        self._find_phrases = phrase_finder(phrases)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Gazetteer:
        """A gazetteer of the data files as they are now."""
        files = lexicon.documents()
        teach(frequencies(lexicon.words(files)))
        return cls(
            model_storage, resource, gazetteer.build(lexicon.names(files)), lexicon.phrases(files)
        )

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Gazetteer:
        """The gazetteer of the trained model; jieba was taught by the tokenizer before it."""
        with model_storage.read_from(resource) as folder:
            pipeline = spacy.load(folder / PIPELINE_FOLDER)
            phrases = json.loads((folder / PHRASES_FILE).read_text("utf-8"))
        return cls(model_storage, resource, pipeline, phrases)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """The data files count as part of the configuration."""
        return lexicon.digest()

    def train(self, training_data: TrainingData) -> Resource:
        """Nothing is learned: the names and phrases are put into the model."""
        with self._model_storage.write_to(self._resource) as folder:
            self._pipeline.to_disk(folder / PIPELINE_FOLDER)
            text = json.dumps(self._phrases, ensure_ascii=False)
            (folder / PHRASES_FILE).write_text(text, "utf-8")
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Only the classifier's attribute: annotated entities of the examples stay as they are."""
        for message in training_data.training_examples:
            if message.get(TEXT):
                self._understand(message)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the entities of a customer's message."""
        for message in messages:
            text = message.get(TEXT)
            if not text or is_payload(text):
                continue
            found = self._understand(message)
            entities = [entity(message, mention, type(self).__name__) for mention in found]
            message.set(ENTITIES, message.get(ENTITIES, []) + entities, add_to_output=True)
        return messages

    def _understand(self, message: Message) -> list[Mention]:
        found = understand(normalised(message).text, self._find_names, self._find_phrases)
        message.set(MENTIONS, [seen_as(mention) for mention in found])
        message.set(FOUND, found)
        return found


def entity(message: Message, mention: Mention, extractor: str) -> dict[str, Any]:
    """A mention as Rasa's entity, placed in the customer's own text."""
    start, end = normalised(message).original_span(mention.start, mention.end)
    return {
        "entity": mention.fact,
        "start": start,
        "end": end,
        "value": mention.value,
        "extractor": extractor,
    }
