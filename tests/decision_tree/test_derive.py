"""Table facts: the value, and the row it rests on."""

import pytest

from api.decision_tree import derive


def test_nothing_is_derived_before_its_needs_are_known(library):
    assert derive(library, {}) == {}


def test_a_derived_value_names_its_source_age_and_trust(library):
    coverage = derive(library, {"location": "TW"})["coverage"]
    assert (coverage.value, coverage.source, coverage.trust) == ("partial", "G4.A", "guide")
    assert "景点" in coverage.note
    assert coverage.row is not None
    assert coverage.row.columns["status"] == "closed"


def test_a_place_that_is_not_listed_has_the_default_row(library):
    coverage = derive(library, {"location": "MM"})["coverage"]
    assert (coverage.value, coverage.as_of) == ("no", "2012-06-13")
    assert "二十几个" in coverage.note


def test_a_place_nobody_knows_is_unknown_and_has_no_row(library):
    coverage = derive(library, {"location": "unsure"})["coverage"]
    assert (coverage.value, coverage.row, coverage.source) == ("unknown", None, None)
    assert (coverage.as_of, coverage.trust, coverage.note) == (None, None, "")


@pytest.mark.parametrize(
    ("place", "version", "status"),
    [
        ("TW", "20000", "ok"),
        ("TW", "19999", "outdated"),
        ("TW", "000020000", "ok"),
        ("TW", "unsure", "unknown"),
        ("TW", "二万", "unknown"),
        ("IN", "99999", "unknown"),
        ("unsure", "99999", "unknown"),
    ],
)
def test_a_prl_version_is_compared_with_the_row_of_the_place(library, place, version, status):
    version = version.lstrip("0") or version
    derived = derive(library, {"location": place, "prl_version": version})
    assert derived["prl_status"].value == status


def test_a_sample_threshold_says_that_it_is_a_sample(library):
    status = derive(library, {"location": "JP", "prl_version": "1"})["prl_status"]
    assert status.trust == "sample"
    assert "示例" in status.note


@pytest.mark.parametrize(
    ("operator", "digits", "length"),
    [
        ("sprint", "15", "ok"),
        ("sprint", "16", "too_long"),
        ("sprint", "unsure", "unknown"),
        ("verizon", "20", "unknown"),
        ("other", "20", "unknown"),
    ],
)
def test_only_sprint_limits_the_length_of_a_number(library, operator, digits, length):
    derived = derive(library, {"operator": operator, "dialled_digits": digits})
    assert derived["number_length"].value == length


@pytest.mark.parametrize(
    ("operator", "partner"),
    [
        ("vodafone", "yes"),
        ("hutchison", "yes"),
        ("sprint", "yes"),
        ("verizon", "yes"),
        ("us_cellular", "no"),
        ("skt", "unknown"),
        ("orange", "unknown"),
        ("other", "unknown"),
        ("unsure", "unknown"),
        ("没听说过", "unknown"),
    ],
)
def test_a_partner_is_only_whom_the_guide_names(library, operator, partner):
    assert derive(library, {"operator": operator})["operator_partner"].value == partner


def test_what_an_agent_has_stated_is_not_derived(library):
    assert "coverage" not in derive(library, {"location": "JP", "coverage": "no"})
