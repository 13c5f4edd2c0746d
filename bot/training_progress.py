"""A line every few seconds while Rasa trains: what it is doing, and for how long already."""

from __future__ import annotations

import logging
import re
import threading
import time

SILENCE_SECONDS = 2.5

_STEP = re.compile(r"(Starting to train|Restored|Finished training) component '([^']+)'")
_SAID = {"Starting to train": "training", "Restored": "unchanged", "Finished training": "trained"}


class Progress(logging.Handler):
    """Reads Rasa's own log of its steps; between them a thread says that it is still at work."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self._started = self._spoken = time.monotonic()
        self._doing = "loading Rasa"
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> Progress:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
        logging.getLogger("rasa.engine.training.hooks").removeHandler(self)

    def watch(self) -> None:
        """From now on, follow Rasa's log."""
        self._doing = "reading the data"
        hooks = logging.getLogger("rasa.engine.training.hooks")
        hooks.setLevel(logging.INFO)
        hooks.propagate = False
        hooks.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """One of Rasa's steps."""
        step = _STEP.search(record.getMessage())
        if step:
            component = step.group(2).rsplit(".", 1)[-1]
            self._doing = f"training {component}"
            self.say(f"{_SAID[step.group(1)]} {component}")

    def say(self, what: str) -> None:
        """Print a line with the seconds gone by."""
        self._spoken = time.monotonic()
        print(f"  {self._spoken - self._started:5.1f} s  {what}", flush=True)

    def _tick(self) -> None:
        while not self._done.wait(0.25):
            if time.monotonic() - self._spoken >= SILENCE_SECONDS:
                self.say(f"still {self._doing}")
