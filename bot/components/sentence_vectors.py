"""What a message and its clauses mean, as vectors: one call of the encoder a message.

Streaming the encoder's weights through the processor is most of its cost, so whatever later
components want to know is asked at once.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.gazetteer import FOUND, MENTIONS
from bot.components.normaliser import NORMALISED, is_payload
from bot.understanding import learned, lexicon
from bot.understanding.intents import plain
from bot.understanding.sentences import encode

TOPICS_FILE = "topics.json"
MEANING = "meaning"
"""Message attribute: a Meaning."""


@dataclass(frozen=True)
class Meaning:
    """Vectors of the whole message and of the clauses in it that may state a fact."""

    whole: np.ndarray
    clauses: list[learned.Clause]
    of_clauses: np.ndarray  # one row a clause

    def fingerprint(self) -> str:
        """For Rasa's cache, which would else print every array: half a minute a training."""
        return hashlib.sha256(self.whole.tobytes() + self.of_clauses.tobytes()).hexdigest()


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SentenceVectors(GraphComponent):
    """Behind the gazetteer: names are replaced before the encoder reads."""

    def __init__(
        self, model_storage: ModelStorage, resource: Resource, topics: dict[str, str]
    ) -> None:
        self._model_storage = model_storage
        self._resource = resource
        self._topics = topics
        self._compiled = learned.compiled_topics(topics)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceVectors:
        """With the topics of the data files as they are now."""
        return cls(model_storage, resource, lexicon.topics(lexicon.documents()))

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SentenceVectors:
        """With the topics of the trained model."""
        with model_storage.read_from(resource) as folder:
            topics = json.loads((folder / TOPICS_FILE).read_text("utf-8"))
        encode(["预热"])  # the weights are read now, and not in the first customer's turn
        return cls(model_storage, resource, topics)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """The data files and our own code count as part of the configuration."""
        return lexicon.digest()

    def train(self, training_data: TrainingData) -> Resource:
        """Nothing is learned: the topics are put into the model."""
        with self._model_storage.write_to(self._resource) as folder:
            text = json.dumps(self._topics, ensure_ascii=False)
            (folder / TOPICS_FILE).write_text(text, "utf-8")
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """The same for the training examples, in one batch; clauses only where they teach facts."""
        examples = [m for m in training_data.training_examples if m.get(TEXT)]
        self._understand(examples, learned.TEACHING)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the vectors of a customer's message."""
        self._understand([m for m in messages if m.get(TEXT) and not is_payload(m.get(TEXT))])
        return messages

    def _understand(
        self, messages: list[Message], with_clauses: frozenset[str] | None = None
    ) -> None:
        if not messages:  # a pressed choice has no words
            return
        texts: list[str] = []
        found: list[list[learned.Clause]] = []
        ends: list[int] = []
        for message in messages:
            normal, seen = message.get(NORMALISED) or "", message.get(MENTIONS) or []
            reads = with_clauses is None or message.get(INTENT) in with_clauses
            clauses = learned.candidates(normal, self._compiled) if reads else []
            if with_clauses is None:  # what names and phrases have said is not asked again
                said = {mention.fact for mention in message.get(FOUND) or ()}
                clauses = [clause for clause in clauses if not clause.about <= said]
            found.append(clauses)
            texts.append(plain(normal, seen))
            texts.extend(learned.clause_text(normal, seen, c.start, c.end) for c in clauses)
            ends.append(len(texts))
        parts = np.split(self._encoded(texts), ends[:-1])
        for message, clauses, rows in zip(messages, found, parts, strict=True):
            message.set(MEANING, Meaning(rows[0], clauses, rows[1:]))

    @staticmethod
    def _encoded(texts: list[str]) -> np.ndarray:
        """One row a text; a message of one clause is read once."""
        rows = {text: row for row, text in enumerate(dict.fromkeys(texts))}
        vectors: np.ndarray = encode(list(rows))[[rows[text] for text in texts]]
        return vectors
