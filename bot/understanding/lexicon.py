"""The names we know (places, operators, words of choices), from the data files and babel."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel import Locale
from ruamel.yaml import YAML

from bot.understanding.mentions import AMBIGUOUS, MAINLAND, NOTHING, OPERATOR_WORD
from bot.understanding.normalise import normalise

DATA = Path("data")
"""Like every path of Rasa's, relative to the folder it is started in: the repository's root."""

SOURCES = (
    "places.yml",
    "phrases.yml",
    "concepts.yml",
    "words.yml",
    "diagnosis/facts.yml",
    "diagnosis/operators.yml",
)
_NO_ISO_COUNTRY = {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO", "AC", "CP", "DG", "TA", "CN"}
_PART_OF = {"EA": "ES", "IC": "ES"}


@dataclass(frozen=True, order=True)
class Name:
    """A name in its normalised spelling and the fact it says."""

    text: str
    fact: str
    value: str


def documents(folder: Path = DATA) -> dict[str, Any]:
    """The parsed data files by name."""
    yaml = YAML(typ="safe", pure=False)
    return {source: yaml.load((folder / source).read_text("utf-8")) for source in SOURCES}


def digest(folder: Path = DATA) -> str:
    """A hash of everything read here and of the code that reads it, for Rasa's cache key."""
    content = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        content.update(source.name.encode() + b"\0" + source.read_bytes())
    for source in SOURCES:
        content.update(source.encode() + b"\0" + (folder / source).read_bytes())
    return content.hexdigest()


def names(files: Mapping[str, Any]) -> list[Name]:
    """Every name once. Where two data files disagree the more special one, read later, wins."""
    known: dict[str, Name] = {}
    for text, fact, value in (
        *_countries(),
        *_places(files["places.yml"]),
        *((text, NOTHING, "true") for text in files["places.yml"]["not_places"]),
        *_operators(files["diagnosis/operators.yml"], english_words(files)),
        *_choices(files["diagnosis/facts.yml"]),
    ):
        spelling = normalise(str(text)).text
        if spelling:
            known[spelling] = Name(spelling, fact, str(value))
    return sorted(known.values())


def words(files: Mapping[str, Any]) -> list[str]:
    """jieba's user dictionary: words of the trade and every name."""
    trade = (normalise(word).text for word in files["words.yml"]["words"])
    return sorted({*trade, *(name.text for name in names(files) if " " not in name.text)})


def english_words(files: Mapping[str, Any]) -> frozenset[str]:
    """Names of operators that are words in an English sentence."""
    return frozenset(files["words.yml"]["english"])


def phrases(files: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(fact, value, regular expression) of data/phrases.yml."""
    return [
        (fact, str(value), expression)
        for fact, values in files["phrases.yml"]["phrases"].items()
        for value, expressions in values.items()
        for expression in expressions
    ]


def topics(files: Mapping[str, Any]) -> dict[str, str]:
    """By fact, the regular expression of words that a clause about it has."""
    return {fact: str(expression) for fact, expression in files["phrases.yml"]["topics"].items()}


def cues(files: Mapping[str, Any]) -> dict[str, str]:
    """By name, the regular expression of what turns a clause one way or the other."""
    return {name: str(expression) for name, expression in files["phrases.yml"]["cues"].items()}


def concepts(files: Mapping[str, Any]) -> dict[str, str]:
    """Regular expressions of data/concepts.yml by the concept's name."""
    return {name: str(expression) for name, expression in files["concepts.yml"]["concepts"].items()}


def _countries() -> Iterator[tuple[str, str, str]]:
    for code, name in Locale.parse("zh_Hans_CN").territories.items():
        if len(code) != 2 or not code.isalpha() or code in _NO_ISO_COUNTRY:
            continue
        for spelling in {name, name.split("（")[0] if code != "CD" else name}:
            if code not in ("CD", "CG") or "（" in spelling:
                yield spelling, "location", _PART_OF.get(code, code)


def _places(document: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for group in ("names", "latin", "display"):
        for code, places in document[group].items():
            for place in [places] if isinstance(places, str) else places:
                yield place, "location", code
    for place, codes in document["ambiguous"].items():
        yield place, AMBIGUOUS, ",".join(codes)
    for place in document["mainland"]:
        yield place, MAINLAND, "CN"


def _choices(document: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for fact, described in document["facts"].items():
        for choice in described.get("choices") or ():
            for word in choice.get("words") or ():
                yield word, fact, choice["value"]


def _operators(
    document: Mapping[str, Any], english: frozenset[str]
) -> Iterator[tuple[str, str, str]]:
    for row in document["rows"]:
        for name in row["names"]:
            fact = OPERATOR_WORD if str(name).lower() in english else "operator"
            yield name, fact, row["id"]
