"""Children live and die as the person at the terminal expects."""

import os
import signal
import time
from collections.abc import Callable

import pytest

from tests.ops.conftest import FOREVER, PARENT, STUBBORN, Kept, alive, until

Keep = Callable[..., Kept]


def test_a_child_that_dies_is_started_again_and_the_others_go_on(keep: Keep) -> None:
    kept = keep(rasa=FOREVER, actions=FOREVER)
    rasa, actions = kept.pid("rasa"), kept.pid("actions")
    os.kill(rasa, signal.SIGKILL)
    assert kept.pid("rasa", other_than=rasa) != rasa
    assert alive(actions)
    output = kept.end(signal.SIGTERM)
    assert "rasa 意外退出（信号 9），0.5 秒后重新启动" in output


def test_a_child_that_dies_at_once_is_started_at_growing_pauses(keep: Keep) -> None:
    kept = keep(rasa="print('ERROR no model'); raise SystemExit(3)")
    time.sleep(2.5)
    output = kept.end(signal.SIGTERM)
    assert output.count("退出码 3") in (2, 3)
    assert "1 秒后重新启动" in output
    assert "ERROR no model" in output


def test_a_command_that_cannot_start_is_said_so(keep: Keep) -> None:
    kept = keep(rasa="import os; os.execv('/nowhere/rasa', ['rasa'])")
    time.sleep(1)
    assert "FileNotFoundError" in kept.end(signal.SIGTERM)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_signal_ends_children_and_grandchildren(keep: Keep, number: int) -> None:
    kept = keep(rasa=PARENT, actions=FOREVER)
    pids = [kept.pid("rasa"), kept.grandchild(), kept.pid("actions")]
    kept.end(number)
    assert not [pid for pid in pids if alive(pid)]


def test_a_child_that_ignores_the_polite_signal_is_ended_all_the_same(keep: Keep) -> None:
    kept = keep(rasa=STUBBORN, actions=STUBBORN)
    pids = [kept.pid("rasa"), kept.pid("actions")]
    time.sleep(0.5)
    began = time.monotonic()
    kept.end(signal.SIGTERM)
    assert time.monotonic() - began < 4
    assert not [pid for pid in pids if alive(pid)]


def test_a_killed_supervisor_leaves_no_orphans(keep: Keep) -> None:
    kept = keep(rasa=PARENT, actions=STUBBORN)
    pids = [kept.pid("rasa"), kept.grandchild(), kept.pid("actions")]
    kept.end(signal.SIGKILL)
    until(lambda: not [pid for pid in pids if alive(pid)], "no orphans")


def test_what_a_dead_child_left_behind_is_ended_before_the_next_start(keep: Keep) -> None:
    kept = keep(rasa=PARENT)
    rasa, grandchild = kept.pid("rasa"), kept.grandchild()
    os.kill(rasa, signal.SIGKILL)
    kept.pid("rasa", other_than=rasa)
    assert not alive(grandchild)


def test_a_childs_output_is_in_its_log_and_only_the_notable_lines_are_shown(keep: Keep) -> None:
    kept = keep(rasa=f"print('all quiet'); print('2026 ERROR rasa.core broke'); {FOREVER}")
    log = kept.data / "log" / "rasa.log"
    kept.pid("rasa")
    until(lambda: log.exists() and "broke" in log.read_text(), "the log")
    time.sleep(0.4)
    output = kept.end(signal.SIGTERM)
    assert "all quiet" in log.read_text()
    assert "all quiet" not in output
    assert "ERROR rasa.core broke" in output
    assert log.stat().st_mode & 0o077 == 0
