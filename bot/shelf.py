"""models/: the archives, and beside them what each was made of, which were promoted, which refused.

Standard library only: promoting, refusing and asking must not import Rasa. The lists are JSON files
written whole or not at all, so a server may read them at any time.
"""

from __future__ import annotations

import contextlib
import fcntl
import gzip
import json
import re
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from bot import inputs
from bot.manifest import write_whole

REFUSED = "refused.json"
PROMOTED = "promoted.json"
LOCK = ".promote.lock"
PROMOTIONS_KEPT = 50
NAME = re.compile(r"roamdesk-[0-9a-f]{12}")
NEEDED = "metadata.json"
CHUNK_BYTES = 1 << 20


class BadModel(Exception):
    """An archive that can't be served; the message is one Chinese sentence."""


def archive(model: str, root: Path = Path()) -> Path:
    """Where the model of this name is kept, whether or not it is there.

    Raises:
        BadModel: that is no name of a model.
    """
    if not NAME.fullmatch(model):
        raise BadModel(f"“{model}”不是模型的名字。")
    return inputs.archive(model, root)


def check(model: str, root: Path = Path()) -> Path:
    """Read the archive through, to the last byte and its checksum; return where it is.

    Raises:
        BadModel: there is none, or it is damaged.
    """
    file = archive(model, root)
    try:
        with gzip.open(file) as whole, tarfile.open(fileobj=whole) as opened:
            names = set()
            for member in opened:
                names.add(member.name.lstrip("./"))
                content = opened.extractfile(member) if member.isfile() else None
                while content is not None and content.read(CHUNK_BYTES):
                    pass
            while whole.read(CHUNK_BYTES):  # the checksum stands behind the last file
                pass
    except FileNotFoundError:
        raise BadModel(f"没有模型 {model} 的文件。") from None
    except (OSError, EOFError, tarfile.TarError, zlib.error, ValueError) as error:
        raise BadModel(f"模型文件 {file.name} 已损坏（{type(error).__name__}）。") from error
    if NEEDED not in names:
        raise BadModel(f"模型文件 {file.name} 不完整。")
    return file


def in_use(root: Path = Path()) -> str | None:
    """The model that is promoted, where one is known."""
    model = _read(root / inputs.CURRENT).get("model")
    return model if isinstance(model, str) else None


def card(model: str, root: Path = Path()) -> dict[str, Any]:
    """What is known of a model: hashes, when and how long it was trained, scores, its proof.

    Models that were trained before there were cards are known by current.json alone.
    """
    found = _read(_card_file(model, root))
    if found:
        return found
    current = _read(root / inputs.CURRENT)
    return current if current.get("model") == model else {}


def add_to_card(model: str, root: Path = Path(), /, **known: Any) -> dict[str, Any]:
    """Keep more of a model; return its whole card."""
    whole = {**card(model, root), **known, "model": model}
    write_whole(_card_file(model, root), whole)
    return whole


def refused(root: Path = Path()) -> dict[str, dict[str, Any]]:
    """Models that must not be served without somebody's word, and why: `{at, by, reason}`."""
    return _read(root / inputs.MODELS / REFUSED)


def refuse(model: str, by: str, reason: str, root: Path = Path()) -> None:
    """Put a model on the list."""
    entry = {"at": now(), "by": by, "reason": reason}
    write_whole(root / inputs.MODELS / REFUSED, {**refused(root), model: entry})


def accept(model: str, root: Path = Path()) -> None:
    """Take a model off the list."""
    known = refused(root)
    if known.pop(model, None) is not None:
        write_whole(root / inputs.MODELS / REFUSED, known)


def promotions(root: Path = Path()) -> list[dict[str, Any]]:
    """`{model, at, by, reason}`, the latest last; a model twice where it came back."""
    rows = _read(root / inputs.MODELS / PROMOTED).get("promotions")
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def promoted(model: str, by: str, reason: str, root: Path = Path()) -> None:
    """Write down that a model is in use from now on."""
    rows = promotions(root)
    before = in_use(root)
    if not rows and before is not None and before != model:
        # What was in use before the first promotion is what one goes back to.
        rows.append({"model": before, "at": card(before, root).get("trained_at"), "by": "train"})
    rows.append({"model": model, "at": now(), "by": by, "reason": reason})
    file = root / inputs.MODELS / PROMOTED
    write_whole(file, {"promotions": rows[-PROMOTIONS_KEPT:]})


def one_before(root: Path = Path()) -> str | None:
    """The model that was in use before the one in use, as far as its archive is still there."""
    current = in_use(root)
    for row in reversed(promotions(root)):
        model = row.get("model")
        if not isinstance(model, str) or model == current or not NAME.fullmatch(model):
            continue
        if inputs.archive(model, root).is_file() and model not in refused(root):
            return model
    return None


def to_keep(root: Path = Path(), before: int = 2) -> set[str]:
    """Models that tidying up must leave: the one in use and those one may go back to."""
    kept = {in_use(root) or ""}
    for row in reversed(promotions(root)):
        if len(kept) > before + 1:
            break
        kept.add(str(row.get("model")))
    return kept


@contextlib.contextmanager
def one_at_a_time(root: Path = Path()) -> Iterator[None]:
    """Two promotions at once would each overwrite what the other wrote down."""
    with (root / inputs.MODELS / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def now() -> str:
    """This second, in UTC."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def _card_file(model: str, root: Path) -> Path:
    return root / inputs.MODELS / f"{model}.json"


def _read(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return dict(found) if isinstance(found, Mapping) else {}
