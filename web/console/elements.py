"""The console's own panels."""

from web.panel import Panel


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
