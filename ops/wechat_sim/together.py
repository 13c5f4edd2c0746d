"""Runs the stand-in in the foreground, alone or with the whole product as its child."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator

from ops.ports import holder, is_free
from ops.readiness import probe
from ops.settings import ROOT, Settings, SettingsError
from ops.terminal import Terminal
from ops.wechat_sim.account import Account, Mode
from ops.wechat_sim.app import serving
from ops.wechat_sim.sim import Sim

PROBE_SECONDS = 1.0
CALLBACK_PATH = "/v1/channels/wechat"
PRODUCT = (sys.executable, "-m", "ops", "run", "--with-parent")
MENU = (sys.executable, "-m", "api.channels.wechat", "menu")
OURS = ("TOKEN", "APP_ID", "APP_SECRET", "AES_KEY", "API_BASE")


async def alone(terminal: Terminal, port: int, callback: str, account: Account, mode: Mode) -> int:
    """Serve until told to stop; prints what the product must be told."""
    _check_port(port)
    sim = Sim(callback, account=account, mode=mode)
    sim.add_user()
    async with serving(sim, port, callback.removesuffix(CALLBACK_PATH)) as url:
        terminal.line("wechat", f"微信替身（{mode}）在 {url}，消息推送到 {callback}", "good")
        terminal.line("wechat", "产品要用同一套设置启动：")
        told = account.settings(url)
        if mode == "plain":
            # With the key set, the product takes encrypted messages only.
            del told["ROAMDESK_WECHAT_AES_KEY"]
        for name, value in told.items():
            terminal.line("wechat", f"  export {name}={value}")
        terminal.line("wechat", "按 Ctrl-C 结束")
        stop = asyncio.Event()
        with _on_signals(lambda _: stop.set()):
            await stop.wait()
    return 0


async def together(terminal: Terminal, port: int) -> int:
    """The product, set to this stand-in, and the stand-in; returns the product's exit code.

    Raises: SettingsError where a port is taken or a setting cannot be used.
    """
    settings = Settings.from_environment()
    await _check_product(settings, port)
    _check_port(port)
    account = Account.made_up()
    if set_here := [name for name in OURS if os.environ.get(f"ROAMDESK_WECHAT_{name}")]:
        names = "、".join(f"ROAMDESK_WECHAT_{name}" for name in set_here)
        terminal.line("wechat", f"这次不使用环境里的 {names}，改用替身的设置", "warn")
    sim = Sim(settings.url + CALLBACK_PATH, account=account)
    sim.add_user()
    async with serving(sim, port, settings.url) as url:
        environment = {
            **os.environ,
            **account.settings(url),
            "ROAMDESK_DATA": str(settings.data),
            "ROAMDESK_PUBLIC_URL": os.environ.get("ROAMDESK_PUBLIC_URL") or settings.url,
        }
        terminal.line("wechat", "启动产品和微信替身；就绪后这里会给出手机页面的地址", "strong")
        # A session of its own: Ctrl-C reaches us only, and we end the product once and in order.
        product = await asyncio.create_subprocess_exec(
            *PRODUCT,
            cwd=ROOT,
            env=environment,
            start_new_session=True,
        )
        with _on_signals(lambda number: _forward(product, number)):
            ready = asyncio.create_task(_when_ready(terminal, settings.port, url, environment))
            code = await product.wait()
            ready.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await ready
    return code


def _forward(product: asyncio.subprocess.Process, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        product.send_signal(number)


async def _when_ready(terminal: Terminal, port: int, url: str, environment: dict[str, str]) -> None:
    """Publish the account's menu as an operator does, then say where the phone is."""
    while (await probe(port))[0] != 200:  # noqa: ASYNC110, nobody tells us
        await asyncio.sleep(PROBE_SECONDS)
    menu = await asyncio.create_subprocess_exec(
        *MENU,
        cwd=ROOT,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await menu.communicate()
    if menu.returncode:
        last = (printed.decode().strip().splitlines() or [""])[-1]
        terminal.line("wechat", f"自定义菜单没有发布：{last}", "warn")
    terminal.line("wechat", f"请打开手机页面：{url} （Ctrl-C 结束全部）", "good")


async def _check_product(settings: Settings, sim_port: int) -> None:
    if is_free(settings.port):
        return
    who = holder(settings.port)
    by = f"（{who}）" if who else ""
    ours = (await probe(settings.port, "/healthz"))[0] == 200
    raise SettingsError(
        (
            f"产品已经在端口 {settings.port} 启动{by}。"
            if ours
            else f"端口 {settings.port} 已被占用{by}。"
        )
        + "make wechat-sim 要自己启动产品，并把它的微信接口指向替身，所以请先停掉正在运行的那个；"
        f"或者另开一套：ROAMDESK_PORT={settings.port + 10} ROAMDESK_DATA=var/wechat-sim "
        f"ROAMDESK_WECHAT_SIM_PORT={sim_port + 10} make wechat-sim"
    )


def _check_port(port: int) -> None:
    if not is_free(port):
        who = holder(port)
        raise SettingsError(
            f"微信替身的端口 {port} 已被占用{f'（{who}）' if who else ''}。"
            f"请先停掉它，或换一个：ROAMDESK_WECHAT_SIM_PORT={port + 10}"
        )


@contextlib.contextmanager
def _on_signals(tell: Callable[[int], None]) -> Iterator[None]:
    """Ctrl-C and its like go to `tell`."""
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, tell, number)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
