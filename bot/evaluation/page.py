"""The evaluation as one HTML file that needs nothing else: figures, plots, and every error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape

from bot.evaluation import names, plots, scores
from bot.evaluation.scores import Prediction
from bot.evaluation.testset import Case

HERE = Path(__file__).parent
TOKENS = Path("web/widget/tokens.css")
"""The colours, sizes and fonts that every page of the product shares."""


def render(
    cases: Sequence[Case],
    predicted: Sequence[Prediction],
    model: str,
    figures: Mapping[str, Any],
    before: Mapping[str, Any] | None,
    verdict: str,
    compared: Sequence[Mapping[str, Any]] = (),
) -> str:
    """The page in Chinese; every text of a customer is escaped."""
    environment = Environment(loader=FileSystemLoader(HERE), autoescape=select_autoescape(["j2"]))
    environment.filters["share"] = _share
    intents = scores.by_intent(cases, predicted)
    facts = scores.by_fact(cases, predicted)
    categories = scores.by_category(cases, predicted)
    bins = scores.calibration(cases, predicted)
    return environment.get_template("page.html.j2").render(
        tokens=TOKENS.read_text("utf-8"),
        model=model,
        figures=figures,
        before=before or {},
        verdict=verdict,
        compared=compared,
        intents=_rows(intents, names.INTENTS),
        facts=_rows(facts, {}),
        categories=_rows(categories, names.CATEGORIES),
        wrong=_wrong(cases, predicted),
        bars=plots.f1_bars({n: s for n, s in intents.items() if s.right + s.missed}, names.INTENTS),
        fact_bars=plots.f1_bars(facts, {}) if facts else "",
        matrix=plots.confusion(scores.confusion(cases, predicted), names.INTENTS),
        reliability=plots.reliability(bins),
    )


def _rows(found: Mapping[str, scores.Score], titles: Mapping[str, str]) -> list[dict[str, Any]]:
    rows = [
        {
            "name": name,
            "title": titles.get(name, name),
            "precision": score.precision,
            "recall": score.recall,
            "f1": score.f1,
            "count": score.right + score.missed,
        }
        for name, score in found.items()
    ]
    return sorted(rows, key=lambda row: (row["f1"] if row["f1"] is not None else 2.0, row["name"]))


def _wrong(cases: Sequence[Case], predicted: Sequence[Prediction]) -> list[dict[str, Any]]:
    """Each message with a wrong intent, fact or category; the most confident error first."""
    rows = []
    for case, prediction in zip(cases, predicted, strict=True):
        facts = scores.differences(case, prediction)
        intent = case.intent != prediction.intent
        category = case.category is not None and case.category != (prediction.category or "")
        if intent or facts or category:
            rows.append(
                {
                    "text": case.text,
                    "source": case.source,
                    "intent": intent,
                    "meant": names.INTENTS.get(case.intent, case.intent),
                    "said": names.INTENTS.get(prediction.intent, prediction.intent),
                    "confidence": prediction.confidence,
                    "facts": facts,
                    "category": category and not intent,
                    "category_meant": names.CATEGORIES.get(case.category or "", ""),
                    "category_said": names.CATEGORIES.get(prediction.category or "", "没有"),
                }
            )
    return sorted(rows, key=lambda row: (not row["intent"], -row["confidence"]))


def _share(value: float | None) -> str:
    return "—" if value is None else f"{value:.3f}"
