"""The facts of the customer's own case: what the intent makes hearsay goes, what was learned comes.

Learned are facts said in words that no list holds, from the marked examples of data/nlu.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.gazetteer import FOUND, MENTIONS, entity
from bot.components.normaliser import is_payload, normalised
from bot.components.sentence_vectors import MEANING
from bot.understanding import learned, lexicon
from bot.understanding.intents import TextClassifier
from bot.understanding.mentions import Mention
from bot.understanding.relevance import NO_CASE, SURE_ENOUGH, of_the_case

CLASSIFIER = "clauses"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class CaseFacts(GraphComponent):
    """Needs the gazetteer, the sentence vectors and the intent before it."""

    def __init__(
        self,
        model_storage: ModelStorage,
        resource: Resource,
        classifier: TextClassifier | None,
    ) -> None:
        self._model_storage = model_storage
        self._resource = resource
        self._classifier = classifier

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> CaseFacts:
        """Untrained."""
        return cls(model_storage, resource, None)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> CaseFacts:
        """The trained component; without a classifier where there was nothing to learn from."""
        with model_storage.read_from(resource) as folder:
            known = (folder / f"{CLASSIFIER}.json").exists()
            classifier = TextClassifier.load(folder, CLASSIFIER) if known else None
        return cls(model_storage, resource, classifier)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """The data files and our own code count as part of the configuration."""
        return lexicon.digest()

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on the clauses of marked examples, and of those that state nothing."""
        from bot.understanding.intent_training import LEAST_EXAMPLES, train

        words, vectors, told = [], [], []
        for message in training_data.intent_examples:
            for clause, vector, label in _taught(message):
                normal, seen = normalised(message).text, message.get(MENTIONS) or []
                words.append(learned.clause_features(normal, seen, clause.start, clause.end))
                vectors.append(vector)
                told.append(label)
        with self._model_storage.write_to(self._resource) as folder:
            if len(set(told)) > 1 and len(told) >= LEAST_EXAMPLES:
                self._classifier = train(words, np.array(vectors), told)
                self._classifier.save(folder, CLASSIFIER)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Settle the entities of a customer's message."""
        for message in messages:
            text = message.get(TEXT)
            if text and not is_payload(text):
                message.set(ENTITIES, self._settled(message), add_to_output=True)
        return messages

    def _settled(self, message: Message) -> list[dict[str, Any]]:
        intent = message.get(INTENT) or {}
        name, sure = str(intent.get("name")), float(intent.get("confidence") or 0.0)
        normal = normalised(message)
        found: list[Mention] = message.get(FOUND) or []
        kept = of_the_case(normal.text, found, name, sure)
        gone = {mention.fact for mention in found} - {mention.fact for mention in kept}
        entities = [one for one in message.get(ENTITIES, []) if one["entity"] not in gone]
        if self._classifier is None or (name in NO_CASE and sure >= SURE_ENOUGH):
            return entities
        names = {one["entity"] for one in entities}
        if name != "inform":
            names.add("service")  # a report says it by its intent
        stated = learned.read(
            normal.text,
            message.get(MENTIONS) or [],
            message.get(MEANING).clauses,
            message.get(MEANING).of_clauses,
            self._classifier,
        )
        return entities + [
            entity(message, mention, type(self).__name__)
            for mention in stated
            if mention.fact not in names
        ]


def _taught(message: Message) -> Iterator[tuple[learned.Clause, np.ndarray, str]]:
    """The clauses of an example that teaches something, and what each of them states."""
    if not message.get(TEXT) or message.get(INTENT) not in learned.TEACHING:
        return
    normal = normalised(message)
    marked = [
        Mention(*normal.normal_span(e["start"], e["end"]), e["entity"], str(e["value"]))
        for e in message.get(ENTITIES, [])
    ]
    meaning = message.get(MEANING)
    for clause, vector in zip(meaning.clauses, meaning.of_clauses, strict=True):
        for label in learned.labels(clause, marked):
            yield clause, vector, label
