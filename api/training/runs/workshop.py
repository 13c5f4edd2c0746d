"""The bot's environment as a run needs it: which commands train and promote, and what models/ says.

The two environments share files and JSON, never Python; a test puts commands of its own here.
"""

import json
from pathlib import Path
from typing import Any

from api.settings import ROOT
from api.training.runs.schemas import ModelOut


class Workshop:
    """The project's folder and its bot's Python."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        self.python = str(root / "bot" / ".venv" / "bin" / "python")
        self.models = root / "models"

    def candidate(self, replay: Path, out: Path) -> list[str]:
        """Train and prove; prints JSON lines, leaves the proof in `out`."""
        files = ("--replay", str(replay), "--out", str(out))
        return [self.python, "-W", "ignore", "-m", "bot.candidate", "--json", *files]

    def promote(self, what: str, by: str, reason: str, rasa: str, *, override: bool) -> list[str]:
        """Put a model to use; `what` is its name, or `--back`. Prints one JSON object."""
        command = [self.python, "-m", "bot.promote", what, "--json", "--by", by, "--rasa", rasa]
        if reason:
            command += [f"--reason={reason}"]
        return command if override else [*command, "--no-override"]

    def refuse(self, model: str, by: str, reason: str) -> list[str]:
        """Keep a model from being served. Prints one JSON object."""
        given = ("--refuse", model, "--by", by, f"--reason={reason}")
        return [self.python, "-m", "bot.promote", "--json", *given]

    def serve(self, model: str, port: int, endpoints: Path) -> list[str]:
        """A second Rasa for practice, on loopback only."""
        return [
            *(self.python, "-m", "rasa", "run", "--enable-api", "-i", "127.0.0.1"),
            *("-p", str(port), "-m", str(self.archive(model)), "--endpoints", str(endpoints)),
        ]

    def archive(self, model: str) -> Path:
        return self.models / f"{model}.tar.gz"

    def in_use(self) -> str | None:
        model = _read(self.models / "current.json").get("model")
        return model if isinstance(model, str) else None

    def one_before(self) -> str | None:
        """Return the model that a roll-back goes to (bot.promote decides by the same files)."""
        current, refused = self.in_use(), _read(self.models / "refused.json")
        rows = _read(self.models / "promoted.json").get("promotions") or []
        for row in reversed(rows):
            model = row.get("model")
            if model != current and model not in refused and self.archive(model).is_file():
                return str(model)
        return None

    def list(self) -> list[ModelOut]:
        """Return the models that there are, the newest first."""
        current, refused = self.in_use(), _read(self.models / "refused.json")
        files = sorted(
            self.models.glob("roamdesk-*.tar.gz"), key=lambda f: f.stat().st_mtime, reverse=True
        )
        found = []
        for file in files:
            name = file.name.removesuffix(".tar.gz")
            card = _read(self.models / f"{name}.json")
            if not card and name == current:
                card = _read(self.models / "current.json")
            found.append(
                ModelOut(
                    name=name,
                    in_use=name == current,
                    trained_at=card.get("trained_at"),
                    seconds=card.get("seconds"),
                    verdict=(card.get("proof") or {}).get("verdict"),
                    refused=(refused.get(name) or {}).get("reason"),
                )
            )
        return found


def _read(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
