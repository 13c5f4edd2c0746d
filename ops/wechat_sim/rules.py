"""WeChat's figures and error codes, as its public pages gave them on 2026-11; each with its page.

Pages below are under https://developers.weixin.qq.com/doc/ ; `inferred` marks what they leave open.
"""

# subscription/api/customer/message/api_sendcustommessage.html
MESSAGE_ALLOWANCE = 5
MESSAGE_WINDOW_SECONDS = 48 * 3600
EVENT_ALLOWANCE = 3
EVENT_WINDOW_SECONDS = 60
EVENTS_THAT_ALLOW = frozenset({"subscribe", "SCAN", "CLICK"})

# subscription/guide/product/kf/intro.md (特别说明): an entry pressed in a msgmenu
# counts as one of the events above, and does not open the window of a message.

# WeChat ignores an entry's id that is not all digits and counts from 101 by itself:
# https://github.com/microsoft/BotFramework-WeChat/pull/48 (2020-04-20).
FIRST_ENTRY_ID = 101

# Documented for texts of an answer in the dialogue (2,048 bytes); for customer-service messages the
# page names only the error: inferred to be the same.
TEXT_BYTES = 2048

# offiaccount/Message_Management/Receiving_standard_messages.html
PUSH_TIMEOUT_SECONDS = 5.0
PUSH_TRIES = 3

# service/api/base/api_getstableaccesstoken.html
TOKEN_SECONDS = 7200
TOKEN_RENEWED_BEFORE_SECONDS = 300
FORCED_AT_LEAST_APART_SECONDS = 30

# offiaccount/Asset_Management/New_temporary_materials.html
MEDIA_SECONDS = 3 * 24 * 3600

# service/api/customer/message/api_typing.html; the 30 s and 15 s are on the mini program's page
# (miniprogram/dev/framework/open-ability/customer-message/typing.html).
TYPING_NEEDS_WITHIN_SECONDS = 30
TYPING_SECONDS = 15

# subscription/api/custommenu/api_createcustommenu.html
MENU_BUTTONS = 3
MENU_SUB_BUTTONS = 5

# oplatform/developers/errCode/errCode.html
ERRORS = {
    -1: "system error",
    0: "ok",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40007: "invalid media_id",
    40008: "invalid message type",
    40013: "invalid appid",
    40014: "invalid access_token",
    40016: "invalid button size",
    40023: "invalid sub button size",
    40125: "invalid appsecret",
    40164: "invalid ip, not in whitelist",
    41001: "access_token missing",
    42001: "access_token expired",
    43004: "require subscribe",
    44002: "empty post data",
    44004: "empty content",
    45002: "content size out of limit",
    45009: "reach max api daily quota limit",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    45072: "command field error",
    45080: "typing needs a message of the last 30 seconds",
    45081: "already typing",
    46003: "menu no exist",
    47001: "data format error",
    48001: "api unauthorized",
}


class ApiError(Exception):
    """WeChat answers 200 with this errcode."""

    def __init__(self, errcode: int) -> None:
        super().__init__(errcode)
        self.errcode = errcode


def answer(errcode: int = 0) -> dict[str, object]:
    """WeChat's JSON for an errcode, also for one that the table above does not hold."""
    return {"errcode": errcode, "errmsg": ERRORS.get(errcode, "error")}
