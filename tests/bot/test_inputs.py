"""Whether the current model fits what is on disk: asked at every start, so without Rasa."""

import json
import subprocess
import sys
import time
from pathlib import Path

from bot import inputs


def _project(root: Path) -> None:
    for file in ("config.yml", "data/nlu/a.yml", "data/rules/r.yml", "data/places.yml"):
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(file, "utf-8")
    (root / "models").mkdir()


def _trained(root: Path) -> None:
    model = inputs.read(root).model
    inputs.archive(model, root).write_bytes(b"")
    (root / inputs.CURRENT).write_text(json.dumps({"model": model}), "utf-8")


def test_without_a_model_nothing_is_current(tmp_path: Path) -> None:
    _project(tmp_path)
    assert not inputs.is_current(tmp_path)


def test_a_trained_model_is_current_until_an_input_changes(tmp_path: Path) -> None:
    _project(tmp_path)
    _trained(tmp_path)
    assert inputs.is_current(tmp_path)
    (tmp_path / "data/nlu/a.yml").write_text("changed", "utf-8")
    assert not inputs.is_current(tmp_path)


def test_what_the_model_does_not_read_does_not_matter(tmp_path: Path) -> None:
    _project(tmp_path)
    _trained(tmp_path)
    (tmp_path / "data/knowledge").mkdir()
    (tmp_path / "data/knowledge/prl.yml").write_text("new", "utf-8")
    assert inputs.is_current(tmp_path)


def test_a_lost_archive_is_noticed(tmp_path: Path) -> None:
    _project(tmp_path)
    _trained(tmp_path)
    inputs.archive(inputs.read(tmp_path).model, tmp_path).unlink()
    assert not inputs.is_current(tmp_path)


def test_asking_takes_less_than_a_second_and_imports_no_rasa() -> None:
    code = "import sys; from bot.train import main; main(['--check']); print('rasa' in sys.modules)"
    started = time.monotonic()
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert answer.stdout.strip() == "False"
    assert time.monotonic() - started < 2.0  # 0.1 s alone; the machine may be busy
