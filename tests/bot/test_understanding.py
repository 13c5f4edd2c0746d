"""The model in use on the test set: the scores that its users can rely on.

The bounds are what the product promises; the exact figures stand in models/manifest.json. What is
scored was never trained on: messages that training examples hold too are left out.
"""

import json

import pytest

from bot import inputs, manifest
from bot.environment import prepare, quieten

prepare()

from bot.evaluation import model, scores, testset  # noqa: E402
from bot.understanding.examples import examples  # noqa: E402

LEAST = {
    "intent_macro_f1": 0.93,
    "out_of_scope_recall": 0.90,
    "place_f1": 0.94,
    "fact_macro_f1": 0.90,
    "category_macro_f1": 0.85,
    "right_when_sure": 0.97,
    "share_sure": 0.60,
}


@pytest.fixture(scope="module")
def name() -> str:
    return json.loads(inputs.CURRENT.read_text("utf-8"))["model"]


@pytest.fixture(scope="module")
def figures(name: str) -> dict:
    quieten()
    cases = testset.unseen(testset.load(), [example.text for example in examples()])
    assert len(cases) >= 1_400
    found = model.predictions(inputs.archive(name), [case.text for case in cases])
    return scores.summary(cases, found)


@pytest.mark.parametrize(("figure", "least"), LEAST.items())
def test_the_model_is_as_good_as_promised(figures: dict, figure: str, least: float) -> None:
    assert figures[figure] >= least


def test_the_manifest_says_what_is_so(figures: dict, name: str) -> None:
    known = manifest.read()
    assert known["model"] == name, "run `make evaluate` and commit models/manifest.json"
    verdict, moved = manifest.compare(known["scores"]["test"], figures)
    assert verdict == "same", moved
