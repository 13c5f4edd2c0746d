"""What the person who types `make wechat-sim` sees, with a small stand-in for the product."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from ops.ports import free_port
from tests.ops.conftest import PATIENCE_SECONDS, ROOT, until

TOGETHER = """
import sys
from ops.wechat_sim import together, __main__
together.PRODUCT = (sys.executable, {product!r})
together.MENU = (sys.executable, "-c", "print('menu published')")
__main__.typer.run(__main__.main)
"""
PRODUCT = """
import http.server, json, os, pathlib, signal, sys
ended = pathlib.Path(os.environ["ROAMDESK_DATA"], "ended")
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
        self.wfile.write(json.dumps(dict(os.environ)).encode())
    def log_message(self, *args): pass
def end(number, frame):
    with ended.open("a") as file: file.write(f"{number}\\n")
    sys.exit(7)
signal.signal(signal.SIGINT, end); signal.signal(signal.SIGTERM, end)
if os.environ.get("FAILS"): sys.exit(3)
http.server.HTTPServer(("127.0.0.1", int(os.environ["ROAMDESK_PORT"])), Handler).serve_forever()
"""


class Run:
    """One `python -m ops.wechat_sim`, and all it has printed so far."""

    def __init__(self, data: Path, command: list[str], **environment: str) -> None:
        self.data = data
        self.port = int(environment.setdefault("ROAMDESK_PORT", str(free_port())))
        self.sim_port = int(environment.setdefault("ROAMDESK_WECHAT_SIM_PORT", str(free_port())))
        self.url = f"http://127.0.0.1:{self.sim_port}"
        self.printed = data / f"printed-{self.sim_port}.txt"
        with self.printed.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env={**os.environ, "ROAMDESK_DATA": str(data), **environment},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_for(self, text: str) -> None:
        try:
            until(lambda: text in self.printed.read_text(), text)
        except AssertionError:
            raise AssertionError(f"{text!r} is not in:\n{self.printed.read_text()}") from None

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_SECONDS)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    runs: list[Run] = []

    def start(*options: str, **environment: str) -> Run:
        product = tmp_path / "product.py"
        product.write_text(PRODUCT)
        script = TOGETHER.format(product=str(product))
        runs.append(Run(tmp_path, ["-c", script, *options], **environment))
        return runs[-1]

    yield start
    for each in runs:
        if each.process.poll() is None:
            each.process.kill()
            each.process.wait(PATIENCE_SECONDS)


def test_one_command_starts_both_and_prints_one_address(run: Callable[..., Run]) -> None:
    both = run("--with-product", ROAMDESK_WECHAT_TOKEN="of a real account")
    both.wait_for(f"请打开手机页面：{both.url} （Ctrl-C 结束全部）")
    assert "不使用环境里的 ROAMDESK_WECHAT_TOKEN" in both.printed.read_text()
    assert "menu published" not in both.printed.read_text()
    given = httpx2.get(f"http://127.0.0.1:{both.port}/").json()
    state = httpx2.get(f"{both.url}/sim/state").json()
    assert given["ROAMDESK_WECHAT_API_BASE"] == both.url
    assert given["ROAMDESK_WECHAT_APP_ID"] == state["app_id"]
    assert given["ROAMDESK_WECHAT_TOKEN"] != "of a real account"
    assert given["ROAMDESK_PUBLIC_URL"] == f"http://127.0.0.1:{both.port}"
    assert state["callback"] == f"http://127.0.0.1:{both.port}/v1/channels/wechat"
    assert httpx2.get(f"{both.url}/sim/product").json()["state"] == "ready"
    assert "微信替身" in httpx2.get(both.url).text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_ctrl_c_ends_both_and_the_product_hears_it_once(
    run: Callable[..., Run], number: int
) -> None:
    both = run("--with-product")
    both.wait_for("请打开手机页面")
    assert both.end(number) == 7
    assert (both.data / "ended").read_text() == f"{int(number)}\n"


def test_a_product_that_cannot_start_ends_both_with_its_code(run: Callable[..., Run]) -> None:
    both = run("--with-product", FAILS="yes")
    assert both.process.wait(PATIENCE_SECONDS) == 3


def test_a_product_that_runs_already_is_named_with_what_to_do(run: Callable[..., Run]) -> None:
    first = run("--with-product")
    first.wait_for("请打开手机页面")
    second = run("--with-product", ROAMDESK_PORT=str(first.port))
    assert second.process.wait(PATIENCE_SECONDS) == 2
    text = second.printed.read_text()
    assert f"产品已经在端口 {first.port} 启动" in text
    assert "请先停掉正在运行的那个" in text
    assert f"ROAMDESK_PORT={first.port + 10} ROAMDESK_DATA=var/wechat-sim" in text
    assert first.end(signal.SIGINT) == 7


def test_another_holder_of_the_products_port_is_named(run: Callable[..., Run]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        both = run("--with-product", ROAMDESK_PORT=str(port))
        assert both.process.wait(PATIENCE_SECONDS) == 2
    assert f"端口 {port} 已被占用" in both.printed.read_text()


def test_a_taken_port_of_its_own_is_named(run: Callable[..., Run]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        both = run("--with-product", ROAMDESK_WECHAT_SIM_PORT=str(port))
        assert both.process.wait(PATIENCE_SECONDS) == 2
    assert f"ROAMDESK_WECHAT_SIM_PORT={port + 10}" in both.printed.read_text()


def test_alone_it_says_what_the_product_must_be_told(run: Callable[..., Run]) -> None:
    alone = run("--mode", "plain", "--app-id", "wx0123456789abcdef")
    alone.wait_for("按 Ctrl-C 结束")
    text = alone.printed.read_text()
    assert "export ROAMDESK_WECHAT_APP_ID=wx0123456789abcdef" in text
    assert f"export ROAMDESK_WECHAT_API_BASE={alone.url}" in text
    assert "ROAMDESK_WECHAT_AES_KEY" not in text
    assert json.loads(httpx2.get(f"{alone.url}/sim/state").text)["mode"] == "plain"
    assert alone.end(signal.SIGINT) == 0


def test_an_unknown_mode_is_named(run: Callable[..., Run]) -> None:
    wrong = run("--mode", "loud")
    assert wrong.process.wait(PATIENCE_SECONDS) == 2
    assert "--mode loud 不认识" in wrong.printed.read_text()
