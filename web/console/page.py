"""`/console`: the queue, one conversation, and its case, in three columns."""

import asyncio
import contextlib
from functools import partial
from typing import Any

from fastapi import Request
from nicegui import Client, background_tasks, events, ui

from web import shell
from web.api_client import ApiError, SessionEnded
from web.console.keys import KEYS
from web.console.layout import Layout
from web.news import QUEUE
from web.shell import Desk, Seat

HOLD_SECONDS = 20.0
"""The claim runs out two minutes after the last word of an open console."""
SETTLE_SECONDS = 0.02
"""News comes in bursts: one turn is several publications."""
OLDER = 50

MODES = {"auto": "自动", "copilot": "协同", "agent": "人工"}
WHY_NOT = {
    "none": "从左边选一段对话",
    "auto": "机器人正在接待，协同或接手后可以回复",
    "other": "另一位同事正在处理",
    "role": "您的角色只能查看",
}


def install(desk: Desk) -> None:
    """Add the page to the staff's application."""

    @ui.page("/console", title="会话 · RoamDesk")
    async def console(request: Request, client: Client, c: str = "") -> None:
        seat = await shell.seat(desk, request, client, "/console")
        if seat is not None:
            Console(seat, client).begin(c)


class Console:
    """One open console."""

    def __init__(self, seat: Seat, client: Client) -> None:
        self.seat = seat
        self.client = client
        self.current: str | None = None
        self.state: dict[str, Any] = {}
        self.seen = 0
        self.queue_version = 0
        self.news = asyncio.Event()
        self.pending: set[int] = set()
        """Messages that the bot is still reading, whose picture comes, or that are being sent."""
        self._listening = contextlib.ExitStack()
        self._following = contextlib.ExitStack()
        self._reading = asyncio.Lock()

    def begin(self, conversation: str) -> None:
        """Draw the page, wire it, and follow what happens."""
        shell.frame(self.seat, "/console", self.seat.desk.news.queue.rehearsing)
        self.layout = Layout(self.seat.who["id"])
        self._wire()
        # A button that was clicked keeps the focus: keys must work there, too.
        ui.keyboard(self._key, repeating=False, ignore=["input", "select", "textarea"])
        self.seat.renewed = self.refresh
        news = self.seat.desk.news
        self._listening.enter_context(news.listen(QUEUE, lambda _: self.news.set()))
        self.client.on_delete(self.end)
        background_tasks.create(self._run(conversation), context=self.client)

    def _wire(self) -> None:
        self.layout.queue.on("pick", lambda e: self.open(e.args))
        for mode, button in self.layout.buttons.items():
            button.on("click", partial(self._ask_mode, mode))
        self.layout.transcript.on("older", lambda e: self._older(e.args))
        self.layout.transcript.on("again", lambda e: self._send_again(e.args))
        self.layout.suggestions.on("send", lambda e: self._send_suggestion(e.args))
        self.layout.suggestions.on("edit", self._edit)
        self.layout.suggestions.on("reject", lambda e: self._reject(e.args))
        self.layout.suggestions.on("look", self._look)
        self.layout.composer.on("send", lambda e: self._send(e.args))
        self.layout.case.on("fact", lambda e: self._set_fact(e.args))
        self.layout.case.on("reveal", lambda e: self._ask_reveal(e.args))
        self.layout.ticket.on("priority", lambda e: self._ticket("patch", "", e.args))
        self.layout.ticket.on("move", lambda e: self._ticket("post", "/transitions", e.args))
        self.layout.ticket.on("note", lambda e: self._ticket("post", "/notes", {"text": e.args}))
        self.layout.ticket.on(
            "notified", lambda e: self._ticket("post", f"/notifications/{e.args}/done", {})
        )
        self.layout.decoder.on("decode", lambda e: self._decode(e.args))
        self.layout.hand_back.on("click", self._hand_back)
        self.layout.reveal.on("click", self._reveal)
        self.layout.reason.on("keydown.enter", self._reveal)

    # ---- following -------------------------------------------------------------------------

    async def _run(self, conversation: str) -> None:
        await self.client.connected()
        self._show_queue()
        if conversation:
            await self.open(conversation)
        held = 0.0
        loop = asyncio.get_running_loop()
        while not self.client.is_deleted:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(HOLD_SECONDS / 4):
                    await self.news.wait()
            if self.news.is_set():
                await asyncio.sleep(SETTLE_SECONDS)
                self.news.clear()
                self._show_queue()
                if self.stale:
                    await self.refresh()
            if loop.time() - held >= HOLD_SECONDS and self.client.has_socket_connection:
                held = loop.time()
                await self._hold()

    def end(self) -> None:
        self._listening.close()
        self._following.close()

    async def _hold(self) -> None:
        if not self.seat.may_answer:
            return
        try:
            await self.seat.person.post("/v1/conversations/hold")
        except SessionEnded:
            self.seat.ask_to_log_in()
        except ApiError:
            pass  # tried again in a moment; the API lets two minutes pass

    def _show_queue(self) -> None:
        queue = self.seat.desk.news.queue
        if self.queue_version != queue.version:
            fresh = queue.since(self.queue_version)
            self.queue_version = queue.version
            self.layout.queue.run_method("patch", fresh)

    stale = False

    def _heard(self, topic: str) -> None:
        if topic.startswith("typing:"):
            self.layout.transcript.run_method("types")
            return
        self.stale = True
        self.news.set()

    async def open(self, conversation: str) -> None:
        """Show a conversation; what is heard of it from now on is shown as it comes."""
        self._following.close()
        self.current, self.seen, self.pending = conversation, 0, set()
        news = self.seat.desk.news
        for topic in (f"conversation:{conversation}", f"typing:{conversation}"):
            self._following.enter_context(news.listen(topic, self._heard))
        self.layout.queue.show(current=conversation)
        self.layout.decoder.show(data=None)
        await self.refresh()

    async def refresh(self) -> None:
        """Read the open conversation anew and show what changed."""
        async with self._reading:
            self.stale = False
            conversation = self.current
            if conversation is None:
                return
            after = min(self.pending, default=self.seen + 1) - 1 if self.seen else None
            read = await self.seat.call(
                self.seat.person.get(f"/v1/desk/conversations/{conversation}", after=after)
            )
            if read is None or conversation != self.current:
                return
            self._show(read, begins=after is None)

    def _show(self, read: dict[str, Any], *, begins: bool) -> None:
        on, messages = self.layout, read["messages"]
        if begins:
            on.transcript.run_method("begin", messages, read["has_older"])
        elif messages:
            on.transcript.run_method("take", messages)
        self.seen = max([self.seen, *(m["seq"] for m in messages)])
        unfinished = {m["seq"] for m in messages if _unfinished(m)}
        self.pending = self.pending - {m["seq"] for m in messages} | unfinished
        self.state = read["conversation"]
        self._show_state()
        blocked = self._show_reach()
        can = self.may_send and not blocked
        on.transcript.show(thinking=self.state["thinking"], can=self.seat.may_answer)
        on.suggestions.show(
            items=read["suggestions"],
            can=can,
            allowed=self.seat.may_answer,
            watching=self.seat.may_answer and self.state["mode"] == "auto",
            blocked=self.may_send and bool(blocked),
        )
        why = WHY_NOT.get(self._why_not) or blocked
        on.composer.show(conversation=self.current, can=can, why=why)
        case = read["case"]
        diagram = case["diagram"] if case else ""
        on.tree_note.visible = not diagram
        on.tree.visible = bool(diagram)
        if diagram and on.tree.content != diagram:
            on.tree.set_content(diagram)
            ui.run_javascript("rdStaff.showWhereItStands()")
        shown = {k: v for k, v in case.items() if k != "diagram"} if case else None
        on.case.show(data=shown, summary=read["summary"], can=self.seat.may_answer)
        on.ticket.show(data=read["ticket"], can=self.seat.may_answer)

    def _show_state(self) -> None:
        on, mode, taken = self.layout, self.state["mode"], self.state["taken_by"]
        on.title.text = f"{self.state['country_name'] or '地点未知'} · {MODES[mode]}"
        mine = taken is not None and taken["id"] == self.seat.who["id"]
        waits = "客户在等人工。" if self.state["waiting"] else ""
        on.holder.text = waits + (f"{'您' if mine else taken['name']}在处理" if taken else "")
        free = self.seat.may_answer and (taken is None or mine or self.seat.may_supervise)
        for name, button in on.buttons.items():
            # Who holds it may keep it; somebody who watches may join by taking it over.
            useful = free and (name != mode or (name != "auto" and not mine))
            button.props(remove="disabled") if useful else button.props("disabled")
            button.classes(add="rd-on") if name == mode else button.classes(remove="rd-on")
        on.buttons["auto"].visible = mode != "auto"

    def _show_reach(self) -> str:
        """Say what may still be sent in WeChat; return why nothing may, or an empty text."""
        label, reach = self.layout.reach, self.state.get("reach")
        label.visible = reach is not None
        if reach is None:
            return ""
        blocked = reach["sentence"] if reach["here"] and reach["why_not"] else ""
        label.text = f"微信：{reach['sentence']}{reach['instead'] or ''}"
        label.classes(add="rd-blocked") if blocked else label.classes(remove="rd-blocked")
        return blocked

    @property
    def _why_not(self) -> str:
        if not self.state:
            return "none"
        if not self.seat.may_answer:
            return "role"
        taken = self.state["taken_by"]
        if taken is not None and taken["id"] != self.seat.who["id"]:
            return "other"
        return "auto" if self.state["mode"] == "auto" else ""

    @property
    def may_send(self) -> bool:
        return self._why_not == ""

    # ---- doing -----------------------------------------------------------------------------

    async def _older(self, first: int) -> None:
        read = await self.seat.call(
            self.seat.person.get(
                f"/v1/desk/conversations/{self.current}", before=first, limit=OLDER
            )
        )
        if read is not None:
            self.layout.transcript.run_method("before", read["messages"], read["has_older"])

    async def _ask_mode(self, mode: str) -> None:
        if self.current is None or not self.seat.may_answer:
            return
        if mode == "auto":
            self.layout.memo.value = ""
            self.layout.memo_dialog.open()
            return
        await self._set_mode({"mode": mode})

    async def _hand_back(self) -> None:
        self.layout.memo_dialog.close()
        await self._set_mode({"mode": "auto", "memo": self.layout.memo.value.strip() or None})

    async def _set_mode(self, body: dict[str, Any]) -> None:
        put = self.seat.person.put(f"/v1/conversations/{self.current}/mode", body)
        if await self.seat.call(put) is not None:
            await self._hold()
        await self.refresh()

    async def _send(self, words: dict[str, Any]) -> None:
        conversation = self.current
        path = f"/v1/conversations/{conversation}/replies"
        try:
            await self.seat.person.post(path, words)
        except ApiError as error:
            stale = error.code.startswith("suggestion_")
            self.layout.composer.run_method("failed", words["client_id"], stale)
            if isinstance(error, SessionEnded):
                self.seat.ask_to_log_in()
            else:
                ui.notify(error.message, type="warning", position="top", timeout=6000)
        else:
            self.layout.composer.run_method("sent", conversation, words["client_id"])
        await self.refresh()

    async def _send_suggestion(self, chosen: dict[str, Any]) -> None:
        known = self.layout.suggestions.props.get("items") or []
        text = next((s["text"] for s in known if s["id"] == chosen["id"]), None)
        if text is None:
            ui.notify("这条建议已经过时，请看新的建议。", type="warning", position="top")
            return
        words = {"client_id": chosen["client_id"], "text": text, "suggestion_id": chosen["id"]}
        path = f"/v1/conversations/{self.current}/replies"
        await self.seat.call(self.seat.person.post(path, words))
        await self.refresh()

    async def _send_again(self, chosen: dict[str, Any]) -> None:
        self.pending.add(chosen["seq"])
        path = f"/v1/wechat/deliveries/{chosen['id']}/again"
        await self.seat.call(self.seat.person.post(path))
        await self.refresh()

    def _edit(self, chosen: events.GenericEventArguments) -> None:
        self.layout.composer.run_method("edit", chosen.args)

    async def _reject(self, chosen: dict[str, Any]) -> None:
        path = f"/v1/suggestions/{chosen['id']}/reject"
        await self.seat.call(self.seat.person.post(path, {"reason": chosen["reason"]}))
        await self.refresh()

    async def _look(self) -> None:
        """Have suggestions made while the bot speaks; unasked they are made for who may send."""
        conversation = self.current
        path = f"/v1/conversations/{conversation}/suggestions"
        found = await self.seat.call(self.seat.person.get(path))
        if found is None or conversation != self.current:
            return
        self.layout.suggestions.show(items=found)
        if not found:
            ui.notify("现在没有合适的建议。", position="top")

    async def _set_fact(self, stated: dict[str, Any]) -> None:
        ticket = (self.layout.ticket.props.get("data") or {}).get("number")
        if ticket is None:
            ui.notify("还没有工单，客户说出故障后才能填写。", type="warning", position="top")
            return
        await self.seat.call(self.seat.person.post(f"/v1/tickets/{ticket}/facts", stated))
        await self.refresh()

    async def _ticket(self, verb: str, path: str, body: dict[str, Any]) -> None:
        ticket = (self.layout.ticket.props.get("data") or {}).get("number")
        call = self.seat.person.patch if verb == "patch" else self.seat.person.post
        await self.seat.call(call(f"/v1/tickets/{ticket}{path}", body))
        await self.refresh()

    async def _decode(self, value: str) -> None:
        body = {"value": value, "conversation_id": self.current}
        read = await self.seat.call(self.seat.person.post("/v1/decode", body))
        if read is not None:
            self.layout.decoder.show(data=read)

    def _ask_reveal(self, fact: str) -> None:
        self.asked_for = fact
        # Each look has a reason of its own.
        self.layout.revealed.text = self.layout.reason.value = ""
        self.layout.reveal_dialog.open()

    async def _reveal(self) -> None:
        body = {"fields": [self.asked_for], "reason": self.layout.reason.value.strip()}
        path = f"/v1/desk/conversations/{self.current}/reveal"
        read = await self.seat.call(self.seat.person.post(path, body))
        if read is not None:
            self.layout.revealed.text = str(read["facts"].get(self.asked_for, "没有记录"))

    async def _key(self, pressed: events.KeyEventArguments) -> None:
        if not pressed.action.keydown or pressed.modifiers.ctrl or pressed.modifiers.meta:
            return
        if any(dialog.value for dialog in self.layout.dialogs):
            return  # what is behind it must not be sent unseen
        code = pressed.key.code
        if code.startswith("Digit") and code[5:] in "12345":
            how = "edit" if pressed.modifiers.shift else "send"
            how = "reject" if pressed.modifiers.alt else how
            self.layout.suggestions.run_method("press", int(code[5:]), how)
            return
        what = KEYS.get(pressed.key.name)
        if what in MODES:
            await self._ask_mode(what)
        elif what == "help":
            self.layout.help_dialog.open()
        elif what is not None:
            panel, method, *given = what
            getattr(self.layout, str(panel)).run_method(str(method), *given)


def _unfinished(message: dict[str, Any]) -> bool:
    """Tell whether more will be known of a message that is shown already."""
    pictures = message.get("attachments") or ()
    delivery = message.get("delivery") or {}
    return (
        message["turn"] == "queued"
        or any(each["state"] == "pending" for each in pictures)
        or delivery.get("state") in ("waiting", "pending", "sending")
    )
