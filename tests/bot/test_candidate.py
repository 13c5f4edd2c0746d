"""A candidate is made apart from what is served, and a failure says why and leaves nothing."""

from __future__ import annotations

import errno
import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bot import candidate, inputs, shelf, train
from bot.environment import prepare
from bot.side_by_side import fitted_side_by_side
from bot.training_progress import LOADING, Progress

prepare()

from bot.understanding import intent_training  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("data/nlu", "bot", "tests/understanding", "tests/conversations", "models"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("config.yml", "domain.yml", "data/nlu/a.yml"):
        (tmp_path / name).write_text("a: 1\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _rasa(monkeypatch: pytest.MonkeyPatch, work: Any) -> None:
    monkeypatch.setitem(sys.modules, "rasa.model_training", SimpleNamespace(train=work))


def test_a_full_disk_is_said_and_nothing_half_made_stays(project, monkeypatch) -> None:
    def work(output: str, fixed_model_name: str, **_: Any) -> None:
        (Path(output) / f"{fixed_model_name}.tar.gz").write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    _rasa(monkeypatch, work)
    with pytest.raises(train.TrainingFailed, match="磁盘已满"):
        train.candidate()
    assert list((project / "models").iterdir()) == []


def test_a_training_without_a_result_leaves_the_model_in_use(project, monkeypatch) -> None:
    current = {"model": "roamdesk-aaaaaaaaaaaa"}
    (project / inputs.CURRENT).write_text(json.dumps(current), "utf-8")
    _rasa(monkeypatch, lambda **_: SimpleNamespace(code=1))
    with pytest.raises(train.TrainingFailed, match="没有做出模型"):
        train.candidate()
    assert train.train() == 1
    assert shelf.in_use() == current["model"]


def test_a_broken_file_is_named_with_its_line(project) -> None:
    assert candidate.broken_files() == []
    (project / "data/nlu/a.yml").write_text("nlu:\n  - intent: [\n", "utf-8")
    (said,) = candidate.broken_files()
    assert said.startswith("data/nlu/a.yml 第 3 行")
    (project / "data/nlu/a.yml").write_bytes("没信号".encode("gbk"))
    assert candidate.broken_files() == ["data/nlu/a.yml 不是 UTF-8 编码"]


def test_a_run_works_on_the_files_as_they_were_when_it_began(project) -> None:
    with candidate.snapshot():
        before = inputs.read()
        (project / "data/nlu/a.yml").write_text("a: 2\n", "utf-8")
        assert inputs.read() == before
        (Path("models") / "made").write_text("", "utf-8")
        copy = Path.cwd()
    assert Path.cwd() == project
    assert inputs.read() != before
    assert (project / "models/made").exists()
    assert not copy.exists()


def test_folds_fitted_side_by_side_are_the_same_to_the_bit(monkeypatch) -> None:
    draw = np.random.default_rng(1)
    labels = [("a", "b", "c")[i] for i in draw.integers(0, 3, 1200)]
    examples = [[f"w:{label}{i % 7}", f"w:{i % 11}"] for i, label in enumerate(labels)]
    vectors = draw.normal(size=(1200, 8)).astype(np.float32)
    alone = intent_training.train(examples, vectors, labels)
    fitted_here = []
    fit = intent_training.fit
    monkeypatch.setattr(
        intent_training, "fit", lambda *given: fitted_here.append(os.getpid()) or fit(*given)
    )
    with fitted_side_by_side(processes=2):
        beside = intent_training.train(examples, vectors, labels)
    assert fitted_here == []  # every fit was foreseen and made in another process
    assert beside.reliance == alone.reliance
    assert beside.measured == alone.measured
    for name in ("coefficients", "meaning", "weight", "intercept"):
        assert np.array_equal(getattr(beside, name), getattr(alone, name)), name


def test_the_bar_never_goes_back_and_lines_are_chinese() -> None:
    told: list[tuple[str, float]] = []
    with Progress(lambda text, share: told.append((text, share)), {LOADING: 1.0}) as progress:
        for line in ("Starting to train", "Finished training"):
            for name in ("bot.components.tokenizer.WordTokenizer", "bot.x.SentenceVectors"):
                message = f"{line} component '{name}'"
                progress.emit(SimpleNamespace(getMessage=lambda said=message: said))
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert all(0 <= share <= 1 for share in shares)
    assert candidate.chinese("12.3 s  still training CaseFacts") == "12.3 秒  还在训练事实"
    assert candidate.chinese("test set: 50 of 1500") == "测试集：50 / 1500"
