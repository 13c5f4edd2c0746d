"""Settings that must stand before Rasa is imported: no telemetry, no chatter."""

from __future__ import annotations

import os
import sysconfig
import warnings
from pathlib import Path

SETTINGS = {
    "RASA_TELEMETRY_ENABLED": "false",
    "LOG_LEVEL": "WARNING",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
}

_START_FILE = "roamdesk_no_telemetry.pth"
_START_LINE = 'import os; os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")\n'


def prepare() -> None:
    """For our own entries (bot.train, bot.check)."""
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    warnings.simplefilter("ignore")


def switch_telemetry_off() -> Path:
    """Make every Python of this environment start without Rasa's telemetry, `rasa` by hand included."""
    file = Path(sysconfig.get_paths()["purelib"]) / _START_FILE
    file.write_text(_START_LINE, "ascii")
    return file


if __name__ == "__main__":  # python -m bot.environment, once, when the environment is made
    print(f"Rasa's telemetry is off in this environment ({switch_telemetry_off().name})")
