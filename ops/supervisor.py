"""Runs the whole product until told to stop: the page first, then the model, then Rasa."""

import asyncio
import contextlib
import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

from ops import product
from ops.child import Spec
from ops.keeper import Keeper, describe
from ops.ports import holder, is_free
from ops.readiness import probe, waiting_for
from ops.settings import ROOT, Settings, SettingsError
from ops.terminal import Terminal

# So long the API has the machine to itself, so that the page answers at once.
PAGE_FIRST_SECONDS = 8.0
CHECK_TIMEOUT_SECONDS = 20.0
PROBE_SECONDS = 0.3
WATCH_SECONDS = 5.0
REMIND_SECONDS = 10.0
PR_SET_PDEATHSIG = 1


class Supervisor:
    def __init__(self, settings: Settings, terminal: Terminal, *, verbose: bool = False) -> None:
        self._settings = settings
        self._terminal = terminal
        self._keeper = Keeper(settings, terminal, verbose=verbose, on_hopeless=self._give_up)
        self._began = time.monotonic()
        self._page_answers = asyncio.Event()
        self._stop = asyncio.Event()
        self._exit_code = 0
        self._error: BaseException | None = None
        self._training = False

    async def run(self) -> int:
        """Serve until SIGINT, SIGTERM or SIGHUP. Returns the exit code."""
        settings = self._settings
        if not is_free(settings.port):
            who = holder(settings.port)
            raise SettingsError(
                f"端口 {settings.port} 已被占用{f'（{who}）' if who else ''}。"
                f"请先停掉它，或换一个端口：ROAMDESK_PORT={settings.port + 10} make run"
            )
        settings.make_folders()
        with _only_one(settings.data):
            self._listen_to_signals()
            self._say(f"数据目录 {settings.data}，日志在 {settings.logs}；按 Ctrl-C 结束")
            self._keeper.keep(product.api(settings))
            tasks = [
                asyncio.create_task(self._bring_up_the_bot()),
                asyncio.create_task(self._watch()),
            ]
            for task in tasks:
                task.add_done_callback(self._stop_on_error)
            await self._stop.wait()
            await self._end(tasks)
            if self._error:
                raise self._error
        return self._exit_code

    async def _end(self, tasks: list[asyncio.Task[None]]) -> None:
        began = time.monotonic()
        self._say("正在结束……（再按一次 Ctrl-C 立即退出）")
        for task in tasks:
            if not task.done():
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # The front door first: a turn that it is waiting for still finds Rasa there.
        await self._keeper.stop("api")
        await self._keeper.stop()
        self._say(f"已全部结束（用时 {time.monotonic() - began:.1f} 秒）")

    async def _bring_up_the_bot(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._page_answers.wait(), PAGE_FIRST_SECONDS)
        self._keeper.keep(product.staff_pages(self._settings))
        self._keeper.keep(product.actions(self._settings))
        model = await self._model()
        if model is None:
            self._say(
                "没有可用的模型，机器人不能启动；网页照常服务，客户转给人工。修好后请重新 make run",
                "bad",
            )
            return
        self._say(f"启动 Rasa，模型 {model.name}（载入 TensorFlow 需要十几秒）")

        def with_the_promoted_model() -> Spec:
            return product.rasa(self._settings, product.current_model() or model)

        self._keeper.keep(with_the_promoted_model(), again=with_the_promoted_model)

    async def _model(self) -> Path | None:
        """The model to serve, trained now where there is none or its data changed."""
        model = product.current_model()
        if model and not await asyncio.to_thread(_readable, model):
            damaged = model.with_name(model.name + ".damaged")
            self._say(f"模型文件 {model.name} 已损坏，移到 {damaged.name} 并重新训练", "bad")
            model.rename(damaged)
            model = None
        if model and await self._fits():
            return model
        self._training = True
        self._say("训练数据有变动，重新训练" if model else "还没有模型，先训练", "strong")
        began = time.monotonic()
        code = await self._keeper.run_once(product.training())
        self._training = False
        if code == 0 and (trained := product.current_model()):
            self._say(f"训练完成：{trained.name}（用时 {time.monotonic() - began:.0f} 秒）", "good")
            return trained
        self._say(f"训练失败（{describe(code)}），详见 {self._settings.logs / 'train.log'}", "bad")
        if model:
            self._say(f"先用上一个模型 {model.name}", "warn")
        return model

    async def _fits(self) -> bool:
        """Whether this model is to be served; says so where the files ask for a refused one."""

        def check() -> tuple[bool, str]:
            result = subprocess.run(
                product.training_check(),
                cwd=ROOT,
                env={**os.environ, **product.QUIET},
                capture_output=True,
                text=True,
                timeout=CHECK_TIMEOUT_SECONDS,
                check=False,
            )
            return result.returncode == 0, result.stdout.strip()

        try:
            fits, said = await asyncio.to_thread(check)
        except subprocess.TimeoutExpired:
            return False
        if fits and said:
            self._say(said, "warn")
        return fits

    async def _watch(self) -> None:
        """Say each change of readiness, and while it is not ready, what we are waiting for."""
        url = self._settings.url
        ready = was_ready = False
        reminded_at = time.monotonic()
        while True:
            status, parts = await probe(self._settings.port)
            missing = "、".join(waiting_for(parts)) if status else "接口服务"
            if status and not self._page_answers.is_set():
                self._page_answers.set()
                self._say(f"网页已可打开：{url} （用时 {self._elapsed():.1f} 秒）", "good")
            if status == 200 and not was_ready:
                self._say(f"就绪：{url} （用时 {self._elapsed():.0f} 秒）", "good")
                was_ready = True
            elif status == 200 and not ready:
                self._say("已恢复，全部就绪", "good")
            elif status != 200 and ready:
                self._say(f"暂时不能完整服务，等待：{missing or '未知'}", "warn")
            elif status != 200 and not self._training and _passed(reminded_at, REMIND_SECONDS):
                self._say(f"还在启动，等待：{missing}（已 {self._elapsed():.0f} 秒）", "dim")
                reminded_at = time.monotonic()
            ready = status == 200
            await asyncio.sleep(WATCH_SECONDS if ready else PROBE_SECONDS)

    def _give_up(self, spec: Spec) -> None:
        self._exit_code = 1
        self._stop.set()

    def _stop_on_error(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception():
            self._error = task.exception()
            self._stop.set()

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()

        def told() -> None:
            if self._stop.is_set():
                os._exit(130)  # the leashes notice and end their children
            self._stop.set()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, told)

    def _say(self, text: str, style: str = "") -> None:
        self._terminal.line("roamdesk", text, style)

    def _elapsed(self) -> float:
        return time.monotonic() - self._began


def follow_parent() -> None:
    """Stop when `make` is gone, even by kill -9 (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@contextlib.contextmanager
def _only_one(data: Path) -> Iterator[None]:
    """Two supervisors on one data folder would answer the same customers twice."""
    with (data / "supervisor.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise SettingsError(
                f"数据目录 {data} 正被另一个 make run 使用。"
                "请先停掉它，或换一个：ROAMDESK_DATA=目录"
            ) from error
        yield


def _readable(model: Path) -> bool:
    """Reads the archive through: better found damaged here than half a minute later in Rasa."""
    try:
        with tarfile.open(model) as archive:
            return any(True for _ in archive.getmembers())
    except (OSError, EOFError, tarfile.TarError, ValueError):
        return False


def _passed(since: float, seconds: float) -> bool:
    return time.monotonic() - since > seconds
