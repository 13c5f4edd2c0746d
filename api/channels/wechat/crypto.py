"""What WeChat pushes, opened: the signature first, then the envelope of safe mode, then the text.

Nothing is parsed before the address is known to be signed. Signatures are compared in constant
time here, because wechatpy compares them with `!=`; sums and ciphers are wechatpy's.
"""

import binascii
import hmac
import re
import struct
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.parsers.expat import ExpatError

import xmltodict
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidAppIdException, InvalidSignatureException
from wechatpy.utils import WeChatSigner

from api.errors import Forbidden, Invalid

_BEGINS = re.compile(r"\ufeff?\s*(?:<\?xml[^>]*\?>\s*)?<xml>")
"""A DOCTYPE and its entities can only stand before the root: a text that begins so has none."""

_BROKEN = (ValueError, TypeError, KeyError, IndexError, struct.error, binascii.Error)
"""What wechatpy raises on a ciphertext that is none."""


@dataclass(frozen=True)
class Query:
    """What stands in the address of a push."""

    signature: str
    timestamp: str
    nonce: str
    msg_signature: str = ""


def signature(*parts: str) -> str:
    """Return WeChat's signature: sha1 of the sorted parts, in hexadecimal."""
    signer = WeChatSigner()
    signer.add_data(*parts)
    return str(signer.signature)


class Opener:
    """Opens what is signed with our token; `aes_key` is the EncodingAESKey of safe mode or empty.

    With a key only what is encrypted is taken: in WeChat's compatible mode that part is there too.
    """

    def __init__(self, token: str, app_id: str, aes_key: str, replay_seconds: int) -> None:
        self._token = token
        self._replay_seconds = replay_seconds
        self._crypto = WeChatCrypto(token, aes_key, app_id) if aes_key else None

    def check(self, query: Query, now: datetime) -> None:
        """Let pass what is signed and fresh.

        Raises:
            Forbidden: another signature, or a timestamp too far from `now`.
        """
        _same(query.signature, signature(self._token, query.timestamp, query.nonce))
        digits = query.timestamp if query.timestamp.isascii() and query.timestamp.isdigit() else "0"
        if abs(now.timestamp() - int(digits[:12])) > self._replay_seconds:
            raise Forbidden("请求的时间戳相差太久。", code="wechat_stale")

    def open(self, body: bytes, query: Query) -> str:
        """Return the XML text of a body whose address was checked.

        Raises:
            Forbidden: the envelope is not signed by us, or is not encrypted although it should be.
            Invalid: it can't be read.
        """
        text = _text(body)
        if self._crypto is None:
            return text
        sealed = fields(text).get("Encrypt")
        if not isinstance(sealed, str):
            raise Forbidden("本公众号配置为安全模式，不接受明文消息。", code="wechat_not_encrypted")
        _same(
            query.msg_signature,
            signature(self._token, query.timestamp, query.nonce, sealed),
        )
        try:
            opened = self._crypto.decrypt_message(
                {"Encrypt": sealed}, query.msg_signature, query.timestamp, query.nonce
            )
        except (InvalidAppIdException, InvalidSignatureException) as error:
            raise Forbidden("这条消息不是发给本公众号的。", code="wechat_signature") from error
        except _BROKEN as error:
            raise _unreadable() from error
        return _checked(str(opened))


def fields(text: str) -> dict[str, Any]:
    """Return the elements below the root.

    Raises:
        Invalid: it is no such XML.
    """
    try:
        found = xmltodict.parse(text)["xml"]
    except (ExpatError, ValueError, KeyError, TypeError) as error:
        raise _unreadable() from error
    if not isinstance(found, dict):
        raise _unreadable()
    return found


def _text(body: bytes) -> str:
    try:
        return _checked(body.decode())
    except UnicodeDecodeError as error:
        raise _unreadable() from error


def _checked(text: str) -> str:
    if not _BEGINS.match(text):
        raise _unreadable()
    return text


def _same(given: str, expected: str) -> None:
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise Forbidden("签名不对。", code="wechat_signature")


def _unreadable() -> Invalid:
    return Invalid("无法读懂这条推送的内容。", code="wechat_unreadable")
