"""Two people change the same text."""

import random

import pytest

from api.training.changes.merge import Clash, merge

BASE = "a\nb\nc\nd\n"


@pytest.mark.parametrize(
    ("mine", "theirs", "merged"),
    [
        ("a\nB\nc\nd\n", BASE, "a\nB\nc\nd\n"),
        (BASE, "a\nB\nc\nd\n", "a\nB\nc\nd\n"),
        ("a\nb\nc\nD\n", "A\nb\nc\nd\n", "A\nb\nc\nD\n"),
        ("a\nb\nc\nd\ne\n", "0\na\nb\nc\nd\n", "0\na\nb\nc\nd\ne\n"),
        ("a\nc\nd\n", "a\nb\nx\nc\nd\n", "a\nx\nc\nd\n"),
        ("a\nB\nc\nd\n", "a\nB\nc\nd\n", "a\nB\nc\nd\n"),
        ("a\nB\nc\nd\n", "a\nB\nc\nD\n", "a\nB\nc\nD\n"),
    ],
)
def test_what_lies_apart_is_merged(mine, theirs, merged):
    assert merge(BASE, mine, theirs) == merged


@pytest.mark.parametrize(
    ("mine", "theirs", "line"),
    [
        ("a\nB\nc\nd\n", "a\nX\nc\nd\n", 2),
        ("a\nd\n", "a\nb\nC\nd\n", 2),
        ("a\nb\nx\nc\nd\n", "a\nb\ny\nc\nd\n", 3),
        ("a\nB\nc\nd\n", "0\na\nX\nc\nd\n", 3),
    ],
)
def test_what_clashes_says_where(mine, theirs, line):
    with pytest.raises(Clash) as told:
        merge(BASE, mine, theirs)
    assert told.value.line == line


def test_no_line_of_either_is_lost_and_none_is_made_up():
    chance = random.Random(7)
    clashes = 0
    for _ in range(400):
        base = [f"{n}\n" for n in range(12)]
        mine, theirs = base[:], base[:]
        mine.insert(chance.randrange(13), "mine\n")
        theirs.insert(chance.randrange(13), "theirs\n")
        gone = chance.randrange(12)
        if chance.random() < 0.5:
            theirs.remove(f"{gone}\n")
        try:
            merged = merge("".join(base), "".join(mine), "".join(theirs)).splitlines(True)
        except Clash:
            clashes += 1
            continue
        assert sorted(merged) == sorted([*theirs, "mine\n"])
        assert [line for line in merged if line != "mine\n"] == theirs
    assert clashes < 120
