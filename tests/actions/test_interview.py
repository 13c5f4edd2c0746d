"""action_interview: one call, the answer as messages, and silence rather than an exception."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.api_client import ApiClient
from actions.interview import ActionInterview

ANSWER = {
    "messages": [
        {
            "text": "您在中国台湾，打不了电话。您的卡芯片上印有“V”或“新”字吗？",
            "response": None,
            "asks": "card_type",
            "choices": [{"label": "有", "value": "ctog"}, {"label": "没有", "value": "ctoc"}],
            "citations": [{"id": "G2.1", "title": "国际卡的种类"}],
            "ticket": None,
        }
    ],
    "step": {"kind": "ask", "tree": "triage", "node": "card", "outcome": None},
}


def _tracker(channel: str = "rest") -> Tracker:
    message = {
        "text": "我在台湾打不了电话",
        "intent": {"name": "report_call_failure", "confidence": 0.99},
        "intent_ranking": [],
        "entities": [{"entity": "location", "value": "TW", "start": 2, "end": 4}],
        "metadata": {"message_id": "m-1"},
    }
    events = [{"event": "user", "input_channel": channel}]
    return Tracker("c-1", {}, message, events, False, None, {}, "action_listen")


def _run(client: ApiClient, tracker: Tracker) -> list[dict[str, Any]]:
    async def run() -> list[dict[str, Any]]:
        return await _said(client, tracker)

    return asyncio.run(run())


async def _said(client: ApiClient, tracker: Tracker) -> list[dict[str, Any]]:
    dispatcher = CollectingDispatcher()
    try:
        events = await ActionInterview(client).run(dispatcher, tracker, {})
    finally:
        await client.close()
    assert events == []
    return dispatcher.messages


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    file = tmp_path / "internal.key"
    file.write_text("a-key\n", "ascii")
    return file


def test_one_call_with_the_key_and_the_answer_as_messages(
    with_api: Callable[..., Any], key_file: Path
) -> None:
    calls: list[dict[str, Any]] = []

    async def answer(request: web.Request) -> web.Response:
        assert request.headers["X-RoamDesk-Key"] == "a-key"
        calls.append(await request.json())
        return web.json_response(ANSWER)

    said = with_api(answer, lambda url: _said(ApiClient(url, key_file), _tracker()))
    assert [(c["conversation_id"], c["message_id"], c["channel"]) for c in calls] == [
        ("c-1", "m-1", "rest")
    ]
    text, details = said
    assert text["text"] == ANSWER["messages"][0]["text"]
    assert text["buttons"] == [
        {"title": "有", "payload": '/inform{"card_type": "ctog"}'},
        {"title": "没有", "payload": '/inform{"card_type": "ctoc"}'},
    ]
    assert details["custom"]["asks"] == "card_type"
    assert details["custom"]["citations"] == [{"id": "G2.1", "title": "国际卡的种类"}]
    assert details["custom"]["step"]["node"] == "card"
    assert "text" not in details["custom"]


def test_the_shell_gets_text_and_buttons_only(with_api: Callable[..., Any], key_file: Path) -> None:
    async def answer(request: web.Request) -> web.Response:
        assert (await request.json())["channel"] == "cmdline"
        return web.json_response(ANSWER)

    said = with_api(answer, lambda url: _said(ApiClient(url, key_file), _tracker("cmdline")))
    assert [bool(m["text"]) for m in said] == [True]


def test_a_response_of_the_domain_is_uttered_by_its_name(
    with_api: Callable[..., Any], key_file: Path
) -> None:
    async def answer(request: web.Request) -> web.Response:
        message = {"text": None, "response": "utter_thank", "asks": None, "choices": []}
        return web.json_response({"messages": [message], "step": None})

    said = with_api(answer, lambda url: _said(ApiClient(url, key_file), _tracker()))
    assert said[0]["response"] == "utter_thank"


@pytest.mark.parametrize(
    "bad",
    [
        lambda: web.Response(status=500, text="oops"),
        lambda: web.Response(status=200, text="<html>"),
        lambda: web.json_response(["no object"]),
        lambda: web.json_response({"messages": [{"asks": "card_type"}]}),
        lambda: web.json_response({}),
        lambda: web.json_response({"messages": None}),
    ],
)
def test_a_bad_answer_is_silence_for_the_front_door(
    with_api: Callable[..., Any], key_file: Path, bad: Callable[[], web.Response]
) -> None:
    async def answer(request: web.Request) -> web.Response:
        return bad()

    assert with_api(answer, lambda url: _said(ApiClient(url, key_file), _tracker())) == []


def test_a_slow_api_is_given_up(with_api: Callable[..., Any], key_file: Path) -> None:
    async def answer(request: web.Request) -> web.Response:
        await asyncio.sleep(5)
        return web.json_response(ANSWER)

    client = lambda url: ApiClient(url, key_file, timeout_seconds=0.2)  # noqa: E731
    assert with_api(answer, lambda url: _said(client(url), _tracker())) == []


def test_without_an_api_the_shell_says_so_in_one_line(key_file: Path) -> None:
    said = _run(ApiClient("http://127.0.0.1:9", key_file), _tracker("cmdline"))
    assert [message["response"] for message in said] == ["utter_needs_api"]


def test_without_an_api_the_front_door_gets_nothing(key_file: Path) -> None:
    assert _run(ApiClient("http://127.0.0.1:9", key_file), _tracker()) == []


def test_a_missing_key_is_no_exception(tmp_path: Path) -> None:
    assert _run(ApiClient("http://127.0.0.1:9", tmp_path / "none"), _tracker()) == []


def test_the_key_comes_from_the_environment_or_the_data_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "internal.key").write_text("from-file", "ascii")
    monkeypatch.setenv("ROAMDESK_DATA", str(tmp_path))
    monkeypatch.delenv("ROAMDESK_INTERNAL_KEY", raising=False)
    assert ApiClient.from_environment().secret() == "from-file"
    monkeypatch.setenv("ROAMDESK_INTERNAL_KEY", "from-environment")
    assert ApiClient.from_environment().secret() == "from-environment"


def test_payloads_are_what_rasa_reads_back() -> None:
    from actions.messages import payload

    assert payload("card_type", "ctog") == '/inform{"card_type": "ctog"}'
    assert json.loads(payload("operator", '"}')[len("/inform") :]) == {"operator": '"}'}
