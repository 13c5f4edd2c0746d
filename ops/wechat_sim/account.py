"""The Official Account that is played: its credentials, and the signatures made with them."""

import base64
import secrets
import string
from dataclasses import dataclass
from typing import Literal

from wechatpy.crypto import PrpCrypto
from wechatpy.utils import WeChatSigner

Mode = Literal["plain", "compat", "safe"]
LETTERS = string.ascii_letters + string.digits


@dataclass(frozen=True)
class Account:
    app_id: str
    secret: str
    token: str
    aes_key: str
    """EncodingAESKey, 43 characters."""
    original_id: str = "gh_roamdesk_sim"
    """What stands in ToUserName of a push."""

    @classmethod
    def made_up(cls) -> "Account":
        """Fresh random credentials, so that nothing of a sim is worth keeping."""
        return cls(
            app_id="wx" + secrets.token_hex(8),
            secret=secrets.token_hex(16),
            token=secrets.token_hex(12),
            aes_key=_letters(43),
        )

    def settings(self, api_base: str) -> dict[str, str]:
        """The product's environment for this account."""
        return {
            "ROAMDESK_WECHAT_TOKEN": self.token,
            "ROAMDESK_WECHAT_APP_ID": self.app_id,
            "ROAMDESK_WECHAT_APP_SECRET": self.secret,
            "ROAMDESK_WECHAT_AES_KEY": self.aes_key,
            "ROAMDESK_WECHAT_API_BASE": api_base,
        }

    def sign(self, *parts: str) -> str:
        signer = WeChatSigner()
        signer.add_data(self.token, *parts)
        return str(signer.signature)

    def encrypt(self, xml: str) -> str:
        key = base64.b64decode(self.aes_key + "=")
        return str(PrpCrypto(key).encrypt(xml, self.app_id).decode())


def made_up_openid() -> str:
    """28 characters, as WeChat's are."""
    return "o" + _letters(27)


def _letters(count: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(count))
