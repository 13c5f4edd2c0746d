"""Mermaid: every node is drawn, and the way walked is marked."""

import re

import pytest

from api.decision_tree import draw, load


def test_all_trees_are_drawn_in_boxes(library):
    chart = draw(library)
    assert chart.startswith("flowchart TD\n")
    assert chart.count("subgraph ") == len(library.trees)
    for tree in library.trees.values():
        for node in tree.nodes:
            assert f"{tree.id}__{node}" in chart
    for outcome in library.outcomes.values():
        assert outcome.title in chart


def test_one_tree_alone_has_no_box(library):
    chart = draw(library, tree="ctog_sms")
    assert "subgraph" not in chart
    assert 'ctog_sms__sms_centre_ok("短信中心号码是否正确<br/>G3.3/1、G2.3")' in chart


def test_the_way_is_marked_by_class_and_thick_arrows(library):
    facts = {"service": "voice", "location": "TW", "card_type": "ctoc", "works_at_home": "yes"}
    chart = draw(library, facts)
    assert "class ctoc__prl_status here" in chart
    assert re.search(r"class triage__service,.*ctoc__works_at_home walked", chart)
    assert 'ctoc__works_at_home ==>|"国内正常 / 没试过"| ctoc__prl_status' in chart
    assert "ctog_voice__" not in chart


def test_an_end_that_is_reached_is_marked(library):
    facts = {"service": "voice", "location": "MM", "card_type": "ctoc"}
    assert "class end__no_c_coverage here" in draw(library, facts)
    assert "class end__no_c_coverage here" in draw(library, facts, tree="ctoc")


def test_a_tree_off_the_way_is_drawn_without_marks(library):
    chart = draw(library, {"service": "voice"}, tree="ctog_sms")
    assert "==>" not in chart
    assert not re.search(r"^class ", chart, re.MULTILINE)


def test_an_inferred_node_says_so(library):
    assert "推断" in draw(library, tree="data")
    assert "推断" not in draw(library, tree="ctoc")


def test_quotes_and_brackets_in_labels_cannot_break_the_chart(small):
    small["facts"]["facts"]["works"]["title"] = 'a "b" <c>'
    assert "a #quot;b#quot; #lt;c#gt;" in draw(load(small))


@pytest.mark.parametrize("tree", ["triage", "ctoc", "ctog_voice", "ctog_sms", "data"])
def test_every_arrow_goes_to_something_drawn(library, tree):
    chart = draw(library, tree=tree)
    drawn = set(re.findall(r"^(\w+)[(\[>]", chart, re.MULTILINE))
    assert set(re.findall(r"[|>] (\w+)$", chart, re.MULTILINE)) <= drawn


def test_an_operator_has_its_name_and_an_only_way_has_no_label(library):
    chart = draw(library, tree="triage")
    assert '|"Sprint"| triage__us_number' in chart
    assert "triage__service --> triage__region" in chart
