"""The manifest remembers how good the last model was, so a worse one shows."""

from pathlib import Path

import pytest

from bot import inputs, manifest

GOOD = {"intent_macro_f1": 0.95, "place_f1": 0.98, "fact_macro_f1": None}
MADE = inputs.Inputs("data", "config")


@pytest.mark.parametrize(
    ("after", "verdict"),
    [
        ({**GOOD}, "same"),
        ({**GOOD, "place_f1": 0.982}, "same"),
        ({**GOOD, "place_f1": 0.99}, "better"),
        ({**GOOD, "place_f1": 0.99, "intent_macro_f1": 0.93}, "worse"),
    ],
)
def test_verdicts(after: dict, verdict: str) -> None:
    assert manifest.compare(GOOD, after)[0] == verdict


def test_the_first_model_has_nothing_to_be_compared_with() -> None:
    assert manifest.compare(None, GOOD) == ("first", [])


def test_a_new_model_is_compared_with_the_last_evaluated(tmp_path: Path) -> None:
    file = tmp_path / "manifest.json"
    manifest.trained(MADE, {"accuracy": 0.7}, file)
    assert manifest.evaluated(MADE.model, GOOD, file) is None
    newer = inputs.Inputs("other", "config")
    manifest.trained(newer, {"accuracy": 0.8}, file)
    assert "test" not in manifest.read(file)["scores"]
    assert manifest.evaluated(newer.model, {"place_f1": 0.9}, file) == GOOD
    assert manifest.evaluated(newer.model, {"place_f1": 0.9}, file) == GOOD


def test_training_the_same_again_keeps_its_scores(tmp_path: Path) -> None:
    file = tmp_path / "manifest.json"
    manifest.trained(MADE, {}, file)
    manifest.evaluated(MADE.model, GOOD, file)
    manifest.trained(MADE, {}, file)
    assert manifest.read(file)["scores"]["test"] == GOOD


def test_a_damaged_manifest_is_written_anew(tmp_path: Path) -> None:
    file = tmp_path / "manifest.json"
    file.write_text("{", "utf-8")
    manifest.trained(MADE, {"accuracy": 0.7}, file)
    assert manifest.read(file)["model"] == MADE.model
