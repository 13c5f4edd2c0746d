"""A product of a few lines on wechatpy, which knows WeChat from elsewhere than our stand-in does:
it answers pushes, and replies by customer-service message."""

import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from wechatpy import WeChatClient, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import check_signature

from ops.wechat_sim.account import Account


class Client(WeChatClient):
    """wechatpy's own client, pointed at a stand-in."""

    def __init__(self, account: Account, api_base: str, **options: Any) -> None:
        self.API_BASE_URL = f"{api_base}/cgi-bin/"
        self._api_base = api_base
        super().__init__(account.app_id, account.secret, timeout=5, **options)

    def fetch_access_token(self) -> Any:
        query = {
            "grant_type": "client_credential",
            "appid": self.appid,
            "secret": self.secret,
        }
        return self._fetch_access_token(f"{self._api_base}/cgi-bin/token", query)


@dataclass
class Got:
    query: dict[str, str]
    body: str
    message: Any
    at: float = field(default_factory=time.monotonic)


class WechatProduct:
    """Serves in a thread. `answers` are what the next pushes get: text, a status, or seconds."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.client: Client | None = None
        self.got: list[Got] = []
        self.answers: list[str | int | float] = []
        self.troubles: list[Exception] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.callback = f"{self.url}/v1/channels/wechat"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def receive(self, query: dict[str, str], body: str) -> None:
        check_signature(self.account.token, query["signature"], query["timestamp"], query["nonce"])
        if query.get("encrypt_type") == "aes":
            crypto = WeChatCrypto(self.account.token, self.account.aes_key, self.account.app_id)
            plain = crypto.decrypt_message(
                body, query["msg_signature"], query["timestamp"], query["nonce"]
            )
        else:
            plain = body
        self.got.append(Got(query, body, parse_message(plain)))

    def reply(self, message: Any) -> None:
        """One text, or a msgmenu to who says 菜单."""
        if self.client is None or message.type == "event":
            return
        if getattr(message, "content", "") == "菜单":
            menu = {
                "head_content": "先确认用的是哪种卡：芯片上印有“V”或“新”吗？",
                "list": [
                    {"id": "101", "content": "有"},
                    {"id": "102", "content": "没有"},
                    {"id": "103", "content": "不知道"},
                ],
                "tail_content": "也可以直接回复数字。",
            }
            body = {"touser": message.source, "msgtype": "msgmenu", "msgmenu": menu}
            self.client.post("message/custom/send", data=body)
            return
        said = getattr(message, "content", None) or message.type
        self.client.message.send_text(message.source, f"收到：{said}")


def _handler(product: WechatProduct) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            query = self._query()
            if urlsplit(self.path).path == "/readyz":
                self._answer(200, "{}")
                return
            try:
                check_signature(
                    product.account.token, query["signature"], query["timestamp"], query["nonce"]
                )
            except Exception:
                self._answer(403, "")
                return
            self._answer(200, query["echostr"])

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            answer = product.answers.pop(0) if product.answers else "success"
            try:
                product.receive(self._query(), body)
            except Exception as error:
                product.troubles.append(error)
                self._answer(403, type(error).__name__)
                return
            if isinstance(answer, float):
                time.sleep(answer)
                answer = "success"
            if isinstance(answer, int):
                self._answer(answer, "")
                return
            self._answer(200, answer)
            product.reply(product.got[-1].message)

        def _query(self) -> dict[str, str]:
            return {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}

        def _answer(self, status: int, text: str) -> None:
            try:
                self.send_response(status)
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())
                self.wfile.flush()
            except OSError:
                pass  # WeChat has given up on us

    return Handler
