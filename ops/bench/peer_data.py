"""Lays the stock peer's project out: its own few files, and NLU data made of our examples.

The peer learns the same sentences under the same intents, at most MOST_EACH of an intent: more
would take it an hour to train and make its turns no cheaper. Where our gazetteer knows a word,
the peer gets it as an annotated entity, which is how a stock bot would be taught.
"""

import hashlib
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

from babel import Locale
from ruamel.yaml import YAML

from ops.settings import ROOT

PEER = Path(__file__).with_name("peer")
CACHE = ROOT / ".cache" / "bench-peer"
HAND_WRITTEN = {
    "config.yml": "config.yml",
    "domain.yml": "domain/domain.yml",
    "rules.yml": "data/rules.yml",
    "stories.yml": "data/stories.yml",
    "actions.py": "actions.py",
}
MOST_EACH = 110
ENTITIES = frozenset(
    ("service", "card_type", "network", "card_slot", "works_at_home", "operator")
)  # besides location and the numbers


def lay_out() -> Path:
    """The peer's project folder, named by its content, so that a trained one is found again."""
    nlu, intents = _examples()
    digest = hashlib.sha256(nlu.encode())
    for name in sorted(HAND_WRITTEN):
        digest.update((PEER / name).read_bytes())
    folder = CACHE / digest.hexdigest()[:12]
    if not folder.exists():
        draft = folder.with_suffix(".draft")
        shutil.rmtree(draft, ignore_errors=True)
        for name, place in HAND_WRITTEN.items():
            (draft / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PEER / name, draft / place)
        (draft / "data" / "nlu.yml").write_text(nlu, encoding="utf-8")
        intents_file = 'version: "3.1"\nintents:\n' + "".join(f"  - {name}\n" for name in intents)
        (draft / "domain" / "intents.yml").write_text(intents_file, encoding="utf-8")
        (draft / "credentials.yml").write_text("rest:\n", encoding="utf-8")
        draft.rename(folder)
    return folder


def _examples() -> tuple[str, list[str]]:
    words = _words()
    pattern = re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))

    def annotate(sentence: str) -> str:
        def mark(found: re.Match[str]) -> str:
            entity, value = words[found[0]]
            return f'[{found[0]}]{{"entity": "{entity}", "value": "{value}"}}'

        return pattern.sub(mark, sentence)

    lines = ['version: "3.1"', "nlu:"]
    intents: list[str] = []
    taken: Counter[str] = Counter()
    for path in sorted((ROOT / "data" / "nlu").rglob("*.yml")):
        for entry in _yaml(path).get("nlu") or []:
            if "intent" not in entry:
                continue
            if entry["intent"] not in intents:
                intents.append(entry["intent"])
            lines += [f"  - intent: {entry['intent']}", "    examples: |"]
            for example in entry["examples"].splitlines():
                sentence = _plain(example.strip().removeprefix("- ").strip())
                if sentence and taken[entry["intent"]] < MOST_EACH:
                    taken[entry["intent"]] += 1
                    lines.append(f"      - {annotate(sentence)}")
    return "\n".join(lines) + "\n", intents


def _plain(sentence: str) -> str:
    """The sentence without annotations of ours."""
    return re.sub(r"\[([^\]]+)\](\([^)]*\)|\{[^}]*\})", r"\1", sentence)


def _words() -> dict[str, tuple[str, str]]:
    """Word to entity and value, from the tables that our own gazetteer reads."""
    words: dict[str, tuple[str, str]] = {}
    for code, name in Locale("zh", "Hans_CN").territories.items():
        if len(code) == 2 and code.isalpha():
            words[name] = ("location", code)
    for code, names in _yaml(ROOT / "data" / "places.yml").get("names", {}).items():
        words |= {str(name): ("location", str(code)) for name in names}
    for fact, entry in _yaml(ROOT / "data" / "diagnosis" / "facts.yml").get("facts", {}).items():
        for choice in entry.get("choices") or [] if fact in ENTITIES else []:
            for word in choice.get("words") or []:
                words[str(word)] = (fact, str(choice["value"]))
    rows: list[dict[str, Any]] = _yaml(ROOT / "data" / "diagnosis" / "operators.yml").get(
        "operators", []
    )
    for row in rows:
        for name in row.get("names") or []:
            words[str(name)] = ("operator", str(row["id"]))
    return words


def _yaml(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    return YAML(typ="safe").load(path.read_text(encoding="utf-8")) or {}
