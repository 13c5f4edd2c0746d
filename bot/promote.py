"""Puts a proved model to use: `python -m bot.promote MODEL [--reason WHY]`; `--back` undoes it.

The archive is read through first; a running Rasa then loads it while it goes on serving, and only
when it has it is current.json rewritten. So a damaged archive changes nothing, and whatever stops
half-way leaves one model that is whole in use. `--refuse MODEL --reason WHY` keeps one from being
served by the next start; `--list` shows what there is.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot import inputs, manifest, shelf

NO_SUCH_MODEL, WORSE, UNPROVED, DAMAGED, NOT_LOADED = 2, 4, 5, 6, 7
LOAD_SECONDS = 120.0
ASK_SECONDS = 10.0


class Refused(Exception):
    """The model is not put to use; `code` is snake_case, the message one Chinese sentence."""

    def __init__(self, code: str, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.code = code
        self.exit_code = exit_code


def main(arguments: list[str] | None = None) -> int:
    """The command; its result is the process's exit code."""
    parser = argparse.ArgumentParser(prog="bot.promote", description=__doc__)
    parser.add_argument("model", nargs="?", help="the model's name, roamdesk-…")
    parser.add_argument("--back", action="store_true", help="the model that was in use before")
    parser.add_argument("--refuse", metavar="MODEL", help="do not serve it at the next start")
    parser.add_argument("--list", action="store_true", help="which models there are")
    parser.add_argument("--reason", default="", help="needed for a worse or unproved model")
    parser.add_argument(
        "--no-override", action="store_true", help="the reason is kept, and overrides nothing"
    )
    parser.add_argument("--by", default=os.environ.get("USER", "command line"))
    parser.add_argument("--rasa", help="address of the running Rasa; else the data folder's")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    if options.list:
        print("\n".join(_listed()) or "还没有模型。")
        return 0
    try:
        with shelf.one_at_a_time():
            if options.refuse:
                done = refuse(options.refuse, options.by, options.reason)
            elif options.back:
                done = roll_back(options.by, options.reason, options.rasa)
            elif options.model:
                override = bool(options.reason.strip()) and not options.no_override
                done = promote(
                    options.model, options.by, options.reason, options.rasa, override=override
                )
            else:
                parser.error("a model, --back, --refuse or --list is needed")
    except Refused as refusal:
        if options.json:
            _print({"ok": False, "code": refusal.code, "message": str(refusal)})
        else:
            print(str(refusal), file=sys.stderr)
        return refusal.exit_code
    _print({"ok": True, **done}) if options.json else print(done["message"])
    return 0


def promote(
    model: str, by: str, reason: str = "", rasa: str | None = None, *, override: bool = False
) -> dict[str, Any]:
    """Put a model to use; `override` does so whatever its proof says.

    Raises:
        Refused: there is none, it is damaged, worse or unproved, or Rasa can't load it.
    """
    _check(model)
    before, card = shelf.in_use(), shelf.card(model)
    if model == before:
        return {"model": model, "before": before, "served": None, "message": f"{model} 已经在用。"}
    if not override:
        _check_proof(model, before, card)
    return _swap(model, before, by, reason, rasa)


def roll_back(by: str, reason: str = "", rasa: str | None = None) -> dict[str, Any]:
    """Put the model to use that was before the one in use, and keep the latter from returning.

    Raises:
        Refused: there is none before it, or it can't be loaded any more.
    """
    current, model = shelf.in_use(), shelf.one_before()
    if model is None or current is None:
        raise Refused("nothing_before", "没有可以退回的模型。", NO_SUCH_MODEL)
    _check(model)
    done = _swap(model, current, by, reason, rasa)
    # Else the next start would find that data/ asks for it, and serve it again.
    shelf.refuse(current, by, reason.strip() or "已退回到之前的模型")
    return done


def refuse(model: str, by: str, reason: str) -> dict[str, Any]:
    """Keep a model from being served by the next start.

    Raises:
        Refused: it is the one in use, or that is no model's name.
    """
    try:
        shelf.archive(model)
    except shelf.BadModel as error:
        raise Refused("model_not_found", str(error), NO_SUCH_MODEL) from error
    if model == shelf.in_use():
        raise Refused("model_in_use", "这个模型正在使用，请先退回或换用另一个。", NO_SUCH_MODEL)
    shelf.refuse(model, by, reason.strip() or "没有写原因")
    return {"model": model, "message": f"{model} 不会被启用。"}


def _check(model: str) -> None:
    try:
        if not shelf.archive(model).is_file():
            raise Refused("model_not_found", f"没有模型 {model} 的文件。", NO_SUCH_MODEL)
        shelf.check(model)
    except shelf.BadModel as error:
        known = shelf.NAME.fullmatch(model) is not None
        code, exit_code = (
            ("model_damaged", DAMAGED) if known else ("model_not_found", NO_SUCH_MODEL)
        )
        raise Refused(code, f"{error}正在使用的模型不受影响。", exit_code) from error


def _check_proof(model: str, before: str | None, card: Mapping[str, Any]) -> None:
    proof = card.get("proof") or {}
    if proof.get("verdict") == "worse":
        lost = "；".join(proof.get("lost") or [])
        raise Refused("worse_model", f"这个模型不如正在使用的：{lost}。", WORSE)
    if before is not None and not proof:
        raise Refused("not_proved", "这个模型还没有和正在使用的比较过，请先训练并验证。", UNPROVED)
    if before is not None and proof.get("against") != before:
        raise Refused(
            "proof_outdated", "验证之后换过模型，这次比较已经过时，请再验证一次。", UNPROVED
        )
    refusal = shelf.refused().get(model)
    if refusal is not None:
        raise Refused("refused_model", f"这个模型被拒绝过：{refusal.get('reason')}。", WORSE)


def _swap(model: str, before: str | None, by: str, reason: str, rasa: str | None) -> dict[str, Any]:
    url = rasa or _address()
    served = _load(url, model) if url else False
    card = shelf.card(model)
    if before is not None:
        shelf.add_to_card(before, **shelf.card(before))  # current.json alone may know it
    shelf.promoted(model, by, reason)
    shelf.accept(model)
    kept = ("model", "data_hash", "config_hash", "trained_at", "seconds")
    now = {name: card[name] for name in kept if name in card}
    manifest.write_whole(inputs.CURRENT, {**now, "model": model})
    if "data_hash" in card and "config_hash" in card:
        made = inputs.Inputs(card["data_hash"], card["config_hash"])
        manifest.trained(made, card.get("cross_validated") or {})
        if card.get("test"):
            manifest.evaluated(model, card["test"])
    where = "" if served else "Rasa 没有在运行，下次启动时生效。"
    return {
        "model": model,
        "before": before,
        "served": served,
        "message": f"已启用 {model}。{where}",
    }


def _load(url: str, model: str) -> bool:
    """Let the running Rasa load the model: it answers customers until it has it. False: not there.

    Raises:
        Refused: Rasa is there and did not load it.
    """
    try:
        _ask(url, "GET", "/status", None, ASK_SECONDS)
    except urllib.error.HTTPError:
        pass  # it is there and has no model that it could lose
    except OSError:
        return False
    try:
        body = {"model_file": str(shelf.archive(model).resolve())}
        _ask(url, "PUT", "/model", body, LOAD_SECONDS)
        served = _ask(url, "GET", "/status", None, ASK_SECONDS).get("model_file")
    except (OSError, ValueError) as error:
        why = f"Rasa 没有载入 {model}（{_said(error)}），正在使用的模型不受影响。"
        raise Refused("not_loaded", why, NOT_LOADED) from error
    if served != shelf.archive(model).name:
        raise Refused("not_loaded", f"Rasa 没有换成 {model}，还在用 {served}。", NOT_LOADED)
    return True


def _ask(url: str, method: str, path: str, body: Any, seconds: float) -> dict[str, Any]:
    request = urllib.request.Request(  # noqa: S310 (an address of this machine's own)
        url.rstrip("/") + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=seconds) as answer:
        read = answer.read()
    found = json.loads(read) if read else {}
    return found if isinstance(found, dict) else {}


def _said(error: Exception) -> str:
    if isinstance(error, urllib.error.HTTPError):
        return f"HTTP {error.code}"
    return type(error).__name__


def _address() -> str | None:
    """Where the running product's Rasa listens: the supervisor has written it down."""
    file = Path(os.environ.get("ROAMDESK_DATA") or "var") / "run" / "bot.url"
    try:
        return file.read_text("ascii").strip() or None
    except OSError:
        return None


def _listed() -> list[str]:
    current, refused = shelf.in_use(), shelf.refused()
    lines = []
    for file in sorted(inputs.MODELS.glob("roamdesk-*.tar.gz"), key=lambda f: f.stat().st_mtime):
        model = file.name.removesuffix(".tar.gz")
        card = shelf.card(model)
        word = "在用" if model == current else "被拒绝" if model in refused else ""
        verdict = (card.get("proof") or {}).get("verdict", "没有验证")
        lines.append(f"{model}  {card.get('trained_at', '')}  {verdict}  {word}".rstrip())
    return lines


def _print(found: Mapping[str, Any]) -> None:
    print(json.dumps(found, ensure_ascii=False))


if __name__ == "__main__":
    sys.exit(main())
