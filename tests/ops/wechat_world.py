"""A stand-in for WeChat on a socket, a product on wechatpy behind it, and one follower."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from wechatpy.exceptions import WeChatClientException

from ops.wechat_sim.account import Account, Mode
from ops.wechat_sim.app import served_aside
from ops.wechat_sim.sim import Sim
from tests.ops.wechat_product import Client, WechatProduct

IMPATIENT_SECONDS = 0.4
PATIENT_SECONDS = 60.0
"""A machine that is busy with other things must not make a push be sent again."""


@dataclass
class World:
    """A stand-in on a socket, a product on wechatpy, and one follower."""

    sim: Sim
    url: str
    product: WechatProduct
    http: httpx2.Client
    client: Client
    openid: str

    def does(self, what: str, body: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        answer = self.http.post(f"/sim/users/{self.openid}/{what}", json=body or {}, **more)
        assert answer.status_code == 200, answer.text
        result: dict[str, Any] = answer.json()
        return result

    def says(self, text: str, **more: Any) -> dict[str, Any]:
        return self.does("text", {"text": text, **more})

    def order(self, **faults: Any) -> None:
        assert self.http.post("/sim/faults", json=faults).status_code == 200

    def advance(self, seconds: float) -> None:
        assert self.http.post("/sim/clock", json={"advance_seconds": seconds}).status_code == 200

    def phone(self) -> list[tuple[str, str]]:
        shown = self.http.get(f"/sim/users/{self.openid}/messages").json()
        return [(one["from"], one.get("text", "")) for one in shown]

    def send(self, text: str = "您好") -> int:
        """The errcode of one text."""
        try:
            self.client.message.send_text(self.openid, text)
        except WeChatClientException as error:
            return int(error.errcode)
        return 0


@contextmanager
def opened(mode: Mode = "safe", push_timeout_seconds: float = PATIENT_SECONDS) -> Iterator[World]:
    account = Account.made_up()
    product = WechatProduct(account)
    sim = Sim(
        product.callback,
        account=account,
        mode=mode,
        push_timeout_seconds=push_timeout_seconds,
    )
    with (
        served_aside(sim, product_url=product.url) as url,
        httpx2.Client(base_url=url, timeout=PATIENT_SECONDS) as http,
    ):
        openid = http.post("/sim/users", json={}).json()["openid"]
        client = Client(account, url, auto_retry=False)
        yield World(sim, url, product, http, client, openid)
    product.close()
