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
    # One thread for the linear algebra: the matrices are small, and spinning threads cost more.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TQDM_DISABLE": "1",
}

_START_FILE = "roamdesk_no_telemetry.pth"
_START_LINE = 'import os; os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")\n'


def prepare() -> None:
    """For our own entries (bot.train, bot.check)."""
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    show = warnings.showwarning
    warnings.showwarning = lambda message, category, *rest, **more: (
        None if issubclass(category, DeprecationWarning) else show(message, category, *rest, **more)
    )  # the libraries' own; Rasa's warnings about our data are of other kinds and stay


def quieten() -> None:
    """Rasa's own logging at the level above; its structured debug lines are on unless told so."""
    import logging

    from rasa.utils.common import configure_logging_and_warnings
    from rasa.utils.log_utils import configure_structlog

    level = getattr(logging, os.environ["LOG_LEVEL"])
    configure_logging_and_warnings(log_level=level, warn_only_once=True)
    configure_structlog(level)


def switch_telemetry_off() -> Path:
    """Make every Python of this environment start without Rasa's telemetry."""
    file = Path(sysconfig.get_paths()["purelib"]) / _START_FILE
    file.write_text(_START_LINE, "ascii")
    return file


if __name__ == "__main__":  # python -m bot.environment, once, when the environment is made
    print(f"Rasa's telemetry is off in this environment ({switch_telemetry_off().name})")
