"""jieba words of the normalised text, placed where they stand in the customer's own text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.normaliser import normalised
from bot.understanding import lexicon
from bot.understanding.words import cut, frequencies, teach

WORDS_FILE = "words.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=True)
class WordTokenizer(Tokenizer):
    """Owns jieba's user dictionary: made from the data files in training, kept in the model."""

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        known: Mapping[str, int],
    ) -> None:
        super().__init__(config)
        self._model_storage = model_storage
        self._resource = resource
        self._known = known
        teach(known)

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """What Rasa's Tokenizer reads."""
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
            "prefix_separator_symbol": None,
        }

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> WordTokenizer:
        """A tokenizer with the dictionary as the data files are now."""
        known = frequencies(lexicon.words(lexicon.documents()))
        return cls(config, model_storage, resource, known)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> WordTokenizer:
        """A tokenizer with the dictionary of the trained model."""
        with model_storage.read_from(resource) as folder:
            known = json.loads((folder / WORDS_FILE).read_text("utf-8"))
        return cls(config, model_storage, resource, known)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """The data files count as part of the configuration, or an edited name would be ignored."""
        return lexicon.digest()

    def train(self, training_data: TrainingData) -> Resource:
        """Keep the dictionary in the model."""
        with self._model_storage.write_to(self._resource) as folder:
            (folder / WORDS_FILE).write_text(json.dumps(self._known, ensure_ascii=False), "utf-8")
        return self._resource

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Tokens of the message; other attributes (responses) are not tokenised by us."""
        if attribute != TEXT:
            return [Token(message.get(attribute), 0)]
        found = normalised(message)
        tokens = []
        end = 0
        for word in cut(found.text):
            start, end = end, end + len(word)
            if word.strip():
                own_start, own_end = found.original_span(start, end)
                tokens.append(Token(word, own_start, own_end))
        return tokens or [Token(message.get(TEXT), 0)]
