"""The panels of the pages on which drafts are written, and how they stand together."""

from nicegui import ui

from web.panel import MERMAID, Panel

STYLE = '<link rel="stylesheet" href="/staff/drafts.css">'

TABS = {
    "outline": "大纲",
    "text": "文本",
    "checks": "检查",
    "changes": "改动与影响",
    "history": "发布记录",
}


class DraftList(Panel, component="draft_list.js"):
    """Documents and the drafts that are open."""


class DraftHead(Panel, component="draft_head.js"):
    """What is open, its state, what one can do with it, and the tabs."""


class Outline(Panel, component="draft_outline.js"):
    """A tree's steps with question, answers, sources and advice."""


class DraftText(Panel, component="draft_text.js"):
    """The same as YAML, faults at their lines. What is not saved is kept in the browser."""


class Checks(Panel, component="draft_checks.js"):
    """What is wrong, and what each case gives."""


class Changes(Panel, component="draft_changes.js"):
    """The difference from what is published, and what publishing touches."""


class History(Panel, component="draft_history.js"):
    """What was published, to compare and to bring back."""


class Simulator(Panel, component="simulator.js"):
    """A walk by facts chosen by hand."""


class Layout:
    """The elements of one page, by what they show."""

    def __init__(self, me: str, *, tree: bool) -> None:
        with ui.element("main").classes("rd-drafting" + ("" if tree else " two")):
            self.list = DraftList().classes("rd-col")
            with ui.element("div").classes("rd-col"):
                self.head = DraftHead().props(f'me="{me}"')
                self.box = ui.element("div").classes("rd-panels")
                with self.box:
                    self.panels: dict[str, Panel] = {
                        "outline": Outline(),
                        "text": DraftText(),
                        "checks": Checks(),
                        "changes": Changes(),
                        "history": History(),
                    }
                    self.compared = Changes()
            if tree:
                with ui.element("div").classes("rd-col"), ui.element("div").classes("rd-try"):
                    self.drawing = ui.element("div").classes("rd-tree").props("tabindex=0")
                    with self.drawing:
                        with ui.element("div").classes("rd-zoom"):
                            self.zoom = ui.element("button").classes("rd-chip")
                            with self.zoom:
                                self.zoom_text = ui.label("放大")
                        self.zoom.visible = False
                        self.tree = ui.mermaid("flowchart TD\n", config=MERMAID)
                        self.tree.classes("rd-diagram").visible = False
                        self.tree_note = ui.label("图会显示在这里").classes("rd-empty")
                    self.simulator = Simulator()
        self.tabs = [
            {"value": value, "label": label}
            for value, label in TABS.items()
            if tree or value != "outline"
        ]

    def fit(self, whole: bool) -> None:
        """Draw the whole tree into its box, or at its own size."""
        self.zoom_text.text = "放大" if whole else "看全图"
        if whole:
            self.drawing.classes(add="rd-fit")
        else:
            self.drawing.classes(remove="rd-fit")

    def turn_to(self, tab: str) -> None:
        for name, panel in self.panels.items():
            panel.visible = name == tab
        self.compared.visible = tab == "history" and bool(self.compared.props.get("diff"))
        whole = tab == "text"
        self.box.classes(add="whole") if whole else self.box.classes(remove="whole")
