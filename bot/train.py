"""Trains the model that the inputs on disk ask for: `python -m bot.train [--check | --force]`.

Prints a line at least every few seconds. `--check` only says whether the current model fits: exit
code 0, or 3 where it does not. `--candidate` trains without putting the model to use: it is then
proved (bot.candidate) and promoted (bot.promote). A refused model is not trained again and not
served; `--force` overrides that.
"""

from __future__ import annotations

import argparse
import errno
import json
import os
import shutil
import sys
import tarfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot import inputs, manifest, shelf
from bot.environment import prepare, quieten

STALE = 3
KEPT_MODELS = 5
MAKING = ".making-"
"""Beside the models, so that a finished one is put in its place by a rename."""

Tell = Callable[[str, float], None]


class TrainingFailed(Exception):
    """No model came of it; the message is one Chinese sentence. The one in use is untouched."""


def main(arguments: list[str] | None = None) -> int:
    """The command; its result is the process's exit code."""
    parser = argparse.ArgumentParser(prog="bot.train", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say whether the model fits")
    parser.add_argument("--force", action="store_true", help="train even if nothing has changed")
    parser.add_argument("--candidate", action="store_true", help="do not put the model to use")
    options = parser.parse_args(arguments)
    wanted = inputs.read().model
    stays = None if options.force or options.candidate else stays_refused(wanted)
    if options.check:
        if stays:
            print(stays, flush=True)
        return 0 if stays or inputs.is_current() else STALE
    if stays:
        print(stays, flush=True)
        return 0
    if inputs.is_current() and not options.force:
        print(f"{wanted} is up to date", flush=True)
        return 0
    if options.candidate:
        return _candidate(options.force)
    return train(options.force)


def stays_refused(wanted: str) -> str | None:
    """A sentence where the model that the files ask for was refused and another one is served."""
    why, current = shelf.refused().get(wanted), shelf.in_use()
    if why is None or current is None or current == wanted or not inputs.archive(current).is_file():
        return None
    return (
        f"data/ 里的数据对应的模型 {wanted} 没有通过（{why.get('reason')}），"
        f"继续使用 {current}；要强行改用它，请运行 make promote MODEL={wanted} REASON=原因"
    )


def train(force: bool = False) -> int:
    """Train, remember what was trained, put it to use, tidy up."""
    prepare()
    started = time.monotonic()
    wanted = inputs.read()
    if force or not inputs.archive(wanted.model).is_file():
        from bot.training_progress import Progress  # behind prepare(): it imports logging only

        with Progress() as progress:
            try:
                make(wanted, progress, force)
            except TrainingFailed as error:
                print(f"training failed; the previous model stays in use: {error}", file=sys.stderr)
                return 1
    seconds = round(time.monotonic() - started, 1)
    _put_to_use(wanted, seconds)
    tidy({wanted.model})
    print(f"{wanted.model} is ready after {seconds} s", flush=True)
    return 0


def candidate(tell: Tell | None = None, force: bool = False) -> str:
    """Train what is on disk without putting it to use; return the model's name.

    Raises:
        TrainingFailed: see there.
    """
    from bot.training_progress import Progress

    prepare()
    wanted = inputs.read()
    if not force and inputs.archive(wanted.model).is_file():
        try:
            shelf.check(wanted.model)
            return wanted.model
        except shelf.BadModel:
            pass  # made anew in its place
    usually = shelf.card(shelf.in_use() or wanted.model).get("steps")
    with Progress(tell, usually) as progress:
        make(wanted, progress, force, tell is not None)
    tidy({wanted.model})
    return wanted.model


def make(wanted: inputs.Inputs, progress: Any, force: bool, quiet: bool = False) -> None:
    """Train into a folder of its own and move the archive into its place when it is whole.

    Raises:
        TrainingFailed: see there.
    """
    started = time.monotonic()
    folder = inputs.MODELS / f"{MAKING}{wanted.model}-{os.getpid()}"
    progress.say(f"training {wanted.model}: loading Rasa")
    try:
        folder.mkdir(parents=True)
        from rasa.model_training import train as rasa_train

        import bot.components  # noqa: F401  (with our patches, before Rasa reads the data)
        from bot.side_by_side import fitted_side_by_side

        if quiet:
            quieten()
        progress.watch()
        with fitted_side_by_side():
            result = rasa_train(
                domain="domain.yml",
                config="config.yml",
                training_files="data",
                output=str(folder),
                fixed_model_name=wanted.model,
                force_training=force,
            )
        made = folder / inputs.archive(wanted.model).name
        if result.code != 0 or not made.is_file():
            raise TrainingFailed("Rasa 没有做出模型，原因见日志。")
        _sync(made)
        made.replace(inputs.archive(wanted.model))
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise TrainingFailed("磁盘已满，模型没有写成；请腾出空间后重试。") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if inputs.read() != wanted:
        progress.say("note: files changed meanwhile; the model is of those at the start or between")
    shelf.add_to_card(
        wanted.model,
        data_hash=wanted.data_hash,
        config_hash=wanted.config_hash,
        trained_at=shelf.now(),
        seconds=round(time.monotonic() - started, 1),
        steps=progress.seconds,
        cross_validated=_scores(wanted.model),
    )


def tidy(keep: set[str]) -> None:
    """Leave the last few models, those in use lately, and nothing half-made by a dead training."""
    kept = shelf.to_keep() | keep
    models = sorted(inputs.MODELS.glob("roamdesk-*.tar.gz"), key=lambda f: f.stat().st_mtime)
    for old in models[:-KEPT_MODELS]:
        name = old.name.removesuffix(".tar.gz")
        if name not in kept:
            old.unlink()
            old.with_name(f"{name}.json").unlink(missing_ok=True)
    for left in inputs.MODELS.glob(f"{MAKING}*"):
        if not Path(f"/proc/{left.name.rsplit('-', 1)[-1]}").exists():
            shutil.rmtree(left, ignore_errors=True)


def _candidate(force: bool) -> int:
    try:
        model = candidate(force=force)
    except TrainingFailed as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{model} is trained and not in use: prove it with python -m bot.candidate", flush=True)
    return 0


def _put_to_use(made: inputs.Inputs, seconds: float) -> None:
    hashes = {"data_hash": made.data_hash, "config_hash": made.config_hash}
    known = shelf.card(made.model)
    shelf.promoted(made.model, "make train", "")
    shelf.accept(made.model)
    manifest.write_whole(
        inputs.CURRENT,
        {
            "model": made.model,
            **hashes,
            "trained_at": known.get("trained_at", shelf.now()),
            "seconds": known.get("seconds", seconds),
        },
    )
    manifest.trained(made, known.get("cross_validated") or _scores(made.model))


def _scores(model: str) -> dict[str, Any]:
    """What the classifier's training measured on examples it had not seen."""
    with tarfile.open(inputs.archive(model)) as archive:
        for member in archive:
            if member.name.endswith("intents.json"):
                found = archive.extractfile(member)
                scores: dict[str, Any] = json.load(found)["scores"] if found else {}
                return scores
    return {}


def _sync(file: Path) -> None:
    """On the disk before its name says that it is whole."""
    with file.open("rb") as opened:
        os.fsync(opened.fileno())


if __name__ == "__main__":
    sys.exit(main())
