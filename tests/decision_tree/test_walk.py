"""A walk replays what is known and stops at the first thing that is not."""

from api.decision_tree import Ask, Conclude, Wait, load, walk


def test_what_a_fact_needs_is_asked_before_it(small):
    assert walk(load(small), {}) == Ask("triage", "first", "place")


def test_a_fact_of_the_back_office_is_waited_for(small):
    step = walk(load(small), {"place": "TW", "works": "yes"})
    assert step == Wait("next", "record", "record", ("crm", "agent"))
    assert step.kind == "wait"


def test_a_back_office_fact_waits_until_its_need_is_asked(small):
    small["facts"]["facts"]["phone"] = {
        **small["facts"]["facts"]["place"],
        "kind": "digits",
    }
    small["facts"]["facts"]["record"]["needs"] = ["phone"]
    library = load(small)
    facts = {"place": "TW", "works": "yes"}
    assert walk(library, facts) == Ask("next", "record", "phone")
    assert walk(library, facts | {"phone": "unsure"}).kind == "wait"


def test_an_end_names_the_node_that_led_to_it(small):
    step = walk(load(small), {"place": "TW", "works": "no"})
    assert step == Conclude("next", "works", "broken")


def test_an_agents_word_wins_over_the_table(small):
    library = load(small)
    assert walk(library, {"place": "TW"}).kind == "ask"
    assert walk(library, {"place": "TW", "covered": "no"}) == Conclude("triage", "first", "bare")
    assert walk(library, {"covered": "no"}) == Conclude("triage", "first", "bare")


def test_rubbish_from_a_customer_counts_as_not_knowing(small):
    library = load(small)
    rubbish = walk(library, {"place": "TW", "works": "也许吧"})
    assert rubbish == walk(library, {"place": "TW", "works": "unsure"})


def test_rubbish_from_the_back_office_counts_as_never_said(small):
    library = load(small)
    facts = {"place": "TW", "works": "yes"}
    assert walk(library, facts | {"record": "banana"}) == walk(library, facts)


def test_a_table_fact_that_is_set_to_rubbish_is_unknown(small):
    step = walk(load(small), {"place": "FR", "covered": "banana"})
    assert step == Ask("next", "works", "works")


def test_facts_that_are_not_declared_are_ignored(small):
    assert walk(load(small), {"weather": "rain"}) == walk(load(small), {})


def test_an_unknown_place_is_unknown_not_uncovered(small):
    assert walk(load(small), {"place": "unsure"}) == Ask("next", "works", "works")


def test_the_example_of_the_guide_in_taiwan(library):
    facts: dict[str, str] = {}
    asked = []
    answers = {
        "service": "voice",
        "location": "TW",
        "card_type": "ctoc",
        "works_at_home": "yes",
        "prl_version": "20000",
        "msisdn": "18900001234",
        "ild_open": "yes",
        "home_config_ok": "yes",
        "vpn_open": "no",
    }
    while not isinstance(step := walk(library, facts), Conclude):
        asked.append(step.fact)
        facts[step.fact] = answers[step.fact]
    assert asked == list(answers)
    assert step.outcome == "foreign_c_coverage"
