"""The customers of the bench: what each says first, and what each answers when asked for a fact."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

CONVERSATIONS = Path(__file__).with_name("conversations.yml")


@dataclass(frozen=True)
class Say:
    """A typed message."""

    text: str


@dataclass(frozen=True)
class Press:
    """A pressed choice."""

    fact: str
    value: str

    @property
    def payload(self) -> str:
        """The same press as Rasa's own channel takes it."""
        return f'/inform{{"{self.fact}": "{self.value}"}}'


@dataclass(frozen=True)
class Script:
    name: str
    outcome: str
    opens: tuple[str, ...]
    answers: dict[str, Say | Press]
    then: tuple[str, ...] = field(default=())

    def answer(self, fact: str) -> Say | Press:
        """What this customer says when asked; one who was not told about it does not know."""
        return self.answers.get(fact, Press(fact, "unsure"))


def load(path: Path = CONVERSATIONS) -> list[Script]:
    document = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    return [_script(name, entry) for name, entry in document["conversations"].items()]


def _script(name: str, entry: dict[str, Any]) -> Script:
    return Script(
        name=name,
        outcome=entry["outcome"],
        opens=tuple(entry["says"]),
        answers={fact: _turn(fact, said) for fact, said in entry.get("answers", {}).items()},
        then=tuple(entry.get("then", ())),
    )


def _turn(fact: str, said: Any) -> Say | Press:
    return Press(fact, str(said["press"])) if isinstance(said, dict) else Say(str(said))
