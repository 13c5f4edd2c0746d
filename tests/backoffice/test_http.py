"""The HTTP connector against a real server: what it sends, and every way an answer can fail."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from api.backoffice import Answer, Subscriber
from api.backoffice.breaker import Breaker
from api.backoffice.http import HttpBackOffice
from tests.backoffice.connector_server import Connector, answers, sends, serving

ANNA = Subscriber(msisdn="+86 189 1234 5678", imsi="460036912345678")
FAILED = "由人工查询"


@pytest.fixture
def connector() -> Iterator[Connector]:
    with serving(answers("yes")) as running:
        yield running


@pytest.fixture
async def office(connector: Connector) -> AsyncIterator[HttpBackOffice]:
    async with HttpBackOffice(connector.address, timeout_seconds=1.0) as made:
        yield made


async def test_it_asks_as_the_contract_says(connector: Connector, office: HttpBackOffice) -> None:
    answer = await office.ask("ild_open", ANNA, "TW")
    assert answer == Answer("yes", "crm", "国际长途已开通")
    assert connector.paths == ["/ask"]
    assert connector.requests == [
        {
            "fact": "ild_open",
            "location": "TW",
            "subscriber": {"msisdn": "18912345678", "iccid": None, "imsi": "460036912345678"},
        }
    ]


@pytest.mark.parametrize(
    ("fact", "value", "system"),
    [
        ("ild_open", "no", "crm"),
        ("home_config_ok", "no", "noc"),
        ("vpn_open", "yes", "crm"),
        ("subscriber_data_ok", "no", "hlr"),
        ("card_type_on_record", "ctog", "crm"),
        ("card_reissued_after_korea", "yes", "crm"),
    ],
)
async def test_every_fact_is_answered(
    connector: Connector, office: HttpBackOffice, fact: str, value: str, system: str
) -> None:
    connector.respond = answers(value)
    answer = await office.ask(fact, ANNA, None)
    assert (answer.value, answer.system, answer.why_not) == (value, system, None)
    assert answer.detail


async def test_the_connectors_own_words_and_system_are_kept_on_one_line(
    connector: Connector, office: HttpBackOffice
) -> None:
    connector.respond = answers("no", system="noc", detail="长途权限\n已停用\x07", ticket=7)
    answer = await office.ask("ild_open", ANNA, "TW")
    assert answer == Answer("no", "noc", "长途权限 已停用")


@pytest.mark.parametrize("detail", [None, "CRM 正在升级"])
async def test_null_is_an_honest_answer(
    connector: Connector, office: HttpBackOffice, detail: str | None
) -> None:
    connector.respond = answers(None, detail=detail)
    answer = await office.ask("ild_open", ANNA, "TW")
    assert answer.value is None
    assert answer.why_not == (detail or "后台系统暂时查不到这一项，由人工查询")


async def test_an_unknown_subscriber_is_an_answer_and_no_failure(connector: Connector) -> None:
    connector.respond = sends(404, {"error": {"code": "unknown_subscriber"}})
    breaker = Breaker(failures_to_open=1)
    async with HttpBackOffice(connector.address, breaker=breaker) as office:
        answer = await office.ask("vpn_open", ANNA, "TW")
    assert answer.why_not == "后台系统里没有这个号码，由人工查询"
    assert breaker.state == "closed"


GOOD = {"fact": "ild_open", "value": "yes"}


@pytest.mark.parametrize(
    "respond",
    [
        pytest.param(sends(500, {"error": {"code": "down"}}), id="500"),
        pytest.param(sends(404, b"<h1>Not Found</h1>"), id="a 404 of a wrong address"),
        pytest.param(sends(401, {}), id="401"),
        pytest.param(sends(302, b"", Location="http://127.0.0.1:1/"), id="a redirect"),
        pytest.param(sends(201, GOOD), id="201"),
        pytest.param(sends(200, b"\xff\xfe not json"), id="garbage"),
        pytest.param(sends(200, b""), id="empty"),
        pytest.param(sends(200, [GOOD]), id="a list"),
        pytest.param(sends(200, {"fact": "ild_open"}), id="no value"),
        pytest.param(sends(200, {"fact": "ild_open", "value": True}), id="a boolean"),
        pytest.param(sends(200, {"fact": "ild_open", "value": "是"}), id="a value it has not"),
        pytest.param(sends(200, {"fact": "vpn_open", "value": "yes"}), id="another fact"),
        pytest.param(sends(200, {**GOOD, "system": "me"}), id="a system there is not"),
        pytest.param(sends(200, {**GOOD, "detail": "长" * 201}), id="too long a detail"),
        pytest.param(sends(200, {**GOOD, "more": "x" * 20_000}), id="too long a body"),
    ],
)
async def test_what_is_no_answer_is_a_failure_told_in_chinese(
    connector: Connector, respond: Any
) -> None:
    connector.respond = respond
    breaker = Breaker(failures_to_open=1)
    async with HttpBackOffice(connector.address, breaker=breaker) as office:
        answer = await office.ask("ild_open", ANNA, "TW")
    assert answer.value is None
    assert answer.system == "crm"
    assert (answer.why_not or "").endswith(FAILED)
    assert breaker.state == "open"
    assert len(connector.requests) == 1


def _silent(handler: BaseHTTPRequestHandler, _: dict[str, Any]) -> None:
    time.sleep(0.5)


def _dripping(handler: BaseHTTPRequestHandler, _: dict[str, Any]) -> None:
    # Each byte comes in time for a timeout that counts from byte to byte.
    handler.send_response(200)
    handler.send_header("Content-Length", "100")
    handler.end_headers()
    for _step in range(12):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.05)


def _breaking_off(handler: BaseHTTPRequestHandler, _: dict[str, Any]) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "100")
    handler.end_headers()
    handler.wfile.write(b'{"fact"')
    handler.close_connection = True


@pytest.mark.parametrize("respond", [_silent, _dripping])
async def test_the_timeout_bounds_the_whole_question(connector: Connector, respond: Any) -> None:
    connector.respond = respond
    async with HttpBackOffice(connector.address, timeout_seconds=0.2) as office:
        began = time.perf_counter()
        answer = await office.ask("ild_open", ANNA, "TW")
        took = time.perf_counter() - began
    assert answer.why_not == "后台系统没有按时应答，由人工查询"
    assert 0.15 < took < 0.45


async def test_a_connection_that_breaks_off_is_a_failure(
    connector: Connector, office: HttpBackOffice
) -> None:
    connector.respond = _breaking_off
    answer = await office.ask("ild_open", ANNA, "TW")
    assert answer.why_not == "暂时连不上后台系统，由人工查询"


async def test_a_refused_connection_is_a_failure() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    async with HttpBackOffice(f"http://127.0.0.1:{port}") as office:
        answer = await office.ask("ild_open", ANNA, "TW")
    assert answer.why_not == "暂时连不上后台系统，由人工查询"


async def test_asking_after_the_close_does_not_raise(
    connector: Connector, office: HttpBackOffice
) -> None:
    await office.close()
    answer = await office.ask("ild_open", ANNA, "TW")
    assert answer.value is None
    assert connector.requests == []


async def test_nothing_is_sent_without_a_number_or_for_a_strange_fact(
    connector: Connector, office: HttpBackOffice
) -> None:
    assert (await office.ask("ild_open", Subscriber(), "TW")).why_not == "还没有可以查询的号码"
    assert (await office.ask("weather", ANNA, "TW")).why_not == "后台系统不掌握这一项"
    assert connector.requests == []


async def test_a_token_or_a_password_in_the_address_is_sent(connector: Connector) -> None:
    async with HttpBackOffice(connector.address + "/desk/", token="s3cret") as office:
        await office.ask("ild_open", ANNA, "TW")
    with_password = connector.address.replace("http://", "http://desk:pass@")
    async with HttpBackOffice(with_password) as office:
        await office.ask("ild_open", ANNA, "TW")
    assert connector.paths == ["/desk/ask", "/ask"]
    assert [headers["authorization"] for headers in connector.headers] == [
        "Bearer s3cret",
        "Basic ZGVzazpwYXNz",
    ]


class Time:
    """Seconds that pass when a test says so."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


async def test_the_breaker_opens_rests_tries_once_and_recovers(connector: Connector) -> None:
    clock = Time()
    breaker = Breaker(failures_to_open=3, pause_seconds=30, monotonic=clock)
    async with HttpBackOffice(connector.address, breaker=breaker) as office:
        connector.respond = sends(503, {})
        for _ in range(3):
            assert (await office.ask("ild_open", ANNA, "TW")).why_not == "后台系统报错，由人工查询"
        assert breaker.state == "open"

        clock.seconds = 29.9
        resting = await office.ask("ild_open", ANNA, "TW")
        assert resting.why_not == "后台系统刚才连续没有应答，暂停查询，由人工查询"
        assert len(connector.requests) == 3

        clock.seconds = 30.0  # the trial fails: another pause
        await office.ask("ild_open", ANNA, "TW")
        assert len(connector.requests) == 4
        clock.seconds = 59.9
        await office.ask("ild_open", ANNA, "TW")
        assert len(connector.requests) == 4

        clock.seconds = 60.0  # the trial succeeds: closed again
        connector.respond = answers("yes")
        assert (await office.ask("ild_open", ANNA, "TW")).value == "yes"
        assert breaker.state == "closed"
        assert (await office.ask("vpn_open", ANNA, "TW")).value == "yes"
        assert len(connector.requests) == 6


async def test_of_many_at_once_only_one_makes_the_trial(connector: Connector) -> None:
    clock = Time()
    breaker = Breaker(failures_to_open=1, pause_seconds=30, monotonic=clock)
    async with HttpBackOffice(connector.address, breaker=breaker) as office:
        connector.respond = sends(500, {})
        await office.ask("ild_open", ANNA, "TW")
        clock.seconds = 31.0
        connector.respond = answers("no")
        found = await asyncio.gather(*(office.ask("ild_open", ANNA, "TW") for _ in range(10)))
    assert [answer.value for answer in found].count("no") == 1
    assert len(connector.requests) == 2


async def test_a_trial_that_is_cancelled_lets_the_next_one_try(connector: Connector) -> None:
    clock = Time()
    breaker = Breaker(failures_to_open=1, pause_seconds=30, monotonic=clock)
    async with HttpBackOffice(connector.address, breaker=breaker) as office:
        connector.respond = sends(500, {})
        await office.ask("ild_open", ANNA, "TW")
        clock.seconds = 31.0
        connector.respond = _silent
        asking = asyncio.create_task(office.ask("ild_open", ANNA, "TW"))
        await asyncio.sleep(0.1)
        assert breaker.state == "half_open"
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        connector.respond = answers("yes")
        assert (await office.ask("ild_open", ANNA, "TW")).value == "yes"


async def test_a_failure_now_and_then_does_not_open_it(connector: Connector) -> None:
    breaker = Breaker(failures_to_open=2)
    async with HttpBackOffice(connector.address, breaker=breaker) as office:
        for _ in range(5):
            connector.respond = sends(500, {})
            await office.ask("ild_open", ANNA, "TW")
            connector.respond = answers("yes")
            assert (await office.ask("ild_open", ANNA, "TW")).value == "yes"
    assert breaker.state == "closed"


async def test_the_log_holds_no_number(
    connector: Connector, office: HttpBackOffice, capsys: pytest.CaptureFixture[str]
) -> None:
    connector.respond = sends(200, {"fact": "ild_open", "value": "18912345678"})
    await office.ask("ild_open", ANNA, "TW")
    await office.close()
    await office.ask("ild_open", ANNA, "TW")
    printed = "".join(capsys.readouterr())
    assert "back_office_failed" in printed
    assert "18912345678" not in printed + repr(ANNA)
    assert "460036912345678" not in printed
