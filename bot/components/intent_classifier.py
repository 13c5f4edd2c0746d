"""The intent of a message, and of a complaint its category.

Logistic regression over words, characters and a sentence vector, with facts masked. Rasa's own
classifier of that kind imports skops, which costs seconds at every start; this one is NumPy then.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import (
    ENTITIES,
    INTENT,
    INTENT_RANKING_KEY,
    METADATA,
    METADATA_INTENT,
    TEXT,
    TEXT_TOKENS,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.gazetteer import MENTIONS
from bot.components.normaliser import NORMALISED, is_payload
from bot.components.sentence_vectors import MEANING
from bot.understanding import lexicon
from bot.understanding.intents import TextClassifier, compiled, features

RANKING_LENGTH = 5
CONCEPTS_FILE = "concepts.json"
INTENTS, CATEGORIES = "intents", "categories"
CATEGORY = "complaint_category"
"""Entity: one of the contract's complaint categories, as `metadata: {category}` of the examples."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class RoamDeskIntentClassifier(IntentClassifier, GraphComponent):
    """Needs the tokenizer, the gazetteer and the sentence vectors before it."""

    def __init__(
        self,
        model_storage: ModelStorage,
        resource: Resource,
        concepts: dict[str, str],
        intents: TextClassifier | None,
        categories: TextClassifier | None,
        complaints: frozenset[str],
    ) -> None:
        self._model_storage = model_storage
        self._resource = resource
        self._concepts = concepts
        self._compiled = compiled(concepts)
        self._intents = intents
        self._categories = categories
        self._complaints = complaints  # the intents whose examples have a category

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> RoamDeskIntentClassifier:
        """An untrained classifier."""
        concepts = lexicon.concepts(lexicon.documents())
        return cls(model_storage, resource, concepts, None, None, frozenset())

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> RoamDeskIntentClassifier:
        """The trained classifier."""
        with model_storage.read_from(resource) as folder:
            kept = json.loads((folder / CONCEPTS_FILE).read_text("utf-8"))
            return cls(
                model_storage,
                resource,
                kept["concepts"],
                TextClassifier.load(folder, INTENTS),
                TextClassifier.load(folder, CATEGORIES) if kept["complaints"] else None,
                frozenset(kept["complaints"]),
            )

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """The data files and our own code count as part of the configuration."""
        return lexicon.digest()

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on every example with an intent, and once more on those with a category."""
        from bot.understanding.intent_training import train  # scikit-learn, for training only

        examples = [m for m in training_data.intent_examples if m.get(TEXT)]
        seen = [self._features(m) for m in examples]
        vectors = np.array([m.get(MEANING).whole for m in examples])
        self._intents = train(seen, vectors, [m.get(INTENT) for m in examples])
        complaints = [i for i, m in enumerate(examples) if _category(m) is not None]
        categories = [str(_category(examples[i])) for i in complaints]
        if len(set(categories)) > 1:
            self._complaints = frozenset(examples[i].get(INTENT) for i in complaints)
            found = [seen[i] for i in complaints]
            self._categories = train(found, vectors[complaints], categories)
        with self._model_storage.write_to(self._resource) as folder:
            self._intents.save(folder, INTENTS)
            if self._categories is not None:
                self._categories.save(folder, CATEGORIES)
            kept = {"concepts": self._concepts, "complaints": sorted(self._complaints)}
            (folder / CONCEPTS_FILE).write_text(json.dumps(kept, ensure_ascii=False), "utf-8")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the intent, the ranking, and a complaint's category."""
        for message in messages:
            text = message.get(TEXT) or ""
            if is_payload(text):  # Rasa reads it itself, behind us; it must not become a fallback
                self._set(message, {"name": None, "confidence": 1.0}, [])
            elif self._intents is None or not message.get(NORMALISED):
                self._set(message, {"name": None, "confidence": 0.0}, [])
            else:
                self._classify(message, self._intents)
        return messages

    def _classify(self, message: Message, intents: TextClassifier) -> None:
        found, vector = self._features(message), message.get(MEANING).whole
        ranking = [
            {"name": name, "confidence": confidence}
            for name, confidence in intents.ranking(found, vector)[:RANKING_LENGTH]
        ]
        self._set(message, ranking[0], ranking)
        if self._categories is not None and ranking[0]["name"] in self._complaints:
            category, confidence = self._categories.ranking(found, vector)[0]
            entity = {
                "entity": CATEGORY,
                "start": 0,
                "end": len(message.get(TEXT)),
                "value": category,
                "confidence_entity": confidence,
                "extractor": type(self).__name__,
            }
            message.set(ENTITIES, [*message.get(ENTITIES, []), entity], add_to_output=True)

    @staticmethod
    def _set(message: Message, intent: dict[str, Any], ranking: list[dict[str, Any]]) -> None:
        message.set(INTENT, intent, add_to_output=True)
        message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)

    def _features(self, message: Message) -> list[str]:
        words = [token.text for token in message.get(TEXT_TOKENS) or []]
        text, mentions = message.get(NORMALISED) or "", message.get(MENTIONS) or []
        return features(text, words, mentions, self._compiled)


def _category(message: Message) -> str | None:
    """The category of the example's block in the training data, where it has one."""
    return ((message.get(METADATA) or {}).get(METADATA_INTENT) or {}).get("category")
