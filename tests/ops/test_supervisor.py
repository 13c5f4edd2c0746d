"""What the person who types `make run` sees, with small stand-ins for the real children."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ops.ports import free_port
from tests.ops.conftest import PATIENCE_SECONDS, ROOT, until

SCRIPT = str(Path(__file__).with_name("fake_product.py"))


class Run:
    """One `fake_product.py` and all it has printed so far."""

    def __init__(self, data: Path, faults: tuple[str, ...], port: int) -> None:
        self.printed = data / "printed.txt"
        with self.printed.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, SCRIPT, *faults],
                env={
                    **os.environ,
                    "PYTHONPATH": str(ROOT),
                    "ROAMDESK_DATA": str(data),
                    "ROAMDESK_PORT": str(port),
                },
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def said(self, text: str) -> bool:
        return text in self.printed.read_text()

    def wait_for(self, text: str) -> None:
        try:
            until(lambda: self.said(text), text)
        except AssertionError:
            raise AssertionError(f"{text!r} is not in:\n{self.printed.read_text()}") from None

    def end(self, number: int = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(PATIENCE_SECONDS)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    runs: list[Run] = []

    def start(*faults: str, port: int | None = None) -> Run:
        runs.append(Run(tmp_path, faults, port or free_port()))
        return runs[-1]

    yield start
    for each in runs:
        each.end(signal.SIGKILL)


def test_page_first_then_training_then_ready_then_one_ctrl_c(run: Callable[..., Run]) -> None:
    product = run()
    product.wait_for("就绪：")
    text = product.printed.read_text()
    order = ["网页已可打开", "还没有模型，先训练", "epoch 2 of 2", "训练完成：new.tar.gz", "就绪："]
    assert [text.index(each) for each in order] == sorted(text.index(each) for each in order)
    assert "admin password: s3same" in text
    began = time.monotonic()
    assert product.end(signal.SIGINT) == 0
    assert time.monotonic() - began < 5
    assert product.said("已全部结束")


def test_a_failed_training_leaves_the_page_up_and_says_so(run: Callable[..., Run]) -> None:
    product = run("training")
    product.wait_for("没有可用的模型，机器人不能启动；网页照常服务")
    assert product.said("训练失败（退出码 1）")
    assert product.process.poll() is None


def test_a_failed_training_falls_back_on_the_last_model(run: Callable[..., Run]) -> None:
    product = run("training", "old-model")
    product.wait_for("就绪：")
    assert product.said("先用上一个模型 old.tar.gz")


def test_a_damaged_model_is_moved_aside_and_trained_anew(
    run: Callable[..., Run], tmp_path: Path
) -> None:
    product = run("damaged")
    product.wait_for("就绪：")
    assert product.said("模型文件 old.tar.gz 已损坏")
    assert (tmp_path / "models" / "old.tar.gz.damaged").exists()


def test_a_taken_port_is_refused_with_its_number_and_a_way_out(run: Callable[..., Run]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        product = run(port=port)
        assert product.process.wait(PATIENCE_SECONDS) == 2
    assert product.said(f"端口 {port} 已被占用")
    assert product.said(f"ROAMDESK_PORT={port + 10} make run")


def test_a_second_run_on_the_same_data_is_refused(run: Callable[..., Run]) -> None:
    first = run()
    first.wait_for("网页已可打开")
    second = run()
    assert second.process.wait(PATIENCE_SECONDS) == 2
    assert second.said("正被另一个 make run 使用")


def test_a_wrong_setting_of_the_api_ends_the_run_instead_of_trying_for_ever(
    run: Callable[..., Run],
) -> None:
    product = run("setting")
    assert product.process.wait(PATIENCE_SECONDS) == 1
    assert product.said("ROAMDESK_CLOCK is wrong")


def test_a_wrong_port_is_named(run: Callable[..., Run]) -> None:
    product = run(port=70000)
    assert product.process.wait(PATIENCE_SECONDS) == 2
    assert product.said("ROAMDESK_PORT=70000 不是端口号")
