"""The contract's customer routes in memory, with switches for every trouble a network can make.

Browser tests need no Rasa and no database: they need answers they can predict and faults they
can order.
"""

import json
import re
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.e2e.fake_bot import GREETING, answer

WIDGET = Path(__file__).parents[2] / "web" / "widget"
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
OTHER_SITE = """<!doctype html><html lang="zh-CN"><title>另一个网站</title>
<body style="font: 30px serif; color: red">"""
ALL_UP = {"database": "ready", "bot": "ready", "actions": "ready"}


@dataclass
class Switches:
    """What goes wrong, and when."""

    latency: float = 0.0
    bot_latency: float = 0.0
    down: bool = False
    """Every connection is cut without an answer."""
    lose_answers: int = 0
    """So many messages are stored, and the answer to the customer is lost on the way."""
    refuse: list[tuple[int, str, dict[str, str]]] = field(default_factory=list)
    """Answers to the next posted messages: status, error message, headers."""
    starting: bool = False
    """No conversation can be opened yet."""
    parts: dict[str, str] = field(default_factory=lambda: dict(ALL_UP))
    mute_stream: bool = False
    """The stream opens and says nothing, as behind a proxy that buffers."""
    samples: list[dict[str, str]] = field(default_factory=list)
    echo_client_id: bool = True
    refuse_join: tuple[int, str] | None = None


@dataclass
class Conversation:
    id: str
    token: str
    messages: list[dict[str, Any]] = field(default_factory=list)
    by_client_id: dict[str, dict[str, Any]] = field(default_factory=dict)
    state: dict[str, Any] = field(
        default_factory=lambda: {
            "mode": "auto",
            "waiting": False,
            "typing": False,
            "ticket": None,
            "pictures": [],
            "wechat": False,
        }
    )
    rating: dict[str, Any] | None = None
    typed: int = 0
    """How often the page said that the customer is typing."""


class FakeApi:
    """Serves on a free port of the loopback; everything is open to the test."""

    def __init__(self) -> None:
        self.switches = Switches()
        self.conversations: dict[str, Conversation] = {}
        self.posts: list[str] = []
        """Client ids in the order in which they arrived, doubles included."""
        self.files: dict[str, bytes] = {}
        """Pictures by their id and size, as in `p1/small`."""
        self.asked_files: list[str] = []
        self._changed = threading.Condition()
        self._generation = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def reset(self) -> None:
        with self._changed:
            self.switches = Switches()
            self.conversations.clear()
            self.posts.clear()
            self.files.clear()
            self.asked_files.clear()
        self.cut_streams()

    def close(self) -> None:
        self.cut_streams()
        self._server.shutdown()
        self._server.server_close()

    @property
    def only(self) -> Conversation:
        (conversation,) = self.conversations.values()
        return conversation

    def texts(self, sender: str = "customer") -> list[str]:
        return [m["text"] for m in self.only.messages if m["sender"] == sender]

    def begin(self) -> Conversation:
        made = Conversation(uuid.uuid4().hex, uuid.uuid4().hex)
        with self._changed:
            self.conversations[made.id] = made
        self.say(made, **GREETING)
        return made

    def say(
        self, conversation: Conversation, sender: str, text: str, **extra: Any
    ) -> dict[str, Any]:
        with self._changed:
            message = {
                "id": uuid.uuid4().hex,
                "seq": len(conversation.messages) + 1,
                "sender": sender,
                "text": text,
                "asks": None,
                "choices": [],
                "citations": [],
                "ticket": None,
                "created_at": datetime.now(UTC).isoformat(),
            } | extra
            conversation.messages.append(message)
            if message["ticket"]:
                conversation.state["ticket"] = message["ticket"]
            self._changed.notify_all()
        return message

    def set_state(self, conversation: Conversation, **state: Any) -> None:
        with self._changed:
            conversation.state = conversation.state | state
            self._changed.notify_all()

    def cut_streams(self) -> None:
        with self._changed:
            self._generation += 1
            self._changed.notify_all()

    def receive(self, conversation: Conversation, body: dict[str, Any]) -> dict[str, Any]:
        """Store one message, once per client id, and let the bot answer in its own time."""
        client_id = body["client_id"]
        with self._changed:
            self.posts.append(client_id)
            if known := conversation.by_client_id.get(client_id):
                return known
            choice = body.get("choice")
            text = _label(conversation, choice) if choice else body["text"].strip()
            extra = {"client_id": client_id} if self.switches.echo_client_id else {}
            message = self.say(conversation, "customer", text, **extra)
            conversation.by_client_id[client_id] = message
        threading.Thread(target=self._turn, args=(conversation, text, choice), daemon=True).start()
        return message

    def _turn(self, conversation: Conversation, text: str, choice: dict[str, str] | None) -> None:
        if conversation.state["mode"] == "agent":
            return
        if self.switches.bot_latency:
            self.set_state(conversation, typing=True)
            time.sleep(self.switches.bot_latency)
        replies, state = answer(text, choice)
        for reply in replies:
            self.say(conversation, **reply)
        self.set_state(conversation, typing=False, **state)

    def follow(self, conversation: Conversation, after: int, write: Callable[[str], None]) -> None:
        generation, shown = self._generation, None
        while generation == self._generation and not self.switches.down:
            with self._changed:
                fresh = conversation.messages[after:]
                state = dict(conversation.state)
                if not fresh and state == shown:
                    self._changed.wait(1)
                    continue
            for message in fresh:
                after = message["seq"]
                write(f"id: {after}\nevent: message\ndata: {json.dumps(message)}\n\n")
            if state != shown:
                shown = state
                write(f"event: state\ndata: {json.dumps(state)}\n\n")


def _label(conversation: Conversation, choice: dict[str, str]) -> str:
    asked = [m for m in conversation.messages if m["asks"] == choice["fact"]]
    labels = {c["value"]: c["label"] for m in asked for c in m["choices"]}
    return labels.get(choice["value"], choice["value"])


def _handler(api: FakeApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            """Tests speak through their asserts."""

        def do_OPTIONS(self) -> None:
            self._send(204, b"", "text/plain")

        def do_GET(self) -> None:
            if self._cut():
                return
            path, _, query = self.path.partition("?")
            if path == "/readyz":
                up = set(api.switches.parts.values()) == {"ready"}
                self._json(
                    200 if up else 503, {"ready": up, **api.switches.parts, "model": "roamdesk-0"}
                )
            elif path == "/v1/demo/samples":
                self._json(200, api.switches.samples)
            elif path == "/" or path.startswith("/widget/"):
                self._file("index.html" if path == "/" else path.removeprefix("/widget/"))
            elif path == "/empty":
                self._send(200, b"", "text/html")
            elif path == "/host":
                self._send(200, OTHER_SITE.encode(), "text/html; charset=utf-8")
            elif conversation := self._mine(path):
                self._conversation_get(conversation, path, query)

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self._cut():
                return
            body = json.loads(raw or b"{}")
            if self.path == "/v1/conversations":
                if api.switches.starting:
                    self._error(503, "服务正在启动")
                    return
                made = api.begin()
                self._json(201, {"id": made.id, "token": made.token, "messages": made.messages})
            elif self.path == "/v1/conversations/join":
                self._join(body["link"])
            elif conversation := self._mine(self.path):
                self._conversation_post(conversation, body)

        def _join(self, link: str) -> None:
            """A link is a conversation's id here."""
            if api.switches.refuse_join:
                self._error(*api.switches.refuse_join)
                return
            found = api.conversations[link]
            self._json(200, {"id": found.id, "token": found.token, "messages": found.messages})

        def _file_of(self, path: str, query: str) -> None:
            name = f"{path.rpartition('/')[2]}/{query.removeprefix('size=')}"
            api.asked_files.append(name)
            if name in api.files:
                self._send(200, api.files[name], "image/webp")
            else:
                self._error(503, "图片文件暂时读不到。")

        def _conversation_get(self, conversation: Conversation, path: str, query: str) -> None:
            if path.endswith("/messages"):
                after = int(query.removeprefix("after=") or 0)
                self._json(200, conversation.messages[after:])
            elif path.endswith("/ticket"):
                self._json(200, conversation.state["ticket"])
            elif "/attachments/" in path:
                self._file_of(path, query)
            elif path.endswith("/stream"):
                self._stream(conversation)

        def _conversation_post(self, conversation: Conversation, body: dict[str, Any]) -> None:
            if self.path.endswith("/typing"):
                conversation.typed += 1
                self._send(204, b"", "text/plain")
                return
            if self.path.endswith("/code"):
                self._json(201, {"code": "012345", "expires_at": "2026-11-25T10:20:00Z"})
                return
            if self.path.endswith("/rating"):
                conversation.rating = body
                self._json(200, body)
                return
            if api.switches.refuse:
                status, message, headers = api.switches.refuse.pop(0)
                api.posts.append(body["client_id"])
                self._error(status, message, headers)
                return
            message = api.receive(conversation, body)
            if api.switches.lose_answers:
                api.switches.lose_answers -= 1
                self._drop()
                return
            self._json(202, {"message": message})

        def _stream(self, conversation: Conversation) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Connection", "close")
            self.end_headers()
            self.close_connection = True
            if api.switches.mute_stream:
                time.sleep(30)
                return

            def write(text: str) -> None:
                self.wfile.write(text.encode())
                self.wfile.flush()

            try:
                write(": open\n\n")
                api.follow(conversation, int(self.headers.get("Last-Event-ID") or 0), write)
            except OSError:
                pass  # the reader has gone

        def _mine(self, path: str) -> Conversation | None:
            found = re.match(r"/v1/conversations/([^/]+)/", path)
            conversation = api.conversations.get(found[1]) if found else None
            if conversation is None and not found:
                self._error(404, "没有这个页面。")
                return None
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            if conversation is None or token != conversation.token:
                self._error(401, "会话已失效，请重新开始。")
                return None
            return conversation

        def _cut(self) -> bool:
            if api.switches.latency:
                time.sleep(api.switches.latency)
            # The page itself always loads: what fails is the API.
            own = self.path in ("/", "/host", "/empty") or self.path.startswith("/widget/")
            if api.switches.down and not own:
                self._drop()
                return True
            return False

        def _drop(self) -> None:
            self.close_connection = True
            self.connection.close()

        def _file(self, name: str) -> None:
            path = WIDGET / name
            if not path.is_file():
                self._error(404, "没有这个文件。")
                return
            kind = TYPES.get(path.suffix, "application/octet-stream")
            kept = {"Cache-Control": "max-age=600"}
            self._send(200, path.read_bytes(), f"{kind}; charset=utf-8", kept)

        def _error(self, status: int, message: str, headers: dict[str, str] | None = None) -> None:
            body = {"error": {"code": "fake", "message": message, "details": {}}}
            self._json(status, body, headers)

        def _json(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
            self._send(status, json.dumps(body).encode(), "application/json", headers)

        def _send(
            self, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None
        ) -> None:
            try:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Access-Control-Allow-Origin", "*")
                self.send_header("Access-Control-Allow-Headers", "*, Authorization")
                self.send_header("Access-Control-Expose-Headers", "Retry-After")
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                pass  # the browser has gone

    return Handler
