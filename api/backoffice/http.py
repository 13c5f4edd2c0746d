"""Asks an operator's connector over HTTP: one question a request, a timeout, a circuit breaker.

Nothing raises out of `ask`. What counts as a failure for the breaker: no connection, no answer in
time, any status but 200 and a known 404, a body that does not fit, a value the fact does not have.
"""

import asyncio
import traceback
from pathlib import Path
from typing import Self

import httpx2
import structlog
from pydantic import ValidationError

from api.backoffice.breaker import Breaker
from api.backoffice.protocol import QUESTIONS, Answer, Question, Subscriber, digits, refusal
from api.backoffice.wire import (
    LONGEST_BODY_BYTES,
    AskRequest,
    AskResponse,
    ErrorResponse,
    WireSubscriber,
)

log = structlog.get_logger()

UNKNOWN_SUBSCRIBER = "后台系统里没有这个号码，由人工查询"
CANNOT_TELL = "后台系统暂时查不到这一项，由人工查询"
RESTING = "后台系统刚才连续没有应答，暂停查询，由人工查询"


class Failure(Exception):
    """The connector failed: `code` for the log, `why_not` in Chinese for whoever reads the case."""

    def __init__(self, code: str, why_not: str) -> None:
        super().__init__(code)
        self.code = code
        self.why_not = why_not


class HttpBackOffice:
    """`address` is the connector's base address; name and password in it go as basic auth.

    `timeout_seconds` bounds a whole question, from connecting to the last byte.
    """

    name = "http"

    def __init__(
        self,
        address: str,
        *,
        timeout_seconds: float = 3.0,
        token: str = "",
        breaker: Breaker | None = None,
    ) -> None:
        try:
            base = httpx2.URL(address)
        except httpx2.InvalidURL as error:
            raise ValueError(f"the back office's address is wrong: {error}") from error
        if base.scheme not in {"http", "https"} or not base.host or base.query or base.fragment:
            raise ValueError("the back office's address must be http(s)://host[:port][/path]")
        self._url = base.copy_with(path=base.path.rstrip("/") + "/ask")
        self._timeout_seconds = timeout_seconds
        self._breaker = breaker or Breaker()
        # No proxy of the environment and no redirect: personal data goes where the setting says.
        self._client = httpx2.AsyncClient(
            timeout=timeout_seconds,
            trust_env=False,
            follow_redirects=False,
            headers={"Authorization": f"Bearer {token}"} if token else None,
        )

    async def ask(self, fact: str, subscriber: Subscriber, location: str | None) -> Answer:
        refused = refusal(fact, subscriber)
        if refused is not None:
            return refused
        question = QUESTIONS[fact]
        if not self._breaker.allows():
            return Answer(None, question.system, "", RESTING)
        try:
            answer = await self._asked(question, subscriber, location)
        except Failure as failure:
            self._breaker.failed()
            log.warning(
                "back_office_failed", fact=fact, reason=failure.code, breaker=self._breaker.state
            )
            return Answer(None, question.system, "", failure.why_not)
        except Exception as error:
            # A mistake of ours must not cost the customer the turn either.
            self._breaker.failed()
            # No exc_info: a traceback may be printed with its locals, the customer's number there.
            frame = traceback.extract_tb(error.__traceback__)[-1]
            log.error(
                "back_office_broken",
                fact=fact,
                error=type(error).__name__,
                where=f"{Path(frame.filename).name}:{frame.lineno}",
            )
            return Answer(None, question.system, "", "查询后台系统时出错，由人工查询")
        except BaseException:
            self._breaker.abandoned()
            raise
        self._breaker.succeeded()
        return answer

    async def close(self) -> None:
        await self._client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _asked(
        self, question: Question, subscriber: Subscriber, location: str | None
    ) -> Answer:
        request = AskRequest(
            fact=question.fact,
            location=location,
            subscriber=WireSubscriber(
                msisdn=_digits(subscriber.msisdn),
                iccid=_digits(subscriber.iccid),
                imsi=_digits(subscriber.imsi),
            ),
        )
        try:
            async with asyncio.timeout(self._timeout_seconds):
                status, body = await self._post(request.model_dump_json())
        except (TimeoutError, httpx2.TimeoutException) as error:
            raise Failure("timeout", "后台系统没有按时应答，由人工查询") from error
        except httpx2.HTTPError as error:
            raise Failure("no_connection", "暂时连不上后台系统，由人工查询") from error
        return _understood(question, status, body)

    async def _post(self, content: str) -> tuple[int, bytes]:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        async with self._client.stream(
            "POST", self._url, content=content.encode(), headers=headers
        ) as response:
            body = b""
            async for part in response.aiter_bytes():
                body += part
                if len(body) > LONGEST_BODY_BYTES:
                    raise Failure("body_too_long", "后台系统的应答无法识别，由人工查询")
            return response.status_code, body


def _digits(identifier: str | None) -> str | None:
    return digits(identifier) if identifier else None


def _understood(question: Question, status: int, body: bytes) -> Answer:
    """Turn a response into an answer; raises Failure when it is none."""
    if status == 404 and _error_code(body) == "unknown_subscriber":
        return Answer(None, question.system, "", UNKNOWN_SUBSCRIBER)
    if status != 200:
        raise Failure(f"status_{status}", "后台系统报错，由人工查询")
    try:
        response = AskResponse.model_validate_json(body)
    except ValidationError as error:
        raise Failure("bad_body", "后台系统的应答无法识别，由人工查询") from error
    if response.fact != question.fact:
        raise Failure("other_fact", "后台系统的应答答非所问，由人工查询")
    system = response.system or question.system
    if response.value is None:
        return Answer(None, system, "", response.detail or CANNOT_TELL)
    if response.value not in question.meanings:
        raise Failure("bad_value", "后台系统的应答无法识别，由人工查询")
    return Answer(response.value, system, response.detail or question.meanings[response.value])


def _error_code(body: bytes) -> str | None:
    try:
        return ErrorResponse.model_validate_json(body).error.code
    except ValidationError:
        return None
