"""Every case file of the data, case by case, and what a wrong case says."""

from api.decision_tree import check, load, load_cases, run_case


def test_case(library, case):
    assert run_case(library, case) == []


def test_the_data_has_no_finding(library, cases):
    assert [str(finding) for finding in check(library, cases)] == []


def test_every_tree_has_a_case_file(documents, library):
    assert {f"{tree}.cases" for tree in library.trees} <= set(documents)


def test_a_case_names_its_situation_only_once(cases):
    names = [(case.where.split("/")[0], case.name) for case in cases]
    assert len(names) == len(set(names))


def test_a_wrong_case_says_what_came_instead_and_where(small):
    small["next.cases"]["cases"] = [
        {"name": "猜错", "facts": {"place": "TW"}, "then": {"end": "fine"}}
    ]
    [finding] = run_case(load(small), load_cases(small)[0])
    assert finding.code == "case_fails"
    assert finding.message == "猜错: end fine was expected, ask works came at next/works"


def test_a_case_with_a_value_that_is_none_is_found(small):
    small["next.cases"]["cases"] = [
        {"name": "乱写", "facts": {"works": "perhaps", "colour": "red"}, "then": {"ask": "place"}}
    ]
    findings = run_case(load(small), load_cases(small)[0])
    assert [finding.code for finding in findings] == ["unknown_value", "unknown_value"]
