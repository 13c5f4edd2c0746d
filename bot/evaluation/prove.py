"""A candidate beside the model in use: what it gained, what it lost, and the verdict. Pure.

Lost is whatever falls by more than its tolerance; one thing lost makes the verdict `worse`, however
much was gained elsewhere, because nobody would notice it otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot import manifest
from bot.evaluation import names, scores
from bot.evaluation.examine import Examined
from bot.evaluation.scores import Prediction, Score
from bot.evaluation.testset import Case

LABEL_TOLERANCE = 0.02
"""A single intent, fact or category may lose so much of its F1 ..."""
LABEL_MESSAGES = 2
"""... and has not moved before so many messages of it are other than before."""
SLOWER_TIMES, SLOWER_MS = 1.5, 3.0
"""A message may cost so many times the CPU, and so many milliseconds more."""
MOST_LISTED = 300

TITLES = {
    "intent_macro_f1": "意图 macro-F1",
    "out_of_scope_recall": "范围之外的召回率",
    "place_f1": "地点 F1",
    "fact_macro_f1": "事实 macro-F1",
    "category_macro_f1": "投诉类别 macro-F1",
}
TOLERANCES = {
    "score": manifest.TOLERANCE,
    "label": LABEL_TOLERANCE,
    "label_messages": LABEL_MESSAGES,
    "slower_times": SLOWER_TIMES,
    "slower_ms": SLOWER_MS,
}


def prove(
    before: Examined | None,
    after: Examined,
    cases: Sequence[Case],
    replay: Sequence[Case] = (),
    figures_before: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the whole comparison as JSON-able data, `verdict` better, same, worse or first.

    `cases` are test messages that neither model has seen. Where the model in use can't be asked
    any more, `before` is None and `figures_before` are its scores of the manifest.
    """
    figures = _figures(after, cases)
    old = _figures(before, cases) if before else dict(figures_before) if figures_before else None
    lost: list[str] = []
    gained: list[str] = []
    for key, title in TITLES.items():
        _moved(title, (old or {}).get(key), figures.get(key), manifest.TOLERANCE, lost, gained)
    proof: dict[str, Any] = {
        "model": after.model,
        "against": before.model if before else None,
        "figures": {"before": old, "after": figures},
        "tolerances": TOLERANCES,
        "labels": {},
        "conversations": None,
        "replay": _share(before, after, replay),
        "messages": {"better": [], "worse": [], "other": 0},
    }
    if before is not None:
        proof["labels"] = _labels(before, after, cases, lost, gained)
        proof["messages"] = _messages(before, after, cases, replay)
        _replay(proof["messages"], lost, gained)
        _speed(old or {}, figures, lost)
    proof["conversations"] = _conversations(before, after, lost, gained)
    proof["lost"], proof["gained"] = lost, gained
    proof["verdict"] = verdict(old is None, lost, gained)
    return proof


def verdict(is_first: bool, lost: Sequence[str], gained: Sequence[str]) -> str:
    """Anything lost is worse; something gained and nothing lost is better."""
    if lost:
        return "worse"
    return "first" if is_first else "better" if gained else "same"


def _figures(examined: Examined, cases: Sequence[Case]) -> dict[str, Any]:
    figures = scores.summary(cases, examined.of(case.text for case in cases))
    cpu = [examined.cpu_ms[case.text] for case in cases if examined.cpu_ms.get(case.text)]
    figures["cpu_ms_p50"] = scores.percentile(cpu, 50)
    figures["cpu_ms_p95"] = scores.percentile(cpu, 95)
    return figures


def _moved(
    title: str,
    old: float | None,
    new: float | None,
    tolerance: float,
    lost: list[str],
    gained: list[str],
) -> None:
    if old is None or new is None or abs(new - old) < tolerance:
        return
    told = title if title.endswith("”") else f"{title} "
    if new < old:
        lost.append(f"{told}从 {old:.3f} 降到 {new:.3f}（容许 {tolerance}）")
    else:
        gained.append(f"{told}从 {old:.3f} 升到 {new:.3f}")


def _labels(
    before: Examined,
    after: Examined,
    cases: Sequence[Case],
    lost: list[str],
    gained: list[str],
) -> dict[str, list[dict[str, Any]]]:
    """Intents, facts and categories one by one."""
    texts = [case.text for case in cases]
    old, new = before.of(texts), after.of(texts)
    kinds = (
        ("intents", "意图", scores.by_intent, names.INTENTS),
        ("facts", "事实", scores.by_fact, {}),
        ("categories", "投诉类别", scores.by_category, names.CATEGORIES),
    )
    tables: dict[str, list[dict[str, Any]]] = {}
    for kind, word, score, titles in kinds:
        was, now = score(cases, old), score(cases, new)
        tables[kind] = []
        for name in sorted({*was, *now}):
            empty = Score(0, 0, 0)
            one, other = was.get(name, empty), now.get(name, empty)
            title = titles.get(name, name)
            row = {"name": name, "title": title, "count": other.right + other.missed}
            tables[kind].append({**row, "before": one.f1, "after": other.f1})
            if _wrong(one) - _wrong(other) >= LABEL_MESSAGES:
                _moved(f"{word}“{title}”", one.f1, other.f1, LABEL_TOLERANCE, [], gained)
            elif _wrong(other) - _wrong(one) >= LABEL_MESSAGES:
                _moved(f"{word}“{title}”", one.f1, other.f1, LABEL_TOLERANCE, lost, [])
    return tables


def _wrong(score: Score) -> int:
    return score.missed + score.wrongly


def _messages(
    before: Examined, after: Examined, cases: Sequence[Case], replay: Sequence[Case]
) -> dict[str, Any]:
    """Message by message: which are right now and were not, and the other way round."""
    better: list[dict[str, Any]] = []
    worse: list[dict[str, Any]] = []
    other = 0
    for case, is_replay in [*((c, True) for c in replay), *((c, False) for c in cases)]:
        one, two = before.answers[case.text], after.answers[case.text]
        was, now = is_right(case, one, is_replay), is_right(case, two, is_replay)
        if was == now:
            other += not was and _said(one) != _said(two)
            continue
        row = {
            "text": case.text,
            "source": case.source,
            "replay": is_replay,
            "meant": {"intent": case.intent, "facts": case.facts, "category": case.category},
            "before": _said(one),
            "after": _said(two),
        }
        (better if now else worse).append(row)
    return {"better": better[:MOST_LISTED], "worse": worse[:MOST_LISTED], "other": other}


def is_right(case: Case, prediction: Prediction, is_replay: bool = False) -> bool:
    """Intent, category and every fact; of a replayed message only the facts that were put right."""
    if prediction.intent != case.intent:
        return False
    if case.category is not None and case.category != prediction.category:
        return False
    if is_replay:
        return all(prediction.facts.get(fact) == value for fact, value in case.facts.items())
    return not scores.differences(case, prediction)


def _said(prediction: Prediction) -> dict[str, Any]:
    return {
        "intent": prediction.intent,
        "confidence": round(prediction.confidence, 3),
        "facts": prediction.facts,
        "category": prediction.category,
    }


def _share(before: Examined | None, after: Examined, replay: Sequence[Case]) -> dict[str, Any]:
    def right(examined: Examined) -> int:
        return sum(is_right(case, examined.answers[case.text], True) for case in replay)

    return {
        "total": len(replay),
        "before": right(before) if before else None,
        "after": right(after),
    }


def _replay(messages: Mapping[str, Any], lost: list[str], gained: list[str]) -> None:
    worse = sum(row["replay"] for row in messages["worse"])
    better = sum(row["replay"] for row in messages["better"])
    if worse:
        lost.append(f"改正过的消息里有 {worse} 条原来认对，现在认错")
    if better:
        gained.append(f"改正过的消息里有 {better} 条原来认错，现在认对")


def _conversations(
    before: Examined | None, after: Examined, lost: list[str], gained: list[str]
) -> dict[str, Any]:
    old = before.conversations if before else {}
    failed = sorted(name for name, passes in after.conversations.items() if not passes)
    newly = [name for name in failed if old.get(name, True)]
    mended = sorted(
        name for name, ok in after.conversations.items() if ok and old.get(name) is False
    )
    lost.extend(f"测试对话没有通过：{name}" for name in newly)
    gained.extend(f"测试对话通过了：{name}" for name in mended)
    return {
        "total": len(after.conversations),
        "before": sum(old.values()) if before else None,
        "after": sum(after.conversations.values()),
        "failed": failed,
        "lost": newly,
        "gained": mended,
    }


def _speed(old: Mapping[str, Any], new: Mapping[str, Any], lost: list[str]) -> None:
    was, now = old.get("cpu_ms_p50"), new.get("cpu_ms_p50")
    if was and now and now > was * SLOWER_TIMES and now - was > SLOWER_MS:
        lost.append(f"每句话的处理时间从 {was:.1f} 毫秒增加到 {now:.1f} 毫秒（CPU，中位数）")
