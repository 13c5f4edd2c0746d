"""The way to a step, with its sources, and what is still possible."""

from api.decision_tree import explain


def test_a_path_names_answers_and_rules(library):
    explanation = explain(library, {"service": "signal", "location": "MM", "card_type": "ctoc"})
    last = explanation.path[-1]
    assert (last.tree, last.node, last.answer) == ("ctoc", "coverage", "no")
    assert last.citations == ("G3.1/1", "G4.A")
    assert last.derived is not None
    assert last.derived.source == "public.ct-roaming-2012"
    assert explanation.open_causes == ("no_c_coverage",)


def test_in_the_beginning_every_cause_is_open(library):
    assert set(explain(library, {}).open_causes) == set(library.outcomes)


def test_each_answer_leaves_fewer_causes_open(library):
    facts: dict[str, str] = {}
    before = len(explain(library, facts).open_causes)
    for fact, value in [("service", "voice"), ("location", "TW"), ("card_type", "ctoc")]:
        facts[fact] = value
        now = explain(library, facts).open_causes
        assert len(now) < before
        before = len(now)
    assert "no_c_coverage" not in now
    assert "foreign_c_coverage" in now
    assert "foreign_operator_us" not in now


def test_an_inferred_node_on_the_way_is_told(library):
    facts = {"service": "data", "location": "TW", "data_roaming_on": "no"}
    assert explain(library, facts).inferred
    assert any(visited.inferred for visited in explain(library, facts).path)


def test_every_node_of_the_data_tree_is_inferred(library):
    assert all(node.inferred for node in library.trees["data"].nodes.values())
