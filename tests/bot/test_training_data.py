"""The training data: enough of it, no intent without a rule, no copies."""

from collections import Counter
from pathlib import Path

import pytest
from rapidfuzz import fuzz, process
from ruamel.yaml import YAML

from bot.understanding.examples import examples

MAIN = {
    "report_no_signal", "report_call_failure", "report_sms_failure", "report_data_failure",
    "request_human", "inform", "correct", "affirm", "deny", "unsure", "ask_billing",
    "complain_service", "ask_progress", "ask_knowledge", "out_of_scope", "chitchat", "greet",
    "thank",
}  # fmt: skip
LEAST_EXAMPLES = 40
MOST_ALIKE = 90
LONG_ENOUGH_TO_COMPARE = 8
"""Short answers differ by one character and mean it."""


def _yaml(path: str) -> dict:
    return YAML(typ="safe").load(Path(path).read_text("utf-8"))


@pytest.fixture(scope="module")
def domain() -> dict:
    return _yaml("domain.yml")


def test_main_intents_have_enough_examples() -> None:
    count = Counter(intent for intent, _ in examples())
    assert not {intent: count[intent] for intent in MAIN if count[intent] < LEAST_EXAMPLES}


def test_no_example_stands_under_two_intents() -> None:
    count = Counter(text for _, text in examples())
    assert not [text for text, times in count.items() if times > 1]


def test_no_example_is_nearly_another() -> None:
    texts = [text for _, text in examples() if len(text) >= LONG_ENOUGH_TO_COMPARE]
    alike = process.cdist(texts, texts, scorer=fuzz.ratio, score_cutoff=MOST_ALIKE)
    pairs = [(texts[a], texts[b]) for a, b in zip(*alike.nonzero(), strict=False) if a < b]
    assert not pairs


def test_every_intent_leads_to_the_interview(domain: dict) -> None:
    intents = {next(iter(intent)) for intent in domain["intents"]}
    ruled = {
        rule["steps"][0]["intent"]
        for file in Path("data/rules").glob("*.yml")
        for rule in _yaml(str(file))["rules"]
        if rule["steps"][1:] == [{"action": "action_interview"}]
    }
    assert ruled == intents
    assert {intent for intent, _ in examples()} == intents - {"nlu_fallback"}


def test_every_fact_a_customer_can_say_is_an_entity(domain: dict) -> None:
    facts = _yaml("data/diagnosis/facts.yml")["facts"]
    said = {name for name, fact in facts.items() if "customer" in fact["said_by"]}
    assert said <= set(domain["entities"])
