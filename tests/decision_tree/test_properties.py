"""Whatever is said, in whatever order, a walk ends in a step, and answers bring it forward."""

from hypothesis import given, settings
from hypothesis import strategies as st

from api.decision_tree import Ask, Conclude, Library, Wait, derive, draw, explain, walk
from tests.decision_tree.conftest import LIBRARY

NODES = sum(len(tree.nodes) for tree in LIBRARY.trees.values())
RUBBISH = st.one_of(
    st.sampled_from(["", " ", "unsure", "unknown", "yes", "no", "0", "-1", "台湾", "/restart"]),
    st.text(max_size=20),
)


def _values(fact: str) -> st.SearchStrategy[str]:
    """A value of the fact, 不知道 among them where the customer may say it."""
    declared = LIBRARY.facts[fact]
    listed = LIBRARY.values(fact)
    if listed is not None:
        known = st.sampled_from(listed)
    elif declared.kind == "place":
        known = st.sampled_from(["TW", "US", "KR", "CN", "JP", "FR", "ZZ"])
    else:
        known = st.integers(10 ** (declared.min_digits - 1), 10**declared.min_digits - 1).map(str)
    return st.one_of(known, st.just("unsure")) if declared.asks_customer else known


@st.composite
def any_facts(draw_value: st.DrawFn, rubbish: bool = True) -> dict[str, str]:
    chosen = draw_value(st.lists(st.sampled_from(sorted(LIBRARY.facts)), unique=True))
    facts = {
        fact: draw_value(st.one_of(_values(fact), RUBBISH) if rubbish else _values(fact))
        for fact in chosen
    }
    if rubbish and draw_value(st.booleans()):
        facts[draw_value(st.text(max_size=10))] = "x"
    return facts


@given(any_facts())
def test_any_facts_end_in_a_step(facts):
    step = walk(LIBRARY, facts)
    assert isinstance(step, Ask | Wait | Conclude)
    assert step.node in LIBRARY.trees[step.tree].nodes
    if isinstance(step, Conclude):
        assert step.outcome in LIBRARY.outcomes
    else:
        assert step.fact in LIBRARY.facts


@given(any_facts(), st.randoms(use_true_random=False))
def test_the_same_facts_in_any_order_give_the_same_step(facts, random):
    shuffled = list(facts.items())
    random.shuffle(shuffled)
    assert walk(LIBRARY, dict(shuffled)) == walk(LIBRARY, facts)


@given(any_facts())
def test_a_walk_changes_nothing(facts):
    before = dict(facts)
    walk(LIBRARY, facts)
    assert facts == before


@given(any_facts())
def test_only_a_customers_fact_is_asked_and_only_one_that_was_not_answered(facts):
    step = walk(LIBRARY, facts)
    if isinstance(step, Ask):
        assert LIBRARY.facts[step.fact].asks_customer
        assert step.fact not in facts
    if isinstance(step, Wait):
        assert "customer" not in step.who
        assert step.who


@settings(max_examples=200)
@given(any_facts(rubbish=False), st.data())
def test_answering_always_brings_it_forward_until_an_end(facts, data):
    facts = dict(facts)
    for _ in range(len(LIBRARY.facts) + 1):
        step = walk(LIBRARY, facts)
        if isinstance(step, Conclude):
            return
        assert step.fact not in facts
        facts[step.fact] = data.draw(_values(step.fact))
        assert walk(LIBRARY, facts) != step
    raise AssertionError("no end")


@given(st.data())
def test_a_customer_who_knows_nothing_reaches_an_end(data):
    facts: dict[str, str] = {}
    while not isinstance(step := walk(LIBRARY, facts), Conclude):
        unsure = isinstance(step, Ask)
        facts[step.fact] = "unsure" if unsure else data.draw(_values(step.fact))
    assert step.outcome in LIBRARY.outcomes


@given(any_facts())
def test_a_path_is_short_and_each_node_is_passed_once(facts):
    explanation = explain(LIBRARY, facts)
    places = [(visited.tree, visited.node) for visited in explanation.path]
    assert len(places) == len(set(places)) <= NODES
    assert explanation.step == walk(LIBRARY, facts)
    assert explanation.open_causes
    assert all(visited.citations for visited in explanation.path)


@given(any_facts(rubbish=False), st.data())
def test_causes_that_are_ruled_out_stay_ruled_out(facts, data):
    explanation = explain(LIBRARY, facts)
    if isinstance(explanation.step, Conclude):
        return
    asked = explanation.step.fact
    after = explain(LIBRARY, facts | {asked: data.draw(_values(asked))})
    assert set(after.open_causes) <= set(explanation.open_causes)


@given(any_facts())
def test_whatever_is_known_can_be_derived_and_drawn(facts):
    for derived in derive(LIBRARY, facts).values():
        assert LIBRARY.accepts(derived.fact, derived.value)
    assert draw(LIBRARY, facts).startswith("flowchart TD")


@given(st.sampled_from(sorted(LIBRARY.facts)), RUBBISH)
def test_a_settled_value_is_always_one_of_the_facts_own(fact, value):
    library: Library = LIBRARY
    settled = library.settled(fact, value)
    assert settled is None or library.accepts(fact, settled) or settled == "unknown"
