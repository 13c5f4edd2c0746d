"""The errors a caller can meet, and the one shape they all have.

    ApiError                 status, code and a Chinese sentence
    ├── NotFound       404   there is no such thing, or not for you
    ├── Unauthorised   401   no token or session, or one that is not good any more
    ├── Forbidden      403   known, but not allowed to do this
    ├── Conflict       409   the state of the thing forbids it
    ├── Invalid        422   the body does not fit
    ├── TooLarge       413   more bytes than anybody needs
    ├── TooMany        429   too often; `Retry-After` says when to come again
    └── Unavailable    503   a part we need does not answer now

On the wire: `{"error": {"code", "message", "details"}}`.
"""

from collections.abc import Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger()


class ApiError(Exception):
    """An error that the caller is told about; `message` is one Chinese sentence."""

    status = 500
    code = "internal_error"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        headers: dict[str, str] | None = None,
        **details: Any,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.details = details
        self.headers = headers or {}


class NotFound(ApiError):
    status, code = 404, "not_found"


class Unauthorised(ApiError):
    status, code = 401, "unauthorised"


class Forbidden(ApiError):
    status, code = 403, "forbidden"


class Conflict(ApiError):
    status, code = 409, "conflict"


class Invalid(ApiError):
    status, code = 422, "invalid"


class TooLarge(ApiError):
    status, code = 413, "too_large"


class TooMany(ApiError):
    status, code = 429, "too_many_requests"


class Unavailable(ApiError):
    status, code = 503, "unavailable"


_SENTENCES = {
    404: ("not_found", "没有找到您要的内容。"),
    405: ("method_not_allowed", "这个地址不接受这种请求方式。"),
    413: ("too_large", "内容太大，请缩短后再发。"),
}


def shape(
    status: int,
    code: str,
    message: str,
    details: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """Return the contract's error as a response."""
    body = {"error": {"code": code, "message": message, "details": details or {}}}
    return JSONResponse(body, status_code=status, headers=headers)


def _field_errors(errors: Sequence[Any]) -> list[dict[str, str]]:
    # The input itself is left out: it may hold personal data or bytes JSON cannot carry.
    return [
        {"field": ".".join(str(part) for part in error["loc"]), "problem": str(error["msg"])}
        for error in errors
    ]


class BodyLimit:
    """Refuses a request body over `limit` bytes, announced or not, before it is held in memory."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        if announced.isdigit() and int(announced) > self._limit:
            await shape(413, *_SENTENCES[413])(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._limit:
                raise HTTPException(413)
            return message

        await self._app(scope, counted, send)


def install(app: FastAPI, max_body_bytes: int) -> None:
    """Give every error of `app` the contract's shape."""
    app.add_middleware(BodyLimit, limit=max_body_bytes)

    @app.exception_handler(ApiError)
    async def _api_error(_: Request, error: ApiError) -> JSONResponse:
        return shape(error.status, error.code, error.message, error.details, error.headers)

    @app.exception_handler(RequestValidationError)
    async def _body_does_not_fit(_: Request, error: RequestValidationError) -> JSONResponse:
        details = {"fields": _field_errors(error.errors())}
        return shape(422, "invalid", "请求的内容不符合要求，请检查后再试。", details)

    @app.exception_handler(HTTPException)
    async def _http(_: Request, error: HTTPException) -> JSONResponse:
        code, message = _SENTENCES.get(error.status_code, ("http_error", "这个请求没有成功。"))
        return shape(error.status_code, code, message, headers=dict(error.headers or {}))

    async def _unstorable(_: Request, __: Exception) -> JSONResponse:
        # NUL or half a surrogate pair: JSON can carry what no database stores.
        return shape(422, "invalid", "内容里有无法保存的字符，请修改后再试。")

    for unstorable in (DataError, UnicodeEncodeError):
        app.add_exception_handler(unstorable, _unstorable)

    async def _database(_: Request, error: Exception) -> JSONResponse:
        log.error("database_unavailable", error=type(error).__name__)
        return shape(
            503, "database_unavailable", "数据库暂时没有响应，请稍后再试；刚才的内容没有保存。"
        )

    for kind in (OperationalError, InterfaceError, DBAPIError, ConnectionError):
        app.add_exception_handler(kind, _database)

    @app.exception_handler(Exception)
    async def _unforeseen(request: Request, error: Exception) -> JSONResponse:
        log.error("unforeseen_error", path=request.url.path, exc_info=error)
        return shape(500, "internal_error", "系统出了意外，我们已经记录下来，请稍后再试。")
