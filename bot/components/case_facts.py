"""The facts of the customer's own case: what the intent makes hearsay goes, what was learned comes.

Learned are facts said in words that no list holds, from the marked examples of data/nlu.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, METADATA, METADATA_INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.gazetteer import FOUND, MENTIONS, entity
from bot.components.normaliser import is_payload, normalised
from bot.components.sentence_vectors import MEANING
from bot.understanding import learned, lexicon, whereabouts
from bot.understanding.facts import Understood
from bot.understanding.intents import TextClassifier
from bot.understanding.learned import told_of_the_case
from bot.understanding.mentions import Mention
from bot.understanding.relevance import of_the_case
from bot.understanding.whereabouts import Whereabouts

CLASSIFIER, PLACES, CUES_FILE = "clauses", "whereabouts", "cues.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class CaseFacts(GraphComponent):
    """Needs the gazetteer, the sentence vectors and the intent before it."""

    def __init__(
        self,
        model_storage: ModelStorage,
        resource: Resource,
        cues: dict[str, str],
        classifier: TextClassifier | None,
        places: Whereabouts | None,
    ) -> None:
        self._model_storage = model_storage
        self._resource = resource
        self._known_cues = cues
        self._cues = learned.compiled_topics(cues)
        self._classifier = classifier
        self._places = places

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> CaseFacts:
        """Untrained, with the cues of the data files as they are now."""
        return cls(model_storage, resource, lexicon.cues(lexicon.documents()), None, None)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> CaseFacts:
        """The trained component; without what there was nothing to learn from."""
        with model_storage.read_from(resource) as folder:
            cues = json.loads((folder / CUES_FILE).read_text("utf-8"))
            known = (folder / f"{CLASSIFIER}.json").exists()
            classifier = TextClassifier.load(folder, CLASSIFIER) if known else None
            known = (folder / f"{PLACES}.json").exists()
            places = Whereabouts.load(folder, PLACES) if known else None
        return cls(model_storage, resource, cues, classifier, places)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """The data files and our own code count as part of the configuration."""
        return lexicon.digest()

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on the clauses of marked examples, and of those that state nothing."""
        from bot.understanding.intent_training import LEAST_EXAMPLES, train, train_whereabouts

        words, vectors, told = [], [], []
        for message in training_data.intent_examples:
            for clause, vector, label in _taught(message):
                normal, seen = normalised(message).text, message.get(MENTIONS) or []
                words.append(learned.clause_features(normal, seen, clause, self._cues))
                vectors.append(vector)
                told.append(label)
        named = [one for m in training_data.intent_examples for one in _places_taught(m)]
        own = [is_own for _, is_own in named]
        with self._model_storage.write_to(self._resource) as folder:
            text = json.dumps(self._known_cues, ensure_ascii=False)
            (folder / CUES_FILE).write_text(text, "utf-8")
            if len(set(own)) > 1 and len(own) >= LEAST_EXAMPLES:
                self._places = train_whereabouts([seen for seen, _ in named], own)
                self._places.save(folder, PLACES)
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
        found: Understood | None = message.get(FOUND)
        if found is None:  # and not where it is empty: it may still name places
            found = Understood([], [])
        kept = of_the_case(normal.text, found, name, sure)
        if self._places is not None and whereabouts.judged(name, sure):
            kept = self._places.settle(normal.text, found, kept, name)
        gone = {mention.fact for mention in found if mention not in kept}
        entities = [one for one in message.get(ENTITIES, []) if one["entity"] not in gone]
        moved = [m for m in kept if m not in found]  # a place that the rules had not settled on
        entities.extend(entity(message, m, type(self).__name__) for m in moved)
        told = told_of_the_case(name, sure)
        if self._classifier is None or not told:
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
            self._cues,
            learned.SURE_ENOUGH if name in learned.MARKED else learned.SURE_IN_PASSING,
            found.refused,
        )
        return entities + [
            entity(message, mention, type(self).__name__)
            for mention in stated
            if mention.fact in told and mention.fact not in names
        ]


def _taught(message: Message) -> Iterator[tuple[learned.Clause, np.ndarray, str]]:
    """The clauses of an example that teaches something, and what each of them states.

    Whoever marked one fact of an example marked all of them, but for the service of a report.
    """
    intent, marks = message.get(INTENT), message.get(ENTITIES, [])
    if not message.get(TEXT) or not (marks or intent in learned.TEACHING):
        return
    by_intent = frozenset(["service"] if str(intent).startswith("report_") else [])
    marked = _marked(message)
    meaning = message.get(MEANING)
    for clause, vector in zip(meaning.clauses, meaning.of_clauses, strict=True):
        if clause.about <= by_intent:
            continue
        for label in learned.labels(clause, marked):
            yield clause, vector, label


def _places_taught(message: Message) -> Iterator[tuple[list[str], bool]]:
    """The named places of an example that marks where its author is, and whether it is there."""
    intent, marks = str(message.get(INTENT)), message.get(ENTITIES, [])
    of_block = (message.get(METADATA) or {}).get(METADATA_INTENT) or {}
    if not message.get(TEXT) or not whereabouts.teaches(intent, bool(marks), of_block):
        return
    text, found = normalised(message).text, message.get(FOUND)
    seen = whereabouts.features(text, found, of_the_case(text, found, intent, 1.0), intent)
    own = whereabouts.labels(found.places, _marked(message))
    yield from ((one, is_own) for one, is_own in zip(seen, own, strict=True) if is_own is not None)


def _marked(message: Message) -> list[Mention]:
    """The facts an example's author marked, placed in the normalised text."""
    normal = normalised(message)
    return [
        Mention(*normal.normal_span(e["start"], e["end"]), e["entity"], str(e["value"]))
        for e in message.get(ENTITIES, [])
    ]
