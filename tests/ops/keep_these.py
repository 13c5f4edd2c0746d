"""A small supervisor for tests: `keep_these.py DATA_FOLDER NAME=SCRIPT...` keeps scripts alive."""

import asyncio
import signal
import sys
from pathlib import Path

from ops.child import Spec
from ops.keeper import Keeper
from ops.settings import Settings
from ops.terminal import Terminal


async def main() -> None:
    data = Path(sys.argv[1])
    settings = Settings(port=1, bot_port=2, actions_port=3, staff_port=4, data=data)
    settings.make_folders()
    keeper = Keeper(settings, Terminal())
    for argument in sys.argv[2:]:
        name, _, script = argument.partition("=")
        command = [sys.executable, "-u", "-c", script]
        keeper.keep(Spec(name, name, command, data, grace_seconds=1.5))
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    await keeper.stop()


asyncio.run(main())
