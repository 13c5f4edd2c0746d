"""Logistic regression over words and characters, with facts masked.

Rasa's own LogisticRegressionClassifier imports skops, which costs seconds at every start, and reads
one feature matrix a component; this one is NumPy at run time.
"""

from __future__ import annotations

import json
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT, TEXT_TOKENS
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.gazetteer import MENTIONS
from bot.components.normaliser import NORMALISED, is_payload
from bot.understanding import lexicon
from bot.understanding.intents import IntentModel, compiled, features

RANKING_LENGTH = 5
CONCEPTS_FILE = "concepts.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class RoamDeskIntentClassifier(IntentClassifier, GraphComponent):
    """Needs the tokenizer and the gazetteer before it."""

    def __init__(
        self,
        model_storage: ModelStorage,
        resource: Resource,
        concepts: dict[str, str],
        model: IntentModel | None,
    ) -> None:
        self._model_storage = model_storage
        self._resource = resource
        self._concepts = concepts
        self._compiled = compiled(concepts)
        self._model = model

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> RoamDeskIntentClassifier:
        """An untrained classifier."""
        return cls(model_storage, resource, lexicon.concepts(lexicon.documents()), None)

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
            concepts = json.loads((folder / CONCEPTS_FILE).read_text("utf-8"))
            return cls(model_storage, resource, concepts, IntentModel.load(folder))

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """The data files and our own code count as part of the configuration."""
        return lexicon.digest()

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on every example with an intent."""
        from bot.understanding.intent_training import train  # scikit-learn, for training only

        examples = [m for m in training_data.intent_examples if m.get(TEXT)]
        self._model = train(
            [self._features(m) for m in examples], [m.get(INTENT) for m in examples]
        )
        with self._model_storage.write_to(self._resource) as folder:
            self._model.save(folder)
            text = json.dumps(self._concepts, ensure_ascii=False)
            (folder / CONCEPTS_FILE).write_text(text, "utf-8")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the intent and the ranking."""
        for message in messages:
            intent, ranking = self._classify(message)
            message.set(INTENT, intent, add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    def _classify(self, message: Message) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        text = message.get(TEXT) or ""
        if is_payload(text):  # Rasa reads it itself, behind us; it must not become a fallback
            return {"name": None, "confidence": 1.0}, []
        if self._model is None or not message.get(NORMALISED):
            return {"name": None, "confidence": 0.0}, []
        ranking = [
            {"name": name, "confidence": confidence}
            for name, confidence in self._model.ranking(self._features(message))[:RANKING_LENGTH]
        ]
        return ranking[0], ranking

    def _features(self, message: Message) -> list[str]:
        words = [token.text for token in message.get(TEXT_TOKENS) or []]
        text, mentions = message.get(NORMALISED) or "", message.get(MENTIONS) or []
        return features(text, words, mentions, self._compiled)
