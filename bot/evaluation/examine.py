"""What one model makes of the test set, the test conversations and messages put right since.

`python -m bot.evaluation.examine MODEL [--replay FILE]`, in a process of its own: jieba's
dictionary is one a process, so two models can't be asked in the same one. Answers are kept in
results/examined/MODEL.json; a model's name says what it was made of, so they stay true.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot import shelf
from bot.environment import prepare, quieten
from bot.evaluation import testset
from bot.evaluation.model import prediction
from bot.evaluation.scores import Prediction
from bot.manifest import write_whole

KEPT = Path("results/examined")
CONVERSATIONS = Path("tests/conversations")
REPORT_EVERY = 50

Tell = Callable[[str, float], None]


@dataclass
class Examined:
    """A model's answers by text, and of each test conversation whether it passes."""

    model: str
    answers: dict[str, Prediction]
    conversations: dict[str, bool]
    cpu_ms: dict[str, float] = field(default_factory=dict)
    """CPU milliseconds of each parse: unlike the clock's they do not depend on who else works."""

    def of(self, texts: Iterable[str]) -> list[Prediction]:
        """The answers to these texts, each of which was asked."""
        return [self.answers[text] for text in texts]


def main(arguments: list[str] | None = None) -> int:
    """Examine a model and keep what it said; the exit code is 1 where it can't be loaded."""
    parser = argparse.ArgumentParser(prog="bot.evaluation.examine", description=__doc__)
    parser.add_argument("model")
    parser.add_argument("--replay", type=Path, help="JSON list of messages that were put right")
    options = parser.parse_args(arguments)
    os.nice(5)
    prepare()
    try:
        examine(options.model, replayed(options.replay))
    except Exception as error:  # whatever it is, this model can't be asked
        print(f"{options.model}: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


def replayed(file: Path | None) -> list[testset.Case]:
    """The messages that trainers have put right, each `{text, intent, facts?, category?, id?}`.

    Raises:
        BadTestSet: a row lacks text or intent.
    """
    if file is None:
        return []
    rows = json.loads(file.read_text("utf-8"))
    found = {}
    for number, row in enumerate(rows, 1):
        if not isinstance(row, Mapping) or not row.get("text") or not row.get("intent"):
            raise testset.BadTestSet(f"{file.name}/{number} has no text or no intent")
        source = str(row.get("id") or f"replay/{number}")
        facts = {str(k): str(v) for k, v in (row.get("facts") or {}).items()}
        category = row.get("category")
        text = str(row["text"])
        # Put right twice: the later word counts.
        found[text] = testset.Case(text, str(row["intent"]), facts, category, source)
    return list(found.values())


def examine(model: str, replay: Sequence[testset.Case] = (), tell: Tell | None = None) -> Examined:
    """Ask the model what is not known of it yet. `tell` gets a line and the share done, 0..1."""
    texts = [case.text for case in testset.load()] + [case.text for case in replay]
    tests = conversations_hash()
    known = _kept(model)
    answers, kept_tests = known["answers"], known["conversations"]
    missing = [text for text in dict.fromkeys(texts) if text not in answers]
    if missing or tests not in kept_tests:
        shelf.check(model)
        quieten()
        asyncio.run(_ask(model, missing, answers, kept_tests, tests, tell or (lambda *_: None)))
        KEPT.mkdir(parents=True, exist_ok=True)
        write_whole(KEPT / f"{model}.json", {"answers": answers, "conversations": kept_tests})
    return Examined(
        model,
        {text: Prediction(**_without_cpu(answers[text])) for text in texts},
        dict(kept_tests[tests]),
        {text: answers[text].get("cpu_ms", 0.0) for text in texts},
    )


async def _ask(
    model: str,
    texts: Sequence[str],
    answers: dict[str, Any],
    passed: dict[str, Any],
    tests: str,
    tell: Tell,
) -> None:
    from rasa.core.agent import Agent

    import bot.components  # noqa: F401

    tell(f"loading {model}", 0.0)
    agent = Agent.load(model_path=str(shelf.archive(model)))
    if agent.processor is None:
        raise shelf.BadModel(f"模型 {model} 不能载入。")
    for text in list(texts)[:3]:  # dictionaries and caches are read at the first messages
        await agent.parse_message(text)
    for number, text in enumerate(texts):
        if number % REPORT_EVERY == 0:
            tell(f"test set: {number} of {len(texts)}", 0.1 + 0.7 * number / len(texts))
        clock, cpu = time.perf_counter(), time.process_time()
        parsed = await agent.parse_message(text)
        cpu_ms = (time.process_time() - cpu) * 1000
        found = prediction(parsed, (time.perf_counter() - clock) * 1000)
        answers[text] = {
            "intent": found.intent,
            "confidence": round(found.confidence, 4),
            "facts": found.facts,
            "category": found.category,
            "milliseconds": round(found.milliseconds, 2),
            "cpu_ms": round(cpu_ms, 2),
        }
    if tests not in passed:
        tell("test conversations", 0.8)
        passed[tests] = await run_conversations(agent)


async def run_conversations(agent: Any, folder: Path = CONVERSATIONS) -> dict[str, bool]:
    """Of every test conversation, by its name, whether the model holds it as written."""
    from rasa.core.test import _collect_story_predictions, _create_data_generator

    generator = _create_data_generator(str(folder), agent, None, True)
    trackers = generator.generate_story_trackers()
    seen, _, _ = await _collect_story_predictions(trackers, agent, False, use_e2e=True)
    passed = {tracker.sender_id: True for tracker in seen.successful_stories}
    return {**passed, **{tracker.sender_id: False for tracker in seen.failed_stories}}


def conversations_hash(folder: Path = CONVERSATIONS) -> str:
    """Which test conversations there are."""
    content = hashlib.sha256()
    for file in sorted(folder.rglob("*.yml")):
        content.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes())
    return content.hexdigest()[:12]


def _kept(model: str) -> dict[str, Any]:
    try:
        known = json.loads((KEPT / f"{model}.json").read_text("utf-8"))
        return {"answers": dict(known["answers"]), "conversations": dict(known["conversations"])}
    except (OSError, ValueError, KeyError, TypeError):
        return {"answers": {}, "conversations": {}}


def _without_cpu(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "cpu_ms"}


if __name__ == "__main__":
    sys.exit(main())
