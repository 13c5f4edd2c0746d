"""Whatever is typed, reading it raises nothing: Rasa would lose the turn."""

import random

import pytest

from bot.evaluation import testset
from bot.understanding.examples import examples
from bot.understanding.reader import Reader


def test_every_known_message_can_be_read(reader: Reader) -> None:
    for text in [*(e.text for e in examples()), *(c.text for c in testset.load())]:
        reader.features(text)
        reader.plain(text)


@pytest.mark.parametrize("seed", range(4))
def test_any_mixture_of_their_parts_can_be_read(reader: Reader, seed: int) -> None:
    source = random.Random(seed)
    texts = [example.text for example in examples()]
    for _ in range(300):
        parts = source.sample(texts, 3)
        text = "".join(
            part[source.randrange(len(part)) :][: source.randrange(30)] for part in parts
        )
        mentions = reader.mentions(text)
        assert mentions == sorted(mentions)
        reader.features(text)


def test_a_pressed_choice_goes_through_the_sentence_vectors() -> None:
    from rasa.shared.nlu.training_data.message import Message

    from bot.components.sentence_vectors import MEANING, SentenceVectors

    pressed, typed = Message({"text": '/inform{"network": "g"}'}), Message({"text": "没信号"})
    component = SentenceVectors(None, None, {"network": "网"})
    assert component.process([pressed])[0].get(MEANING) is None
    assert component.process([pressed, typed])[1].get(MEANING) is not None
