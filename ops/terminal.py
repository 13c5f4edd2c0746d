"""What the person at the terminal reads: one short line an event, with the child's name."""

import time

from rich.console import Console
from rich.text import Text

NAME_COLUMNS = 8
MAX_COLUMNS = 200
STYLES = {"good": "green", "warn": "yellow", "bad": "bold red", "strong": "bold", "dim": "dim"}


class Terminal:
    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False, soft_wrap=True)

    def line(self, name: str, text: str, style: str = "") -> None:
        """Print `12:30:01 rasa     text`; a long line is cut, its whole is in the child's log."""
        shown = text if len(text) <= MAX_COLUMNS else text[: MAX_COLUMNS - 1] + "…"
        self._console.print(
            Text.assemble(
                (time.strftime("%H:%M:%S "), "dim"),
                (f"{name:<{NAME_COLUMNS}} ", "cyan"),
                (shown, STYLES.get(style, style)),
            )
        )
