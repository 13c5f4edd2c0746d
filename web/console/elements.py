"""The console's own elements: one a panel, drawn in the browser from plain data.

A panel of several hundred NiceGUI elements costs CPU and memory for every console that is open; one
element with a list in it costs hardly any. All text is put in by Vue's interpolation, so nothing
that a customer writes is ever HTML.
"""

from typing import Any

from nicegui.element import Element


class Panel(Element):
    """An element that holds data and says what was done in it by its own events."""

    def show(self, **props: Any) -> None:
        """Give the panel new data; what is equal is not sent."""
        changed = {name: value for name, value in props.items() if self._props.get(name) != value}
        if changed:
            self._props.update(changed)
            self.update()


class QueueList(Panel, component="queue.js"):
    """All conversations that are open; filters, sound and title badge are the browser's."""


class Transcript(Panel, component="transcript.js"):
    """What was said, with what the bot understood of it."""


class Suggestions(Panel, component="suggestions.js"):
    """Proposed replies, numbered by the keys that send them."""


class Composer(Panel, component="composer.js"):
    """Where an agent writes; the draft is kept in the browser until the API has it."""


class CasePanel(Panel, component="case_panel.js"):
    """Hand-over summary, the way through the guide, the facts as a table."""


class TicketPanel(Panel, component="ticket.js"):
    """Status, clocks, notifications, history."""


class Decoder(Panel, component="decoder.js"):
    """Reads a card's number part by part."""
