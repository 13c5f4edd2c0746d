"""One page on which drafts of a kind are written, tried, submitted and published."""

from typing import Any

from nicegui import ui

from web.api_client import ApiError, SessionEnded
from web.shell import Seat
from web.workbench.draft_elements import Layout

SECONDS = 60.0
"""A check, and a publication with its commit, take longer than other calls."""
PATH = "/v1/training"
CASES = ".cases.yml"


class Drafting:
    """What is open on one page: a draft, or a document as it is published."""

    def __init__(self, seat: Seat, kinds: dict[str, str], diagnosis: bool) -> None:
        self.seat = seat
        self.kinds = kinds
        self.kind = next(iter(kinds))
        self.on = Layout(str(seat.who["id"]), tree=diagnosis)
        self.diagnosis = diagnosis
        self.tab = "outline" if diagnosis else "text"
        self.shown: dict[str, Any] | None = None
        """The API's answer: of a draft where it has `draft`."""
        self.document: str | None = None
        self.facts: dict[str, str] = {}
        self.whole = True
        """The whole tree is drawn into its box."""
        self._listen()
        self.on.turn_to(self.tab)
        self.on.head.show(tabs=self.on.tabs, tab=self.tab)
        seat.renewed = self.refresh

    @property
    def draft(self) -> dict[str, Any] | None:
        return (self.shown or {}).get("draft")

    @property
    def may_edit(self) -> bool:
        draft = self.draft
        mine = draft is not None and draft["author_id"] == self.seat.who["id"]
        return bool(mine and draft and draft["state"] in ("draft", "rejected"))

    # ---- reading ---------------------------------------------------------------------------

    async def read_list(self) -> None:
        """Read the documents and drafts of this kind."""
        api = self.seat.person
        documents = await self.seat.call(api.get(f"{PATH}/documents", kind=self.kind))
        drafts = await self.seat.call(api.get(f"{PATH}/drafts", kind=self.kind))
        if documents is None or drafts is None:
            return
        kinds = [{"value": value, "label": label} for value, label in self.kinds.items()]
        self.on.list.show(
            kind=self.kind, kinds=kinds, documents=documents, drafts=drafts, loaded=True
        )

    async def refresh(self) -> None:
        """Read everything anew."""
        await self.read_list()
        draft = self.draft
        if draft is not None:
            await self.open_draft(draft["id"])
        elif self.document is not None:
            await self.open_document(self.document)

    async def open_document(self, name: str) -> None:
        read = await self.seat.call(self.seat.person.get(f"{PATH}/documents/{self.kind}/{name}"))
        if read is not None:
            await self._show(read, name)

    async def open_draft(self, draft_id: str) -> None:
        read = await self.seat.call(self.seat.person.get(f"{PATH}/drafts/{draft_id}"))
        if read is not None:
            await self._show(read, read["draft"]["document"])

    async def _show(self, read: dict[str, Any], name: str) -> None:
        other = name != self.document or (read.get("draft") or {}).get("id") != (
            self.draft or {}
        ).get("id")
        self.shown, self.document = read, name
        draft, on = self.draft, self.on
        is_tree = self.kind == "tree"
        title = draft["title"] if draft else read["title"]
        files = read["files"]
        cases = read.get("cases", [])
        failing = len(read["problems"]) or sum(not case["ok"] for case in cases)
        on.list.show(current=draft["id"] if draft else None, document=name)
        on.head.show(
            draft=draft,
            document=name,
            title=title,
            green=read.get("green", False),
            changed=any(file["changed"] for file in files),
            training=read.get("needs_training", False),
            failing=failing,
            behind=[file["file"] for file in files if file["behind"]],
            clashes=[],
        )
        can = self.may_edit
        on.panels["outline"].show(
            outline=read.get("outline"),
            choices=read.get("choices") or {"facts": [], "citations": [], "targets": []},
            can=can,
            isTree=_is_tree(files),
            draft=draft["id"] if draft else name,
        )
        on.panels["text"].show(
            draft=draft["id"] if draft else "",
            version=draft["version"] if draft else 0,
            files=files,
            problems=read["problems"],
            more=self._more(files) if is_tree else [],
            can=can,
        )
        on.panels["checks"].show(
            green=read.get("green", not read["problems"]),
            isTree=is_tree and draft is not None,
            document=name,
            problems=read["problems"],
            cases=cases,
            choices=read.get("choices"),
        )
        if other:
            self.facts = {}
            on.panels["history"].show(shown=None)
            on.compared.show(diff=[], impact=None)
            on.turn_to(self.tab)
        self._draw(read.get("diagram"))
        if self.diagnosis:
            await self._walk(self.facts, quiet=True)
        await self._read_tab()

    def _more(self, files: list[dict[str, Any]]) -> list[str]:
        known = self.on.list.props.get("documents") or []
        have = {file["file"] for file in files}
        names = [f"data/diagnosis/{document['name']}.yml" for document in known]
        names += [
            f"data/diagnosis/{document['name']}{CASES}" for document in known if document["is_tree"]
        ]
        return sorted(set(names) - have)

    def _draw(self, diagram: str | None) -> None:
        if not self.diagnosis:
            return
        on = self.on
        on.tree.visible = on.zoom.visible = bool(diagram)
        on.tree_note.visible = not diagram
        on.tree_note.text = "改好检查出的问题后，图会显示在这里"
        if diagram and on.tree.content != diagram:
            on.tree.set_content(diagram)
            self._zoom(whole=not self.facts)

    def _zoom(self, *, whole: bool) -> None:
        self.whole = whole
        self.on.fit(whole)
        if not whole:
            ui.run_javascript("rdStaff.showWhereItStands()")

    async def _read_tab(self) -> None:
        """Read what only the open tab shows."""
        draft, api = self.draft, self.seat.person
        if self.tab == "changes":
            diff: list[dict[str, Any]] = []
            impact = None
            if draft is not None:
                diff = await self.seat.call(api.get(f"{PATH}/drafts/{draft['id']}/diff")) or []
                impact = await self.seat.call(api.get(f"{PATH}/drafts/{draft['id']}/impact"))
            self.on.panels["changes"].show(diff=diff, impact=impact, isTree=self.kind == "tree")
        elif self.tab == "history" and self.document is not None:
            rows = await self.seat.call(
                api.get(f"{PATH}/publications", kind=self.kind, document=self.document)
            )
            self.on.panels["history"].show(rows=rows or [])

    # ---- doing -----------------------------------------------------------------------------

    def _listen(self) -> None:
        on = self.on
        on.list.on("document", lambda e: self.open_document(e.args))
        on.list.on("draft", lambda e: self.open_draft(e.args))
        on.list.on("new", lambda e: self._begin(e.args, new=True))
        on.list.on("kind", lambda e: self._turn_to_kind(e.args))
        on.head.on("tab", lambda e: self._turn_to(e.args))
        on.head.on("begin", lambda _: self._begin(self.document or "", new=False))
        on.head.on("submit", lambda e: self._do("submit", e.args))
        on.head.on("recall", lambda _: self._do("recall"))
        on.head.on("reject", lambda e: self._do("reject", {"reason": e.args["reason"]}))
        on.head.on("publish", lambda e: self._publish(e.args))
        on.head.on("rebase", lambda e: self._rebase(e.args))
        on.head.on("drop", lambda _: self._drop())
        on.panels["outline"].on("edit", lambda e: self._edit(e.args))
        on.panels["text"].on("save", lambda e: self._save(e.args))
        on.panels["text"].on("add", lambda e: self._do("files", {"file": e.args}))
        on.panels["checks"].on("jump", lambda e: self._jump(e.args))
        on.panels["checks"].on("walk", lambda e: self._walk(e.args))
        on.panels["history"].on("show", lambda e: self._compare(e.args))
        on.panels["history"].on("restore", lambda e: self._restore(e.args))
        if self.diagnosis:
            on.zoom.on("click", lambda _: self._zoom(whole=not self.whole))
            on.simulator.on("walk", lambda e: self._walk(e.args))
            on.simulator.on("keep", lambda e: self._keep_case(e.args))

    async def _turn_to_kind(self, kind: str) -> None:
        self.kind, self.shown, self.document = kind, None, None
        self.on.list.show(current=None, document=None, documents=[], drafts=[], loaded=False)
        self.on.head.show(draft=None, document=None)
        self.on.panels["text"].show(files=[], problems=[], draft="", can=False)
        await self.read_list()

    async def _turn_to(self, tab: str) -> None:
        self.tab = tab
        self.on.turn_to(tab)
        self.on.head.show(tab=tab)
        await self._read_tab()

    async def _call(self, verb: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Do something; None, with a word to the person, where the API says no."""
        self._busy(True)
        try:
            person = self.seat.person
            if verb == "put":
                return await self.seat.call(person.put(f"{PATH}{path}", body))
            return await self.seat.call(person.post(f"{PATH}{path}", body, SECONDS))
        finally:
            self._busy(False)

    def _busy(self, busy: bool) -> None:
        for panel in (self.on.head, *self.on.panels.values()):
            panel.show(busy=busy)
        if self.diagnosis:
            self.on.simulator.show(busy=busy)

    async def _begin(self, name: str, *, new: bool) -> None:
        body = {"kind": self.kind, "document": name, "new": new}
        read = await self._call("post", "/drafts", body)
        if read is not None:
            await self._show(read, read["draft"]["document"])
            await self.read_list()

    async def _do(self, what: str, body: dict[str, Any] | None = None) -> bool:
        """Do one of a draft's verbs and show what it is then."""
        draft = self.draft
        if draft is None:
            return False
        given = {**(body or {})}
        if what in ("edits", "files", "submit"):
            given["version"] = draft["version"]
        read = await self._call("post", f"/drafts/{draft['id']}/{what}", given)
        if read is None:
            return False
        await self._show(read, read["draft"]["document"])
        if what in ("submit", "recall", "reject"):
            await self.read_list()
        return True

    async def _edit(self, edits: list[dict[str, Any]]) -> None:
        if await self._do("edits", {"edits": edits}):
            self.on.panels["outline"].run_method("done")

    async def _save(self, words: dict[str, str]) -> None:
        draft = self.draft
        if draft is None:
            return
        body = {"version": draft["version"], **words}
        read = await self._call("put", f"/drafts/{draft['id']}/text", body)
        if read is not None:
            self.on.panels["text"].run_method("saved", words["file"], words["text"])
            await self._show(read, read["draft"]["document"])

    async def _jump(self, place: dict[str, Any]) -> None:
        await self._turn_to("text")
        files = (self.shown or {}).get("files", [])
        if any(file["file"] == place["file"] for file in files):
            self.on.panels["text"].run_method("show", place["file"], place["line"])
        else:
            ui.notify("这个文件还没有加进草稿，可以在“文本”里加入。", position="top")

    async def _rebase(self, keep: str | None) -> None:
        draft = self.draft
        if draft is None:
            return
        body = {"version": draft["version"], "keep": keep}
        try:
            path = f"{PATH}/drafts/{draft['id']}/rebase"
            read = await self.seat.person.post(path, body, SECONDS)
        except SessionEnded:
            self.seat.ask_to_log_in()
        except ApiError as error:
            clashes = error.details.get("clashes", [])
            self.on.head.show(clashes=clashes)
            if not clashes:
                ui.notify(error.message, type="warning", position="top", timeout=6000)
        else:
            await self._show(read, read["draft"]["document"])

    async def _publish(self, version: int) -> None:
        draft = self.draft
        if draft is None:
            return
        made = await self._call("post", f"/drafts/{draft['id']}/publish", {"version": version})
        if made is None:
            await self.refresh()
            return
        where = "已写入文件并提交" if made["commit"] else "已写入文件（不是 git 仓库，可以导出）"
        said = f"已发布。{where}，新的对话现在就用新的内容。"
        ui.notify(said, type="positive", position="top", timeout=8000)
        if self.kind == "phrase":
            self.document = draft["document"]
        self.shown = None
        await self.open_document(draft["document"])
        await self.read_list()

    async def _drop(self) -> None:
        draft = self.draft
        if draft is None:
            return
        try:
            await self.seat.person.delete(f"{PATH}/drafts/{draft['id']}")
        except SessionEnded:
            self.seat.ask_to_log_in()
            return
        except ApiError as error:
            ui.notify(error.message, type="warning", position="top", timeout=6000)
            return
        self.shown, self.document = None, None
        self.on.head.show(draft=None, document=None)
        self.on.panels["outline"].show(outline=None, can=False, draft="")
        self.on.panels["text"].show(files=[], problems=[], draft="", can=False)
        await self.read_list()

    async def _compare(self, asked: dict[str, Any]) -> None:
        path = f"{PATH}/publications/{asked['id']}"
        read = await self.seat.call(self.seat.person.get(path, against=asked["against"]))
        if read is not None:
            self.on.panels["history"].show(shown=asked["against"] or asked["id"])
            self.on.compared.show(diff=read["diff"], impact=None)
            self.on.turn_to("history")

    async def _restore(self, asked: dict[str, Any]) -> None:
        path = f"/publications/{asked['id']}/restore"
        read = await self._call("post", path, {"before": asked["before"]})
        if read is not None:
            await self._turn_to("changes")
            await self._show(read, read["draft"]["document"])
            await self.read_list()

    async def _walk(self, facts: dict[str, str], *, quiet: bool = False) -> None:
        draft = self.draft
        path = f"/drafts/{draft['id']}/walk" if draft else "/trees/walk"
        try:
            seen = await self.seat.person.post(f"{PATH}{path}", {"facts": facts})
        except SessionEnded:
            self.seat.ask_to_log_in()
            return
        except ApiError as error:
            self.on.simulator.show(seen=None)
            if not quiet:
                ui.notify(error.message, type="warning", position="top", timeout=6000)
            return
        self.facts = facts
        can = self.may_edit and bool((self.shown or {}).get("outline"))
        self.on.simulator.show(seen=seen, facts=facts, can=can)
        shown = self.shown or {}
        self._draw(seen["diagram"] if facts else shown.get("diagram"))

    async def _keep_case(self, case: dict[str, Any]) -> None:
        edit = {"do": "set_case", "tree": self.document, **case}
        if await self._do("edits", {"edits": [edit]}):
            ui.notify("已存为案例。", type="positive", position="top")


def _is_tree(files: list[dict[str, Any]]) -> bool:
    return any(file["file"].endswith(CASES) for file in files)
