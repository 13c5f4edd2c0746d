"""The training examples as (intent, text), read without Rasa: for checks and figures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ruamel.yaml import YAML

from bot.understanding.lexicon import DATA


def examples(folder: Path = DATA / "nlu") -> Iterator[tuple[str, str]]:
    """Every example of every intent, in the order of the files."""
    for file in sorted(folder.glob("*.yml")):
        for block in YAML(typ="safe").load(file.read_text("utf-8"))["nlu"]:
            for line in block["examples"].splitlines():
                if line.startswith("- "):
                    yield block["intent"], line[2:]
