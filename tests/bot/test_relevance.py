"""What a message is about decides which of its facts are the customer's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bot.understanding import whereabouts
from bot.understanding.examples import Example, examples, parsed
from bot.understanding.intent_training import train_whereabouts
from bot.understanding.mentions import Mention
from bot.understanding.normalise import normalise
from bot.understanding.reader import Reader
from bot.understanding.relevance import of_the_case
from bot.understanding.whereabouts import MOST_PLACES, Whereabouts

KEPT = [
    # asking and complaining: a place counts where the customer is in it
    ("去韩国漫游一天多少钱", "ask_billing", {}),
    ("我在釜山，漫游一天扣多少", "ask_billing", {"location": "KR"}),
    ("双模卡在国内走哪张网", "ask_knowledge", {}),
    ("我用的双模卡，去泰国要换卡吗", "ask_knowledge", {"card_type": "ctog"}),
    ("回国后才发现被扣了钱", "ask_billing", {"back_in_china": "yes"}),
    ("回国后要不要关数据漫游", "ask_knowledge", {}),
    ("出去玩回国以后要不要关漫游", "ask_knowledge", {}),
    ("那边是必须手动选网吗，还是自动选网", "ask_knowledge", {}),
    ("我手动选网选了一家，信号会好点吗", "ask_knowledge", {"selected_by_hand": "yes"}),
    ("他自己点的会员，凭什么扣我钱", "ask_billing", {}),
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


WHERE = [
    ("前天离开巴黎，现在人在马德里，为什么扣了两天的钱", "ask_billing", "ES"),
    ("我住在大阪，想知道怎么退订流量包", "ask_billing", "JP"),
    ("上次去大阪被多扣了两百，什么时候退", "ask_billing", None),
    ("我下个月要去马德里，一天多少钱", "ask_billing", None),
    ("我女儿在柏林，她的账单寄到哪里", "ask_billing", None),
    ("在惠灵顿打你们热线，客服直接挂断", "complain_service", "NZ"),
    ("去年在惠灵顿打你们热线，客服直接挂断", "complain_service", None),
    ("上海营业厅的人推给总部，没人管", "complain_service", None),
    ("本人家住扬州，宽带坏了五天没人来修", "complain_service", "CN"),
    ("衢州江山，村里一格信号都没有", "report_no_signal", "CN"),
    ("在瑞典还能打，坐船到芬兰就打不出去了", "report_call_failure", "FI"),
    ("我在雅典，明天回上海", "inform", "GR"),
]


def _teaching() -> Iterator[Example]:
    for file in sorted(Path("data/nlu").glob("*.yml")):
        for block in YAML(typ="safe").load(file.read_text("utf-8"))["nlu"]:
            for line in block["examples"].splitlines():
                example = parsed(line.removeprefix("- "), block["intent"])
                of_block = block.get("metadata") or {}
                if whereabouts.teaches(example.intent, bool(example.spans), of_block):
                    yield example


@pytest.fixture(scope="module")
def taught(reader: Reader) -> tuple[list[list[str]], list[bool]]:
    """Features and truth of the places in the examples that teach them."""
    seen, own = [], []
    for example in _teaching():
        text, found = normalise(example.text).text, reader.mentions(example.text)
        kept = of_the_case(text, found, example.intent, 1.0)
        features = whereabouts.features(text, found, kept, example.intent)
        told = whereabouts.labels(found.places, _marked(example))
        for one, is_own in zip(features, told, strict=True):
            if is_own is not None:
                seen.append(one)
                own.append(is_own)
    return seen, own


@pytest.fixture(scope="module")
def judge(taught: tuple[list[list[str]], list[bool]]) -> Whereabouts:
    return train_whereabouts(*taught)


def _marked(example: Example) -> list[Mention]:
    normal = normalise(example.text)
    return [Mention(*normal.normal_span(s.start, s.end), s.fact, s.value) for s in example.spans]


def _place(reader: Reader, judge: Whereabouts, text: str, intent: str) -> str | None:
    normal, found = normalise(text).text, reader.mentions(text)
    kept = of_the_case(normal, found, intent, 1.0)
    settled = judge.settle(normal, found, kept, intent)
    assert settled == sorted(settled)
    return {m.fact: m.value for m in settled}.get("location")


@pytest.mark.parametrize(("text", "intent", "place"), WHERE)
def test_where_the_customer_is(
    reader: Reader, judge: Whereabouts, text: str, intent: str, place: str | None
) -> None:
    assert text not in {example.text for example in examples()}
    assert _place(reader, judge, text, intent) == place


def test_places_of_unseen_examples_are_mostly_judged_right(judge: Whereabouts) -> None:
    assert judge.measured["examples"] > 500
    assert judge.measured["f1"] > 0.9


def test_the_same_examples_make_the_same_judge_and_it_is_kept_whole(
    judge: Whereabouts, taught: tuple[list[list[str]], list[bool]], tmp_path: Path
) -> None:
    assert train_whereabouts(*taught) == judge
    judge.save(tmp_path, "places")
    assert Whereabouts.load(tmp_path, "places") == judge


def test_only_the_location_is_judged_and_the_other_facts_stay(
    reader: Reader, judge: Whereabouts
) -> None:
    text = "我在雅典,双模卡,上次在开罗没信号"
    found = reader.mentions(text)
    settled = judge.settle(text, found, found, "report_no_signal")
    assert {m.fact: m.value for m in settled} == {
        "location": "GR",
        "card_type": "ctog",
        "service": "signal",
    }


def test_a_name_of_several_places_stays_to_be_asked_about(
    reader: Reader, judge: Whereabouts
) -> None:
    found = reader.mentions("圣何塞")
    assert [m.fact for m in judge.settle("圣何塞", found, found, "inform")] == ["ambiguous_place"]


def test_a_long_list_of_countries_is_left_to_the_rules(reader: Reader, judge: Whereabouts) -> None:
    text = "我在首尔," + "日本泰国," * MOST_PLACES
    found = reader.mentions(text)
    assert judge.settle(text, found, found, "inform") == found


def test_corrections_and_doubtful_intents_are_not_judged() -> None:
    assert whereabouts.judged("report_no_signal", 0.9)
    assert not whereabouts.judged("report_no_signal", 0.3)
    assert not whereabouts.judged("correct", 0.9)
    assert not whereabouts.judged("out_of_scope", 0.9)


def test_examples_teach_where_all_that_they_mark_is_known() -> None:
    assert whereabouts.teaches("ask_billing", False, {"places": "marked"})
    assert whereabouts.teaches("report_no_signal", True, {})
    assert whereabouts.teaches("inform", False, {})
    assert not whereabouts.teaches("ask_billing", False, {"category": "billing"})
    assert not whereabouts.teaches("correct", True, {"places": "marked"})


def test_every_named_place_is_a_candidate_and_joined_names_are_one(reader: Reader) -> None:
    found = reader.mentions("我家住深圳罗湖,去过东京")
    assert [(m.start, m.end, m.value) for m in found.places] == [(3, 7, "CN"), (10, 12, "JP")]


def test_an_unmarked_place_is_elsewhere_unless_its_country_is_marked() -> None:
    places = [
        Mention(0, 2, "location", "MM"),
        Mention(3, 5, "location", "JP"),
        Mention(6, 9, "location", "MM"),
    ]
    marked = [Mention(0, 2, "location", "MM")]
    assert whereabouts.labels(places, marked) == [True, False, None]
    assert whereabouts.labels(places, []) == [False, False, False]
