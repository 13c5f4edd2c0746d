"""The data keep the contract, the guide's rules, and the product's way of speaking."""

import re

import pytest

CONTRACT_FACTS = {
    "service": {"voice", "sms", "data", "signal"},
    "location": None,
    "card_type": {"ctoc", "ctog"},
    "network": {"c", "g"},
    "card_slot": {"c", "g"},
    "works_at_home": {"yes", "no"},
    "prl_version": None,
    "operator": None,
    "selected_by_hand": {"yes", "no"},
    "sms_centre_ok": {"yes", "no"},
    "back_in_china": {"yes", "no"},
    "card_reissued_after_korea": {"yes", "no"},
    "dialled_digits": None,
    "msisdn": None,
    "iccid": None,
    "imsi": None,
    "ild_open": {"yes", "no"},
    "home_config_ok": {"yes", "no"},
    "vpn_open": {"yes", "no"},
    "subscriber_data_ok": {"yes", "no"},
    "coverage": {"yes", "no", "partial", "unknown"},
}
SAID_BY = {
    "card_type": {"customer", "crm"},
    "sms_centre_ok": {"customer", "agent"},
    "card_reissued_after_korea": {"customer", "crm"},
    "ild_open": {"crm", "agent"},
    "home_config_ok": {"noc", "agent"},
    "vpn_open": {"crm", "agent"},
    "subscriber_data_ok": {"hlr", "agent"},
    "coverage": {"table", "agent"},
}
CONTRACT_OUTCOMES = {
    "no_c_coverage": {"G3.1/1"},
    "card_or_phone_fault": {"G3.1/2", "G3.2/2"},
    "prl_outdated": {"G3.1/3", "G4.B"},
    "ild_not_open": {"G3.1/4", "G3.2/3"},
    "home_network_misconfigured": {"G3.1/5", "G3.2/4", "G3.3/2"},
    "vpn_interference": {"G3.1/6", "G3.2/5"},
    "foreign_c_coverage": {"G3.1/7"},
    "foreign_operator_us": {"G3.1/8", "G4.D"},
    "number_too_long": {"G4.F"},
    "wrong_slot": {"G3.2/1"},
    "wrong_operator": {"G3.2/1", "G4.C"},
    "foreign_operator": {"G3.2/6"},
    "test_at_counter": {"G3.2/7"},
    "sms_centre_wrong": {"G3.3/1"},
    "subscriber_data_wrong": {"G3.3/2"},
    "foreign_coverage_or_operator": {"G3.3/3"},
    "skt_reissue": {"G4.E"},
}
GUIDE = [
    *(f"G1.{n}" for n in range(1, 7)),
    *(f"G2.{n}" for n in range(1, 4)),
    *(f"G3.1/{n}" for n in range(1, 9)),
    *(f"G3.2/{n}" for n in range(1, 8)),
    *(f"G3.3/{n}" for n in range(1, 4)),
    *(f"G4.{letter}" for letter in "ABCDEF"),
    *(f"P{n}" for n in range(1, 16)),
]
LONGEST_QUESTION = 40
LONGEST_PATTERN = 60
BARE_WORDS = {"是", "是的", "有", "没有", "不是", "对", "不", "好", "能", "不能", "正常", "不知道"}


@pytest.mark.parametrize(("fact", "values"), CONTRACT_FACTS.items())
def test_facts_of_the_contract(library, fact, values):
    declared = library.facts[fact]
    assert set(declared.said_by) == SAID_BY.get(fact, {"customer"})
    if values is not None:
        assert set(library.values(fact)) == values


def test_outcomes_of_the_contract_cite_their_rules(library):
    for outcome, rules in CONTRACT_OUTCOMES.items():
        assert rules <= set(library.outcomes[outcome].cites)


def test_every_rule_can_be_cited(library):
    assert set(GUIDE) <= set(library.citations)


def test_korea_notifies_network_operations(library):
    assert library.outcomes["skt_reissue"].notify == "noc_group"


def test_the_sixteen_regions_of_2012_are_listed(library):
    listed = {"HK", "MO", "TW", "KR", "BD", "VN", "IN", "MX"}
    listed |= {"ID", "JP", "TH", "US", "NZ", "CA", "IL", "MN"}
    rows = library.tables["coverage"].rows
    assert set(rows) == listed | {"CN"}
    assert {row for row in rows if rows[row].columns["value"] == "no"} == {"TH", "NZ"}
    for row in rows.values():
        status = row.columns["status"]
        assert status in ("open", "closing", "closed", "unknown")
        if status != "unknown":
            assert row.columns["status_source"] in library.citations
            assert row.columns["status_as_of"]


def test_a_row_without_a_source_of_the_operator_never_claims_a_partner(library):
    for row in library.tables["operators"].rows.values():
        assert row.columns["network"] in ("c", "g", "unknown")
        if row.trust != "guide":
            assert row.columns["partner"] == "unknown"


def test_every_prl_row_is_marked_as_a_sample_in_words(library):
    for row in library.tables["prl"].rows.values():
        assert row.trust == "sample"
        assert "示例" in row.note


def test_a_name_on_a_screen_means_one_operator(library):
    names = [
        name
        for row in library.tables["operators"].rows.values()
        for name in {name.casefold() for name in row.columns["names"]}
    ]
    assert sorted(names) == sorted(set(names))


def test_words_mean_one_thing_without_a_question(library):
    words = [
        (word.casefold(), fact.id, choice.value)
        for fact in library.facts.values()
        for choice in fact.choices
        for word in choice.words
    ]
    assert len({word for word, _, _ in words}) == len(words)
    assert not {word for word, _, _ in words} & BARE_WORDS


def test_answers_can_be_read_and_every_yes_or_no_has_some(library):
    for fact in library.facts.values():
        patterns = [pattern for choice in fact.offered for pattern in choice.answers]
        assert len(set(patterns)) == len(patterns), fact.id
        assert all(len(pattern) <= LONGEST_PATTERN for pattern in patterns), fact.id
        if fact.kind == "yes_no" and fact.asks_customer:
            assert all(choice.answers for choice in fact.choices), fact.id


def test_what_is_asked_about_the_conversation_is_no_fact_of_a_case(library):
    assert [fact.id for fact in library.facts.values() if not fact.of_case] == ["wish"]


def test_questions_are_short_and_ask_one_thing(library):
    for fact in library.facts.values():
        if fact.asks_customer:
            assert len(fact.question) <= LONGEST_QUESTION, fact.id
            assert fact.question.count("？") <= 1
            assert len(fact.why) <= 30, fact.id
            assert not fact.why.endswith(("。", "，"))
            assert fact.help, fact.id
            assert fact.offered[-1].value == "unsure"


def test_a_bare_yes_or_no_is_understood_by_every_yes_or_no_question(library):
    for fact in library.facts.values():
        if fact.kind == "yes_no":
            assert (fact.affirm, fact.deny) == ("yes", "no")


def test_ends_tell_what_to_do_without_a_promise(library):
    for outcome in library.outcomes.values():
        assert outcome.cause.endswith("。")
        assert len(outcome.steps) >= 2, outcome.id
        assert all(step.endswith("。") for step in outcome.steps)
        assert not re.search(r"小时|工作日|马上|保证|一定会", outcome.we_do), outcome.id


def _texts(library):
    for fact in library.facts.values():
        yield from (fact.title, fact.question, fact.why, fact.help, fact.unsure)
        yield from (choice.label for choice in fact.choices)
        yield from (choice.said for choice in fact.choices)
    for outcome in library.outcomes.values():
        yield from (outcome.title, outcome.cause, outcome.we_do, *outcome.steps)
    for citation in library.citations.values():
        yield from (citation.title, citation.text)
    for tree in library.trees.values():
        yield from (node.note for node in tree.nodes.values())
    for table in library.tables.values():
        yield from (row.note for row in table.rows.values())


def test_chinese_is_set_as_the_product_writes_it(library):
    for text in _texts(library):
        assert "亲" not in text
        assert "！" not in text
        assert not re.search(r"[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9][\u4e00-\u9fff]", text), text
        assert not re.search(r"[\u4e00-\u9fff][,;:?!]", text), text


def test_help_can_be_opened(library):
    for fact in library.facts.values():
        if fact.help:
            assert fact.help_source in library.citations
