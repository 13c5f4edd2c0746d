"""Train and prove in one go: `python -m bot.candidate [--replay FILE] [--out FILE] [--json]`.

Trains what is on disk without putting it to use, asks it and the model in use the same questions,
and keeps the verdict with the candidate (models/NAME.json), where bot.promote reads it. The files
are copied first, so nobody has to wait with an edit until the run is over. Exit code 0, 1 where
there is no candidate, 4 where it is worse.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bot import inputs, manifest, shelf, train
from bot.environment import prepare, quieten

WORSE = 4
NICENESS = 10
TRAINING, PROVING = 0.75, 0.23
"""Of the bar; the rest is the comparison's."""
EXAMINED_SECONDS = 300
COPIED = ("data", "tests/understanding", "tests/conversations", "config.yml", "domain.yml", "bot")
VERDICTS = {
    "better": "比正在使用的好",
    "same": "和正在使用的相当",
    "worse": "不如正在使用的",
    "first": "没有可比的模型",
}
SHARED = ("models", "results", ".rasa")

Tell = Callable[[str, str, float], None]


def main(arguments: list[str] | None = None) -> int:
    """The command; its result is the process's exit code."""
    parser = argparse.ArgumentParser(prog="bot.candidate", description=__doc__)
    parser.add_argument("--replay", type=Path, help="JSON list of messages that were put right")
    parser.add_argument("--out", type=Path, help="where the whole proof is written")
    parser.add_argument("--force", action="store_true", help="train even if it is trained already")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    options = parser.parse_args(arguments)
    tell = _tell_json if options.json else _tell_line
    replay = options.replay.resolve() if options.replay else None
    out = (options.out or Path("results/proof.json")).resolve()
    # Customers' turns come first where cores are short.
    os.nice(NICENESS)
    signal.signal(signal.SIGTERM, _end)
    try:
        with snapshot():
            proof = run(tell, replay, options.force)
    except train.TrainingFailed as error:
        tell("failed", str(error), 0.0)
        return 1
    except Exception as error:  # the person at the page reads one sentence, the log has the rest
        tell("failed", f"训练没有做完：{_reason(error)}", 0.0)
        raise
    out.parent.mkdir(parents=True, exist_ok=True)
    manifest.write_whole(out, proof)
    tell("done", f"{proof['model']}：{VERDICTS[proof['verdict']]}", 1.0)
    for line in (
        ()
        if options.json
        else [f"- {it}" for it in proof["lost"]] + [f"+ {it}" for it in proof["gained"]]
    ):
        print(line)
    return WORSE if proof["verdict"] == "worse" else 0


def run(tell: Tell, replay_file: Path | None = None, force: bool = False) -> dict[str, Any]:
    """Train and prove; the proof is kept with the candidate.

    Raises:
        TrainingFailed: no candidate came of it.
    """
    began = time.monotonic()
    tell("train", "检查数据文件", 0.0)
    broken = broken_files()
    if broken:
        raise train.TrainingFailed(f"{broken[0]}。请改好以后再训练。")
    prepare()
    current = shelf.in_use()
    other = None if current == inputs.read().model else current
    with _examining(other, replay_file) as examined:
        model = train.candidate(
            lambda text, share: tell("train", chinese(text), TRAINING * share), force
        )
        trained = time.monotonic()
        tell("prove", f"{model} 训练好了，开始验证", TRAINING)
        from bot.evaluation import examine, testset
        from bot.evaluation.prove import prove
        from bot.understanding.examples import examples

        quieten()
        replay = examine.replayed(replay_file)
        after = examine.examine(
            model,
            replay,
            lambda text, share: tell("prove", chinese(text), TRAINING + PROVING * share),
        )
        before = after if current == model else _before(current, replay, examined())
    cases = testset.unseen(testset.load(), [example.text for example in examples()])
    known = shelf.card(current).get("test") if current else None
    proof = prove(before, after, cases, replay, known or _of_manifest(current))
    proof["against"] = current
    proof["seconds"] = {
        "train": round(trained - began, 1),
        "prove": round(time.monotonic() - trained, 1),
    }
    proof["code_changed"] = _code(model) != _code(current)
    _keep(proof)
    return proof


def broken_files(root: Path = Path()) -> list[str]:
    """Sentences on the data files that are no YAML: somebody broke one by hand."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError

    found = []
    for folder in ("data", "tests/understanding", "tests/conversations"):
        for file in sorted((root / folder).rglob("*.yml")):
            try:
                YAML(typ="safe", pure=False).load(file.read_text("utf-8"))
            except MarkedYAMLError as error:
                mark = error.problem_mark or error.context_mark
                place = f"第 {mark.line + 1} 行" if mark else "里"
                name = file.relative_to(root).as_posix()
                found.append(f"{name} {place}读不懂（{error.problem or error.context}）")
            except UnicodeDecodeError:
                found.append(f"{file.relative_to(root).as_posix()} 不是 UTF-8 编码")
    return found


@contextlib.contextmanager
def snapshot() -> Iterator[Path]:
    """Work on a copy of the inputs as they are now; models and results are the project's own."""
    root = Path.cwd()
    Path("results").mkdir(exist_ok=True)
    Path(".rasa").mkdir(exist_ok=True)
    inputs.MODELS.mkdir(exist_ok=True)
    # Beside the models, where bot.train tidies up after a run that was killed.
    folder = root / inputs.MODELS / f"{train.MAKING}snapshot-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    skipped = shutil.ignore_patterns(".venv", "__pycache__")
    try:
        for name in COPIED:
            source, copy = root / name, folder / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, copy, ignore=skipped)
            else:
                shutil.copy2(source, copy)
        for name in SHARED:
            (folder / name).symlink_to(root / name)
        os.chdir(folder)
        yield folder
    finally:
        os.chdir(root)
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _examining(model: str | None, replay: Path | None) -> Iterator[Callable[[], bool]]:
    """Ask the model in use on another core while the candidate is trained."""
    if model is None:
        yield lambda: False
        return
    command = [sys.executable, "-W", "ignore", "-m", "bot.evaluation.examine", model]
    paths = {"PYTHONPATH": os.pathsep.join(dict.fromkeys([_root(), *filter(None, sys.path)]))}
    process = subprocess.Popen(
        command + (["--replay", str(replay)] if replay else []),
        env={**os.environ, **paths},
        stdout=subprocess.DEVNULL,
        stderr=sys.stderr if sys.stderr else subprocess.DEVNULL,
    )

    def finished() -> bool:
        try:
            return process.wait(EXAMINED_SECONDS) == 0
        except subprocess.TimeoutExpired:
            return False

    try:
        yield finished
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def _before(current: str | None, replay: list[Any], examined: bool) -> Any:
    """What the model in use said, read from what the other process has kept."""
    from bot.evaluation import examine

    if current is None or not examined:
        return None
    return examine.examine(current, replay)


def _of_manifest(current: str | None) -> dict[str, Any] | None:
    known = manifest.read()
    test: dict[str, Any] | None = known.get("scores", {}).get("test")
    return test if known.get("model") == current else None


def _code(model: str | None) -> str | None:
    return shelf.card(model).get("config_hash") if model else None


def _keep(proof: dict[str, Any]) -> None:
    """What bot.promote must know, with the model; a worse one is refused until somebody decides."""
    kept = {name: proof[name] for name in ("against", "verdict", "lost", "gained")}
    model = proof["model"]
    shelf.add_to_card(model, proof={**kept, "at": shelf.now()}, test=proof["figures"]["after"])
    if proof["verdict"] == "worse" and model != shelf.in_use():
        shelf.refuse(model, "proof", proof["lost"][0])
    elif shelf.refused().get(model, {}).get("by") == "proof":
        shelf.accept(model)


def _end(number: int, _: object) -> None:
    """A run that is taken back tidies up and takes its other process with it."""
    raise SystemExit(128 + number)


def _root() -> str:
    return str(Path(__file__).resolve().parent.parent)


def _reason(error: Exception) -> str:
    cause: BaseException = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    return f"{type(cause).__name__}: {str(cause)[:300]}"


_WORDS = (
    ("still ", "还在"),
    ("loading Rasa", "载入 Rasa"),
    ("loading ", "载入 "),
    ("reading the data", "读数据"),
    ("training roamdesk", "训练 roamdesk"),
    ("training ", "训练"),
    ("trained ", "训练好："),
    ("unchanged ", "没有变化："),
    ("test set: ", "测试集："),
    (" of ", " / "),
    ("test conversations", "测试对话"),
    ("RulePolicy", "对话规则"),
    ("WordTokenizer", "分词"),
    ("Gazetteer", "名称词典"),
    ("SentenceVectors", "句向量"),
    ("CaseFacts", "事实"),
    ("RoamDeskIntentClassifier", "意图"),
)


def chinese(line: str) -> str:
    """A line of the progress as a trainer reads it."""
    for english, word in _WORDS:
        line = line.replace(english, word)
    return re.sub(r"^([0-9.]+) s  ", r"\1 秒  ", line)


def _tell_line(phase: str, text: str, progress: float) -> None:
    print(f"  {progress:4.0%} {phase:6} {text}", flush=True)


def _tell_json(phase: str, text: str, progress: float) -> None:
    line = {"phase": phase, "text": text, "progress": round(progress, 3)}
    print(json.dumps(line, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    sys.exit(main())
