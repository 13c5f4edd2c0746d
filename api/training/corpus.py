"""The examples as they stand in `data/nlu` now: near-duplicates, contradictions, known wordings.

Files are read again only when they changed. Reading all of them takes about a second, so it is
done in a thread.
"""

import asyncio
import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import fuzz, process

from api.training.changes.files import broken
from api.training.changes.nlu_text import Example, examples
from api.training.changes.yaml_text import BrokenYaml

NLU = "data/nlu"

ALIKE = 90.0
"""Per cent: from here two examples say the same. tests/bot/test_training_data.py refuses such a
pair from LONG_ENOUGH characters on, so the workbench adds none."""
LONG_ENOUGH = 8

SIMILAR = 60.0
"""From here an example is worth showing beside a message."""

MOST_SHOWN = 5

_SPACE = re.compile(r"\s+")


def folded(text: str) -> str:
    """Return a text as it is compared: NFKC, lower case, one space, no marks at the ends."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return _SPACE.sub(" ", plain).strip(" .。,，!！?？~～…")


@dataclass(frozen=True)
class Near:
    """An example that is like a text."""

    example: Example
    likeness: float
    """Per cent."""

    @property
    def same(self) -> bool:
        """It says the same: adding the text beside it would be a copy."""
        if self.likeness >= 100:
            return True
        return self.likeness >= ALIKE and len(self.example.text) >= LONG_ENOUGH


class Snapshot:
    """All examples of one state of the files."""

    def __init__(self, found: Sequence[Example]) -> None:
        self.examples = found
        self._folded = [folded(example.text) for example in found]
        self._places: dict[str, list[int]] = defaultdict(list)
        for index, text in enumerate(self._folded):
            self._places[text].append(index)
        wordings: dict[tuple[str, str], set[str]] = defaultdict(set)
        for example in found:
            for span in example.spans:
                wordings[span.fact, span.value].add(example.text[span.start : span.end])
        self.wordings = {
            key: sorted(words, key=len, reverse=True) for key, words in wordings.items()
        }
        """By fact and value: how it is said in the examples, the longest first."""

    def near(self, text: str, limit: int = MOST_SHOWN) -> list[Near]:
        """Return the examples most like `text`, the most alike first."""
        wanted = folded(text)
        if not wanted:
            return []
        hits = process.extract(
            wanted, self._folded, scorer=fuzz.ratio, score_cutoff=SIMILAR, limit=limit
        )
        return [Near(self.examples[index], round(likeness, 1)) for _, likeness, index in hits]

    def contradictions(self) -> list[list[Example]]:
        """Return the texts that stand under two intents, with all their examples."""
        groups = ([self.examples[i] for i in places] for places in self._places.values())
        return [group for group in groups if len({e.intent for e in group}) > 1]


class Corpus:
    """Reads `data/nlu` of the project at `root`."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._files: dict[str, tuple[tuple[int, int], list[Example]]] = {}
        self._snapshot: Snapshot | None = None
        self._reading = asyncio.Lock()

    async def now(self) -> Snapshot:
        """Return the examples as they are on disk.

        Raises:
            Conflict: a file is broken; it says which and where.
        """
        async with self._reading:
            return await asyncio.to_thread(self.read)

    def read(self) -> Snapshot:
        """As `now`, blocking."""
        stamps = {}
        for path in sorted((self._root / NLU).glob("*.yml")):
            state = path.stat()
            stamps[path.relative_to(self._root).as_posix()] = (state.st_mtime_ns, state.st_size)
        known = {file: stamp for file, (stamp, _) in self._files.items()}
        if self._snapshot is not None and known == stamps:
            return self._snapshot
        read = {}
        for file, stamp in stamps.items():
            if known.get(file) == stamp:
                read[file] = self._files[file]
                continue
            try:
                text = (self._root / file).read_text(encoding="utf-8")
                read[file] = (stamp, list(examples(text, file)))
            except BrokenYaml as error:
                raise broken(file, error) from error
            except UnicodeDecodeError as error:
                raise broken(file, BrokenYaml(1, "not UTF-8")) from error
        self._files = read
        self._snapshot = Snapshot([e for _, held in read.values() for e in held])
        return self._snapshot
