"""A connector to test against: a real HTTP server on loopback whose next answer a test chooses."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Respond = Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]


@dataclass
class Connector:
    """`respond` answers each request; what came in is kept in `requests`, `paths`, `headers`."""

    respond: Respond
    address: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


def sends(status: int, body: object, **headers: str) -> Respond:
    """Respond with `status` and `body`: JSON, or bytes as they are."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()

    def respond(handler: BaseHTTPRequestHandler, _: dict[str, Any]) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return respond


def answers(value: str | None, **more: Any) -> Respond:
    """Respond as the contract says, with the fact that was asked."""

    def respond(handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        sends(200, {"fact": request["fact"], "value": value, **more})(handler, request)

    return respond


@contextmanager
def serving(respond: Respond) -> Iterator[Connector]:
    """Serve on a free port until the block ends."""
    connector = Connector(respond)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            connector.requests.append(request)
            connector.paths.append(self.path)
            connector.headers.append({k.lower(): v for k, v in self.headers.items()})
            try:
                connector.respond(self, request)
            except OSError:
                self.close_connection = True  # the client did not wait: some tests want that

        def log_message(self, *_: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    connector.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield connector
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
