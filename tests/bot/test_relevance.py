"""What a message is about decides which of its facts are the customer's own."""

import pytest

from bot.understanding.normalise import normalise
from bot.understanding.reader import Reader
from bot.understanding.relevance import of_the_case

KEPT = [
    # asking and complaining: a place counts where the customer is in it
    ("去韩国漫游一天多少钱", "ask_billing", {}),
    ("我在釜山，漫游一天扣多少", "ask_billing", {"location": "KR"}),
    ("双模卡在国内走哪张网", "ask_knowledge", {}),
    ("我用的双模卡，去泰国要换卡吗", "ask_knowledge", {"card_type": "ctog"}),
    ("回国后才发现被扣了钱", "ask_billing", {"back_in_china": "yes"}),
    ("号码18912345678，给我退钱", "ask_billing", {"msisdn": "18912345678"}),
    # nothing of it is a case
    ("伦敦现在几点", "out_of_scope", {}),
    ("推荐个首尔烤肉", "out_of_scope", {}),
    # a report keeps all
    ("在首尔没信号，双模卡", "report_no_signal", {"location": "KR", "card_type": "ctog"}),
]


@pytest.mark.parametrize(("text", "intent", "facts"), KEPT)
def test_what_stays(reader: Reader, text: str, intent: str, facts: dict[str, str]) -> None:
    kept = of_the_case(normalise(text).text, reader.mentions(text), intent, 0.9)
    assert {m.fact: m.value for m in kept if m.fact != "service"} == facts


def test_a_bare_place_stays_while_it_is_not_sure_that_it_is_small_talk(reader: Reader) -> None:
    text = "卡帕多奇亚坐热气球"
    for sure, place in ((0.6, {"location": "TR"}), (0.9, {})):
        kept = of_the_case(text, reader.mentions(text), "out_of_scope", sure)
        assert {m.fact: m.value for m in kept} == place
