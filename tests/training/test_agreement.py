"""Cohen's kappa."""

import pytest

from api.training.review.agreement import between, kappa


def test_a_published_example():
    # Cohen's kappa as worked out in many textbooks: 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no.
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    n, agreed, value = kappa(pairs)
    assert (n, agreed) == (50, 0.7)
    assert value == pytest.approx(0.4)


def test_the_ends():
    assert kappa([]) == (0, 0.0, None)
    assert kappa([("a", "a")] * 5) == (5, 1.0, None)  # one label only: chance says the same
    assert kappa([("a", "a"), ("b", "b")])[2] == 1
    assert kappa([("a", "b"), ("b", "a")])[2] == -1


def test_every_two_people_are_compared_on_what_both_labelled():
    found = between(
        {
            "1": {"lin": "a", "wei": "a"},
            "2": {"lin": "b", "wei": "b", "yu": "a"},
            "3": {"lin": "a"},
        }
    )
    assert [(f.people, f.items) for f in found] == [
        (("lin", "wei"), 2),
        (("lin", "yu"), 1),
        (("wei", "yu"), 1),
    ]
    assert found[0].kappa == 1
