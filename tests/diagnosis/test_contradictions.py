"""What does not go together in a case, by the guide's rules and the data's rows."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.decision_tree import UNSURE, load
from api.diagnosis.contradictions import contradictions
from api.diagnosis.library import read_documents

LIBRARY = load(read_documents(Path(__file__).parents[2] / "data" / "diagnosis"))
G_SIDE, C_SIDE = "204040912345678", "460030912345678"


def odd(**facts):
    return contradictions(LIBRARY, facts)


@pytest.mark.parametrize(
    ("facts", "concerned", "cite"),
    [
        ({"card_type": "ctoc", "location": "FR"}, ("card_type", "location"), "G3.1/1"),
        ({"card_type": "ctoc", "location": "KR"}, ("card_type", "location"), "G2.1"),
        (
            {"card_type_on_record": "ctoc", "location": "FR"},
            ("card_type_on_record", "location"),
            "public.ct-roaming-2012",
        ),
        ({"card_type": "ctog", "network": "c", "location": "FR"}, ("network", "location"), "G2.2"),
        ({"network": "g", "card_slot": "c"}, ("network", "card_slot"), "G3.2/1"),
        ({"card_type": "ctoc", "card_slot": "g"}, ("card_type", "card_slot"), "G2.1"),
        ({"network": "c", "card_slot": "g"}, ("network", "card_slot"), "project.inferred"),
        ({"card_type": "ctoc", "network": "g"}, ("card_type", "network"), "G2.1"),
        ({"card_type": "ctoc", "operator": "att"}, ("card_type", "operator"), "G2.1"),
        ({"card_type": "ctoc", "imsi": G_SIDE}, ("imsi", "card_type"), "G2.2"),
        ({"network": "c", "imsi": G_SIDE}, ("imsi", "network"), "G2.2"),
        ({"card_type": "ctog", "network": "g", "imsi": C_SIDE}, ("imsi", "network"), "G1.2"),
        ({"prl_version": "19999", "location": "JP"}, ("prl_version", "location"), "G4.B"),
        ({"operator": "sprint", "location": "FR"}, ("operator", "location"), "G4.D"),
        ({"operator": "sprint", "dialled_digits": "16"}, ("dialled_digits", "operator"), "G4.F"),
        ({"location": "CN", "back_in_china": "no"}, ("location", "back_in_china"), "G3.2/7"),
        (
            {"card_type": "ctog", "card_type_on_record": "ctoc"},
            ("card_type", "card_type_on_record"),
            "G2.1",
        ),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_said_with_its_facts_and_citation(facts, concerned, cite):
    (found,) = odd(**facts)
    assert found.facts == concerned
    assert cite in found.cites


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"card_type": "ctog", "location": "FR", "network": "g", "card_slot": "g", "imsi": G_SIDE},
        {"card_type": "ctoc", "location": "HK", "imsi": C_SIDE, "card_slot": "c"},
        {"card_type": "ctoc", "location": UNSURE},
        {"card_type": UNSURE, "location": "FR"},
        {"card_type": "ctoc", "location": "FR", "coverage": "yes"},
        {"prl_version": "20000", "location": "JP"},
        {"prl_version": "1", "location": "FR"},
        {"prl_version": "19999", "location": "JP", "prl_status": "ok"},
        {"operator": "vodafone", "location": "GB"},
        {"operator": "other", "location": "GB"},
        {"operator": "sprint", "dialled_digits": "15"},
        {"operator": "verizon", "dialled_digits": "16"},
        {"location": "FR", "back_in_china": "no", "works_at_home": "no"},
        {"card_type": "rubbish", "location": "FR", "nonsense": "x", "imsi": "20404"},
    ],
)
def test_what_goes_together_or_is_unknown_is_not_said(facts):
    assert odd(**facts) == []


def test_a_dated_row_says_how_far_to_trust_it():
    (coverage,) = odd(card_type="ctoc", location="FR")
    assert "可能有遗漏" in coverage.text
    (prl,) = odd(prl_version="19999", location="JP")
    assert "示例数据" in prl.text
    assert "20000" in prl.text


def test_the_record_counts_before_the_customers_word():
    found = odd(card_type="ctoc", card_type_on_record="ctog", location="FR")
    assert [each.facts for each in found] == [("card_type", "card_type_on_record")]


def test_an_outdated_prl_said_to_be_updated_is_named():
    (found,) = odd(prl_version="19999", location="JP", prl_updated="yes")
    assert "prl_updated" in found.facts


def _values(fact):
    listed = LIBRARY.values(fact.id)
    if listed:
        return st.sampled_from([*listed, UNSURE, "rubbish"])
    if fact.kind == "place":
        return st.sampled_from(["CN", "FR", "US", "KR", "JP", "TW", "XX", UNSURE])
    return st.sampled_from([G_SIDE, C_SIDE, "1", "16", "10000", "", UNSURE])


FACTS = st.fixed_dictionaries({}, optional={f: _values(LIBRARY.facts[f]) for f in LIBRARY.facts})


@given(FACTS)
def test_any_facts_give_contradictions_that_can_be_checked(facts):
    found = contradictions(LIBRARY, facts)
    for each in found:
        assert set(each.facts) <= set(facts)
        assert set(each.cites) <= set(LIBRARY.citations)
        assert each.cites
    assert len({each.text for each in found}) == len(found)
