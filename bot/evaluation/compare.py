"""Pipelines side by side: the same stratified splits, several seeds, one process a fit.

Spans of examples whose author marked none are filled in by our own reader, so that pipelines which
learn spans see as many as we can give; the facts they are scored on are the authors'.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from statistics import mean, median, pstdev
from typing import Any

from bot.evaluation import scores, testset
from bot.evaluation.fold import PIPELINES
from bot.evaluation.scores import Prediction
from bot.evaluation.testset import Case
from bot.understanding.examples import Example, examples
from bot.understanding.normalise import normalise
from bot.understanding.reader import Reader

TABLE = Path("results/pipelines.json")
TITLES = {
    "roamdesk": "本项目（逻辑回归 + 词典与句式）",
    "logistic_crf": "Rasa 逻辑回归 + CRF",
    "diet": "Rasa DIET",
    "spacy": "spaCy textcat + NER",
}
MARKED = frozenset(["inform"])
"""Intents whose examples have every fact marked by their authors: facts are scored on these."""


def table() -> list[dict[str, Any]]:
    """The rows of the last comparison; none where there was none."""
    try:
        rows: list[dict[str, Any]] = json.loads(TABLE.read_text("utf-8"))["rows"]
    except (OSError, ValueError, KeyError):
        return []
    return rows


def run(wanted: Sequence[str], seeds: int, folds: int, sample: int) -> None:
    """Compare; every finished pipeline is written at once, so an interrupted run keeps its rows."""
    unknown = set(wanted) - set(PIPELINES)
    if unknown:
        raise SystemExit(f"no such pipeline: {', '.join(sorted(unknown))}; there are {PIPELINES}")
    known = _sample([example for example in examples() if example.text], sample)
    rows = {row["pipeline"]: row for row in table()}
    for pipeline in wanted or PIPELINES:
        rows[pipeline] = _measure(pipeline, known, seeds, folds)
        kept = [rows[name] for name in PIPELINES if name in rows]
        content = {"examples": len(known), "seeds": seeds, "folds": folds, "rows": kept}
        TABLE.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", "utf-8")
        print(json.dumps(rows[pipeline], ensure_ascii=False), flush=True)


def _sample(known: list[Example], size: int) -> list[Example]:
    """Always the same stratified part: Rasa's own pipelines take hours on all of it."""
    if not 0 < size < len(known):
        return known
    from sklearn.model_selection import train_test_split

    labels = [example.intent for example in known]
    kept, _ = train_test_split(known, train_size=size, stratify=labels, random_state=0)
    return list(kept)


def _measure(pipeline: str, known: list[Example], seeds: int, folds: int) -> dict[str, Any]:
    from sklearn.model_selection import StratifiedKFold

    intents, facts, seconds, memory, milliseconds = [], [], [], [], []
    labels = [example.intent for example in known]
    for seed in range(seeds):
        splitter = StratifiedKFold(n_splits=folds, shuffle=True, random_state=seed)
        for number, (train, held_out) in enumerate(splitter.split(labels, labels), 1):
            started = time.monotonic()
            cases = [_case(known[i]) for i in held_out]
            report = _fit(pipeline, [known[i] for i in train], cases)
            found = _predictions(report)
            figures = scores.summary(cases, found)
            marked = [i for i, case in enumerate(cases) if case.intent in MARKED]
            told = scores.summary([cases[i] for i in marked], [found[i] for i in marked])
            intents.append(figures["intent_macro_f1"])
            facts.append(told["fact_micro_f1"])
            seconds.append(report["train_seconds"])
            memory.append(report["memory_mb"])
            milliseconds.append(figures["parse_ms_p50"])
            took = time.monotonic() - started
            print(f"{pipeline} seed {seed} part {number}/{folds}: {took:.0f} s", flush=True)
    cases = testset.unseen(testset.load(), [example.text for example in known])
    figures = scores.summary(cases, _predictions(_fit(pipeline, known, cases)))
    return {
        "pipeline": pipeline,
        "title": TITLES[pipeline],
        "intent_macro_f1": f"{mean(intents):.3f} ± {pstdev(intents):.3f}",
        "fact_micro_f1": f"{mean(facts):.3f} ± {pstdev(facts):.3f}",
        "test_intent_macro_f1": figures["intent_macro_f1"],
        "test_fact_micro_f1": figures["fact_micro_f1"],
        "test_calibration_error": figures["calibration_error"],
        "test_right_when_sure": figures["right_when_sure"],
        "train_seconds": round(median(seconds), 1),
        "parse_ms": round(median(milliseconds), 1),
        "memory_mb": round(median(memory)),
    }


def _case(example: Example) -> Case:
    return Case(example.text, example.intent, example.facts, example.category)


def _predictions(report: dict[str, Any]) -> list[Prediction]:
    return [Prediction(**answer) for answer in report["answers"]]


def _fit(pipeline: str, train: list[Example], cases: list[Case]) -> dict[str, Any]:
    given = {
        "train": [
            {"text": e.text, "intent": e.intent, "category": e.category, "spans": _spans(e)}
            for e in train
        ],
        "ask": [case.text for case in cases],
    }
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "given.json", Path(folder) / "answers.json"
        source.write_text(json.dumps(given, ensure_ascii=False), "utf-8")
        command = [sys.executable, "-W", "ignore", "-m", "bot.evaluation.fold", pipeline]
        done = subprocess.run(
            [*command, str(source), str(target)], capture_output=True, text=True, check=False
        )
        if not target.exists():
            raise SystemExit(f"{pipeline} could not be trained:\n{done.stderr[-3000:]}")
        report: dict[str, Any] = json.loads(target.read_text("utf-8"))
        return report


@cache
def _spans(example: Example) -> list[tuple[int, int, str, str]]:
    if example.spans or example.intent in MARKED:
        return [(s.start, s.end, s.fact, s.value) for s in example.spans]
    normal = normalise(example.text)
    found, at = [], 0
    for m in _reader().mentions(example.text):
        if m.start >= at and m.fact not in scores.NOT_FACTS:
            found.append((*normal.original_span(m.start, m.end), m.fact, m.value))
            at = m.end
    return found


@cache
def _reader() -> Reader:
    return Reader()
