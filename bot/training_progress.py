"""A line every few seconds while Rasa trains: what it is doing, and for how long already."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable, Mapping

SILENCE_SECONDS = 2.5

LOADING = "loading"
"""The step before the first component: importing Rasa and reading the data."""

USUAL_SECONDS = {
    LOADING: 25.0,
    "RulePolicy": 1.0,
    "WordTokenizer": 9.0,
    "Gazetteer": 11.0,
    "SentenceVectors": 20.0,
    "CaseFacts": 13.0,
    "RoamDeskIntentClassifier": 28.0,
}
"""Of each step on the shipped data: good enough for a bar until a training was measured here."""

_STEP = re.compile(r"(Starting to train|Restored|Finished training) component '([^']+)'")
_SAID = {"Starting to train": "training", "Restored": "unchanged", "Finished training": "trained"}
_WAITS = 0.95
"""So much of its share a step gets while it is still at work, however long it takes."""


class Progress(logging.Handler):
    """Reads Rasa's own log of its steps; between them a thread says that it is still at work.

    `tell` gets each line and the share that is done (0..1), estimated by what each step `usually`
    takes; without it lines are printed with the seconds gone by.
    """

    def __init__(
        self,
        tell: Callable[[str, float], None] | None = None,
        usually: Mapping[str, float] | None = None,
    ) -> None:
        super().__init__(logging.INFO)
        self._tell = tell
        self._usually = {**USUAL_SECONDS, **(usually or {})}
        self.seconds: dict[str, float] = {}
        """What each step took this time."""
        self._share = 0.0
        self._step, self._began = LOADING, time.monotonic()
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
        self._begin("")
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
            # What a component does with all examples once it is trained counts as its own.
            if component != self._step:
                self._begin(component)
            self.say(f"{_SAID[step.group(1)]} {component}")

    def say(self, what: str) -> None:
        """Pass on a line with the seconds gone by."""
        self._spoken = time.monotonic()
        line = f"{self._spoken - self._started:5.1f} s  {what}"
        if self._tell is None:
            print(f"  {line}", flush=True)
        else:
            self._tell(line.strip(), self.share())

    def share(self) -> float:
        """How much is done, 0..1."""
        known = {step: seconds for step, seconds in self._usually.items() if step}
        now = min(time.monotonic() - self._began, _WAITS * known.get(self._step, SILENCE_SECONDS))
        done = sum(known.get(step, 0.0) for step in self.seconds if step != self._step)
        self._share = max(self._share, min(1.0, (done + now) / (sum(known.values()) or 1.0)))
        return self._share

    def _begin(self, step: str) -> None:
        now = time.monotonic()
        before = self.seconds.get(self._step, 0.0)
        self.seconds[self._step] = round(before + now - self._began, 1)
        self._step, self._began = step, now

    def _tick(self) -> None:
        while not self._done.wait(0.25):
            if time.monotonic() - self._spoken >= SILENCE_SECONDS:
                self.say(f"still {self._doing}")
