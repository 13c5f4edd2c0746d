"""What a model is made of, as hashes. Standard library only: asking must not import Rasa."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

MODELS = Path("models")
CURRENT = MODELS / "current.json"

DATA = (
    "data/nlu/**/*.yml",
    "data/rules/**/*.yml",
    "data/stories/**/*.yml",
    "data/*.yml",
    "data/diagnosis/facts.yml",
    "data/diagnosis/operators.yml",
)
CONFIGURATION = (
    "config.yml",
    "domain.yml",
    "bot/requirements.txt",
    "bot/components/*.py",
    "bot/understanding/*.py",
)


@dataclass(frozen=True)
class Inputs:
    """Hashes of the data and of everything that decides what is made of them."""

    data_hash: str
    config_hash: str

    @property
    def model(self) -> str:
        """The name of the model that these inputs make."""
        both = hashlib.sha256((self.data_hash + self.config_hash).encode()).hexdigest()
        return f"roamdesk-{both[:12]}"


def read(root: Path = Path()) -> Inputs:
    """The inputs as they are on disk now."""
    return Inputs(_digest(root, DATA), _digest(root, CONFIGURATION))


def archive(model: str, root: Path = Path()) -> Path:
    """Where a model of this name is kept."""
    return root / MODELS / f"{model}.tar.gz"


def is_current(root: Path = Path()) -> bool:
    """Whether there is a model, and it was made of what is on disk now."""
    try:
        current = json.loads((root / CURRENT).read_text("utf-8"))
    except (OSError, ValueError):
        return False
    model = read(root).model
    return bool(current.get("model") == model and archive(model, root).is_file())


def _digest(root: Path, patterns: Iterable[str]) -> str:
    content = hashlib.sha256()
    files = sorted({file for pattern in patterns for file in root.glob(pattern)})
    for file in files:
        content.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes())
    return content.hexdigest()[:12]
