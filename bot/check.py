"""Everything Rasa can check by itself, in one process: `python -m bot.check`.

`rasa data validate` (warnings fail) and the test conversations. Two processes would load Rasa
twice, and `rasa test` answers 0 even when stories failed.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from bot import inputs, train
from bot.environment import prepare, quieten

CONVERSATIONS = Path("tests/conversations")
RESULTS = Path("results")
FAILED = RESULTS / "failed_test_stories.yml"


def main() -> int:
    """Train if needed, validate, run the conversations; 0 only when all of it is good."""
    refused = train.stays_refused(inputs.read().model)
    if refused:
        print(refused, flush=True)
    elif not inputs.is_current() and train.train() != 0:
        return 1
    prepare()
    quieten()
    return 0 if _is_valid() and _conversations_pass() else 1


def _is_valid() -> bool:
    from rasa.cli.utils import validate_files
    from rasa.shared.importers.importer import TrainingDataImporter

    importer = TrainingDataImporter.load_from_config("config.yml", "domain.yml", ["data"])
    try:
        validate_files(fail_on_warnings=True, max_history=None, importer=importer)
    except SystemExit as end:
        if end.code:
            print("rasa data validate: errors above", file=sys.stderr)
            return False
    print("rasa data validate: clean", flush=True)
    return True


def _conversations_pass() -> bool:
    RESULTS.mkdir(exist_ok=True)
    model = json.loads(inputs.CURRENT.read_text("utf-8"))["model"]
    total, passed = asyncio.run(_run_conversations(model))
    print(f"test conversations: {passed} of {total} pass ({model})", flush=True)
    if passed != total or total == 0:
        print(FAILED.read_text("utf-8") if FAILED.exists() else "none found", file=sys.stderr)
        return False
    return True


async def _run_conversations(model: str) -> tuple[int, int]:
    from rasa.core.agent import Agent
    from rasa.core.test import test

    agent = Agent.load(model_path=str(inputs.archive(model)))
    outcome = await test(
        str(CONVERSATIONS), agent, out_directory=str(RESULTS), e2e=True, disable_plotting=True
    )
    found = outcome["report"].get("conversation_accuracy", {"total": 0, "correct": 0})
    return int(found["total"]), int(found["correct"])


if __name__ == "__main__":
    sys.exit(main())
