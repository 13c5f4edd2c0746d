"""`check` finds each kind of fault, and names where it is."""

import re
from pathlib import Path

import pytest

from api.decision_tree import Finding, TreeError, check, load, load_cases, walk


def _findings(documents) -> list[Finding]:
    return check(load(documents), load_cases(documents))


def _found(documents) -> set[tuple[str, str]]:
    return {(finding.code, finding.where) for finding in _findings(documents)}


def test_a_whole_library_has_no_finding(small):
    assert _findings(small) == []


def test_unknown_target(small, node):
    node(small, "next", "works")["answers"]["yes"] = "nowhere"
    assert ("unknown_target", "next/works") in _found(small)


@pytest.mark.parametrize("target", ["tree:nowhere", "outcome:nowhere", "page:works", ""])
def test_unknown_tree_outcome_or_kind_of_target(small, node, target):
    node(small, "triage", "first")["answers"]["yes"] = target
    assert ("unknown_target", "triage/first") in _found(small)


def test_a_tree_that_starts_nowhere(small):
    small["next"]["tree"]["start"] = "nowhere"
    assert ("unknown_target", "next") in _found(small)


def test_a_library_without_its_root(small):
    small["first"] = small.pop("triage")
    assert ("unknown_target", "triage") in _found(small)


def test_unreachable_node(small):
    small["next"]["nodes"].append(
        {"id": "lost", "fact": "record", "cites": ["R1"], "answers": {"else": "outcome:fine"}}
    )
    assert _found(small) == {("unreachable", "next/lost")}


def test_unreachable_outcome(small):
    small["outcomes"]["outcomes"]["lost"] = small["outcomes"]["outcomes"]["fine"]
    assert _found(small) == {("unreachable", "outcomes/lost")}


def test_cycle_in_a_tree(small, node):
    node(small, "next", "record")["answers"]["no"] = "works"
    [finding] = [finding for finding in _findings(small) if finding.code == "cycle"]
    assert finding.message == "next/works → next/record → next/works"


def test_cycle_across_trees(small, node):
    node(small, "next", "record")["answers"]["no"] = "tree:triage"
    [finding] = [finding for finding in _findings(small) if finding.code == "cycle"]
    assert "triage/first" in finding.message
    assert "next/record" in finding.message


def test_a_node_that_leads_to_itself(small, node):
    node(small, "next", "record")["answers"]["no"] = "record"
    assert ("cycle", "next/record") in _found(small)


def test_dead_end(small, node):
    node(small, "next", "record")["answers"] = {}
    assert ("dead_end", "next/record") in _found(small)


def test_a_ring_without_a_way_out_is_a_dead_end(small, node):
    node(small, "next", "record")["answers"] = {"yes": "works", "no": "works"}
    node(small, "next", "works")["answers"]["no"] = "record"
    assert {("dead_end", "next/record"), ("dead_end", "next/works")} <= _found(small)


def test_undeclared_fact(small, node):
    node(small, "next", "record")["fact"] = "weather"
    assert ("undeclared_fact", "next/record") in _found(small)


def test_a_need_that_is_not_declared(small):
    small["facts"]["facts"]["record"]["needs"] = ["weather"]
    assert ("undeclared_fact", "facts/record") in _found(small)


def test_a_need_with_needs_of_its_own(small):
    small["facts"]["facts"]["record"]["needs"] = ["covered"]
    assert ("bad_need", "facts/record") in _found(small)


def test_node_without_a_source(small, node):
    node(small, "next", "works")["cites"] = []
    assert _found(small) == {("no_source", "next/works")}


def test_row_fact_and_outcome_without_a_source(small):
    small["covers"]["rows"][0]["source"] = ""
    small["facts"]["facts"]["works"]["cites"] = []
    small["outcomes"]["outcomes"]["fine"]["cites"] = []
    assert _found(small) == {
        ("no_source", "covers/TW"),
        ("no_source", "facts/works"),
        ("no_source", "outcomes/fine"),
    }


def test_a_source_that_is_no_citation(small, node):
    node(small, "next", "works")["cites"] = ["R1", "R9"]
    assert _found(small) == {("unknown_citation", "next/works")}


def test_help_without_a_source(small):
    small["facts"]["facts"]["works"]["help"] = "看一下设置。"
    assert _found(small) == {("no_source", "facts/works")}


def test_no_way_on_for_a_customer_who_does_not_know(small, node):
    del node(small, "next", "works")["answers"]["unsure"]
    assert _found(small) == {("no_way_for_unsure", "next/works")}


def test_no_way_on_where_the_table_does_not_know(small, node):
    del node(small, "triage", "first")["answers"]["unknown"]
    assert _found(small) == {("no_way_for_unsure", "triage/first")}


def test_else_is_a_way_on_for_everything(small, node):
    node(small, "next", "works")["answers"] = {"no": "outcome:broken", "else": "record"}
    assert {code for code, _ in _found(small)} == set()


def test_no_way_on_for_a_value(small, node):
    del node(small, "next", "works")["answers"]["no"]
    assert _found(small) == {("no_way_on", "next/works")}


def test_no_way_on_for_values_without_end(small, node):
    switch = node(small, "next", "works")
    switch["fact"], switch["answers"] = "place", {"TW": "record", "unsure": "record"}
    assert ("no_way_on", "next/works") in _found(small)


def test_an_answer_that_is_no_value(small, node):
    node(small, "next", "works")["answers"]["maybe"] = "record"
    assert _found(small) == {("unknown_value", "next/works")}


def test_a_table_that_is_not_there(small):
    small["facts"]["facts"]["covered"]["table"] = "nowhere"
    assert ("unknown_table", "facts/covered") in _found(small)


def test_a_table_that_says_what_its_fact_has_no_value_for(small):
    small["covers"]["rows"][0]["value"] = "perhaps"
    assert _found(small) == {("unknown_value", "facts/covered")}


def test_a_table_fact_that_needs_something_else(small):
    small["facts"]["facts"]["covered"]["needs"] = ["works"]
    assert ("bad_need", "facts/covered") in _found(small)


def test_a_threshold_that_is_not_a_number(small):
    covered = small["facts"]["facts"]["covered"]
    covered.update(
        {"compare": "at_least", "measure": "works", "holds": "yes", "fails": "no"},
        needs=["works", "place"],
    )
    assert ("not_a_number", "facts/covered") in _found(small)


def test_a_customers_fact_that_cannot_be_asked(small):
    del small["facts"]["facts"]["works"]["question"]
    assert _found(small) == {("unasked", "facts/works")}


def test_a_choice_without_choices_and_a_yes_that_is_none(small):
    small["facts"]["facts"]["works"]["affirm"] = "sure"
    del small["facts"]["facts"]["record"]["choices"]
    assert {("unknown_value", "facts/works"), ("no_values", "facts/record")} <= _found(small)


def test_no_may_mean_that_the_customer_does_not_know(small):
    small["facts"]["facts"]["works"]["deny"] = "unsure"
    assert _findings(small) == []


def test_answers_to_what_no_customer_is_asked(small):
    small["facts"]["facts"]["record"]["choices"][0]["answers"] = ["查到"]
    assert _found(small) == {("unasked", "facts/record")}


def test_a_node_or_a_need_of_what_is_not_of_the_case(small):
    small["facts"]["facts"]["works"]["of_case"] = False
    assert _found(small) == {("not_of_case", "next/works")}
    small["facts"]["facts"]["place"]["of_case"] = False
    assert ("not_of_case", "facts/covered") in _found(small)


def test_outcome_without_a_case(small):
    small["next.cases"]["cases"] = [
        case for case in small["next.cases"]["cases"] if case["then"] != {"end": "fine"}
    ]
    assert ("outcome_without_case", "outcomes/fine") in _found(small)


def test_node_without_a_case(small):
    small["next.cases"]["cases"] = small["next.cases"]["cases"][:2]
    assert ("node_without_case", "next/record") in _found(small)


def test_answer_without_a_case(small):
    del small["next.cases"]["cases"][1]
    assert _found(small) == {("answer_without_case", "triage/first")}


def test_a_case_that_fails(small):
    small["next.cases"]["cases"][0]["then"] = {"end": "fine"}
    assert ("case_fails", "next.cases/1") in _found(small)


def test_without_cases_nothing_is_said_about_them(small):
    assert check(load(small)) == []


@pytest.mark.parametrize(
    ("tree", "identifier", "answers"),
    [
        ("next", "works", {"else": "nowhere"}),
        ("triage", "first", {"else": "tree:nowhere"}),
        ("next", "record", {"else": "tree:triage"}),
    ],
)
def test_walking_off_an_unchecked_library_is_one_clear_error(
    small, node, tree, identifier, answers
):
    node(small, tree, identifier)["answers"] = answers
    with pytest.raises(TreeError):
        walk(load(small), {"place": "TW", "works": "yes", "record": "yes"})


def test_every_code_is_explained_in_the_format():
    engine = Path(check.__code__.co_filename).parent
    code = re.compile(r'(?:Finding\(|_found\()\s*"(\w+)"')
    used = {found for path in engine.glob("*.py") for found in code.findall(path.read_text())}
    described = (engine.parents[1] / "docs" / "tree-format.md").read_text(encoding="utf-8")
    assert {found for found in used if f"`{found}`" not in described} == set()
    assert len(used) > 15
