"""The training data: enough of it, no intent without a rule, no copies."""

from collections import Counter
from pathlib import Path

import pytest
from rapidfuzz import fuzz, process
from ruamel.yaml import YAML

from bot.evaluation.testset import ALIKE, LONG_ENOUGH_TO_COMPARE
from bot.understanding.examples import examples

MAIN = {
    "report_no_signal", "report_call_failure", "report_sms_failure", "report_data_failure",
    "request_human", "inform", "correct", "affirm", "deny", "unsure", "ask_billing",
    "complain_service", "ask_progress", "ask_knowledge", "out_of_scope", "chitchat", "greet",
    "goodbye", "thank",
}  # fmt: skip
LEAST_EXAMPLES = 60
LEAST_PER_VALUE = 15
MANY_VALUES = {"location", "operator"}
FEW_TELL = {"iccid", "imsi"}
"""Numbers with a form of their own, found by it: a dozen examples each are enough."""


def _yaml(path: str) -> dict:
    return YAML(typ="safe").load(Path(path).read_text("utf-8"))


@pytest.fixture(scope="module")
def domain() -> dict:
    return _yaml("domain.yml")


def test_main_intents_have_enough_examples() -> None:
    count = Counter(e.intent for e in examples())
    assert not {intent: count[intent] for intent in MAIN if count[intent] < LEAST_EXAMPLES}


def test_every_value_of_a_fact_is_said_in_many_ways() -> None:
    facts = _yaml("data/diagnosis/facts.yml")["facts"]
    said = Counter((s.fact, s.value) for e in examples() for s in e.spans)
    by_fact = Counter(s.fact for e in examples() for s in e.spans)
    values = [
        (name, choice["value"])
        for name, fact in facts.items()
        if "customer" in fact["said_by"] and fact.get("of_case", True)
        for choice in fact.get("choices", ())
    ]
    assert len(values) >= 20
    assert not {v: said[v] for v in values if said[v] < LEAST_PER_VALUE}
    numbers = {"prl_version", "dialled_digits", "msisdn"} | MANY_VALUES
    assert not {n: by_fact[n] for n in numbers if by_fact[n] < LEAST_PER_VALUE}
    assert all(by_fact[n] >= 10 for n in FEW_TELL)


def test_marked_values_are_values() -> None:
    facts = _yaml("data/diagnosis/facts.yml")["facts"]
    operators = {row["id"] for row in _yaml("data/diagnosis/operators.yml")["rows"]} | {"other"}
    legal = {n: {c["value"] for c in f.get("choices", ())} for n, f in facts.items()}
    for example in examples():
        for span in example.spans:
            assert span.fact in legal, (example.text, span)
            if legal[span.fact]:
                assert span.value in legal[span.fact], (example.text, span)
            elif span.fact == "operator":
                assert span.value in operators, (example.text, span)


def test_every_complaint_has_a_category_of_the_contract() -> None:
    categories = {
        "network_quality", "billing", "business_process", "marketing", "service_attitude",
        "privacy", "technical_fault",
    }  # fmt: skip
    complaints = [e for e in examples() if e.intent in ("complain_service", "ask_billing")]
    assert {e.category for e in complaints} == categories
    assert all(e.category == "billing" for e in complaints if e.intent == "ask_billing")


def test_no_example_stands_under_two_intents() -> None:
    count = Counter(e.text for e in examples())
    assert not [text for text, times in count.items() if times > 1]


def test_no_example_is_nearly_another() -> None:
    texts = [e.text for e in examples() if len(e.text) >= LONG_ENOUGH_TO_COMPARE]
    alike = process.cdist(texts, texts, scorer=fuzz.ratio, score_cutoff=ALIKE)
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
    assert {e.intent for e in examples()} == intents - {"nlu_fallback"}


def test_every_fact_a_customer_can_say_is_an_entity(domain: dict) -> None:
    facts = _yaml("data/diagnosis/facts.yml")["facts"]
    said = {name for name, fact in facts.items() if "customer" in fact["said_by"]}
    assert said <= set(domain["entities"])
