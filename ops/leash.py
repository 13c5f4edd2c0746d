"""Holds one child on a leash: however the supervisor goes, by kill -9 too, the child goes with it.

Run as a script with the standard library only: `leash.py GRACE_SECONDS PID_FILE COMMAND...`.
Standard input is a pipe that the supervisor never writes to; its end means that it is gone.
"""

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys
import time

PR_SET_PDEATHSIG = 1
POLL_SECONDS = 0.05


def main() -> int:
    grace_seconds, pid_file, command = float(sys.argv[1]), sys.argv[2], sys.argv[3:]
    wake = _wake_on_signals()
    try:
        # A session of its own: Ctrl-C reaches the supervisor only, which ends us in order.
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_the_leash,
        )
    except OSError as error:
        print(f"ERROR cannot start {command[0]}: {error.strerror}", flush=True)
        return 127
    with open(pid_file, "w", encoding="ascii") as file:
        file.write(f"{child.pid}\n")
    while child.poll() is None:
        ready, _, _ = select.select([sys.stdin.fileno(), wake], [], [])
        if sys.stdin.fileno() in ready or _told_to_stop:
            _end(child, grace_seconds)
            break
        os.read(wake, 512)
    # Whatever the child left behind in its group would hold its port against the next one.
    _signal_group(child.pid, signal.SIGKILL)
    code = child.wait()
    return code if code >= 0 else 128 - code


_told_to_stop: list[int] = []


def _wake_on_signals() -> int:
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    signal.signal(signal.SIGTERM, lambda number, _frame: _told_to_stop.append(number))
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return reader


def _die_with_the_leash() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _end(child: "subprocess.Popen[bytes]", grace_seconds: float) -> None:
    """SIGTERM to the whole group, SIGKILL to what is left after the grace."""
    _signal_group(child.pid, signal.SIGTERM)
    deadline = time.monotonic() + grace_seconds
    while child.poll() is None and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)


def _signal_group(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


if __name__ == "__main__":
    sys.exit(main())
