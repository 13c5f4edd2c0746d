"""A panel of a staff page: one element, drawn in the browser from plain data.

A panel of several hundred NiceGUI elements costs CPU and memory for every page that is open; one
element with a list in it costs hardly any. All text is put in by Vue's interpolation, so nothing
that a customer writes is ever HTML.
"""

from typing import Any

from nicegui.element import Element

MERMAID = {
    "startOnLoad": False,
    "securityLevel": "strict",
    "theme": "neutral",
    "themeVariables": {"fontSize": "12px"},
    "flowchart": {
        "useMaxWidth": False,
        "htmlLabels": True,
        "nodeSpacing": 18,
        "rankSpacing": 22,
        "padding": 6,
    },
}
"""How trees are drawn on every page."""


class Panel(Element):
    """An element that holds data and says what was done in it by its own events."""

    def show(self, **props: Any) -> None:
        """Give the panel new data; what is equal is not sent."""
        changed = {name: value for name, value in props.items() if self._props.get(name) != value}
        if changed:
            self._props.update(changed)
            self.update()
