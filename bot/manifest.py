"""models/manifest.json: which model is in use, of what it was made, and how good it is.

It is committed, so a change of data shows in review with what it did to the scores. `test` are the
scores on the test set (`make evaluate`), `cross_validated` those of the training; `previous` is the
last model that was evaluated.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot import inputs

FILE = inputs.MODELS / "manifest.json"

COMPARED = (
    "intent_macro_f1",
    "out_of_scope_recall",
    "place_f1",
    "fact_macro_f1",
    "category_macro_f1",
)
TOLERANCE = 0.005
"""A score that moves by less has not moved: one message more or less in the test set."""


def read(file: Path = FILE) -> dict[str, Any]:
    """The manifest; empty where there is none that can be read."""
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def trained(made: inputs.Inputs, cross_validated: Mapping[str, Any], file: Path = FILE) -> None:
    """A model was made: its test scores are unknown until it is evaluated."""
    known = read(file)
    scores = {"cross_validated": dict(cross_validated)}
    if known.get("model") == made.model and "test" in known.get("scores", {}):
        scores["test"] = known["scores"]["test"]
    write_whole(
        file,
        {
            "model": made.model,
            "data_hash": made.data_hash,
            "config_hash": made.config_hash,
            "scores": scores,
            "previous": _previous(known, made.model),
        },
    )


def evaluated(model: str, test: Mapping[str, Any], file: Path = FILE) -> dict[str, Any] | None:
    """Keep the test scores of the model in use; return those of the model before it, if known."""
    known = read(file)
    known["previous"] = _previous(known, model)
    known["model"] = model
    known.setdefault("scores", {})["test"] = dict(test)
    write_whole(file, known)
    before: dict[str, Any] | None = (known["previous"] or {}).get("test")
    return before


def compare(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Judge a model by the one before it.

    Returns:
        `worse` where any score has fallen beyond the tolerance, `better` where some have risen and
        none has fallen, `same`, or `first` where nothing is known to compare with; and what moved.
    """
    if before is None:
        return "first", []
    moved, fallen, risen = [], False, False
    for name in COMPARED:
        old, new = before.get(name), after.get(name)
        if old is None or new is None or abs(new - old) < TOLERANCE:
            continue
        moved.append(f"{name} {old:.4f} -> {new:.4f}")
        fallen, risen = fallen or new < old, risen or new > old
    return "worse" if fallen else "better" if risen else "same", moved


def write_whole(file: Path, content: Mapping[str, Any]) -> None:
    """Whole or not at all: a server may be reading it."""
    part = file.with_suffix(".part")
    part.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", "utf-8")
    part.replace(file)


def _previous(known: Mapping[str, Any], model: str) -> dict[str, Any] | None:
    """The last evaluated model that is not this one."""
    test = known.get("scores", {}).get("test")
    if known.get("model") not in (None, model) and test:
        return {"model": known["model"], "test": test}
    previous: dict[str, Any] | None = known.get("previous")
    return previous
