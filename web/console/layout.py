"""How the console looks: three columns, and the dialogs above them. Nothing happens here."""

from nicegui import ui

from web.console.elements import (
    CasePanel,
    Composer,
    Decoder,
    QueueList,
    Suggestions,
    TicketPanel,
    Transcript,
)
from web.console.keys import HELP
from web.panel import MERMAID


class Layout:
    """The elements of one console, by what they show."""

    def __init__(self, me: str) -> None:
        with ui.element("main").classes("rd-cockpit"):
            self.queue = QueueList().props(f'me="{me}"').classes("rd-col")
            with ui.element("div").classes("rd-col rd-middle"):
                self._conversation()
            with ui.element("div").classes("rd-col rd-right"):
                self._case()
        self._memo_dialog()
        self._reveal_dialog()
        self._help_dialog()
        self.dialogs = (self.memo_dialog, self.reveal_dialog, self.help_dialog)

    def _conversation(self) -> None:
        with ui.element("div").classes("rd-head"):
            self.title = ui.label("请选一段对话").classes("rd-title")
            self.holder = ui.label().classes("rd-muted")
            ui.element("span").classes("rd-spring")
            self.buttons = {
                "copilot": _button("协同", "机器人起草，您来发送（c）"),
                "agent": _button("接手", "机器人不再说话（t）"),
                "auto": _button("交还机器人", "机器人接着问（b）"),
            }
            for button in self.buttons.values():
                button.props("disabled")
        self.transcript = Transcript().classes("rd-grow")
        self.suggestions = Suggestions()
        self.reach = ui.label().classes("rd-reach")
        self.reach.visible = False
        self.composer = Composer()

    def _case(self) -> None:
        with ui.element("div").classes("rd-tree"):
            self.tree = ui.mermaid("flowchart TD\n", config=MERMAID).classes("rd-diagram")
            self.tree_note = ui.label("诊断树会显示在这里").classes("rd-empty")
        self.case = CasePanel()
        self.ticket = TicketPanel()
        self.decoder = Decoder()

    def _memo_dialog(self) -> None:
        with ui.dialog() as self.memo_dialog, ui.element("div").classes("rd-dialog"):
            ui.label("交还机器人").classes("rd-title")
            ui.label("机器人会接着问还不知道的事；备注留给以后接手的同事。").classes("rd-muted")
            self.memo = (
                ui.textarea(placeholder="备注（可不填）").classes("rd-wide").props("autofocus")
            )
            with ui.element("div").classes("rd-acts"):
                _button("取消").on("click", self.memo_dialog.close)
                self.hand_back = _button("确定交还", primary=True)

    def _reveal_dialog(self) -> None:
        with ui.dialog() as self.reveal_dialog, ui.element("div").classes("rd-dialog"):
            ui.label("查看个人信息").classes("rd-title")
            ui.label("请写明原因；谁在何时看了什么会记录在案。").classes("rd-muted")
            self.reason = (
                ui.input(placeholder="例如：核对客户身份").classes("rd-wide").props("autofocus")
            )
            self.revealed = ui.label().classes("rd-num rd-revealed")
            with ui.element("div").classes("rd-acts"):
                _button("关闭").on("click", self.reveal_dialog.close)
                self.reveal = _button("查看", primary=True)

    def _help_dialog(self) -> None:
        with ui.dialog() as self.help_dialog, ui.element("div").classes("rd-dialog"):
            ui.label("快捷键").classes("rd-title")
            for key, what in HELP:
                with ui.element("p").classes("rd-key"):
                    with ui.element("kbd"):
                        ui.label(key)
                    ui.label(what)


def _button(text: str, why: str = "", *, primary: bool = False) -> ui.element:
    button = ui.element("button").classes("rd-button" + (" rd-primary" if primary else ""))
    if why:
        button.props(f'title="{why}"')
    with button:
        ui.label(text)
    return button
