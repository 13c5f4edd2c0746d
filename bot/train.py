"""Trains the model that the inputs on disk ask for: `python -m bot.train [--check | --force]`.

Prints a line at least every few seconds. `--check` only says whether the current model fits: exit
code 0, or 3 where it does not.
"""

from __future__ import annotations

import argparse
import json
import sys
import tarfile
import time
from datetime import datetime, timezone
from typing import Any

from bot import inputs, manifest
from bot.environment import prepare

STALE = 3
KEPT_MODELS = 5


def main(arguments: list[str] | None = None) -> int:
    """The command; its result is the process's exit code."""
    parser = argparse.ArgumentParser(prog="bot.train", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say whether the model fits")
    parser.add_argument("--force", action="store_true", help="train even if nothing has changed")
    options = parser.parse_args(arguments)
    if options.check:
        return 0 if inputs.is_current() else STALE
    if inputs.is_current() and not options.force:
        print(f"{inputs.read().model} is up to date", flush=True)
        return 0
    return train(options.force)


def train(force: bool = False) -> int:
    """Train, remember what was trained, tidy up."""
    prepare()
    started = time.monotonic()
    wanted = inputs.read()
    if force or not inputs.archive(wanted.model).is_file():
        from bot.training_progress import Progress  # behind prepare(): it imports logging only

        with Progress() as progress:
            progress.say(f"training {wanted.model}: loading Rasa")
            from rasa.model_training import train as rasa_train

            import bot.components  # noqa: F401  (with our patches, before Rasa reads the data)

            progress.watch()
            result = rasa_train(
                domain="domain.yml",
                config="config.yml",
                training_files="data",
                output=str(inputs.MODELS),
                fixed_model_name=wanted.model,
                force_training=force,
            )
        if result.code != 0 or not inputs.archive(wanted.model).is_file():
            print("training failed; the previous model stays in use", file=sys.stderr)
            return 1
    seconds = round(time.monotonic() - started, 1)
    _remember(wanted, seconds)
    _tidy(wanted.model)
    print(f"{wanted.model} is ready after {seconds} s", flush=True)
    return 0


def _remember(made: inputs.Inputs, seconds: float) -> None:
    hashes = {"data_hash": made.data_hash, "config_hash": made.config_hash}
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    manifest.write_whole(
        inputs.CURRENT, {"model": made.model, **hashes, "trained_at": now, "seconds": seconds}
    )
    manifest.trained(made, _scores(made.model))


def _scores(model: str) -> dict[str, Any]:
    """What the classifier's training measured on examples it had not seen."""
    with tarfile.open(inputs.archive(model)) as archive:
        for member in archive:
            if member.name.endswith("intents.json"):
                found = archive.extractfile(member)
                scores: dict[str, Any] = json.load(found)["scores"] if found else {}
                return scores
    return {}


def _tidy(current: str) -> None:
    models = sorted(inputs.MODELS.glob("roamdesk-*.tar.gz"), key=lambda f: f.stat().st_mtime)
    for old in models[:-KEPT_MODELS]:
        if old.name != f"{current}.tar.gz":
            old.unlink()


if __name__ == "__main__":
    sys.exit(main())
