"""The component that settles a message's facts, with what stands before it in the pipeline."""

from collections.abc import Callable

import pytest
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.components.case_facts import CaseFacts
from bot.components.gazetteer import FOUND, MENTIONS
from bot.understanding.facts import Understood
from bot.understanding.reader import Reader
from bot.understanding.whereabouts import Whereabouts

Settle = Callable[[str, str], dict[str, str]]


@pytest.fixture
def settle(reader: Reader) -> Settle:
    begins = "head True mainland asking 0"  # who begins with a place is there
    judge = Whereabouts(weights={begins: 9.0}, intercept=-1.0)
    component = CaseFacts(None, None, {}, None, judge)

    def facts(text: str, intent: str) -> dict[str, str]:
        found = reader.mentions(text)
        said = {TEXT: text, INTENT: {"name": intent, "confidence": 0.9}, ENTITIES: []}
        message = Message({**said, FOUND: found, MENTIONS: []})
        component.process([message])
        return {one["entity"]: one["value"] for one in message.get(ENTITIES)}

    return facts


def test_a_place_is_judged_where_the_rules_found_nothing_at_all(
    settle: Settle, reader: Reader
) -> None:
    text = "扬州邗江区，家里宽带从前天开始光猫亮红灯"
    found = reader.mentions(text)
    assert isinstance(found, Understood)
    assert (list(found), len(found.places)) == ([], 1)
    assert settle(text, "complain_service") == {"location": "CN"}
    assert settle("客服说扬州也是这样", "complain_service") == {}


def test_a_message_that_names_no_place_has_none(settle: Settle) -> None:
    assert settle("宽带坏了没人修", "complain_service") == {}
    assert settle("", "inform") == {}
